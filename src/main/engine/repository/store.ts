// SQL of the repository domain and nothing else. Paths are JSON text: a name of any bytes (lone surrogates) does not survive UTF-8.
import type { Database } from '../store/index.ts';
import { formatReference, parseReference } from '../secrets/index.ts';
import type { CheckNote, PasswordPlace, RepositoryRow } from './model.ts';

interface Stored {
  id: string;
  name: string;
  path: string;
  restic_id: string | null;
  version: number | null;
  append_only: number;
  password_from: 'store' | 'file' | 'environment';
  password_place: string | null;
  added_at: string;
  check_at: string | null;
  check_ok: number | null;
  check_errors: number | null;
  check_read_data: number | null;
  config_hash: string | null;
}

export interface HeldLock {
  repositoryId: string;
  lockId: string;
  pid: number;
  processStarted: string;
  at: string;
}

export interface RepositoryStore {
  list(): RepositoryRow[];
  insert(row: RepositoryRow): void;
  setCheck(id: string, check: CheckNote): void;
  setFacts(id: string, facts: Pick<RepositoryRow, 'resticId' | 'version' | 'appendOnly' | 'configHash'>): void;
  setPassword(id: string, place: PasswordPlace): void;
  locks(): HeldLock[];
  insertLock(lock: HeldLock): void;
  deleteLock(repositoryId: string, lockId: string): void;
}

export function createRepositoryStore(db: Pick<Database, 'prepare'>): RepositoryStore {
  return {
    list: () => db.prepare('SELECT * FROM repositories ORDER BY name').all<Stored>().map(toRow),
    insert(row) {
      db.prepare('INSERT INTO repositories (id, name, path, restic_id, version, append_only, password_from, password_place, added_at, config_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        row.id,
        row.name,
        JSON.stringify(row.path),
        row.resticId,
        row.version,
        row.appendOnly ? 1 : 0,
        storedFrom(row.password),
        storedPlace(row.password),
        row.addedAt,
        row.configHash
      );
    },
    setCheck(id, check) {
      db.prepare('UPDATE repositories SET check_at = ?, check_ok = ?, check_errors = ?, check_read_data = ? WHERE id = ?').run(check.at, check.ok ? 1 : 0, check.errors, check.readData ? 1 : 0, id);
    },
    setFacts(id, facts) {
      db.prepare('UPDATE repositories SET restic_id = ?, version = ?, append_only = ?, config_hash = ? WHERE id = ?').run(facts.resticId, facts.version, facts.appendOnly ? 1 : 0, facts.configHash, id);
    },
    setPassword(id, place) {
      db.prepare('UPDATE repositories SET password_from = ?, password_place = ? WHERE id = ?').run(storedFrom(place), storedPlace(place), id);
    },
    locks: () => db.prepare('SELECT repository_id AS repositoryId, lock_id AS lockId, pid, process_started AS processStarted, at FROM held_locks ORDER BY at').all<HeldLock>(),
    insertLock(lock) {
      db.prepare('INSERT OR REPLACE INTO held_locks (repository_id, lock_id, pid, process_started, at) VALUES (?, ?, ?, ?, ?)').run(lock.repositoryId, lock.lockId, lock.pid, lock.processStarted, lock.at);
    },
    deleteLock(repositoryId, lockId) {
      db.prepare('DELETE FROM held_locks WHERE repository_id = ? AND lock_id = ?').run(repositoryId, lockId);
    }
  };
}

function toRow(stored: Stored): RepositoryRow {
  return {
    id: stored.id,
    name: stored.name,
    path: JSON.parse(stored.path) as string,
    resticId: stored.restic_id,
    version: stored.version,
    appendOnly: stored.append_only === 1,
    password: toPlace(stored),
    addedAt: stored.added_at,
    configHash: stored.config_hash,
    lastCheck: stored.check_at === null ? null : { at: stored.check_at, ok: stored.check_ok === 1, errors: stored.check_errors ?? 0, readData: stored.check_read_data === 1 }
  };
}

/** What state.db says of a named secret: it lies in the store, under a name of its own. */
function storedFrom(place: PasswordPlace): Stored['password_from'] {
  return place.from === 'secret' ? 'store' : place.from;
}

function storedPlace(place: PasswordPlace): string | null {
  if (place.from === 'secret') return formatReference(place.name);
  return place.from === 'file' ? JSON.stringify(place.path) : place.from === 'environment' ? place.variable : null;
}

function toPlace({ password_from: from, password_place: place }: Stored): PasswordPlace {
  if (from === 'file') return { from, path: JSON.parse(place ?? '""') as string };
  const name = from === 'store' && place !== null ? parseReference(place) : undefined;
  if (name !== undefined) return { from: 'secret', name };
  return from === 'environment' ? { from, variable: place ?? '' } : { from };
}
