// A package compared with what its manifest says, all of it, before anything is taken out of it. Nothing is written.
import type { PackageCheck } from '../../../../contract/packages.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { defaultLimits } from '../archive/limits.ts';
import type { Passphrase, ReadLimits } from '../archive/model.ts';
import { openArchive } from '../archive/read.ts';
import { isOwn, kindOf, manifestEnding, manifestLimitBytes, readManifest, type Manifest } from '../manifest.ts';
import { hashFile } from '../place.ts';
import { compareWithManifest, Problems, readMembers, type ReadingOptions, type SeenMembers } from './compare.ts';

export interface CheckOptions extends ReadingOptions {
  passphrase?: Passphrase | undefined;
}

export interface CheckedPackage {
  /** `log` is null: what the record in it is worth is another question. */
  check: PackageCheck;
  manifest: Manifest | undefined;
  seen: SeenMembers;
}

/**
 * Throws PACKAGE_REFUSED for what cannot be read as an archive without danger, PACKAGE_LOCKED and PACKAGE_WRONG_PASSPHRASE for a sealed one. What can be
 * read and is not as the manifest says is told in `problems`.
 */
export async function checkPackage(ports: { files: Files }, path: string, options: CheckOptions = {}): Promise<CheckedPackage> {
  const { files } = ports;
  const besides = readBeside(files, path);
  const archive = await openArchive(ports, path, { passphrase: options.passphrase, limits: limitsBy(besides) });
  try {
    const problems = new Problems();
    const seen = await readMembers(archive.members(), path, options);
    const manifest = compareWithManifest(seen, problems);
    compareBeside(ports.files, path, besides, seen, archive.sealed, problems, options.signal);
    const packed = seen.files.filter(({ path: name }) => !isOwn(name));
    const created = manifest === undefined ? Number.NaN : Date.parse(manifest.created_at);
    const check: PackageCheck = {
      path,
      kind: (manifest && kindOf(manifest)) ?? null,
      createdAt: Number.isNaN(created) ? null : new Date(created).toISOString(),
      sourceFolder: manifest?.source_dir ?? null,
      sealed: archive.sealed,
      files: packed.length + seen.links.length,
      bytes: packed.reduce((sum, { size }) => sum + size, 0),
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
  bytes: Uint8Array;
  manifest: Manifest;
}

/** The manifest beside the package, where there is one that can be read. */
function readBeside(files: Files, path: string): Beside | undefined {
  const beside = `${path}${manifestEnding}`;
  if (files.lstat(beside)?.type !== 'file') return undefined;
  const bytes = files.readFile(beside, manifestLimitBytes);
  const read = readManifest(bytes);
  return 'manifest' in read ? { path: beside, bytes, manifest: read.manifest } : undefined;
}

/** A manifest beside says how much is inside, whatever the ratio; a sealed one's does not. */
function limitsBy(beside: Beside | undefined): ReadLimits | undefined {
  if (beside === undefined || beside.manifest.sealed !== undefined) return undefined;
  const told = beside.manifest.files.reduce((sum, { size }) => sum + size, 0);
  return { ...defaultLimits, totalBytes: told + 3 * beside.bytes.length + (1 << 20), ratio: Number.MAX_SAFE_INTEGER };
}

function compareBeside(files: Files, path: string, beside: Beside | undefined, seen: SeenMembers, sealed: boolean, problems: Problems, signal: AbortSignal | undefined): void {
  if (beside === undefined) return;
  const name = beside.path.slice(beside.path.search(/[^/\\]+$/));
  const same = sealed ? beside.manifest.files[0]?.sha256 === hashFile(files, path, signal) : seen.manifest !== undefined && Buffer.compare(seen.manifest, beside.bytes) === 0;
  if (!same) problems.add(name, 'it is the manifest of another package, or was changed');
}

/** What a failure of `checkPackage` says of the package itself; undefined for one that says nothing of it. */
export function refusalOf(error: unknown): { member: string; reason: string } | undefined {
  return isVarveError(error) && error.code === 'PACKAGE_REFUSED' ? (error.data as { member: string; reason: string }) : undefined;
}
