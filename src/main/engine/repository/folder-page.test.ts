import { describe, expect, it } from 'vitest';
import { utcTime } from './format/time.ts';
import type { TreeNode } from './format/tree.ts';
import { folderPage, sortForPeople } from './folder-page.ts';

const time = utcTime(0n);
const node = (name: string, type: TreeNode['type'] = 'file'): TreeNode => ({ name, type, mode: 0o644, mtime: time, atime: time, ctime: time, uid: 0, gid: 0 });
const names = (nodes: readonly TreeNode[]): string => nodes.map(({ name }) => name).join(' ');

describe('a page of a folder', () => {
  const sorted = sortForPeople([node('a'), node('b', 'dir'), node('c'), node('d', 'dir'), node('e')]);

  it('begins with the folders, each kind by name', () => expect(names(sorted)).toBe('b d a c e'));

  it('is what was asked for by place, and no more', () => {
    const page = folderPage(sorted, { limit: 2, from: { offset: 2 } });
    expect([names(page.nodes), page.offset, page.total]).toEqual(['a c', 2, 5]);
    expect(folderPage(sorted, { limit: 2, from: { offset: 9 } })).toMatchObject({ nodes: [], total: 5 });
  });

  it('is the one that holds a name; the first where nothing has it', () => {
    expect(folderPage(sorted, { limit: 2, from: { around: 'c' } })).toMatchObject({ offset: 2, nodes: [{ name: 'a' }, { name: 'c' }] });
    expect(folderPage(sorted, { limit: 2, from: { around: 'nothing' } }).offset).toBe(0);
  });

  it('counts nothing that is left out', () => {
    const page = folderPage(sorted, { limit: 10, from: { offset: 0 }, without: 'd' });
    expect([names(page.nodes), page.total]).toEqual(['b a c e', 4]);
  });
});
