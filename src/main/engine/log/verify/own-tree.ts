// The tree over the entries themselves, for a record whose stored list of hashes is not the one that was signed: were the entries changed, or only
// the list? Grows with the rows as they are read, and compares with every checkpoint on the way.
import type { HashList } from './list.ts';
import { isSeal, judgeSeal, type Seal, type SealReader } from './seals.ts';
import type { KeyChain } from './keys.ts';
import { TextEdge } from './text-edge.ts';

export class OwnTree {
  /** The newest checkpoint that the entries read so far have the root of. */
  good: Seal | undefined;
  /** The first checkpoint that they do not have the root of, or end before. */
  misfit: Seal | undefined;
  /** The first entry that the stored list has another hash for, or none. */
  listDiffers: number | undefined;
  readonly #list: HashList;
  readonly #edge = new TextEdge();
  readonly #seals: Iterator<Seal>;

  constructor(list: HashList, seals: SealReader, keys: KeyChain, origin: string) {
    this.#list = list;
    this.#seals = soundSeals(seals, keys, origin);
    this.misfit = this.#next();
  }

  /** Takes the leaf hash of the entry at `seq`. False when a checkpoint ends with it that says otherwise. */
  take(seq: number, leaf: string): boolean {
    this.#edge.append(leaf);
    if (this.listDiffers === undefined && this.#list.leaf(seq) !== leaf) this.listDiffers = seq;
    if (this.misfit?.size !== this.#edge.size) return true;
    if (this.misfit.root !== this.#edge.root()) return false;
    this.good = this.misfit;
    this.misfit = this.#next();
    return true;
  }

  #next(): Seal | undefined {
    const next = this.#seals.next();
    return next.done === true ? undefined : next.value;
  }
}

function* soundSeals(seals: SealReader, keys: KeyChain, origin: string): Generator<Seal, void, void> {
  for (const row of seals.rows()) {
    const judged = judgeSeal(row, origin, keys);
    if (isSeal(judged) && judged.size > 0) yield judged;
  }
}
