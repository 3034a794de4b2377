// Text by lines. The beginning that both sides share is passed over in pieces, whatever its length; from three lines before the first difference on a
// stretch of each side is compared in memory. What lies behind it is said to be unread.
import { insideLimits, type InsideFacts, type LineEnding, type TextEncoding } from '../../../../contract/inside.ts';
import { align, Numbers, type Block } from './align.ts';
import { decode, sniffEncoding, type Encoding } from './encoding.ts';
import type { RowKeeper } from './keep.ts';
import type { Pace } from './pace.ts';
import { Cutter } from './shown.ts';
import type { ByteSource } from './source.ts';

export interface TextLimits {
  /** Of each side, from the first difference on. */
  windowBytes: number;
  windowLines: number;
}

export const textLimits: TextLimits = { windowBytes: insideLimits.text, windowLines: 500_000 };

export interface TextFound {
  facts: Extract<InsideFacts, { kind: 'text' }>;
  unread: { before: number; after: number };
}

const context = 3;
const pieceBytes = 1024 * 1024;

/** undefined: it is no text after all, or a single line is longer than a stretch. */
export async function compareText(a: ByteSource, b: ByteSource, keeper: RowKeeper, pace: Pace, limits: TextLimits = textLimits): Promise<TextFound | undefined> {
  const [encodingA, encodingB] = [sniffEncoding(await a.read(0, 65_536)), sniffEncoding(await b.read(0, 65_536))];
  if (encodingA === undefined || encodingB === undefined) return undefined;
  const alike = encodingA.name === encodingB.name && encodingA.mark === encodingB.mark;
  const shared = alike ? await passShared(a, b, encodingA, pace) : nothingShared;
  const [left, right] = [await window(a, encodingA, shared.start, limits, pace), await window(b, encodingB, shared.start, limits, pace)];
  if (left === undefined || right === undefined) return undefined;
  const [endingsA, endingsB] = [endingOf(shared.lf + left.lf, shared.crlf + left.crlf), endingOf(shared.lf + right.lf, shared.crlf + right.crlf)];
  // Where the ends of lines are all alike on each side they are told once; else they belong to the lines.
  const uniform = endingsA !== 'mixed' && endingsB !== 'mixed';
  const [linesA, linesB] = [uniform ? left.lines.map(withoutReturn) : left.lines, uniform ? right.lines.map(withoutReturn) : right.lines];
  const numbers = new Numbers();
  const { blocks, coarse } = await align(numbers.all(linesA), numbers.all(linesB), pace.breathe);
  emit(keeper, linesA, linesB, blocks, shared.lines);
  const sum = (side: (block: Block) => number): number => blocks.reduce((total, block) => total + side(block), 0);
  const sideFacts = async (source: ByteSource, { name, unit }: Encoding, { decoded }: Window, endings: LineEnding) => ({ encoding: decoded === 'latin-1' ? decoded : name, endings, finalNewline: await endsWithNewline(source, name, unit) });
  return {
    facts: { kind: 'text', before: await sideFacts(a, encodingA, left, endingsA), after: await sideFacts(b, encodingB, right, endingsB), added: sum(({ bFrom, bTo }) => bTo - bFrom), removed: sum(({ aFrom, aTo }) => aTo - aFrom), coarse, firstLine: shared.lines + 1 },
    unread: { before: left.unread, after: right.unread }
  };
}

interface Shared {
  /** Where the stretch begins that is looked at, and how many lines lie before it. */
  start: number;
  lines: number;
  lf: number;
  crlf: number;
}

const nothingShared: Shared = { start: 0, lines: 0, lf: 0, crlf: 0 };

/** Reads both from the front until they differ; begins a few lines before that. */
async function passShared(a: ByteSource, b: ByteSource, encoding: Encoding, pace: Pace): Promise<Shared> {
  const { unit } = encoding;
  const low = encoding.name === 'utf-16be' ? 1 : 0;
  const end = Math.min(a.size, b.size);
  /** The last beginnings of lines, oldest first. */
  let starts: Shared[] = [{ ...nothingShared, start: 0 }];
  let [lf, crlf, previous] = [0, 0, 0];
  for (let at = 0; at < end; at += pieceBytes) {
    const [x, y] = [await a.read(at, Math.min(pieceBytes, end - at)), await b.read(at, Math.min(pieceBytes, end - at))];
    const same = x.equals(y) ? x.length : firstDifference(x, y);
    for (let i = 0; i + unit <= same; i += unit) {
      const byte = unit === 1 ? (x[i] as number) : x[i + 1 - low] === 0 ? (x[i + low] as number) : 0;
      if (byte === 10) {
        if (previous === 13) crlf += 1;
        else lf += 1;
        starts.push({ start: at + i + unit, lines: lf + crlf, lf, crlf });
        if (starts.length > 64) starts = starts.slice(-context - 1);
      }
      previous = byte;
    }
    pace.read(same);
    await pace.breathe();
    if (same < x.length) break;
  }
  return starts.at(-context - 1) ?? (starts[0] as Shared);
}

