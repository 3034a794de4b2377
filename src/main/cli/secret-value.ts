// Where `varve secret` gets a value from: a file, standard input, or typed unseen; never an argument.
import { longestSecret } from '../../contract/secrets.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { errnoOf, fail } from '../engine/kit/errors.ts';
import { askHidden, canAsk, readStandardInput } from './ask.ts';
import { absolutePath } from './paths.ts';
import type { Words } from './words.ts';

/** The line end that an editor or `echo` leaves after a single line is no part of it; what has several lines, such as a key, stays as it is. */
export async function secretValue(fromFile: string | undefined, { say }: Words): Promise<string> {
  if (fromFile !== undefined) return textOf(readFile(absolutePath(fromFile)));
  if (process.stdin.isTTY !== true) return textOf(await readStandardInput(longestSecret + 2).catch((error: unknown) => tooLong(error)));
  if (!canAsk()) fail('BAD_INPUT', 'no value', { field: 'value', reason: say('secretNoValue') });
  const typed = await askHidden(say('askSecret'));
  if (typed === '') fail('BAD_INPUT', 'an empty value', { field: 'value', reason: 'is empty' });
  if ((await askHidden(say('askSecretAgain'))) !== typed) fail('BAD_INPUT', 'the values differ', { field: 'value', reason: say('secretsDiffer') });
  return typed;
}

function readFile(path: string): Uint8Array {
  const files = createNodeFiles();
  try {
    return files.readFile(path, longestSecret + 2);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') fail('PATH_MISSING', `no file ${path}`, { path });
    if (errno === 'EFBIG') return fail('BAD_INPUT', `${path} is too long`, { field: path, reason: 'is longer than 64 KiB' });
    if (errno !== undefined) fail('NOT_READABLE', `${path}: ${errno}`, { path, reason: errno });
    throw error;
  }
}

function textOf(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('BAD_INPUT', 'the value is no text', { field: 'value', reason: 'is no valid text' });
  }
  const line = /^[^\r\n]*(?=\r?\n$)/.exec(text)?.[0] ?? text;
  if (line === '') fail('BAD_INPUT', 'an empty value', { field: 'value', reason: 'is empty' });
  return line;
}

function tooLong(error: unknown): never {
  if (error instanceof RangeError) fail('BAD_INPUT', 'the value is too long', { field: 'value', reason: 'is longer than 64 KiB' });
  throw error;
}
