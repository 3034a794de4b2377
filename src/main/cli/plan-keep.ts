// What a plan keeps, as `varve plan add` and `varve plan edit` say it.
import type { Command } from 'commander';
import { describePolicy } from '../../contract/copy/keeping.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Plan } from '../../contract/snapshots.ts';
import { fail } from '../engine/kit/errors.ts';
import type { Output } from './output.ts';
import { addRetentionOptions, policyOf, type RetentionOptions } from './retention-options.ts';
import type { Words } from './words.ts';

export interface KeepOptions extends RetentionOptions {
  keepAll?: boolean;
}

export function addKeepOptions(command: Command, words: Words): Command {
  return addRetentionOptions(command, words).option('--keep-all', words.say('optionKeepAll'));
}

/** Carries out what the options say; undefined when they say nothing of it. */
export async function changeWhatIsKept(client: VarveClient, plan: string, options: KeepOptions): Promise<Plan | undefined> {
  const policy = policyOf(options);
  if (policy !== undefined && options.keepAll === true) fail('BAD_INPUT', 'both said', { field: '--keep-all', reason: 'say what to keep, or --keep-all' });
  if (policy === undefined && options.keepAll !== true) return undefined;
  return client.keeping.retention.set({ plan, policy: policy ?? null });
}

export function sayWhatIsKept({ name, retention }: Plan, { words: { language, say }, ...output }: Output): void {
  output.say(retention ? say('planKeeps', { name, policy: describePolicy(language, retention) }) : say('planKeepsAll', { name }));
}
