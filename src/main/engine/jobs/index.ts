// Jobs: the public face. What Varve does by itself, when, and what came of it (README.md). Other domains import only this file.
import { basename, resolve } from 'node:path';
import type { EngineApi } from '../../../contract/index.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { Job, JobDefinition } from '../../../contract/jobs.ts';
import type { Run } from '../../../contract/runs.ts';
import { sleep } from '../kit/async.ts';
import { fail } from '../kit/errors.ts';
import { isoOrNull } from '../kit/iso.ts';
import type { Ports } from '../ports.ts';
import type { Repositories } from '../repository/index.ts';
import { findReferences, type NamedSecrets, type SecretReference } from '../secrets/index.ts';
import type { Database, Outbox } from '../store/index.ts';
import type { Tasks } from '../system/tasks.ts';
import { createAttempts } from './attempt/index.ts';
import { createDefinitionService, pauseAfterFailures } from './definitions/service.ts';
import { createJobStore } from './definitions/store.ts';
import type { PlanFacts } from './definitions/defaults.ts';
import { createPing } from './external/service.ts';
import { jobFact, type JobFact } from './facts.ts';
import { followJobsFile } from './files/follow.ts';
import { createImports } from './files/import.ts';
import { createPurge } from './housekeeping/purge.ts';
import { createHousekeepingStore } from './housekeeping/store.ts';
import { keepSweeping, outputLimitBytes } from './housekeeping/sweep.ts';
import { createCommandExecutor } from './kinds/command-executor.ts';
import type { Executor } from './kinds/executor.ts';
import { createOwnExecutor } from './kinds/own-executor.ts';
import type { OwnWorkDeps } from './kinds/own-work.ts';
import { pausedAt, runFields, type RunRow } from './model.ts';
import { createLedger } from './runs/ledger.ts';
import { createRunService } from './runs/service.ts';
import { createRunStore } from './runs/store.ts';
import type { RunTallies } from './runs/tallies.ts';
import { viewRun } from './runs/view.ts';
import { unmetCondition } from './scheduler/conditions.ts';
import { recoverRuns, runAgain } from './scheduler/recover.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { createWorker } from './scheduler/worker.ts';

export { jobsMigrations } from './migrations.ts';
export { createSchedulesApi } from './schedule/index.ts';
export { withoutColours } from './attempt/index.ts';
export { changesBetween } from './definitions/changes.ts';
export { readJobs, type JobFact, type JobsRead } from './facts.ts';
export { durationSteps, type RunTallies } from './runs/tallies.ts';

export interface JobsDependencies {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'logger' | 'machine' | 'net' | 'power' | 'processes'>;
  db: Database;
  outbox: Outbox;
  tasks: Tasks;
  repositories: Repositories;
  named: Pick<NamedSecrets, 'use' | 'has' | 'addUsers'>;
  /** The engine's own verbs, as a person would call them. */
  api: OwnWorkDeps['api'];
  plans(): readonly PlanFacts[];
  announce(event: EngineEvent): void;
  /** Takes what is known of secrets out of what a run says of its end. */
  mask: <T>(value: T) => T;
  /** The setting: where the file of definitions lies that is followed; empty for `jobs.json` in the home. */
  jobsFile(): string;
  /** What a person should hear first; undefined takes it back. */
  notice(code: 'jobs-file-refused', facts: { file: string; reason: string } | undefined): void;
  homePath: string;
  environment: Readonly<Record<string, string | undefined>>;
}

/** What the alerts judge by; see their README. */
export interface JobsFacts {
  jobs(): (JobFact & { nextAt: string | null })[];
  /** Final ones, newest first, tests included and flagged. */
  recentRuns(jobId: string, limit: number): Run[];
  activeRuns(): Run[];
  /** What programs printed, beyond what may be kept of it, as the last sweep found; undefined: none yet. */
  outputRoom(): { overBytes: number; limitBytes: number } | undefined;
  /** The newest run as a test that is over, of any job. */
  lastTest(): Run | undefined;
  onRunEnded(listener: (run: Run) => void): () => void;
  onRunStarted(listener: (run: Run) => void): () => void;
  schedulerState(): { scheduling: boolean; lastTickAt: string | null; paused: boolean };
  /** The last lines of what it printed, masked and without colours. */
  outputTail(runId: string, lines: number): string[];
  /** Counts since the home was made; cheap however long the history is. */
  tallies(): RunTallies;
}

