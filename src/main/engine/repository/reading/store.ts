// When each pack was last read back without a fault, in state.db. A convenience, never evidence: losing it only means reading more.
import type { Database, Migration } from '../../store/index.ts';

export const readingMigration: Migration = {
  version: 12,
  up: (db) => {
    db.exec(`CREATE TABLE pack_readings (repository_id TEXT NOT NULL, pack BLOB NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (repository_id, pack)) STRICT, WITHOUT ROWID`);
    // The last check that read a rolling share.
    db.exec(`CREATE TABLE rolling_checks (repository_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT`);
  }
};

export interface Readings {
  /** Milliseconds since 1970 of the last good reading, by pack (64 hex digits). */
  readAt(repositoryId: string): Map<string, number>;
  /** Packs that were ever read back whole, and the oldest of their last readings. */
  summary(repositoryId: string): { packs: number; oldestMs: number | null };
  note(repositoryId: string, packs: readonly string[], atMs: number): void;
  /** Packs that are no longer in the repository. */
  forget(repositoryId: string, packs: readonly string[]): void;
  rollingAt(repositoryId: string): number | null;
  noteRolling(repositoryId: string, atMs: number): void;
}

export function createReadings(db: Pick<Database, 'prepare'>): Readings {
  return {
    readAt: (repositoryId) => new Map(db.prepare('SELECT lower(hex(pack)) AS pack, at_ms AS atMs FROM pack_readings WHERE repository_id = ?').all<{ pack: string; atMs: number }>(repositoryId).map(({ pack, atMs }) => [pack, atMs])),
    summary: (repositoryId) => db.prepare('SELECT count(*) AS packs, min(at_ms) AS oldestMs FROM pack_readings WHERE repository_id = ?').get<{ packs: number; oldestMs: number | null }>(repositoryId) ?? { packs: 0, oldestMs: null },
    note(repositoryId, packs, atMs) {
      db.prepare('INSERT OR REPLACE INTO pack_readings (repository_id, pack, at_ms) SELECT ?, unhex(value), ? FROM json_each(?)').run(repositoryId, atMs, JSON.stringify(packs));
    },
    forget(repositoryId, packs) {
      db.prepare('DELETE FROM pack_readings WHERE repository_id = ? AND pack IN (SELECT unhex(value) FROM json_each(?))').run(repositoryId, JSON.stringify(packs));
    },
    rollingAt: (repositoryId) => db.prepare('SELECT at_ms AS atMs FROM rolling_checks WHERE repository_id = ?').get<{ atMs: number }>(repositoryId)?.atMs ?? null,
    noteRolling(repositoryId, atMs) {
      db.prepare('INSERT OR REPLACE INTO rolling_checks (repository_id, at_ms) VALUES (?, ?)').run(repositoryId, atMs);
    }
  };
}
