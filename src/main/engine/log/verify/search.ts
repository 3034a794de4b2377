// Whether the full-text index lists the record. It is derived and no evidence: damage there hides entries from a search by words, not from the
// record, the list or the other filters, and never makes a record broken. Compared by counts, in one walk over the index: every entry has an
// action, whose first word stands first in its column. That its payload's words are all there as well is not looked at.
import { isVarveError } from '../../kit/errors.ts';
import { typedFailure, type Database } from '../../store/index.ts';

export type SearchState = 'whole' | 'incomplete';

/** `entries` in the record, `erased` of which may have left the index together with their payload. */
export function searchState(db: Database, { entries, erased }: { entries: number; erased: number }): SearchState {
  try {
    const count = db.prepare('SELECT count(*) AS count FROM search WHERE search MATCH ?');
    let listed = 0;
    for (const word of firstWords(db)) listed += count.get<{ count: number }>(`action : ^ "${word}"`)?.count ?? 0;
    return listed <= entries && listed >= entries - erased ? 'whole' : 'incomplete';
  } catch (cause) {
    // Damaged, or not even there any more.
    const error = typedFailure(cause, db);
    if (isVarveError(error) ? error.code === 'LOG_DAMAGED' : /no such table|no such column|vtable constructor failed/.test((error as Error).message)) return 'incomplete';
    throw error;
  }
}

/** As the tokenizer of the index cuts them: at everything but letters and digits. */
function firstWords(db: Database): Set<string> {
  const words = db.prepare('SELECT name FROM actions').all<{ name: string }>().map(({ name }) => /^[a-z0-9]+/.exec(name)?.[0]);
  return new Set(words.filter((word) => word !== undefined));
}
