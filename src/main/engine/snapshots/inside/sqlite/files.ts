// Databases are compared from copies in a folder of our own: SQLite needs files, and may not make any beside a person's.
import { errnoOf, fail } from '../../../kit/errors.ts';
import type { Files } from '../../../ports.ts';
import type { RowKeeper } from '../keep.ts';
import type { Pace } from '../pace.ts';
import { pieces, type ByteSource } from '../source.ts';
import { insideLimits, type InsideFacts } from '../../../../../contract/inside.ts';
import { compareDatabases } from './compare.ts';
import { isSqliteError, openHostile, type Opened } from './open.ts';

/** Of each side, its -wal included. */
export const mostDatabaseBytes = insideLimits.sqlite;
const spareBytes = 64 * 1024 * 1024;

/** A database with what lies beside it. Of a -journal it is only known that it is there: rolling back by it could touch other files. */
export interface DatabaseSource {
  main: ByteSource;
  wal: ByteSource | undefined;
  journal: boolean;
}

/** `path`: where the copies go; their names begin with it. undefined: one of them is no database that can be read. */
export async function compareSqlite(files: Files, path: string, a: DatabaseSource, b: DatabaseSource, keeper: RowKeeper, pace: Pace): Promise<Extract<InsideFacts, { kind: 'sqlite' }> | undefined> {
  const copies = [`${path}-before.sqlite`, `${path}-after.sqlite`] as const;
  const opened: Opened[] = [];
  try {
    const needed = [a, b].reduce((sum, { main, wal }) => sum + main.size + (wal?.size ?? 0), spareBytes);
    for (const [i, source] of [a, b].entries()) await copy(files, copies[i] as string, source, pace, needed);
    for (const each of copies) opened.push(openHostile(each));
    const facts = await compareDatabases(opened[0] as Opened, opened[1] as Opened, keeper, pace);
    const side = ({ wal, journal }: DatabaseSource) => ({ wal: wal !== undefined, journal });
    return { ...facts, before: side(a), after: side(b) };
  } catch (error) {
    if (isSqliteError(error)) return undefined;
    throw error;
  } finally {
    for (const db of opened) db.close();
    for (const each of copies) for (const end of ['', '-wal', '-shm', '-journal']) if (files.lstat(each + end) !== undefined) files.unlink(each + end);
  }
}

async function copy(files: Files, path: string, { main, wal }: DatabaseSource, pace: Pace, neededBytes: number): Promise<void> {
  try {
    await write(files, path, main, pace);
    if (wal !== undefined) await write(files, `${path}-wal`, wal, pace);
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
    fail('NO_SPACE', 'no room for a copy of the database', { path, neededBytes });
  }
}

async function write(files: Files, path: string, source: ByteSource, pace: Pace): Promise<void> {
  const fd = files.open(path, 'wx', 0o600);
  try {
    let at = 0;
    for await (const piece of pieces(source)) {
      files.write(fd, piece, 0, piece.length, at);
      at += piece.length;
      pace.read(piece.length);
      await pace.breathe();
    }
  } finally {
    files.close(fd);
  }
}
