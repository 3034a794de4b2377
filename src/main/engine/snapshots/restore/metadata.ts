// Gives an entry the mode, owner, times and attributes it had. What the system or our rights refuse is counted, never fatal.
import { errnoOf } from '../../kit/errors.ts';
import type { Files, FileStat } from '../../ports.ts';
import { splitGoMode } from '../../repository/index.ts';
import type { RestoredNode } from './select.ts';

export class Degraded {
  readonly counts = new Map<string, number>();

  note(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  /** What was counted since the last time. */
  take(): { what: string; count: number }[] {
    const taken = this.list();
    this.counts.clear();
    return taken;
  }

  /** Runs it; a refusal of the system is counted under `what`. */
  attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      this.note(`${what} (${errno})`);
    }
  }

  list(): { what: string; count: number }[] {
    return [...this.counts].map(([what, count]) => ({ what, count }));
  }
}

/** Without the owner, bits that lend the owner's rights would lend ours. */
function permissionsOf(node: RestoredNode, owners: boolean): number {
  const { permissions } = splitGoMode(node.mode);
  return owners ? permissions : permissions & 0o1777;
}

/** Order matters: changing the owner takes setuid bits away, changing anything changes times. */
export function applyMetadata(files: Files, path: string, node: RestoredNode, options: { owners: boolean; degraded: Degraded }): void {
  const { owners, degraded } = options;
  if (owners) degraded.attempt('owner', () => files.lchown(path, node.uid, node.gid));
  for (const { name, value } of node.xattrs ?? []) degraded.attempt('attribute', () => files.setXattr(path, name, value));
  if (node.type !== 'symlink') degraded.attempt('mode', () => files.chmod(path, permissionsOf(node, owners)));
  degraded.attempt('times', () => files.utimes(path, node.atimeNs, node.mtimeNs));
}

/** Whether `applyMetadata` would change anything but the time of the last access. Windows has no modes of this kind. */
export function metadataDiffers(files: Files, path: string, node: RestoredNode, stat: FileStat, options: { owners: boolean; platform: string }): boolean {
  const { owners, platform } = options;
  if (stat.mtimeNs !== node.mtimeNs || (owners && (stat.uid !== node.uid || stat.gid !== node.gid))) return true;
  if (node.type !== 'symlink' && platform !== 'win32' && stat.mode !== permissionsOf(node, owners)) return true;
  if (node.xattrs === undefined || node.xattrs.length === 0) return false;
  const there = new Map(files.xattrs(path).map(({ name, value }) => [name, Buffer.from(value)]));
  return node.xattrs.some(({ name, value }) => there.get(name)?.equals(value) !== true);
}
