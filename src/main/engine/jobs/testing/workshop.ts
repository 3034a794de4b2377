// The jobs domain on a real state.db with works that are only played: how long each takes and how it ends is the test's to say. The domain can be thrown away at any
// instant, as by kill -9 or a power cut, and opened anew on the same file.
import { createHash } from 'node:crypto';
import { JobDefinition, type Work } from '../../../../contract/jobs.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import type { Random } from '../../ports.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createOutbox, mergeMigrations, openDatabase, outboxMigrations, type Database, type OutboxEvent } from '../../store/index.ts';
import { createTestFolder } from '../../store/testing.ts';
import { createDefinitionService, pauseAfterFailures } from '../definitions/service.ts';
import { createJobStore, type JobStore } from '../definitions/store.ts';
import type { Executor, Found, Started, Try } from '../kinds/executor.ts';
import { outcome, type Outcome } from '../kinds/outcome.ts';
import { jobsMigrations } from '../migrations.ts';
import type { JobRow, RunRow } from '../model.ts';
import { createLedger, type Ledger } from '../runs/ledger.ts';
import { createRunStore, type RunStore } from '../runs/store.ts';
import { recoverRuns, runAgain } from '../scheduler/recover.ts';
import { createScheduler, type Scheduler } from '../scheduler/scheduler.ts';
import type { WaitingFor } from '../scheduler/pick.ts';
import { createWorker, type Worker } from '../scheduler/worker.ts';
import { settled, SimClock } from './sim-clock.ts';

/** How a try goes. */
export interface Play {
  takesMs: number;
  ends: Outcome;
  /** How long it takes to end when it is asked to. */
  stopsInMs?: number;
  /** It never begins. */
  failsToStart?: boolean;
}

interface Process {
  what: { jobName: string; runId: string; attempt: number; occurrence: number | null; key: string };
  identity: { boot: string; number: number };
  ended: Promise<Outcome>;
  end(outcome: Outcome): void;
  result: Outcome | undefined;
  play: Play;
  stopping: boolean;
}

export interface Domain {
  db: Database;
  jobs: JobStore;
  runs: RunStore;
  ledger: Ledger;
  scheduler: Scheduler;
  worker: Worker;
  definitions: ReturnType<typeof createDefinitionService>;
  drain(): number;
  /** What went wrong and was only logged. */
  complaints: string[];
  announced: EngineEvent[];
}

export const ok = (more: Partial<Outcome> = {}): Outcome => outcome('succeeded', 'exit', { exit: { code: 0, signal: null }, ...more });
export const failing = (more: Partial<Outcome> = {}): Outcome => outcome('failed', 'exit', { exit: { code: 1, signal: null }, detail: 'ended with 1', retry: true, ...more });

export const command: Work = { kind: 'command', argv: ['work'], folder: null, environment: {}, inherit: [], secrets: [], successCodes: [], partialCodes: [], noRetryCodes: [], stopSignal: 'SIGTERM' };
/** Work of Varve's own: it ends with the process. */
export const own: Work = { kind: 'verify-log' };

export function define(name: string, more: Record<string, unknown> = {}): JobDefinition {
  return JobDefinition.parse({ name, work: command, schedule: { kind: 'manual' }, retries: { most: 0 }, ...more });
}

export const daily = (time: string, zone = 'UTC') => ({ kind: 'cron', expression: `${time} * * *`, zone, dayMatch: 'or' }) as const;
export const every = (minutes: number, anchor = '2026-01-01T00:00:00.000Z') => ({ kind: 'interval', everyMs: minutes * 60_000, anchor }) as const;

export const minute = 60_000;
export const hour = 3_600_000;
export const day = 86_400_000;
export const at = (text: string): number => Date.parse(text.length <= 16 ? `${text}:00.000Z` : text);

/** Ids that sort as they were made; chance, where it is asked for in six bytes, is `chance`. */
function orderlyRandom(chance: () => number): Random {
  let count = 0;
  return {
    bytes: (length) => {
      const out = Buffer.alloc(length);
      if (length === 6) out.writeUIntBE(Math.floor(chance() * 2 ** 48), 0, 6);
      else {
        // Version and variant take their places in an id; the count stands where they do not.
        out.writeUInt32BE(count++, length - 4);
        createHash('sha256').update(String(count)).digest().copy(out, 0, 0, 6);
      }
      return new Uint8Array(out);
    }
  };
}

/** What a killed process still had in mind reaches nothing. */
function silence(db: Database): void {
  if (!db.open) return;
  db.close();
  const gone = (): never => {
    throw new Error('killed');
  };
  db.prepare = () => ({ get: () => undefined, all: () => [], run: gone, iterate: gone });
  db.transaction = gone;
}

