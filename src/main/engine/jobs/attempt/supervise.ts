// What the shim does from the first to the last moment of an attempt: starts the program, writes down who it is, keeps its output, holds its times
// and ends it when asked, writes how it ended. It needs nobody: the window may be closed meanwhile.
import { errnoOf } from '../../kit/errors.ts';
import { writeFileDurable } from '../../kit/durable.ts';
import type { Clock, Files, Processes, ProcessIdentity, Random } from '../../ports.ts';
import { createRedactor, type Redactor } from '../../secrets/redact/index.ts';
import { ActiveTime } from './active-time.ts';
import { capture, type Capture } from './capture.ts';
import { environmentOf, filesOf, parseObject, smallFileBytes, type AttemptIdentity, type AttemptResult, type AttemptState, type ReportFault, type Report, type ShimRequest, type SpawnError, type StopCause } from './protocol.ts';
import { parseReport, reportLimitBytes } from './report.ts';
import { makeSecretFiles, removeSecretFiles } from './secret-files.ts';
import { Stopping } from './stopping.ts';

const tickMs = 250;
/** A program has ended, others hold its pipes: when nothing has come for so long, nothing more is waited for, and never longer than the second. */
const quietMs = 500;
const quietLimitMs = 5_000;
/** A computer that shuts down gives no more (4.9). */
const shutdownGraceMs = 5_000;
const resultEveryMs = 5_000;

export interface SuperviseDeps {
  files: Files;
  clock: Clock;
  random: Random;
  processes: Processes;
  /** Called once; the listener is to be called when the system wants this process to end. */
  onShutdown(listener: () => void): void;
}

interface Exit {
  code: number | null;
  signal: string | null;
}

interface Ended {
  exit: Exit | null;
  /** Set when it was told to end. */
  stopping: Stopping | undefined;
  leftBehind: boolean;
}

/** Resolves when the result is durable. Rejects only when it could not be written in all of an hour. */
export async function supervise(deps: SuperviseDeps, request: ShimRequest): Promise<AttemptResult> {
  const { clock, files } = deps;
  const output = capture({ files, clock, folder: request.output, redactor: () => redactorOf(request) });
  const active = new ActiveTime(clock);
  const startedAt = new Date(clock.now()).toISOString();
  const started = await start(deps, request, output, startedAt);
  const ended: Ended = 'error' in started ? { exit: null, stopping: undefined, leftBehind: false } : await follow(deps, request, output, active, started);
  const activeMs = Math.round(active.tick());
  await output.end();
  const report = takeReport(deps, request);
  removeSecretFiles(files, request.output);
  const result: AttemptResult = {
    version: 1,
    runId: request.runId,
    attempt: request.attempt,
    exit: ended.exit,
    spawnError: 'error' in started ? started.error : null,
    startedAt,
    endedAt: new Date(clock.now()).toISOString(),
    activeMs,
    ...output.summary(),
    stoppedBy: ended.stopping?.cause ?? null,
    killed: ended.stopping?.killed ?? false,
    leftBehind: ended.leftBehind,
    ...report
  };
  await writeResult(deps, request, result);
  return result;
}

/** Files' values are secrets, whether named as such or not. */
function redactorOf({ secrets, secretFiles = [] }: ShimRequest): Redactor {
  const named = new Set(secrets.map(({ value }) => value));
  return createRedactor({ secrets: [...secrets, ...secretFiles.filter(({ value }) => !named.has(value))] });
}

// ---- start ---------------------------------------------------------------------------------------------------------------

interface Started {
  child: ProcessIdentity;
  /** The group that it leads. */
  group: number;
  end(): Exit | undefined;
  /** Nobody holds its pipes any more. */
  closed(): boolean;
  drop(): void;
  /** Called when one of the two changed. */
  onChange: () => void;
}

