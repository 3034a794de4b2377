// What a host must bring. Everything the engine does to the outside world goes through one of these; tests bring their own.
// `Files` is synchronous on purpose (three times faster for metadata than the asynchronous calls) and is built anew inside each
// worker thread; the heavy work that uses it therefore never runs on the thread that answers requests.

export interface Ports {
  clock: Clock;
  random: Random;
  files: Files;
  keyring: Keyring;
  workers: Workers;
  volumes: Volumes;
  power: Power;
  net: Net;
  mail: Mail;
  programs: Programs;
  processes: Processes;
  logger: Logger;
  machine: Machine;
}

/** Time. `now` in milliseconds since 1970 UTC, `nowNs` the same in nanoseconds, `monotonicMs` for durations only. */
export interface Clock {
  now(): number;
  nowNs(): bigint;
  monotonicMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels. Never longer than 2^31-1 ms. */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** IANA name of the machine's zone, for example `America/Sao_Paulo`. */
  zone(): string;
}

/** Cryptographic randomness. Tests may seed it; the real one is the operating system's. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** Technical diagnostics for the developer and support, never the evidence log. Never pass a secret. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Facts about this computer and user. */
export interface Machine {
  hostname: string;
  username: string;
  userHome: string;
  /** Where temporary files of this user may go. */
  temporaryFolder: string;
  platform: 'linux' | 'darwin' | 'win32';
  pid: number;
  uid: number | undefined;
  gid: number | undefined;
  cpus: number;
  /** Milliseconds since this computer was started, sleep included: it tells sleep from a clock that was set. */
  uptimeMs(): number;
  /** True when it has an address beyond itself; undefined where it does not tell. */
  online(): boolean | undefined;
  /** True when a process with this id exists on this machine (any user). */
  processExists(pid: number): boolean;
  /** Lets everything else go before the calling thread, as far as the platform knows that (Linux); the thread stays so until it ends. */
  lowerPriority(): void;
}

// ---- files ------------------------------------------------------------------------------------------------------------

/**
 * Paths and names are JavaScript strings in which every byte that is not valid UTF-8 is carried as the lone surrogate
 * U+DC80..U+DCFF (0xDC00 + byte, the scheme of PEP 383). `kit/names.ts` converts. A path of any bytes thus survives a round trip.
 */
export type FilePath = string;

export type FileType = 'file' | 'dir' | 'symlink' | 'dev' | 'chardev' | 'fifo' | 'socket' | 'irregular';

export interface FileStat {
  type: FileType;
  /** Permission bits with setuid, setgid and sticky: `st_mode & 0o7777`. */
  mode: number;
  uid: number;
  gid: number;
  size: number;
  inode: bigint;
  device: bigint;
  /** Device number of a device node (`st_rdev`). */
  rdev: bigint;
  links: number;
  mtimeNs: bigint;
  atimeNs: bigint;
  ctimeNs: bigint;
  /** Space really taken, in bytes (512-byte blocks times 512); smaller than `size` for a sparse file. */
  allocatedBytes: number;
}

export interface DirEntry {
  name: string;
  type: FileType;
}

export interface Xattr {
  name: string;
  value: Uint8Array;
}

