// The file tree as a flat list of rows: pure, so that a virtual list can show a million of them.
import type { TreeEntry } from '../../contract/snapshots.ts';

/** Entries a folder is read by. */
export const treePageSize = 1_000;

export interface Folder {
  /** Those that were read, by their number. */
  pages: ReadonlyMap<number, readonly TreeEntry[]>;
  total: number;
}

export type TreeRow =
  | { kind: 'entry'; entry: TreeEntry; depth: number; open: boolean }
  /** The folder was not read yet; or this page of it, and the row stands for one of its entries. */
  | { kind: 'loading'; path: string; page: number; depth: number }
  | { kind: 'empty'; path: string; depth: number };

export function flattenTree(root: string, folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (path: string, depth: number): void => {
    const folder = folders.get(path);
    if (!folder) {
      rows.push({ kind: 'loading', path, page: 0, depth });
      return;
    }
    if (folder.total === 0) rows.push({ kind: 'empty', path, depth });
    for (let page = 0; page * treePageSize < folder.total; page += 1) {
      const entries = folder.pages.get(page);
      if (entries === undefined) {
        const unread: TreeRow = { kind: 'loading', path, page, depth };
        for (let left = Math.min(treePageSize, folder.total - page * treePageSize); left > 0; left -= 1) rows.push(unread);
        continue;
      }
      for (const entry of entries) {
        const isOpen = entry.type === 'dir' && open.has(entry.path);
        rows.push({ kind: 'entry', entry, depth, open: isOpen });
        if (isOpen) walk(entry.path, depth + 1);
      }
    }
  };
  walk(root, 0);
  return rows;
}

/** The folders above a path, from the top: `/a/b/c` lies in `/`, `/a` and `/a/b`. */
export function foldersAbove(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_, depth) => `/${names.slice(0, depth).join('/')}`);
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
