// The passphrase of a sealed package: from VARVE_PACKAGE_PASSPHRASE, else from the file that VARVE_PACKAGE_PASSPHRASE_FILE names, else typed unseen; never an argument.
import type { Ports } from '../engine/ports.ts';
import { fail } from '../engine/kit/errors.ts';
import { passphraseFromEnvironment } from '../engine/secrets/index.ts';
import { askHidden, canAsk } from './ask.ts';
import type { Words } from './words.ts';

const variable = 'VARVE_PACKAGE_PASSPHRASE';

/** undefined for a package whose name does not say that it is sealed, and where nobody can be asked. */
export async function passphraseOf({ files }: Pick<Ports, 'files'>, file: string, question: string): Promise<string | undefined> {
  const given = passphraseFromEnvironment(files, process.env, variable);
  if (given !== undefined || !file.endsWith('.age') || !canAsk()) return given;
  return askHidden(question);
}

/** For a package that is to be sealed: typed twice where it is not at hand. */
export async function newPassphrase({ files }: Pick<Ports, 'files'>, { say }: Words): Promise<string> {
  const known = passphraseFromEnvironment(files, process.env, variable);
  if (known !== undefined) return known;
  if (!canAsk()) fail('BAD_INPUT', 'no passphrase', { field: 'passphrase', reason: say('packageNoPassphrase') });
  const typed = await askHidden(say('askPackagePassphrase'));
  if (typed === '') fail('BAD_INPUT', 'an empty passphrase', { field: 'passphrase', reason: 'is empty' });
  if ((await askHidden(say('askPackagePassphraseAgain'))) !== typed) fail('BAD_INPUT', 'the passphrases differ', { field: 'passphrase', reason: say('packagePassphrasesDiffer') });
  return typed;
}
