// The options that say what to keep, the same as restic's, for `plan add`, `plan edit` and `forget`.
import type { Command } from 'commander';
import { RetentionPolicy } from '../../contract/retention.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect } from './command.ts';
import type { Words } from './words.ts';

const periods = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

export type RetentionOptions = Omit<RetentionPolicy, 'keepTags'> & { keepTag?: string[] };

export function addRetentionOptions(command: Command, { say }: Words): Command {
  for (const period of ['last', ...periods] as const) command.option(`--keep-${period} <count>`, say(`optionKeepCount_${period}`), countOf(`--keep-${period}`));
  command.option('--keep-within <time>', say('optionKeepWithin'));
  for (const period of periods) command.option(`--keep-within-${period} <time>`, say(`optionKeepWithin_${period}`));
  return command.option('--keep-tag <tags>', say('optionKeepTag'), collect);
}

/** undefined when no option was given. */
export function policyOf(options: RetentionOptions): RetentionPolicy | undefined {
  const { keepTag, ...rest } = options;
  const given = Object.fromEntries(Object.keys(RetentionPolicy.shape).flatMap((name) => (name in rest ? [[name, rest[name as keyof typeof rest]]] : [])));
  const written = { ...given, ...(keepTag && { keepTags: keepTag.map((list) => list.split(',').map((tag) => tag.trim())) }) };
  if (Object.keys(written).length === 0) return undefined;
  const checked = RetentionPolicy.safeParse(written);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  return fail('BAD_INPUT', 'not a policy', { field: optionOf(String(issue?.path[0] ?? '')), reason: issue?.message ?? '' });
}

/** `keepWithinDaily` as it is typed. */
function optionOf(name: string): string {
  return name === 'keepTags' ? '--keep-tag' : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function countOf(option: string): (value: string) => number {
  return (value) => (value === 'all' || value === 'unlimited' || value === '-1' ? -1 : /^\d{1,7}$/.test(value) ? Number(value) : fail('BAD_INPUT', 'not a count', { field: option, reason: `"${value}" is not a whole number` }));
}
