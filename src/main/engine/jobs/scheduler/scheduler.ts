// The heart: looks at the clock, decides what is due, gives waiting runs their turn. Judged by wall time alone and never by one long timer (rule 2.2). Every
// decision is one transaction: the run, its event, the cursor (rule 2.3), so that a stop at any instant neither loses a time nor uses it twice.
import type { JobDefinition, Pause } from '../../../../contract/jobs.ts';
import type { Missed, Run, RunCause, Trigger } from '../../../../contract/runs.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { toWire } from '../../kit/errors.ts';
import { isoOf } from '../../kit/iso.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Clock, Logger, Random } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { JobStore } from '../definitions/store.ts';
import { byHand, chanceOf, pausedAt, runFields, runKey, type JobRow, type RunRow } from '../model.ts';
import type { Ledger } from '../runs/ledger.ts';
import { isLive } from '../runs/states.ts';
import type { RunStore } from '../runs/store.ts';
import { openSchedule, type Timetable } from '../schedule/index.ts';
import { decide, nextDue, type Decision, type DecideInput } from './decide.ts';
import { placeOf } from './enqueue.ts';
import { failureOf } from './settle.ts';
import { pick, type Candidate, type WaitingFor } from './pick.ts';
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
/** What a run waits for outside is looked at this often. */
const conditionEveryMs = 10_000;
/** Rule 2.7: so long a network may be away. */
const networkPatienceMs = 10 * 60_000;
/** Rule 5.6: of Varve's own work; sleep does not count. */
const pulseMs = 5_000;
const mostTickGapMs = 60_000;

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

export interface Enqueue {
  trigger: Trigger;
  occurrence?: number;
  key?: string;
  missed?: Missed | null;
  by?: string;
  reason?: string;
  test?: boolean;
  replayOf?: string;
  otherRun?: string;
  /** Of an earlier version of the definition. */
  as?: { version: number; definitionHash: string };
  /** Begins beside others of its job. */
  anyway?: boolean;
  trace?: string;
  /** Rule 8.2. */
  call?: string;
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
  const ownActiveMs = new Map<string, { activeMs: number; lastMs: number }>();
  let cancelTimer = (): void => undefined;
  /** Runs that this process began although it does not schedule: a short command's own. */
  const mine = new Set<string>();
  let scheduling = false;
  let closed = false;
  let pumping = false;
  let pumpAgain = false;
  /** Rule 2.7: before this nothing is caught up. */
  let catchUpFromMs = 0;
  /** As the last tick saw them. */
  let pauseEndsMs: number[] = [];
  let nextExpiryMs = Number.POSITIVE_INFINITY;
  let lastTickMonotonicMs = Number.NEGATIVE_INFINITY;
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

  /** Rule 9.4: at its end the times that passed are recorded, and the cursor moves to it. `endMs`: the last moment of the pause. */
  const endPause = (job: JobRow, endMs: number, { catchUp }: { catchUp: boolean }): void => {
    const timetable = timetableOf(job);
    const lastMs = timetable.prev(endMs + 1);
    const count = lastMs === null || lastMs <= job.cursor || isExternal(job) ? 0 : timetable.count(job.cursor, endMs);
    const cursor = Math.max(job.cursor, endMs);
    outbox.commit(() => {
      if (count > 0 && lastMs !== null) {
        const missed: Missed = { count, first: isoOf(timetable.next(job.cursor) as number), last: isoOf(lastMs), policy: catchUp ? 'latest' : 'skip', action: catchUp ? 'ran_latest' : 'none', cause: 'paused' };
        if (catchUp) write(job, { trigger: 'catch_up', occurrence: lastMs, key: runKey.schedule(job.id, lastMs), missed });
        else ledger.open(passedRow(job, 'paused', missed));
      }
      jobs.setCursor(job.id, cursor);
    }, []);
    due.set(job.id, dueOf({ ...job, cursor }));
  };

  /** Rule 9.4a: a pause that has an end ended then, however much later that is noticed; a time at its very end is no longer in it. */
  const lastMomentOf = (pause: Pause): number => Date.parse(pause.until as string) - 1;

