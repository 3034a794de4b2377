// The states of a run and the only ways between them (rule 4). Pure; the store asks here before it writes.
import { failedStates, finalStates, liveStates, type RunState } from '../../../../contract/runs.ts';

export type LiveState = (typeof liveStates)[number];

/** From a state to those it may become; `new`: a run that is written for the first time. What a start finds (rule 4.4) may also end any live one as `unknown`. */
const moves: Readonly<Record<'new' | LiveState, readonly RunState[]>> = {
  new: ['queued', 'awaiting_approval', 'skipped', 'missed'],
  awaiting_approval: ['queued', 'rejected'],
  queued: ['starting', 'skipped', 'stopped'],
  starting: ['running', 'failed', 'stopped'],
  running: ['succeeded', 'partial', 'failed', 'stopping', 'retry_wait'],
  stopping: ['stopped', 'timed_out', 'succeeded', 'partial', 'failed', 'retry_wait'],
  retry_wait: ['starting', 'stopped', 'failed']
};

export function isLive(state: RunState): state is LiveState {
  return (liveStates as readonly RunState[]).includes(state);
}

export function isFinal(state: RunState): boolean {
  return (finalStates as readonly RunState[]).includes(state);
}

/** `recovering`: a start looks at what an earlier process left. */
export function mayMove(from: 'new' | RunState, to: RunState, recovering = false): boolean {
  if (from !== 'new' && !isLive(from)) return false;
  if (recovering && from !== 'new' && to === 'unknown') return true;
  return moves[from].includes(to);
}

/** It holds its place, its locks, and keeps others of its job from starting. */
export const occupying: readonly LiveState[] = ['starting', 'running', 'stopping'];

/** Counts as a failure for alerts, tickets and pausing (rule 7.4). */
export function isFailure(state: RunState): boolean {
  return (failedStates as readonly RunState[]).includes(state);
}
