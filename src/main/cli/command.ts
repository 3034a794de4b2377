// What every command gets, and the frame it runs in: a session opened and closed, the signal of Ctrl+C, errors turned into exit codes.
import type { Command } from 'commander';
import type { VarveClient } from '../../contract/index.ts';
import { fail } from '../engine/kit/errors.ts';
import type { Output } from './output.ts';
import type { Words } from './words.ts';

export interface GlobalOptions {
  home?: string;
  json?: boolean;
  quiet?: boolean;
}

export interface Call {
  client: VarveClient;
  output: Output;
  signal: AbortSignal;
  /** Why the home could not be opened, for a command that works all the same. */
  failure: unknown;
}

export interface AloneCall {
  output: Output;
  signal: AbortSignal;
  homePath: string;
  /** How the process was asked to end. */
  asked: AskedToEnd;
}

export interface AskedToEnd {
  /** By a person at the keyboard (Ctrl+C), once the signal has fired. */
  byHand(): boolean;
  /** While `work` runs, the next signal aborts what it is given instead of ending the process. */
  patiently(work: (skip: AbortSignal) => Promise<void>): Promise<void>;
}

export interface Host {
  words: Words;
  /** Runs the body with a client; its number is the exit code. */
  withClient(command: Command, options: { long?: boolean; mayBeMissing?: boolean; mayBeBroken?: boolean; threads?: readonly Threads[] }, body: (call: Call) => Promise<number | void>): Promise<void>;
  /** Runs the body without the engine: for commands on the record alone and for `serve`. */
  alone(command: Command, body: (call: AloneCall) => Promise<number | void>): Promise<void>;
}

/** Tasks that will run in one thread, one after the other; for `withClient`, which starts them while the home is opened. */
type Threads = readonly [string, ...string[]];

/** What a command on a repository will want, before and with `next`. */
export function repositoryThreads(...next: readonly string[]): Threads[] {
  return [['repository.places'], ['repository.open-key', ...next]];
}

/** Collects a repeatable option into a list. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Reads an option that must be a whole number, 0 or more. */
export function wholeNumber(option: string): (value: string) => number {
  return (value) => (/^\d{1,15}$/.test(value) ? Number(value) : fail('BAD_INPUT', 'not a number', { field: option, reason: `"${value}" is not a whole number` }));
}

/** Help text with examples, one line each. */
export function examples(words: Words, lines: readonly string[]): string {
  return `\n${words.say('examples')}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
