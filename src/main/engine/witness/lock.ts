// One process at a time in a witness's folder: an exclusive SQLite lock on `lock.db`, which the kernel frees however its holder ends. Nothing is
// ever written to that file, and nothing else in a process may open it: on POSIX, closing another descriptor of it would drop the lock.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fail } from '../kit/errors.ts';

/** Runs `work` alone. Blocks this thread up to `waitMs` while another process works in the folder, then throws WITNESS_BUSY. */
export function alone<T>(folder: string, waitMs: number, work: () => T): T {
  let lock: Database.Database | undefined;
  try {
    try {
      lock = new Database(join(folder, 'lock.db'), { timeout: waitMs });
      lock.pragma('journal_mode = DELETE');
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code.startsWith('SQLITE_BUSY')) return fail('WITNESS_BUSY', `another process works in ${folder}`, { path: folder }, error);
      return fail('NOT_WRITABLE', `no lock in ${folder}`, { path: folder, reason: code || 'no lock can be taken' }, error);
    }
    return work();
  } finally {
    lock?.close();
  }
}
