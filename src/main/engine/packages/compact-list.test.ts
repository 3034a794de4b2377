import { describe, expect, it } from 'vitest';
import { packedLists } from './packed-lists.ts';

const sha = (i: number): string => i.toString(16).padStart(64, '0');

describe('a list that takes little memory', () => {
  it('gives back what was put in, across the ends of its blocks, whatever the names', () => {
    const { files, folders, links } = packedLists();
    const rows = Array.from({ length: 40_000 }, (_, i) => ({ path: i % 97 === 0 ? `ação/${'x'.repeat(i % 3000)}/日${i}` : `files/run-${i % 50}/sample-${i}.csv`, size: i % 11 === 0 ? Number.MAX_SAFE_INTEGER - i : i, sha256: sha(i) }));
    for (const row of rows) {
      files.add(row);
      folders.add({ path: row.path });
      links.add({ path: row.path, target: `../${row.path}`, type: row.size % 2 === 0 ? 'symlink' : 'hardlink' });
    }
    expect([...files]).toEqual(rows);
    expect([...folders]).toEqual(rows.map(({ path }) => ({ path })));
    expect([...links].map(({ target }) => target)).toEqual(rows.map(({ path }) => `../${path}`));
    expect([...links].filter(({ type }) => type === 'symlink')).toHaveLength(rows.filter(({ size }) => size % 2 === 0).length);
    expect(files.length).toBe(rows.length);
  });

  it('is read on where it has grown meanwhile', () => {
    const { folders } = packedLists();
    const cursor = folders.cursor();
    expect(cursor.next()).toBeUndefined();
    folders.add({ path: 'a/b' });
    expect([cursor.next(), cursor.next()]).toEqual([{ path: 'a/b' }, undefined]);
    folders.add({ path: 'a/c' });
    expect(cursor.next()).toEqual({ path: 'a/c' });
  });
});
