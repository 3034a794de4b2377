import { expect, it } from 'vitest';
import type { Change, EntryFacts } from '../../../contract/compare.ts';
import { endingOf, halfOf, likeness, ranked } from './likeness.ts';

const file: EntryFacts = { type: 'file', sizeBytes: 1, modifiedAt: '2026-11-20T10:00:00Z', mode: '-rw-r--r--', owner: 'ana', linkTarget: null };
const gone = (path: string): Change => ({ path, label: path, kind: 'removed', folder: false, parts: [], suspect: false, before: file, after: null, other: null, inside: null });

it('puts first what a person would take for the same file', () => {
  const all = ['/work/zebra.png', '/work/old/results-final.csv', '/work/results_final2.csv', '/work/notes.md', '/archive/RESULTS-FINAL.csv', '/work/résults-final.txt'].map(gone);
  expect(ranked('/work/data/results-final.csv', all).map(({ path }) => path)).toEqual(['/work/old/results-final.csv', '/archive/RESULTS-FINAL.csv', '/work/results_final2.csv', '/work/résults-final.txt', '/work/notes.md', '/work/zebra.png']);
  expect([likeness('/a/b.txt', '/a/b.txt'), likeness('/x/y', '/p/q.md')]).toEqual([1, 0]);
});

it('asks only for files that are new or gone as a whole', () => {
  const change = gone('/a');
  expect([halfOf(change), halfOf({ ...change, kind: 'added', before: null, after: file }), halfOf({ ...change, kind: 'content', after: file }), halfOf({ ...change, kind: 'moved' }), halfOf({ ...change, before: { ...file, type: 'dir' } })]).toEqual(['removed', 'added', undefined, undefined, undefined]);
  expect(['/a/b.tar.gz', '/a/.hidden', '/a.b/c', '/a/x.', '/a/figure.PNG'].map(endingOf)).toEqual(['.gz', '', '', '', '.PNG']);
});