async function start(deps: SuperviseDeps, request: ShimRequest, output: Capture, startedAt: string): Promise<Started | { error: SpawnError }> {
  const { files, processes } = deps;
  const refused = (error: unknown, at: SpawnError['at']): { error: SpawnError } => ({ error: { code: errnoOf(error) ?? 'EIO', at } });
  let shim: ProcessIdentity | undefined;
  try {
    makeSecretFiles(files, request);
    shim = await processes.identityOf(processes.pid); // before the start: what could not be followed is not begun
  } catch (error) {
    return refused(error, 'shim');
  }
  if (!shim) return { error: { code: 'ESRCH', at: 'shim' } };
  if (files.stat(request.folder)?.type !== 'dir') return { error: { code: files.stat(request.folder) ? 'ENOTDIR' : 'ENOENT', at: 'folder' } };
  let end: Exit | undefined;
  let closed = false;
  const started: Started = { child: shim, group: 0, end: () => end, closed: () => closed, drop: () => {}, onChange: () => {} };
  const exited = Promise.withResolvers<void>();
  try {
    const { pid, drop } = await processes.startChild({
      argv: request.argv,
      folder: request.folder,
      environment: environmentOf(request),
      input: request.stdin === undefined ? undefined : Buffer.from(request.stdin),
      onOutput: (stream, bytes) => output.push(stream, bytes),
      onExit: (how) => {
        end = how;
        exited.resolve();
        started.onChange();
      },
      onClosed: () => {
        closed = true;
        started.onChange();
      }
    });
    started.group = pid;
    started.drop = drop;
  } catch (error) {
    return refused(error, 'program');
  }
  const pid = started.group;
  // One that has ended already has no identity any more; nothing will ever be taken for it.
  const child: ProcessIdentity = (await processes.identityOf(pid).catch(() => undefined)) ?? { pid, startTime: 'ended', bootId: shim.bootId };
  started.child = child;
  const identity: AttemptIdentity = { version: 1, runId: request.runId, attempt: request.attempt, shim, child, group: pid, startedAt };
  try {
    writeFileDurable(files, filesOf(request.output).identity, toBytes(identity), deps);
  } catch (error) {
    // Without it nobody could ever tell what became of the program.
    await processes.signalGroup(pid, 'SIGKILL');
    await exited.promise;
    return refused(error, 'shim');
  }
  return started;
}

// ---- while it runs -------------------------------------------------------------------------------------------------------

