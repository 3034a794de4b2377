// The heart: looks at the clock, decides what is due, gives waiting runs their turn. Judged by wall time alone and never by one long timer (rule 2.2). Every
// decision is one transaction: the run, its event, the cursor (rule 2.3), so that a stop at any instant neither loses a time nor uses it twice.
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { Missed, Run, RunCause } from '../../../../contract/runs.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { toWire } from '../../kit/errors.ts';
import { chanceOf } from '../../kit/retry-delay.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Clock, Logger, Random } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { JobStore } from '../definitions/store.ts';
import { byHand, pausedAt, runFields, runKey, type JobRow, type RunRow } from '../model.ts';
import type { Ledger } from '../runs/ledger.ts';
import { isLive } from '../runs/states.ts';
import type { RunStore } from '../runs/store.ts';
import { openSchedule, type Timetable } from '../schedule/index.ts';
import { decide, nextDue, type Decision, type DecideInput } from './decide.ts';
import { placeOf } from './enqueue.ts';
import { failureOf } from './settle.ts';
import { createPauses } from './pauses.ts';
import { pick, type Candidate, type WaitingFor } from './pick.ts';
import { createTimeLimits } from './time-limits.ts';
import { isExternal, type Enqueue } from './wanted.ts';
import type { StopCause, Worker } from './worker.ts';

/** Rule 2.2. */
const tickMs = 30_000;
/** Rule 4.8: a longer gap was sleep. */
const sleepGapMs = 90_000;
/** Less is a time server's correction. */
const clockSetMs = 5_000;
/** Rule 2.4. */
const clockLeapMs = 3 * 3_600_000;
/** Rule 2.7. */
const catchUpAfterMs = 120_000;
const catchUpSpreadMs = 60_000;
/** So many decisions in one turn: a few tens of milliseconds. */
const mostAtOnce = 40;
/** What a run waits for outside is looked at this often. */
const conditionEveryMs = 10_000;
/** Rule 2.7: so long a network may be away. */
const networkPatienceMs = 10 * 60_000;
/** Time limits are looked at this often while Varve's own work is under way. */
const pulseMs = 5_000;

export interface SchedulerDeps {
  clock: Clock;
  random: Random;
  logger: Logger;
  jobs: JobStore;
  runs: RunStore;
  ledger: Ledger;
  outbox: Pick<Outbox, 'commit'>;
  worker: Worker;
  announce(event: EngineEvent): void;
  /** Since this computer started, sleep included; tells sleep from a clock that was set. */
  uptimeMs(): number;
  bootId(): string | undefined;
  /** undefined: nothing is in the way. */
  unmet(definition: JobDefinition, signal: AbortSignal): Promise<WaitingFor | undefined>;
  /** Settles what an earlier process left (rule 4.4). */
  recover(): Promise<void>;
  /** Part of the transaction that a run fails in (rule 7.5). */
  onFailed(run: RunRow): void;
}

/** Why times may have passed since the last tick. */
type Passed = Pick<DecideInput, 'cause' | 'leapt'>;

export type Scheduler = ReturnType<typeof createScheduler>;

