// A folder of a snapshot while its tree is not written yet.
import type { TreeNode } from '../../repository/index.ts';
import type { SideFiles } from './databases/notes.ts';
import type { RememberedFolder } from './folder-memory.ts';
import type { FolderRules } from './leave-out/leave-out.ts';

export interface OpenFolder {
  path: string;
  names: readonly string[];
  parent: OpenFolder | undefined;
  nodes: (TreeNode | undefined)[];
  /** Entries that are not known yet, and one more while it is being listed. */
  missing: number;
  before: ReadonlyMap<string, TreeNode> | undefined;
  /** Its tree in the parent, the number of nodes in there, and how many of them are taken over as they are. */
  beforeTree: string | undefined;
  beforeCount: number;
  taken: number;
  /** Names of databases that something lies beside, and of what does. */
  sides: ReadonlyMap<string, SideFiles> | undefined;
  /** What holds here of what the plan leaves out. */
  rules: FolderRules | undefined;
  /** Of what was seen here, while its tree will hold exactly that. */
  fingerprint: Buffer | undefined;
  /** Set when nothing happened in it since the parent, and the trees of its subfolders that are others now, by name. */
  remembered: RememberedFolder | undefined;
  changed: Map<string, string>;
  /** Called with its tree. */
  settled: (treeId: string) => void;
}

/** It misses one thing: being listed. `settled` is called with its tree. */
export function openFolder(parent: OpenFolder | undefined, path: string, names: readonly string[], settled: (treeId: string) => void): OpenFolder {
  return { path, names, parent, nodes: [], missing: 1, before: undefined, beforeTree: undefined, beforeCount: -1, taken: 0, sides: undefined, rules: undefined, fingerprint: undefined, remembered: undefined, changed: new Map(), settled };
}

/** What the next snapshot is to remember of a finished folder, its fingerprint aside. */
export function ownFiles(nodes: readonly TreeNode[]): Omit<RememberedFolder, 'fingerprint'> {
  let files = 0;
  let bytes = 0;
  const children: string[] = [];
  for (const node of nodes) {
    if (node.type === 'dir') children.push(node.subtree as string);
    else if (node.type === 'file') {
      files += 1;
      bytes += node.size ?? 0;
    }
  }
  return { files, bytes, children };
}
