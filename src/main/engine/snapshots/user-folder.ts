// A folder that a person names, as the file system has it: links resolved, as far as it is there.
import { errnoOf, fail } from '../kit/errors.ts';
import { pathsOf, resolveUserPath } from '../kit/paths.ts';
import type { Ports } from '../ports.ts';

type Here = Pick<Ports, 'files' | 'machine'>;

/** `folder`: the nearest one at or above the path that is there; `missing`: the names below it. PATH_MISSING, NOT_A_FOLDER, NOT_READABLE. */
export function nearestFolder({ files, machine }: Here, typed: string): { folder: string; missing: string[] } {
  const paths = pathsOf(machine.platform);
  const wanted = resolveUserPath(typed, { platform: machine.platform, userHome: machine.userHome });
  const missing: string[] = [];
  let at = wanted;
  try {
    while (files.lstat(at) === undefined) {
      if (at === paths.dirname(at)) fail('PATH_MISSING', `${wanted} cannot exist`, { path: wanted });
      missing.unshift(paths.basename(at));
      at = paths.dirname(at);
    }
    at = files.realpath(at);
    if (files.stat(at)?.type !== 'dir') fail('NOT_A_FOLDER', `${at} is no folder`, { path: at });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== undefined) fail('NOT_READABLE', `${at} cannot be looked at: ${errno}`, { path: at, reason: errno }, error);
    throw error;
  }
  return { folder: at, missing };
}

/** One that must be there. */
export function existingFolder(here: Here, typed: string): string {
  const { folder, missing } = nearestFolder(here, typed);
  if (missing.length > 0) fail('PATH_MISSING', `${typed} is not there`, { path: typed });
  return folder;
}
