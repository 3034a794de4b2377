import { expect, it } from 'vitest';
import { finalStates, liveStates, RunState } from '../../../../contract/runs.ts';
import { isFinal, isLive, mayMove } from './states.ts';

// The table of rule 4, written out a second time.
const table = `
new: queued awaiting_approval skipped missed
awaiting_approval: queued rejected
queued: starting skipped stopped
starting: running failed stopped
running: succeeded partial failed stopping retry_wait
stopping: stopped timed_out succeeded partial failed retry_wait
retry_wait: starting stopped failed
`;
const allowed = new Set(table.trim().split('\n').flatMap((line) => (line.split(': ')[1] ?? '').split(' ').map((to) => `${line.split(':')[0]} ${to}`)));

it('4: every pair of states is allowed or refused exactly as the table says', () => {
  for (const from of ['new', ...RunState.options] as const) {
    for (const to of RunState.options) expect(mayMove(from, to), `${from} ${to}`).toBe(allowed.has(`${from} ${to}`));
  }
});

it('4.4: a start may give up any live run as unknown, and nothing else more than at other times', () => {
  for (const from of ['new', ...RunState.options] as const) {
    for (const to of RunState.options) expect(mayMove(from, to, true), `${from} ${to}`).toBe(allowed.has(`${from} ${to}`) || (to === 'unknown' && (liveStates as readonly string[]).includes(from)));
  }
});

it('4: a state is live or final, never both', () => {
  for (const state of RunState.options) expect([isLive(state), isFinal(state)]).toEqual([(liveStates as readonly string[]).includes(state), (finalStates as readonly string[]).includes(state)]);
  expect([...liveStates, ...finalStates].toSorted()).toEqual(RunState.options.toSorted());
});
