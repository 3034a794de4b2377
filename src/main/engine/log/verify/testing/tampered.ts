// For tests of verification: a log that is tampered with by SQL on a copy, and verified as a stranger would.
import { copyFileSync, rmSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type { AnchorInput, Verdict, VerifyMode } from '../../../../../contract/verify.ts';
import { createNodeFiles } from '../../../../adapters/files.ts';
import { createMachine } from '../../../../adapters/machine.ts';
import { formatVkey } from '../../note/index.ts';
import { createSeededRandom } from '../../testing.ts';
import { verifyFile, type VerifyInput } from '../task.ts';

export const verifyContext = () => ({ files: createNodeFiles(), random: createSeededRandom(3), machine: createMachine(), closing: new AbortController().signal });

/** All triggers of a log go: they hold back honest programs, and this is somebody else. */
export function dropTriggers(db: BetterSqlite3.Database): void {
  for (const name of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[]) db.exec(`DROP TRIGGER ${name}`);
}

/** A copy of a closed log, changed. */
export function tamperedCopy(from: string, to: string, change: (db: BetterSqlite3.Database) => void): string {
  for (const suffix of ['', '-wal', '-shm']) rmSync(to + suffix, { force: true });
  copyFileSync(from, to);
  const db = new BetterSqlite3(to);
  db.pragma('foreign_keys = OFF');
  dropTriggers(db);
  change(db);
  db.close();
  return to;
}

export interface Checked {
  origin: string;
  /** Public keys that count as pinned in the home, oldest first; none: nobody knows any. */
  home?: readonly Uint8Array[];
  /** Verifier keys that are brought. */
  given?: readonly string[];
  anchors?: readonly AnchorInput[];
  mode?: VerifyMode;
}

export function verifyAt(path: string, { origin, home = [], given = [], anchors = [], mode = 'full' }: Checked): Promise<Verdict> {
  const pins: VerifyInput['pins'] = given.length > 0 ? { from: 'given', vkeys: given } : home.length > 0 ? { from: 'home', vkeys: home.map((key) => formatVkey(origin, key)) } : { from: 'none', vkeys: [] };
  return verifyFile(verifyContext(), { path, origin, mode, anchors, pins }, () => undefined);
}
