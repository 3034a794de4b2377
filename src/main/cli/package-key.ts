// The passphrase of a sealed package: from a file, the environment, or typed unseen; never an argument.
import { createNodeFiles } from '../adapters/files.ts';
import { errnoOf, fail } from '../engine/kit/errors.ts';
import { askHidden, canAsk } from './ask.ts';
import type { Words } from './words.ts';

const limitBytes = 4096;

/** From VARVE_PACKAGE_PASSPHRASE_FILE (its first line) or VARVE_PACKAGE_PASSPHRASE; undefined where neither is set. */
export function passphraseAtHand(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = environment['VARVE_PACKAGE_PASSPHRASE_FILE'];
  if (path === undefined || path === '') return environment['VARVE_PACKAGE_PASSPHRASE'] || undefined;
  let text: string;
  try {
    text = Buffer.from(createNodeFiles().readFile(path, limitBytes)).toString('utf8');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return fail(errno === 'ENOENT' ? 'PATH_MISSING' : 'NOT_READABLE', `${path}: ${errno}`, { path, reason: errno });
  }
  return text.split(/\r?\n/, 1)[0] || fail('BAD_INPUT', `${path} is empty`, { field: 'VARVE_PACKAGE_PASSPHRASE_FILE', reason: 'is empty' });
}

/** For a package that is to be sealed: typed twice where it is not at hand. */
export async function newPassphrase({ say }: Words): Promise<string> {
  const known = passphraseAtHand();
  if (known !== undefined) return known;
  if (!canAsk()) fail('BAD_INPUT', 'no passphrase', { field: 'passphrase', reason: say('packageNoPassphrase') });
  const typed = await askHidden(say('askPackagePassphrase'));
  if (typed === '') fail('BAD_INPUT', 'an empty passphrase', { field: 'passphrase', reason: 'is empty' });
  if ((await askHidden(say('askPackagePassphraseAgain'))) !== typed) fail('BAD_INPUT', 'the passphrases differ', { field: 'passphrase', reason: say('packagePassphrasesDiffer') });
  return typed;
}
