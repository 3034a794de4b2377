// The options by which entries are chosen, the same for every command that takes a filter, and the filter they stand for.
import type { Command } from 'commander';
import { formatMessage, type BaseKey, type Params } from '../../contract/copy/format.ts';
import { reviewCliCopy, type ReviewCliKey } from '../../contract/copy/cli-review.ts';
import { describeBadWhere } from '../../contract/copy/where.ts';
import { Category, Level, PayloadState, type LogFilter } from '../../contract/log.ts';
import { Uuid7 } from '../../contract/ids.ts';
import { BadWhere, parseWhere } from '../../contract/where.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, wholeNumber } from './command.ts';
import type { Words } from './words.ts';

export interface FilterOptions {
  category?: string[];
  level?: string[];
  action?: string[];
  actor?: string[];
  subject?: string[];
  session?: string[];
  trace?: string;
  id?: string;
  text?: string;
  since?: string;
  until?: string;
  fromEntry?: number;
  toEntry?: number;
  payload?: string[];
  where?: string;
  reviewed?: boolean;
  unreviewed?: boolean;
  noted?: boolean;
}

export type ReviewSay = (key: BaseKey<ReviewCliKey>, params?: Params) => string;

export function reviewWords({ language }: Words): ReviewSay {
  return (key, params = {}) => formatMessage(reviewCliCopy[language], language, key, params);
}

export function withFilter(command: Command, words: Words): Command {
  const { say } = words;
  const own = reviewWords(words);
  return command
    .option('--category <name>', say('optionCategory'), collect)
    .option('--level <name>', say('optionLevel'), collect)
    .option('--action <action>', say('optionAction'), collect)
    .option('--actor <name>', say('optionActor'), collect)
    .option('--subject <name>', say('optionSubject'), collect)
    .option('--session <id>', own('optionSession'), collect)
    .option('--trace <id>', own('optionTrace'))
    .option('--id <uuid>', own('optionId'))
    .option('--text <words>', say('optionText'))
    .option('--since <time>', say('optionSince'))
    .option('--until <time>', say('optionUntil'))
    .option('--from-entry <entry>', own('optionFrom'), wholeNumber('--from-entry'))
    .option('--to-entry <entry>', own('optionTo'), wholeNumber('--to-entry'))
    .option('--payload <state>', own('optionPayloadState'), collect)
    .option('--where <condition>', own('optionWhere'))
    .option('--reviewed', own('optionReviewed'))
    .option('--unreviewed', own('optionUnreviewed'))
    .option('--noted', own('optionNoted'));
}

/** Throws BAD_INPUT naming the option. Only what was given is in it. */
export function filterOf(options: FilterOptions, words: Words): LogFilter {
  const oneOf = <T extends string>(field: string, shape: { safeParse(value: unknown): { data?: T | undefined }; options: readonly T[] }, given: string[] | undefined): T[] | undefined =>
    given?.map((name) => shape.safeParse(name).data ?? fail('BAD_INPUT', `unknown ${field}`, { field, reason: `"${name}" is none of ${shape.options.join(', ')}` }));
  if (options.reviewed === true && options.unreviewed === true) fail('BAD_INPUT', 'both', { field: '--unreviewed', reason: 'cannot be together with --reviewed' });
  if (options.trace !== undefined && !/^[0-9a-f]{32}$/.test(options.trace)) fail('BAD_INPUT', 'not a trace', { field: '--trace', reason: 'must be 32 hex digits' });
  if (options.id !== undefined && !Uuid7.safeParse(options.id).success) fail('BAD_INPUT', 'not an id', { field: '--id', reason: `"${options.id}" is not the id of an entry` });
  const given: LogFilter = {
    category: oneOf('--category', Category, options.category),
    level: oneOf('--level', Level, options.level),
    action: options.action,
    actor: options.actor,
    subject: options.subject,
    session: options.session,
    trace: options.trace,
    id: options.id,
    text: options.text,
    since: instantOf('--since', options.since),
    until: instantOf('--until', options.until),
    fromSeq: options.fromEntry,
    toSeq: options.toEntry,
    payload: oneOf('--payload', PayloadState, options.payload),
    where: checkedWhere(options.where, words),
    reviewed: options.reviewed === true ? true : options.unreviewed === true ? false : undefined,
    noted: options.noted
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function checkedWhere(text: string | undefined, words: Words): string | undefined {
  if (text === undefined) return undefined;
  try {
    parseWhere(text);
    return text;
  } catch (error) {
    if (error instanceof BadWhere) return fail('BAD_INPUT', error.message, { field: '--where', reason: describeBadWhere(words.language, error) }, error);
    throw error;
  }
}

export function instantOf(field: string, typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined;
  const at = new Date(typed);
  if (Number.isNaN(at.getTime())) fail('BAD_INPUT', 'not a time', { field, reason: `"${typed}" is not a time; write 2026-11-20T10:00` });
  return at.toISOString();
}
