// The folder that packages go to: the one that was named, or `backups` in the home. Made when it is missing.
import { join } from 'node:path';
import type { PackagePlace } from '../../../contract/packages.ts';
import { fail } from '../kit/errors.ts';
import { isInside, pathsOf, requireAbsolute } from '../kit/paths.ts';
import type { FileStat, Ports } from '../ports.ts';

type FolderPorts = Pick<Ports, 'files' | 'machine'>;

const usual = (homePath: string): string => join(homePath, 'backups');

/** Throws BAD_INPUT for a relative path or a folder inside what is packed (`inside`), NOT_A_FOLDER. */
export function folderFor({ files, machine }: FolderPorts, homePath: string, named: string, inside: string | undefined): string {
  const folder = named === '' ? usual(homePath) : named;
  requireAbsolute(folder, 'folder', machine.platform);
  const stat = files.stat(folder);
  if (stat !== undefined && stat.type !== 'dir') fail('NOT_A_FOLDER', `${folder} is not a folder`, { path: folder });
  if (inside !== undefined && isInside(inside, folder, machine.platform)) fail('BAD_INPUT', `${folder} lies in ${inside}`, { field: 'folder', reason: 'lies in the folder that is packed' });
  return folder;
}

export function placeOf({ files, machine }: FolderPorts, homePath: string, named: string): PackagePlace {
  const folder = named === '' ? usual(homePath) : named;
  const { path, stat } = nearest(files, folder, pathsOf(machine.platform).dirname);
  const home = files.stat(homePath);
  return { folder, exists: files.stat(folder)?.type === 'dir', sameDrive: home !== undefined && stat.device === home.device, freeBytes: files.space(path).freeBytes };
}

/** The folder itself, or the first above it that is there. */
function nearest(files: FolderPorts['files'], folder: string, dirname: (path: string) => string): { path: string; stat: FileStat } {
  for (let path = folder; ; path = dirname(path)) {
    const stat = files.stat(path);
    if (stat !== undefined) return { path, stat };
    if (dirname(path) === path) fail('PATH_MISSING', `${path} is not there`, { path });
  }
}
