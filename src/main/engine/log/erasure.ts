// What the two events that explain a missing payload say: an erasure names single entries, a retention a category and a range. The trigger in
// schema.ts, verification and the list all go by this; table `erased` only points to the event.
import type { Category } from '../../../contract/log.ts';
import { builtInActions } from './actions.ts';

export type Erasure = { kind: 'entries'; seqs: readonly number[] } | { kind: 'range'; category: Category; from: number; to: number };

/** undefined when the event is none of the two, or its recorded payload is not what such an event holds. */
export function readErasure(action: string, body: string): Erasure | undefined {
  if (action !== 'log.erasure' && action !== 'log.retention') return undefined;
  const parsed = builtInActions[action]?.payload.safeParse(parseOrNothing(body));
  if (parsed?.success !== true) return undefined;
  if (action === 'log.erasure') return { kind: 'entries', seqs: (parsed.data as { seqs: number[] }).seqs };
  const { category, from, to } = parsed.data as { category: Category; from: number; to: number };
  return { kind: 'range', category, from, to };
}

/** Whoever made the log may have recorded anything under that name. */
function parseOrNothing(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Does the event say that the payload of this entry may be gone? */
export function namesEntry(erasure: Erasure, seq: number, category: Category): boolean {
  return erasure.kind === 'entries' ? erasure.seqs.includes(seq) : erasure.category === category && seq >= erasure.from && seq <= erasure.to;
}
