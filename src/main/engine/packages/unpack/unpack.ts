// Files of a package brought back, after all of it was checked. Nothing lands outside the target, no link is followed, each file is whole under its name
// or not there, and what is in the way stays unless the person said otherwise.
import { dirname } from 'node:path';
import type { UnpackReport } from '../../../../contract/packages.ts';
import { errnoOf, fail, throwIfAborted } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import { pathsOf, type Platform } from '../../kit/paths.ts';
import { Sha256 } from '../../kit/sha256.ts';
import type { Clock, Files, FileStat, Random } from '../../ports.ts';
import type { Passphrase, ReadMember, WrittenFile } from '../archive/model.ts';
import { MemberNames, windowsNameProblem } from '../archive/names.ts';
import { readArchive } from '../archive/read.ts';
import { refuse } from '../archive/refuse.ts';
import { checkPackage } from '../check/check.ts';
import { Problems } from '../check/problems.ts';
import type { ListCursor } from '../compact-list.ts';
import { isOwn } from '../manifest.ts';
import type { PackedLists } from '../packed-lists.ts';

export interface UnpackPorts {
  files: Files;
  clock: Clock;
  random: Random;
  platform: Platform;
}

export interface UnpackRequest {
  path: string;
  passphrase?: Passphrase | undefined;
  /** Absolute; made if missing. */
  target: string;
  /** What happens to a file that is in the way: `refuse` writes nothing at all. */
  existing: 'refuse' | 'keep' | 'replace';
  /** Of the package, files or folders; all when none. */
  paths: readonly string[];
  signal?: AbortSignal | undefined;
  onPhase?: ((name: 'verifying' | 'restoring') => void) | undefined;
  onBytes?: ((count: number) => void) | undefined;
  onFile?: ((path: string) => void) | undefined;
}

/**
 * Throws PACKAGE_REFUSED for one that is not whole, NOT_FOUND for a path that is not in it, BAD_INPUT (field `target`) for files in the way, NO_SPACE; then
 * nothing was written. Afterwards single files that cannot be written are named in `refused`.
 */
export async function unpackPackage(ports: UnpackPorts, request: UnpackRequest): Promise<UnpackReport> {
  const { files, clock } = ports;
  const { path, target, existing, passphrase, signal } = request;
  const beganMs = clock.monotonicMs();
  request.onPhase?.('verifying');
  const { check, seen } = await checkPackage({ files }, path, { passphrase, signal, onBytes: request.onBytes });
  const [problem] = check.problems;
  if (problem) refuse(path, problem.path, problem.reason);

  const chosen = new Chosen(seen, request.paths);
  const place = new Place(ports, target);
  if (ports.platform === 'win32') {
    for (const name of chosen.names()) {
      const unfit = windowsNameProblem(name);
      if (unfit !== undefined) refuse(path, name, unfit);
    }
  }
  const made = files.lstat(target) === undefined;
  if (made) files.mkdirs(target, 0o755);
  else if (files.stat(target)?.type !== 'dir') fail('NOT_A_FOLDER', `${target} is no folder`, { path: target });
  try {
    refuseFolded(place, path, chosen);
    refuseExisting(place, chosen, existing);
    const neededBytes = chosen.bytes;
    const { freeBytes } = files.space(target);
    if (neededBytes > freeBytes) fail('NO_SPACE', `${target} has not enough room`, { path: target, neededBytes, freeBytes });
  } catch (error) {
    if (made) files.rmdir(target);
    throw error;
  }

  request.onPhase?.('restoring');
  const run = new Run(place, request, chosen);
  await run.go(readArchive({ files }, path, { passphrase, limits: { members: Number.MAX_SAFE_INTEGER, fileBytes: Number.MAX_SAFE_INTEGER, totalBytes: Number.MAX_SAFE_INTEGER, ratio: Number.MAX_SAFE_INTEGER } }));
  files.syncFileSystem(target);
  return { path, target, files: run.files, bytes: run.bytes, kept: run.kept, replaced: run.replaced, refused: run.refused.first, refusedCount: run.refused.count, durationMs: Math.round(clock.monotonicMs() - beganMs) };
}

/** What of the package was asked for. */
class Chosen {
  /** What was read when all of it was checked. */
  readonly seen: PackedLists;
  readonly #tops: readonly string[];

