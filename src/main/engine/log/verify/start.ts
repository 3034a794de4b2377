// From where only what is new has to be read: a checkpoint that an earlier run verified. What that run left behind is a hint and nothing more; here
// the checkpoint must be signed by the keys in force, and the stored tree must have its root at that size, before anything rests on it.
import { isVarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { createHasher } from '../hash.ts';
import { parseHeader } from '../header.ts';
import { peaksAt } from '../merkle/edge.ts';
import { leafHash, sameHash } from '../merkle/hash.ts';
import { checkConsistency, checkInclusion, consistencyPath, inclusionPath, rootAt } from '../merkle/proofs.ts';
import { createTreeStore } from '../tree/store.ts';
import type { Anchor } from './anchors.ts';
import { isVkey, readRotations, type KeyChain } from './keys.ts';
import { isSeal, judgeSeal, type Seal, type SealReader } from './seals.ts';
import { bytesOf, textOf } from './text-edge.ts';

export interface Start {
  /** The checkpoint that everything below rests on. */
  seal: Seal;
  /** Of the tree at its size, as texts. */
  peaks: readonly string[];
  /** Chain hash of the last entry below. */
  head: string;
}

/** Does the tree that the start rests on continue this checkpoint from outside? False also where the stored tree cannot show it. */
export function continuesFrom({ seal }: Start, anchor: Anchor, db: Database): boolean {
  const tree = createTreeStore(db);
  try {
    const root = tree.root(anchor.size);
    const proof = { oldSize: anchor.size, oldRoot: root, newSize: seal.size, newRoot: bytesOf(seal.root), path: consistencyPath(anchor.size, seal.size, tree.read) };
    return anchor.fits(textOf(root)) && checkConsistency(proof);
  } catch (error) {
    if (isVarveError(error) && error.code === 'LOG_DAMAGED') return false;
    throw error;
  }
}

/** undefined when that checkpoint cannot carry it: then everything is read, which also says why. */
export function startAt(size: number, { db, origin, keys, seals }: { db: Database; origin: string; keys: KeyChain; seals: SealReader }): Start | undefined {
  const tree = createTreeStore(db);
  try {
    const seal = signedAt(size);
    if (seal === undefined || !sameHash(tree.root(size), bytesOf(seal.root))) return undefined;
    // A key counts from the event on that names it; that event is in the tree, and the checkpoint over it has both signatures.
    for (const { seq } of readRotations(db, createHasher(), size)) {
      const both = signedAt(seq + 1);
      if (both === undefined || !sameHash(tree.root(seq + 1), bytesOf(both.root)) || !isIncluded(seq)) return undefined;
    }
    const head = chainedAt(size - 1);
    return head === undefined ? undefined : { seal, head, peaks: peaksAt(size).map(({ level, index }) => textOf(tree.read(level, index))) };
  } catch (error) {
    // The tree lacks what it should have: the full run names it.
    if (isVarveError(error) && error.code === 'LOG_DAMAGED') return undefined;
    throw error;
  }

  function signedAt(at: number): Seal | undefined {
    const row = seals.at(at);
    const judged = row && judgeSeal(row, origin, keys);
    return judged && isSeal(judged) && judged.signers.every(isVkey) ? judged : undefined;
  }

  /** Is the header that stands at `seq` the leaf that the tree of `size` has there? */
  function isIncluded(seq: number): string | undefined {
    const text = db.prepare('SELECT header FROM entries WHERE seq = ?').get<{ header: string }>(seq)?.header;
    if (text === undefined) return undefined;
    return checkInclusion({ index: seq, size, leafHash: leafHash(text), path: inclusionPath(seq, size, tree.read), root: rootAt(size, tree.read) }) ? text : undefined;
  }

  /** The chain hash after the entry at `seq`, which follows from its own header. */
  function chainedAt(seq: number): string | undefined {
    const text = isIncluded(seq);
    const header = text === undefined ? undefined : parseHeader(text);
    return text === undefined || header?.seq !== seq ? undefined : createHasher().chain(header.prev, text);
  }
}
