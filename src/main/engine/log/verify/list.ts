// The stored list of leaf hashes and the levels of tiles above it, read as they are and trusted in nothing: whoever compares with it authenticates it
// first, by roots that were signed.
import type { Database } from '../../store/index.ts';
import { hashBytes } from '../merkle/hash.ts';
import { hashesAt, tileWidth } from '../merkle/tiles.ts';
import { leavesPerRow } from '../tree/store.ts';
import { TextEdge } from './text-edge.ts';

const rowBytes = leavesPerRow * hashBytes;
/** Leaves are fetched so many rows at a time. */
const rowsPerFetch = 128;
const leavesPerFetch = rowsPerFetch * leavesPerRow;
const leavesPerPause = 16_384;

/** An upper hash that is not the one of its subtree; `first`: the first leaf below it. */
export interface UpperFault {
  level: number;
  first: number;
}

export class HashList {
  /** Leaves up to the first row that is missing or short. */
  readonly size: number;
  readonly #db: Database;
  #leaves = { fetch: -1, text: '' };
  readonly #tiles = new Map<number, { no: number; text: string | undefined }>();

  /** `from`: that it is whole up to there is known already. */
  constructor(db: Database, from = 0) {
    this.#db = db;
    this.size = hasTable(db, 'leaves') ? this.#measure(from) : 0;
  }

  /** Hash of leaf `index` as text, undefined where the list has none. */
  leaf(index: number): string | undefined {
    if (index >= this.size) return undefined;
    const fetch = Math.floor(index / leavesPerFetch);
    if (fetch !== this.#leaves.fetch) this.#leaves = { fetch, text: this.#fetch(fetch * rowsPerFetch) };
    const at = (index - fetch * leavesPerFetch) * hashBytes;
    return this.#leaves.text.length < at + hashBytes ? undefined : this.#leaves.text.slice(at, at + hashBytes);
  }

  /** Hash `index` of a level above 0; undefined where there is none. */
  upper(level: number, index: number): string | undefined {
    const no = Math.floor(index / tileWidth);
    let held = this.#tiles.get(level);
    if (held?.no !== no) {
      const bytes = hasTable(this.#db, 'tiles') ? this.#db.prepare('SELECT hashes FROM tiles WHERE level = ? AND no = ?').get<{ hashes: Buffer }>(level, no)?.hashes : undefined;
      held = { no, text: bytes && textOfBlob(bytes) };
      this.#tiles.set(level, held);
    }
    const at = (index % tileWidth) * hashBytes;
    return held.text === undefined || held.text.length < at + hashBytes ? undefined : held.text.slice(at, at + hashBytes);
  }

  /** Follows the list from `start`; see `ListWalk`. */
  walk(start?: { size: number; peaks: readonly string[] }): ListWalk {
    return new ListWalk(this, start);
  }

  /** The first level above the leaves that does not hold as many hashes as it should, as the first leaf it says nothing or too much about. */
  wrongWidth(): UpperFault | undefined {
    if (this.size === 0) return undefined;
    const rows = hasTable(this.#db, 'tiles') ? this.#db.prepare('SELECT level, sum(length(hashes)) AS bytes FROM tiles GROUP BY level').all<{ level: number; bytes: number }>() : [];
    const held = new Map(rows.map(({ level, bytes }) => [level, bytes / hashBytes]));
    const highest = Math.max(0, ...held.keys());
    for (let level = 1; level <= highest || hashesAt(level, this.size) > 0; level++) {
      const [is, should] = [held.get(level) ?? 0, hashesAt(level, this.size)];
      if (is !== should) return { level, first: Math.min(is, should) * tileWidth ** level };
    }
    return undefined;
  }

  #fetch(row: number): string {
    const rows = this.#db.prepare('SELECT hashes FROM leaves WHERE no >= ? AND no < ? ORDER BY no').all<{ hashes: Buffer }>(row, row + rowsPerFetch);
    return rows.map(({ hashes }) => textOfBlob(hashes)).join('');
  }

  #measure(from: number): number {
    const page = this.#db.prepare('SELECT no, length(hashes) AS bytes FROM leaves WHERE no >= ? ORDER BY no LIMIT 4096');
    let expected = Math.floor(from / leavesPerRow);
    let size = expected * leavesPerRow;
    for (;;) {
      const rows = page.all<{ no: number; bytes: number }>(expected);
      for (const { no, bytes } of rows) {
        if (no !== expected) return size;
        size += Math.floor(bytes / hashBytes);
        if (bytes !== rowBytes) return size;
        expected += 1;
      }
      if (rows.length < 4096) return size;
    }
  }
}

/** Nothing where somebody put another kind of value. */
function textOfBlob(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : '';
}

/** Recomputes the tree over the list, once and forwards. */
export class ListWalk {
  /** The first upper hash that is not the one of its subtree. */
  upperFault: UpperFault | undefined;
  readonly #list: HashList;
  readonly #edge: TextEdge;

  constructor(list: HashList, start?: { size: number; peaks: readonly string[] }) {
    this.#list = list;
    this.#edge = new TextEdge(start, (level, index, root) => {
      if (this.upperFault === undefined && list.upper(level, index) !== root) this.upperFault = { level, first: index * tileWidth ** level };
    });
  }

  get size(): number {
    return this.#edge.size;
  }

  /** Root of the first `size` leaves; sizes may only grow. undefined beyond the list. `pause` is awaited now and then. */
  async rootAt(size: number, pause: (done: number) => Promise<void>): Promise<string | undefined> {
    if (size > this.#list.size || size < this.#edge.size) return undefined;
    for (let index = this.#edge.size; index < size; index++) {
      const leaf = this.#list.leaf(index);
      if (leaf === undefined) return undefined;
      this.#edge.append(leaf);
      if (index % leavesPerPause === 0) await pause(index);
    }
    return this.#edge.root();
  }
}

/** A log from before the tree, and one whose tables somebody took away, can still be read. */
export function hasTable(db: Database, name: string): boolean {
  return db.prepare("SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
