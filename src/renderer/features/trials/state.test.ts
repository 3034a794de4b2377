import { expect, it } from 'vitest';
import { commandOf, stageOf } from './state.ts';

it('a command is a program and its arguments, one a line, spaces and all', () => {
  expect(commandOf('  python3 \n-m\n two words \n\n')).toEqual(['python3', '-m', ' two words ']);
  expect(commandOf(' \n-m')).toBeUndefined();
});

it('a trial is at what the task on it is at', () => {
  expect(stageOf({ state: 'making', taskId: 't' }, undefined)).toBe('making');
  expect(stageOf({ state: 'ready', taskId: 't' }, { id: 't', kind: 'trial-run' })).toBe('running');
  expect(stageOf({ state: 'ready', taskId: 't' }, { id: 't', kind: 'promotion' })).toBe('promoting');
  expect(stageOf({ state: 'promoted', taskId: null }, { id: 't', kind: 'promotion' })).toBe('promoted');
});
