// What the rules say must happen, told a second time and in another way than the scheduler does it: no database, no ticks, no queue of timers, but a list of runs and
// the next instant at which something changes. Written from the rules alone; of the engine it uses the times of schedules, which have a judge of their own.
import { createHash } from 'node:crypto';
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { Missed, RunCause, RunState, Trigger } from '../../../../contract/runs.ts';
import { openSchedule, type Timetable } from '../schedule/index.ts';

export interface ModelRun {
  job: ModelJob;
  trigger: Trigger;
  occurrence: number | null;
  state: RunState;
  cause: RunCause | null;
  missed: Missed | null;
  attempts: number;
  createdAt: number;
  startedAt: number | null;
  dueAt: number | null;
  other: ModelRun | null;
  anyway: boolean;
  process: { endsAtAwake: number; ends: ModelEnd; asked: boolean } | null;
}

export interface ModelJob {
  id: string;
  name: string;
  definition: JobDefinition;
  times: Timetable;
  cursor: number;
  pausedUntil: number | null;
  failures: number;
  /** It ends with the app. */
  own: boolean;
}

export interface ModelEnd {
  state: 'succeeded' | 'partial' | 'failed' | 'timed_out' | 'stopped' | 'unknown';
  cause: RunCause;
  retry: boolean;
  /** Nobody had asked it to. */
  byItself: boolean;
}

export type ModelPlay = (run: { job: string; trigger: Trigger; occurrence: number | null; attempt: number }) => { takesMs: number; ends: ModelEnd; spawns: boolean };

const never = Number.POSITIVE_INFINITY;
const order: Trigger[][] = [['manual', 'api', 'replay'], ['file'], ['pipeline'], ['schedule', 'startup'], ['catch_up', 'recovery']];
const rank = (trigger: Trigger): number => order.findIndex((group) => group.includes(trigger));
const iso = (ms: number): string => new Date(ms).toISOString();

export class Model {
  wall: number;
  readonly runs: ModelRun[] = [];
  readonly jobs: ModelJob[] = [];
  /** Those of them that are not over. */
  #live: ModelRun[] = [];
  /** `chance` in [0, 1) is what the engine's chance always says. */
  readonly chance: number;
  readonly stopsInMs: number;
  readonly #play: ModelPlay;
  #awake = 0;
  #open = true;
  #catchUpFrom = 0;
  #pausedAllUntil: number | null = null;
  readonly #maxRunning: number;
  #booted = false;

  constructor({ startMs, chance, play, maxRunning, stopsInMs }: { startMs: number; chance: number; play: ModelPlay; maxRunning: number; stopsInMs: number }) {
    this.wall = startMs;
    this.chance = chance;
    this.#play = play;
    this.#maxRunning = maxRunning;
    this.stopsInMs = stopsInMs;
  }

