// What the home knows about a repository, and the face of the domain that the others build on.
import type { EngineApi } from '../../../contract/index.ts';
import type { Repository as RepositoryView } from '../../../contract/repository.ts';
import type { RepositoryQueue } from './queue.ts';
import type { MasterKey } from './format/seal.ts';
import type { LockNote, LockNoted } from './lock-notes.ts';
import type { LockIdentity } from './locks.ts';
import type { Machine } from '../ports.ts';
import type { PlaceFacts } from './place.ts';
import type { PlaceWait } from './places.ts';
import type { BrowseSession } from './session.ts';

export type PasswordPlace = { from: 'store' } | { from: 'file'; path: string } | { from: 'environment'; variable: string } | { from: 'secret'; name: string };

export interface CheckNote {
  at: string;
  ok: boolean;
  errors: number;
  readData: boolean;
}

/** A repository as state.db keeps it. */
export interface RepositoryRow {
  id: string;
  name: string;
  path: string;
  /** Id in the repository's own config; null while it was never reached. */
  resticId: string | null;
  version: number | null;
  appendOnly: boolean;
  password: PasswordPlace;
  addedAt: string;
  /** SHA-256 of the repository's file `config` when it was last opened; null while it never was since this is kept. */
  configHash: string | null;
  lastCheck: CheckNote | null;
}

/** What a thread needs to open the repository. Plain data, so that it can be posted. */
export interface UnlockedRepository {
  path: string;
  masterKey: MasterKey;
  /** Name of the key file the password opened. */
  keyId: string;
  /** File of the home's cache for the loaded index. */
  indexCache: string;
}

/** A folder of this home's own. `device` and `inode` are null when it cannot be told what lies there now. */
export interface ProtectedPlace {
  path: string;
  /** The path with links resolved as far as it exists. */
  real: string;
  device: bigint | null;
  inode: bigint | null;
  what: 'home' | 'repository';
  /** Of the repository. */
  name: string;
}

export interface Repositories {
  list: EngineApi['repositories']['list'];
  add: EngineApi['repositories']['add'];
  usage: EngineApi['repositories']['usage'];
  usePassword: EngineApi['repositories']['usePassword'];
  check: EngineApi['repositories']['check'];
  /** Its passwords (passwords/) and its locks (unlock/). */
  readonly keys: EngineApi['keeping']['keys'];
  readonly locks: EngineApi['keeping']['locks'];
  /** As `list`, with every place looked at anew. */
  listNow(wait?: PlaceWait): Promise<RepositoryView[]>;
  /** All rows by name. */
  rows(): RepositoryRow[];
  /** By id or name; NOT_FOUND. */
  find(idOrName: string): RepositoryRow;
  /** What is at the repository's place now, at most two seconds old. Never blocks this thread; a place that does not answer in time is absent. */
  placeOf(row: Pick<RepositoryRow, 'path'>, wait?: PlaceWait): Promise<PlaceFacts>;
  /** Names of the snapshot files there now. REPOSITORY_MISSING, NOT_READABLE, TIMED_OUT. */
  snapshotNames(row: Pick<RepositoryRow, 'path'>, wait?: PlaceWait): Promise<string[]>;
  /** Where nothing may be written by a restore: this home and every repository, by path and by what the folder is. */
  protectedPlaces(signal?: AbortSignal): Promise<ProtectedPlace[]>;
  /** The keys of the repository, derived once per session and again when its place holds something else. REPOSITORY_MISSING, REPOSITORY_OTHER, WRONG_PASSWORD, SECRET_MISSING, ... */
  unlockKey(id: string, signal?: AbortSignal): Promise<UnlockedRepository>;
  /** An open repository in a thread of its own, shared by all who look into it; ends by itself when idle. */
  withBrowser(id: string, signal?: AbortSignal): Promise<BrowseSession>;
  /** The order of this process's work on the repository; enter it before a lock file is taken. */
  queue(id: string): RepositoryQueue;
  /** A lock file this process is about to write, and one that is gone: for `recoverLocks` of a later start. */
  noteLock(repositoryId: string, lockId: string): void;
  forgetLock(repositoryId: string, lockId: string): void;
  /** The engine's side of `lockNotes` of a thread: keeps the note, then answers the thread, which waits before it writes the lock file. */
  takeLockNote(repositoryId: string, note: LockNote, reply: (noted: LockNoted) => void): void;
  /** Looks at the places again and again, and announces what comes and goes. For a host that stays; a second call does nothing. */
  keepLooking(): void;
  /** Removes lock files that this home left behind (its process is gone). Returns how many. */
  recoverLocks(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** What restic and others will read in this process's lock files. */
export function lockIdentity(machine: Pick<Machine, 'hostname' | 'username' | 'pid' | 'uid' | 'gid'>): LockIdentity {
  return { hostname: machine.hostname, username: machine.username, pid: machine.pid, uid: machine.uid, gid: machine.gid };
}
