// SQL of named secrets, and nothing else. A removed secret keeps its row, so that a later one of its name goes on counting versions and the
// history stays clear about which value was read.
import type { SecretAccess } from '../../../../contract/secrets.ts';
import type { Database } from '../../store/index.ts';

export interface SecretRow {
  name: string;
  createdAt: string;
  lastVersion: number;
  uses: number;
  removed: boolean;
}

export interface VersionRow {
  name: string;
  version: number;
  createdAt: string;
  /** null: the current one. */
  keepUntil: string | null;
  expiresAt: string | null;
  maskable: boolean;
}

/** Readings kept here for each secret; the record has all of them. */
const mostUses = 1_000;

export type NamedStore = ReturnType<typeof createNamedStore>;

export function createNamedStore(db: Pick<Database, 'prepare'>) {
  return {
    find: (name: string): SecretRow | undefined => {
      const row = db.prepare('SELECT * FROM named_secrets WHERE name = ?').get(name);
      return row && toSecret(row);
    },
    list: (): SecretRow[] => db.prepare('SELECT * FROM named_secrets WHERE removed_at IS NULL ORDER BY name').all().map(toSecret),
    /** Newest first; the current one among them. */
    versions: (name: string): VersionRow[] => db.prepare('SELECT * FROM named_secret_versions WHERE name = ? ORDER BY version DESC').all(name).map(toVersion),
    allVersions: (): VersionRow[] => db.prepare('SELECT * FROM named_secret_versions ORDER BY name, version').all().map(toVersion),
    kept: (until: string): VersionRow[] => db.prepare('SELECT * FROM named_secret_versions WHERE keep_until <= ? ORDER BY name, version').all(until).map(toVersion),
    /** A new secret, or one of a name that was removed. */
    begin: (name: string, version: number, at: string): void => {
      db.prepare('INSERT INTO named_secrets (name, created_at, last_version) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at, last_version = excluded.last_version, uses = 0, removed_at = NULL').run(name, at, version);
    },
    addVersion: ({ name, version, createdAt, keepUntil, expiresAt, maskable }: VersionRow): void => {
      db.prepare('INSERT INTO named_secret_versions (name, version, created_at, keep_until, expires_at, maskable) VALUES (?, ?, ?, ?, ?, ?)').run(name, version, createdAt, keepUntil, expiresAt, maskable ? 1 : 0);
      db.prepare('UPDATE named_secrets SET last_version = max(last_version, ?) WHERE name = ?').run(version, name);
    },
    setKeepUntil: (name: string, version: number, keepUntil: string | null): void => {
      db.prepare('UPDATE named_secret_versions SET keep_until = ? WHERE name = ? AND version = ?').run(keepUntil, name, version);
    },
    setExpiry: (name: string, version: number, expiresAt: string | null): void => {
      db.prepare('UPDATE named_secret_versions SET expires_at = ? WHERE name = ? AND version = ?').run(expiresAt, name, version);
    },
    removeVersion: (name: string, version: number): void => {
      db.prepare('DELETE FROM named_secret_versions WHERE name = ? AND version = ?').run(name, version);
    },
    remove: (name: string, at: string): void => {
      db.prepare('DELETE FROM named_secret_versions WHERE name = ?').run(name);
      db.prepare('UPDATE named_secrets SET removed_at = ? WHERE name = ?').run(at, name);
    },
    /** Returns the number of the reading. */
    addUse: ({ name, version, at, by, purpose }: { name: string; version: number; at: string; by: string; purpose: string }): number => {
      const id = Number(db.prepare("INSERT INTO named_secret_uses (name, version, at, by, purpose, outcome) VALUES (?, ?, ?, ?, ?, 'begun')").run(name, version, at, by, purpose).lastInsertRowid);
      db.prepare('UPDATE named_secrets SET uses = uses + 1 WHERE name = ?').run(name);
      db.prepare('DELETE FROM named_secret_uses WHERE name = ? AND id <= (SELECT id FROM named_secret_uses WHERE name = ? ORDER BY id DESC LIMIT 1 OFFSET ?)').run(name, name, mostUses);
      return id;
    },
    endUse: (id: number, outcome: 'given' | 'failed', code: string | null): void => {
      db.prepare('UPDATE named_secret_uses SET outcome = ?, code = ? WHERE id = ?').run(outcome, code, id);
    },
    uses: (name: string, limit: number): SecretAccess[] =>
      db
        .prepare('SELECT id, version, at, by, purpose, outcome, code FROM named_secret_uses WHERE name = ? ORDER BY id DESC LIMIT ?')
        .all<SecretAccess & Record<string, unknown>>(name, limit)
  };
}

function toSecret(row: Record<string, unknown>): SecretRow {
  return { name: row['name'] as string, createdAt: row['created_at'] as string, lastVersion: row['last_version'] as number, uses: row['uses'] as number, removed: row['removed_at'] !== null };
}

function toVersion(row: Record<string, unknown>): VersionRow {
  return { name: row['name'] as string, version: row['version'] as number, createdAt: row['created_at'] as string, keepUntil: row['keep_until'] as string | null, expiresAt: row['expires_at'] as string | null, maskable: row['maskable'] === 1 };
}
