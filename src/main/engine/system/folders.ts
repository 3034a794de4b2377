// Looking around this computer: what a person may want to protect, where copies could go, and the folders in between.
import { dirname, join, resolve } from 'node:path';
import type { EngineApi } from '../../../contract/index.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import { displayName } from '../kit/names.ts';
import { isInside, resolveUserPath } from '../kit/paths.ts';
import type { DirEntry, Files, Machine, Volume, Volumes, Workers } from '../ports.ts';
import { countInThread } from '../kit/count-in-thread.ts';
import type { MeasureCount } from './measure-task.ts';
import { standardFolders } from './standard-folders.ts';

const listLimit = 2_000;

export interface FoldersDeps {
  files: Files;
  volumes: Volumes;
  machine: Machine;
  workers: Workers;
  environment: Readonly<Record<string, string | undefined>>;
}

/** By name as people read it: `sample 2` before `sample 10`. */
const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The volume that holds the person's own folder, unless it came with a plug or over the network. */
function volumeOf(all: readonly Volume[], machine: Pick<Machine, 'platform' | 'userHome'>): Volume | undefined {
  const holding = all.filter((volume) => volume.path === machine.userHome || isInside(volume.path, machine.userHome, machine.platform));
  const [closest] = holding.sort((a, b) => b.path.length - a.path.length);
  return closest && !closest.removable && !closest.network ? closest : undefined;
}

export function createFolders(deps: FoldersDeps): EngineApi['system']['folders'] {
  const { files, volumes, machine, workers } = deps;
  const userPath = (typed: string): string => resolveUserPath(typed, { platform: machine.platform, userHome: machine.userHome });

  return {
    suggest: async () => {
      const all = await volumes.list();
      const own = volumeOf(all, machine);
      const places = all.map((volume) => ({
        // On the computer's own drive copies go below the person's folder: the drive's top is not theirs to write to.
        path: volume === own ? machine.userHome : volume.path,
        label: volume === own ? machine.userHome : volume.label,
        kind: volume.network ? ('network' as const) : volume.removable ? ('drive' as const) : ('this-computer' as const),
        freeBytes: volume.freeBytes,
        totalBytes: volume.totalBytes
      }));
      return { folders: standardFolders(deps), places };
    },
    list: (input) => {
      const path = userPath(input.path ?? machine.userHome);
      const found = readFolder(files, path).flatMap((entry) => folderOf(files, path, entry));
      const shown = found.filter((entry) => input.hidden || !entry.hidden).sort((a, b) => natural.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
      const parent = dirname(path);
      return Promise.resolve({ path, parent: parent === path ? null : parent, entries: shown.slice(0, listLimit), truncated: shown.length > listLimit });
    },
    create: (input) => {
      const path = userPath(input.path);
      if (files.lstat(path)) fail('CONFLICT', `${path} is there already`, { kind: 'folder', name: path });
      if (files.stat(dirname(path))?.type !== 'dir') fail('PATH_MISSING', `${dirname(path)} is not there`, { path: dirname(path) });
      try {
        files.mkdir(path, 0o777);
      } catch (error) {
        const errno = errnoOf(error);
        if (errno === undefined) throw error;
        if (errno === 'ENOSPC') fail('NO_SPACE', 'no space for a folder', { path }, error);
        fail('NOT_WRITABLE', `${path} cannot be made: ${errno}`, { path, reason: errno }, error);
      }
      return Promise.resolve({ path });
    },
    measure: (input, { signal }) => countInThread<MeasureCount>(workers, 'system.measure', { paths: input.paths.map((path) => resolve(userPath(path))), excludes: input.excludes }, signal)
  };
}

function readFolder(files: Files, path: string): DirEntry[] {
  const stat = files.stat(path);
  if (stat === undefined) fail('PATH_MISSING', `${path} is not there`, { path });
  if (stat.type !== 'dir') fail('NOT_A_FOLDER', `${path} is not a folder`, { path });
  try {
    return files.readdir(path);
  } catch (error) {
    return fail('NOT_READABLE', `${path} cannot be listed`, { path, reason: errnoOf(error) ?? 'unreadable' }, error);
  }
}

function folderOf(files: Files, parent: string, entry: DirEntry): { name: string; label: string; path: string; hidden: boolean; readable: boolean }[] {
  const path = join(parent, entry.name);
  if (entry.type !== 'dir' && !(entry.type === 'symlink' && pointsAtFolder(files, path))) return [];
  return [{ name: entry.name, label: displayName(entry.name), path, hidden: entry.name.startsWith('.'), readable: mayLook(files, path) }];
}

function pointsAtFolder(files: Files, path: string): boolean {
  try {
    return files.stat(path)?.type === 'dir';
  } catch {
    return false; // a loop of links, or a place we may not look at
  }
}

/** The permission bits would leave out access lists; opening it is the honest question. */
function mayLook(files: Files, path: string): boolean {
  try {
    files.close(files.open(path, 'r'));
    return true;
  } catch (error) {
    return errnoOf(error) === 'EISDIR'; // platforms that cannot open folders at all
  }
}
