// A prune that is decided: the survey, the decisions, and what follows from them for single blobs.
import type { BitSet } from '../bit-set.ts';
import type { BlobIndex } from '../blob-index.ts';
import type { Decision } from './plan.ts';
import { entryBytes, type IndexFileFacts } from './survey.ts';

export interface DecidedPrune {
  index: BlobIndex;
  files: readonly IndexFileFacts[];
  unindexed: readonly { id: string; bytes: number }[];
  /** By pack number, -1 for one that is not there. */
  sizes: Float64Array;
  decisions: readonly Decision[];
  used: BitSet;
  /** By the first entry of a needed blob: the copy that counts. */
  chosen: Uint32Array;
}

export function stays(prune: DecidedPrune, pack: number): boolean {
  return prune.decisions[pack]?.do === 'keep';
}

/** Entries of a pack that must be written again before it goes, in the order of their place: those that count, also where an unproven copy lies elsewhere. */
export function entriesToCopy(prune: DecidedPrune, pack: number): number[] {
  const { index, used, chosen } = prune;
  const { first, count } = index.entriesOf(pack);
  const entries: number[] = [];
  for (let entry = first; entry < first + count; entry++) {
    const copyOf = index.firstCopy(entry);
    if (used.has(copyOf) && chosen[copyOf] === entry) entries.push(entry);
  }
  return entries.sort((a, b) => index.blobAt(a).offset - index.blobAt(b).offset);
}

/** Bytes that will be written again at most. */
export function bytesToCopy(prune: DecidedPrune): number {
  let bytes = 0;
  for (const [pack, decision] of prune.decisions.entries()) {
    if (decision.do === 'repack') for (const entry of entriesToCopy(prune, pack)) bytes += entryBytes(prune.index, entry);
  }
  return bytes;
}

/** Index files that must be written anew: they name packs that go, repeat what others say, or are many small ones. */
export function filesToReplace(prune: DecidedPrune, fullBlobs: number): Set<string> {
  const replaced = new Set(prune.files.filter((file) => file.superfluous || file.packs.some((pack) => !stays(prune, pack))).map((file) => file.id));
  const small = prune.files.filter((file) => !replaced.has(file.id) && file.blobs < fullBlobs / 2);
  if (small.length >= 10) for (const file of small) replaced.add(file.id);
  return replaced;
}
