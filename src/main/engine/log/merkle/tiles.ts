// Tiles of height 8 (C2SP tlog-tiles): tile n of level l holds the hashes of 256 complete subtrees of 256^l leaves each. Pure: geometry, paths, and
// hashes inside one tile.
import { hashBytes, hashPairs } from './hash.ts';

export const tileWidth = 256;
const tileHeight = 8;

/** Hashes that the last tile of a level holds in a tree of `size` leaves; 0 when it is full or not there. */
export function partialWidth(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level) % tileWidth;
}

/** How many hashes a level of tiles holds in a tree of `size` leaves. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

function numberPath(no: number): string {
  const groups: string[] = [];
  let rest = no;
  do {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    rest = Math.floor(rest / 1000);
  } while (rest > 0);
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

function widthPath(width: number): string {
  if (!Number.isInteger(width) || width < 1 || width > tileWidth) throw new RangeError(`a tile of width ${width}`);
  return width === tileWidth ? '' : `.p/${width}`;
}

/** `tile/<level>/<no>[.p/<width>]` */
export function tilePath(level: number, no: number, width = tileWidth): string {
  return `tile/${level}/${numberPath(no)}${widthPath(width)}`;
}

/** `tile/entries/<no>[.p/<width>]` */
export function entriesPath(no: number, width = tileWidth): string {
  return `tile/entries/${numberPath(no)}${widthPath(width)}`;
}

/** Where the hash of the complete subtree `index` of 2^level leaves is found: in which tile, and over which 2^height of its hashes. */
export function locateSubtree(level: number, index: number): { tileLevel: number; no: number; height: number; first: number } {
  const tileLevel = Math.floor(level / tileHeight);
  const height = level % tileHeight;
  const first = index * 2 ** height;
  return { tileLevel, no: Math.floor(first / tileWidth), height, first: first % tileWidth };
}

/** Root over 2^height hashes of a tile, beginning with number `first`. Throws RangeError when the tile does not hold them. */
export function rootWithin(hashes: Uint8Array, first: number, height: number): Uint8Array {
  const count = 2 ** height;
  if ((first + count) * hashBytes > hashes.length) throw new RangeError(`a tile of ${hashes.length / hashBytes} hashes has none at ${first + count - 1}`);
  const row = Buffer.from(hashes.subarray(first * hashBytes, (first + count) * hashBytes));
  for (let pairs = count / 2; pairs >= 1; pairs /= 2) hashPairs(row, pairs);
  return row.subarray(0, hashBytes);
}
