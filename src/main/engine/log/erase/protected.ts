// What can never be erased, because the record rests on it: where it begins, what explains other empty entries, which keys sign, what was verified.
// Of the events about the record only those go that hold somebody else's words: names, paths, labels.
import type { KeptReason } from '../../../../contract/erasure.ts';
import type { Category } from '../../../../contract/log.ts';

const explaining: ReadonlySet<string> = new Set(['log.erasure', 'log.retention']);
const othersWords: ReadonlySet<string> = new Set(['log.name-introduced', 'log.masked', 'log.imported', 'log.follow-added', 'log.follow-removed', 'log.follow-gap', 'log.anchored']);

/** Why the entry keeps its payload; undefined when it may go. */
export function keptBecause(action: string, category: Category): KeptReason | undefined {
  if (explaining.has(action)) return 'explains-erasures';
  if (action === 'home.created') return 'beginning';
  return category === 'record' && !othersWords.has(action) ? 'about-the-record' : undefined;
}
