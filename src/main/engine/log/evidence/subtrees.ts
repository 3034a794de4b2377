// Hashes of complete subtrees out of tiles, for many proofs in a row: a tile is hashed up once and kept with its inner nodes, so that proofs of
// neighbouring entries cost a few look-ups each.
import { VarveError } from '../../kit/errors.ts';
import { hashBytes, nodeHash } from '../merkle/hash.ts';
import type { ReadSubtree } from '../merkle/proofs.ts';
import { locateSubtree } from '../merkle/tiles.ts';

/** 16 KiB each. */
const keptTiles = 128;

/** Row h holds the roots over 2^h neighbouring hashes. */
type Rows = readonly (readonly Uint8Array[])[];

/** `tile`: the hashes of a tile, or undefined when it is not there. Throws LOG_DAMAGED for a hash that the tree lacks. */
export function createSubtreeReader(tile: (level: number, no: number) => Uint8Array | undefined): ReadSubtree {
  const kept = new Map<string, Rows>();

  function rowsOf(level: number, no: number): Rows {
    const name = `${level}/${no}`;
    const known = kept.get(name);
    if (known !== undefined) {
      kept.delete(name);
      kept.set(name, known);
      return known;
    }
    const rows = hashUp(tile(level, no) ?? new Uint8Array(0));
    kept.set(name, rows);
    const oldest = kept.keys().next().value;
    if (kept.size > keptTiles && oldest !== undefined) kept.delete(oldest);
    return rows;
  }

  return (level, index) => {
    const { tileLevel, no, height, first } = locateSubtree(level, index);
    const found = rowsOf(tileLevel, no)[height]?.[first / 2 ** height];
    if (found !== undefined) return found;
    const what = `the tree lacks hashes of level ${tileLevel}, tile ${no}`;
    throw new VarveError('LOG_DAMAGED', what, { what });
  };
}

function hashUp(hashes: Uint8Array): Rows {
  const rows: Uint8Array[][] = [Array.from({ length: Math.floor(hashes.length / hashBytes) }, (_, i) => hashes.subarray(i * hashBytes, (i + 1) * hashBytes))];
  for (let below = rows[0] as Uint8Array[]; below.length > 1; ) {
    const row = Array.from({ length: Math.floor(below.length / 2) }, (_, i) => nodeHash(below[2 * i] as Uint8Array, below[2 * i + 1] as Uint8Array));
    rows.push(row);
    below = row;
  }
  return rows;
}