export class Workshop {
  readonly clock: SimClock;
  readonly folder = createTestFolder();
  /** Every start of a work that ever was. */
  readonly starts: { job: string; runId: string; attempt: number; occurrence: number | null; key: string; atMs: number }[] = [];
  /** The record: what was appended, by id as the log does it. */
  readonly log = new Map<string, OutboxEvent>();
  /** In [0, 1). */
  chance = 0;
  play: (what: Try) => Play = () => ({ takesMs: 1_000, ends: ok() });
  unmet: (definition: JobDefinition) => WaitingFor | undefined = () => undefined;
  /** Called at each step that a stop could come after or before; throws to fail it. */
  step: (name: string) => void = () => undefined;
  now!: Domain;
  #boot = 1;
  #number = 0;
  #session = 0;
  readonly #processes = new Map<string, Process>();
  readonly #random = orderlyRandom(() => this.chance);

  constructor(startMs = at('2026-03-02T10:00')) {
    this.clock = new SimClock(startMs);
  }

  get bootId(): string {
    return `boot-${this.#boot}`;
  }

  /** Opens the domain on the file as it is. `start`: the scheduler runs. */
  async open({ start = true }: { start?: boolean } = {}): Promise<Domain> {
    this.now = this.#wire(++this.#session);
    if (start) await this.now.scheduler.start();
    await settled();
    return this.now;
  }

