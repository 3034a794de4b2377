// Reads an attempt's lines back (format.ts), also while they are being written and after a power cut: what is no line in our form is left out and
// counted, what is missing is a gap. Only places are kept in memory, one small object for each segment; the lines are read anew each time.
import { join } from 'node:path';
import { errnoOf } from '../../../kit/errors.ts';
import type { Files } from '../../../ports.ts';
import { withoutColours } from '../colours.ts';
import { looksLikeError } from '../error-lines.ts';
import { parseHead, parseLine, segmentBytes, segmentName, segmentNumber, type OutputLine, type SegmentHead, type StreamName } from './format.ts';

export interface Gap {
  /** The first line that is missing; so many lines and bytes of text from there on. `bytes` is 0 where it cannot be told. */
  seq: number;
  lines: number;
  bytes: number;
}

export type OutputRow = OutputLine | { seq: number; gap: Gap };

export interface OutputInfo {
  /** Lines the attempt has written so far, kept or not: the next one's seq. */
  lines: number;
  /** Lines that can be read. */
  kept: number;
  /** What is missing in between, in order: the middle of a long output, what a full disk or a power cut cost. */
  gaps: Gap[];
  /** Lines that were no lines in our form. */
  damaged: number;
  /** On the disk. */
  bytes: number;
}

interface Segment extends SegmentHead {
  number: number;
  /** Bytes up to the last whole line that was seen. */
  seen: number;
  /** Whole lines in them, without the head. */
  lines: number;
  textBytes: number;
  damaged: number;
}

export interface OutputReader {
  /** Takes into account what has been written since. */
  refresh(): Promise<OutputInfo>;
  /** As of the last `refresh`. */
  info(): OutputInfo;
  /** At most `count` rows from this line on; a gap is one row. `nextSeq` is where the next page begins, undefined at the end. */
  page(fromSeq: number, count: number): Promise<{ rows: OutputRow[]; nextSeq: number | undefined }>;
  /** Lines from `fromSeq` on that hold the text, whatever its case, colours left out; `nextSeq` goes on after `limit` hits. All of the output is searched. */
  search(text: string, fromSeq: number, limit: number): Promise<{ hits: OutputLine[]; nextSeq: number | undefined }>;
  /** Where a reader is led first: the first kept line that looks like an error; else the last line, 0 when there is none. */
  firstError(): Promise<number>;
  /** The last lines, in order, of one stream or of all; without updates. */
  last(count: number, stream?: StreamName): Promise<OutputLine[]>;
  /** The whole output without colours, each line with a line end and lines that were replaced left out; a gap is one line in brackets. Pieces of at most about a mebibyte. */
  text(options: { gap: (gap: Gap) => string; cut: (bytes: number) => string }): AsyncGenerator<string>;
}

const separator = 10;

