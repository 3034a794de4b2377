// One owner per home. The lease is an exclusive SQLite lock held on `run/lease.db`: the kernel frees it the moment its process ends, however
// it ends. Nothing else in a process may open that file: on POSIX, closing any other descriptor of it would drop the lock.
// What the owner says about itself stands in `run/owner.json` (owner-file.ts) and decides nothing.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sleep } from '../engine/kit/async.ts';
import { throwIfAborted, VarveError } from '../engine/kit/errors.ts';
import type { Clock, Files, Random } from '../engine/ports.ts';
import { createNodeFiles } from './files.ts';
import { ownerPath, readOwnerFile, writeOwnerFile, type OwnerFacts } from './owner-file.ts';
import { createSystemRandom } from './random.ts';

export type { OwnerFacts, OwnerKind } from './owner-file.ts';

export interface Lease {
  /** Tells the others who we are and where we listen. */
  writeOwner(facts: OwnerFacts): void;
  /** Marks the owner as alive at this moment; only shown, never decided on. */
  beat(): void;
  /** False once it was given free, or the locked file is no longer the one at its path, so that another process could lock a new one. */
  held(): boolean;
  /** Removes `owner.json` and gives the home free. A second call does nothing. */
  release(): void;
}

export interface AcquireOptions {
  /** How long to try again while somebody else holds it; 0 tries for a moment only. */
  waitMs: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
  files?: Files;
  random?: Random;
}

const retryMs = 100;
/** A client that looks whether the home is held takes the lock for an instant; one refusal therefore proves nothing. */
const leastTries = 3;

/**
 * Takes the home. Throws HOME_BUSY with the owner's kind and process when it is held by another longer than `waitMs`, CANCELLED when the
 * signal fires, HOME_MISSING when there is no such folder, NOT_WRITABLE where the lock file cannot be made, HOME_DAMAGED when it is not ours.
 */
export async function acquireLease(homePath: string, options: AcquireOptions): Promise<Lease> {
  const { waitMs, clock, signal, files = createNodeFiles(), random = createSystemRandom() } = options;
  if (files.stat(homePath)?.type !== 'dir') throw new VarveError('HOME_MISSING', `no folder ${homePath}`, { path: homePath });
  files.mkdirs(join(homePath, 'run'), 0o700);
  const giveUpAt = clock.monotonicMs() + waitMs;
  for (let tries = 1; ; tries++) {
    throwIfAborted(signal);
    const database = tryLock(homePath);
    if (database) {
      removeOwner(files, homePath); // left by an owner that was killed
      return holdLease(database, { homePath, clock, files, random });
    }
    if (tries >= leastTries && clock.monotonicMs() >= giveUpAt) throw busy(files, homePath);
    await sleep(clock, waitMs === 0 ? 10 : retryMs, signal);
  }
}

/** True when some process (this one included) holds the home at this moment. */
export function isHeld(homePath: string, files: Files = createNodeFiles()): boolean {
  if (!files.lstat(leasePath(homePath))) return false;
  let database: Database.Database | undefined;
  try {
    database = new Database(leasePath(homePath), { readonly: true, fileMustExist: true, timeout: 0 });
    // A shared lock for an instant is enough to find an exclusive one, and disturbs another starter the least.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    if (sqliteCode(error) === 'SQLITE_CANTOPEN') return false;
    throw explain(error, homePath);
  } finally {
    database?.close();
  }
}

export interface Owner extends OwnerFacts {
  /** When the owner last said that it is alive, ms since 1970. */
  lastBeatMs: number;
  /** Nobody holds the home: the file is left from an owner that was killed. */
  stale: boolean;
}

/**
 * What the owner says about itself; undefined when there is no such file or it cannot be trusted (not a plain file, another user's, readable
 * by others, too large, not in our form).
 */
export function readOwner(homePath: string, files: Files = createNodeFiles()): Owner | undefined {
  const read = readOwnerFile(files, homePath);
  return read && { ...read, stale: !isHeld(homePath, files) };
}

function leasePath(homePath: string): string {
  return join(homePath, 'run', 'lease.db');
}

/** undefined when somebody else has it. */
function tryLock(homePath: string): Database.Database | undefined {
  let database: Database.Database | undefined;
  try {
    database = new Database(leasePath(homePath), { timeout: 0 });
    database.pragma('journal_mode = DELETE'); // in WAL mode readers would not be shut out
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw explain(error, homePath);
  }
}

function holdLease(database: Database.Database, held: { homePath: string; clock: Clock; files: Files; random: Random }): Lease {
  const { homePath, clock, files, random } = held;
  let released = false;
  const locked = files.lstat(leasePath(homePath));
  return {
    held: () => {
      const now = released ? undefined : files.lstat(leasePath(homePath));
      return now !== undefined && now.inode === locked?.inode && now.device === locked.device;
    },
    writeOwner: (facts) => writeOwnerFile(files, homePath, facts, random),
    beat() {
      if (released || !files.lstat(ownerPath(homePath))) return;
      files.utimes(ownerPath(homePath), clock.nowNs(), clock.nowNs());
    },
    release() {
      if (released) return;
      released = true;
      try {
        removeOwner(files, homePath); // while we still hold the lock, so that it cannot be the next owner's
      } finally {
        database.exec('ROLLBACK');
        database.close();
      }
    }
  };
}

function removeOwner(files: Files, homePath: string): void {
  if (files.lstat(ownerPath(homePath))) files.unlink(ownerPath(homePath));
}

function busy(files: Files, homePath: string): VarveError {
  const owner = readOwnerFile(files, homePath);
  const words = owner ? `${owner.kind}, process ${owner.pid}` : 'another process';
  return new VarveError('HOME_BUSY', `${homePath} is in use by ${words}`, { path: homePath, owner: owner?.kind ?? 'unknown', ...(owner && { pid: owner.pid }) });
}

function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

function explain(error: unknown, homePath: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const path = leasePath(homePath);
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') return new VarveError('HOME_DAMAGED', `${path}: ${code}`, { path, reason: 'is not a lock file of Varve' }, { cause: error });
  return new VarveError('NOT_WRITABLE', `${path}: ${code}`, { path, reason: code }, { cause: error });
}

function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') ?? false;
}