  /** kill -9: nothing of the domain goes on; programs do. */
  kill(): void {
    this.#session += 1;
    silence(this.now.db);
    for (const key of this.#isOwn) this.#processes.delete(key);
  }

  /** The plug is pulled: programs are gone as well. */
  cut(offMs: number): void {
    this.kill();
    for (const [key, process] of this.#processes) if (process.result === undefined) this.#processes.delete(key);
    this.#boot += 1;
    this.clock.off(offMs);
  }

  /** As a person ends it. */
  async close(): Promise<void> {
    this.now.scheduler.close();
    const closing = this.now.worker.close('quit');
    await this.clock.elapse(0);
    for (let i = 0; i < 100 && [...this.#processes].some(([key, process]) => this.#isOwn.has(key) && process.result === undefined); i++) await this.clock.elapse(1_000);
    await closing;
    await settled();
    this.#session += 1;
    this.now.db.close();
  }

  remove(): void {
    silence(this.now.db);
    this.folder.remove();
  }

  /** After a test: what was only logged is a fault, too. */
  end(): void {
    this.remove();
    if (this.now.complaints.length > 0) throw new Error(this.now.complaints.join('\n'));
  }

  /** With a pause between, so that what waits has its turn. */
  async elapse(ms: number): Promise<void> {
    await this.clock.elapse(ms);
    await settled();
  }

  async sleep(ms: number): Promise<void> {
    this.clock.sleep(ms);
    this.now.scheduler.wake();
    await settled();
  }

  async setClock(byMs: number): Promise<void> {
    this.clock.set(byMs);
    this.now.scheduler.wake();
    await settled();
  }

  add(definition: JobDefinition): JobRow {
    return this.now.definitions.add(definition, 'tester');
  }

  job(name: string): JobRow {
    return this.now.jobs.job(name) as JobRow;
  }

  /** Oldest first. */
  runsOf(name: string): RunRow[] {
    return this.now.runs.list({ jobId: this.job(name).id, limit: 10_000 }).reverse();
  }

  /** What the record says of a run, oldest first. */
  movesOf(runId: string): string[] {
    return [...this.log.values()].flatMap(({ payload }) => {
      const { run, from, to } = (payload ?? {}) as Record<string, string>;
      return run === runId && to !== undefined ? [`${from} ${to}`] : [];
    });
  }

  /** Ends a program that is under way, in whatever way. */
  endProcess(runId: string, attempt: number, end: Outcome): void {
    this.#processes.get(`${runId}/${attempt}`)?.end(end);
  }

  /** Of programs: it lives, but whoever kept it is gone. */
  readonly orphans = new Set<string>();

  readonly #isOwn = new Set<string>();

  #wire(session: number): Domain {
    const living = (): boolean => session === this.#session;
    const world = this.clock;
    const clock = {
      now: world.now, nowNs: world.nowNs, monotonicMs: world.monotonicMs, zone: world.zone,
      setTimer: (delayMs: number, callback: () => void) => world.setTimer(delayMs, () => living() && callback())
    };
    const complaints: string[] = [];
    const announced: EngineEvent[] = [];
    const quiet = (): void => undefined;
    const logger = { debug: quiet, info: quiet, warn: quiet, error: (message: string, fields?: Record<string, unknown>) => void (living() && complaints.push(`${message}: ${JSON.stringify(fields)}`)) };
    const files = createNodeFiles();
    const random = this.#random;
    const db = openDatabase({ path: this.folder.at('state.db'), kind: 'state', migrations: mergeMigrations([...outboxMigrations], jobsMigrations), files, clock } as never);
    this.#addSteps(db);
    const outbox = createOutbox({
      db, random, clock,
      log: {
        check: () => undefined,
        appendMany: (events) => {
          this.step('append');
          for (const event of events) this.log.set(event.id as string, event);
          this.step('appended');
        }
      }
    });
    outbox.drain();
    const jobs = createJobStore(db);
    const runs = createRunStore(db);
    const announce = (event: EngineEvent): void => void announced.push(event);
    const ledger = createLedger({ clock, logger, runs, jobs, outbox, announce });
    const onFailed = (run: RunRow): void => pauseAfterFailures({ jobs, outbox, clock }, run);
    const onLost = (run: RunRow): void => runAgain(jobs, (job, wanted) => scheduler.write(job, wanted), run);
    const executorFor = ({ work }: JobDefinition): Executor => this.#executor(work.kind !== 'command', living);
    const worker = createWorker({ clock, random, files, logger, jobs, runs, ledger, executorFor, mask: (value) => value, onFree: () => scheduler.pump(), onFailed, onLost });
    const scheduler = createScheduler({
      clock, random, logger, jobs, runs, ledger, outbox, worker, announce, onFailed,
      uptimeMs: world.uptimeMs,
      bootId: () => this.bootId,
      unmet: async (definition) => this.unmet(definition),
      recover: () => recoverRuns({ clock, logger, jobs, runs, ledger, worker, executorFor, onFailed, onLost })
    });
    const definitions = createDefinitionService({
      clock, random, jobs, runs, outbox, scheduler, announce, lookForMissing: () => () => null, settleLeft: async () => undefined,
      planFacts: (name) => {
        throw new Error(`no plan ${name}`);
      }
    });
    return { db, jobs, runs, ledger, scheduler, worker, definitions, drain: outbox.drain, complaints, announced };
  }

  /** A stop before and after each transaction that is not part of another. */
  #addSteps(db: Database): void {
    const plain = db.transaction.bind(db);
    db.transaction = (work) => {
      const outer = !db.raw.inTransaction;
      if (outer) this.step('before commit');
      const result = plain(work);
      if (outer) this.step('after commit');
      return result;
    };
  }

  #executor(isOwn: boolean, living: () => boolean): Executor {
    const startedOf = (process: Process): Started => ({
      identity: process.identity,
      ended: process.ended,
      stop: () => {
        if (process.stopping || process.result !== undefined) return;
        process.stopping = true;
        this.clock.setTimer(process.play.stopsInMs ?? 700, () => process.end(outcome('stopped', 'user', { byItself: false })));
      },
      release: () => undefined,
      endsWithUs: isOwn
    });
    return {
      start: async (what) => {
        this.step('start');
        const play = this.play(what);
        if (play.failsToStart === true) return { kind: 'failed', outcome: play.ends };
        const process = this.#begin(what, play, isOwn, living);
        this.step('started');
        return { kind: 'started', started: startedOf(process) };
      },
      find: async ({ run, attempt }): Promise<Found> => {
        const key = `${run.id}/${attempt}`;
        const process = this.#processes.get(key);
        if (process?.result !== undefined && !isOwn) return { kind: 'ended', outcome: process.result };
        if (process === undefined || isOwn) {
          const identity = this.now.runs.attempt(run.id, attempt)?.identity as Process['identity'] | null | undefined;
          if (identity === null || identity === undefined) return { kind: 'gone', cause: 'crash_at_start' };
          return { kind: 'gone', cause: identity.boot === this.bootId ? 'crash' : 'power_loss' };
        }
        if (this.orphans.has(key)) return { kind: 'orphan', ended: process.ended.then(() => undefined), stop: startedOf(process).stop, release: () => undefined };
        return { kind: 'alive', started: startedOf(process) };
      }
    };
  }

  #begin({ run, attempt }: Try, play: Play, isOwn: boolean, living: () => boolean): Process {
    const key = `${run.id}/${attempt}`;
    this.starts.push({ job: run.jobName, runId: run.id, attempt, occurrence: run.occurrence, key: run.key, atMs: this.clock.now() });
    let resolve!: (outcome: Outcome) => void;
    const ended = new Promise<Outcome>((done) => (resolve = done));
    const process: Process = {
      what: { jobName: run.jobName, runId: run.id, attempt, occurrence: run.occurrence, key: run.key }, identity: { boot: this.bootId, number: ++this.#number }, ended, result: undefined, play, stopping: false,
      end: (end) => {
        if (process.result !== undefined || !this.#processes.has(key) || (isOwn && !living())) return;
        process.result = end;
        resolve(end);
      }
    };
    this.#processes.set(key, process);
    if (isOwn) this.#isOwn.add(key);
    this.clock.setTimer(play.takesMs, () => process.end({ ...play.ends, activeMs: play.takesMs }));
    return process;
  }
}
