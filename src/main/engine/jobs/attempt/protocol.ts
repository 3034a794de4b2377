// What the engine and the shim say to each other, all of it through files of the attempt's folder, so that an engine that comes later finds what
// the one before began. Only the request goes another way: through the shim's standard input, because it holds secrets.
import { join } from 'node:path';
import type { ProcessIdentity } from '../../ports.ts';

export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
export type StopSignal = (typeof stopSignals)[number];

export interface SecretFile {
  /** Name of the file; letters, digits, `.`, `_`, `-`. */
  name: string;
  /** Variable of the environment that tells the program where it lies. */
  variable: string;
  value: string;
}

export interface AttemptRequest {
  runId: string;
  attempt: number;
  argv: readonly string[];
  /** Where the program stands. */
  folder: string;
  /** All of it, but for what `environmentOf` adds. */
  environment: Readonly<Record<string, string>>;
  /** What the program reads from standard input, which then ends. */
  stdin?: string | undefined;
  /** Made with mode 0600 before the start, removed at the end (10.7). */
  secretFiles?: readonly SecretFile[] | undefined;
  /** What must not appear in the output. Values that reach the program in any way belong here. */
  secrets: readonly { name: string; value: string }[];
  /** Of active time (5.6); 0: none. */
  timeoutMs: number;
  /** Active time without a byte of output; 0: none. */
  idleTimeoutMs: number;
  stopSignal: StopSignal;
  /** Between the stop signal and the kill. */
  graceMs: number;
}

/** What goes through the shim's standard input. */
export interface ShimRequest extends AttemptRequest {
  /** The attempt's own folder. */
  output: string;
  /** Who asks for a stop must know it. */
  token: string;
}

export interface AttemptIdentity {
  version: 1;
  runId: string;
  attempt: number;
  shim: ProcessIdentity;
  child: ProcessIdentity;
  /** Number of the group of processes that the child leads. */
  group: number;
  /** ISO, UTC. */
  startedAt: string;
}

export type StopCause = 'stop' | 'force' | 'timeout' | 'idle_timeout' | 'shutdown';

/** What is going on, for whoever looks; not needed to judge an attempt. */
export interface AttemptState {
  phase: 'running' | 'stopping';
  cause: StopCause | null;
  /** Killed, and something of the group lives all the same (5.2). */
  stuck: boolean;
}

export interface SpawnError {
  /** Code of the system (`ENOENT`, `EACCES`, ...). */
  code: string;
  /** What could not be had: the program, the folder it was to stand in, or what the shim itself needs (a secret's file, the identity of a process). */
  at: 'program' | 'folder' | 'shim';
}

/** What a program itself says of its work in the file of `VARVE_RESULT_FILE`. */
export interface Report {
  items: number | null;
  metrics: Record<string, number>;
}

export interface AttemptResult {
  version: 1;
  runId: string;
  attempt: number;
  /** null when it could not be started. */
  exit: { code: number | null; signal: string | null } | null;
  spawnError: SpawnError | null;
  /** ISO, UTC. */
  startedAt: string;
  endedAt: string;
  /** Time it had while the computer was awake. */
  activeMs: number;
  /** What the program wrote, in bytes, after masking; also what is no longer kept. */
  bytes: { out: number; err: number };
  /** Lines in all. */
  lines: number;
  /** How often each secret was masked, and what only looked like one. */
  redacted: { secrets: Record<string, number>; shapes: Record<string, number>; total: number };
  /** The first line that looks like an error, if any. */
  firstErrorSeq: number | null;
  /** Why it was told to end; null when it ended by itself, also when that was asked too late. */
  stoppedBy: StopCause | null;
  /** It had to be killed. */
  killed: boolean;
  /** It ended by itself and left processes of its group behind, which were let alone. */
  leftBehind: boolean;
  /** Why some of the output could not be written, as the system's code. */
  captureFault: string | null;
  report: Report | null;
  /** Why the report was not taken. */
  reportFault: ReportFault | null;
}

export type ReportFault = 'too_large' | 'not_json' | 'not_in_form' | 'unreadable';

