// The right edge of merkle/edge.ts over hashes as texts of 32 characters below U+0100, which costs half of what a Buffer per hash does: a full run
// computes one node per entry. Hands out the root of every complete subtree of 256, 256^2, ... leaves on the way, which are the upper tiles.
import { hash as hashOnce } from 'node:crypto';

const leafScratch = Buffer.alloc(1 + 8192);
const nodeScratch = Buffer.alloc(65, 1);
const emptyRoot = hashOnce('sha256', new Uint8Array(0), 'binary');

/** Hash of a leaf whose text is ASCII, as header texts in their canonical form are; for others it is no leaf hash of anything. */
export function leafText(header: string): string {
  const room = header.length < leafScratch.length ? leafScratch : Buffer.alloc(1 + header.length);
  return hashOnce('sha256', room.subarray(0, 1 + room.write(header, 1, 'latin1')), 'binary');
}

export function nodeText(left: string, right: string): string {
  nodeScratch.write(left, 1, 32, 'latin1');
  nodeScratch.write(right, 33, 32, 'latin1');
  return hashOnce('sha256', nodeScratch, 'binary');
}

export const textOf = (hash: Uint8Array): string => Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

export class TextEdge {
  #size: number;
  readonly #peaks: string[];
  readonly #onTile: ((level: number, index: number, root: string) => void) | undefined;

  /** Begins at `size` leaves with the `peaks` of merkle/edge.ts. `onTile`: root of the complete tile `index` of `level - 1`. */
  constructor(start: { size: number; peaks: readonly string[] } = { size: 0, peaks: [] }, onTile?: (level: number, index: number, root: string) => void) {
    this.#size = start.size;
    this.#peaks = [...start.peaks];
    this.#onTile = onTile;
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: string): void {
    let hash = leaf;
    let height = 0;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeText(this.#peaks.pop() as string, hash);
      height += 1;
      if (height % 8 === 0) this.#onTile?.(height / 8, (this.#size + 1) / 2 ** height - 1, hash);
    }
    this.#peaks.push(hash);
    this.#size += 1;
  }

  root(): string {
    let root: string | undefined;
    for (let at = this.#peaks.length - 1; at >= 0; at--) root = root === undefined ? this.#peaks[at] : nodeText(this.#peaks[at] as string, root);
    return root ?? emptyRoot;
  }
}
