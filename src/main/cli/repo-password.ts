// Where a command gets the password of a repository from.
import type { PasswordSource } from '../../contract/repository.ts';
import { fail } from '../engine/kit/errors.ts';
import { askHidden, canAsk, readStandardInput } from './ask.ts';
import { absolutePath } from './paths.ts';
import type { Words } from './words.ts';

export interface PasswordOptions {
  passwordFile?: string;
  passwordEnv?: string;
  passwordSecret?: string;
  passwordStdin?: boolean;
}

/** The password a person means, new or of a repository that exists: from a file, a variable, a named secret, standard input, or typed unseen; never from an argument. */
export async function passwordOf(options: PasswordOptions, words: Words, isNew: boolean, question: 'askPassword' | 'askNewPassword' = 'askPassword'): Promise<PasswordSource> {
  if (options.passwordFile !== undefined) return { kind: 'file', path: absolutePath(options.passwordFile) };
  if (options.passwordSecret !== undefined) return { kind: 'secret', name: options.passwordSecret };
  if (options.passwordEnv !== undefined) return { kind: 'environment', variable: options.passwordEnv };
  const password = options.passwordStdin ? (await readStandardInput(20_000)).toString('utf8').replace(/\r?\n$/, '') : await askPassword(words, isNew, question);
  if (password === '') fail('BAD_INPUT', 'empty password', { field: 'password', reason: words.say('emptyPassword') });
  return { kind: 'value', password };
}

async function askPassword(words: Words, isNew: boolean, question: 'askPassword' | 'askNewPassword'): Promise<string> {
  if (!canAsk()) fail('BAD_INPUT', 'no password', { field: 'password', reason: words.say('passwordNeeded') });
  const first = await askHidden(words.say(question));
  if (isNew && (await askHidden(words.say('askPasswordAgain'))) !== first) fail('BAD_INPUT', 'passwords differ', { field: 'password', reason: words.say('passwordsDiffer') });
  return first;
}
