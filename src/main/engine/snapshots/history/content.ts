// What makes two entries the same version: kind and content, not time, owner or mode. Pure.
import { sha256Hex, type TreeNode } from '../../repository/index.ts';

/** Equal for equal contents, where files were cut in the same way. */
export function contentKey(node: TreeNode): string {
  switch (node.type) {
    case 'file':
      return `file ${node.size ?? 0} ${sha256Hex(Buffer.from((node.content ?? []).join(' '), 'utf8'))}`;
    case 'dir':
      return `dir ${node.subtree ?? ''}`;
    case 'symlink':
      return `symlink ${node.linkTarget ?? ''}`;
    default:
      return `${node.type} ${node.device ?? 0n}`;
  }
}

/** Files up to this size are one chunk however a repository cuts: their ids tell them apart everywhere. */
export const oneChunkBytes = 512 * 1024;
