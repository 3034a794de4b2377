// The passphrase of a sealed package: from the environment, or typed.
import type { Ports } from '../engine/ports.ts';
import { passphraseFromEnvironment } from '../engine/secrets/index.ts';
import { askHidden, canAsk } from './ask.ts';

/** undefined for a package whose name does not say that it is sealed, and where nobody can be asked. */
export async function passphraseOf({ files }: Pick<Ports, 'files'>, file: string, question: string): Promise<string | undefined> {
  const given = passphraseFromEnvironment(files, process.env, 'VARVE_PACKAGE_PASSPHRASE');
  if (given !== undefined || !file.endsWith('.age') || !canAsk()) return given;
  return askHidden(question);
}