  add(id: string, definition: JobDefinition): void {
    this.jobs.push({ id, name: definition.name, definition, times: openSchedule(definition.schedule), cursor: this.wall, pausedUntil: null, failures: 0, own: definition.work.kind !== 'command' });
    this.jobs.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  // What happens in the world

  elapse(ms: number): void {
    const end = this.wall + ms;
    for (;;) {
      const ending = this.#open ? this.#nextEnding() : undefined;
      const endingAt = ending === undefined ? never : this.wall + Math.max(0, (ending.process?.endsAtAwake ?? 0) - this.#awake);
      const lookAt = this.#open ? this.#nextLook() : never;
      const next = Math.min(endingAt, lookAt);
      if (next > end) break;
      this.#pass(next - this.wall);
      if (ending !== undefined && endingAt <= lookAt) this.#end(ending);
      else this.#look({ cause: 'busy', leapt: false });
    }
    this.#pass(end - this.wall);
  }

  sleep(ms: number): void {
    this.wall += ms;
    if (!this.#open) return;
    this.#waitWithCatchingUp();
    this.#look({ cause: 'asleep', leapt: false });
  }

  setClock(byMs: number): void {
    this.wall += byMs;
    if (!this.#open) return;
    this.#catchUpFrom += byMs;
    this.#look({ cause: byMs > 0 ? 'clock' : 'busy', leapt: byMs > 3 * 3_600_000 });
  }

  kill(): void {
    this.#open = false;
    for (const run of this.#live) if (run.job.own) run.process = null;
  }

  cut(offMs: number): void {
    this.kill();
    for (const run of this.#live) if (run.process !== null && run.process.endsAtAwake > this.#awake) run.process = null;
    this.#booted = true;
    this.wall += offMs;
  }

  /** Returns how long it took. */
  close(): number {
    this.#open = false;
    const ours = this.#live.filter((run) => run.job.own && run.process !== null);
    if (ours.length === 0) return 0;
    for (const run of ours) {
      run.state = 'stopping';
      run.cause = 'quit';
      this.#ask(run);
    }
    // While we wait, what ends is written; when the last of ours has ended, no more.
    const until = this.#awake + 1_000;
    while (this.#live.some((run) => run.job.own && run.process !== null)) {
      const next = this.#nextEnding() as ModelRun;
      this.#pass((next.process?.endsAtAwake ?? 0) - this.#awake);
      this.#settle(next);
    }
    this.#pass(until - this.#awake);
    return 1_000;
  }

  open(): void {
    const found = this.#live.filter(({ state }) => state === 'running' || state === 'stopping');
    for (const run of found) {
      if (run.process === null) this.#lose(run, this.#booted ? 'power_loss' : 'crash');
      else if (run.process.endsAtAwake <= this.#awake) this.#settle(run);
      else if (run.state === 'stopping') this.#ask(run);
    }
    this.#open = true;
    this.#waitWithCatchingUp();
    for (const job of this.jobs) if (job.definition.schedule.kind === 'startup' && !this.#paused(job)) this.#place(job, 'startup', this.wall, null);
    this.#look({ cause: this.#booted ? 'off' : 'app_closed', leapt: false });
    this.#booted = false;
  }

  // What people do

  /** False: refused, because one of its runs is live. */
  manual(name: string, whenBusy: 'refuse' | 'wait' | 'anyway'): boolean {
    const job = this.#job(name);
    if (whenBusy === 'refuse' && this.#liveOf(job).length > 0) return false;
    const next = job.times.next(job.cursor);
    const stands = job.definition.satisfiesSchedule && next !== null && next > this.wall && job.cursor <= this.wall ? next : null;
    const run = this.#write(job, 'manual', stands, null);
    run.anyway = whenBusy === 'anyway';
    if (stands !== null) job.cursor = stands;
    this.#turns();
    return true;
  }

  stop(run: ModelRun): void {
    if (run.state === 'queued' || run.state === 'retry_wait') this.#finish(run, 'stopped', 'user');
    else if (run.state === 'running') {
      run.state = 'stopping';
      run.cause = 'user';
      this.#ask(run);
    }
    this.#turns();
  }

  pause(name: string, until: number | null): void {
    this.#job(name).pausedUntil = until ?? never;
  }

  resume(name: string, catchUp: boolean): void {
    const job = this.#job(name);
    if (job.pausedUntil === null) return;
    job.pausedUntil = null;
    this.#endPause(job, this.wall, catchUp);
    this.#turns();
  }

  pauseAll(until: number): void {
    this.#pausedAllUntil = until;
  }

  resumeAll(): void {
    if (this.#pausedAllUntil === null) return;
    this.#pausedAllUntil = null;
    for (const job of this.jobs) if (job.pausedUntil === null) this.#endPause(job, this.wall, false);
    this.#turns();
  }

  // Times

  #pass(ms: number): void {
    this.wall += ms;
    this.#awake += ms;
  }

  #nextEnding(): ModelRun | undefined {
    let found: ModelRun | undefined;
    for (const run of this.#live) if ((run.process?.endsAtAwake ?? never) < (found?.process?.endsAtAwake ?? never)) found = run;
    return found;
  }

  /** The next instant after now at which a rule has something to say. */
  #nextLook(): number {
    const later: number[] = [this.#catchUpFrom, this.#pausedAllUntil ?? never];
    for (const job of this.jobs) {
      later.push(job.pausedUntil ?? never);
      const next = job.times.next(job.cursor);
      if (next !== null) later.push(this.#startOf(job, next));
    }
    for (const run of this.#live) {
      if (run.state === 'retry_wait') later.push(run.dueAt ?? never);
      if (run.state === 'queued' || run.state === 'retry_wait') later.push(this.#deadline(run));
    }
    return Math.min(...later.filter((at) => at > this.wall));
  }

  /** From when on it has waited too long. */
  #deadline(run: ModelRun): number {
    if (rank(run.trigger) === 0) return never;
    const from = run.state === 'retry_wait' ? (run.dueAt ?? never) : Math.max(run.createdAt, run.dueAt ?? 0);
    return from + run.job.definition.startDeadlineSeconds * 1000 + 1;
  }

  #startOf(job: ModelJob, occurrence: number): number {
    const seconds = job.definition.jitterSeconds;
    if (seconds === 0) return occurrence;
    const following = job.times.next(occurrence);
    const most = Math.min(seconds * 1000, following === null ? never : Math.floor((following - occurrence) / 2));
    const digest = createHash('sha256').update(`${job.id}\n${iso(occurrence)}`).digest();
    return occurrence + Number(digest.readBigUInt64BE() % BigInt(most + 1));
  }

  #waitWithCatchingUp(): void {
    this.#catchUpFrom = this.wall + 120_000 + Math.floor(this.chance * 60_000);
  }

  // Decisions

  #look(passed: { cause: Missed['cause']; leapt: boolean }): void {
    for (const job of this.jobs) {
      if (job.pausedUntil !== null && job.pausedUntil <= this.wall) {
        const until = job.pausedUntil;
        job.pausedUntil = null;
        this.#endPause(job, until - 1, false);
      }
    }
    if (this.#pausedAllUntil !== null && this.#pausedAllUntil <= this.wall) {
      const until = this.#pausedAllUntil;
      this.#pausedAllUntil = null;
      for (const job of this.jobs) if (job.pausedUntil === null) this.#endPause(job, until - 1, false);
    }
    for (const job of this.jobs) if (!this.#paused(job)) this.#decide(job, passed);
    this.#turns();
  }

  #between(job: ModelJob, after: number, upto: number): number[] {
    const found: number[] = [];
    for (let each = job.times.next(after); each !== null && each <= upto; each = job.times.next(each)) found.push(each);
    return found;
  }

  #decide(job: ModelJob, { cause, leapt }: { cause: Missed['cause']; leapt: boolean }): void {
    const due = this.#between(job, job.cursor, this.wall).filter((occurrence) => this.#startOf(job, occurrence) <= this.wall);
    const newest = due.at(-1);
    if (newest === undefined) return;
    const { catchUp } = job.definition;
    const policy = leapt && job.times.smallestGapMs < 3_600_000 ? 'skip' : catchUp.policy;
    const windowMs = catchUp.windowSeconds === null ? (catchUp.policy === 'all' ? 1 : 7) * 86_400_000 : catchUp.windowSeconds * 1000;
    const group = (times: number[], action: Missed['action'], why = cause): Missed => ({ count: times.length, first: iso(times[0] as number), last: iso(times.at(-1) as number), policy, action, cause: why });
    job.cursor = newest;
    if (this.wall - this.#startOf(job, due[0] as number) <= 60_000) {
      this.#place(job, 'schedule', newest, due.length === 1 ? null : group(due.slice(0, -1), 'ran_latest', 'busy'));
      return;
    }
    const inWindow = due.filter((occurrence) => occurrence >= this.wall - windowMs);
    if (policy === 'skip') this.#record(job, 'policy', group(due, 'none'));
    else if (inWindow.length === 0) this.#record(job, 'too_old', group(due, 'none'));
    else if (policy === 'latest') this.#place(job, 'catch_up', newest, group(due, 'ran_latest'));
    else {
      const kept = inWindow.slice(-catchUp.most);
      const dropped = due.slice(0, due.length - kept.length);
      if (dropped.length > 0) this.#record(job, kept.length < inWindow.length ? 'too_many' : 'too_old', group(dropped, 'none'));
      for (const occurrence of kept) this.#place(job, 'catch_up', occurrence, group([occurrence], 'ran'));
    }
  }

  #endPause(job: ModelJob, lastMoment: number, catchUp: boolean): void {
    const passed = this.#between(job, job.cursor, lastMoment);
    job.cursor = Math.max(job.cursor, lastMoment);
    const [first, last] = [passed[0], passed.at(-1)];
    if (first === undefined || last === undefined) return;
    const missed: Missed = { count: passed.length, first: iso(first), last: iso(last), policy: catchUp ? 'latest' : 'skip', action: catchUp ? 'ran_latest' : 'none', cause: 'paused' };
    if (catchUp) this.#place(job, 'catch_up', last, missed);
    else this.#record(job, 'paused', missed);
  }

  #record(job: ModelJob, cause: RunCause, missed: Missed): void {
    const run = this.#write(job, 'schedule', Date.parse(missed.last), missed);
    this.#leave(run, 'missed', cause);
  }

  #write(job: ModelJob, trigger: Trigger, occurrence: number | null, missed: Missed | null): ModelRun {
    const run: ModelRun = { job, trigger, occurrence, state: 'queued', cause: null, missed, attempts: 0, createdAt: this.wall, startedAt: null, dueAt: trigger === 'catch_up' && this.#catchUpFrom > this.wall ? this.#catchUpFrom : null, other: null, anyway: false, process: null };
    this.runs.push(run);
    this.#live.push(run);
    return run;
  }

  /** Rule 3.1. */
  #place(job: ModelJob, trigger: Trigger, occurrence: number, missed: Missed | null): void {
    const live = this.#liveOf(job);
    const isParked = (run: ModelRun): boolean => run.trigger === 'catch_up' && run.state === 'queued';
    const inTheWay = live.filter((run) => !isParked(run));
    const run = this.#write(job, trigger, occurrence, missed);
    const { policy } = job.definition.overlap;
    const waiting = inTheWay.filter(({ state }) => state === 'queued');
    const full = (policy === 'queueAll' || policy === 'parallel') && waiting.length >= 50;
    if (inTheWay.length > 0 && (policy === 'skip' || full)) {
      this.#leave(run, 'skipped', full ? 'too_many' : 'overlap');
      run.other = inTheWay[0] as ModelRun;
      run.dueAt = null;
      return;
    }
    const gone = [...(trigger !== 'startup' && job.definition.catchUp.policy !== 'all' ? live.filter(isParked) : []), ...(policy === 'queue' || policy === 'replace' ? waiting : [])];
    for (const each of gone) {
      this.#finish(each, 'skipped', 'superseded');
      each.other = run;
    }
    if (policy !== 'replace') return;
    const replaced = inTheWay.filter((each) => !waiting.includes(each));
    run.other = replaced[0] ?? null;
    for (const each of replaced) {
      if (each.state === 'retry_wait') this.#finish(each, 'stopped', 'replaced');
      else if (each.state === 'running') {
        each.state = 'stopping';
        each.cause = 'replaced';
        this.#ask(each);
      }
    }
  }

  // Turns

  #turns(): void {
    if (!this.#open) return;
    for (let begun = true; begun; ) {
      begun = false;
      const waiting = this.#live.filter(({ state }) => state === 'queued' || state === 'retry_wait').sort((a, b) => rank(a.trigger) - rank(b.trigger) || a.createdAt - b.createdAt || (a.occurrence ?? 0) - (b.occurrence ?? 0) || this.#live.indexOf(a) - this.#live.indexOf(b));
      for (const run of waiting) {
        const paused = this.#paused(run.job) && rank(run.trigger) !== 0;
        if (this.wall >= this.#deadline(run) && (run.state === 'queued' || paused)) {
          this.#finish(run, run.state === 'queued' ? 'skipped' : 'failed', 'deadline');
          continue;
        }
        if (paused || !this.#mayBegin(run)) continue;
        this.#begin(run);
        begun = true;
      }
    }
  }

  #mayBegin(run: ModelRun): boolean {
    const busy = this.#live.filter(isBusy);
    if (busy.length >= this.#maxRunning) return false;
    if (run.state === 'queued' && run.trigger === 'catch_up' && this.#catchUpFrom > this.wall) return false;
    const { retries, overlap, locks } = run.job.definition;
    const longest = (Math.min(retries.capSeconds, retries.baseSeconds * 2 ** Math.max(0, retries.most - 1)) + retries.minSeconds) * 1000;
    if (run.state === 'retry_wait' && run.dueAt !== null && run.dueAt > this.wall && run.dueAt - this.wall <= longest) return false;
    if (run.trigger === 'catch_up' && busy.some(({ trigger }) => trigger === 'catch_up')) return false;
    if (busy.some((other) => other.job.definition.locks.some((lock) => locks.includes(lock)))) return false;
    if (run.anyway) return true;
    const same = busy.filter(({ job }) => job === run.job).length;
    if (overlap.policy === 'parallel') return same < overlap.most;
    return same === 0 && (run.state === 'retry_wait' || !this.#live.some((other) => other.job === run.job && other.state === 'retry_wait'));
  }

  #begin(run: ModelRun): void {
    run.attempts += 1;
    run.startedAt ??= this.wall;
    run.dueAt = null;
    const { takesMs, ends, spawns } = this.#play({ job: run.job.name, trigger: run.trigger, occurrence: run.occurrence, attempt: run.attempts });
    if (!spawns) {
      this.#finish(run, 'failed', 'spawn');
      return;
    }
    run.state = 'running';
    run.cause = null;
    run.process = { endsAtAwake: this.#awake + takesMs, ends, asked: false };
  }

  /** It ends a little later, unless it was about to end by itself. */
  #ask(run: ModelRun): void {
    const { process } = run;
    if (process === null || process.asked) return;
    process.asked = true;
    const at = this.#awake + this.stopsInMs;
    if (at < process.endsAtAwake) run.process = { endsAtAwake: at, asked: true, ends: { state: 'stopped', cause: 'user', retry: false, byItself: false } };
  }

  #end(run: ModelRun): void {
    this.#settle(run);
    this.#turns();
  }

  #settle(run: ModelRun): void {
    const { ends } = run.process as NonNullable<ModelRun['process']>;
    run.process = null;
    const { retries } = run.job.definition;
    const again = run.attempts <= retries.most;
    const retry = (cause: RunCause): void => {
      run.state = 'retry_wait';
      run.cause = cause;
      run.dueAt = this.wall + Math.floor(this.chance * Math.min(retries.capSeconds, retries.baseSeconds * 2 ** (run.attempts - 1)) * 1000) + retries.minSeconds * 1000;
    };
    if (!ends.byItself) {
      const cause = run.state === 'stopping' ? (run.cause as RunCause) : ends.cause;
      if (cause !== 'timeout') this.#finish(run, 'stopped', cause);
      else if (retries.onTimeout && again) retry('timeout');
      else this.#finish(run, 'timed_out', 'timeout');
    } else if (ends.state === 'failed' && ends.retry && again && run.state === 'running') retry(ends.cause);
    else this.#finish(run, ends.state, ends.cause);
  }

  #lose(run: ModelRun, cause: RunCause): void {
    this.#finish(run, 'unknown', cause);
    if (!run.job.definition.idempotent) return;
    this.#write(run.job, 'recovery', run.occurrence, null).other = run;
  }

  #leave(run: ModelRun, state: RunState, cause: RunCause): void {
    run.state = state;
    run.cause = cause;
    this.#live = this.#live.filter((other) => other !== run);
  }

  #finish(run: ModelRun, state: RunState, cause: RunCause): void {
    this.#leave(run, state, cause);
    const { job } = run;
    if (state === 'succeeded' || state === 'partial') job.failures = 0;
    if (state !== 'failed' && state !== 'timed_out' && state !== 'unknown') return;
    job.failures += 1;
    if (job.definition.pauseAfter !== null && job.failures >= job.definition.pauseAfter && job.pausedUntil === null) job.pausedUntil = never;
  }

  #job(name: string): ModelJob {
    return this.jobs.find((job) => job.name === name) as ModelJob;
  }

  #liveOf(job: ModelJob): ModelRun[] {
    return this.#live.filter((run) => run.job === job);
  }

  #paused(job: ModelJob): boolean {
    return (job.pausedUntil !== null && job.pausedUntil > this.wall) || (this.#pausedAllUntil !== null && this.#pausedAllUntil > this.wall);
  }
}

function isBusy({ state }: ModelRun): boolean {
  return state === 'running' || state === 'stopping';
}
