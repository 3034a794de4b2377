// A reason in the words of restic's own output, to compare decisions with its. Only for tests.
import type { Reason } from '../decide.ts';

export function resticWords(reason: Reason): string {
  if (reason.rule === 'held') return `has tags [${reason.by}]`;
  if (reason.rule === 'tags') return `has tags [${reason.tags.join(', ')}]`;
  if (reason.rule === 'within') return `within ${reason.within}`;
  const oldest = reason.oldest ? 'oldest ' : '';
  return 'within' in reason ? `${oldest}${reason.rule.slice('within-'.length)} within ${reason.within}` : `${oldest}${reason.rule} snapshot`;
}
