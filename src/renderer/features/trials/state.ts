// What a trial is at, in one word and one shape. Pure.
import type { MessageKey } from '../../../contract/copy/catalogue.ts';
import type { TaskState } from '../../../contract/events.ts';
import type { Trial } from '../../../contract/trials.ts';
import type { Tone } from '../../ui/Shape.tsx';

export type TrialStage = 'making' | 'running' | 'promoting' | 'ready' | 'promoted';

/** `task`: the one that is at work on it, when it is known already. */
export function stageOf({ state, taskId }: Pick<Trial, 'state' | 'taskId'>, task: Pick<TaskState, 'id' | 'kind'> | undefined): TrialStage {
  if (state === 'making' || taskId === null) return state;
  return task?.id === taskId && task.kind === 'promotion' ? 'promoting' : 'running';
}

export const stageWords: Record<TrialStage, MessageKey> = { making: 'trials.state.making', running: 'trials.state.running', promoting: 'trials.state.promoting', ready: 'trials.state.ready', promoted: 'trials.state.promoted' };
export const stageTones: Record<TrialStage, Tone> = { making: 'unknown', running: 'unknown', promoting: 'unknown', ready: 'info', promoted: 'good' };

/** A program and its arguments, one a line; empty lines are nobody's. undefined: no program. */
export function commandOf(lines: string): string[] | undefined {
  const [program = '', ...rest] = lines.replace(/\n+$/, '').split('\n');
  return program.trim() === '' ? undefined : [program.trim(), ...rest.filter((line) => line !== '')];
}
