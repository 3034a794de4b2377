// Lines into the record, with what is known of their source, in one transaction. One that the record refuses must not take the others with it: it is
// found, left out, and the rest goes in.
import { isVarveError } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { maskedEvents } from './masked.ts';
import type { Prepared } from './prepare.ts';
import type { Source, Sources } from './sources.ts';

export type Candidate = Extract<Prepared, { kind: 'event' }>;

export interface Outcome {
  taken: Candidate[];
  known: Candidate[];
  refused: { candidate: Candidate; reason: string }[];
}

export interface Batch {
  source: Source;
  candidates: readonly Candidate[];
  /** Asked once for each, in order, inside the transaction. */
  isNew(candidate: Candidate): boolean;
  /** First and last thing inside the transaction; what they throw undoes it all. */
  begin(): void;
  finish?(outcome: Outcome): void;
}

interface Deps {
  context: LogContext;
  sources: Sources;
}

export function takeLines(deps: Deps, batch: Batch): Outcome {
  try {
    return take(deps, batch, []);
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    const judged = batch.candidates.map((candidate) => ({ candidate, reason: judge(deps.context, candidate) }));
    const refused = judged.flatMap(({ candidate, reason }) => (reason === undefined ? [] : [{ candidate, reason }]));
    if (refused.length === 0) throw error;
    return take(deps, { ...batch, candidates: judged.flatMap(({ candidate, reason }) => (reason === undefined ? [candidate] : [])) }, refused);
  }
}

function take({ context, sources }: Deps, { source, candidates, isNew, begin, finish }: Batch, refused: Outcome['refused']): Outcome {
  return context.transaction(() => {
    begin();
    const outcome: Outcome = { taken: [], known: [], refused };
    for (const candidate of candidates) (isNew(candidate) ? outcome.taken : outcome.known).push(candidate);
    const { taken } = outcome;
    const appended = context.append(taken.map(({ event }) => event));
    appended.forEach(({ seq }, i) => sources.noteEntry(seq, source, (taken[i] as Candidate).digest));
    context.append(maskedEvents(appended.map(({ seq }, i) => ({ seq, findings: (taken[i] as Candidate).findings }))));
    finish?.(outcome);
    return outcome;
  });
}

/** Why the record would refuse it; undefined when it would not. */
function judge(context: LogContext, { event }: Candidate): string | undefined {
  try {
    context.check(event);
    return undefined;
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** A clock that stands wrong (field `ts`) refuses everything: that is no fault of a line. */
function refusalOf(error: unknown): string | undefined {
  if (!isVarveError(error) || error.code !== 'EVENT_REFUSED') return undefined;
  const { field, reason } = error.data as { field: string; reason: string };
  return field === 'ts' ? undefined : reason;
}