/** Failures are Node system errors (`code` = `ENOENT`, `EACCES`, `ENOSPC`, ...), see `errnoOf` in kit/errors. Descriptors are numbers. */
export interface Files {
  /** undefined when nothing is there (ENOENT, ENOTDIR); throws on anything else. Does not follow a final symbolic link. */
  lstat(path: FilePath): FileStat | undefined;
  /** As lstat, following links. */
  stat(path: FilePath): FileStat | undefined;
  fstat(fd: number): FileStat;
  /** Entries in no particular order, without `.` and `..`. */
  readdir(path: FilePath): DirEntry[];
  /** `r` read, `rn` read without following a final link (O_NOFOLLOW), `w` create or truncate, `wx` create and fail if it exists (never follows a link), `wx+` the same to be read too, `r+` read and write. */
  open(path: FilePath, flags: 'r' | 'rn' | 'w' | 'wx' | 'wx+' | 'r+', mode?: number): number;
  close(fd: number): void;
  /** Reads at `position` (or at the descriptor's own place when null); returns the bytes read, 0 at the end. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  /** Writes all of it or throws. */
  write(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): void;
  fsync(fd: number): void;
  /** fsync off the calling thread; resolves when durable. */
  fsyncAsync(fd: number): Promise<void>;
  /** Asks the system to begin writing these bytes to the disk now; does not wait, promises nothing, and does nothing where there is no such call. */
  startWriteBack(fd: number, from: number, length: number): void;
  truncate(fd: number, size: number): void;
  /** Makes a folder's entries durable; a no-op where the platform has no such thing (Windows). */
  fsyncFolder(path: FilePath): void;
  /** Makes everything written so far to the file system that holds the path durable: one call in place of an fsync for each of many new files. */
  syncFileSystem(path: FilePath): void;
  mkdir(path: FilePath, mode?: number): void;
  /** Like `mkdir -p`; existing folders are fine. */
  mkdirs(path: FilePath, mode?: number): void;
  rmdir(path: FilePath): void;
  unlink(path: FilePath): void;
  /** Removes a tree that Varve itself made; missing is fine. */
  removeTree(path: FilePath): void;
  rename(from: FilePath, to: FilePath): void;
  /** As rename, but replaces nothing: EEXIST where something is at `to`. In one step where the file system can; else it is looked at just before. */
  renameNew(from: FilePath, to: FilePath): void;
  link(existing: FilePath, path: FilePath): void;
  symlink(target: string, path: FilePath): void;
  readlink(path: FilePath): string;
  realpath(path: FilePath): FilePath;
  chmod(path: FilePath, mode: number): void;
  /** Owner of the entry itself, links included. */
  lchown(path: FilePath, uid: number, gid: number): void;
  /** Times of the entry itself, links included, to the nanosecond where the platform can. */
  utimes(path: FilePath, atimeNs: bigint, mtimeNs: bigint): void;
  /** Extended attributes of the entry itself, in the order the system lists them. Empty where unsupported. */
  xattrs(path: FilePath): Xattr[];
  setXattr(path: FilePath, name: string, value: Uint8Array): void;
  /** FIFO, device node or socket place-holder; throws where the platform or the user may not. `mode` as st_mode's type and permission bits. */
  mknod(path: FilePath, type: 'fifo' | 'dev' | 'chardev', mode: number, rdev: bigint): void;
  /** Ranges of a file that hold data, so that holes need not be read; one whole range where the platform cannot tell. */
  dataRanges(fd: number, size: number): { from: number; to: number }[];
  /** True only where the system says that nothing is stored in this range of the file, which reaches to its end: reading it would give zeros. Moves the descriptor's own place. */
  isHole(fd: number, from: number, to: number): boolean;
  space(path: FilePath): { freeBytes: number; totalBytes: number; fileSystem: string };
  userName(uid: number): string | undefined;
  groupName(gid: number): string | undefined;
  /** What this platform cannot do, counted: name of the missing function -> number of times it was wanted. */
  degraded(): ReadonlyMap<string, number>;
  /** Small whole-file helpers. */
  readFile(path: FilePath, limitBytes: number): Uint8Array;
}

export interface Volume {
  path: FilePath;
  label: string;
  fileSystem: string;
  freeBytes: number;
  totalBytes: number;
  removable: boolean;
  network: boolean;
}

export interface Volumes {
  list(): Promise<Volume[]>;
  /** The kind of file system that holds the path, and whether it is reached over a network. */
  kindOf(path: FilePath): { fileSystem: string; network: boolean };
}

