import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TreeEntry } from '../../contract/snapshots.ts';
import { flattenTree, type TreeRows } from './tree-rows.ts';
import { createTreeSource, keptPages, type TreeClient, type TreeSource } from './tree-source.ts';

const entry = (path: string, type: TreeEntry['type']): TreeEntry => ({ name: path.slice(path.lastIndexOf('/') + 1), label: path, path, type, sizeBytes: 1, modifiedAt: '2026-01-01T00:00:00Z', mode: '-rw-r--r--', user: '', group: '', linkTarget: null });

interface Asked {
  path: string;
  offset: number;
  aborted: boolean;
}

/** `sizes`: how many files each folder holds; a folder below another one is its first entry. Answers take `tookMs`. */
function fakeClient(sizes: Record<string, number>, tookMs = 5): { client: TreeClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const tree = async (input: { path?: string; offset?: number; limit?: number; around?: string }, options?: { signal?: AbortSignal }): Promise<unknown> => {
    const { path = '/', limit = 0 } = input;
    const below = Object.keys(sizes).filter((other) => other !== '/' && (other.slice(0, other.lastIndexOf('/')) || '/') === path);
    const total = below.length + (sizes[path] ?? 0);
    const number = input.around === undefined ? -1 : Number(/\d+$/.exec(input.around)?.[0] ?? 0);
    const offset = number < 0 ? (input.offset ?? 0) : Math.floor(number / limit) * limit;
    const call: Asked = { path, offset, aborted: false };
    asked.push(call);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, tookMs);
      options?.signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        call.aborted = true;
        reject(new Error('aborted'));
      });
    });
    const entries = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, k) => {
      const i = offset + k;
      const folder = below[i];
      return folder === undefined ? entry(`${path === '/' ? '' : path}/f${i}`, 'file') : entry(folder, 'dir');
    });
    return { path, entries, offset, total };
  };
  return { client: { tree } as unknown as TreeClient, asked };
}

const rowsOf = (source: TreeSource): TreeRows => flattenTree('/', source.state.get().folders, source.state.get().open);
const pagesHeld = (source: TreeSource): number => [...source.state.get().folders.values()].reduce((sum, { pages }) => sum + pages.size, 0);
/** A screenful from this row on is looked at until nothing is missing. */
async function lookAt(source: TreeSource, first: number): Promise<void> {
  source.see(rowsOf(source).pagesIn(first, first + 40));
  await vi.advanceTimersByTimeAsync(200);
}
const shown = (source: TreeSource, first: number): string[] => Array.from({ length: 41 }, (_, k) => rowsOf(source).at(first + k)).flatMap((row) => (row?.kind === 'entry' ? [row.entry.path] : []));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a folder of 200,000 entries', () => {
  it('is read page by page where somebody looks, wherever that is, and is never held as a whole', async () => {
    const { client, asked } = fakeClient({ '/': 200_000 });
    const source = createTreeSource(client, () => 's', undefined);
    source.start();
    await vi.advanceTimersByTimeAsync(200);
    expect([rowsOf(source).length, asked.length, pagesHeld(source)]).toEqual([200_000, 1, 1]);
    let most = 0;
    for (let row = 0; row < 200_000 - 41; row += 997) {
      await lookAt(source, row);
      expect(shown(source, row)).toEqual(Array.from({ length: 41 }, (_, k) => `/f${row + k}`));
      most = Math.max(most, pagesHeld(source));
    }
    expect(most).toBeLessThanOrEqual(keptPages + 2);
    expect(asked.length).toBe(200); // each page once, since nobody went back
    await lookAt(source, 0);
    expect(shown(source, 0)[0]).toBe('/f0');
    source.stop();
  });

  it('asks for nothing that was only passed by', async () => {
    const { client, asked } = fakeClient({ '/': 200_000 }, 500);
    const source = createTreeSource(client, () => 's', undefined);
    source.start();
    await vi.advanceTimersByTimeAsync(600);
    for (let row = 0; row < 150_000; row += 1_500) {
      source.see(rowsOf(source).pagesIn(row, row + 40));
      await vi.advanceTimersByTimeAsync(16);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    const answered = asked.filter(({ aborted }) => !aborted);
    expect(answered.length).toBeLessThanOrEqual(3);
    expect(answered.at(-1)?.offset).toBe(148_000);
    expect(shown(source, 148_500)).toHaveLength(41);
    source.stop();
  });

  it('is opened where a path among its entries is', async () => {
    const { client, asked } = fakeClient({ '/': 0, '/a': 200_000 });
    const source = createTreeSource(client, () => 's', '/a/f123456');
    source.start();
    await vi.advanceTimersByTimeAsync(200);
    expect(rowsOf(source).indexOf('/a/f123456')).toBe(123_457);
    expect(asked.map(({ path, offset }) => `${path} ${offset}`)).toEqual(['/ 0', '/a 123000']);
    source.stop();
  });
});

describe('a tree of many open folders', () => {
  it('keeps those open that lie on pages nobody sees, and reads their files again when somebody does', async () => {
    const sizes = Object.fromEntries([['/', 0], ...Array.from({ length: 300 }, (_, i): [string, number] => [`/d${i}`, 500])]);
    const { client } = fakeClient(sizes);
    const source = createTreeSource(client, () => 's', undefined);
    source.start();
    await vi.advanceTimersByTimeAsync(200);
    for (let i = 299; i >= 0; i--) {
      source.setOpen(`/d${i}`, true);
      await lookAt(source, i);
    }
    expect(rowsOf(source).length).toBe(300 + 300 * 500);
    expect(pagesHeld(source)).toBeLessThanOrEqual(keptPages + 3);
    await lookAt(source, 200 * 501);
    expect(shown(source, 200 * 501)[0]).toBe('/d200');
    expect(shown(source, 200 * 501)[40]).toBe('/d200/f39');
    source.setOpen('/d200', false);
    expect(rowsOf(source).length).toBe(300 + 299 * 500);
    source.stop();
  });

  it('knows the folder that an entry lies in, however far above', async () => {
    const { client } = fakeClient({ '/': 10, '/a': 60_000 });
    const source = createTreeSource(client, () => 's', undefined);
    source.start();
    source.setOpen('/a', true);
    await vi.advanceTimersByTimeAsync(200);
    await lookAt(source, 0);
    const rows = rowsOf(source);
    expect([rows.parentOf(50_000), rows.parentOf(0), rows.parentOf(rows.length - 1)]).toEqual([0, undefined, undefined]);
    source.stop();
  });
});

describe('when a page does not come', () => {
  it('says why, asks nothing more, and begins again when it is asked to', async () => {
    const { client } = fakeClient({ '/': 5_000 });
    let broken = true;
    const source = createTreeSource({ tree: (input: never, options: never) => (broken ? Promise.reject(new Error('gone')) : client.tree(input, options)) } as unknown as TreeClient, () => 's', undefined);
    source.start();
    await vi.advanceTimersByTimeAsync(200);
    expect(source.state.get().error).toMatchObject({ message: 'gone' });
    broken = false;
    source.start();
    await vi.advanceTimersByTimeAsync(200);
    expect([source.state.get().error, rowsOf(source).length]).toEqual([undefined, 5_000]);
    source.stop();
  });
});
