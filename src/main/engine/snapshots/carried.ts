// What every snapshot carries along beside the person's files: the reserved folder `/.varve/` at the top of its tree. It exists in the tree only; nothing
// is written to anybody's folders. Its nodes say nothing of this computer or moment, so that the same content makes the same tree.
import { goMode, type TreeNode, utcTime } from '../repository/index.ts';

export const carriedName = '.varve';

export interface CarriedFile {
  name: string;
  bytes: Uint8Array;
}

/** Fixed for ever: times of 1970, nobody's, for reading only. `content` and size, or `subtree`, are the caller's. */
export function carriedNode(name: string, type: 'file' | 'dir'): TreeNode {
  const time = utcTime(0n);
  return { name, type, mode: goMode(type, type === 'dir' ? 0o755 : 0o444), mtime: time, atime: time, ctime: time, uid: 0, gid: 0, user: '', group: '', inode: 0n, deviceId: 0n, content: null, ...(type === 'file' && { links: 1 }) };
}

/** Is this node at the top of a tree the folder Varve carries along? A folder of that name that somebody really has had an inode or a time when it was saved. */
export function isCarried(node: Pick<TreeNode, 'name' | 'type' | 'inode' | 'deviceId' | 'mtime'>): boolean {
  return node.name === carriedName && node.type === 'dir' && (node.inode ?? 0n) === 0n && (node.deviceId ?? 0n) === 0n && node.mtime.ns === 0n;
}
