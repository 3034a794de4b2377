// What a person names by its id, or a unique beginning of it.
import { fail } from '../kit/errors.ts';

/** NOT_FOUND, AMBIGUOUS. */
export function oneById<R extends { id: string }>(rows: readonly R[], kind: string, name: string): R {
  const matches = rows.filter(({ id }) => id.startsWith(name.toLowerCase()));
  if (matches.length > 1) fail('AMBIGUOUS', `${name} fits ${matches.length} of kind ${kind}`, { kind, name, matches: matches.map(({ id }) => id).slice(0, 20) });
  return matches[0] ?? fail('NOT_FOUND', `no ${kind} ${name}`, { kind, name });
}
