// Snapshots for tests of this domain, without a file system: a folder of files straight into packs, index and snapshot file. Tests only.
import { createHash } from 'node:crypto';
import type { BlobType } from '../format/ids.ts';
import { sha256Hex } from '../format/ids.ts';
import type { SnapshotFile } from '../format/snapshot.ts';
import { utcTime } from '../format/time.ts';
import { encodeTree, goMode, type TreeNode } from '../format/tree.ts';
import { PackWriter } from '../pack-writer.ts';
import type { Repository } from '../repository.ts';
import { clock, random } from './index.ts';

/** Name -> chunks. Folders by `/` in the name, one level deep. */
export type FileSet = ReadonlyMap<string, readonly Uint8Array[]>;

export interface AddOptions {
  packBytes?: number;
  /** Stores blobs that are known already once more. */
  again?: boolean;
  more?: Partial<SnapshotFile>;
}

const zero = utcTime(0n);

function nodeOf(name: string, type: 'file' | 'dir', more: Partial<TreeNode>): TreeNode {
  return { name, type, mode: goMode(type, type === 'dir' ? 0o755 : 0o644), mtime: zero, atime: zero, ctime: zero, uid: 0, gid: 0, ...more };
}

/** Saves a snapshot of these files; `repository` must have its index loaded. Returns the snapshot's id. */
export async function addSnapshot(repository: Repository, files: FileSet, { packBytes = 4000, again = false, more = {} }: AddOptions = {}): Promise<string> {
  const writer = (type: BlobType): PackWriter =>
    new PackWriter({ sealer: repository.sealer, randomBytes: (length) => random.bytes(length), type, version: repository.config.version, openPacks: 1, packBytes, store: (pieces, id) => repository.savePack(pieces, id) });
  const writers = { data: writer('data'), tree: writer('tree') };
  const stored = new Set<string>();
  const store = async (type: BlobType, bytes: Uint8Array): Promise<string> => {
    const id = sha256Hex(bytes);
    if ((again || !repository.index.has(type, id)) && !stored.has(`${type} ${id}`)) await writers[type].add(id, bytes);
    stored.add(`${type} ${id}`);
    return id;
  };
  const folders = new Map<string, TreeNode[]>();
  for (const [path, chunks] of files) {
    const [folder = '', name = ''] = path.includes('/') ? path.split('/') : ['', path];
    const content: string[] = [];
    for (const chunk of chunks) content.push(await store('data', chunk));
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    folders.set(folder, [...(folders.get(folder) ?? []), nodeOf(name, 'file', { content, size })]);
  }
  const sorted = (nodes: TreeNode[]): TreeNode[] => nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const top = folders.get('') ?? [];
  for (const [name, nodes] of folders) if (name !== '') top.push(nodeOf(name, 'dir', { content: null, subtree: await store('tree', encodeTree(sorted(nodes))) }));
  const tree = await store('tree', encodeTree(sorted(top)));
  await writers.data.flush();
  await writers.tree.flush();
  const packs = [...writers.data.takeFinished(), ...writers.tree.takeFinished()];
  if (packs.length > 0) await repository.saveIndex(packs);
  return repository.saveSnapshot({ time: utcTime(clock.nowNs()), tree, paths: ['/made'], hostname: 'elsewhere', username: 'tester', ...more });
}

/** Path -> SHA-256 of the content, read back from the repository through all checks. */
export async function contentsOf(repository: Repository, snapshot: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const walk = async (tree: string, path: string): Promise<void> => {
    for (const node of await repository.loadTree(tree)) {
      if (node.subtree !== undefined) await walk(node.subtree, `${path}${node.name}/`);
      const hash = createHash('sha256');
      for (const id of node.content ?? []) hash.update(await repository.loadBlob('data', id));
      if (node.type === 'file') found.set(path + node.name, hash.digest('hex'));
    }
  };
  await walk((await repository.loadSnapshot(snapshot)).tree, '');
  return found;
}

export function contentsOfFiles(files: FileSet): Map<string, string> {
  return new Map([...files].map(([path, chunks]) => [path, createHash('sha256').update(Buffer.concat(chunks)).digest('hex')]));
}
