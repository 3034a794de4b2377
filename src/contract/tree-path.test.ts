import { expect, it } from 'vitest';
import { placeOf, treePathOf } from './tree-path.ts';

it('a path is written as snapshots have it, and found again by the folders of its snapshot', () => {
  expect(['/home/ana', 'C:\\Users\\Ana', 'C:\\', '\\\\nas\\share\\x'].map(treePathOf)).toEqual(['/home/ana', '/C/Users/Ana', '/C/', '/nas/share/x']);
  expect(placeOf('/home/ana/thesis/a', ['/home/ana/notes', '/home/ana/thesis'])).toBe('/home/ana/thesis/a');
  expect(placeOf('/home/ana/thesis', ['/home/ana/thesis'])).toBe('/home/ana/thesis');
  expect(placeOf('/C/Users/Ana/thesis/a', ['C:\\Users\\Ana'])).toBe('C:\\Users\\Ana\\thesis\\a');
  expect(placeOf('/C/x', ['C:\\'])).toBe('C:\\x');
  expect(placeOf('/home/anabel', ['/home/ana'])).toBeUndefined();
});
