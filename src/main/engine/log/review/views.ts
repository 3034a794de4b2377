// Saved views: a name and a filter. A preference of the person who looks, like language or theme, so it lives in state.db and not in the record:
// it proves nothing, changes often, and a name for a filter would stay in the record for ever. `varve_views` belongs to versions 40 to 49.
import { LogFilter, type LogFilter as Filter } from '../../../../contract/log.ts';
import type { LogView } from '../../../../contract/review.ts';
import { VarveError } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Clock, Random } from '../../ports.ts';
import type { Database, Migration } from '../../store/index.ts';
import { planFilter } from '../filter.ts';

export const viewMigrations: readonly Migration[] = [
  { version: 40, up: (db) => db.exec('CREATE TABLE log_views (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, filter TEXT NOT NULL, changed_at TEXT NOT NULL) STRICT') }
];

const maxViews = 200;

export interface Views {
  list(): LogView[];
  /** Replaces the view of that name. Throws BAD_INPUT. */
  save(name: string, filter: Filter): LogView;
  /** Throws NOT_FOUND. */
  remove(name: string): void;
}

interface ViewRow {
  id: string;
  name: string;
  filter: string;
  changed_at: string;
}

/** `db` is state.db, `log` is log.db, against which a filter is tried before it is kept. */
export function createViews({ db, log, clock, random }: { db: Database; log: Database; clock: Pick<Clock, 'now'>; random: Random }): Views {
  const read = (row: ViewRow): LogView | undefined => {
    const filter = parse(row.filter);
    return filter && { id: row.id, name: row.name, filter, changedAt: row.changed_at };
  };
  return {
    // One that this program cannot read stays where it is, unseen: a newer one may.
    list: () => db.prepare('SELECT * FROM log_views ORDER BY name COLLATE NOCASE, id').all<ViewRow>().flatMap((row) => read(row) ?? []),
    save(name, filter) {
      planFilter(log, filter);
      const known = db.prepare('SELECT id FROM log_views WHERE name = ?').get<{ id: string }>(name);
      const count = db.prepare('SELECT count(*) AS count FROM log_views').get<{ count: number }>()?.count ?? 0;
      if (known === undefined && count >= maxViews) throw new VarveError('BAD_INPUT', 'too many views', { field: 'name', reason: `there are ${count} views already; remove one first` });
      const view: LogView = { id: known?.id ?? createUuid7(clock, random), name, filter, changedAt: new Date(clock.now()).toISOString() };
      db.prepare('INSERT INTO log_views (id, name, filter, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET filter = excluded.filter, changed_at = excluded.changed_at').run(view.id, name, JSON.stringify(filter), view.changedAt);
      return view;
    },
    remove(name) {
      const { changes } = db.prepare('DELETE FROM log_views WHERE name = ?').run(name);
      if (changes === 0) throw new VarveError('NOT_FOUND', `no view "${name}"`, { kind: 'view', name });
    }
  };
}

function parse(text: string): Filter | undefined {
  try {
    return LogFilter.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: as good as not there
  }
}
