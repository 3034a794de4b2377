// Two NumPy arrays: how they are shaped, what their numbers are like, and how many elements differ. Read a piece at a time.
import type { ArrayStatistics, InsideFacts } from '../../../../contract/inside.ts';
import type { RowKeeper } from './keep.ts';
import { mostHeaderBytes, readNpyHeader, type NpyHeader, type NpyItem } from './npy-header.ts';
import type { Pace } from './pace.ts';
import type { ByteSource } from './source.ts';

type NpyFacts = Extract<InsideFacts, { kind: 'npy' }>;

const pieceItems = 65_536;
/** Differing elements that are kept one by one; all are counted. */
const mostElements = 10_000;

/** undefined: one of them is not as the format has it, or does not hold as many items as its shape says. */
export async function compareNpy(a: ByteSource, b: ByteSource, keeper: RowKeeper, pace: Pace): Promise<NpyFacts | undefined> {
  const [before, after] = [await open(a), await open(b)];
  if (before === undefined || after === undefined) return undefined;
  const why = whyNot(before.header, after.header);
  const formOf = ({ dtype, shape, order }: NpyHeader) => ({ dtype: dtype.slice(0, 1000), shape: shape.map(String), order });
  const facts = { kind: 'npy' as const, before: formOf(before.header), after: formOf(after.header), why };
  if (why !== null) return { ...facts, differing: null, maxDifference: null, statistics: { before: await statisticsOf(before, pace), after: await statisticsOf(after, pace) } };
  return { ...facts, ...(await elementByElement(before, after, keeper, pace)) };
}

interface OpenArray {
  source: ByteSource;
  header: NpyHeader;
  elements: number;
}

async function open(source: ByteSource): Promise<OpenArray | undefined> {
  const header = readNpyHeader(await source.read(0, mostHeaderBytes + 12));
  if (header === undefined) return undefined;
  const elements = header.shape.reduce((product, length) => product * length, 1n);
  const bytes = source.size - header.dataOffset;
  const fits = header.itemBytes === undefined ? bytes >= 0 && elements <= BigInt(Number.MAX_SAFE_INTEGER) : elements * BigInt(header.itemBytes) === BigInt(bytes);
  return fits ? { source, header, elements: Number(elements) } : undefined;
}

function whyNot(a: NpyHeader, b: NpyHeader): NpyFacts['why'] {
  if (a.shape.join() !== b.shape.join()) return 'shape';
  if (a.order !== b.order && a.shape.filter((length) => length > 1n).length > 1) return 'order';
  const numbers = a.item !== undefined && b.item !== undefined && (a.item.kind === 'complex') === (b.item.kind === 'complex');
  return numbers ? null : a.dtype === b.dtype && a.itemBytes !== undefined && a.itemBytes > 0 ? null : 'dtype';
}

/** 64-bit integers keep all their digits; all else is a double. */
type Numeric = number | bigint;
type Reader = (bytes: Buffer, at: number) => Numeric;

