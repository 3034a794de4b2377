// What the file system says about an entry as a node of a restic tree. Times are recorded in UTC, so that a tree does not change with
// the machine's zone.
import type { Files, FileStat } from '../../ports.ts';
import { goMode, type TreeNode, utcTime } from '../../repository/index.ts';

/** Whether the number of names is part of a node of this type. */
export function countsLinks({ type }: FileStat): boolean {
  return type === 'file' || type === 'symlink' || type === 'dev' || type === 'chardev';
}

/**
 * True when a new node would be the same as this one, content and subtree aside: everything the file system tells is as recorded, and since its ctime
 * stands still, so is what would have to be asked for (extended attributes, a link's target). Only for nodes this program of this version made.
 */
export function isAsRecorded(files: Pick<Files, 'userName' | 'groupName'>, node: TreeNode, stat: FileStat): boolean {
  return (
    node.type === stat.type &&
    node.mtime.ns === stat.mtimeNs &&
    node.ctime.ns === stat.ctimeNs &&
    node.atime.ns === stat.mtimeNs &&
    (node.inode ?? 0n) === stat.inode &&
    (node.deviceId ?? 0n) === stat.device &&
    node.mode === goMode(stat.type, stat.mode) &&
    node.uid === stat.uid &&
    node.gid === stat.gid &&
    (!countsLinks(stat) || (node.links ?? 0) === stat.links) &&
    (stat.type !== 'file' || (node.size ?? 0) === stat.size) &&
    (node.user ?? '') === (files.userName(stat.uid) ?? '') &&
    (node.group ?? '') === (files.groupName(stat.gid) ?? '') &&
    [node.mtime, node.ctime, node.atime].every(({ offset }) => offset === 'Z' || offset === 0)
  );
}

/** The node without content and subtree. Reads the link target and the extended attributes; throws what the system says about the link. */
export function nodeOf(files: Files, path: string, name: string, stat: FileStat, onXattrError: (error: unknown) => void): TreeNode {
  const mtime = utcTime(stat.mtimeNs);
  const node: TreeNode = {
    name,
    type: stat.type,
    mode: goMode(stat.type, stat.mode),
    mtime,
    atime: mtime,
    ctime: utcTime(stat.ctimeNs),
    uid: stat.uid,
    gid: stat.gid,
    user: files.userName(stat.uid) ?? '',
    group: files.groupName(stat.gid) ?? '',
    inode: stat.inode,
    deviceId: stat.device,
    content: null
  };
  if (countsLinks(stat)) node.links = stat.links;
  if (stat.type === 'file') {
    node.size = stat.size;
    node.content = [];
  }
  if (stat.type === 'symlink') node.linkTarget = files.readlink(path);
  if (stat.type === 'dev' || stat.type === 'chardev') node.device = stat.rdev;
  try {
    const xattrs = files.xattrs(path);
    if (xattrs.length > 0) node.xattrs = xattrs;
  } catch (error) {
    onXattrError(error);
  }
  return node;
}
