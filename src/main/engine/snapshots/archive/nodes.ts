// What the file system says about an entry as a node of a restic tree. Times are recorded in UTC, so that a tree does not change with
// the machine's zone.
import type { Files, FileStat } from '../../ports.ts';
import { goMode, type TreeNode, utcTime } from '../../repository/index.ts';

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
  if (stat.type === 'file' || stat.type === 'symlink' || stat.type === 'dev' || stat.type === 'chardev') node.links = stat.links;
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