function readerOf({ kind, bytes, big }: NpyItem): Reader {
  if (kind === 'bool') return (from, at) => (from[at] === 0 ? 0 : 1);
  if (kind === 'int') {
    if (bytes === 8) return big ? (from, at) => from.readBigInt64BE(at) : (from, at) => from.readBigInt64LE(at);
    return big ? (from, at) => from.readIntBE(at, bytes) : (from, at) => from.readIntLE(at, bytes);
  }
  if (kind === 'uint') {
    if (bytes === 8) return big ? (from, at) => from.readBigUInt64BE(at) : (from, at) => from.readBigUInt64LE(at);
    return big ? (from, at) => from.readUIntBE(at, bytes) : (from, at) => from.readUIntLE(at, bytes);
  }
  const part = kind === 'complex' ? bytes / 2 : bytes;
  if (part === 8) return big ? (from, at) => from.readDoubleBE(at) : (from, at) => from.readDoubleLE(at);
  if (part === 4) return big ? (from, at) => from.readFloatBE(at) : (from, at) => from.readFloatLE(at);
  return (from, at) => half(big ? from.readUInt16BE(at) : from.readUInt16LE(at));
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Sums are Neumaier's, so that the mean of many numbers is that of the numbers, not of the rounding. */
class Statistics {
  #min: Numeric | undefined;
  #max: Numeric | undefined;
  #sum = 0;
  #lost = 0;
  #whole = 0n;
  #nan = 0;
  #count = 0;

  add(value: Numeric): void {
    this.#count += 1;
    if (typeof value === 'bigint') this.#whole += value;
    else if (Number.isNaN(value)) {
      this.#nan += 1;
      return;
    } else {
      const next = this.#sum + value;
      this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
      this.#sum = next;
    }
    if (this.#min === undefined || value < this.#min) this.#min = value;
    if (this.#max === undefined || value > this.#max) this.#max = value;
  }

  result(): ArrayStatistics {
    const numbers = this.#count - this.#nan;
    const plain = Number.isFinite(this.#sum) ? this.#sum + this.#lost : this.#sum;
    const mean = numbers === 0 ? null : typeof this.#min === 'bigint' ? String(divide(this.#whole, BigInt(numbers))) : String(plain / numbers);
    return { min: this.#min === undefined ? null : String(this.#min), max: this.#max === undefined ? null : String(this.#max), mean, nan: this.#nan, elements: this.#count };
  }
}

function divide(sum: bigint, by: bigint): number {
  return Number(sum / by) + Number(sum % by) / Number(by);
}

/** Of arrays of real numbers only. */
async function statisticsOf({ source, header, elements }: OpenArray, pace: Pace): Promise<ArrayStatistics | null> {
  const { item } = header;
  if (item === undefined || item.kind === 'complex') return null;
  const read = readerOf(item);
  const statistics = new Statistics();
  for (let first = 0; first < elements; first += pieceItems) {
    const piece = await source.read(header.dataOffset + first * item.bytes, Math.min(pieceItems, elements - first) * item.bytes);
    for (let at = 0; at < piece.length; at += item.bytes) statistics.add(read(piece, at));
    pace.read(piece.length);
    await pace.breathe();
  }
  return statistics.result();
}

async function elementByElement(a: OpenArray, b: OpenArray, keeper: RowKeeper, pace: Pace): Promise<Pick<NpyFacts, 'differing' | 'maxDifference' | 'statistics'>> {
  const [bytesA, bytesB] = [a.header.itemBytes as number, b.header.itemBytes as number];
  const [itemA, itemB] = [a.header.item, b.header.item];
  const real = itemA !== undefined && itemB !== undefined && itemA.kind !== 'complex';
  const [statisticsA, statisticsB] = [new Statistics(), new Statistics()];
  const compareItems = itemA === undefined || itemB === undefined ? rawItems(bytesA) : real ? realItems(readerOf(itemA), readerOf(itemB), statisticsA, statisticsB) : complexItems(itemA, itemB);
  let [differing, largest] = [0, undefined as Numeric | undefined];
  const step = Math.max(1, Math.min(pieceItems, Math.floor(4_194_304 / Math.max(bytesA, bytesB))));
  for (let first = 0; first < a.elements; first += step) {
    const count = Math.min(step, a.elements - first);
    const [x, y] = [await a.source.read(a.header.dataOffset + first * bytesA, count * bytesA), await b.source.read(b.header.dataOffset + first * bytesB, count * bytesB)];
    for (let i = 0; i < count; i += 1) {
      const found = compareItems(x, i * bytesA, y, i * bytesB);
      if (found === undefined) continue;
      differing += 1;
      if (found.distance !== undefined && (largest === undefined || found.distance > largest)) largest = found.distance;
      if (differing <= mostElements) keeper.add({ row: 'element', index: indexOf(first + i, a.header), before: found.before(), after: found.after() });
    }
    pace.read(Math.max(x.length, y.length));
    await pace.breathe();
  }
  return { differing, maxDifference: largest === undefined ? null : String(largest), statistics: { before: real ? statisticsA.result() : null, after: real ? statisticsB.result() : null } };
}

interface Differs {
  distance: Numeric | undefined;
  before(): string;
  after(): string;
}

type CompareItems = (x: Buffer, atX: number, y: Buffer, atY: number) => Differs | undefined;

/** NaN equals NaN, as numpy.array_equal has it with equal_nan; -0 equals 0. */
function realItems(readA: Reader, readB: Reader, statisticsA: Statistics, statisticsB: Statistics): CompareItems {
  return (x, atX, y, atY) => {
    const [p, q] = [readA(x, atX), readB(y, atY)];
    statisticsA.add(p);
    statisticsB.add(q);
    // A bigint and a number that are equal are not identical.
    // oxlint-disable-next-line eqeqeq
    if (p == q || (Number.isNaN(p) && Number.isNaN(q))) return undefined;
    return { distance: distance(p, q), before: () => String(p), after: () => String(q) };
  };
}

function distance(p: Numeric, q: Numeric): Numeric | undefined {
  if (typeof p === 'bigint' && typeof q === 'bigint') return p > q ? p - q : q - p;
  const far = Math.abs(Number(p) - Number(q));
  return Number.isNaN(far) ? undefined : far;
}

function complexItems(itemA: NpyItem, itemB: NpyItem): CompareItems {
  const [readA, readB] = [readerOf(itemA), readerOf(itemB)] as [(bytes: Buffer, at: number) => number, (bytes: Buffer, at: number) => number];
  return (x, atX, y, atY) => {
    const [p, pi, q, qi] = [readA(x, atX), readA(x, atX + itemA.bytes / 2), readB(y, atY), readB(y, atY + itemB.bytes / 2)];
    const same = (one: number, other: number): boolean => one === other || (Number.isNaN(one) && Number.isNaN(other));
    if (same(p, q) && same(pi, qi)) return undefined;
    const far = Math.hypot(p - q, pi - qi);
    const write = (re: number, im: number): string => `${re}${im < 0 || Object.is(im, -0) ? '-' : '+'}${Math.abs(im)}j`;
    return { distance: Number.isNaN(far) ? undefined : far, before: () => write(p, pi), after: () => write(q, qi) };
  };
}

/** Texts and other items of a fixed length: their bytes. */
function rawItems(bytes: number): CompareItems {
  return (x, atX, y, atY) => {
    const [p, q] = [x.subarray(atX, atX + bytes), y.subarray(atY, atY + bytes)];
    if (p.equals(q)) return undefined;
    const write = (item: Buffer): string => item.subarray(0, 64).toString('hex') + (item.length > 64 ? '…' : '');
    const [before, after] = [write(p), write(q)];
    return { distance: undefined, before: () => before, after: () => after };
  };
}

function indexOf(number: number, { shape, order }: NpyHeader): number[] {
  const index: number[] = [];
  let rest = number;
  for (const length of order === 'C' ? [...shape].reverse() : shape) {
    index.push(rest % Number(length));
    rest = Math.floor(rest / Number(length));
  }
  return order === 'C' ? index.reverse() : index;
}
