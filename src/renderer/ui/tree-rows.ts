// The file tree as a flat list of rows: pure, so that a virtual list can show a million of them.
import type { TreeEntry } from '../../contract/snapshots.ts';

/** Entries a folder is read by. */
export const treePageSize = 1_000;

export interface Folder {
  /** Those that were read, by their number. */
  pages: ReadonlyMap<number, readonly TreeEntry[]>;
  total: number;
}

/** A page of a folder. */
export interface TreePlace {
  path: string;
  page: number;
}

export type TreeRow =
  | { kind: 'entry'; entry: TreeEntry; depth: number; open: boolean }
  /** The folder was not read yet; or this page of it, and the row stands for one of its entries. */
  | { kind: 'loading'; path: string; page: number; depth: number }
  | { kind: 'empty'; path: string; depth: number };

/** Of entries that were read, which are folders: found once for each page, since most of a million entries are none. */
export function foldersAmong(entries: readonly TreeEntry[]): readonly number[] {
  let places = foldersOf.get(entries);
  if (places === undefined) foldersOf.set(entries, (places = entries.flatMap(({ type }, place) => (type === 'dir' ? [place] : []))));
  return places;
}
const foldersOf = new WeakMap<readonly TreeEntry[], readonly number[]>();

/** Rows that follow on each other: entries of one page, none of them open but the last; or one row so many times. */
type Run = { from: number; count: number; depth: number; place: TreePlace } & ({ entries: readonly TreeEntry[]; first: number; lastOpen: boolean } | { row: TreeRow });

/** The rows as runs: a folder of a million entries costs one run for each of its pages. */
export class TreeRows implements Iterable<TreeRow> {
  readonly #runs: readonly Run[];
  readonly length: number;

  constructor(runs: readonly Run[], length: number) {
    this.#runs = runs;
    this.length = length;
  }

  /** undefined outside. */
  at(index: number): TreeRow | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const run = this.#runs[this.#runAt(index)] as Run;
    if ('row' in run) return run.row;
    const place = index - run.from;
    return { kind: 'entry', entry: run.entries[run.first + place] as TreeEntry, depth: run.depth, open: run.lastOpen && place === run.count - 1 };
  }

  /** Of the entry of that path; -1: it is on no page that was read. */
  indexOf(path: string): number {
    for (const run of this.#runs) {
      if ('row' in run) continue;
      for (let place = 0; place < run.count; place += 1) if (run.entries[run.first + place]?.path === path) return run.from + place;
    }
    return -1;
  }

  /** Of the folder that the entry at `index` lies in; undefined at the top. */
  parentOf(index: number): number | undefined {
    const own = this.#runAt(index);
    const depth = this.#runs[own]?.depth ?? 0;
    for (let at = own - 1; at >= 0; at -= 1) {
      const run = this.#runs[at] as Run;
      if (run.depth < depth) return run.from + run.count - 1;
    }
    return undefined;
  }

  /** Pages that rows of these are on, both ends included. */
  pagesIn(first: number, last: number): TreePlace[] {
    const places: TreePlace[] = [];
    for (let at = this.#runAt(first); at < this.#runs.length; at += 1) {
      const run = this.#runs[at] as Run;
      if (run.from > last) break;
      if (!places.some(({ path, page }) => path === run.place.path && page === run.place.page)) places.push(run.place);
    }
    return places;
  }

  #runAt(index: number): number {
    let [low, high] = [0, this.#runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#runs[middle] as Run).from <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  *[Symbol.iterator](): Iterator<TreeRow> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index) as TreeRow;
  }
}

export function flattenTree(root: string, folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>): TreeRows {
  const runs: Run[] = [];
  let length = 0;
  const put = (run: { count: number; depth: number; place: TreePlace } & ({ entries: readonly TreeEntry[]; first: number; lastOpen: boolean } | { row: TreeRow })): void => {
    if (run.count === 0) return;
    runs.push({ ...run, from: length });
    length += run.count;
  };
  const walk = (path: string, depth: number): void => {
    const folder = folders.get(path);
    if (!folder) return put({ row: { kind: 'loading', path, page: 0, depth }, count: 1, depth, place: { path, page: 0 } });
    if (folder.total === 0) put({ row: { kind: 'empty', path, depth }, count: 1, depth, place: { path, page: 0 } });
    for (let page = 0; page * treePageSize < folder.total; page += 1) {
      const entries = folder.pages.get(page);
      const place = { path, page };
      if (entries === undefined) {
        put({ row: { kind: 'loading', path, page, depth }, count: Math.min(treePageSize, folder.total - page * treePageSize), depth, place });
        continue;
      }
      let first = 0;
      for (const at of foldersAmong(entries)) {
        const entry = entries[at] as TreeEntry;
        if (!open.has(entry.path)) continue;
        put({ entries, first, lastOpen: true, count: at + 1 - first, depth, place });
        first = at + 1;
        walk(entry.path, depth + 1);
      }
      put({ entries, first, lastOpen: false, count: entries.length - first, depth, place });
    }
  };
  walk(root, 0);
  return new TreeRows(runs, length);
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