export function createScheduler(deps: SchedulerDeps) {
  const { clock, random, logger, jobs, runs, ledger, outbox, worker, announce } = deps;
  const timetables = new Map<string, { hash: string; timetable: Timetable }>();
  /** When the next tick has something to decide for a job. */
  const due = new Map<string, number | null>();
  const waitingFor = new Map<string, { for: WaitingFor; sinceMs: number; askAgainMs: number }>();
  let cancelTimer = (): void => undefined;
  /** Runs that this process began although it does not schedule: a short command's own. */
  const mine = new Set<string>();
  let scheduling = false;
  let closed = false;
  let pumping = false;
  let pumpAgain = false;
  /** Rule 2.7: before this nothing is caught up. */
  let catchUpFromMs = 0;
  /** Of those that wait, as they were last looked at. */
  let nextExpiryMs = Number.POSITIVE_INFINITY;
  let lastTickMonotonicMs = Number.NEGATIVE_INFINITY;
  /** Jobs that a tick found due and that wait for their turn to be decided, with what it knew; a tick that comes meanwhile is had after them. */
  let undecided: { ids: string[]; nowMs: number; passed: Passed; thenTick: boolean } | undefined;
  let last: { wallMs: number; uptimeMs: number; firstTick: boolean; bootId: string | null } | undefined;
  const closing = new AbortController();

  const newId = (): string => createUuid7(clock, random);

  const timetableOf = (job: Pick<JobRow, 'id' | 'definitionHash' | 'definition'>): Timetable => {
    const known = timetables.get(job.id);
    if (known?.hash === job.definitionHash) return known.timetable;
    const timetable = openSchedule(job.definition.schedule);
    timetables.set(job.id, { hash: job.definitionHash, timetable });
    return timetable;
  };

  /** What is done elsewhere is expected at its times and never started here. */
  const dueOf = (job: JobRow): number | null => (isExternal(job) ? null : nextDue({ jobId: job.id, definition: job.definition, timetable: timetableOf(job), cursor: job.cursor }));

  const fresh = (job: JobRow, state: RunRow['state'], { trigger, occurrence, key, missed, by, reason, test, replayOf, otherRun, as, anyway, trace, call }: Enqueue): RunRow => {
    const id = newId();
    return {
      id, jobId: job.id, jobName: job.name, jobTitle: job.definition.title, workKind: job.definition.work.kind, version: as?.version ?? job.version, definitionHash: as?.definitionHash ?? job.definitionHash, key: key ?? runKey.single(id), state, cause: null, trigger, occurrence: occurrence ?? null,
      createdAt: clock.now(), startedAt: null, endedAt: null, activeMs: null, attempts: 0, dueAt: null, test: test ?? false, by: by ?? '', reason: reason ?? '', replayOf: replayOf ?? null, otherRun: otherRun ?? null, missed: missed ?? null, flags: anyway === true ? ['anyway'] : [], exit: null, result: null, failure: null, note: null, reclassified: null, trace: trace ?? null, call: call ?? null
    };
  };

  /** Writes a run that is wanted, in the place that its job's rule for overlaps gives it, in one transaction. undefined: it was decided before (rule 8.1). */
  const write = (job: JobRow, wanted: Enqueue, also?: () => void): RunRow | undefined => {
    const live = runs.liveOf(job.id);
    const given = wanted.trigger === 'schedule' || wanted.trigger === 'catch_up' || wanted.trigger === 'startup' ? placeOf(wanted.trigger, job.definition, live) : undefined;
    const run = fresh(job, given?.state ?? 'queued', wanted);
    const notBefore = wanted.trigger === 'catch_up' && catchUpFromMs > clock.now() ? catchUpFromMs : null;
    const opened = outbox.commit(() => {
      const written = ledger.open(
        { ...run, cause: given?.cause ?? null, otherRun: run.otherRun ?? given?.otherRun ?? null, dueAt: notBefore, ...(run.state === 'skipped' && { endedAt: clock.now() }) },
        { also }
      );
      if (written !== undefined) for (const { id } of given?.supersedes ?? []) ledger.move(id, 'skipped', { cause: 'superseded', patch: { otherRun: written.id } });
      return written;
    }, []);
    if (opened !== undefined && given !== undefined && given.replaces.length > 0) queueMicrotask(() => stopReplaced(opened.id, given.replaces));
    return opened;
  };

  /** After the transaction that wrote the one that takes their place, if it stands. */
  const stopReplaced = (by: string, replaced: readonly RunRow[]): void => {
    if (closed) return;
    try {
      if (runs.run(by) !== undefined) for (const { id } of replaced) stopRun(id, { cause: 'replaced', force: false });
      pump();
    } catch (error) {
      logger.error('a run that is replaced could not be stopped', { runId: by, reason: toWire(error).message });
    }
  };

  /** Ends a run that did not begin, or asks one that did. False: it is over. */
  const stopRun = (id: string, how: { cause: StopCause; force: boolean; by?: string }): boolean => {
    const run = runs.run(id);
    if (run === undefined) return false;
    if (run.state === 'queued' || run.state === 'retry_wait') {
      ledger.move(id, 'stopped', { cause: how.cause, by: how.by });
      pump(); // others may have waited for it
      return true;
    }
    if (run.workKind === 'external' && run.state === 'running') return giveUp(run, 'stopped', how);
    return worker.stop(id, how);
  };

  /** Of what is done elsewhere: nobody is asked to end, we only wait no longer for its word. */
  const giveUp = (run: RunRow, to: 'stopped' | 'timed_out', { cause, by }: { cause: StopCause; by?: string }): true => {
    const failed = to === 'timed_out';
    // Both or neither: nobody would look at one that is left in between.
    outbox.commit(() => {
      ledger.move(run.id, 'stopping', { cause, by });
      ledger.move(run.id, to, {
        cause, by,
        patch: { activeMs: Math.max(0, clock.now() - (run.startedAt ?? run.createdAt)), ...(failed && { failure: failureOf({ code: null, lastLine: null }, null, jobs.job(run.jobId), clock.now()) }) },
        also: () => failed && deps.onFailed(run)
      });
    }, []);
    return true;
  };

  const passedRow = (job: JobRow, cause: RunCause, missed: Missed): RunRow => ({ ...fresh(job, 'missed', { trigger: 'schedule', missed, occurrence: Date.parse(missed.last) }), cause, endedAt: clock.now() });

  const carry = (job: JobRow, decision: Decision): void => {
    // One transaction around all of it (rule 2.3); the events reach the log right after.
    outbox.commit(() => {
      if (decision.passed) ledger.open(passedRow(job, decision.passed.cause, decision.passed.missed));
      for (const { occurrence, trigger, missed } of decision.runs) write(job, { trigger, occurrence, key: runKey.schedule(job.id, occurrence), missed });
      jobs.setCursor(job.id, decision.cursor);
    }, []);
  };

  const decideFor = (job: JobRow, nowMs: number, passed: Passed): void => {
    const decision = decide({ jobId: job.id, definition: job.definition, timetable: timetableOf(job), cursor: job.cursor, nowMs, ...passed });
    if (decision) {
      carry(job, decision);
      due.set(job.id, dueOf({ ...job, cursor: decision.cursor }));
    } else due.set(job.id, dueOf(job));
  };

  /** Why times may have passed since the last tick, and what follows from it. */
  const sinceLastTick = (nowMs: number): Passed => {
    const before = last;
    const uptimeMs = deps.uptimeMs();
    last = { wallMs: nowMs, uptimeMs, firstTick: false, bootId: deps.bootId() ?? null };
    if (before === undefined || before.firstTick) {
      waitWithCatchingUp(nowMs);
      const boot = deps.bootId();
      return { cause: before?.bootId !== null && before !== undefined && boot !== undefined && before.bootId !== boot ? 'off' : 'app_closed', leapt: false };
    }
    const wallGapMs = nowMs - before.wallMs;
    const realGapMs = uptimeMs - before.uptimeMs;
    const setByMs = wallGapMs - realGapMs;
    // A wait that was begun by the old clock is as long by the new one.
    if (Math.abs(setByMs) > clockSetMs) catchUpFromMs += setByMs;
    if (realGapMs > sleepGapMs) {
      waitWithCatchingUp(nowMs);
      return { cause: 'asleep', leapt: false };
    }
    return { cause: setByMs > clockSetMs ? 'clock' : 'busy', leapt: setByMs > clockLeapMs };
  };

  const waitWithCatchingUp = (nowMs: number): void => {
    catchUpFromMs = nowMs + catchUpAfterMs + Math.floor(chanceOf(random) * catchUpSpreadMs);
  };

  const pauses = createPauses({
    jobs, outbox, announce, timetableOf, write,
    record: (job, cause, missed) => ledger.open(passedRow(job, cause, missed)),
    reschedule: (job) => due.set(job.id, dueOf(job))
  });
  const watchLimits = createTimeLimits({ jobs, runs, worker, timedOut: (run) => giveUp(run, 'timed_out', { cause: 'timeout' }) });

  /** What was not committed was not decided: the next tick tries again. One job that cannot be decided does not hold up the others. */
  const attempted = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      due.clear();
      logger.error('a tick of the scheduler failed', { what, reason: toWire(error).message });
    }
  };

  const tick = (): void => {
    if (!scheduling || closed) return;
    if (undecided !== undefined) {
      undecided.thenTick = true;
      return;
    }
    cancelTimer();
    const nowMs = clock.now();
    lastTickMonotonicMs = clock.monotonicMs();
    const passed = sinceLastTick(nowMs);
    attempted('pauses', () => pauses.resumeDue(nowMs));
    attempted('times', () => {
      const ids: string[] = [];
      if (!pausedAt(jobs.scheduler().paused, nowMs)) for (const job of jobs.all()) if (!pausedAt(job.paused, nowMs)) attempted(job.name, () => isDue(job, nowMs) && ids.push(job.id));
      if (ids.length > 0) undecided = { ids, nowMs, passed, thenTick: false };
    });
    attempted('tick', () => jobs.noteTick(nowMs, deps.bootId()));
    decideSome();
  };

  /** Many may be due at once: so many are decided together, in one write of the disk, and the others in turns of their own, between which others are answered. */
  const decideSome = (): void => {
    if (closed) return;
    if (undecided !== undefined) {
      const { ids, nowMs, passed } = undecided;
      const some = ids.splice(0, mostAtOnce);
      attempted('times', () => {
        // Each can fail for itself and is then as if it had not been looked at. What was paused meanwhile waits for the end of that.
        outbox.commit(() => {
          if (pausedAt(jobs.scheduler().paused, nowMs)) return;
          for (const id of some) {
            const job = jobs.job(id);
            if (job !== undefined && !pausedAt(job.paused, nowMs) && isDue(job, nowMs)) attempted(job.name, () => decideFor(job, nowMs, passed));
          }
        }, []);
      });
      if (ids.length > 0) {
        cancelTimer = clock.setTimer(1, decideSome);
        return;
      }
      const { thenTick } = undecided;
      undecided = undefined;
      if (thenTick) return tick();
    }
    pump();
    arm();
  };

  const isDue = (job: JobRow, nowMs: number): boolean => {
    if (!due.has(job.id)) due.set(job.id, dueOf(job));
    const at = due.get(job.id);
    return at !== null && at !== undefined && at <= nowMs;
  };

  /** The next look: when something is due, or 30 s after the last tick, however often others had a turn since. */
  const arm = (): void => {
    if (undecided !== undefined) return; // its turn is set
    cancelTimer();
    if (closed || (!scheduling && mine.size === 0)) return;
    let wait = untilNextTick();
    try {
      wait = untilNextLook(clock.now());
    } catch (error) {
      logger.error('when to look next could not be found out', { reason: toWire(error).message });
    }
    cancelTimer = clock.setTimer(wait, scheduling ? tick : pump);
  };

  const untilNextTick = (): number => (scheduling ? Math.min(tickMs, Math.max(0, Math.ceil(lastTickMonotonicMs + tickMs - clock.monotonicMs()))) : tickMs);

  const untilNextLook = (nowMs: number): number => {
    let wait = untilNextTick();
    const at = (ms: number | null): void => {
      if (ms !== null && ms > nowMs) wait = Math.min(wait, Math.ceil(ms - nowMs));
    };
    for (const ms of due.values()) at(ms);
    for (const ms of pauses.endsMs()) at(ms);
    at(catchUpFromMs);
    at(nextExpiryMs);
    for (const { dueAt } of runs.live()) at(dueAt);
    if (worker.ownActive().length > 0) wait = Math.min(wait, pulseMs);
    if ([...waitingFor.values()].some(({ askAgainMs }) => askAgainMs > nowMs)) wait = Math.min(wait, conditionEveryMs);
    return wait;
  };

  const candidates = (nowMs: number): Candidate[] => {
    const { paused: pausedAll } = jobs.scheduler();
    const all = pausedAt(pausedAll, nowMs);
    const known = new Map<string, JobRow | undefined>();
    return runs.live().map((run) => {
      if (!known.has(run.jobId)) known.set(run.jobId, jobs.job(run.jobId));
      const job = known.get(run.jobId);
      return { run, definition: job === undefined ? undefined : run.definitionHash === job.definitionHash ? job.definition : jobs.definition(run.definitionHash), paused: all || pausedAt(job?.paused ?? null, nowMs) };
    });
  };

  /** Gives whoever waits a turn. Asked again while it asks the world: once more after it. */
  const pump = (): void => {
    if (closed) return;
    if (pumping) {
      pumpAgain = true;
      return;
    }
    pumping = true;
    void turns()
      .catch((error: unknown) => logger.error('waiting runs could not be looked at', { reason: toWire(error).message }))
      .finally(() => {
        pumping = false;
        if (pumpAgain && !closed) {
          pumpAgain = false;
          pump();
        } else arm();
      });
  };

  const turns = async (): Promise<void> => {
    const nowMs = clock.now();
    watchLimits(nowMs);
    // Those whose condition did not hold a moment ago do not take a place from others.
    const resting = new Set([...waitingFor].filter(([, { askAgainMs }]) => askAgainMs > nowMs).map(([id]) => id));
    const all = candidates(nowMs).map((each) => ({ ...each, resting: resting.has(each.run.id) || !(scheduling || mine.has(each.run.id)) }));
    const picked = pick(all, { nowMs, maxRunning: jobs.scheduler().maxRunning, catchUpFromMs });
    nextExpiryMs = picked.nextExpiryMs;
    const drop = (run: RunRow, cause: 'deadline' | 'job_gone'): void => {
      if (run.state === 'queued') ledger.move(run.id, 'skipped', { cause });
      else ledger.move(run.id, 'failed', { cause, patch: { failure: failureOf({ code: null, lastLine: null }, null, jobs.job(run.jobId), nowMs) }, also: () => deps.onFailed(run) });
    };
    for (const run of picked.expired) drop(run, 'deadline');
    for (const run of picked.orphaned) drop(run, 'job_gone');
    const seen = new Set([...resting, ...picked.begin.map(({ run }) => run.id)]);
    for (const { run, for: reason } of picked.waiting) {
      seen.add(run.id);
      note(run.id, reason, nowMs, 0);
    }
    for (const id of waitingFor.keys()) if (!seen.has(id)) waitingFor.delete(id);
    for (const { run, definition } of picked.begin) {
      if (definition === undefined || closed) continue;
      const unmet = await deps.unmet(definition, closing.signal).catch((error: unknown) => {
        if (!closed) logger.error('what a run waits for could not be looked at', { ...runFields(run), reason: toWire(error).message });
        return 'unknown' as const; // asked again with the next look
      });
      if (closed) return;
      if (unmet === 'unknown') continue;
      const state = runs.run(run.id)?.state;
      if (state !== 'queued' && state !== 'retry_wait') continue;
      if (unmet === undefined || run.test) {
        waitingFor.delete(run.id);
        worker.begin({ ...run, ...runs.run(run.id) }, definition);
        continue;
      }
      const sinceMs = note(run.id, unmet, clock.now(), clock.now() + conditionEveryMs);
      const patience = unmet === 'network' ? networkPatienceMs : definition.startDeadlineSeconds * 1000;
      if (clock.now() - sinceMs > patience && state === 'queued' && !byHand(run)) ledger.move(run.id, 'skipped', { cause: 'condition' });
      pumpAgain = true;
    }
  };

  /** Returns since when it waits for this. */
  const note = (runId: string, reason: WaitingFor, nowMs: number, askAgainMs: number): number => {
    const before = waitingFor.get(runId);
    const sinceMs = before?.for === reason ? before.sinceMs : nowMs;
    waitingFor.set(runId, { for: reason, sinceMs, askAgainMs });
    if (before?.for !== reason) announce({ kind: 'changed', what: 'runs' });
    return sinceMs;
  };

  return {
    /** For a host that stays: what was left is settled, then the clock decides. */
    start: async (): Promise<void> => {
      const { lastTickAt, bootId } = jobs.scheduler();
      last = { wallMs: lastTickAt ?? clock.now(), uptimeMs: 0, firstTick: true, bootId };
      await deps.recover();
      if (closed) return;
      scheduling = true;
      const nowMs = clock.now();
      try {
        if (!pausedAt(jobs.scheduler().paused, nowMs)) for (const job of jobs.all()) if (job.definition.schedule.kind === 'startup' && !isExternal(job) && !pausedAt(job.paused, nowMs)) write(job, { trigger: 'startup', occurrence: nowMs });
      } finally {
        tick();
      }
    },
    /** After sleep, a change of the clock or zone: looks at once. */
    wake: (): void => tick(),
    /** Writes it and gives it a turn when there is one. `also`: in the same transaction. */
    enqueue: (job: JobRow, wanted: Enqueue, also?: () => void): RunRow | undefined => {
      const run = write(job, wanted, also);
      if (run !== undefined && !scheduling && byHand(run)) mine.add(run.id);
      pump();
      return run;
    },
    /** Writes it and no more: for whoever is in a transaction, or before anything may start. */
    write,
    stopRun,
    fresh,
    /** Runs that somebody asked this process for, where nothing is started by time. */
    mineLive: (): boolean => [...mine].some((id) => isLive(runs.run(id)?.state ?? 'stopped')),
    pump,
    /** Rule 2.1: a job that is new, or whose times have changed. */
    forget: (jobId: string): void => {
      due.delete(jobId);
      timetables.delete(jobId);
      if (scheduling) arm();
    },
    reschedule: (job: JobRow): void => {
      due.set(job.id, dueOf(job));
      if (scheduling) arm();
    },
    endPause: pauses.end,
    resumeAll: pauses.resumeAll,
    timetableOf,
    smallestGapOf: (schedule: JobDefinition['schedule']): number => openSchedule(schedule).smallestGapMs,
    nextAt: (job: JobRow): number | null => {
      const { paused } = jobs.scheduler();
      const nowMs = clock.now();
      if (pausedAt(job.paused, nowMs) || pausedAt(paused, nowMs)) return null;
      return timetableOf(job).next(Math.max(job.cursor, nowMs));
    },
    waitingFor: (runId: string): Run['waitingFor'] => waitingFor.get(runId)?.for ?? null,
    get scheduling(): boolean {
      return scheduling;
    },
    close: (): void => {
      closed = true;
      closing.abort();
      cancelTimer();
    }
  };
}
