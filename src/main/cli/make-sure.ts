// Asking before something goes for good.
import type { CliKey } from '../../contract/copy/cli.ts';
import type { BaseKey, Params } from '../../contract/copy/format.ts';
import { cancelled, fail } from '../engine/kit/errors.ts';
import { askYes, canAsk } from './ask.ts';
import type { Output } from './output.ts';

/** Passes when `yes` was given with the command, or is said on the terminal; CANCELLED for a no, BAD_INPUT (`needsYes`) where nobody can be asked. */
export async function makeSure(yes: boolean | undefined, { json, words: { say } }: Output, { question, needsYes }: { question: BaseKey<CliKey>; needsYes: BaseKey<CliKey> }, params: Params = {}): Promise<void> {
  if (yes === true) return;
  if (json || !canAsk()) fail('BAD_INPUT', 'nobody can be asked', { field: '--yes', reason: say(needsYes, params) });
  if (!(await askYes(say(question, params), say('answersYes').split(' ')))) throw cancelled();
}