export interface NetRequest {
  method: 'GET' | 'POST';
  /** http or https. Nobody but a person names hosts. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** For all of it, answer included. */
  timeoutMs: number;
  /** A longer answer is an error. */
  limitBytes: number;
  signal?: AbortSignal | undefined;
}

/** Calls to hosts that a person configured. Redirects are not followed: they would lead to hosts nobody named. */
export interface Net {
  /** Any status is an answer. Throws an Error whose message says in a few words why there was none. */
  request(request: NetRequest): Promise<{ status: number; body: Uint8Array }>;
  /** Whether somebody takes a connection there within the time. Never throws. */
  reaches(host: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
}

export interface MailRequest {
  host: string;
  port: number;
  /** `tls` from the first byte on, `starttls` or nothing is sent, `none` in the clear. */
  security: 'tls' | 'starttls' | 'none';
  user?: string;
  password?: string;
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  /** With its angle brackets; the same for every try of one message. */
  messageId: string;
  /** For each step of the conversation. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** E-mail through a server that a person configured. */
export interface Mail {
  /** Resolves when the server has taken it for all of them. Throws an Error whose message says in a few words why not; it holds no password. */
  send(request: MailRequest): Promise<void>;
}

export interface ProgramRequest {
  /** The program and its arguments, as they are: no shell reads them. */
  argv: readonly string[];
  /** Where it stands; where Varve does when not given. */
  folder?: string | undefined;
  /** All of it: nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  /** After this it is asked to end, with everything it started, and killed 5 s later. */
  timeLimitMs: number;
  /** More output than this is read and dropped. */
  outputLimitBytes: number;
  /** What is dropped is the beginning, not the rest. */
  keepEnd?: boolean;
  signal?: AbortSignal | undefined;
}

export interface ProgramEnd {
  /** null when a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  timedOut: boolean;
  output: Uint8Array;
  outputTooLong: boolean;
  /** The end of what it wrote to standard error. */
  errors: string;
}

/** Programs that a person named. Standard input is empty. */
export interface Programs {
  /** Resolves when it has ended, however. Rejects with a system error (`ENOENT`, `EACCES`) when it cannot be started, and when the signal fires, after it has ended. */
  run(request: ProgramRequest): Promise<ProgramEnd>;
}

// ---- processes that outlive us --------------------------------------------------------------------------------------

/** One process of this machine, told apart from any later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it began, in the system's own words: only to be compared. */
  startTime: string;
  /** Names the time between two starts of the machine. */
  bootId: string;
}

export interface ChildRequest {
  /** The program and its arguments, as they are: no shell reads them, except where Windows can run a batch file in no other way: then an argument it could misread is refused (EUNSAFE). */
  argv: readonly string[];
  folder: string;
  /** All of it: nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  /** What it reads from standard input, which then ends; nothing when not given. */
  input?: Uint8Array | undefined;
  /** Called in the order in which the bytes arrive. The bytes are the listener's. */
  onOutput(stream: 'out' | 'err', bytes: Uint8Array): void;
  /** Once, when it has ended. Others may still hold its pipes, so output may follow. */
  onExit(end: { code: number | null; signal: string | null }): void;
  /** Once, when it has ended and nobody holds its pipes. */
  onClosed(): void;
}

/** A number of a process is never proof of life: the system gives it to another one after a while. What is asked here is an identity. */
export interface Processes {
  /** This process. */
  readonly pid: number;
  /**
   * Starts the program that runs one attempt of a job (src/main/shim.ts) so that it outlives us: a session of its own, none of our descriptors. `args` and
   * `environment` can be read by others; what is secret goes through `input`. Rejects with a system error when it cannot be started (ENOENT also when there
   * is no plain Node to run it). `ended` says how it ended, while we live.
   */
  startShim(request: { args: readonly string[]; environment: Readonly<Record<string, string>>; input: Uint8Array }): Promise<{ pid: number; ended: Promise<{ code: number | null; signal: string | null }> }>;
  /**
   * Starts a program that leads a group of its own (POSIX: also a session), whose number is its own. Rejects with a system error: the program cannot be started.
   * `drop` gives up the pipes, whoever still writes to them.
   */
  startChild(request: ChildRequest): Promise<{ pid: number; drop(): void }>;
  /** undefined: there is no such process. Rejects with a system error (ENOSYS) where the system cannot be asked. One that has ended and is not yet collected has one too. */
  identityOf(pid: number): Promise<ProcessIdentity | undefined>;
  /** As `identityOf(pid)`'s `bootId`. */
  bootId(): Promise<string>;
  /** True while exactly this process lives. One that has ended and was only not collected yet is not alive. */
  alive(identity: ProcessIdentity): Promise<boolean>;
  /** True while a process of the group lives. Windows has no groups: the process of that number alone is asked for. */
  groupAlive(group: number): Promise<boolean>;
  /**
   * Sends a signal to all of the group; false when there is no such group. Windows knows `SIGKILL` (the process and what it started) and, for every
   * other one, CTRL_BREAK to its console, false when that could not be given.
   */
  signalGroup(group: number, signal: string): Promise<boolean>;
  /** Processes of this user whose environment held this when they began; undefined where the system does not tell. */
  withEnvironment(name: string, value: string): Promise<ProcessIdentity[] | undefined>;
}

export interface Power {
  onMains(): boolean | undefined;
}

// ---- secrets ----------------------------------------------------------------------------------------------------------

/** The operating system's secret store. A value is bytes; `account` is built by the secrets domain. */
export interface Keyring {
  /** Says whether the store can be used now, with the reason if not. Never throws. */
  probe(): Promise<{ available: boolean; backend: string; reason?: string }>;
  /** undefined when there is no such entry; throws SECRET_STORE_UNAVAILABLE when the store cannot be asked. */
  get(account: string): Promise<Uint8Array | undefined>;
  set(account: string, value: Uint8Array): Promise<void>;
  delete(account: string): Promise<boolean>;
}

// ---- workers ----------------------------------------------------------------------------------------------------------

/** A worker thread running one named task of `worker.ts`. Messages are structured clones. */
export interface WorkerHandle {
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** Returns the disposer. */
  onMessage(listener: (message: unknown) => void): () => void;
  /** Called once, when the thread has ended; `error` is set when it died of one. */
  onExit(listener: (error: Error | undefined) => void): () => void;
  /** Asks the thread to end and waits until it has. */
  close(): Promise<void>;
}
export type Transferable = ArrayBuffer | import('node:worker_threads').MessagePort;

export interface Workers {
  /** Starts a thread running the task `name` with `data`. */
  spawn(name: string, data: unknown, transfer?: readonly Transferable[]): WorkerHandle;
  /** Runs a one-shot task on a shared pool of threads and returns its result. Errors keep their VarveError code. */
  run<R>(name: string, input: unknown, options?: { signal?: AbortSignal; transfer?: readonly Transferable[] }): Promise<R>;
  /**
   * Starts a thread that loads these tasks, because the first will be wanted in a moment and the others may follow it in the same thread. Nothing is lost
   * when they are not.
   */
  prepare?(...names: [string, ...string[]]): void;
  /** How many data threads heavy work should use. */
  readonly dataThreads: number;
  close(): Promise<void>;
}

/** What a task inside a worker thread gets from `worker.ts`: its own adapters, and the line to who started it. */
export interface WorkerContext {
  files: Files;
  clock: Clock;
  random: Random;
  logger: Logger;
  machine: Machine;
  volumes: Volumes;
  /** Threads may start threads: the archive task starts its data threads itself. */
  workers: Workers;
  post(message: unknown, transfer?: readonly Transferable[]): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** Resolves when `close` was asked for. */
  readonly closing: AbortSignal;
}

/** A task of a worker thread. A spawned task ends when the promise settles; a one-shot task's value is its result. */
export type WorkerTask = (context: WorkerContext, input: unknown) => Promise<unknown>;
