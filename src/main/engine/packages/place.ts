// A package under its name: only ever a whole one. Whoever watches the folder (a sync client, a person) sees a hidden temporary file, then the package.
import { join } from 'node:path';
import type { PackageFormat, PackageKind } from '../../../contract/packages.ts';
import { errnoOf, throwIfAborted } from '../kit/errors.ts';
import { hashFile } from '../kit/hash-file.ts';
import type { Clock, Files, Random } from '../ports.ts';
import type { ArchiveWriter, MemberFacts, Passphrase, WrittenFile } from './archive/model.ts';
import { openArchive } from './archive/read.ts';
import { refuse } from './archive/refuse.ts';
import { createArchive } from './archive/write.ts';
import { readMembers } from './check/read-members.ts';
import { manifestEnding, manifestName, manifestText, readmeName, readmeText, sealedManifestText, sumsName, sumsText, type ManifestFacts, type Skipped } from './manifest.ts';
import { countOf, packedLists } from './packed-lists.ts';
import { isPartialName, packageBase, packageName, partialName } from './place-names.ts';

export interface PlacePorts {
  files: Files;
  clock: Clock;
  random: Random;
}

export interface PlaceRequest {
  /** Made if missing. */
  folder: string;
  kind: PackageKind;
  format: PackageFormat;
  /** What the name of a snapshot's or folder's package begins with. */
  name?: string | undefined;
  /** Sealed with it. */
  passphrase?: Passphrase | undefined;
  signal?: AbortSignal | undefined;
  onReadBack?: ((bytes: number) => void) | undefined;
  /** Only for tests that cannot wait. */
  sealWork?: number | undefined;
}

/** Where what is packed puts its members: as an archive, remembering each for the manifest. */
export interface PackageWriter extends Omit<ArchiveWriter, 'end' | 'abort'> {
  /** When the package was begun: its name and its manifest say so. */
  readonly createdAtMs: number;
  /** Names what is not packed, with the reason in English. */
  skip(path: string, reason: string): void;
  readonly skipped: readonly Skipped[];
  readonly skippedCount: number;
}

export interface PlacedPackage {
  path: string;
  manifestPath: string;
  bytes: number;
  sha256: string;
  /** As `isOwn` says what is counted. */
  files: number;
  fileBytes: number;
  skipped: readonly Skipped[];
  skippedCount: number;
}

/**
 * Makes a package. `pack` writes its members and says what the manifest is to hold. What a stop after each step leaves:
 *
 * 1. make the folder; remove partials of ours that nobody writes any more -> nothing new
 * 2. create `.<name>.partial-<random>`, mode 0600, exclusively              -> an empty partial, for the next sweep
 * 3. write README.txt, the members, manifest.json, SHA256SUMS; fsync        -> a partial, perhaps cut short
 * 4. read it back, from the disk as far as the system allows, and compare   -> a whole partial
 * 5. rename to the first free name; nothing is ever replaced                -> the package, whole, as soon as it is visible
 * 6. fsync the folder                                                       -> the package, for good
 * 7. the manifest beside it, in the same way (2, 3, 5, 6)                   -> the package, perhaps without its manifest beside it
 *
 * A failure before step 5 removes the partial and throws; packages that were there are untouched. A failure after it throws too: the package stands.
 */
export async function placePackage(ports: PlacePorts, request: PlaceRequest, pack: (into: PackageWriter) => Promise<Omit<ManifestFacts, 'kind' | 'createdAtMs'>>): Promise<PlacedPackage> {
  const { files, clock, random } = ports;
  const { folder, kind, format, passphrase, signal } = request;
  const sealed = passphrase !== undefined;
  const createdAtMs = clock.now();
  const nameOf = (attempt: number): string => packageName(kind, format, sealed, createdAtMs, packageBase(request.name ?? ''), attempt);

  files.mkdirs(folder, 0o700); // 1
  sweepPartials(files, folder, clock.now());
  const partial = join(folder, partialName(nameOf(1), random.bytes(8)));
  const archive = createArchive(ports, partial, { format, sealed }, passphrase, request.sealWork); // 2
  let renamed = false;
  try {
    const into = new Recorder(archive, createdAtMs, signal);
    await into.file({ path: readmeName, ...textMember(readmeText(kind, format)) }, [Buffer.from(readmeText(kind, format))]); // 3
    const facts: ManifestFacts = { ...(await pack(into)), kind, createdAtMs };
    throwIfAborted(signal);
    const { lists, skipped, skippedCount } = into;
    const manifest = (): Iterable<string> => manifestText(facts, { ...lists, skipped, skippedCount });
    const written = await writeText(archive, manifestName, manifest);
    const sums = await writeText(archive, sumsName, () => sumsText(inTurn(lists.files, [written])));
    const { bytes, sha256 } = await archive.end();
    await readBack(ports, partial, request, sha256, inTurn(lists.files, [written, sums])); // 4
    throwIfAborted(signal);
    const path = renameFree(files, partial, folder, nameOf); // 5
    renamed = true;
    files.fsyncFolder(folder); // 6
    const manifestPath = `${path}${manifestEnding}`;
    const beside = (): Iterable<string> => (sealed ? [sealedManifestText(facts, { path: path.slice(folder.length).replace(/^[/\\]+/, ''), size: bytes, sha256 })] : manifest());
    placeText(ports, folder, manifestPath, beside()); // 7
    const { files: count, bytes: fileBytes } = countOf(lists);
    return { path, manifestPath, bytes, sha256, files: count, fileBytes, skipped, skippedCount };
  } catch (error) {
    if (!renamed) archive.abort();
    throw error;
  }
}

function textMember(text: string): { size: number } {
  return { size: Buffer.byteLength(text) };
}

