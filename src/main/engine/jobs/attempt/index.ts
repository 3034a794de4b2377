// Attempts: one start of one program for a job. Each is kept by a process of its own (src/main/shim.ts) that outlives us; here is how it is started,
// found again, watched, stopped and read. What an attempt means for its run is decided elsewhere. README.md says what lies on the disk.
import { join } from 'node:path';
import { sleep } from '../../kit/async.ts';
import { Breath } from '../../kit/breath.ts';
import { writeFileDurable } from '../../kit/durable.ts';
import { errnoOf, fail } from '../../kit/errors.ts';
import type { Clock, Files, Processes, Random } from '../../ports.ts';
import { createOutputReader, type OutputReader, type OutputRow } from './output/reader.ts';
import { createPlaces } from './places.ts';
import { faultOf, filesOf, type AttemptIdentity, type AttemptRequest, type AttemptResult, type AttemptState, type ControlRequest, type ShimRequest, type SpawnError } from './protocol.ts';
import { removeSecretFiles } from './secret-files.ts';
import { Stopping } from './stopping.ts';

export type { Gap, OutputInfo, OutputReader, OutputRow } from './output/reader.ts';
export type { OutputLine, StreamName } from './output/format.ts';
export { withoutColours } from './colours.ts';
export { stopSignals, type AttemptIdentity, type AttemptRequest, type AttemptResult, type AttemptState, type Report, type ReportFault, type SecretFile, type SpawnError, type StopCause, type StopSignal } from './protocol.ts';

export interface AttemptsDeps {
  files: Files;
  clock: Clock;
  random: Random;
  processes: Processes;
  homePath: string;
}

/** `crash`: the computer has run on since; `power_loss`: it was started again. */
export type GoneCause = 'crash' | 'power_loss';

export type Found =
  /** Nothing says that it ever began. `searched`: no process carries the run's id in its environment either; false where the system does not tell. */
  | { noIdentity: true; searched: boolean }
  /** `orphan`: something of it lives, but nobody keeps it: how it ends will not be known. One that wrote no identity is known by its environment alone. */
  | { alive: AttemptIdentity; orphan: boolean; state: AttemptState }
  | { gone: GoneCause }
  | { result: AttemptResult };

export type Started =
  | { identity: AttemptIdentity }
  | { spawnFailed: SpawnError }
  /** Its keeper ended before it had written anything: a program may have been started or not. `find` searches for it. */
  | { lost: true };

export type Ending = { result: AttemptResult } | { gone: GoneCause };

export interface AttemptOutput extends OutputReader {
  /** Rows from `fromSeq` on, also those that come, until the attempt has ended and all was given. Throws CANCELLED when the signal fires. */
  follow(fromSeq: number, signal: AbortSignal): AsyncGenerator<OutputRow[]>;
}

export interface Attempts {
  /**
   * Resolves when the identity of what was started is durable (4.3). Throws BAD_INPUT for a request that cannot be, and CONFLICT when this attempt was begun
   * before: never a second one beside it.
   */
  start(request: AttemptRequest): Promise<Started>;
  /** Resolves when it has ended, also one that an earlier engine started; an orphan when nothing of it lives. Throws CANCELLED, and NOT_FOUND when nothing says that it ever began. */
  ended(runId: string, attempt: number, signal?: AbortSignal): Promise<Ending>;
  /** Asks it to end (5.1), at once with `force`; the grace is the request's or shorter. False when nothing of it lives. Its end is told by `ended`. */
  stop(runId: string, attempt: number, options: { force: boolean; graceMs?: number }): Promise<boolean>;
  /** What has become of it (4.4). Removes secret files that a dead keeper left behind. */
  find(runId: string, attempt: number): Promise<Found>;
  output(runId: string, attempt: number): AttemptOutput;
  /** Numbers of the attempts of a run that have output, in order. */
  attempts(runId: string): number[];
  /** What each run's output takes on the disk, in bytes. */
  sizes(): Promise<{ runId: string; bytes: number }[]>;
  /** Deletes the output of a run; false when there was none. Throws CONFLICT while one of its attempts lives. */
  remove(runId: string): Promise<boolean>;
}

const startPollMs = 15;
const watchMs = 200;
/** Between the start of a keeper and what it writes of it, also on a very slow disk. */
const beginningMs = 30_000;
/** Asking the system about a process costs more than looking for a file. */
const proofEveryMs = 2_000;
const orphanGraceMs = 10_000;
const rowsAtOnce = 1_000;

