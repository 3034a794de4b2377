// Two folders change places, on real files and with every rename failing or the program stopping after any of them: the original is never lost, and after
// a stop everything is as it was before.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { Files } from '../../ports.ts';
import { temporaryFolder } from '../testing/workshop.ts';
import { settleSwap, swap, swapBack, type SwapPlaces } from './swap.ts';

let folder: ReturnType<typeof temporaryFolder>;
let places: SwapPlaces;
const files = createNodeFiles();
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'trial', 'home'), { recursive: true });
  places = { place: join(folder.path, 'thesis'), copy: join(folder.path, 'trial', 'home', 'thesis'), aside: join(folder.path, 'trial', 'former original') };
  fill(places.place, 'original');
  fill(places.copy, 'copy');
});
afterEach(() => folder.remove());

function fill(path: string, text: string): void {
  mkdirSync(path);
  writeFileSync(join(path, 'a'), text);
}
const what = (path: string): string | undefined => (existsSync(join(path, 'a')) ? readFileSync(join(path, 'a'), 'utf8') : undefined);
const state = (): (string | undefined)[] => [places.place, places.copy, places.aside].map(what);

class Stopped extends Error {}

/** Counts renames. At the chosen one it fails with EIO (`fails`), or everything stops before or after it. */
function faulty(at: number, how: 'fails' | 'stops before' | 'stops after'): Files {
  let count = 0;
  return {
    ...files,
    renameNew: (from, to) => {
      if (how !== 'fails' && count >= at) throw new Stopped();
      if (++count === at && how === 'fails') throw Object.assign(new Error('EIO'), { code: 'EIO' });
      if (count === at && how === 'stops before') throw new Stopped();
      files.renameNew(from, to);
      if (count === at && how === 'stops after') throw new Stopped();
    }
  };
}

describe('two folders', () => {
  it('change places, and back', () => {
    swap(files, places);
    expect(state()).toEqual(['copy', undefined, 'original']);
    swapBack(files, places);
    expect(state()).toEqual(['original', 'copy', undefined]);
    expect(readdirSync(join(folder.path, 'trial')).sort()).toEqual(['home']);
  });

  for (const [name, run, after] of [['changing', swap, ['original', 'copy', undefined]], ['changing back', swapBack, ['copy', undefined, 'original']]] as const) {
    for (const at of [1, 2]) {
      it(`stay as they were when rename ${at} of ${name} places fails`, () => {
        if (run === swapBack) swap(files, places);
        expect(() => run(faulty(at, 'fails'), places)).toThrow(expect.objectContaining({ code: 'NOT_WRITABLE' }));
        expect(state()).toEqual(after);
      });
      for (const how of ['stops before', 'stops after'] as const) {
        it(`are put back where they were first when the program ${how} rename ${at} of ${name} places`, () => {
          if (run === swapBack) swap(files, places);
          expect(() => run(faulty(at, how), places)).toThrow(Stopped);
          settleSwap(files, places);
          expect(state()).toEqual(['original', 'copy', undefined]);
        });
      }
    }
  }

  it('need no original', () => {
    rmSync(places.place, { recursive: true });
    swap(files, places);
    expect(state()).toEqual(['copy', undefined, undefined]);
    settleSwap(files, places);
    expect(state()).toEqual([undefined, 'copy', undefined]);
    swap(files, places);
    swapBack(files, places);
    expect(state()).toEqual([undefined, 'copy', undefined]);
  });

  it('never take the place of something that came there meanwhile', () => {
    mkdirSync(places.aside);
    expect(() => swap(files, places)).toThrow(expect.objectContaining({ code: 'NOT_WRITABLE', data: { path: places.place, reason: 'EEXIST' } }));
    expect(state()).toEqual(['original', 'copy', undefined]);
  });
});
