// Opens a package, told from its bytes, and gives its members one after the other. Nothing of it is trusted.
import { fail } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { PackageFormat } from '../../../../contract/packages.ts';
import { isSealed, openSealed } from '../seal/read.ts';
import { inflated } from './inflate.ts';
import { Budget, defaultLimits } from './limits.ts';
import type { Passphrase, ReadLimits, ReadMember } from './model.ts';
import { refuse } from './refuse.ts';
import { openSource } from './source.ts';
import { readTar } from './tar-read.ts';
import type { readZip } from './zip-read.ts';

export interface ReadOptions {
  passphrase?: Passphrase | undefined;
  limits?: ReadLimits | undefined;
  /** So many more bytes of the file itself were read, packed as they are; a zip's directory counts twice. */
  onRead?: ((bytes: number) => void) | undefined;
}

export interface OpenArchive {
  readonly format: PackageFormat;
  readonly sealed: boolean;
  /** Of the file. */
  readonly bytes: number;
  /** Once. Each member's content is read before the next member is asked for, or passed over. */
  members(): AsyncGenerator<ReadMember>;
  /** Never throws. */
  close(): void;
}

/** Throws PACKAGE_LOCKED, PACKAGE_WRONG_PASSPHRASE, PACKAGE_REFUSED, and what the system says of the file. */
export async function openArchive(ports: { files: Files }, path: string, options: ReadOptions = {}): Promise<OpenArchive> {
  const file = openSource(ports.files, path, options.onRead);
  const close = (): void => {
    try {
      file.close();
    } catch {
      // it was only read
    }
  };
  try {
    const sealed = isSealed(file);
    if (sealed && options.passphrase === undefined) fail('PACKAGE_LOCKED', 'no passphrase was given', { path });
    const source = sealed ? await openSealed(file, path, options.passphrase as Passphrase) : file;
    const start = Buffer.from(source.read(0, 4)).toString('latin1');
    const format = start.startsWith('\x1f\x8b') ? 'tar.gz' : ['PK\x03\x04', 'PK\x05\x06'].includes(start) ? 'zip' : refuse(path, '', 'it is neither tar.gz nor zip');
    // Whoever sealed it knew the passphrase: no stranger made it to do harm.
    const limits = options.limits ?? (sealed ? { ...defaultLimits, ratio: Number.MAX_SAFE_INTEGER } : defaultLimits);
    const budget = new Budget(path, limits, source.size);
    return { format, sealed, bytes: file.size, members: () => (format === 'zip' ? zipMembers(source, path, budget) : readTar(inflated(source, 0, source.size, 'gzip', path, ''), path, budget)), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The members of a package; it is closed when they end, or nobody wants more. */
export async function* readArchive(ports: { files: Files }, path: string, options: ReadOptions = {}): AsyncGenerator<ReadMember> {
  const archive = await openArchive(ports, path, options);
  try {
    yield* archive.members();
  } finally {
    archive.close();
  }
}

/** The zip library is loaded when there is a zip. */
async function* zipMembers(...of: Parameters<typeof readZip>): AsyncGenerator<ReadMember> {
  const zip = await import('./zip-read.ts');
  yield* zip.readZip(...of);
}
