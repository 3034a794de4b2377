// C2SP tlog-checkpoint: the text of a note that says which tree a log had. Three lines: origin, size, root. Whether it is signed, and by whom,
// is the note's matter.
import { createHash } from 'node:crypto';
import { bad } from './bad-note.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { readPlainText } from './plain-text.ts';

export interface Checkpoint {
  origin: string;
  size: number;
  /** 32 bytes. */
  root: Uint8Array;
}

const limitBytes = 65_536;
const emptyRoot = createHash('sha256').digest();

/** The text, with its final newline. Throws BadNote for what `parseCheckpoint` would not take. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${formatDecimal(size)}\n${encodeBase64(root)}\n`;
  parseCheckpoint(text);
  return text;
}

/** `extensions`: lines after the root, which Varve never writes but others may. Throws BadNote. */
export function parseCheckpoint(input: string): Checkpoint & { extensions: string[] } {
  const text = readPlainText(input, limitBytes);
  if (!text.endsWith('\n')) bad('shape', 'a checkpoint ends in a newline');
  const [origin = '', sizeText, rootText, ...extensions] = text.slice(0, -1).split('\n');
  if (sizeText === undefined || rootText === undefined) bad('shape', 'a checkpoint has three lines: origin, size, root');
  if (origin === '') bad('origin', 'a checkpoint names its origin');
  if (extensions.includes('')) bad('shape', 'a checkpoint has no empty lines');
  const size = parseDecimal(sizeText, 'size');
  const root = decodeBase64(rootText, 'the root');
  if (root.length !== 32) bad('root', `a root is 32 bytes, not ${root.length}`);
  if (size === 0 && !emptyRoot.equals(root)) bad('root', 'the root of an empty tree is the hash of nothing');
  return { origin, size, root, extensions };
}

export function formatDecimal(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${value} is not a count`);
  return String(value);
}

/** A decimal number without sign or leading zero, up to 2^53 - 1. Throws BadNote with `reason`. */
export function parseDecimal(text: string, reason: 'size' | 'index' | 'time'): number {
  const value = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) bad(reason, `the ${reason} is not a decimal number from 0 to 2^53 - 1`);
  return value;
}
