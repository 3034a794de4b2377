// The checkpoints against the stored list of hashes, in one walk over both: each must be signed by the keys in force and have the list's root at its
// size. Checkpoints brought from outside are compared on the way. The list is authentic up to the last one that holds.
import type { Anchor } from './anchors.ts';
import type { KeyChain } from './keys.ts';
import type { HashList, UpperFault } from './list.ts';
import { isSeal, judgeSeal, type Seal, type SealFault, type SealReader } from './seals.ts';
import type { Start } from './start.ts';

export interface SealWalk {
  /** The newest one that holds in every way; the list is authentic below its size. */
  good: Seal | undefined;
  /** The first one that is no seal of this record; `after`: size of the good one before it. */
  fault: (SealFault & { after: number }) | undefined;
  /** The first one that is signed as it should be, but over another tree than the list's, or over more than the list has. */
  misfit: Seal | undefined;
  /** An upper level of the tree that is not the one over the list. */
  upper: UpperFault | undefined;
  /** Those brought from outside that the list does not continue. */
  forked: ReadonlySet<Anchor>;
}

export interface SealWalkDeps {
  list: HashList;
  seals: SealReader;
  /** undefined: there is no checkpoint that could be one of this record. */
  keys: KeyChain | undefined;
  origin: string;
  /** Those that are larger than the start. */
  anchors: readonly Anchor[];
  start: Start | undefined;
  pause: (done: number) => Promise<void>;
}

export async function walkSeals({ list, seals, keys, origin, anchors, start, pause }: SealWalkDeps): Promise<SealWalk> {
  const walk = list.walk(start && { size: start.seal.size, peaks: start.peaks });
  const forked = new Set<Anchor>();
  const waiting = anchors.filter(({ size }) => size <= list.size).toSorted((a, b) => a.size - b.size);
  let good = start?.seal;
  let fault: SealWalk['fault'];
  let misfit: Seal | undefined;

  const compareAnchors = async (upTo: number): Promise<void> => {
    for (let next = waiting[0]; next !== undefined && next.size <= upTo; next = waiting[0]) {
      waiting.shift();
      const root = await walk.rootAt(next.size, pause);
      if (root === undefined || !next.fits(root)) forked.add(next);
    }
  };

  if (keys !== undefined) {
    for (const row of seals.rows(start?.seal.size)) {
      await compareAnchors(row.size);
      const judged = judgeSeal(row, origin, keys);
      if (!isSeal(judged)) fault ??= { ...judged, after: good?.size ?? 0 };
      else if ((await walk.rootAt(judged.size, pause)) === judged.root) good = judged;
      else {
        misfit = judged;
        break;
      }
    }
  }
  await compareAnchors(list.size);
  await walk.rootAt(list.size, pause);
  return { good, fault, misfit, forked, upper: walk.upperFault ?? list.wrongWidth() };
}
