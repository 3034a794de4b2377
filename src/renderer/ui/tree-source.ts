// The folders of a snapshot as a screen reads them: pages are fetched where the eye is, the ones left behind are forgotten, so a folder of a million
// entries, or a million in thousands of open folders, take no more memory than some screenfuls.
import type { VarveClient } from '../../contract/index.ts';
import type { TreeEntry } from '../../contract/snapshots.ts';
import { createCell, type Cell } from '../api/cell.ts';
import { foldersAbove, foldersAmong, treePageSize, type Folder, type TreePlace } from './tree-rows.ts';

/** Pages that are held beside those in sight and those that an open folder lies in. */
export const keptPages = 24;
const settleMs = 40;

export interface TreeState {
  folders: ReadonlyMap<string, Folder>;
  open: ReadonlySet<string>;
  /** Why a page did not come; nothing is asked again until `start`. */
  error: unknown;
}

export interface TreeSource {
  state: Cell<TreeState>;
  /** Begins, also after a failure, with nothing read. */
  start(): void;
  /** Nobody looks any more. */
  stop(): void;
  /** These pages are in sight; what is missing is fetched when the eye has rested for a moment. */
  see(pages: readonly TreePlace[]): void;
  setOpen(path: string, open: boolean): void;
}

export type TreeClient = Pick<VarveClient['snapshots'], 'tree'>;

const keyOf = ({ path, page }: TreePlace): string => `${page} ${path}`;
const nothing: TreeState = { folders: new Map(), open: new Set(), error: undefined };

/** `reveal`: a path whose folders are opened at the start. Else lone folders at the top (`/home/ana/…`) open by themselves. */
export function createTreeSource(client: TreeClient, snapshotId: () => string, reveal: string | undefined): TreeSource {
  const state = createCell<TreeState>(nothing);
  /** Used last, last. */
  const held = new Map<string, TreePlace>();
  const asked = new Map<string, AbortController>();
  let sight: readonly TreePlace[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let life = new AbortController();
  let starting = true;

  const setOpen = (path: string, open: boolean): void =>
    state.update((before) => {
      const next = new Set(before.open);
      if (open) next.add(path);
      else next.delete(path);
      return { ...before, open: next };
    });

  function keep(path: string, page: number, entries: readonly TreeEntry[], total: number): void {
    const { open } = state.get();
    const folders = new Map(state.get().folders);
    folders.set(path, { pages: new Map(folders.get(path)?.pages).set(page, entries), total });
    held.delete(keyOf({ path, page }));
    held.set(keyOf({ path, page }), { path, page });
    for (const { path: folder, page: number } of sight) {
      const key = keyOf({ path: folder, page: number });
      if (held.delete(key)) held.set(key, { path: folder, page: number });
    }
    const inSight = new Set(sight.map(keyOf));
    let free = 0;
    for (const [key, place] of [...held].toReversed()) {
      const pages = folders.get(place.path)?.pages;
      const read = pages?.get(place.page) ?? [];
      if (inSight.has(key) || foldersAmong(read).some((at) => open.has(read[at]?.path ?? ''))) continue;
      if (++free <= keptPages) continue;
      held.delete(key);
      const left = new Map(pages);
      left.delete(place.page);
      folders.set(place.path, { pages: left, total: folders.get(place.path)?.total ?? 0 });
    }
    state.update((before) => ({ ...before, folders }));
  }

  /** undefined when nobody waits for it any more. */
  async function read(path: string, which: { page: number } | { around: string }, signal: AbortSignal): Promise<{ entries: readonly TreeEntry[]; total: number } | undefined> {
    try {
      const answer = await client.tree({ snapshot: snapshotId(), path, limit: treePageSize, ...('page' in which ? { offset: which.page * treePageSize } : { around: which.around }) }, { signal });
      if (signal.aborted) return undefined;
      keep(path, answer.offset / treePageSize, answer.entries, answer.total);
      return answer;
    } catch (error) {
      if (!signal.aborted) state.update((before) => ({ ...before, error }));
      return undefined;
    }
  }

  async function begin(signal: AbortSignal): Promise<void> {
    if (reveal !== undefined && reveal !== '/') {
      const names = reveal.split('/').filter((name) => name !== '');
      for (const [depth, path] of foldersAbove(reveal).entries()) {
        if ((await read(path, { around: names[depth] ?? '' }, signal)) === undefined) return;
        if (depth > 0) setOpen(path, true);
      }
      return;
    }
    for (let next: string | undefined = '/'; next !== undefined; ) {
      const page: Awaited<ReturnType<typeof read>> = await read(next, { page: 0 }, signal);
      const only = page?.total === 1 ? page.entries[0] : undefined;
      next = only?.type === 'dir' ? only.path : undefined;
      if (next !== undefined) setOpen(next, true);
    }
  }

  async function fetchPage(place: TreePlace): Promise<void> {
    const key = keyOf(place);
    const stop = new AbortController();
    asked.set(key, stop);
    await read(place.path, { page: place.page }, AbortSignal.any([stop.signal, life.signal]));
    asked.delete(key);
    // Passed by, and in sight again before that had ended.
    if (stop.signal.aborted) plan();
  }

  function ask(): void {
    timer = undefined;
    const { folders, error } = state.get();
    if (life.signal.aborted || starting || error !== undefined) return;
    const wanted = new Set(sight.map(keyOf));
    for (const [key, stop] of asked) if (!wanted.has(key)) stop.abort();
    for (const place of sight) if (!asked.has(keyOf(place)) && folders.get(place.path)?.pages.has(place.page) !== true) void fetchPage(place);
  }

  function plan(): void {
    timer ??= setTimeout(ask, settleMs);
  }

  const stop = (): void => {
    life.abort();
    clearTimeout(timer);
    timer = undefined;
    held.clear();
    asked.clear();
  };
  return {
    state,
    stop,
    setOpen,
    start() {
      stop();
      const own = new AbortController();
      life = own;
      starting = true;
      state.set({ ...nothing });
      void begin(own.signal).then(() => {
        if (life !== own) return;
        starting = false;
        plan();
      });
    },
    see(pages) {
      sight = pages;
      plan();
    }
  };
}
