// A consistent copy of a SQLite database that somebody may be writing to, made in a folder of our own. Runs in a data thread.
//   - Without WAL, and not written to just now, it is copied byte by byte, with its -journal where there is one; that counts only when nothing moved
//     meanwhile. Most databases lie still most of the time, and come back exactly as they were.
//   - While a program works with it it is copied by SQLite's online backup, which takes part in SQLite's own locking: in WAL mode from one state
//     that is held (writers go on); without WAL the same for small ones (writers wait), large ones in steps that begin anew when somebody commits.
//   - When nobody has it open in WAL mode, opening it would make files beside it. It is copied with its -wal or -journal instead, which counts
//     only when nothing changed meanwhile, and what is in those is worked in on the copy.
// The person's folder is never written to. What cannot be copied is reported with a reason; the caller reads it as it lies there.
import type BetterSqlite3 from 'better-sqlite3';
import { cancelled, errnoOf } from '../../../kit/errors.ts';
import type { Clock, Files } from '../../../ports.ts';
import { identityOf, isDatabaseHeader, sameIdentity, type FileIdentity } from './identity.ts';

export interface CopyDeps {
  files: Files;
  clock: Pick<Clock, 'nowNs' | 'monotonicMs' | 'setTimer'>;
  signal: AbortSignal;
}

/** `file` and `wal` as they were before the copy began; undefined when they were written a moment ago, so that equal times would prove nothing. */
export type DatabaseCopy = { path: string; file: FileIdentity | undefined; wal: FileIdentity | undefined } | { reason: string };

/** How long a moment without somebody else's lock is waited for. */
const busyMs = 5_000;
/** How long SQLite itself waits: its pauses grow, and would miss the short moments a busy writer leaves. */
const triedMs = 30;
/** Up to this size one state is held from the start; a writer without WAL waits for a fraction of a second. */
const heldBytes = 64 * 1024 * 1024;
const pagesAtOnce = 1_000;
/** After this many beginnings anew the state is held for large ones, too. */
const mostRestarts = 4;
const mostStalls = 3;
const attempts = 3;
const headerBytes = 20;
/** Times of files are this coarse on some systems. */
const settledNs = 50_000_000n;
const settleMs = 60;
const pieceBytes = 1 << 20;
const journalMagic = Buffer.from('d9d505f920a163d7', 'hex');

class NotCopied extends Error {
  readonly reason: string;
  constructor({ reason }: { reason: string }) {
    super(reason);
    this.reason = reason;
  }
}

/** Copies the database at `path` to `target`, which must not exist. Throws only CANCELLED and what is no fault of the database. */
export async function copyDatabase(deps: CopyDeps, path: string, target: string): Promise<DatabaseCopy> {
  const { files, clock, signal } = deps;
  const settled = (nowNs: bigint, ...all: (FileIdentity | undefined)[]): boolean => all.every((each) => each === undefined || nowNs - each.mtimeNs > settledNs);
  // SQLite takes text, and trims it.
  if (path !== path.toWellFormed() || path !== path.trim()) return { reason: 'its name is not plain text' };
  try {
    const wal = usesWal(files, path);
    let refused = false;
    if (wal === undefined) return { reason: 'changed while it was copied' };
    for (let attempt = 0; attempt < attempts; attempt++) {
      const began = clock.nowNs();
      const before = { file: identityOf(files, path), wal: identityOf(files, `${path}-wal`) };
      if (before.file === undefined) return { reason: 'changed while it was copied' };
      const open: boolean = !refused && (!wal || (before.wal !== undefined && files.lstat(`${path}-shm`) !== undefined));
      let done = !wal && settled(began, before.file, identityOf(files, `${path}-journal`)) && (await copySet(files, signal, path, target, wal));
      if (done) await refuseUnreadable(target);
      else discardCopy(files, target);
      done ||= open && (await backUp(deps, path, target, wal));
      if (!done) {
        refused ||= open;
        if (!settled(began, before.file, before.wal)) await new Promise<void>((resolve) => void clock.setTimer(settleMs, resolve));
        done = await copySet(files, signal, path, target, wal);
      }
      const after = identityOf(files, path);
      if (done && after !== undefined && after.inode === before.file.inode) {
        const unheld = !wal && !sameIdentity(after, before.file);
        if (!unheld || (await soundCopy(target))) {
          const known = settled(began, before.file, before.wal);
          return { path: target, file: known ? before.file : undefined, wal: known ? before.wal : undefined };
        }
      }
      discardCopy(files, target);
    }
    return refused ? { reason: 'another program has locked it' } : { reason: 'changed while it was copied' };
  } catch (error) {
    discardCopy(files, target);
    if (signal.aborted) throw cancelled();
    const reason = error instanceof NotCopied ? error.reason : whyNot(error);
    if (reason === undefined) throw error;
    return { reason };
  }
}

/** Removes a copy with everything SQLite may have put beside it. */
export function discardCopy(files: Files, target: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) if (files.lstat(target + end) !== undefined) files.unlink(target + end);
}

/** Whether the header says WAL; undefined when it is no database any more. */
function usesWal(files: Files, path: string): boolean | undefined {
  const fd = files.open(path, 'rn');
  try {
    const header = new Uint8Array(headerBytes);
    if (files.fstat(fd).type !== 'file' || files.read(fd, header, 0, headerBytes, 0) < headerBytes || !isDatabaseHeader(header)) return undefined;
    return header[18] === 2;
  } finally {
    files.close(fd);
  }
}

async function load(): Promise<typeof BetterSqlite3> {
  return (await import('better-sqlite3')).default;
}

