// Byte by byte, place against place: which ranges differ, and the first of them in lines of 16.
import type { InsideFacts } from '../../../../contract/inside.ts';
import type { RowKeeper } from './keep.ts';
import type { Pace } from './pace.ts';
import type { ByteSource } from './source.ts';

const pieceBytes = 1024 * 1024;
const lineBytes = 16;
/** Lines of 16 bytes that are kept; ranges beyond them are counted only. */
const mostLines = 8192;

/** Reads both to the end, whatever their size, a piece at a time. */
export async function compareBytes(a: ByteSource, b: ByteSource, keeper: RowKeeper, pace: Pace): Promise<Extract<InsideFacts, { kind: 'bytes' }>> {
  const lines = new LinePrinter(keeper);
  const shared = Math.min(a.size, b.size);
  const longer = Math.max(a.size, b.size);
  let [differing, ranges, first, previous] = [0, 0, -1, -2];
  for (let at = 0; at < longer && (at < shared || !lines.full); at += pieceBytes) {
    const [x, y] = [await a.read(at, pieceBytes), await b.read(at, pieceBytes)];
    pace.read(Math.max(x.length, y.length));
    await pace.breathe();
    const both = Math.min(x.length, y.length);
    if (x.length === y.length && x.equals(y)) {
      lines.piece(at, x, y, []);
      continue;
    }
    const marked: number[] = [];
    for (let i = 0; i < both; i += 1) {
      if (x[i] === y[i]) continue;
      differing += 1;
      if (first < 0) first = at + i;
      if (at + i !== previous + 1) ranges += 1;
      previous = at + i;
      const line = i - (i % lineBytes);
      if (marked.at(-1) !== line && !lines.full) marked.push(line);
    }
    for (let i = both - (both % lineBytes); i < Math.max(x.length, y.length) && marked.length < mostLines; i += lineBytes) if (marked.at(-1) !== i) marked.push(i);
    lines.piece(at, x, y, marked);
  }
  return { kind: 'bytes', form: formOf(await a.read(0, 16), await b.read(0, 16)), first: first < 0 ? (a.size === b.size ? null : shared) : first, differing, ranges: ranges + (a.size === b.size ? 0 : 1) };
}

/** Writes lines that differ, with one equal line before and after each run of them. Pieces are whole numbers of lines. */
class LinePrinter {
  readonly #keeper: RowKeeper;
  #count = 0;
  #last = -1;
  /** The last line of the piece before, when it was not written. */
  #before: { offset: number; bytes: Buffer } | undefined;
  #wantsNext = false;

  constructor(keeper: RowKeeper) {
    this.#keeper = keeper;
  }

  get full(): boolean {
    return this.#count >= mostLines;
  }

  piece(at: number, x: Buffer, y: Buffer, marked: readonly number[]): void {
    const equalAt = (offset: number): void => {
      if (offset < 0 || offset >= Math.min(x.length, y.length) || at + offset <= this.#last) return;
      this.#write(at + offset, x.subarray(offset, offset + lineBytes), y.subarray(offset, offset + lineBytes), true);
    };
    if (this.#wantsNext && marked[0] !== 0) equalAt(0);
    this.#wantsNext = false;
    for (const [i, offset] of marked.entries()) {
      if (this.full) return;
      if (offset === 0 && this.#before !== undefined && this.#before.offset > this.#last) this.#write(this.#before.offset, this.#before.bytes, this.#before.bytes, true);
      equalAt(offset - lineBytes);
      this.#write(at + offset, x.subarray(offset, offset + lineBytes), y.subarray(offset, offset + lineBytes), false);
      if (marked[i + 1] === offset + lineBytes) continue;
      if (offset + lineBytes >= x.length) this.#wantsNext = true;
      else equalAt(offset + lineBytes);
    }
    const end = x.length - lineBytes;
    this.#before = end >= 0 && x.length === y.length && marked.at(-1) !== end ? { offset: at + end, bytes: Buffer.from(x.subarray(end)) } : undefined;
  }

  #write(offset: number, x: Buffer, y: Buffer, same: boolean): void {
    this.#count += 1;
    this.#last = offset;
    this.#keeper.add({ row: 'bytes', offset, same, before: x.toString('hex'), after: y.toString('hex') });
  }
}

const forms: readonly [string, string][] = [
  ['zip', '504b0304'],
  ['gzip', '1f8b'],
  ['pdf', '255044462d'],
  ['hdf5', '894844460d0a1a0a'],
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['elf', '7f454c46'],
  ['parquet', '50415231']
];

/** What both begin with. */
function formOf(x: Buffer, y: Buffer): string | null {
  const of = (head: Buffer): string | undefined => forms.find(([, start]) => head.toString('hex').startsWith(start))?.[0];
  const form = of(x);
  return form !== undefined && form === of(y) ? form : null;
}