const namedSkips = 10_000;

class Recorder implements PackageWriter {
  readonly lists = packedLists();
  readonly skipped: Skipped[] = [];
  skippedCount = 0;
  readonly createdAtMs: number;
  readonly #archive: ArchiveWriter;
  readonly #signal: AbortSignal | undefined;

  constructor(archive: ArchiveWriter, createdAtMs: number, signal: AbortSignal | undefined) {
    this.#archive = archive;
    this.createdAtMs = createdAtMs;
    this.#signal = signal;
  }

  async file(member: MemberFacts & { size: number }, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    throwIfAborted(this.#signal);
    const written = await this.#archive.file(member, stoppable(chunks, this.#signal));
    this.lists.files.add(written);
    return written;
  }

  async folder(member: MemberFacts): Promise<void> {
    await this.#archive.folder(member);
    this.lists.folders.add({ path: member.path });
  }

  async symlink(member: MemberFacts & { target: string }): Promise<void> {
    await this.#archive.symlink(member);
    this.lists.links.add({ path: member.path, target: member.target, type: 'symlink' });
  }

  async hardLink(member: MemberFacts & { to: string }): Promise<boolean> {
    const taken = await this.#archive.hardLink(member);
    if (taken) this.lists.links.add({ path: member.path, target: member.to, type: 'hardlink' });
    return taken;
  }

  skip(path: string, reason: string): void {
    this.skippedCount += 1;
    if (this.skipped.length < namedSkips) this.skipped.push({ path, reason });
  }
}

async function* stoppable(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    throwIfAborted(signal);
    yield chunk;
  }
}

/** Text in pieces, since a million lines are no string. */
function* encoded(text: Iterable<string>): Generator<Buffer> {
  let lines: string[] = [];
  let length = 0;
  for (const line of text) {
    lines.push(line);
    length += line.length;
    if (length < 1 << 16) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
    length = 0;
  }
  if (length > 0) yield Buffer.from(lines.join(''));
}

async function writeText(archive: ArchiveWriter, path: string, text: () => Iterable<string>): Promise<WrittenFile> {
  let size = 0;
  for (const bytes of encoded(text())) size += bytes.length;
  return archive.file({ path, size }, encoded(text()));
}

function* inTurn<T>(...lists: Iterable<T>[]): Generator<T> {
  for (const list of lists) yield* list;
}

/** What is on the disk must be what was written: the file by its hash, and, opened like anybody's, each member, in order. */
async function readBack(ports: PlacePorts, partial: string, request: PlaceRequest, sha256: string, written: Iterable<WrittenFile>): Promise<void> {
  const { signal, onReadBack, passphrase } = request;
  const differs = (path: string): never => refuse(partial, path, 'what was read back is not what was written');
  if (hashFile(ports.files, partial, signal) !== sha256) differs('');
  const unlimited = { members: Number.MAX_SAFE_INTEGER, fileBytes: Number.MAX_SAFE_INTEGER, totalBytes: Number.MAX_SAFE_INTEGER, ratio: Number.MAX_SAFE_INTEGER };
  const archive = await openArchive(ports, partial, { passphrase, limits: unlimited });
  try {
    const { seen, problems } = await readMembers(archive.members(), { signal, onBytes: onReadBack });
    const [problem] = problems.first;
    if (problem) differs(problem.path);
    const again = seen.files.cursor();
    for (const { path, size, sha256: digest } of written) {
      const found = again.next();
      if (found === undefined || found.path !== path || found.size !== size || found.sha256 !== digest) differs(path);
    }
    const more = again.next();
    if (more !== undefined) differs(more.path);
  } finally {
    archive.close();
  }
}

function renameFree(files: Files, partial: string, folder: string, nameOf: (attempt: number) => string): string {
  for (let attempt = 1; ; attempt++) {
    const path = join(folder, nameOf(attempt));
    if (files.lstat(path) !== undefined || files.lstat(`${path}${manifestEnding}`) !== undefined) continue;
    try {
      files.renameNew(partial, path);
      return path;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

function placeText(ports: PlacePorts, folder: string, path: string, text: Iterable<string>): void {
  const { files, random } = ports;
  const partial = join(folder, partialName(path.slice(folder.length).replace(/^[/\\]+/, ''), random.bytes(8)));
  let fd: number | undefined = files.open(partial, 'wx', 0o600);
  try {
    for (const bytes of encoded(text)) files.write(fd, bytes, 0, bytes.length, null);
    files.fsync(fd);
    const whole = fd;
    fd = undefined;
    files.close(whole);
    files.renameNew(partial, path);
  } catch (error) {
    // The failure is the one that matters; what cannot be removed is swept later.
    try {
      if (fd !== undefined) files.close(fd);
    } catch {
      // the descriptor is gone either way
    }
    try {
      files.unlink(partial);
    } catch {
      // left for the sweep
    }
    throw error;
  }
  files.fsyncFolder(folder);
}

/** A partial that nobody has written to for so long is nobody's. */
const abandonedMs = 6 * 3_600_000;

/** Removes partials of packages (by their whole names) that were left behind; returns their names. What cannot be removed stays. */
export function sweepPartials(files: Files, folder: string, nowMs: number): string[] {
  const removed: string[] = [];
  for (const entry of files.readdir(folder)) {
    if (entry.type !== 'file' || !isPartialName(entry.name)) continue;
    const path = join(folder, entry.name);
    const stat = files.lstat(path);
    if (stat?.type !== 'file' || nowMs - Number(stat.mtimeNs / 1_000_000n) <= abandonedMs) continue;
    try {
      files.unlink(path);
      removed.push(entry.name);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }
  return removed;
}
