// Jobs in the order in which they need somebody, and the one word that says how a job is. Pure.
import type { Job } from '../../../contract/jobs.ts';
import type { RunState } from '../../../contract/runs.ts';
import { isLiveState, markOf } from '../../ui/run-state.ts';
import type { Tone } from '../../ui/Shape.tsx';

export type JobState =
  | { kind: 'broken'; what: 'plan' | 'repository' | 'secret'; name: string }
  | { kind: 'approval' }
  | { kind: 'failing'; state: RunState; times: number }
  | { kind: 'run'; state: RunState }
  | { kind: 'never' }
  | { kind: 'paused' };

/** What is under way says more than what was, except that a job in need stays one until it went well. */
export function stateOf(job: Pick<Job, 'broken' | 'paused' | 'active' | 'lastRun' | 'failures'>): JobState {
  if (job.broken !== null) return { kind: 'broken', what: job.broken.kind, name: job.broken.name };
  if (job.active.some(({ state }) => state === 'awaiting_approval')) return { kind: 'approval' };
  const live = job.active.find(({ state }) => state === 'running' || state === 'stopping' || state === 'starting') ?? job.active[0];
  if (live !== undefined) return { kind: 'run', state: live.state };
  if (job.paused !== null) return { kind: 'paused' };
  if (job.lastRun === null) return { kind: 'never' };
  if (job.failures > 0 && ['failed', 'unknown'].includes(markOf(job.lastRun.state))) return { kind: 'failing', state: job.lastRun.state, times: job.failures };
  return { kind: 'run', state: job.lastRun.state };
}

const runRanks: Record<ReturnType<typeof markOf>, number> = { failed: 2, unknown: 2, gaps: 3, stopped: 4, missed: 4, live: 5, done: 6 };

/** The lower, the more it needs somebody. Failing keeps its place while it is tried again. */
function rankOf(job: Job): number {
  const state = stateOf(job);
  if (state.kind === 'broken') return 0;
  if (state.kind === 'approval') return 1;
  if (job.failures > 0 && job.paused === null) return 2;
  if (state.kind === 'paused') return 8;
  if (state.kind === 'never') return 7;
  return state.kind === 'failing' ? 2 : runRanks[markOf(state.state)];
}

export function byNeed(jobs: readonly Job[]): Job[] {
  const next = ({ nextAt }: Job): string => nextAt ?? '9999';
  return jobs.toSorted((a, b) => rankOf(a) - rankOf(b) || b.failures - a.failures || next(a).localeCompare(next(b)) || a.definition.name.localeCompare(b.definition.name));
}

export function toneOfJob(state: JobState): Tone {
  switch (state.kind) {
    case 'broken':
    case 'failing':
      return 'bad';
    case 'approval':
      return 'attention';
    case 'never':
    case 'paused':
      return 'unknown';
    case 'run':
      return isLiveState(state.state) ? 'info' : ({ done: 'good', gaps: 'attention', failed: 'bad', unknown: 'attention', stopped: 'unknown', missed: 'unknown', live: 'info' } as const)[markOf(state.state)];
  }
}

/**
 * The order on screen: `wanted`, unless somebody is `busy` in the list; then what is there stays where it is, what is new comes last and what is gone goes.
 * `waits` tells that another order is wanted.
 */
export function settle(shown: readonly string[], wanted: readonly string[], busy: boolean): { order: readonly string[]; waits: boolean } {
  if (!busy) return { order: wanted, waits: false };
  const there = new Set(wanted);
  const kept = shown.filter((id) => there.has(id));
  const known = new Set(kept);
  const order = [...kept, ...wanted.filter((id) => !known.has(id))];
  return { order, waits: order.some((id, index) => wanted[index] !== id) };
}
