// All entries that pass a filter, found from the newest back, window by window, so that the first page is there long before the last entry has
// been looked at. Offsets count from the newest entry at or below `upTo`: what is appended later moves nothing.
import { chunkSize } from './columns.ts';
import type { Sieve } from './sieve.ts';

class Growing {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  /** How many, from the start, `before` holds for; it must hold for a first part and for none after. */
  countWhile(before: (value: number) => boolean): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class MatchSet {
  /** At or below the anchor, newest first; and above it, oldest first. */
  readonly #older = new Growing();
  readonly #newer = new Growing();
  readonly #sieve: Sieve;
  readonly #anchor: number;
  readonly #lowest: number;
  #top: number;
  #next: number;

  constructor(sieve: Sieve, top: number) {
    this.#sieve = sieve;
    this.#anchor = top;
    this.#top = top;
    this.#next = Math.min(top, sieve.plan.toSeq ?? top);
    this.#lowest = sieve.plan.fromSeq ?? 0;
  }

  /** Everything up to the anchor has been looked at. */
  get done(): boolean {
    return this.#next < this.#lowest;
  }

  /** The lowest entry looked at so far. */
  get scannedTo(): number {
    return Math.max(this.#lowest, this.#next + 1);
  }

  get held(): number {
    return this.#older.length + this.#newer.length;
  }

  /** Looks at one window more. */
  step(): void {
    if (this.done) return;
    const no = Math.floor(this.#next / chunkSize);
    const low = Math.max(no * chunkSize, this.#next - this.#sieve.window + 1, this.#lowest);
    this.#sieve.run(no, low, this.#next, this.#top, 'exact');
    for (let at = this.#sieve.count - 1; at >= 0; at--) this.#older.push(no * chunkSize + (this.#sieve.index[at] as number));
    this.#next = low - 1;
  }

  /** Takes in one window of what has been appended since; false when there is nothing more up to `top`. */
  stepUp(top: number): boolean {
    if (this.#top >= top) return false;
    const low = this.#top + 1;
    const no = Math.floor(low / chunkSize);
    const high = Math.min(no * chunkSize + chunkSize - 1, low + this.#sieve.window - 1, top);
    this.#sieve.run(no, low, high, high, 'exact');
    for (let at = 0; at < this.#sieve.count; at++) this.#newer.push(no * chunkSize + (this.#sieve.index[at] as number));
    this.#top = high;
    return high < top;
  }

  size(upTo: number): number {
    const { newer, skipped } = this.#parts(upTo);
    return newer + this.#older.length - skipped;
  }

  at(offset: number, upTo: number): number | undefined {
    const { newer, skipped } = this.#parts(upTo);
    if (offset < newer) return this.#newer.at(newer - 1 - offset);
    const index = offset - newer + skipped;
    return index < this.#older.length ? this.#older.at(index) : undefined;
  }

  /** Where the entry stands; undefined when it does not pass, or has not been looked at yet. */
  offsetOf(seq: number, upTo: number): number | undefined {
    const offset = this.offsetAtOrBelow(seq, upTo);
    return this.at(offset, upTo) === seq ? offset : undefined;
  }

  /** Offset of the newest match at or below `seq`: how many matches are newer. */
  offsetAtOrBelow(seq: number, upTo: number): number {
    const { newer, skipped } = this.#parts(upTo);
    if (seq > this.#anchor) return newer - Math.min(newer, this.#newer.countWhile((value) => value <= seq));
    return newer + Math.max(0, this.#older.countWhile((value) => value > seq) - skipped);
  }

  /** How many of the newer ones count, and how many of the older ones do not. */
  #parts(upTo: number): { newer: number; skipped: number } {
    return upTo > this.#anchor ? { newer: this.#newer.countWhile((value) => value <= upTo), skipped: 0 } : { newer: 0, skipped: this.#older.countWhile((value) => value > upTo) };
  }
}
