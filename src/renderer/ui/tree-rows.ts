// The file tree as a flat list of rows: pure, so that a virtual list can show a million of them.
import type { TreeEntry } from '../../contract/snapshots.ts';

export interface Folder {
  entries: readonly TreeEntry[];
  total: number;
}

export type TreeRow =
  | { kind: 'entry'; entry: TreeEntry; depth: number; open: boolean }
  | { kind: 'loading'; path: string; depth: number }
  | { kind: 'empty'; path: string; depth: number }
  | { kind: 'more'; path: string; depth: number; left: number };

export function flattenTree(root: string, folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (path: string, depth: number): void => {
    const folder = folders.get(path);
    if (!folder) {
      rows.push({ kind: 'loading', path, depth });
      return;
    }
    if (folder.total === 0) rows.push({ kind: 'empty', path, depth });
    for (const entry of folder.entries) {
      const isOpen = entry.type === 'dir' && open.has(entry.path);
      rows.push({ kind: 'entry', entry, depth, open: isOpen });
      if (isOpen) walk(entry.path, depth + 1);
    }
    const left = folder.total - folder.entries.length;
    if (left > 0) rows.push({ kind: 'more', path, depth, left });
  };
  walk(root, 0);
  return rows;
}

function isBelow(path: string, folder: string): boolean {
  return folder === '/' ? path !== '/' : path.startsWith(`${folder}/`);
}

export type Chosen = 'yes' | 'within' | 'no';

/** A folder means all below it; `within` when only something below is chosen. */
export function chosenState(path: string, chosen: readonly string[]): Chosen {
  if (chosen.some((item) => item === path || isBelow(path, item))) return 'yes';
  return chosen.some((item) => isBelow(item, path)) ? 'within' : 'no';
}

/** Chooses or lets go of one path. Choosing a folder swallows what was chosen below it; inside a chosen folder nothing can be let go. */
export function toggleChosen(path: string, chosen: readonly string[]): string[] {
  if (chosen.includes(path)) return chosen.filter((item) => item !== path);
  if (chosen.some((item) => isBelow(path, item))) return [...chosen];
  return [...chosen.filter((item) => !isBelow(item, path)), path];
}
