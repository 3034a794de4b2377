// What is in a package beside what its manifest says.
import { createHash } from 'node:crypto';
import { throwIfAborted } from '../../kit/errors.ts';
import type { ReadMember, WrittenFile } from '../archive/model.ts';
import { refuse } from '../archive/refuse.ts';
import { manifestLimitBytes, manifestName, readManifest, readSums, sumsName, type Manifest, type PackedLink } from '../manifest.ts';

export interface SeenMembers {
  files: WrittenFile[];
  folders: string[];
  links: PackedLink[];
  /** Bytes of manifest.json and SHA256SUMS, where they are. */
  manifest: Uint8Array | undefined;
  sums: Uint8Array | undefined;
}

export interface ReadingOptions {
  signal?: AbortSignal | undefined;
  /** Unpacked bytes as they were read. */
  onBytes?: ((count: number) => void) | undefined;
  /** Who wants to see the content of a file while it is checked gives what takes its pieces. */
  observe?: ((path: string, size: number) => ((piece: Uint8Array) => void) | undefined) | undefined;
}

/** Reads all of a package's members, hashing every file. `path` is that of the package, for what is refused. */
export async function readMembers(members: AsyncIterable<ReadMember>, path: string, options: ReadingOptions = {}): Promise<SeenMembers> {
  const seen: SeenMembers = { files: [], folders: [], links: [], manifest: undefined, sums: undefined };
  for await (const member of members) {
    throwIfAborted(options.signal);
    if (member.type === 'folder') seen.folders.push(member.path);
    else if (member.type !== 'file') seen.links.push({ path: member.path, target: member.target ?? '', type: member.type });
    else {
      const kept = member.path === manifestName || member.path === sumsName ? [] : undefined;
      if (kept && member.size > manifestLimitBytes) refuse(path, member.path, 'it is larger than it may be');
      seen.files.push({ path: member.path, size: member.size, sha256: await hashed(member, kept, options) });
      if (member.path === manifestName) seen.manifest = Buffer.concat(kept as Uint8Array[]);
      if (member.path === sumsName) seen.sums = Buffer.concat(kept as Uint8Array[]);
    }
  }
  return seen;
}

async function hashed(member: ReadMember, kept: Uint8Array[] | undefined, { signal, onBytes, observe }: ReadingOptions): Promise<string> {
  const hash = createHash('sha256');
  const also = observe?.(member.path, member.size);
  for await (const piece of member.chunks) {
    throwIfAborted(signal);
    hash.update(piece);
    kept?.push(Buffer.from(piece));
    also?.(piece);
    onBytes?.(piece.length);
  }
  return hash.digest('hex');
}

export interface Problem {
  path: string;
  reason: string;
}

const named = 1000;

export class Problems {
  readonly first: Problem[] = [];
  count = 0;

  add(path: string, reason: string): void {
    this.count += 1;
    if (this.first.length < named) this.first.push({ path, reason });
  }
}

/** Compares; without a manifest that can be read there is nothing to compare with, which is a problem too. */
export function compareWithManifest(seen: SeenMembers, problems: Problems): Manifest | undefined {
  if (seen.manifest === undefined) {
    problems.add(manifestName, 'it is missing');
    return undefined;
  }
  const read = readManifest(seen.manifest);
  if ('reason' in read) {
    problems.add(manifestName, read.reason);
    return undefined;
  }
  compareFiles(seen, read.manifest, problems);
  compareFolders(seen, read.manifest, problems);
  compareSums(seen, read.manifest, problems);
  return read.manifest;
}

function compareFiles(seen: SeenMembers, manifest: Manifest, problems: Problems): void {
  const files = new Map(seen.files.map((file) => [file.path, file]));
  const links = new Map(seen.links.map((link) => [link.path, link]));
  const told = new Set([manifestName, sumsName]);
  for (const { path, size, sha256 } of manifest.files) {
    if (told.has(path)) problems.add(path, 'the manifest names it twice, or names itself');
    told.add(path);
    const link = links.get(path);
    // Other programs' manifests name a second name of a file as one more file.
    const found = files.get(path) ?? (link?.type === 'hardlink' ? files.get(link.target) : undefined);
    if (found === undefined) problems.add(path, 'it is missing');
    else if (found.size !== size) problems.add(path, `it has ${found.size} bytes; the manifest says ${size}`);
    else if (found.sha256 !== sha256) problems.add(path, 'its bytes are not those that the manifest names');
  }
  for (const { path, target, type } of manifest.links ?? []) {
    if (told.has(path)) problems.add(path, 'the manifest names it twice, or names itself');
    told.add(path);
    const found = links.get(path);
    if (found === undefined) problems.add(path, 'it is missing');
    else if (found.type !== type || found.target !== target) problems.add(path, 'it is another link than the manifest says');
  }
  for (const { path } of [...seen.files, ...seen.links]) if (!told.has(path)) problems.add(path, 'the manifest does not name it');
}

function compareFolders(seen: SeenMembers, manifest: Manifest, problems: Problems): void {
  if (manifest.folders === undefined) return;
  const told = new Set(manifest.folders);
  const found = new Set(seen.folders);
  for (const path of told) if (!found.has(path)) problems.add(path, 'it is missing');
  for (const path of found) if (!told.has(path)) problems.add(path, 'the manifest does not name it');
}

/** Ours have it; a package of another program may not. */
function compareSums(seen: SeenMembers, manifest: Manifest, problems: Problems): void {
  if (seen.sums === undefined) {
    if (manifest.generator !== undefined) problems.add(sumsName, 'it is missing');
    return;
  }
  const sums = readSums(Buffer.from(seen.sums).toString('utf8'));
  const files = seen.files.filter(({ path }) => path !== sumsName);
  const same = sums !== undefined && sums.size === files.length && files.every(({ path, sha256 }) => sums.get(path) === sha256);
  if (!same) problems.add(sumsName, 'it does not fit the files in the package');
}
