// The two sides of a comparison: a folder of a snapshot, or the live file system, both as nodes that are listed folder by folder.
import type { Files } from '../../ports.ts';
import { DamagedError, type Repository, type TreeNode } from '../../repository/index.ts';

export interface SideNode {
  name: string;
  /** undefined: it is there, but could not be looked at. */
  node: TreeNode | undefined;
  /** How to list it, when it is a folder. */
  folder: Folder | undefined;
  /** Where it lies on this computer; its content is not known until it is read. */
  livePath?: string;
}

/** A folder of a side. `treeId`: two folders with the same are equal in everything. */
export interface Folder {
  treeId?: string;
  /** In any order; undefined when it cannot be listed, which was told as a gap. */
  list(): Promise<SideNode[] | undefined>;
}

/** Reads whole contents in order, in pieces of any length. */
export type ContentReader = (node: SideNode, signal: AbortSignal) => AsyncIterable<Uint8Array>;

export interface Side {
  /** undefined: there is nothing there. */
  top: Folder | undefined;
  read: ContentReader;
}

/** Told what of a side cannot be compared, and why. */
export type OnGap = (path: string, reason: string) => void;

export function snapshotSide(repository: Repository, treeId: string, onGap: OnGap, signal: AbortSignal): Side {
  const folderOf = (id: string, path: string): Folder => ({
    treeId: id,
    list: async () => {
      try {
        const nodes = await repository.loadTree(id, signal);
        return nodes.map((node) => ({ name: node.name, node, folder: node.type === 'dir' && node.subtree !== undefined ? folderOf(node.subtree, `${path}/${node.name}`) : undefined }));
      } catch (error) {
        onGap(path === '' ? '/' : path, `damaged: ${damageOf(error)}`);
        return undefined;
      }
    }
  });
  return {
    top: folderOf(treeId, ''),
    async *read({ node }, stop) {
      for (const id of node?.content ?? []) yield await repository.loadBlob('data', id, stop);
    }
  };
}

/** Throws again what is no damage. */
function damageOf(error: unknown): string {
  if (error instanceof DamagedError) return error.data.what;
  throw error;
}

const pieceBytes = 1024 * 1024;

/** The bytes of a live file. */
export async function* readLive(files: Pick<Files, 'open' | 'read' | 'close'>, path: string): AsyncIterable<Uint8Array> {
  const fd = files.open(path, 'rn');
  try {
    for (let at = 0; ; ) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const length = files.read(fd, piece, 0, pieceBytes, at);
      if (length === 0) return;
      yield piece.subarray(0, length);
      at += length;
    }
  } finally {
    files.close(fd);
  }
}
