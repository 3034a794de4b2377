// Two folders change places by two renames. A stop between them leaves the place empty and both folders whole; `settleSwap` then brings the first state
// back. Renames do not leave a file system: where the folders lie on two, or one is the top of a file system, nothing happens and the error says so.
import { dirname } from 'node:path';
import { errnoOf, fail } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';

export interface SwapPlaces {
  /** Where the original stands. */
  place: string;
  /** Where the copy is, before. */
  copy: string;
  /** Where the original goes. */
  aside: string;
}

type SwapFiles = Pick<Files, 'lstat' | 'rename' | 'renameNew' | 'fsyncFolder'>;

export function swap(files: SwapFiles, { place, copy, aside }: SwapPlaces): void {
  moveNew(files, place, aside, true);
  try {
    moveNew(files, copy, place, false);
  } catch (error) {
    moveNew(files, aside, place, true);
    throw error;
  }
}

/** The way back: what stands there becomes the copy again. */
export function swapBack(files: SwapFiles, { place, copy, aside }: SwapPlaces): void {
  moveNew(files, place, copy, false);
  try {
    moveNew(files, aside, place, true);
  } catch (error) {
    moveNew(files, copy, place, false);
    throw error;
  }
}

/** After a stop in either: the original stands where it stood, whatever was done. */
export function settleSwap(files: SwapFiles, { place, copy, aside }: SwapPlaces): void {
  if (files.lstat(aside) === undefined) {
    // Nothing was moved; or the place was empty to begin with, and the copy stands there.
    if (files.lstat(copy) === undefined) moveNew(files, place, copy, true);
    return;
  }
  if (files.lstat(place) !== undefined) {
    // The copy stands there already, or still.
    if (files.lstat(copy) !== undefined) return;
    moveNew(files, place, copy, false);
  }
  moveNew(files, aside, place, true);
}

/** An original that is gone is nothing to be put aside. */
function moveNew(files: SwapFiles, from: string, to: string, mayBeMissing: boolean): void {
  try {
    if (mayBeMissing && files.lstat(from) === undefined) return;
    files.renameNew(from, to);
    for (const folder of new Set([dirname(from), dirname(to)])) files.fsyncFolder(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    fail('NOT_WRITABLE', `${from} cannot be moved to ${to}: ${errno}`, { path: from, reason: errno }, error);
  }
}
