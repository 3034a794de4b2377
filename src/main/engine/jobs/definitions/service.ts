// The verbs on definitions: what a person makes, changes, pauses and deletes. Each is one transaction with its event; a change of times moves the cursor to now
// (rule 2.1), so that nothing of the past is run for it.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { JobDefinition, type Job, type Pause, type SchedulerState } from '../../../../contract/jobs.ts';
import { fail } from '../../kit/errors.ts';
import { isoOf, isoOrNull } from '../../kit/iso.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Clock, Random } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import { definitionHashOf, pausedAt, runKey, type JobRow, type RunRow } from '../model.ts';
import type { RunStore } from '../runs/store.ts';
import { isFinal } from '../runs/states.ts';
import { viewRun } from '../runs/view.ts';
import { leastProgramGapMs, requireSchedule } from '../schedule/index.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { changesBetween } from './changes.ts';
import { defaultsFor, type PlanFacts } from './defaults.ts';
import type { JobStore } from './store.ts';

type Missing = (definition: JobDefinition) => Job['broken'];

export interface DefinitionServiceDeps {
  clock: Clock;
  random: Random;
  jobs: JobStore;
  runs: RunStore;
  outbox: Pick<Outbox, 'commit'>;
  scheduler: Scheduler;
  announce(event: EngineEvent): void;
  /** What a definition refers to and is not there; null: all is. */
  lookForMissing(): Missing;
  planFacts(nameOrId: string): PlanFacts;
  /** What an earlier process left is known before something is run beside it. */
  settleLeft(): Promise<void>;
}

/** Rule 9.4. */
const longestPauseMs = 30 * 86_400_000;

export type DefinitionService = ReturnType<typeof createDefinitionService>;

