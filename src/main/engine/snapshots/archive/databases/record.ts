// `/.varve/databases` in a snapshot: which files are copies made by SQLite, and what the file and its -wal looked like when the copy began.
// The next snapshot compares with it, because a commit in WAL mode leaves the database file itself as it was. JSON; hostile until checked.
import type { FileIdentity } from './identity.ts';

export const recordName = 'databases';
/** More is not looked at: the databases are then copied anew. */
export const recordLimitBytes = 64 * 1024 * 1024;

export interface DatabaseEntry {
  /** undefined: was written a moment before; copy it anew. */
  file: FileIdentity | undefined;
  wal: FileIdentity | undefined;
}

export type DatabaseRecord = ReadonlyMap<string, DatabaseEntry>;

interface Written {
  size: number;
  mtimeNs: string;
  ctimeNs: string;
  inode: string;
}

const written = (one: FileIdentity | undefined): Written | null => (one === undefined ? null : { size: one.size, mtimeNs: String(one.mtimeNs), ctimeNs: String(one.ctimeNs), inode: String(one.inode) });

/** The same databases in the same state make the same bytes. */
export function encodeRecord(record: DatabaseRecord): Uint8Array {
  const databases = [...record].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, { file, wal }]) => ({ path, file: written(file), wal: written(wal) }));
  return Buffer.from(`${JSON.stringify({ databases })}\n`, 'utf8');
}

/** Empty for anything that is not what `encodeRecord` writes. */
export function decodeRecord(bytes: Uint8Array): DatabaseRecord {
  const record = new Map<string, DatabaseEntry>();
  try {
    const { databases } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { databases: { path: unknown; file: unknown; wal: unknown }[] };
    for (const { path, file, wal } of databases) if (typeof path === 'string') record.set(path, { file: read(file), wal: read(wal) });
    return record;
  } catch {
    return new Map();
  }
}

function read(value: unknown): FileIdentity | undefined {
  if (value === null) return undefined;
  const { size, mtimeNs, ctimeNs, inode } = value as Record<string, unknown>;
  if (typeof size !== 'number' || ![mtimeNs, ctimeNs, inode].every((number) => typeof number === 'string' && /^-?\d{1,30}$/.test(number))) throw new TypeError('no identity');
  return { size, mtimeNs: BigInt(mtimeNs as string), ctimeNs: BigInt(ctimeNs as string), inode: BigInt(inode as string) };
}
