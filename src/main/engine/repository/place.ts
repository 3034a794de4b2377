// What lies at a path, before anything is done with it; and whether a known repository can be reached now. Looks, and for an empty place
// tries to write one temporary file; changes nothing. Blocks as long as the file system does: only in the threads of places.ts.
import type { Probe } from '../../../contract/repository.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import { homeMarker, pathsOf, resolveUserPath } from '../kit/paths.ts';
import type { Files, Machine, Random, Volumes } from '../ports.ts';
import { sha256Hex } from './format/ids.ts';

export interface PlaceDeps {
  files: Files;
  random: Random;
  volumes: Volumes;
  machine: Pick<Machine, 'platform' | 'userHome'>;
}

const layout = new Set(['data', 'index', 'keys', 'locks', 'snapshots', 'tmp']);
const configLimitBytes = 1 << 20;

/** BAD_INPUT for a place inside a Varve home, this one or another. `real`: the path with links resolved. */
export function refuseInsideHome({ files, machine }: Pick<PlaceDeps, 'files' | 'machine'>, path: string, real: string, homePath: string): void {
  const paths = pathsOf(machine.platform);
  for (let folder = real, last = ''; folder !== last; last = folder, folder = paths.dirname(folder)) {
    const isHome = samePath(folder, realPath(files, machine, homePath), machine) || quietly(() => files.lstat(paths.join(folder, homeMarker)) !== undefined, false);
    if (isHome) fail('BAD_INPUT', `${path} lies inside a Varve home`, { field: 'path', reason: 'lies inside a Varve home; a repository needs a place of its own' });
  }
}

/** The path with links resolved as far as it exists. */
export function realPath(files: Files, machine: Pick<Machine, 'platform'>, path: string): string {
  const paths = pathsOf(machine.platform);
  const parent = paths.dirname(path);
  return quietly(() => files.realpath(path), undefined) ?? (parent === path ? path : paths.join(realPath(files, machine, parent), paths.basename(path)));
}

export function samePath(a: string, b: string, machine: Pick<Machine, 'platform'>): boolean {
  return machine.platform === 'win32' ? a.toLowerCase() === b.toLowerCase() : a === b;
}

/** What lies at a path as a person types it. Needs no home, so that the first questions can be answered. BAD_INPUT for a relative one. */
export async function probePlace(deps: PlaceDeps, typed: string): Promise<Probe> {
  const { files, machine, volumes } = deps;
  const path = resolveUserPath(typed, { platform: machine.platform, userHome: machine.userHome });
  const paths = pathsOf(machine.platform);
  const kind = kindOf(deps, path);
  let existing = path;
  while (quietly(() => files.stat(existing)?.type !== 'dir', true) && paths.dirname(existing) !== existing) existing = paths.dirname(existing);
  const { fileSystem, network } = quietly(() => volumes.kindOf(existing), { fileSystem: '', network: false });
  return { path, kind, freeBytes: freeBytesAt(files, existing), fileSystem, network, removable: await isRemovable(deps, existing) };
}

function kindOf(deps: PlaceDeps, path: string): Probe['kind'] {
  const { files, machine } = deps;
  const paths = pathsOf(machine.platform);
  try {
    const stat = files.stat(path);
    if (!stat) return files.lstat(path) ? 'not-a-folder' : canMakeUnder(deps, paths.dirname(path)) ? 'missing' : 'not-writable';
    if (stat.type !== 'dir') return 'not-a-folder';
    const names = new Set(files.readdir(path).map((entry) => entry.name));
    if (names.has('config') && files.stat(paths.join(path, 'keys'))?.type === 'dir') return 'restic';
    if (names.has('config') && (names.has('key') || names.has('snapshot'))) return 'legacy';
    const blank = [...names].every((name) => layout.has(name)) && (!names.has('keys') || files.readdir(paths.join(path, 'keys')).length === 0);
    if (!blank) return 'other-files';
    return canWrite(deps, path) ? 'empty' : 'not-writable';
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return 'not-writable';
  }
}

