// Packages in state.db. What was removed or failed is forgotten after the newest thousand.
import type { PackageKind, PackageRow } from '../../../contract/packages.ts';
import type { Database } from '../store/index.ts';

export interface StoredPackage {
  id: string;
  kind: PackageKind;
  source: string;
  path: string;
  state: 'making' | 'made' | 'removed' | 'failed';
  sealed: boolean;
  createdAt: string;
  bytes: number;
  files: number;
  sha256: string | null;
  events: number | null;
  chainValid: boolean | null;
}

/** What is known once it is whole. */
export type MadeFacts = Pick<StoredPackage, 'path' | 'bytes' | 'files' | 'sha256' | 'events' | 'chainValid'>;

const keptGone = 1000;

export type PackageStore = ReturnType<typeof createPackageStore>;

export function createPackageStore(db: Pick<Database, 'prepare'>) {
  const set = (id: string, state: StoredPackage['state']): void => void db.prepare('UPDATE packages SET state = ? WHERE id = ?').run(state, id);
  return {
    add: ({ id, kind, source, path, sealed, createdAt, events }: Pick<StoredPackage, 'id' | 'kind' | 'source' | 'path' | 'sealed' | 'createdAt' | 'events'>): void => {
      db.prepare("INSERT INTO packages (id, kind, source, path, state, sealed, created_at, events) VALUES (?, ?, ?, ?, 'making', ?, ?, ?)").run(id, kind, source, JSON.stringify(path), sealed ? 1 : 0, createdAt, events);
    },
    made: (id: string, { path, bytes, files, sha256, events, chainValid }: MadeFacts): void => {
      db.prepare("UPDATE packages SET state = 'made', path = ?, bytes = ?, files = ?, sha256 = ?, events = ?, chain_valid = ? WHERE id = ?").run(JSON.stringify(path), bytes, files, sha256, events, chainValid === null ? null : Number(chainValid), id);
      db.prepare("DELETE FROM packages WHERE state IN ('removed', 'failed') AND id NOT IN (SELECT id FROM packages WHERE state IN ('removed', 'failed') ORDER BY id DESC LIMIT ?)").run(keptGone);
    },
    /** While it is made: how many events of the record it will hold. */
    counted: (id: string, events: number): void => void db.prepare('UPDATE packages SET events = ? WHERE id = ?').run(events, id),
    failed: (id: string): void => set(id, 'failed'),
    removed: (path: string): void => void db.prepare("UPDATE packages SET state = 'removed' WHERE path = ? AND state = 'made'").run(JSON.stringify(path)),
    find: (id: string): StoredPackage | undefined => {
      const row = db.prepare('SELECT * FROM packages WHERE id = ?').get(id);
      return row && rowOf(row);
    },
    making: (): StoredPackage[] => db.prepare("SELECT * FROM packages WHERE state = 'making' ORDER BY id").all().map(rowOf),
    list: (kind: PackageKind | undefined, limit: number): StoredPackage[] =>
      (kind === undefined ? db.prepare('SELECT * FROM packages ORDER BY id DESC LIMIT ?').all(limit) : db.prepare('SELECT * FROM packages WHERE kind = ? ORDER BY id DESC LIMIT ?').all(kind, limit)).map(rowOf),
    /** Of the record, whole or being made. */
    ofRecord: (): StoredPackage[] => db.prepare("SELECT * FROM packages WHERE kind = 'log' AND state IN ('making', 'made') ORDER BY id").all().map(rowOf),
    newestWhole: (kind: PackageKind): StoredPackage | undefined => {
      const row = db.prepare("SELECT * FROM packages WHERE kind = ? AND state = 'made' ORDER BY id DESC LIMIT 1").get(kind);
      return row && rowOf(row);
    }
  };
}

function rowOf(row: Record<string, unknown>): StoredPackage {
  return {
    id: row['id'] as string,
    kind: row['kind'] as PackageKind,
    source: row['source'] as string,
    path: JSON.parse(row['path'] as string) as string,
    state: row['state'] as StoredPackage['state'],
    sealed: row['sealed'] === 1,
    createdAt: row['created_at'] as string,
    bytes: row['bytes'] as number,
    files: row['files'] as number,
    sha256: row['sha256'] as string | null,
    events: row['events'] as number | null,
    chainValid: row['chain_valid'] === null ? null : row['chain_valid'] === 1
  };
}

/** As it is shown: `there` only when something lies where it was put. */
export function viewOf({ state, ...row }: StoredPackage, isThere: (path: string) => boolean): PackageRow {
  return { ...row, state: state === 'made' ? (isThere(row.path) ? 'there' : 'missing') : state };
}
