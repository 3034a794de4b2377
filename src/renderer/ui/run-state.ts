// States of runs as tones and marks: what a shape says before its colour does. Pure.
import type { RunState } from '../../contract/runs.ts';
import type { Tone } from './Shape.tsx';

/** What a mark looks like: a full bar, a half one, a crossed box, an open box, a short bar, a ring, a dotted bar. */
export type Mark = 'done' | 'gaps' | 'failed' | 'unknown' | 'stopped' | 'missed' | 'live';

export function markOf(state: RunState): Mark {
  switch (state) {
    case 'succeeded':
      return 'done';
    case 'partial':
      return 'gaps';
    case 'failed':
    case 'timed_out':
      return 'failed';
    case 'unknown':
      return 'unknown';
    case 'stopped':
    case 'rejected':
      return 'stopped';
    case 'skipped':
    case 'missed':
      return 'missed';
    default:
      return 'live';
  }
}

const tones: Record<Mark, Tone> = { done: 'good', gaps: 'attention', failed: 'bad', unknown: 'attention', stopped: 'unknown', missed: 'unknown', live: 'info' };

export function toneOf(state: RunState): Tone {
  return state === 'awaiting_approval' ? 'attention' : tones[markOf(state)];
}

export function isLiveState(state: RunState): boolean {
  return markOf(state) === 'live';
}
