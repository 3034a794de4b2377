// A log that is only read may be older than this program: then it has no sessions and nothing on entries yet.
import type { Database } from '../../store/index.ts';

const known = new WeakSet<Database>();

export function hasReviewTables(db: Database): boolean {
  if (known.has(db)) return true;
  const found = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'annotations'").get() !== undefined;
  if (found) known.add(db);
  return found;
}