export interface Jobs {
  jobs: EngineApi['jobs'];
  runs: EngineApi['runs'];
  facts: JobsFacts;
  /** Another domain says, whenever asked, which runs it refers to: they are neither swept nor purged. */
  keepRuns(list: () => readonly string[]): void;
  /** Settles what was left, then starts by the clock. For a host that stays; never rejects. */
  start(): void;
  /** After sleep, a change of the clock, a drive that came: looks at once. */
  wake(): void;
  /** Resolves when what somebody asked this process for is over; at once where runs begin by time. CANCELLED when the signal fires. */
  idle(signal?: AbortSignal): Promise<void>;
  /** Runs of Varve's own work are asked to end; programs go on and are found again at the next start. */
  close(): Promise<void>;
}

const networkAnswerMs = 5_000;
const tailsKept = 200;
const idleLookMs = 100;

export function createJobs(deps: JobsDependencies): Jobs {
  const { ports, db, outbox, tasks, repositories, named, api, announce, homePath, environment } = deps;
  const { clock, random, files, logger, machine, net, power, processes } = ports;
  const jobs = createJobStore(db);
  const runs = createRunStore(db);
  const ledger = createLedger({ clock, logger, runs, jobs, outbox, announce });
  const attempts = createAttempts({ files, clock, random, processes, homePath });
  let bootId: string | undefined;
  let stopFollowing = (): void => undefined;
  let outputOver: number | undefined;
  let stopSweeping = (): void => undefined;
  const onChanged = (): void => announce({ kind: 'changed', what: 'runs' });

  /** Of programs that ended since the start: what they said last, for tickets. */
  const tails = new Map<string, readonly string[]>();
  const own = createOwnExecutor({
    clock, net, tasks, api, pid: machine.pid, bootId: () => bootId,
    secret: async (name, purpose) => (await named.use(name, { by: 'jobs', purpose })).value,
    onTask: (runId, attempt, taskId) => {
      const row = runs.attempt(runId, attempt);
      if (row) runs.putAttempt({ ...row, taskId });
      onChanged();
    }
  });
  const command = createCommandExecutor({
    attempts, environment, userHome: machine.userHome, logger,
    secret: async (name, by, purpose) => {
      const { value, masks } = await named.use(name, { by, purpose });
      return { value, masks: masks.map((mask) => ({ name: mask.name, value: typeof mask.value === 'string' ? mask.value : Buffer.from(mask.value).toString('utf8') })) };
    },
    onTail: (runId, lines) => {
      tails.delete(runId);
      tails.set(runId, lines);
      for (const oldest of tails.keys()) if (tails.size > tailsKept) tails.delete(oldest);
    },
    programName: (path) => basename(path).replace(/\.exe$/i, '')
  });
  const executorFor = ({ work }: JobDefinition): Executor => (work.kind === 'command' ? command : own);

  const onFailed = (run: RunRow): void => pauseAfterFailures({ jobs, outbox, clock }, run);
  const onLost = (run: RunRow): void => runAgain(jobs, (job, wanted) => scheduler.write(job, wanted), run);
  const worker = createWorker({ clock, random, files, logger, jobs, runs, ledger, executorFor, mask: deps.mask, onFree: () => scheduler.pump(), onFailed, onLost });
  const plan = (name: string): PlanFacts | undefined => deps.plans().find((each) => each.name === name);
  const conditions = { files, power, reaches: (host: string, port: number, signal: AbortSignal) => net.reaches(host, port, networkAnswerMs, signal), repositories, repositoryOfPlan: (name: string) => plan(name)?.repository };
  const scheduler = createScheduler({
    clock, random, logger, jobs, runs, ledger, outbox, worker, announce,
    uptimeMs: () => machine.uptimeMs(),
    bootId: () => bootId,
    unmet: (definition, signal) => unmetCondition(conditions, definition, signal),
    onFailed,
    recover: () => settleLeft()
  });
  let settled: Promise<void> | undefined;
  /** Rule 4.4, once: at the start of a host that stays, or before a short command runs something. */
  const settleLeft = (): Promise<void> =>
    (settled ??= (async () => {
      bootId = await processes.bootId().catch(() => undefined);
      await recoverRuns({ clock, logger, jobs, runs, ledger, worker, executorFor, onFailed, onLost });
    })());

  /** What there is is looked up once for all that are asked about. */
  const lookForMissing = (): ((definition: JobDefinition) => Job['broken']) => {
    const planNames = new Set(deps.plans().map(({ name }) => name));
    const repositoryNames = new Set(repositories.rows().map(({ name }) => name));
    return (definition) => {
      const { work } = definition;
      if ('plan' in work && work.plan !== null && !planNames.has(work.plan)) return { kind: 'plan', name: work.plan };
      if ('repository' in work && !repositoryNames.has(work.repository)) return { kind: 'repository', name: work.repository };
      const gone = secretsOf(definition).find((name) => !named.has(name));
      return gone === undefined ? null : { kind: 'secret', name: gone };
    };
  };
  named.addUsers((): SecretReference[] => jobs.all().flatMap(({ id, name, definition }) => secretsOf(definition).map((secret) => ({ secret, kind: 'job' as const, id, name }))));

  const definitions = createDefinitionService({
    clock, random, jobs, runs, outbox, scheduler, announce, lookForMissing, settleLeft,
    planFacts: (nameOrId) => deps.plans().find(({ name, id }) => name === nameOrId || id === nameOrId) ?? fail('NOT_FOUND', `no plan ${nameOrId}`, { kind: 'plan', name: nameOrId })
  });
  const runService = createRunService({ clock, jobs, runs, outbox, scheduler, attempts, announce });
  /** Others say which runs they refer to: those stay. */
  const referring: (() => readonly string[])[] = [];
  const housekeeping = createHousekeepingStore(db, { named: () => referring.flatMap((list) => list()), onRemoved: runs.forgetShown });
  const purge = createPurge({ clock, random, files, logger, jobs, runs, store: housekeeping, attempts, outbox, homePath, onChanged });
  ledger.onStarted((run) => logger.info('a run began', { ...runFields(run), job: run.jobName, trigger: run.trigger }));
  ledger.onEnded((run) => logger.info('a run ended', { ...runFields(run), job: run.jobName, state: run.state, cause: run.cause }));
  const view = (run: RunRow): Run => viewRun(run, scheduler.waitingFor(run.id));

  return {
    jobs: { ...definitions.api, ping: createPing({ clock, runs, ledger, scheduler, find: definitions.find, onFailed }), ...createImports({ clock, jobs, outbox, check: definitions.check, add: definitions.add, edit: definitions.edit, forget: scheduler.forget }) },
    runs: { ...runService.api, purge: purge.api },
    facts: {
      jobs: () => jobs.all().map((row) => ({ ...jobFact(row, { timetable: scheduler.timetableOf(row), runs, nowMs: clock.now() }), nextAt: isoOrNull(scheduler.nextAt(row)) })),
      recentRuns: (jobId, limit) => runs.recent(jobId, limit).map(view),
      activeRuns: () => runs.live().map(view),
      outputRoom: () => (outputOver === undefined ? undefined : { overBytes: outputOver, limitBytes: outputLimitBytes }),
      lastTest: () => {
        const run = runs.lastTest();
        return run && view(run);
      },
      onRunEnded: (listener) => ledger.onEnded((run) => listener(view(run))),
      onRunStarted: (listener) => ledger.onStarted((run) => listener(view(run))),
      schedulerState: () => {
        const { lastTickAt, paused } = jobs.scheduler();
        return { scheduling: scheduler.scheduling, lastTickAt: isoOrNull(lastTickAt), paused: pausedAt(paused, clock.now()) };
      },
      outputTail: (runId, lines) => tails.get(runId)?.slice(-lines) ?? [],
      tallies: () => runs.tallies()
    },
    keepRuns: (list) => void referring.push(list),
    start: () => {
      void purge.resume();
      stopSweeping = keepSweeping({ clock, logger, store: housekeeping, attempts, outbox, onChanged, onSwept: ({ overBytes }) => (outputOver = overBytes) });
      stopFollowing = followJobsFile({ clock, files, logger, jobs, outbox, path: () => resolve(homePath, deps.jobsFile() || 'jobs.json'), check: definitions.check, forget: scheduler.forget, add: definitions.add, edit: definitions.edit, resume: (row, actor) => definitions.resume(row, actor, false), notice: (facts) => deps.notice('jobs-file-refused', facts) }).close;
      void scheduler.start().catch((error: unknown) => logger.error('the scheduler could not be started', { reason: error instanceof Error ? error.message : String(error) }));
    },
    wake: () => scheduler.wake(),
    idle: async (signal) => {
      while (scheduler.mineLive()) await sleep(clock, idleLookMs, signal);
    },
    close: async () => {
      stopFollowing();
      stopSweeping();
      scheduler.close();
      await worker.close('quit');
    }
  };
}

/** Names of the secrets that a definition uses, each once. */
function secretsOf({ work, ping }: JobDefinition): string[] {
  const direct = work.kind === 'command' ? work.secrets.map(({ secret }) => secret) : work.kind === 'http' && work.bearerSecret !== null ? [work.bearerSecret] : [];
  return [...new Set([...direct, ...findReferences(ping)])];
}
