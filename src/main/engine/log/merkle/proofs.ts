// Roots and proofs of RFC 6962 (2.1.1, 2.1.2), and their checks of RFC 9162 (2.1.3.2, 2.1.4.2). Pure. Sizes and indices are safe integers, divided
// and never shifted: JavaScript's bit operators cut to 32 bits. Whoever asks brings the hashes of complete subtrees.
import { emptyRoot, hashBytes, nodeHash, sameHash } from './hash.ts';

/** Hash of the complete subtree number `index` of 2^level leaves: MTH(D[index * 2^level : (index + 1) * 2^level]). Level 0 are the leaf hashes. */
export type ReadSubtree = (level: number, index: number) => Uint8Array;

/** Largest power of two strictly below n (n > 1), as exponent. */
function splitLevel(n: number): number {
  let level = 0;
  while (2 ** (level + 1) < n) level += 1;
  return level;
}

/** MTH(D[from : from + count]); `from` is a multiple of the smallest power of two that is not below `count`. */
function rangeRoot(from: number, count: number, read: ReadSubtree): Uint8Array {
  const level = count === 1 ? 0 : splitLevel(count) + 1;
  if (2 ** level === count) return read(level, from / count);
  const left = 2 ** (level - 1);
  return nodeHash(rangeRoot(from, left, read), rangeRoot(from + left, count - left, read));
}

/** Root of the tree of the first `size` leaves. */
export function rootAt(size: number, read: ReadSubtree): Uint8Array {
  checkSize(size);
  return size === 0 ? emptyRoot : rangeRoot(0, size, read);
}

/** Audit path of leaf `index` in the tree of `size` leaves: the leaf's sibling first. */
export function inclusionPath(index: number, size: number, read: ReadSubtree): Uint8Array[] {
  checkSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const walk = (from: number, count: number): Uint8Array[] => {
    if (count === 1) return [];
    const left = 2 ** splitLevel(count);
    return index < from + left ? [...walk(from, left), rangeRoot(from + left, count - left, read)] : [...walk(from + left, count - left), rangeRoot(from, left, read)];
  };
  return walk(0, size);
}

/** Proof that the tree of `oldSize` leaves is a prefix of that of `newSize`; empty for equal sizes and for `oldSize` 0. */
export function consistencyPath(oldSize: number, newSize: number, read: ReadSubtree): Uint8Array[] {
  checkSize(oldSize);
  checkSize(newSize);
  if (oldSize > newSize) throw new RangeError(`a tree of ${oldSize} is no prefix of one of ${newSize}`);
  if (oldSize === 0 || oldSize === newSize) return [];
  const walk = (from: number, count: number, old: number, whole: boolean): Uint8Array[] => {
    if (old === count) return whole ? [] : [rangeRoot(from, count, read)];
    const left = 2 ** splitLevel(count);
    return old <= left ? [...walk(from, left, old, whole), rangeRoot(from + left, count - left, read)] : [...walk(from + left, count - left, old - left, false), rangeRoot(from, left, read)];
  };
  return walk(0, newSize, oldSize, true);
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`a tree of ${size} leaves`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === hashBytes);
}

const half = (n: number): number => Math.floor(n / 2);
const odd = (n: number): boolean => n % 2 === 1;

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest > 1 && !odd(rest)) rest = half(rest);
  return rest === 1;
}

/** Is `leafHash` the leaf `index` of the tree with this size and root? */
export function checkInclusion({ index, size, leafHash, path, root }: { index: number; size: number; leafHash: Uint8Array; path: readonly Uint8Array[]; root: Uint8Array }): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([...path, leafHash, root])) return false;
  let fn = index;
  let sn = size - 1;
  let reached = leafHash;
  for (const hash of path) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      reached = nodeHash(hash, reached);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else reached = nodeHash(reached, hash);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && sameHash(reached, root);
}

/**
 * Is the tree of `oldSize` leaves a prefix of that of `newSize`? Any tree extends the empty one (empty proof, the empty root); protocols that
 * think otherwise ask before they call.
 */
export function checkConsistency({ oldSize, oldRoot, newSize, newRoot, path }: { oldSize: number; oldRoot: Uint8Array; newSize: number; newRoot: Uint8Array; path: readonly Uint8Array[] }): boolean {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize || !areHashes([...path, oldRoot, newRoot])) return false;
  if (oldSize === newSize) return path.length === 0 && sameHash(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0 && sameHash(oldRoot, emptyRoot);
  const hashes = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : [...path];
  const first = hashes.shift();
  if (first === undefined || path.length === 0) return false;
  let fn = oldSize - 1;
  let sn = newSize - 1;
  while (odd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  let oldReached = first;
  let newReached = first;
  for (const hash of hashes) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      oldReached = nodeHash(hash, oldReached);
      newReached = nodeHash(hash, newReached);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else newReached = nodeHash(newReached, hash);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && sameHash(oldReached, oldRoot) && sameHash(newReached, newRoot);
}
