// Taking a snapshot of a plan, seen from the engine's thread: the task, its place in the repository's queue, and what the log says of it.
//   1. outbox: `snapshot.started` with a row in running_snapshots  -> found at the next start: `snapshot.interrupted`
//   2. the worker saves (see save.ts)                              -> the same; the repository has at most harmless leftovers
//   3. outbox: `snapshot.finished` or `snapshot.failed`, row gone  -> done
import { join } from 'node:path';
import type { EngineApi } from '../../../../contract/index.ts';
import type { SnapshotResult, Stream, WaitReason } from '../../../../contract/snapshots.ts';
import type { EngineEvent, TaskResult } from '../../../../contract/events.ts';
import { errnoOf, fail, isVarveError, toWire } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { EventLog } from '../../log/index.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, type Repositories, type RepositoryRow } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService } from '../browse/service.ts';
import type { CarriedFile } from '../carried.ts';
import { HookRun } from '../hooks/hook-run.ts';
import { isReservedTag, zoneOffsetMinutes, type PlanRow } from '../model.ts';
import { wellFormed, type PlanService } from '../plans/service.ts';
import { logged } from '../plans/words.ts';
import { runWorker } from '../run-worker.ts';
import type { SnapshotsStore, WaitingRow } from '../store.ts';
import { waitReasonOf, type Waiting } from '../waiting/service.ts';
import type { SaveInput, SaveMessage, SaveOutcome } from './protocol.ts';

export interface ArchiveServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine' | 'logger' | 'programs'>;
  environment: Readonly<Record<string, string | undefined>>;
  store: SnapshotsStore;
  log: Pick<EventLog, 'checkpoints'>;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start' | 'list'>;
  announce(event: EngineEvent): void;
  version: string;
  /** Copies of databases are made here, each snapshot in a folder of its own; what a killed one left is removed at the next start. */
  databasesPath: string;
  /** Folder for what the last snapshot of each plan saw. */
  memoryPath: string;
  plans: PlanService;
  browse: BrowseService;
  waiting(): Waiting;
  /** What would make room for the plan on a drive that is full. */
  explainFull(plan: PlanRow, repository: RepositoryRow, signal: AbortSignal): Promise<object>;
}

export interface ArchiveService {
  take: EngineApi['snapshots']['take'];
  takeLast: EngineApi['snapshots']['takeLast'];
  /** Begins what has waited, as the task that was promised. */
  begin(waited: WaitingRow): void;
  recoverInterrupted(): number;
}

interface Request {
  plan: PlanRow;
  repository: RepositoryRow;
  /** With the plan's own. */
  tags: string[];
  /** Without them. */
  asked: string[];
  note: string | undefined;
  streams: readonly Stream[];
  gentle: boolean;
  actor: string;
  /** A repository that is away is waited for. */
  wait: boolean;
  /** Since when it has waited. */
  waitedSince?: string;
}

