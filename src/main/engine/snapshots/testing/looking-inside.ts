// Comparers without repository and threads around them: bytes in, rows out. Only for tests.
import type { InsideRow } from '../../../../contract/inside.ts';
import { RowKeeper } from '../inside/keep.ts';
import type { LocatedFile } from '../inside/locate.ts';
import { createPace, type Pace } from '../inside/pace.ts';
import { compareInside } from '../inside/run.ts';
import type { InsideFound } from '../inside/keep.ts';
import type { ByteSource } from '../inside/source.ts';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { temporaryFolder } from './workshop.ts';
import { join } from 'node:path';
import { openDatabase } from '../../store/index.ts';
import { insideMigrations, readRows } from '../inside/keep.ts';

export function bytesSource(content: string | Uint8Array): ByteSource {
  const bytes = Buffer.from(content as Uint8Array);
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

export function quietPace(limitMs = 60_000, signal = new AbortController().signal): Pace {
  return createPace(createSystemClock(), signal, limitMs, () => undefined);
}

/** Keeps rows in memory. */
export function collector(): { keeper: RowKeeper; rows: InsideRow[] } {
  const rows: InsideRow[] = [];
  const keeper = { add: (row: InsideRow) => void rows.push(row), addMade: (make: () => InsideRow) => void rows.push(make()), picture: () => undefined, forget: () => void rows.splice(0), finish: () => ({ rows: rows.length, rowsLeftOut: 0 }) };
  return { keeper: keeper as unknown as RowKeeper, rows };
}

export interface Looked extends InsideFound {
  list: InsideRow[];
}

/** Everything as in the thread, with the kind found by content and name, and the rows from the database they are kept in. */
export async function lookInside(before: { name: string; bytes: string | Uint8Array; wal?: Uint8Array }, after: { name: string; bytes: string | Uint8Array; wal?: Uint8Array }, options: { as?: 'text' | 'bytes'; mostRows?: number; signal?: AbortSignal } = {}): Promise<Looked> {
  const folder = temporaryFolder();
  const files = createNodeFiles();
  const databasePath = join(folder.path, 'inside.partial');
  const signal = options.signal ?? new AbortController().signal;
  const db = openDatabase({ path: databasePath, files, migrations: insideMigrations, kind: 'cache' });
  const located = ({ name, bytes, wal }: { name: string; bytes: string | Uint8Array; wal?: Uint8Array }): LocatedFile => ({ name, source: bytesSource(bytes), livePath: undefined, wal: wal && bytesSource(wal), journal: false, close: () => undefined });
  try {
    const found = await compareInside({ before: located(before), after: located(after), as: options.as, keeper: new RowKeeper(db, options.mostRows), pace: quietPace(60_000, signal), context: { files, clock: createSystemClock() }, signal, scratchPath: databasePath });
    const left = files.readdir(folder.path).filter(({ name }) => name.includes('sqlite'));
    if (left.length > 0) throw new Error(`left behind: ${left.map(({ name }) => name).join()}`);
    return { ...found, list: readRows(db, 0, 1_000_000).rows };
  } finally {
    db.close();
    folder.remove();
  }
}