/** `breathe` is awaited after each segment (half a mebibyte), so that others get their turn. */
export function createOutputReader(deps: { files: Files; folder: string; breathe: () => Promise<void> }): OutputReader {
  const { files, folder, breathe } = deps;
  const segments = new Map<number, Segment>();

  const ordered = (): Segment[] => [...segments.values()].sort((a, b) => a.number - b.number);

  /** undefined when it was removed meanwhile. */
  const readFrom = (number: number, from: number): Buffer | undefined => {
    let fd: number;
    try {
      fd = files.open(join(folder, segmentName(number)), 'rn');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      // Never more than a segment may hold, whatever lies there.
      const length = Math.min(files.fstat(fd).size, 2 * segmentBytes) - from;
      if (length <= 0) return Buffer.alloc(0);
      const bytes = Buffer.allocUnsafe(length);
      let done = 0;
      for (let count = -1; done < length && count !== 0; done += count) count = files.read(fd, bytes, done, length - done, from + done);
      return bytes.subarray(0, done);
    } finally {
      files.close(fd);
    }
  };

  const look = (number: number): void => {
    const known = segments.get(number);
    const bytes = readFrom(number, known?.seen ?? 0);
    if (!bytes) return void segments.delete(number);
    let at = 0;
    let segment = known;
    if (!segment) {
      const end = bytes.indexOf(separator);
      const head = end < 0 ? undefined : parseHead(bytes.toString('latin1', 0, end));
      if (!head) return; // not yet written, or torn: it has nothing that can be placed
      segment = { ...head, number, seen: 0, lines: 0, textBytes: 0, damaged: 0 };
      segments.set(number, segment);
      at = end + 1;
    }
    for (let end = bytes.indexOf(separator, at); end >= 0; at = end + 1, end = bytes.indexOf(separator, at)) {
      const blank = bytes.indexOf(32, at);
      segment.lines += 1;
      if (blank < 0 || blank >= end || !isStream(bytes[at] as number)) segment.damaged += 1;
      else segment.textBytes += end - blank;
    }
    segment.seen += at;
  };

  /** Lines of a segment from `fromSeq` on, without what is no line. */
  function* linesOf(segment: Segment, fromSeq: number): Generator<OutputLine> {
    const bytes = readFrom(segment.number, 0)?.subarray(0, segment.seen);
    if (!bytes || segment.lines === 0) return;
    const texts = bytes.toString('utf8', bytes.indexOf(separator) + 1, bytes.length - 1).split('\n');
    for (let i = Math.max(0, fromSeq - segment.firstSeq); i < texts.length; i++) {
      const line = parseLine(texts[i] as string, segment.firstSeq + i, segment.startedMs);
      if (line) yield line;
    }
  }

  const gapBetween = (before: Segment | undefined, after: Segment): Gap | undefined => {
    const seq = before ? before.firstSeq + before.lines : 0;
    const lines = after.firstSeq - seq;
    return lines > 0 ? { seq, lines, bytes: Math.max(0, after.bytesBefore - (before ? before.bytesBefore + before.textBytes : 0)) } : undefined;
  };

  const info = (): OutputInfo => {
    const all = ordered();
    const last = all.at(-1);
    return {
      lines: last ? last.firstSeq + last.lines : 0,
      kept: all.reduce((sum, segment) => sum + segment.lines - segment.damaged, 0),
      gaps: all.flatMap((segment, i) => gapBetween(all[i - 1], segment) ?? []),
      damaged: all.reduce((sum, segment) => sum + segment.damaged, 0),
      bytes: all.reduce((sum, segment) => sum + segment.seen, 0)
    };
  };

  /** Segments that hold lines from `fromSeq` on, with what is missing before each. */
  function* places(fromSeq: number): Generator<{ segment: Segment; gap: Gap | undefined }> {
    const all = ordered();
    for (const [i, segment] of all.entries()) {
      if (segment.firstSeq + segment.lines <= fromSeq) continue;
      const gap = gapBetween(all[i - 1], segment);
      yield { segment, gap: gap && gap.seq + gap.lines > fromSeq ? gap : undefined };
    }
  }

  return {
    async refresh() {
      const present = new Set(files.readdir(folder).flatMap(({ name }) => segmentNumber(name) ?? []));
      for (const number of segments.keys()) if (!present.has(number)) segments.delete(number);
      const newest = Math.max(0, ...segments.keys());
      for (const number of [...present].sort((a, b) => a - b)) {
        if (segments.has(number) && number < newest) continue;
        look(number);
        await breathe();
      }
      return info();
    },

    info,

    async page(fromSeq, count) {
      const rows: OutputRow[] = [];
      for (const { segment, gap } of places(fromSeq)) {
        if (gap && rows.length < count) rows.push({ seq: gap.seq, gap });
        for (const line of linesOf(segment, fromSeq)) {
          if (rows.length >= count) return { rows, nextSeq: line.seq };
          rows.push(line);
        }
        await breathe();
      }
      return { rows, nextSeq: undefined };
    },

    async search(text, fromSeq, limit) {
      const wanted = text.toLowerCase();
      const hits: OutputLine[] = [];
      if (wanted === '') return { hits, nextSeq: undefined };
      for (const { segment } of places(fromSeq)) {
        for (const line of linesOf(segment, fromSeq)) {
          if (!withoutColours(line.text).toLowerCase().includes(wanted)) continue;
          if (hits.length >= limit) return { hits, nextSeq: line.seq };
          hits.push(line);
        }
        await breathe();
      }
      return { hits, nextSeq: undefined };
    },

    async firstError() {
      for (const { segment } of places(0)) {
        for (const line of linesOf(segment, 0)) if (looksLikeError(line.text, line.stream)) return line.seq;
        await breathe();
      }
      return Math.max(0, info().lines - 1);
    },

    async last(count, stream) {
      let found: OutputLine[] = [];
      for (const segment of ordered().reverse()) {
        if (found.length >= count) break;
        const lines = [...linesOf(segment, 0)].filter((line) => !line.update && (stream === undefined || line.stream === stream));
        found = [...lines, ...found];
        await breathe();
      }
      return count > 0 ? found.slice(-count) : [];
    },

    async *text(options) {
      // The newest update of each stream, in case nothing replaces it any more.
      const waiting = new Map<string, OutputLine>();
      const write = ({ text, cutBytes = 0 }: OutputLine): string => `${withoutColours(text)}${cutBytes > 0 ? options.cut(cutBytes) : ''}\n`;
      for (const { segment, gap } of places(0)) {
        let piece = gap ? `[${options.gap(gap)}]\n` : '';
        for (const line of linesOf(segment, 0)) {
          if (line.update) waiting.set(line.stream, line);
          else {
            waiting.delete(line.stream);
            piece += write(line);
          }
        }
        yield piece;
        await breathe();
      }
      const rest = [...waiting.values()].sort((a, b) => a.seq - b.seq);
      if (rest.length > 0) yield rest.map(write).join('');
    }
  };
}

/** o, e, s in either case. */
function isStream(byte: number): boolean {
  const lower = byte | 32;
  return lower === 111 || lower === 101 || lower === 115;
}
