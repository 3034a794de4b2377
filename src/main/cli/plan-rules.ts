// The options that say what a plan keeps and leaves out, the same for `plan add`, `plan edit` and `plan preview`.
import type { Command } from 'commander';
import { leaveOutNothing, type LeaveOut, type Plan } from '../../contract/snapshots.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect } from './command.ts';
import { readSmallFile } from './small-file.ts';
import type { Words } from './words.ts';

export interface RuleOptions {
  exclude?: string[];
  iexclude?: string[];
  excludeFile?: string[];
  iexcludeFile?: string[];
  excludeCaches?: boolean;
  excludeGitignore?: boolean;
  excludeIfPresent?: string[];
  /** False: no limit any more. */
  excludeLargerThan?: string | false;
  oneFileSystem?: boolean;
}

/** What an edit takes away again. */
export interface RemovedRules {
  removeExclude?: string[];
}

const listLimitBytes = 1024 * 1024;

export function addRuleOptions(command: Command, { say }: Words, removable: boolean): Command {
  command
    .option('--exclude <pattern>', say('optionExclude'), collect)
    .option('--iexclude <pattern>', say('optionIexclude'), collect)
    .option('--exclude-file <file>', say('optionExcludeFile'), collect)
    .option('--iexclude-file <file>', say('optionIexcludeFile'), collect)
    .option('--exclude-caches', say('optionExcludeCaches'))
    .option('--exclude-gitignore', say('optionExcludeGitignore'))
    .option('--exclude-if-present <name>', say('optionExcludeIfPresent'), collect)
    .option('--exclude-larger-than <size>', say('optionExcludeLargerThan'))
    .option('--one-file-system', say('optionOneFileSystem'));
  if (!removable) return command;
  for (const option of ['--no-exclude-caches', '--no-exclude-gitignore', '--no-exclude-larger-than', '--no-one-file-system']) command.option(option, say('optionNoLonger'));
  return command.option('--remove-exclude <text>', say('optionRemoveExclude'), collect);
}

/** The plan's rules with those of the options added, and those taken away that are no longer wanted. Only what changes is given. */
export function rulesFrom(options: RuleOptions & RemovedRules, before: Pick<Plan, 'excludes' | 'leaveOut'> = { excludes: [], leaveOut: leaveOutNothing }): { excludes?: string[]; leaveOut?: Partial<LeaveOut> } {
  const removed = new Set(options.removeExclude);
  const known = [...before.excludes, ...before.leaveOut.caseless, ...before.leaveOut.ifPresent];
  for (const text of removed) if (!known.includes(text)) fail('NOT_FOUND', `the plan has no ${text}`, { kind: 'exclude', name: text });
  const joined = (old: readonly string[], ...more: (readonly string[] | undefined)[]): string[] => [...old.filter((text) => !removed.has(text)), ...more.flatMap((each) => each ?? [])];
  const excludes = joined(before.excludes, options.exclude, options.excludeFile?.flatMap(patternsIn));
  const leaveOut: Partial<LeaveOut> = {
    caseless: joined(before.leaveOut.caseless, options.iexclude, options.iexcludeFile?.flatMap(patternsIn)),
    ifPresent: joined(before.leaveOut.ifPresent, options.excludeIfPresent),
    ...(options.excludeCaches !== undefined && { caches: options.excludeCaches }),
    ...(options.excludeGitignore !== undefined && { gitignore: options.excludeGitignore }),
    ...(options.oneFileSystem !== undefined && { oneFileSystem: options.oneFileSystem }),
    ...(options.excludeLargerThan !== undefined && { largerThan: options.excludeLargerThan === false ? null : bytesOf(options.excludeLargerThan) })
  };
  return { excludes, leaveOut };
}

/** One pattern a line; empty lines and those that begin with `#` are passed over. */
function patternsIn(file: string): string[] {
  return readSmallFile(file, listLimitBytes)
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** `500`, `500K`, `20M`, `3G`, `1T`: units of 1024, as restic has them. */
export function bytesOf(text: string): number {
  const found = /^(\d{1,12})([kmgt]?)b?$/i.exec(text.trim());
  const bytes = found === null ? Number.NaN : Number(found[1]) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf((found[2] as string).toLowerCase());
  return Number.isSafeInteger(bytes) ? bytes : fail('BAD_INPUT', 'not a size', { field: '--exclude-larger-than', reason: `"${text}" is not a size; write 500K, 20M or 3G` });
}
