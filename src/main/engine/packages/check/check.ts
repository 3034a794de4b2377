// A package compared with what its manifest says, all of it, before anything is taken out of it. Nothing is written.
import { createHash } from 'node:crypto';
import type { PackageCheck } from '../../../../contract/packages.ts';
import { isVarveError } from '../../kit/errors.ts';
import { hashFile, readPieces } from '../../kit/hash-file.ts';
import type { Files } from '../../ports.ts';
import { defaultLimits } from '../archive/limits.ts';
import type { Passphrase, ReadLimits } from '../archive/model.ts';
import { openArchive } from '../archive/read.ts';
import { kindOf, manifestEnding, manifestLimitBytes, ManifestReader, type Manifest } from '../manifest.ts';
import { countOf, type PackedLists } from '../packed-lists.ts';
import type { Problems } from './problems.ts';
import { readMembers, type ReadingOptions } from './read-members.ts';

export interface CheckOptions extends ReadingOptions {
  passphrase?: Passphrase | undefined;
  /** So many more bytes of the file itself, as large as it is. */
  onRead?: ((bytes: number) => void) | undefined;
}

export interface CheckedPackage {
  /** `log` is null: what the record in it is worth is another question. */
  check: PackageCheck;
  manifest: Manifest | undefined;
  seen: PackedLists;
}

/**
 * Throws PACKAGE_REFUSED for what cannot be read as an archive without danger, PACKAGE_LOCKED and PACKAGE_WRONG_PASSPHRASE for a sealed one. What can be
 * read and is not as the manifest says is told in `problems`.
 */
export async function checkPackage(ports: { files: Files }, path: string, options: CheckOptions = {}): Promise<CheckedPackage> {
  const { files } = ports;
  const beside = readBeside(files, path);
  const archive = await openArchive(ports, path, { passphrase: options.passphrase, limits: limitsBy(beside), onRead: options.onRead });
  try {
    const { seen, manifest, manifestSha256, problems } = await readMembers(archive.members(), options);
    compareBeside(files, path, beside, manifestSha256, archive.sealed, problems, options.signal);
    const created = manifest === undefined ? Number.NaN : Date.parse(manifest.created_at);
    const check: PackageCheck = {
      path,
      kind: (manifest && kindOf(manifest)) ?? null,
      createdAt: Number.isNaN(created) ? null : new Date(created).toISOString(),
      sourceFolder: manifest?.source_dir ?? null,
      sealed: archive.sealed,
      ...countOf(seen),
      problems: problems.first,
      problemCount: problems.count,
      log: null
    };
    return { check, manifest, seen };
  } finally {
    archive.close();
  }
}

interface Beside {
  path: string;
  /** Of its bytes. */
  sha256: string;
  length: number;
  manifest: Manifest;
  /** What it says that all files take together, and the SHA-256 of the first. */
  told: number;
  first: string | undefined;
}

/** The manifest beside the package, where there is one that can be read. */
function readBeside(files: Files, path: string): Beside | undefined {
  const beside = `${path}${manifestEnding}`;
  const stat = files.lstat(beside);
  if (stat?.type !== 'file' || stat.size > manifestLimitBytes) return undefined;
  const hash = createHash('sha256');
  let [told, length] = [0, 0];
  let first: string | undefined;
  const reader = new ManifestReader({
    file: ({ size, sha256 }) => {
      told += size;
      first ??= sha256;
    },
    folder: () => undefined,
    link: () => undefined
  });
  for (const piece of readPieces(files, beside)) {
    hash.update(piece);
    reader.push(piece);
    length += piece.length;
  }
  const read = reader.end();
  return 'manifest' in read ? { path: beside, sha256: hash.digest('hex'), length, manifest: read.manifest, told, first } : undefined;
}

/** A manifest beside says how much is inside, whatever the ratio; a sealed one's does not. */
function limitsBy(beside: Beside | undefined): ReadLimits | undefined {
  if (beside === undefined || beside.manifest.sealed !== undefined) return undefined;
  return { ...defaultLimits, totalBytes: beside.told + 3 * beside.length + (1 << 20), ratio: Number.MAX_SAFE_INTEGER };
}

function compareBeside(files: Files, path: string, beside: Beside | undefined, manifestSha256: string | undefined, sealed: boolean, problems: Problems, signal: AbortSignal | undefined): void {
  if (beside === undefined) return;
  const name = beside.path.slice(beside.path.search(/[^/\\]+$/));
  const same = sealed ? beside.first === hashFile(files, path, signal) : beside.sha256 === manifestSha256;
  if (!same) problems.add(name, 'it is the manifest of another package, or was changed');
}

/** What a failure of `checkPackage` says of the package itself; undefined for one that says nothing of it. */
export function refusalOf(error: unknown): { member: string; reason: string } | undefined {
  return isVarveError(error) && error.code === 'PACKAGE_REFUSED' ? (error.data as { member: string; reason: string }) : undefined;
}