export function createAttempts(deps: AttemptsDeps): Attempts {
  const { files, clock, random, processes, homePath } = deps;
  const places = createPlaces(files, homePath);

  /** Something of a program whose keeper is dead lives. Its group's number may have been given to others once the group was empty. */
  const orphanAlive = async ({ child, group }: AttemptIdentity): Promise<boolean> => {
    if (await processes.alive(child)) return true;
    if (child.bootId !== (await processes.bootId()) || !(await processes.groupAlive(group))) return false;
    const leader = await processes.identityOf(group);
    return leader === undefined || leader.startTime === child.startTime;
  };

  /**
   * A start that wrote no identity (4.4). While its keeper lives, that may still come. A program that lives without one is an orphan: nothing may be started
   * beside it.
   */
  const findByEnvironment = async (runId: string, attempt: number): Promise<Found> => {
    const folder = places.attemptFolder(runId, attempt);
    const until = clock.monotonicMs() + beginningMs;
    for (;;) {
      const living = await processes.withEnvironment('VARVE_RUN_ID', runId);
      // Only programs know where their report goes, keepers do not.
      const programs = (await processes.withEnvironment('VARVE_RESULT_FILE', filesOf(folder).report)) ?? [];
      if (places.identity(runId, attempt) ?? places.result(runId, attempt)) return await find(runId, attempt);
      if (!living || living.length === 0) {
        removeSecretFiles(files, folder);
        return { noIdentity: true, searched: living !== undefined };
      }
      const keeperLives = living.some(({ pid }) => !programs.some((program) => program.pid === pid));
      if (keeperLives && clock.monotonicMs() < until) {
        await sleep(clock, watchMs);
        continue;
      }
      const leads = await Promise.all(living.map(({ pid }) => processes.groupAlive(pid)));
      const leader = living.find((_, i) => leads[i]) ?? living[0];
      if (leader) return { alive: { version: 1, runId, attempt, shim: leader, child: leader, group: leader.pid, startedAt: new Date(clock.now()).toISOString() }, orphan: true, state: places.state(runId, attempt) };
    }
  };

  const find = async (runId: string, attempt: number): Promise<Found> => {
    const folder = places.attemptFolder(runId, attempt);
    const had = places.result(runId, attempt);
    if (had) {
      removeSecretFiles(files, folder);
      return { result: had };
    }
    const identity = places.identity(runId, attempt);
    if (!identity) return await findByEnvironment(runId, attempt);
    if (await processes.alive(identity.shim)) return { alive: identity, orphan: false, state: places.state(runId, attempt) };
    const result = places.result(runId, attempt); // it may have ended between the two questions
    if (!result && (await orphanAlive(identity))) return { alive: identity, orphan: true, state: places.state(runId, attempt) };
    removeSecretFiles(files, folder);
    return result ? { result } : { gone: identity.shim.bootId === (await processes.bootId()) ? 'crash' : 'power_loss' };
  };

  const start = async (request: AttemptRequest): Promise<Started> => {
    const fault = faultOf(request);
    if (fault) return fail('BAD_INPUT', `the ${fault.field} of an attempt ${fault.reason}`, fault);
    const { runId, attempt } = request;
    const folder = makeFolder(runId, attempt);
    const token = Buffer.from(random.bytes(16)).toString('hex');
    writeFileDurable(files, filesOf(folder).token, Buffer.from(token), { random });
    const whole: ShimRequest = { ...request, output: folder, token };
    let ended = false;
    try {
      const shim = await processes.startShim({ args: [runId, String(attempt)], environment: { VARVE_RUN_ID: runId, VARVE_ATTEMPT: String(attempt) }, input: Buffer.from(JSON.stringify(whole)) });
      void shim.ended.then(() => (ended = true));
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      files.removeTree(folder); // nothing began: it may be tried again
      return { spawnFailed: { code, at: 'shim' } };
    }
    // No time limit: as long as the keeper lives it may still begin, and a claim that it did not would be false.
    for (;;) {
      const over = ended; // what it wrote before its end is there after it
      const result = places.result(runId, attempt);
      if (result?.spawnError) return { spawnFailed: result.spawnError };
      const identity = places.identity(runId, attempt);
      if (identity) return { identity };
      if (over) return { lost: true };
      await sleep(clock, startPollMs);
    }
  };

  function makeFolder(runId: string, attempt: number): string {
    const folder = places.attemptFolder(runId, attempt);
    files.mkdirs(places.runFolder(runId), 0o700);
    try {
      files.mkdir(folder, 0o700);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') fail('CONFLICT', `attempt ${attempt} of ${runId} was begun before`, { kind: 'run', name: runId }, error);
      throw error;
    }
    for (const parent of [places.runFolder(runId), places.folder, homePath]) files.fsyncFolder(parent);
    return folder;
  }

  const ended = async (runId: string, attempt: number, signal?: AbortSignal): Promise<Ending> => {
    let provedAt = Number.NEGATIVE_INFINITY;
    for (;;) {
      const result = places.result(runId, attempt);
      if (result) return { result };
      if (clock.monotonicMs() - provedAt >= proofEveryMs) {
        const found = await find(runId, attempt);
        if ('noIdentity' in found) return files.lstat(places.attemptFolder(runId, attempt)) ? { gone: 'crash' } : fail('NOT_FOUND', `attempt ${attempt} of ${runId} never began`, { kind: 'run', name: runId });
        if (!('alive' in found)) return found;
        provedAt = clock.monotonicMs();
      }
      await sleep(clock, watchMs, signal);
    }
  };

  /** Goes on after it has answered: the way to the end of an orphan is ours. */
  const stopOrphan = async (identity: AttemptIdentity, force: boolean, graceMs: number): Promise<void> => {
    const stopping = new Stopping({ processes, group: identity.group, stopSignal: 'SIGTERM', graceMs });
    await stopping.begin(force ? 'force' : 'stop', clock.monotonicMs());
    void (async () => {
      while ((await orphanAlive(identity)) && !(await stopping.tick(clock.monotonicMs())) && !stopping.stuck) await sleep(clock, watchMs);
    })().catch(() => {}); // what cannot be asked now is found alive again by the next look
  };

  const stop: Attempts['stop'] = async (runId, attempt, { force, graceMs }) => {
    const found = await find(runId, attempt);
    if ('alive' in found && found.orphan) {
      await stopOrphan(found.alive, force, Math.min(graceMs ?? orphanGraceMs, orphanGraceMs));
      return true;
    }
    const token = places.token(runId, attempt);
    if ('result' in found || 'gone' in found || token === undefined) return false;
    const control: ControlRequest = { token, ask: force ? 'force' : 'stop', graceMs };
    writeFileDurable(files, filesOf(places.attemptFolder(runId, attempt)).control, Buffer.from(JSON.stringify(control)), { random });
    // One that has not begun yet reads it first of all.
    return 'alive' in found || !found.searched;
  };

  const output = (runId: string, attempt: number): AttemptOutput => {
    const folder = places.attemptFolder(runId, attempt);
    const breath = new Breath(clock, new AbortController().signal, 12);
    const reader = createOutputReader({ files, folder, breathe: () => breath.take() ?? Promise.resolve() });
    return {
      ...reader,
      async firstError() {
        const known = places.result(runId, attempt)?.firstErrorSeq;
        // Every line was looked at as it came: there is none.
        if (known === null) return Math.max(0, reader.info().lines - 1);
        // The line may be one of those that are no longer kept.
        const { rows } = known === undefined ? { rows: [] } : await reader.page(known, 1);
        return rows[0] && !('gap' in rows[0]) && rows[0].seq === known ? known : await reader.firstError();
      },
      async *follow(fromSeq, signal) {
        let next = fromSeq;
        let provedAt = clock.monotonicMs();
        let over = false;
        for (;;) {
          const last = over;
          const { lines } = await reader.refresh();
          while (next < lines) {
            const { rows, nextSeq } = await reader.page(next, rowsAtOnce);
            next = nextSeq ?? lines;
            if (rows.length > 0) yield rows;
          }
          if (last) return;
          over = places.result(runId, attempt) !== undefined;
          if (!over && clock.monotonicMs() - provedAt >= proofEveryMs) {
            provedAt = clock.monotonicMs();
            over = !('alive' in (await find(runId, attempt)));
          }
          if (!over) await sleep(clock, watchMs, signal);
        }
      }
    };
  };

  /** 0 for what was removed meanwhile. */
  const sizeOf = (folder: string): number =>
    (files.lstat(folder) ? files.readdir(folder) : []).reduce((sum, { name, type }) => sum + (type === 'dir' ? sizeOf(join(folder, name)) : (files.lstat(join(folder, name))?.size ?? 0)), 0);

  return {
    start,
    ended,
    stop,
    find,
    output,
    attempts: places.attempts,
    async sizes() {
      const breath = new Breath(clock, new AbortController().signal, 12);
      const sizes: { runId: string; bytes: number }[] = [];
      for (const runId of places.runs()) {
        sizes.push({ runId, bytes: sizeOf(places.runFolder(runId)) });
        await breath.take();
      }
      return sizes;
    },
    async remove(runId) {
      const folder = places.runFolder(runId);
      if (!files.lstat(folder)) return false;
      for (const attempt of places.attempts(runId)) {
        if ('alive' in (await find(runId, attempt))) return fail('CONFLICT', `an attempt of ${runId} is alive`, { kind: 'run', name: runId });
      }
      files.removeTree(folder);
      return true;
    }
  };
}