  /** Throws NOT_FOUND for a path that is not in it. */
  constructor(seen: PackedLists, paths: readonly string[]) {
    this.seen = seen;
    this.#tops = paths.map((path) => path.replace(/^\.\//, '').replace(/\/+$/, ''));
    const missing = new Set(this.#tops);
    for (const name of this.#every()) for (const top of missing) if (isBelow(name, top)) missing.delete(top);
    for (const [i, top] of this.#tops.entries()) if (missing.has(top)) fail('NOT_FOUND', `${paths[i]} is not in the package`, { kind: 'path', name: paths[i] as string });
  }

  has(path: string): boolean {
    return this.#tops.length === 0 || this.#tops.some((top) => isBelow(path, top));
  }

  *names(): Generator<string> {
    for (const name of this.#every()) if (this.has(name)) yield name;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { path, size } of this.seen.files) if (this.has(path)) bytes += size;
    return bytes;
  }

  *#every(): Generator<string> {
    for (const list of [this.seen.files, this.seen.links, this.seen.folders]) for (const { path } of list) yield path;
  }
}

function isBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(`${top}/`);
}

/** The target folder: paths of the package below it, and what is there. */
class Place {
  readonly ports: UnpackPorts;
  readonly target: string;
  readonly #folders = new Set<string>();

  constructor(ports: UnpackPorts, target: string) {
    this.ports = ports;
    this.target = target;
  }

  at(path: string): string {
    const paths = pathsOf(this.ports.platform);
    return paths.join(this.target, ...path.split('/'));
  }

  look(path: string): FileStat | undefined {
    return this.ports.files.lstat(this.at(path));
  }

  /** Whether every folder above the path, inside the target, is a real one or not there; a link there could lead anywhere. */
  isBelowFolders(path: string): boolean {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (this.#folders.has(folder)) continue;
      const stat = this.look(folder);
      if (stat === undefined) return true;
      if (stat.type !== 'dir') return false;
      this.#folders.add(folder);
    }
    return true;
  }

  mkdirs(path: string): void {
    if (path === '.' || this.#folders.has(path)) return;
    this.ports.files.mkdirs(this.at(path), 0o755);
    this.#folders.add(path);
  }

  /** Whether two names that differ in case, or in the form of their accents, are one here. */
  folds(): { letters: boolean; forms: boolean } {
    const { files, random } = this.ports;
    const name = `.varve-${Buffer.from(random.bytes(8)).toString('hex')}-\u00e9`;
    files.close(files.open(this.at(name), 'wx', 0o600));
    try {
      return { letters: files.lstat(this.at(name.replace('varve', 'VARVE'))) !== undefined, forms: files.lstat(this.at(name.normalize('NFD'))) !== undefined };
    } finally {
      files.unlink(this.at(name));
    }
  }
}

function refuseFolded(place: Place, path: string, chosen: Chosen): void {
  const { letters, forms } = place.folds();
  if (!letters && !forms) return;
  const met = new MemberNames();
  for (const name of chosen.names()) {
    const normal = forms ? name.normalize('NFC') : name;
    const folded = letters ? normal.toLowerCase() : normal;
    if (met.meets(folded)) refuse(path, name, 'another name in the package is the same in this folder, which does not tell them apart');
  }
}

function refuseExisting(place: Place, chosen: Chosen, existing: UnpackRequest['existing']): void {
  if (existing !== 'refuse') return;
  const first: string[] = [];
  let count = 0;
  const look = ({ path }: { path: string }, mayBeFolder: boolean): void => {
    const type = chosen.has(path) ? place.look(path)?.type : undefined;
    if (type === undefined || (mayBeFolder && type === 'dir')) return;
    count += 1;
    if (first.length < 3) first.push(path);
  };
  for (const file of chosen.seen.files) look(file, false);
  for (const link of chosen.seen.links) look(link, true);
  for (const folder of chosen.seen.folders) look(folder, true);
  if (count === 0) return;
  const shown = first.map(displayName).join(', ');
  fail('BAD_INPUT', `${count} files are in the way in ${place.target}`, { field: 'target', reason: `holds ${count} of the files already (${shown}); say whether they are kept or replaced` });
}

/** As in every other figure (`isOwn`). */
function isCounted({ type, path }: ReadMember): boolean {
  return type !== 'folder' && !isOwn(path);
}

class Run {
  files = 0;
  bytes = 0;
  kept = 0;
  replaced = 0;
  readonly refused = new Problems();
  readonly #place: Place;
  readonly #files: Files;
  readonly #request: UnpackRequest;
  readonly #chosen: Chosen;
  /** Files that have a second name in the package: whether they were written. */
  readonly #firstNames: Map<string, boolean>;
  /** What was checked, in the same order as it comes now. */
  readonly #checked: ListCursor<WrittenFile>;
  readonly #folders: Pick<ReadMember, 'path' | 'mode' | 'mtimeNs'>[] = [];
  readonly #links: ReadMember[] = [];

  constructor(place: Place, request: UnpackRequest, chosen: Chosen) {
    this.#place = place;
    this.#files = place.ports.files;
    this.#request = request;
    this.#chosen = chosen;
    this.#checked = chosen.seen.files.cursor();
    this.#firstNames = new Map([...chosen.seen.links].flatMap(({ type, target }) => (type === 'hardlink' ? [[target, false]] : [])));
  }

  async go(members: AsyncIterable<ReadMember>): Promise<void> {
    for await (const member of members) {
      throwIfAborted(this.#request.signal);
      const checked = member.type === 'file' ? this.#checked.next() : undefined;
      if (member.type === 'file' && checked?.path !== member.path) this.#changed(member);
      if (!this.#chosen.has(member.path)) continue;
      if (isCounted(member)) this.#request.onFile?.(member.path);
      if (member.type === 'symlink') this.#links.push(member);
      else await this.#each(member, checked?.sha256);
    }
    // Links last: nothing is ever written through one.
    for (const link of this.#links) await this.#each(link);
    // What is in a folder changes its time, and a folder may forbid writing.
    for (const folder of this.#folders.toReversed()) this.#finish(this.#place.at(folder.path), folder);
  }

  /** One member; what the system refuses is named, and the others go on. A full disk ends it. */
  async #each(member: ReadMember, sha256?: string): Promise<void> {
    try {
      if (!this.#place.isBelowFolders(member.path)) return this.refused.add(member.path, 'a link or a file is in the way of its folder');
      if (member.type === 'folder') this.#folder(member);
      else if (this.#mayWrite(member)) await this.#write(member, sha256);
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO') throw error;
      this.refused.add(member.path, code);
    }
  }

  #folder(member: ReadMember): void {
    const there = this.#place.look(member.path);
    if (there !== undefined && there.type !== 'dir') return this.refused.add(member.path, 'a link or a file is in the way of its folder');
    this.#place.mkdirs(member.path);
    if (there === undefined) this.#folders.push({ path: member.path, mode: member.mode, mtimeNs: member.mtimeNs });
  }

  #mayWrite(member: ReadMember): boolean {
    const there = this.#place.look(member.path);
    if (there === undefined) return true;
    if (this.#request.existing === 'keep') {
      if (isCounted(member)) this.kept += 1;
      return false;
    }
    if (there.type === 'dir') {
      this.refused.add(member.path, 'a folder of its name is in the way');
      return false;
    }
    // It came while we were at work: nothing is overwritten without being told so.
    if (this.#request.existing === 'refuse') {
      this.refused.add(member.path, 'EEXIST');
      return false;
    }
    return true;
  }

  async #write(member: ReadMember, sha256: string | undefined): Promise<void> {
    const at = this.#place.at(member.path);
    this.#place.mkdirs(dirname(member.path));
    const temporary = `${dirname(at)}${pathsOf(this.#place.ports.platform).sep}.varve-unpack-${Buffer.from(this.#place.ports.random.bytes(8)).toString('hex')}`;
    try {
      if (member.type === 'hardlink') {
        if (this.#firstNames.get(member.target as string) !== true) return this.refused.add(member.path, 'it is a second name of a file that was not unpacked');
        this.#files.link(this.#place.at(member.target as string), temporary);
      } else if (member.type === 'symlink') this.#files.symlink(member.target as string, temporary);
      else await this.#content(member, temporary, sha256);
      const replaces = this.#files.lstat(at) !== undefined && this.#request.existing === 'replace';
      if (replaces) this.#files.rename(temporary, at);
      else this.#files.renameNew(temporary, at);
      if (isCounted(member)) {
        this.files += 1;
        if (replaces) this.replaced += 1;
      }
      if (this.#firstNames.has(member.path)) this.#firstNames.set(member.path, true);
    } catch (error) {
      // The failure is the one that matters.
      try {
        this.#files.unlink(temporary);
      } catch {
        // it was not made, or stays under a name that says what it is
      }
      throw error;
    }
  }

  async #content(member: ReadMember, temporary: string, sha256: string | undefined): Promise<void> {
    const hash = new Sha256(member.size);
    const fd = this.#files.open(temporary, 'wx', 0o600);
    try {
      for await (const piece of member.chunks) {
        throwIfAborted(this.#request.signal);
        this.#files.write(fd, piece, 0, piece.length, null);
        hash.update(piece);
        if (isCounted(member)) this.bytes += piece.length;
        this.#request.onBytes?.(piece.length);
      }
      if (this.#request.existing === 'replace') this.#files.fsync(fd);
    } finally {
      this.#files.close(fd);
    }
    if (hash.hex() !== sha256) this.#changed(member);
    this.#finish(temporary, member);
  }

  #changed({ path }: ReadMember): never {
    return refuse(this.#request.path, path, 'it is not what it was a moment ago');
  }

  /** Bits that would run a program as somebody else are not brought back. */
  #finish(path: string, { mode, mtimeNs }: Pick<ReadMember, 'mode' | 'mtimeNs'>): void {
    this.#files.chmod(path, mode & 0o777);
    this.#files.utimes(path, mtimeNs, mtimeNs);
  }
}
