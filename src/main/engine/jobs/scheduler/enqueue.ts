// A new run among those there are: does it wait its turn, is it left out, whom does it replace (rule 3.1)? Pure; judged by the states of the runs.
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { RunCause } from '../../../../contract/runs.ts';
import type { RunRow } from '../model.ts';

/** Rule 3.1: of `queueAll`, and of those that run side by side. */
const mostWaiting = 50;

export interface Place {
  state: 'queued' | 'skipped';
  cause: RunCause | null;
  /** The run that was in the way. */
  otherRun: string | null;
  /** Waiting ones that this one takes the place of. */
  supersedes: RunRow[];
  /** Runs under way that are to be stopped for it. */
  replaces: RunRow[];
}

const waits = ({ state }: RunRow): boolean => state === 'queued' || state === 'awaiting_approval';

/** `live`: of this job alone. */
export function placeOf(trigger: RunRow['trigger'], { overlap: { policy }, catchUp }: Pick<JobDefinition, 'overlap' | 'catchUp'>, live: readonly RunRow[]): Place {
  // Rule 2.7a: what is caught up waits for its turn after a start and is in nobody's way; where only the newest counts, a time that comes meanwhile is newer.
  const caughtUp = live.filter((run) => run.trigger === 'catch_up' && waits(run));
  const others = live.filter((run) => !caughtUp.includes(run));
  const outdated = (trigger === 'schedule' || trigger === 'catch_up') && catchUp.policy !== 'all' ? caughtUp : [];
  const place: Place = { state: 'queued', cause: null, otherRun: null, supersedes: outdated, replaces: [] };
  const [first] = others;
  if (first === undefined) return place;
  const waiting = others.filter(waits);
  switch (policy) {
    case 'skip':
      return { ...place, state: 'skipped', cause: 'overlap', otherRun: first.id, supersedes: [] };
    case 'queue':
      return { ...place, supersedes: [...outdated, ...waiting] };
    case 'queueAll':
    case 'parallel':
      return waiting.length >= mostWaiting ? { ...place, state: 'skipped', cause: 'too_many', otherRun: first.id, supersedes: [] } : place;
    case 'replace':
      return { ...place, supersedes: [...outdated, ...waiting], replaces: others.filter((run) => !waits(run)), otherRun: others.find((run) => !waits(run))?.id ?? null };
  }
}
