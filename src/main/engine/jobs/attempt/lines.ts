// Bytes of one stream into lines (10.1). A carriage return replaces the line; of such updates at most one a second is given on. A line is cut
// at 16 KiB; what is not UTF-8 becomes U+FFFD; colours stay.
import { isUtf8 } from 'node:buffer';

export const lineLimitBytes = 16_384;
const updateEveryMs = 1_000;
const [lineFeed, carriageReturn] = [10, 13];

export interface LineSink {
  /** `text` is UTF-8 without line ends and only lent. `cutBytes` of the line are missing. `update`: the line goes on, the next of its stream replaces this one. */
  line(text: Uint8Array, cutBytes: number, update: boolean): void;
}

export class LineMaker {
  readonly #sink: LineSink;
  readonly #now: () => number;
  readonly #held = Buffer.allocUnsafe(lineLimitBytes);
  #length = 0;
  #beyond = 0;
  /** A carriage return came last: before a line feed it belongs to the line end, else the line begins anew. */
  #returned = false;
  #updateAt = Number.NEGATIVE_INFINITY;
  /** Something came since the unfinished line was given on. */
  #fresh = false;

  /** `now` in milliseconds, only for differences. */
  constructor(sink: LineSink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  push(bytes: Uint8Array): void {
    const returns = bytes.includes(carriageReturn);
    let feed = bytes.indexOf(lineFeed);
    for (let at = 0; at < bytes.length; ) {
      if (this.#returned) {
        this.#returned = false;
        if (bytes[at] === lineFeed) {
          this.#finish();
          at += 1;
          continue;
        }
        this.#replace();
      }
      if (feed >= 0 && feed < at) feed = bytes.indexOf(lineFeed, at);
      const stop = feed < 0 ? bytes.length : feed;
      const back = returns ? bytes.subarray(at, stop).indexOf(carriageReturn) : -1;
      const end = back < 0 ? stop : at + back;
      // A whole line in one piece, the usual case, is not copied.
      if (back < 0 && feed >= 0 && this.#length === 0 && this.#beyond === 0 && end - at <= lineLimitBytes) {
        this.#give(bytes.subarray(at, end), 0, false);
        this.#fresh = false;
      } else {
        this.#take(bytes.subarray(at, end));
        if (back >= 0) this.#returned = true;
        else if (feed >= 0) this.#finish();
      }
      at = end + 1;
    }
  }

  /** To be called now and then: an unfinished line (a question, a progress without line ends) is given on as an update, at most once a second. */
  showUnfinished(): void {
    if (this.#fresh && this.#length > 0) this.#update();
  }

  /** The stream has ended: what is left is a line. */
  end(): void {
    if (this.#length > 0 || this.#beyond > 0) this.#finish();
    this.#returned = false;
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const fits = Math.min(bytes.length, lineLimitBytes - this.#length);
    this.#held.set(bytes.subarray(0, fits), this.#length);
    this.#length += fits;
    this.#beyond += bytes.length - fits;
    this.#fresh = true;
  }

  #replace(): void {
    if (this.#length > 0 && this.#fresh) this.#update();
    this.#reset();
  }

  #update(): void {
    const now = this.#now();
    if (now - this.#updateAt < updateEveryMs) return;
    this.#updateAt = now;
    this.#fresh = false;
    this.#give(this.#held.subarray(0, this.#length), this.#beyond, true);
  }

  #finish(): void {
    this.#give(this.#held.subarray(0, this.#length), this.#beyond, false);
    this.#reset();
  }

  #reset(): void {
    this.#length = 0;
    this.#beyond = 0;
    this.#fresh = false;
  }

  #give(bytes: Uint8Array, beyond: number, update: boolean): void {
    const whole = beyond === 0 ? bytes : bytes.subarray(0, wholeCharacters(bytes));
    const cut = beyond + bytes.length - whole.length;
    this.#sink.line(isUtf8(whole) ? whole : Buffer.from(Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('utf8')), cut, update);
  }
}

/** Length without a character that the cut went through. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