async function follow(deps: SuperviseDeps, request: ShimRequest, output: Capture, active: ActiveTime, started: Started): Promise<Ended> {
  const { clock, processes } = deps;
  const stopping = new Stopping({ processes, group: started.group, stopSignal: request.stopSignal, graceMs: request.graceMs });
  const limitMs = (wanted: number): number => (wanted === 0 ? Number.POSITIVE_INFINITY : wanted);
  let shutdown = false;
  let activeAt = 0;
  let endedAt: number | undefined;

  const judge = async (now: number, exit: Exit | undefined): Promise<void> => {
    // An exit before the first signal is its own result, whatever is asked afterwards; also one that we have not heard of yet.
    const begin = async (cause: StopCause, graceMs?: number): Promise<void> => {
      if (stopping.cause !== undefined || (!exit && (await processes.alive(started.child)))) await stopping.begin(cause, now, graceMs);
    };
    const asked = readControl(deps.files, request);
    if (asked) await begin(asked.ask, asked.graceMs);
    if (shutdown) await begin('shutdown', shutdownGraceMs);
    if (stopping.cause !== undefined || exit) return;
    if (now >= limitMs(request.timeoutMs)) await begin('timeout');
    else if (now - activeAt >= limitMs(request.idleTimeoutMs)) await begin('idle_timeout');
  };

  /** undefined: it goes on. */
  const step = async (): Promise<Ended | undefined> => {
    const now = active.tick();
    output.tick();
    const exit = started.end();
    if (output.takeActivity()) activeAt = now;
    const before = stateOf(stopping);
    await judge(now, exit);
    const wasStopped = stopping.cause !== undefined;
    const gone = wasStopped && (await stopping.tick(now));
    if (before !== stateOf(stopping)) writeState(deps, request, stopping);
    if (!exit || (wasStopped && !gone)) return undefined;
    endedAt ??= now;
    if (!started.closed() && now - Math.max(activeAt, endedAt) < quietMs && now - endedAt < quietLimitMs) return undefined;
    const leftBehind = !wasStopped && (await processes.groupAlive(started.group));
    started.drop();
    return { exit, stopping: wasStopped ? stopping : undefined, leftBehind };
  };

  let changed = false;
  let wake = (): void => {};
  const change = (): void => {
    changed = true;
    wake();
  };
  started.onChange = change;
  deps.onShutdown(() => {
    shutdown = true;
    change();
  });
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      if (changed) return resolve();
      const cancel = clock.setTimer(tickMs, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  for (;;) {
    changed = false;
    // What the system cannot answer now it is asked again: the program must not lose its keeper over it.
    const ended = await step().catch(() => undefined);
    if (ended) return ended;
    await pause();
  }
}

function stateOf(stopping: Stopping): string {
  return `${stopping.cause}/${stopping.stuck}`;
}

/** Not durable on purpose: it says what is going on now, and after a power cut nothing is. */
function writeState(deps: SuperviseDeps, request: ShimRequest, stopping: Stopping): void {
  const state: AttemptState = { phase: stopping.cause === undefined ? 'running' : 'stopping', cause: stopping.cause ?? null, stuck: stopping.stuck };
  try {
    writeFileDurable(deps.files, filesOf(request.output).state, toBytes(state), deps);
  } catch {
    // a full disk: the result will tell
  }
}

function readControl(files: Files, request: ShimRequest): { ask: 'stop' | 'force'; graceMs: number | undefined } | undefined {
  const path = filesOf(request.output).control;
  let value: Record<string, unknown> | undefined;
  try {
    value = files.lstat(path) && parseObject(files.readFile(path, smallFileBytes));
  } catch {
    return undefined; // unreadable now, perhaps not in a moment
  }
  const { token, ask, graceMs } = value ?? {};
  if (token !== request.token || (ask !== 'stop' && ask !== 'force')) return undefined;
  return { ask, graceMs: typeof graceMs === 'number' && graceMs >= 0 ? graceMs : undefined };
}

// ---- the end -------------------------------------------------------------------------------------------------------------

function takeReport(deps: SuperviseDeps, request: ShimRequest): { report: Report | null; reportFault: ReportFault | null } {
  const { files } = deps;
  const path = filesOf(request.output).report;
  const none = (reportFault: ReportFault | null): { report: null; reportFault: ReportFault | null } => ({ report: null, reportFault });
  try {
    const stat = files.lstat(path);
    if (!stat) return none(null);
    const bytes = stat.type === 'file' && stat.size <= reportLimitBytes ? files.readFile(path, reportLimitBytes) : undefined;
    files.removeTree(path); // it is the program's text, never masked
    if (!bytes) return none(stat.type === 'file' ? 'too_large' : 'unreadable');
    const text = redactorOf(request).redactText(Buffer.from(bytes).toString('utf8'));
    const report = parseReport(text);
    return typeof report === 'string' ? none(report) : { report, reportFault: null };
  } catch {
    return none('unreadable');
  }
}

/** A full disk may be emptied: the result is worth waiting for. */
async function writeResult(deps: SuperviseDeps, request: ShimRequest, result: AttemptResult): Promise<void> {
  const { files, clock } = deps;
  const path = filesOf(request.output).result;
  for (let left = 3_600_000 / resultEveryMs; ; left--) {
    try {
      return writeFileDurable(files, path, toBytes(result), deps);
    } catch (error) {
      if (left <= 0) throw error;
      await new Promise<void>((resolve) => clock.setTimer(resultEveryMs, resolve));
    }
  }
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
