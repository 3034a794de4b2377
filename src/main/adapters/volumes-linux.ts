// Volumes of Linux from /proc/self/mountinfo (proc(5)), labels from /dev/disk/by-label, removability from /sys/class/block.
import { basename, dirname, resolve } from 'node:path';
import type { Files, Volume, Volumes } from '../engine/ports.ts';
import { isNetworkFileSystem } from './file-systems.ts';
import { askSpace, nearestExisting } from './volumes-space.ts';

export interface Mount {
  path: string;
  fileSystem: string;
  source: string;
}

const mountTable = '/proc/self/mountinfo';
const tableLimitBytes = 8 << 20;
const mediaFolders = ['/run/media/', '/media/', '/mnt/'];
/** Kernel and container furniture: nobody keeps a repository there. */
const neverShown = new Set([
  'proc', 'sysfs', 'devtmpfs', 'devpts', 'tmpfs', 'ramfs', 'cgroup', 'cgroup2', 'mqueue', 'hugetlbfs', 'debugfs', 'tracefs', 'securityfs', 'pstore', 'efivarfs', 'bpf', 'configfs', 'fusectl',
  'autofs', 'binfmt_misc', 'rpc_pipefs', 'nsfs', 'squashfs', 'fuse.portal', 'fuse.gvfsd-fuse', 'fuse.snapfuse', 'iso9660'
]);
const furniture = ['/boot', '/snap/', '/var/lib/docker/', '/var/lib/containers/', '/etc/', '/proc/', '/sys/', '/dev/', '/run/credentials/'];

export function createLinuxVolumes(options: { files: Files; mountTable?: string }): Volumes {
  const { files } = options;
  const mounts = (): Mount[] => parseMountTable(Buffer.from(files.readFile(options.mountTable ?? mountTable, tableLimitBytes)).toString('utf8'));

  return {
    async list() {
      const labels = readLabels(files);
      const shown = [...new Map(mounts().map((mount) => [mount.path, mount])).values()].filter(isPlace);
      const volumes = await Promise.all(
        shown.map(async (mount): Promise<Volume | undefined> => {
          const space = await askSpace(mount.path);
          const network = isNetworkFileSystem(mount.fileSystem);
          if (!space && !network) return undefined;
          if (space?.totalBytes === 0) return undefined;
          return {
            path: mount.path,
            label: labels.get(basename(mount.source)) ?? (mount.path === '/' ? '/' : basename(mount.path)),
            fileSystem: mount.fileSystem,
            freeBytes: space?.freeBytes ?? 0,
            totalBytes: space?.totalBytes ?? 0,
            removable: !network && (mount.path.startsWith('/run/media/') || mount.path.startsWith('/media/') || isRemovable(files, mount.source)),
            network
          };
        })
      );
      return volumes.filter((volume) => volume !== undefined);
    },
    kindOf(path) {
      const existing = nearestExisting(resolve(path), (at) => files.stat(at) !== undefined, dirname);
      const mount = mountOf(mounts(), files.realpath(existing));
      const fileSystem = mount?.fileSystem ?? files.space(existing).fileSystem;
      return { fileSystem, network: isNetworkFileSystem(fileSystem) };
    }
  };
}

/** The mount that holds the path: the longest mount point above it; of two at the same place the later one covers the earlier. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const holds = mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`);
    if (holds && (!best || mount.path.length >= best.path.length)) best = mount;
  }
  return best;
}

/** Lines `id parent major:minor root mount-point options tags... - type source super-options`; blanks in paths are `\040`. */
export function parseMountTable(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left, right] = line.split(' - ');
    const path = left?.split(' ')[4];
    const [fileSystem, source] = right?.split(' ') ?? [];
    if (path?.startsWith('/') && fileSystem) mounts.push({ path: unescapeOctal(path), fileSystem, source: unescapeOctal(source ?? '') });
  }
  return mounts;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

function isPlace(mount: Mount): boolean {
  if (neverShown.has(mount.fileSystem)) return false;
  if (mediaFolders.some((folder) => mount.path.startsWith(folder)) || mount.path === '/') return true;
  return !furniture.some((folder) => mount.path === folder || mount.path.startsWith(folder)) && !mount.path.startsWith('/boot/');
}

/** Kernel name of the device (`sdb1`) -> label. udev writes odd characters as `\x20`. */
function readLabels(files: Files): Map<string, string> {
  const folder = '/dev/disk/by-label';
  const labels = new Map<string, string>();
  if (!files.stat(folder)) return labels;
  for (const { name, type } of files.readdir(folder)) {
    if (type !== 'symlink') continue;
    const label = name.replace(/(\\x[0-9a-f]{2})+/g, (run) => Buffer.from(run.replaceAll('\\x', ''), 'hex').toString('utf8'));
    labels.set(basename(files.readlink(`${folder}/${name}`)), label);
  }
  return labels;
}

/** The flag belongs to the whole disk; a partition's folder lies inside its disk's. */
function isRemovable(files: Files, source: string): boolean {
  const entry = `/sys/class/block/${basename(source)}`;
  if (!source.startsWith('/dev/') || !files.stat(entry)) return false;
  const disk = files.realpath(entry);
  return [`${disk}/removable`, `${dirname(disk)}/removable`].some((flag) => files.stat(flag) !== undefined && Buffer.from(files.readFile(flag, 16)).toString().trim() === '1');
}
