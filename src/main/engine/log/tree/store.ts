// The Merkle tree in log.db, grown by the append transaction: a few small rows are written for each, however long the record is. Whoever grows it
// holds the write lock. Reading needs no lock: what is full never changes. Leaf hashes lie in rows of 16, so that an append rewrites half a
// kilobyte; the levels above in whole tiles, which change once in 256 entries.
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { hashBytes } from '../merkle/hash.ts';
import { rootAt, type ReadSubtree } from '../merkle/proofs.ts';
import { locateSubtree, rootWithin, tileWidth } from '../merkle/tiles.ts';

export interface GrowingTree {
  readonly size: number;
  add(leafHash: Uint8Array): void;
  /** Writes what was added; before that nobody sees it, and neither does this tree's `read`. */
  finish(): void;
}

export interface TreeStore {
  /** How many leaves the tree has. */
  size(): number;
  grow(): GrowingTree;
  /** Throws LOG_DAMAGED when the tree does not hold it. */
  read: ReadSubtree;
  root(size: number): Uint8Array;
  /** Hashes of one tile, 32 bytes each, as many as there are now; undefined when there are none. */
  tile(level: number, no: number): Uint8Array | undefined;
}

export const leavesPerRow = 16;
const tileBytes = tileWidth * hashBytes;
const keptTiles = 64;

/** The last row of a level while it grows. */
interface OpenRow {
  no: number;
  bytes: Buffer;
  width: number;
  changed: boolean;
}

export function createTreeStore(db: Database): TreeStore {
  /** Full tiles, the latest used last; none from inside a transaction, which may yet be undone. */
  const kept = new Map<string, Uint8Array>();

  const damaged = (what: string): never => {
    throw new VarveError('LOG_DAMAGED', `${db.path}: the tree ${what}`, { what: `the tree ${what}` });
  };

  function leaves(no: number): Uint8Array | undefined {
    const first = no * (tileWidth / leavesPerRow);
    const rows = db.prepare('SELECT no, hashes FROM leaves WHERE no >= ? AND no < ? ORDER BY no').all<{ no: number; hashes: Uint8Array }>(first, first + tileWidth / leavesPerRow);
    // A row that is missing or short ends the tile: what comes behind it is not where its number says.
    const whole: Uint8Array[] = [];
    for (const [at, row] of rows.entries()) {
      if (row.no !== first + at) break;
      whole.push(row.hashes);
      if (row.hashes.length < leavesPerRow * hashBytes) break;
    }
    return whole.length === 0 ? undefined : Buffer.concat(whole);
  }

  function tile(level: number, no: number): Uint8Array | undefined {
    const name = `${level}/${no}`;
    const known = kept.get(name);
    if (known !== undefined) {
      kept.delete(name);
      kept.set(name, known);
      return known;
    }
    const hashes = level === 0 ? leaves(no) : db.prepare('SELECT hashes FROM tiles WHERE level = ? AND no = ?').get<{ hashes: Uint8Array }>(level, no)?.hashes;
    if (hashes?.length === tileBytes && !db.raw.inTransaction) {
      kept.set(name, hashes);
      const oldest = kept.keys().next().value;
      if (kept.size > keptTiles && oldest !== undefined) kept.delete(oldest);
    }
    return hashes;
  }

  const widthOf = (level: number): number => (level === 0 ? leavesPerRow : tileWidth);

  function openRow(level: number): OpenRow {
    const last =
      level === 0
        ? db.prepare('SELECT no, hashes FROM leaves ORDER BY no DESC LIMIT 1').get<{ no: number; hashes: Uint8Array }>()
        : db.prepare('SELECT no, hashes FROM tiles WHERE level = ? ORDER BY no DESC LIMIT 1').get<{ no: number; hashes: Uint8Array }>(level);
    const bytes = Buffer.alloc(widthOf(level) * hashBytes);
    if (last === undefined) return { no: 0, bytes, width: 0, changed: false };
    if (last.hashes.length % hashBytes !== 0 || last.hashes.length > bytes.length) damaged(`has a row of ${last.hashes.length} bytes at level ${level}`);
    if (last.hashes.length === bytes.length) return { no: last.no + 1, bytes, width: 0, changed: false };
    bytes.set(last.hashes);
    return { no: last.no, bytes, width: last.hashes.length / hashBytes, changed: false };
  }

  function write(level: number, { no, bytes, width }: OpenRow): void {
    const hashes = bytes.subarray(0, width * hashBytes);
    if (level === 0) db.prepare('INSERT INTO leaves (no, hashes) VALUES (?, ?) ON CONFLICT (no) DO UPDATE SET hashes = excluded.hashes').run(no, hashes);
    else db.prepare('INSERT INTO tiles (level, no, hashes) VALUES (?, ?, ?) ON CONFLICT (level, no) DO UPDATE SET hashes = excluded.hashes').run(level, no, hashes);
  }

  function grow(): GrowingTree {
    const levels: OpenRow[] = [openRow(0)];
    const leafRow = levels[0] as OpenRow;
    let size = leafRow.no * leavesPerRow + leafRow.width;
    /** Puts the hash into the level's row; true when that row is full and written. */
    const push = (level: number, hash: Uint8Array): boolean => {
      const open = (levels[level] ??= openRow(level));
      open.bytes.set(hash, open.width * hashBytes);
      open.width += 1;
      open.changed = true;
      if (open.width < widthOf(level)) return false;
      write(level, open);
      levels[level] = { no: open.no + 1, bytes: Buffer.alloc(open.bytes.length), width: 0, changed: false };
      return true;
    };
    const tileIsFull = (level: number, no: number): void => {
      const hashes = tile(level, no);
      if (hashes?.length !== tileBytes) return damaged(`lacks hashes of level ${level}, tile ${no}`);
      if (push(level + 1, rootWithin(hashes, 0, 8))) tileIsFull(level + 1, Math.floor(no / tileWidth));
    };
    return {
      get size() {
        return size;
      },
      add(leafHash) {
        push(0, leafHash);
        size += 1;
        if (size % tileWidth === 0) tileIsFull(0, size / tileWidth - 1);
      },
      finish() {
        for (const [level, open] of levels.entries()) {
          if (!open.changed) continue;
          write(level, open);
          open.changed = false;
        }
      }
    };
  }

  const read: ReadSubtree = (level, index) => {
    const { tileLevel, no, height, first } = locateSubtree(level, index);
    const hashes = tile(tileLevel, no);
    if (hashes === undefined || hashes.length < (first + 2 ** height) * hashBytes) return damaged(`lacks hashes of level ${tileLevel}, tile ${no}`);
    return rootWithin(hashes, first, height);
  };

  return {
    size() {
      const last = db.prepare('SELECT no, length(hashes) AS bytes FROM leaves ORDER BY no DESC LIMIT 1').get<{ no: number; bytes: number }>();
      return last === undefined ? 0 : last.no * leavesPerRow + last.bytes / hashBytes;
    },
    grow,
    read,
    root: (size) => rootAt(size, read),
    tile
  };
}