export function createDefinitionService(deps: DefinitionServiceDeps) {
  const { clock, random, jobs, runs, outbox, scheduler, announce } = deps;
  const changed = (): void => announce({ kind: 'changed', what: 'jobs' });

  const find = (idOrName: string): JobRow => jobs.job(idOrName) ?? fail('NOT_FOUND', `no job ${idOrName}`, { kind: 'job', name: idOrName });

  /** `all`: the live runs, and `missing` what there is, for whoever shows many jobs. */
  const view = (row: JobRow, all: readonly RunRow[] = runs.live(), missing: Missing = deps.lookForMissing()): Job => {
    const { last, marks } = runs.shown(row.id);
    const live = all.filter(({ jobId }) => jobId === row.id);
    return {
      id: row.id,
      definition: row.definition,
      version: row.version,
      definitionHash: row.definitionHash,
      createdAt: isoOf(row.createdAt),
      fromFile: row.fromFile,
      paused: pausedAt(row.paused, clock.now()) ? row.paused : null,
      broken: missing(row.definition),
      nextAt: isoOrNull(scheduler.nextAt(row)),
      active: live.map((run) => viewRun(run, scheduler.waitingFor(run.id))),
      lastRun: last ? viewRun(last, scheduler.waitingFor(last.id)) : null,
      lastGoodAt: isoOrNull(row.lastGoodAt),
      failures: row.failures,
      marks: [...marks]
    };
  };

  const refuseBad = (definition: JobDefinition, self: string | undefined): void => {
    requireSchedule(definition.schedule, clock.now());
    const { schedule, work } = definition;
    // Rule 1.14: a process every few seconds would be a load nobody wants.
    if (work.kind === 'command' && schedule.kind === 'cron' && scheduler.smallestGapOf(schedule) < leastProgramGapMs) fail('BAD_INPUT', 'the program would be started too often', { field: 'schedule', reason: 'starts a program more often than every 10 seconds' });
    const missing = deps.lookForMissing()(definition);
    if (missing !== null && missing.kind !== 'secret') fail('NOT_FOUND', `no ${missing.kind} ${missing.name}`, missing);
    if (missing !== null) fail('NOT_FOUND', `no secret ${missing.name}`, { kind: 'secret', name: missing.name });
    const other = jobs.job(definition.name);
    if (other !== undefined && other.id !== self) fail('CONFLICT', `there is a job ${definition.name}`, { kind: 'job', name: definition.name });
  };

  const add = (definition: JobDefinition, actor: string, fromFile = false): JobRow => {
    refuseBad(definition, undefined);
    const now = clock.now();
    const row: JobRow = { id: createUuid7(clock, random), name: definition.name, version: 1, definitionHash: definitionHashOf(definition), definition, createdAt: now, cursor: now, paused: null, fromFile, lastGoodAt: null, failingSince: null, failures: 0, overlapSkips: 0 };
    outbox.commit(() => jobs.add(row, actor), [{ action: 'job.added', category: 'job', actor, subject: `job:${row.name}`, payload: { job: row.name, jobId: row.id, version: 1, definition } }]);
    scheduler.reschedule(row);
    changed();
    return row;
  };

  const edit = (row: JobRow, definition: JobDefinition, actor: string, fromFile = row.fromFile): JobRow => {
    const changes = changesBetween(row.definition, definition);
    if (changes.length === 0 && fromFile === row.fromFile) return row;
    refuseBad(definition, row.id);
    const newTimes = changes.some(({ setting }) => setting === 'schedule');
    const after: JobRow = { ...row, name: definition.name, version: row.version + 1, definition, definitionHash: definitionHashOf(definition), cursor: newTimes ? clock.now() : row.cursor, fromFile };
    outbox.commit(() => jobs.change(after, clock.now(), actor), [{ action: 'job.changed', category: 'job', actor, subject: `job:${after.name}`, payload: { job: after.name, jobId: after.id, version: after.version, changes: changes as never, definition } }]);
    scheduler.forget(after.id);
    scheduler.reschedule(after);
    changed();
    return after;
  };

  const state = (): SchedulerState => {
    const { lastTickAt, paused, maxRunning } = jobs.scheduler();
    const next = jobs
      .all()
      .flatMap((row) => {
        const at = scheduler.nextAt(row);
        return at === null ? [] : [{ jobId: row.id, name: row.name, title: row.definition.title, at }];
      })
      .sort((a, b) => a.at - b.at)
      .slice(0, 10)
      .map((each) => ({ ...each, at: isoOf(each.at) }));
    const nowMs = clock.now();
    return { scheduling: scheduler.scheduling, lastTickAt: isoOrNull(lastTickAt), paused: pausedAt(paused, nowMs) ? paused : null, next, active: runs.live().filter(({ state: each }) => !isFinal(each)).map((run) => viewRun(run, scheduler.waitingFor(run.id))), maxRunning };
  };

  const untilOf = (until: string | undefined): string | null => {
    if (until === undefined) return null;
    if (Date.parse(until) <= clock.now()) fail('BAD_INPUT', 'the end of the pause has passed', { field: 'until', reason: 'has passed' });
    return until;
  };

  const api = {
    list: async () => {
      const live = runs.live();
      const missing = deps.lookForMissing();
      return jobs.all().map((row) => view(row, live, missing));
    },
    get: async ({ job }) => view(find(job)),
    add: async ({ definition }, { actor }) => view(add(definition, actor)),
    edit: async ({ job, version, definition }, { actor }) => {
      const row = find(job);
      if (version !== undefined && version !== row.version) fail('CONFLICT', `the job ${row.name} has changed`, { kind: 'job', name: row.name });
      if (row.fromFile) fail('CONFLICT', `the job ${row.name} is kept in a file`, { kind: 'job file', name: row.name });
      return view(edit(row, definition, actor));
    },
    remove: async ({ job }, { actor }) => {
      const row = find(job);
      const live = runs.live().filter(({ jobId }) => jobId === row.id);
      const busy = live.find(({ state: each }) => each !== 'queued' && each !== 'retry_wait' && each !== 'awaiting_approval');
      if (busy) fail('CONFLICT', `a run of ${row.name} is under way`, { kind: 'run', name: busy.id });
      for (const { id, state: each } of live) if (each === 'queued' || each === 'retry_wait') scheduler.stopRun(id, { cause: 'user', force: false, by: actor });
      outbox.commit(() => jobs.remove(row.id), [{ action: 'job.removed', category: 'job', actor, subject: `job:${row.name}`, payload: { job: row.name, jobId: row.id } }]);
      scheduler.forget(row.id);
      changed();
    },
    versions: async ({ job }) => jobs.versions(find(job).id).map(({ version, at, by, definition }) => ({ version, at: isoOf(at), by, definition })),
    defaults: async ({ plan }) => {
      const all = jobs.all();
      const taken = new Set(all.map(({ name }) => name));
      const checked = new Set(all.flatMap(({ definition: { work } }) => (work.kind === 'check' ? [work.repository] : [])));
      const packsRecord = ({ work }: JobDefinition): boolean => work.kind === 'package' && work.plan === null;
      const packed = all.some(({ definition }) => packsRecord(definition));
      return defaultsFor(deps.planFacts(plan)).filter((each) => !taken.has(each.name) && !(each.work.kind === 'check' && checked.has(each.work.repository)) && !(packed && packsRecord(each)));
    },
    pause: async ({ job, reason, until }, { actor }) => {
      const row = find(job);
      const paused: Pause = { by: actor, at: isoOf(clock.now()), reason, until: untilOf(until) };
      outbox.commit(() => jobs.setPaused(row.id, paused), [{ action: 'job.paused', category: 'job', actor, subject: `job:${row.name}`, payload: { job: row.name, jobId: row.id, reason, until: paused.until } }]);
      scheduler.pump();
      changed();
      return view({ ...row, paused });
    },
    resume: async ({ job, catchUp }, { actor }) => {
      const row = find(job);
      resume(row, actor, catchUp);
      return view(find(row.id));
    },
    pauseAll: async ({ until, reason }, { actor }) => {
      const end = untilOf(until) as string;
      if (Date.parse(end) > clock.now() + longestPauseMs) fail('BAD_INPUT', 'the pause is too long', { field: 'until', reason: 'is more than 30 days away' });
      const paused: Pause = { by: actor, at: isoOf(clock.now()), reason, until: end };
      outbox.commit(() => jobs.pauseAll(paused), [{ action: 'scheduler.paused', category: 'job', actor, payload: { reason, until: end } }]);
      scheduler.pump();
      changed();
      return state();
    },
    resumeAll: async (_input, { actor }) => {
      if (jobs.scheduler().paused !== null) scheduler.resumeAll(actor, clock.now());
      scheduler.pump();
      return state();
    },
    scheduler: async () => state(),
    setMaxRunning: async ({ most }, { actor }) => {
      outbox.commit(() => jobs.setMaxRunning(most), [{ action: 'scheduler.limited', category: 'job', actor, payload: { most } }]);
      scheduler.pump();
      changed();
      return state();
    },
    run: async ({ job, reason, whenBusy, test }, { actor, trace, callId }) => {
      const row = find(job);
      if (row.definition.work.kind === 'external') fail('BAD_INPUT', `${row.name} is done elsewhere`, { field: 'job', reason: 'is done elsewhere and reported with varve ping' });
      await deps.settleLeft();
      const asked = callId === undefined ? undefined : runs.byCall(callId);
      if (asked !== undefined) return viewRun(asked, scheduler.waitingFor(asked.id));
      const busy = runs.live().find(({ jobId }) => jobId === row.id);
      if (busy && whenBusy === 'refuse') fail('CONFLICT', `a run of ${row.name} is under way`, { kind: 'run', name: busy.id });
      const stands = row.definition.satisfiesSchedule && !test ? nextToSatisfy(row) : undefined;
      const run = scheduler.enqueue(row, { trigger: 'manual', by: actor, reason, test, anyway: whenBusy === 'anyway', ...(trace !== undefined && { trace }), ...(callId !== undefined && { call: callId }), ...(stands !== undefined && { occurrence: stands, key: runKey.schedule(row.id, stands) }) }, () => {
        if (stands !== undefined) jobs.setCursor(row.id, stands);
      });
      if (run === undefined) return fail('CONFLICT', `the run of ${row.name} was decided before`, { kind: 'run', name: row.name });
      if (stands !== undefined) scheduler.reschedule({ ...row, cursor: stands });
      return viewRun(runs.run(run.id) ?? run, scheduler.waitingFor(run.id));
    }
  } satisfies Omit<EngineApi['jobs'], 'ping' | 'export' | 'import'>;

  const resume = (row: JobRow, actor: string, catchUp: boolean): void => {
    if (row.paused === null) return;
    outbox.commit(() => {
      jobs.setPaused(row.id, null);
      scheduler.endPause(row, clock.now(), { catchUp });
    }, [{ action: 'job.resumed', category: 'job', actor, subject: `job:${row.name}`, payload: { job: row.name, jobId: row.id, catchUp } }]);
    scheduler.pump();
    changed();
  };

  /** Rule 9.5: a run by hand stands for the next one of its schedule, where the job says so. 9.5a: once, and not over times that nobody has decided yet. */
  const nextToSatisfy = (row: JobRow): number | undefined => {
    const next = scheduler.timetableOf(row).next(row.cursor);
    return next === null || next <= clock.now() || row.cursor > clock.now() ? undefined : next;
  };

  return { api, find, view, add, edit, resume, check: refuseBad };
}

/** Rule 7.5, in the transaction of a failed run. */
export function pauseAfterFailures({ jobs, outbox, clock }: Pick<DefinitionServiceDeps, 'jobs' | 'outbox' | 'clock'>, { jobId, test }: Pick<RunRow, 'jobId' | 'test'>): void {
  const row = jobs.job(jobId);
  if (row === undefined || test || row.paused !== null || row.definition.pauseAfter === null || row.failures < row.definition.pauseAfter) return;
  const paused: Pause = { by: '', at: new Date(clock.now()).toISOString(), reason: `${row.failures} failed runs in a row`, until: null };
  outbox.commit(() => jobs.setPaused(row.id, paused), [{ action: 'job.paused', category: 'job', subject: `job:${row.name}`, payload: { job: row.name, jobId: row.id, reason: paused.reason, until: null } }]);
}
