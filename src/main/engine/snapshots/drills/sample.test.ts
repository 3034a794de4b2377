// Which files a drill takes: as many as the share says, by chance, the same for the same seed, with the folders that lead to them.
import { describe, expect, it } from 'vitest';
import { Refusals } from '../restore/refusals.ts';
import type { Item, Selection } from '../restore/select.ts';
import { takeSample } from './sample.ts';

function selectionOf(folders: number, filesEach: number): Selection {
  const node = (type: 'dir' | 'file'): Item['node'] => ({ type, mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, atimeNs: 0n, content: [] }) as unknown as Item['node'];
  const items: Item[] = [];
  const top: Item = { path: 'home', node: node('dir'), folder: undefined, own: true };
  items.push(top);
  for (let d = 0; d < folders; d++) {
    const folder: Item = { path: `home/d${d}`, node: node('dir'), folder: top, own: true };
    items.push(folder);
    for (let f = 0; f < filesEach; f++) items.push({ path: `home/d${d}/f${f}`, node: node('file'), folder, own: true });
  }
  return { items, refused: new Refusals(), spared: new Map(), partial: new Set() };
}

const filesOf = ({ items }: Selection): string[] => items.filter(({ node }) => node.type === 'file').map(({ path }) => path);

describe('the share of a drill', () => {
  it('is as large as asked for, never none, and all of them where that is wanted', () => {
    for (const [share, wanted] of [[0.05, 10], [0.5, 100], [0.000_1, 1], [1, 200]] as const) {
      const selection = selectionOf(20, 10);
      expect(takeSample(selection, { share, seed: 's' })).toBe(200);
      expect(filesOf(selection)).toHaveLength(wanted);
    }
    const none = selectionOf(3, 0);
    expect(takeSample(none, { share: 0.5, seed: 's' })).toBe(0);
    expect(filesOf(none)).toEqual([]);
  });

  it('is the same for the same seed, and another for another', () => {
    const chosen = (seed: string): string[] => {
      const selection = selectionOf(20, 10);
      takeSample(selection, { share: 0.2, seed });
      return filesOf(selection);
    };
    expect(chosen('a')).toEqual(chosen('a'));
    expect(chosen('a')).not.toEqual(chosen('b'));
  });

  it('keeps each folder before what is in it, and no folder that leads to nothing', () => {
    const selection = selectionOf(50, 4);
    takeSample(selection, { share: 0.05, seed: 'x' });
    const seen = new Set<Item>();
    for (const item of selection.items) {
      if (item.folder !== undefined) expect(seen.has(item.folder)).toBe(true);
      seen.add(item);
    }
    for (const item of selection.items) if (item.node.type === 'dir') expect(selection.items.some(({ folder }) => folder === item)).toBe(true);
  });
});
