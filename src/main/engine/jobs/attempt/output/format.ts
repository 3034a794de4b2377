// How output lies on the disk: numbered segment files of lines, `lines-000001.log` and so on. Each begins with a line that says where it stands,
//
//   varve-output 1 <seq of its first line> <bytes of text before it> <milliseconds since 1970 of its beginning>
//
// and each further line is one line of output: a letter for the stream (o, e, s; upper case: an update, which the next line of its stream replaces),
// the milliseconds since the segment's beginning in base 36, `+N` when N bytes of the line are missing, a blank, the text.
// The first ten segments stay (5 MiB), of the others the newest thirty and the one being written (15 MiB): the rest is deleted while writing (10.2).
export const segmentBytes = 524_288;
export const firstSegments = 10;
export const lastSegments = 30;

export type StreamName = 'out' | 'err' | 'sys';

export interface OutputLine {
  /** Of all lines of the attempt, from 0. */
  seq: number;
  /** Milliseconds since 1970 UTC. */
  t: number;
  stream: StreamName;
  /** With colour codes; without a line end. */
  text: string;
  /** So many bytes at its end are missing. */
  cutBytes?: number;
  /** The line went on: the next one of its stream replaces it. */
  update?: true;
}

export interface SegmentHead {
  firstSeq: number;
  /** Bytes of text (UTF-8, each line with a line end) of everything before. */
  bytesBefore: number;
  startedMs: number;
}

const letters = { out: 'o', err: 'e', sys: 's' } as const;
const streams: Readonly<Record<string, StreamName>> = { o: 'out', e: 'err', s: 'sys' };

export function segmentName(number: number): string {
  return `lines-${String(number).padStart(6, '0')}.log`;
}

/** From 1 on; undefined for other files. */
export function segmentNumber(name: string): number | undefined {
  const digits = /^lines-(\d{6,9})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function headLine({ firstSeq, bytesBefore, startedMs }: SegmentHead): string {
  return `varve-output 1 ${firstSeq} ${bytesBefore} ${startedMs}\n`;
}

export function parseHead(text: string): SegmentHead | undefined {
  const found = /^varve-output 1 (\d{1,15}) (\d{1,15}) (\d{1,15})$/.exec(text);
  return found ? { firstSeq: Number(found[1]), bytesBefore: Number(found[2]), startedMs: Number(found[3]) } : undefined;
}

/** What stands before the text of a line. */
export function linePrefix(stream: StreamName, sinceMs: number, cutBytes: number, update: boolean): string {
  const letter = letters[stream];
  return `${update ? letter.toUpperCase() : letter}${sinceMs.toString(36)}${cutBytes > 0 ? `+${cutBytes}` : ''} `;
}

/** undefined for a line that was never written in this form: what a power cut left. */
export function parseLine(text: string, seq: number, startedMs: number): OutputLine | undefined {
  const blank = text.indexOf(' ');
  const found = blank < 0 ? null : /^([oes])(-?[0-9a-z]{1,11})(?:\+(\d{1,15}))?$/i.exec(text.slice(0, blank));
  const letter = found?.[1];
  if (!found || letter === undefined || found[2] === undefined) return undefined;
  const stream = streams[letter.toLowerCase()] as StreamName;
  const line: OutputLine = { seq, t: startedMs + Number.parseInt(found[2], 36), stream, text: text.slice(blank + 1) };
  if (found[3] !== undefined) line.cutBytes = Number(found[3]);
  if (letter !== letter.toLowerCase()) line.update = true;
  return line;
}