function canMakeUnder(deps: PlaceDeps, parent: string): boolean {
  const paths = pathsOf(deps.machine.platform);
  for (let folder = parent; ; folder = paths.dirname(folder)) {
    const stat = deps.files.stat(folder);
    if (stat) return stat.type === 'dir' && canWrite(deps, folder);
    if (paths.dirname(folder) === folder) return false;
  }
}

function canWrite({ files, random, machine }: PlaceDeps, folder: string): boolean {
  const trial = pathsOf(machine.platform).join(folder, `.varve-trial-${Buffer.from(random.bytes(8)).toString('hex')}`);
  try {
    files.close(files.open(trial, 'wx', 0o600));
    files.unlink(trial);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

async function isRemovable({ volumes, machine }: PlaceDeps, path: string): Promise<boolean> {
  const paths = pathsOf(machine.platform);
  const mounted = (await volumes.list()).filter((volume) => path === volume.path || path.startsWith(volume.path.endsWith(paths.sep) ? volume.path : volume.path + paths.sep));
  return mounted.sort((a, b) => b.path.length - a.path.length)[0]?.removable ?? false;
}

export function freeBytesAt(files: Files, path: string): number | null {
  return quietly(() => files.space(path).freeBytes, null);
}

/** What is at a repository's place. `device` and `inode` tell the folder itself by whatever name it is reached; null when it cannot be told. */
export interface PlaceFacts {
  path: string;
  state: 'ready' | 'absent' | 'unreadable';
  /** Why it is not ready: a system's code or a few words; null when it is. */
  reason: string | null;
  /** Only of a place that is ready. */
  freeBytes: number | null;
  totalBytes: number | null;
  /** Of the file `config`, by which another drive at the same place is told; null when it is not ready. */
  configHash: string | null;
  /** The path with links resolved as far as it exists. */
  real: string;
  device: bigint | null;
  inode: bigint | null;
}

export function lookAtPlace(files: Files, machine: Pick<Machine, 'platform'>, path: string): PlaceFacts {
  const { state, reason, configHash } = stateOfPlace(files, machine, path);
  const stat = quietly(() => files.stat(path), undefined);
  const space = state === 'ready' ? quietly(() => files.space(path), null) : null;
  // Some file systems number nothing.
  const numbered = stat !== undefined && stat.inode !== 0n;
  return { path, state, reason, freeBytes: space?.freeBytes ?? null, totalBytes: space?.totalBytes ?? null, configHash, real: realPath(files, machine, path), device: numbered ? stat.device : null, inode: numbered ? stat.inode : null };
}

/** Whether two looks saw the same folder, by whatever names. */
export function isSamePlace(a: Pick<PlaceFacts, 'real' | 'device' | 'inode'>, b: Pick<PlaceFacts, 'real' | 'device' | 'inode'>, machine: Pick<Machine, 'platform'>): boolean {
  return samePath(a.real, b.real, machine) || (a.inode !== null && a.inode === b.inode && a.device === b.device);
}

/** `absent` also for an empty folder: a drive's mount point without the drive. */
function stateOfPlace(files: Files, machine: Pick<Machine, 'platform'>, path: string): Pick<PlaceFacts, 'state' | 'reason' | 'configHash'> {
  const paths = pathsOf(machine.platform);
  try {
    if (files.stat(path)?.type !== 'dir') return { state: 'absent', reason: 'is not there', configHash: null };
    if (files.stat(paths.join(path, 'config'))?.type !== 'file') return { ...(files.readdir(path).length === 0 ? ({ state: 'absent', reason: 'an empty folder' } as const) : ({ state: 'unreadable', reason: 'holds no repository' } as const)), configHash: null };
    return { state: 'ready', reason: null, configHash: sha256Hex(files.readFile(paths.join(path, 'config'), configLimitBytes)) };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { state: 'unreadable', reason: errno, configHash: null };
  }
}

/** For questions whose failure is an answer too. Only the system's errors are taken for one. */
function quietly<R, O>(ask: () => R, otherwise: O): R | O {
  try {
    return ask();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return otherwise;
  }
}
