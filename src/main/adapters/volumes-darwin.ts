// Volumes of macOS: what `mount` lists at `/` and under /Volumes.
import { execFileSync } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import type { Files, Volumes } from '../engine/ports.ts';
import { isNetworkFileSystem } from './file-systems.ts';
import { askSpace, nearestExisting } from './volumes-space.ts';

export interface DarwinMount {
  path: string;
  fileSystem: string;
  local: boolean;
}

export function createDarwinVolumes(options: { files: Files; runMount?: () => string }): Volumes {
  const { files } = options;
  const runMount = options.runMount ?? ((): string => execFileSync('/sbin/mount', { encoding: 'utf8', timeout: 5_000 }));
  const mounts = (): DarwinMount[] => parseMountOutput(runMount());
  const isNetwork = (mount: DarwinMount): boolean => !mount.local || isNetworkFileSystem(mount.fileSystem);
  return {
    async list() {
      const shown = mounts().filter((mount) => mount.path === '/' || mount.path.startsWith('/Volumes/'));
      return Promise.all(
        shown.map(async (mount) => {
          const space = await askSpace(mount.path);
          return {
            path: mount.path,
            label: mount.path === '/' ? 'Macintosh HD' : basename(mount.path),
            fileSystem: mount.fileSystem,
            freeBytes: space?.freeBytes ?? 0,
            totalBytes: space?.totalBytes ?? 0,
            removable: mount.path !== '/' && !isNetwork(mount),
            network: isNetwork(mount)
          };
        })
      );
    },
    kindOf(path) {
      const existing = files.realpath(nearestExisting(resolve(path), (at) => files.stat(at) !== undefined, dirname));
      const holding = mounts()
        .filter((mount) => mount.path === '/' || existing === mount.path || existing.startsWith(`${mount.path}/`))
        .sort((a, b) => b.path.length - a.path.length)[0];
      return holding ? { fileSystem: holding.fileSystem, network: isNetwork(holding) } : { fileSystem: 'unknown', network: false };
    }
  };
}

/** Lines `source on /path (type, local, journaled, ...)`. */
export function parseMountOutput(text: string): DarwinMount[] {
  return text.split('\n').flatMap((line) => {
    const [, path, flags] = /^.+? on (\/.*) \(([^()]*)\)$/.exec(line) ?? [];
    if (!path || !flags) return [];
    const [fileSystem = 'unknown', ...rest] = flags.split(',').map((flag) => flag.trim());
    return [{ path, fileSystem, local: rest.includes('local') }];
  });
}
