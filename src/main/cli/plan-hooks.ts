// The options that name the programs around a plan's snapshots.
import type { Command } from 'commander';
import { noHooks, type Hook, type PlanHooks } from '../../contract/snapshots.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, wholeNumber } from './command.ts';
import type { Words } from './words.ts';

export interface HookOptions {
  /** False: none any more. */
  before?: string | false;
  after?: string | false;
  check?: string | false;
  hookLimit?: number;
  hookEnv?: string[];
}

const usualLimitSeconds = 300;

export function addHookOptions(command: Command, { say }: Words, removable: boolean): Command {
  command.option('--before <program>', say('optionHookBefore')).option('--after <program>', say('optionHookAfter')).option('--check <program>', say('optionHookCheck'));
  if (removable) command.option('--no-before', say('optionNoHook')).option('--no-after', say('optionNoHook')).option('--no-check', say('optionNoHook'));
  return command.option('--hook-limit <seconds>', say('optionHookLimit'), wholeNumber('--hook-limit')).option('--hook-env <name>', say('optionHookEnv'), collect);
}

/** Only what changes. Limit and variables go to the programs named by the same command, or else to those the plan has. */
export function hooksFrom(options: HookOptions, known: PlanHooks = noHooks): Partial<PlanHooks> {
  const changed: Partial<PlanHooks> = {};
  for (const name of ['before', 'after', 'check'] as const) {
    const given = options[name];
    const named = options.before !== undefined || options.after !== undefined || options.check !== undefined;
    const tuned = !named && (options.hookLimit !== undefined || options.hookEnv !== undefined);
    if (given === false) changed[name] = null;
    else if (given !== undefined) changed[name] = { argv: argvOf(given, `--${name}`), timeLimitSeconds: options.hookLimit ?? usualLimitSeconds, environment: options.hookEnv ?? [] };
    else if (tuned && known[name] !== null) changed[name] = tune(known[name], options);
  }
  return changed;
}

function tune(hook: Hook, { hookLimit, hookEnv }: HookOptions): Hook {
  return { ...hook, ...(hookLimit !== undefined && { timeLimitSeconds: hookLimit }), ...(hookEnv !== undefined && { environment: hookEnv }) };
}

/** `/usr/bin/sync`, or `["/usr/bin/pg_dump", "-f", "/srv/dump.sql"]`. */
export function argvOf(text: string, option: string): string[] {
  if (!text.startsWith('[')) return [text];
  try {
    const list = JSON.parse(text) as unknown;
    if (Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'string')) return list;
  } catch {
    // said below
  }
  return fail('BAD_INPUT', `${option} is no list of texts`, { field: option, reason: 'is no list of texts in JSON' });
}
