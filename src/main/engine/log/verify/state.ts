// What the last verifications said, in table `verification`. A convenience for the screen and a hint for the next run, never evidence: whoever can
// change the file can change this. Its one row once held a bare verdict; those are still read.
import * as z from 'zod';
import { Verdict, VerifyState } from '../../../../contract/verify.ts';
import type { Database } from '../../store/index.ts';

const StoredState = z.object({
  state: z.literal(2),
  verdict: Verdict.nullable(),
  full: VerifyState.shape.full,
  newer: VerifyState.shape.newer,
  anchored: VerifyState.shape.anchored,
  failure: VerifyState.shape.failure,
  /** Size of the newest checkpoint up to which everything has been read and fitted. */
  checkedTo: z.number().int().min(1).optional()
});
export type StoredState = z.infer<typeof StoredState>;

export const nothingStored: StoredState = { state: 2, verdict: null, full: null, newer: null, anchored: null, failure: null };

/** One that does not parse counts as none. */
export function storedState(db: Database): (StoredState & { at: string }) | undefined {
  const row = db.prepare('SELECT verdict, at FROM verification').get<{ verdict: string; at: string }>();
  if (row === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(row.verdict);
    const stored = StoredState.safeParse(value);
    return { ...(stored.success ? stored.data : { ...nothingStored, verdict: Verdict.parse(value) }), at: row.at };
  } catch {
    return undefined;
  }
}

export function keepState(db: Database, state: StoredState, at: string): void {
  db.prepare('INSERT INTO verification (only, verdict, at) VALUES (1, ?, ?) ON CONFLICT (only) DO UPDATE SET verdict = excluded.verdict, at = excluded.at').run(JSON.stringify(state), at);
}

/** What the screen remembers after this verdict. `asked`: a person asked for it; only that may end what a checkpoint from outside has shown. */
export function afterVerdict(before: StoredState | undefined, verdict: Verdict, { at, asked }: { at: string; asked: boolean }): StoredState {
  const last = before ?? nothingStored;
  const state: StoredState = { ...last, failure: null, verdict };
  // After damage only a full run can say that it is gone; what a checkpoint from outside showed is no damage to what was read.
  if (verdict.kind === 'broken' && verdict.what !== 'forked') return { ...state, checkedTo: undefined };
  if (verdict.kind === 'broken' || verdict.kind === 'behind') return state;
  const { entries, readFrom = 0, checkpoint } = verdict;
  const shown = last.verdict?.kind === 'behind' || (last.verdict?.kind === 'broken' && last.verdict.what === 'forked') ? last.verdict : undefined;
  return {
    ...state,
    verdict: shown && !asked && verdict.kind !== 'anchored' ? shown : verdict,
    ...(readFrom === 0 ? { full: { at, entries }, newer: null } : { newer: { at, from: last.full?.entries ?? readFrom, entries } }),
    ...(verdict.kind === 'anchored' && { anchored: { at, entries, anchors: verdict.anchors } }),
    ...(checkpoint && { checkedTo: checkpoint.size })
  };
}