export function createArchiveService(deps: ArchiveServiceDeps): ArchiveService {
  const { ports, store, outbox, repositories, tasks, announce, plans } = deps;
  const { clock, machine } = ports;

  const names = (plan: Pick<PlanRow, 'id' | 'name'>, repository: { id: string; name: string }): Record<string, string> => ({ plan: plan.name, planId: plan.id, repository: repository.name, repositoryId: repository.id });

  const run = async (request: Request, task: RunningTask): Promise<TaskResult> => {
    const { plan, repository, waitedSince } = request;
    try {
      return await takeInTurn(request, task);
    } catch (error) {
      const stopped = isVarveError(error) && error.code === 'CANCELLED';
      const reason = !request.wait || stopped ? undefined : await waitReason(error, request);
      if (reason !== undefined) return { kind: 'waiting', wait: deps.waiting().put({ planId: plan.id, repositoryId: repository.id, actor: request.actor, tags: request.asked, note: request.note, gentle: request.gentle }, reason) };
      // One that is cut off by the program's end is begun again at the next start.
      if (waitedSince !== undefined && !(stopped && task.stopping)) store.removeWaiting(plan.id);
      if (waitedSince !== undefined) announce({ kind: 'changed', what: 'snapshots' });
      if (isVarveError(error) && error.code === 'NO_SPACE') throw fail('NO_SPACE', error.message, { ...(error.data as { path: string }), ...(await deps.explainFull(plan, repository, task.signal)) }, error);
      throw error;
    }
  };

  /** A drive that is pulled out meanwhile shows as many errors; what counts is that it is away. */
  const waitReason = async (error: unknown, { repository, waitedSince }: Request): Promise<WaitReason | undefined> => {
    const reason = waitReasonOf(error) ?? ((await repositories.placeOf(repository, { fresh: true })).state === 'absent' ? 'absent' : undefined);
    // Who asks now can unlock a password, or connect another drive; what has waited goes on waiting.
    return reason === 'absent' || waitedSince !== undefined ? reason : undefined;
  };

  const takeInTurn = async (request: Request, task: RunningTask): Promise<TaskResult> => {
    const { plan, repository } = request;
    task.progress({ phase: 'waiting' });
    const queue = repositories.queue(repository.id);
    // Nothing is begun, and no program of the plan is run, for a repository that is away.
    if (request.wait) {
      await repositories.unlockKey(repository.id, task.signal).catch((error: unknown) => {
        if (waitReasonOf(error) !== undefined) throw error;
      });
    }
    return queue.run({ exclusive: false, what: `snapshot of ${plan.name}`, signal: task.signal, onWaiting: () => task.progress({ phase: 'waiting' }) }, () => record(request, task));
  };

  /** Between the two events. */
  const record = async (request: Request, task: RunningTask): Promise<TaskResult> => {
    const { plan, repository, tags, actor } = request;
    const runId = createUuid7(clock, ports.random);
    const startedMs = clock.monotonicMs();
    deps.log.checkpoints.prepare();
    const common = { actor, subject: `plan:${plan.name}`, category: 'snapshot' as const };
    const facts = { ...names(plan, repository), run: runId };
    outbox.commit(
      () => store.addRunning({ id: runId, planId: plan.id, repositoryId: repository.id, pid: machine.pid, startedAt: new Date(clock.now()).toISOString() }),
      [{ ...common, action: 'snapshot.started', payload: { ...facts, ...(request.waitedSince !== undefined && { waitedSince: request.waitedSince }), tags, paths: [...plan.paths, ...request.streams.map(({ name }) => `/${name}`)].map(wellFormed) } }]
    );
    const hooks = new HookRun({ programs: ports.programs, environment: deps.environment }, plan, repository.name);
    try {
      if (plan.hooks.before !== null) task.progress({ phase: 'hook' });
      await hooks.before(task.signal);
      const outcome = await save(request, task, hooks).finally(() => hooks.after());
      const durationMs = Math.round(clock.monotonicMs() - startedMs);
      const { summary } = outcome;
      const eventId = createUuid7(clock, ports.random);
      outbox.commit(
        () => {
          store.removeRunning(runId);
          store.removeWaiting(plan.id);
          if (request.note !== undefined) store.setNote(outcome.snapshotId, request.note, new Date(clock.now()).toISOString(), eventId);
        },
        [
          {
            ...common,
            id: eventId,
            action: 'snapshot.finished',
            ...(outcome.gapCount > 0 && { level: 'warn' as const }),
            payload: {
              ...facts,
              snapshot: outcome.snapshotId,
              parent: outcome.parentId ?? null,
              filesNew: summary.filesNew,
              filesChanged: summary.filesChanged,
              filesUnmodified: summary.filesUnmodified,
              dirsNew: summary.dirsNew,
              dirsChanged: summary.dirsChanged,
              dirsUnmodified: summary.dirsUnmodified,
              dataAdded: summary.dataAdded,
              dataAddedPacked: summary.dataAddedPacked,
              totalFiles: summary.totalFiles,
              totalBytes: summary.totalBytes,
              gaps: outcome.gapCount,
              degraded: Object.fromEntries(outcome.degraded.map(({ what, count }) => [what, count])),
              databases: outcome.databases.copied,
              databasesRaw: outcome.databases.rawCount,
              ...(hooks.metrics !== null && { metrics: hooks.metrics as never }),
              ...(hooks.warnings.length > 0 && { hookWarnings: logged(hooks.warnings) }),
              tags,
              ...(request.note !== undefined && { note: request.note }),
              durationMs
            }
          }
        ]
      );
      const snapshot = deps.browse.view({ repository, id: outcome.snapshotId, file: outcome.file });
      plans.noteLatest(plan.id, { id: snapshot.id, time: snapshot.time, incomplete: snapshot.incomplete });
      announce({ kind: 'changed', what: 'snapshots' });
      announce({ kind: 'changed', what: 'plans' });
      return { kind: 'snapshot', result: { snapshot, gaps: outcome.gaps, gapCount: outcome.gapCount, degraded: outcome.degraded, databases: outcome.databases, metrics: hooks.metrics as SnapshotResult['metrics'], hookWarnings: hooks.warnings, durationMs } };
    } catch (error) {
      endFailed(runId, common, facts, error, Math.round(clock.monotonicMs() - startedMs));
      throw error;
    }
  };

  const endFailed = (runId: string, common: object, facts: object, error: unknown, durationMs: number): void => {
    if (!store.running().some((row) => row.id === runId)) return; // it was finished; what failed came after
    const { code, message } = toWire(error);
    outbox.commit(
      () => store.removeRunning(runId),
      [{ ...common, action: 'snapshot.failed', category: 'snapshot', payload: { ...facts, code, reason: wellFormed(message), durationMs }, ...(code === 'CANCELLED' && { level: 'warn' as const }) }]
    );
  };

  /** The record's checkpoint as of now, or the last one where it cannot be signed: a snapshot does not fail for it. */
  const checkpointNow = async (): Promise<CarriedFile[]> => {
    const { checkpoints } = deps.log;
    try {
      const checkpoint = await checkpoints.signNow().catch((error: unknown) => {
        const { code } = toWire(error);
        ports.logger[code === 'VAULT_WRONG_PASSPHRASE' ? 'warn' : 'info']('a snapshot carries an older checkpoint', { code });
        return checkpoints.latest();
      });
      if (checkpoint === undefined) return [];
      const vkey = checkpoints.signingKeys().find(({ current }) => current)?.vkey;
      return [{ name: 'checkpoint', bytes: Buffer.from(checkpoint.note, 'utf8') }, ...(vkey === undefined ? [] : [{ name: 'vkey', bytes: Buffer.from(`${vkey}\n`, 'utf8') }])];
    } catch (error) {
      ports.logger.warn('a snapshot carries no checkpoint', { code: toWire(error).code });
      return [];
    }
  };

  /** Everything of `/.varve/`. The hook after the snapshot comes first: it may still say something. */
  const carriedAlong = async (plan: PlanRow, hooks: HookRun, task: RunningTask): Promise<CarriedFile[]> => {
    if (plan.hooks.after !== null) task.progress({ phase: 'hook' });
    await hooks.after();
    const json = (name: string, value: unknown): CarriedFile => ({ name, bytes: Buffer.from(`${JSON.stringify(value)}\n`, 'utf8') });
    return [...(await checkpointNow()), json('plan', logged(plan)), ...(hooks.metrics === null ? [] : [json('metrics', hooks.metrics)])];
  };

  const save = async ({ plan, repository, tags, streams, gentle }: Request, task: RunningTask, hooks: HookRun): Promise<SaveOutcome> => {
    task.progress({ phase: 'opening' });
    const unlocked = await repositories.unlockKey(repository.id, task.signal);
    const timeNs = clock.nowNs();
    const input: SaveInput = {
      repositoryPath: unlocked.path,
      masterKey: unlocked.masterKey,
      planId: plan.id,
      paths: plan.paths,
      excludes: plan.excludes,
      leaveOut: plan.leaveOut,
      tags,
      timeNs,
      offsetMinutes: zoneOffsetMinutes(plan.zone, clock.now()),
      hostname: machine.hostname,
      username: machine.username,
      programVersion: `varve ${deps.version}`,
      identity: lockIdentity(machine),
      databaseFolder: join(deps.databasesPath, Buffer.from(ports.random.bytes(8)).toString('hex')),
      indexCache: unlocked.indexCache,
      memoryPath: join(deps.memoryPath, plan.id),
      streams,
      gentle
    };
    return runWorker<SaveMessage, SaveOutcome>({
      workers: ports.workers,
      name: 'snapshots.archive',
      input,
      signal: task.signal,
      onMessage: (message, reply) => {
        if (message.kind === 'done') return message.outcome;
        if (message.kind === 'progress') task.progress(message.update);
        else if (message.kind === 'carry') void carriedAlong(plan, hooks, task).then((files) => reply({ kind: 'carried', files }));
        else repositories.takeLockNote(repository.id, message, reply);
        return undefined;
      }
    }).catch((error: unknown) => {
      const errno = isVarveError(error) ? undefined : errnoOf(error);
      throw errno === 'ENOSPC' ? fail('NO_SPACE', 'the repository is full', { path: unlocked.path }, error) : error;
    });
  };

  const take: ArchiveService['take'] = async (input, context) => {
    const plan = plans.find(input.plan);
    const repository = repositories.find(plan.repositoryId);
    const reserved = input.tags.find(isReservedTag);
    if (reserved !== undefined) fail('BAD_INPUT', `the tag ${reserved} is reserved`, { field: 'tags', reason: `"${reserved}" cannot be used: tags that begin with "varve-" are reserved` });
    if (input.wait === true && (input.streams?.length ?? 0) > 0) fail('BAD_INPUT', 'a stream cannot wait', { field: 'wait', reason: 'what standard input or a program gives cannot wait for the repository' });
    const request: Request = { plan, repository, asked: input.tags, tags: allTags(plan, input.tags), note: input.note, streams: input.streams ?? [], gentle: input.gentle ?? plan.gentle, actor: context.actor, wait: input.wait ?? false };
    return tasks.start({ kind: 'snapshot', subject: plan.name, run: (task) => run(request, task) });
  };

  return {
    take,
    takeLast: async (_input, context) => {
      const running = tasks.list().filter(({ kind, state }) => kind === 'snapshot' && state === 'running');
      const wanted = plans.rows().filter(({ snapshotOnQuit }) => snapshotOnQuit);
      return Promise.all(
        wanted.map(async ({ id: planId, name: plan, title }) => {
          const known = running.find(({ subject }) => subject === plan);
          return { planId, plan, title: title || plan, taskId: known?.id ?? (await take({ plan: planId, tags: [] }, context)).taskId };
        })
      );
    },

    begin: ({ id, planId, tags, note, gentle, actor, since }) => {
      const plan = plans.find(planId);
      const repository = repositories.find(plan.repositoryId);
      const request: Request = { plan, repository, asked: tags, tags: allTags(plan, tags), note, streams: [], gentle, actor, wait: true, waitedSince: since };
      tasks.start({ id, kind: 'snapshot', subject: plan.name, run: (task) => run(request, task) });
    },

    recoverInterrupted: () => {
      // One process owns the home at a time, so whoever began these has ended; its pid may belong to somebody else by now.
      ports.files.removeTree(deps.databasesPath);
      const left = store.running();
      for (const row of left) {
        const plan = store.knownPlan(row.planId);
        const repository = repositories.rows().find((each) => each.id === row.repositoryId);
        const facts = { plan: plan?.name ?? row.planId, planId: row.planId, repository: repository?.name ?? row.repositoryId, repositoryId: row.repositoryId };
        outbox.commit(
          () => store.removeRunning(row.id),
          [{ action: 'snapshot.interrupted', category: 'snapshot', subject: `plan:${facts.plan}`, payload: { ...facts, run: row.id, startedAt: row.startedAt } }]
        );
      }
      return left.length;
    }
  };
}

function allTags(plan: PlanRow, asked: readonly string[]): string[] {
  return [...new Set([...plan.tags, ...asked])];
}