  const resumeDue = (nowMs: number): void => {
    pauseEndsMs = [];
    for (const job of jobs.all()) {
      if (job.paused === null) continue;
      if (pausedAt(job.paused, nowMs)) {
        if (job.paused.until !== null) pauseEndsMs.push(Date.parse(job.paused.until));
        continue;
      }
      const endMs = lastMomentOf(job.paused);
      outbox.commit(() => {
        jobs.setPaused(job.id, null);
        endPause(job, endMs, { catchUp: false });
      }, [{ action: 'job.resumed', category: 'job', subject: `job:${job.name}`, payload: { job: job.name, jobId: job.id } }]);
      announce({ kind: 'changed', what: 'jobs' });
    }
    const { paused } = jobs.scheduler();
    if (paused === null) return;
    if (pausedAt(paused, nowMs)) pauseEndsMs.push(Date.parse(paused.until as string));
    else resumeAll('', lastMomentOf(paused));
  };

  /** `endMs`: the last moment of the pause. */
  const resumeAll = (by: string, endMs: number): void => {
    outbox.commit(() => {
      jobs.pauseAll(null);
      for (const job of jobs.all()) if (job.paused === null) endPause(job, endMs, { catchUp: false });
    }, [{ action: 'scheduler.resumed', category: 'job', ...(by !== '' && { actor: by }), payload: {} }]);
    announce({ kind: 'changed', what: 'jobs' });
  };

  const tick = (): void => {
    if (!scheduling || closed) return;
    cancelTimer();
    const nowMs = clock.now();
    lastTickMonotonicMs = clock.monotonicMs();
    const passed = sinceLastTick(nowMs);
    // What was not committed was not decided: the next tick tries again. One job that cannot be decided does not hold up the others.
    const attempted = (what: string, work: () => void): void => {
      try {
        work();
      } catch (error) {
        due.clear();
        logger.error('a tick of the scheduler failed', { what, reason: toWire(error).message });
      }
    };
    attempted('pauses', () => resumeDue(nowMs));
    attempted('times', () => {
      if (pausedAt(jobs.scheduler().paused, nowMs)) return;
      const active = jobs.all().filter((job) => !pausedAt(job.paused, nowMs));
      // Together, because many may be due at once; each can fail for itself and is then as if it had not been looked at.
      outbox.commit(() => {
        for (const job of active) attempted(job.name, () => look(job, nowMs, passed));
      }, []);
    });
    attempted('tick', () => jobs.noteTick(nowMs, deps.bootId()));
    pump();
    arm();
  };

  const look = (job: JobRow, nowMs: number, passed: Passed): void => {
    if (!due.has(job.id)) due.set(job.id, dueOf(job));
    const at = due.get(job.id);
    if (at !== null && at !== undefined && at <= nowMs) decideFor(job, nowMs, passed);
  };

  /** The next look: when something is due, or 30 s after the last tick, however often others had a turn since. */
  const arm = (): void => {
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
    for (const ms of pauseEndsMs) at(ms);
    at(catchUpFromMs);
    at(nextExpiryMs);
    for (const { dueAt } of runs.live()) at(dueAt);
    if (worker.ownActive().length > 0) wait = Math.min(wait, pulseMs);
    if ([...waitingFor.values()].some(({ askAgainMs }) => askAgainMs > nowMs)) wait = Math.min(wait, conditionEveryMs);
    return wait;
  };

  /** Rule 5.6 for Varve's own work. */
  const pulse = (nowMs: number): void => {
    const seen = new Set<string>();
    for (const { run, definition, sinceMs } of worker.ownActive()) {
      seen.add(run.id);
      const before = ownActiveMs.get(run.id) ?? { activeMs: 0, lastMs: sinceMs };
      const activeMs = before.activeMs + Math.min(Math.max(nowMs - before.lastMs, 0), mostTickGapMs);
      ownActiveMs.set(run.id, { activeMs, lastMs: nowMs });
      if (definition.timeoutSeconds > 0 && activeMs > definition.timeoutSeconds * 1000 && runs.run(run.id)?.state === 'running') worker.stop(run.id, { cause: 'timeout', force: false });
    }
    for (const id of ownActiveMs.keys()) if (!seen.has(id)) ownActiveMs.delete(id);
    for (const run of runs.live()) {
      if (run.workKind !== 'external' || run.state !== 'running') continue;
      const limitMs = (jobs.definition(run.definitionHash)?.timeoutSeconds ?? 0) * 1000;
      if (limitMs > 0 && nowMs - (run.startedAt ?? run.createdAt) > limitMs) giveUp(run, 'timed_out', { cause: 'timeout' });
    }
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
    pulse(nowMs);
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
    endPause,
    resumeAll,
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

function isExternal({ definition }: Pick<JobRow, 'definition'>): boolean {
  return definition.work.kind === 'external';
}