export interface ControlRequest {
  token: string;
  ask: 'stop' | 'force';
  /** The grace to give instead of the request's; for a computer that shuts down. */
  graceMs?: number | undefined;
}

/** Names in an attempt's folder. */
export function filesOf(folder: string) {
  return {
    identity: join(folder, 'identity.json'),
    state: join(folder, 'state.json'),
    result: join(folder, 'result.json'),
    control: join(folder, 'control.json'),
    token: join(folder, 'token'),
    report: join(folder, 'report.json'),
    secrets: join(folder, 'secret-files')
  };
}

/** Of any of the small files. */
export const smallFileBytes = 1 << 20;

/** The environment that the program gets: what the caller chose, and what only the attempt knows. */
export function environmentOf(request: ShimRequest): Record<string, string> {
  const places = filesOf(request.output);
  const secretFiles = (request.secretFiles ?? []).map(({ name, variable }) => [variable, join(places.secrets, name)]);
  return { ...request.environment, VARVE_RUN_ID: request.runId, VARVE_ATTEMPT: String(request.attempt), VARVE_RESULT_FILE: places.report, ...Object.fromEntries(secretFiles) };
}

const runIdForm = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

/** True for what may become the name of a folder. */
export function isRunId(text: string): boolean {
  return runIdForm.test(text);
}

/** What is wrong with a request, or undefined: the caller's fault, found before anything is begun. */
export function faultOf(request: AttemptRequest): { field: string; reason: string } | undefined {
  const { runId, attempt, argv, folder, environment, secretFiles = [], timeoutMs, idleTimeoutMs, graceMs, stopSignal } = request;
  const wrong = (field: string, reason: string): { field: string; reason: string } => ({ field, reason });
  const holdsNul = (text: string): boolean => text.includes('\0');
  if (!isRunId(runId)) return wrong('runId', 'is not the id of a run');
  if (!Number.isInteger(attempt) || attempt < 1 || attempt > 9_999) return wrong('attempt', 'must be a whole number from 1 to 9,999');
  if (argv.length === 0 || argv[0] === '') return wrong('argv', 'names no program');
  const told = [...request.secrets, ...secretFiles].find(({ value }) => value.length >= 6 && [...argv, folder].some((text) => text.includes(value)));
  if (told) return wrong('argv', 'holds a secret, which everybody on this computer could read; give it by the environment, by standard input or as a file');
  if (argv.some(holdsNul)) return wrong('argv', 'holds a NUL character');
  if (folder === '' || holdsNul(folder)) return wrong('folder', 'is no folder');
  for (const [name, value] of Object.entries(environment)) if (name === '' || name.includes('=') || holdsNul(name) || holdsNul(value)) return wrong('environment', 'holds a variable that no system accepts');
  for (const { name, variable } of secretFiles) {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name)) return wrong('secretFiles', 'has a name that is no plain file name');
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) return wrong('secretFiles', 'has a variable that is no plain name');
  }
  if (new Set(secretFiles.map(({ name }) => name.toLowerCase())).size < secretFiles.length) return wrong('secretFiles', 'has the same name twice');
  for (const [field, ms] of Object.entries({ timeoutMs, idleTimeoutMs, graceMs })) if (!Number.isFinite(ms) || ms < 0) return wrong(field, 'must be zero or more');
  if (!stopSignals.includes(stopSignal)) return wrong('stopSignal', 'is no signal that asks a program to end');
  return undefined;
}

/** What came through standard input; undefined when it is not whole. */
export function parseRequest(bytes: Uint8Array): ShimRequest | undefined {
  const value = parseObject(bytes) as ShimRequest | undefined;
  return value && typeof value.output === 'string' && typeof value.token === 'string' && faultOf(value) === undefined ? value : undefined;
}

/** A small file's content as an object of version 1 and this attempt; undefined for anything else: it was cut off, or is not ours. */
export function parseOwn<T extends { version: 1; runId: string; attempt: number }>(bytes: Uint8Array, runId: string, attempt: number): T | undefined {
  const value = parseObject(bytes);
  return value?.['version'] === 1 && value['runId'] === runId && value['attempt'] === attempt ? (value as unknown as T) : undefined;
}

export function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