/** SQLite's online backup. False: it stays locked, or something beside it must be worked in first, which a reader may not. */
async function backUp(deps: CopyDeps, path: string, target: string, wal: boolean): Promise<boolean> {
  const { files } = deps;
  const Sqlite = await load();
  let source: BetterSqlite3.Database | undefined;
  try {
    source = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: triedMs });
    const small = (files.lstat(path)?.size ?? 0) <= heldBytes;
    if (!wal && !small && (await inSteps(deps, source, target))) return true;
    discardCopy(files, target);
    await hold(deps, source);
    return await inSteps(deps, source, target);
  } catch (error) {
    if (!/^SQLITE_(BUSY|READONLY|CANTOPEN|LOCKED|PROTOCOL)/.test(codeOf(error) ?? '')) throw error;
    discardCopy(files, target);
    return false;
  } finally {
    source?.close();
  }
}

/** Keeps the state as it is now for this reader. A busy writer leaves only moments: they are looked for often, for a while. */
async function hold({ clock, signal }: CopyDeps, source: BetterSqlite3.Database): Promise<void> {
  const until = clock.monotonicMs() + busyMs;
  for (;;) {
    try {
      source.exec('BEGIN');
      source.prepare('SELECT count(*) FROM sqlite_schema').get();
      return;
    } catch (error) {
      if (source.inTransaction) source.exec('ROLLBACK');
      if (signal.aborted) throw cancelled();
      if (!/^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? '') || clock.monotonicMs() > until) throw error;
      await new Promise<void>((resolve) => void clock.setTimer(1, resolve));
    }
  }
}

/** False when it began anew too often, or could not go on for somebody else's lock. */
async function inSteps({ files, signal }: CopyDeps, source: BetterSqlite3.Database, target: string): Promise<boolean> {
  const givenUp = new Error('given up');
  let left: number | undefined;
  let restarts = 0;
  let stalls = 0;
  try {
    const { totalPages } = await source.backup(target, {
      progress: ({ remainingPages }) => {
        if (signal.aborted) throw cancelled();
        if (left !== undefined && remainingPages > left) restarts += 1;
        stalls = remainingPages === left ? stalls + 1 : 0;
        if (restarts > mostRestarts || stalls > mostStalls) throw givenUp;
        left = remainingPages;
        return pagesAtOnce;
      }
    });
    // Without the lock for its first step the library takes nothing for done.
    return totalPages > 0 && (files.lstat(target)?.size ?? 0) > 0;
  } catch (error) {
    if (error === givenUp) return false;
    throw error;
  }
}

/** The database with its -wal or -journal, byte by byte, then what those hold worked in. False when something moved meanwhile. */
async function copySet(files: Files, signal: AbortSignal, path: string, target: string, wal: boolean): Promise<boolean> {
  const ends = ['', wal ? '-wal' : '-journal'];
  const before = ends.map((end) => identityOf(files, path + end));
  for (const [i, end] of ends.entries()) if (before[i] !== undefined) copyBytes(files, signal, path + end, target + end);
  if (!ends.every((end, i) => sameIdentity(identityOf(files, path + end), before[i]))) return false;
  if (before[1] !== undefined && !wal) refuseNamedFile(files, `${target}-journal`);
  if (before[1] !== undefined) await workIn(target, wal);
  return true;
}

/**
 * A journal of a transaction over several databases ends with the path of a file that they share (SQLite file format, "The Rollback Journal"). Whoever
 * rolls it back removes that file when it thinks itself the last: on a copy that would be a file of the person's, of any name.
 */
function refuseNamedFile(files: Files, journal: string): void {
  const size = files.lstat(journal)?.size ?? 0;
  if (size < journalMagic.length) return;
  const fd = files.open(journal, 'rn');
  try {
    const end = new Uint8Array(journalMagic.length);
    files.read(fd, end, 0, end.length, size - end.length);
    if (journalMagic.equals(end)) throw new NotCopied({ reason: 'its journal belongs to several databases' });
  } finally {
    files.close(fd);
  }
}

async function workIn(target: string, wal: boolean): Promise<void> {
  const Sqlite = await load();
  const copy = new Sqlite(target, { fileMustExist: true, timeout: 0 });
  try {
    copy.prepare('SELECT count(*) FROM sqlite_schema').get();
    if (wal) copy.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    copy.close();
  }
}

/** What only begins like a database is none: SQLite says so. Changes nothing. */
async function refuseUnreadable(target: string): Promise<void> {
  const Sqlite = await load();
  const copy = new Sqlite(target, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    copy.prepare('SELECT count(*) FROM sqlite_schema').get();
  } finally {
    copy.close();
  }
}

/** Asked only where somebody wrote during a backup in steps: another reader in this process may have given up the lock they share. */
async function soundCopy(target: string): Promise<boolean> {
  const Sqlite = await load();
  const copy = new Sqlite(target, { fileMustExist: true, timeout: 0 });
  try {
    return copy.pragma('quick_check(1)', { simple: true }) === 'ok';
  } finally {
    copy.close();
  }
}

function copyBytes(files: Files, signal: AbortSignal, from: string, to: string): void {
  const source = files.open(from, 'rn');
  try {
    const target = files.open(to, 'wx', 0o600);
    try {
      const piece = new Uint8Array(pieceBytes);
      for (let position = 0; ; ) {
        if (signal.aborted) throw cancelled();
        const count = files.read(source, piece, 0, pieceBytes, position);
        if (count === 0) return;
        files.write(target, piece, 0, count, position);
        position += count;
      }
    } finally {
      files.close(target);
    }
  } finally {
    files.close(source);
  }
}

/** The system's code, or SQLite's. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : errnoOf(error);
}

/** In words what kept it from being copied; undefined for what is no fault of the database. */
function whyNot(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) return 'it is damaged, encrypted or no database of SQLite';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'another program has locked it';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return 'there was no space for a copy';
  return code;
}
