// Gives an entry the mode, owner, times and attributes it had. What the system or our rights refuse is counted, never fatal.
import { errnoOf } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
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

/** Order matters: changing the owner takes setuid bits away, changing anything changes times. */
export function applyMetadata(files: Files, path: string, node: RestoredNode, options: { owners: boolean; degraded: Degraded }): void {
  const { owners, degraded } = options;
  if (owners) degraded.attempt('owner', () => files.lchown(path, node.uid, node.gid));
  for (const { name, value } of node.xattrs ?? []) degraded.attempt('attribute', () => files.setXattr(path, name, value));
  if (node.type !== 'symlink') {
    const { permissions } = splitGoMode(node.mode);
    // Without the owner, bits that lend the owner's rights would lend ours.
    degraded.attempt('mode', () => files.chmod(path, owners ? permissions : permissions & 0o1777));
  }
  degraded.attempt('times', () => files.utimes(path, node.atimeNs, node.mtimeNs));
}
