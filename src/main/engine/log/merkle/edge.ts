// The right edge of a growing tree: the roots of its complete subtrees, largest first. Enough to append and to know the root; at most 53 hashes.
import { emptyRoot, nodeHash } from './hash.ts';

export class RightEdge {
  #size = 0;
  readonly #peaks: Uint8Array[] = [];

  get size(): number {
    return this.#size;
  }

  /** An edge that stands at `size` already; `peaks` as `peaksAt` gives them. */
  static at(size: number, peaks: readonly Uint8Array[]): RightEdge {
    const edge = new RightEdge();
    edge.#size = size;
    edge.#peaks.push(...peaks);
    return edge;
  }

  append(leafHash: Uint8Array): void {
    let hash = leafHash;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(this.#peaks.pop() as Uint8Array, hash);
    this.#peaks.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (const peak of this.#peaks.toReversed()) root = root === undefined ? peak : nodeHash(peak, root);
    return root ?? emptyRoot;
  }
}

/** The complete subtrees that a tree of `size` leaves consists of, largest first: their level and number. */
export function peaksAt(size: number): { level: number; index: number }[] {
  const peaks: { level: number; index: number }[] = [];
  let from = 0;
  for (let level = Math.floor(Math.log2(Math.max(1, size))) + 1; level >= 0; level--) {
    const leaves = 2 ** level;
    if (size - from < leaves) continue;
    peaks.push({ level, index: from / leaves });
    from += leaves;
  }
  return peaks;
}