function firstDifference(x: Buffer, y: Buffer): number {
  let i = 0;
  while (i < x.length && x[i] === y[i]) i += 1;
  return i;
}

interface Window {
  /** Each with its carriage return, where it has one, without the line feed. */
  lines: string[];
  lf: number;
  crlf: number;
  unread: number;
  decoded: TextEncoding;
}

/** undefined when not a single line ends within the limit. */
async function window(source: ByteSource, encoding: Encoding, start: number, { windowBytes, windowLines }: TextLimits, pace: Pace): Promise<Window | undefined> {
  const from = Math.max(start, encoding.mark);
  let bytes = await source.read(from, Math.min(windowBytes, Math.max(0, source.size - from)));
  pace.read(bytes.length);
  if (from + bytes.length < source.size) {
    const end = lastLineEnd(bytes, encoding);
    if (end === 0) return undefined;
    bytes = bytes.subarray(0, end);
  }
  const { text, encoding: decoded } = decode(bytes, encoding);
  await pace.breathe();
  let lines = text.split('\n');
  let closed = true;
  if (lines.at(-1) === '') lines.pop();
  else closed = false;
  let unread = source.size - from - bytes.length;
  if (lines.length > windowLines) {
    const kept = lines.slice(0, windowLines);
    unread += lines.slice(windowLines).reduce((sum, line) => sum + byteLength(line, decoded) + encoding.unit, 0) - (closed ? 0 : encoding.unit);
    lines = kept;
    closed = true;
  }
  let crlf = 0;
  for (const [i, line] of lines.entries()) if (line.endsWith('\r') && (closed || i < lines.length - 1)) crlf += 1;
  return { lines, lf: lines.length - (closed ? 0 : 1) - crlf, crlf, unread, decoded };
}

function byteLength(line: string, encoding: TextEncoding): number {
  if (encoding === 'latin-1') return line.length;
  return encoding.startsWith('utf-16') ? line.length * 2 : Buffer.byteLength(line);
}

/** Behind the last line feed; 0 when there is none. */
function lastLineEnd(bytes: Buffer, { name, unit }: Encoding): number {
  if (unit === 1) return bytes.lastIndexOf(10) + 1;
  const low = name === 'utf-16be' ? 1 : 0;
  for (let at = (bytes.length & ~1) - 2; at >= 0; at -= 2) if (bytes[at + low] === 10 && bytes[at + 1 - low] === 0) return at + 2;
  return 0;
}

async function endsWithNewline(source: ByteSource, name: TextEncoding, unit: number): Promise<boolean> {
  if (source.size < unit) return false;
  const last = await source.read(source.size - unit, unit);
  if (unit === 1) return last[0] === 10;
  return last[name === 'utf-16be' ? 1 : 0] === 10 && last[name === 'utf-16be' ? 0 : 1] === 0;
}

function endingOf(lf: number, crlf: number): LineEnding {
  if (lf > 0 && crlf > 0) return 'mixed';
  return lf > 0 ? 'lf' : crlf > 0 ? 'crlf' : 'none';
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Stretches of changes with the lines around them, as in a unified diff. */
function emit(keeper: RowKeeper, a: readonly string[], b: readonly string[], blocks: readonly Block[], passed: number): void {
  for (let i = 0; i < blocks.length; ) {
    let last = i;
    while (last + 1 < blocks.length && (blocks[last + 1] as Block).aFrom - (blocks[last] as Block).aTo <= 2 * context) last += 1;
    const [first, final] = [blocks[i] as Block, blocks[last] as Block];
    const lead = Math.min(context, first.aFrom, first.bFrom);
    const trail = Math.min(context, a.length - final.aTo, b.length - final.bTo);
    const [aFrom, bFrom] = [first.aFrom - lead, first.bFrom - lead];
    keeper.add({ row: 'hunk', beforeLine: passed + aFrom + 1, beforeLines: final.aTo + trail - aFrom, afterLine: passed + bFrom + 1, afterLines: final.bTo + trail - bFrom });
    let [x, y] = [aFrom, bFrom];
    const equal = (until: number): void => {
      for (; x < until; x += 1, y += 1) line(keeper, passed, a, x, b, y, true);
    };
    for (const block of blocks.slice(i, last + 1)) {
      equal(block.aFrom);
      while (x < block.aTo || y < block.bTo) {
        line(keeper, passed, a, x < block.aTo ? x : undefined, b, y < block.bTo ? y : undefined, false);
        if (x < block.aTo) x += 1;
        if (y < block.bTo) y += 1;
      }
    }
    equal(final.aTo + trail);
    i = last + 1;
  }
}

function line(keeper: RowKeeper, passed: number, a: readonly string[], x: number | undefined, b: readonly string[], y: number | undefined, same: boolean): void {
  const cutter = new Cutter();
  const of = (lines: readonly string[], at: number | undefined) => (at === undefined ? null : { line: passed + at + 1, text: cutter.text(lines[at] as string) });
  const [before, after] = [of(a, x), of(b, y)];
  keeper.add({ row: 'lines', same, before, after, cut: cutter.cut });
}
