// What a scan has found out, so that it is found out once: the hits of a search by words per chunk, and which payloads were looked into and
// passed. The record only grows; an erasure, which takes words and payloads away, makes a new key.
import type { Database } from '../../store/index.ts';
import { whole } from '../fact-blocks.ts';
import { chunkSize } from './columns.ts';
import type { RowTest } from './row-tests.ts';

/** Keeps the few that were used last. */
export class Recent<T> {
  readonly #kept = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string, make: () => T): T {
    const value = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, value);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break;
      this.#kept.delete(oldest);
    }
    return value;
  }

  values(): Iterable<T> {
    return this.#kept.values();
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** Seqs that contain the words, ascending, per chunk. */
export class TextHits {
  readonly #chunks = new Map<number, { upTo: number; seqs: Uint32Array }>();
  readonly #db: Database;
  readonly #match: string;

  constructor(db: Database, match: string) {
    this.#db = db;
    this.#match = match;
  }

  chunk(no: number, top: number): Uint32Array {
    const from = no * chunkSize;
    const upTo = Math.min(top, from + chunkSize - 1);
    const known = this.#chunks.get(no);
    if (known !== undefined && known.upTo >= upTo) return known.seqs;
    const statement = this.#db.guard(() => this.#db.raw.prepare(`SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ${whole} AND rowid <= ${whole} ORDER BY rowid`).pluck());
    const seqs = Uint32Array.from(this.#db.guard(() => statement.all(this.#match, from, upTo) as number[]));
    this.#chunks.set(no, { upTo, seqs });
    return seqs;
  }
}

/** A test on rows that looks into each payload once. */
export class TestedRows {
  #tested = new Uint8Array(chunkSize);
  #passed = new Uint8Array(chunkSize);
  /** Encrypted payloads among those looked at. */
  sealed = 0;
  readonly #test: RowTest;

  constructor(test: RowTest) {
    this.#test = test;
  }

  /** Those that pass, in their order. */
  pass(seqs: readonly number[]): number[] {
    this.#makeRoom(seqs);
    const fresh = seqs.filter((seq) => this.#tested[seq] !== 1);
    if (fresh.length > 0) {
      const { seqs: passed, sealed } = this.#test.pass(fresh);
      for (const seq of fresh) this.#tested[seq] = 1;
      for (const seq of passed) this.#passed[seq] = 1;
      this.sealed += sealed;
    }
    return seqs.filter((seq) => this.#passed[seq] === 1);
  }

  #makeRoom(seqs: readonly number[]): void {
    let highest = 0;
    for (const seq of seqs) if (seq > highest) highest = seq;
    if (highest < this.#tested.length) return;
    const length = Math.max(highest + 1, this.#tested.length * 2);
    const [tested, passed] = [new Uint8Array(length), new Uint8Array(length)];
    tested.set(this.#tested);
    passed.set(this.#passed);
    this.#tested = tested;
    this.#passed = passed;
  }
}
