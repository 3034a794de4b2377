// How the bytes of a text are to be read: by its byte order mark, by the pattern of zero bytes, else UTF-8, and Latin-1 for what is not that.
import type { TextEncoding } from '../../../../contract/inside.ts';

/** Bytes of one code unit, the mark at the beginning, and how a line feed looks. */
export interface Encoding {
  name: TextEncoding;
  mark: number;
  unit: 1 | 2;
}

const encodings = {
  'utf-8': { name: 'utf-8', mark: 0, unit: 1 },
  'utf-8-bom': { name: 'utf-8-bom', mark: 3, unit: 1 },
  'utf-16le': { name: 'utf-16le', mark: 2, unit: 2 },
  'utf-16be': { name: 'utf-16be', mark: 2, unit: 2 },
  'latin-1': { name: 'latin-1', mark: 0, unit: 1 }
} as const satisfies Record<TextEncoding, Encoding>;

const sampleBytes = 65_536;

/** By the beginning of a file; undefined where it is no text. `latin-1` is only known when all is read: UTF-8 is said until then. */
export function sniffEncoding(head: Buffer): Encoding | undefined {
  const sample = head.subarray(0, sampleBytes);
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return sample.includes(0) ? undefined : encodings['utf-8-bom'];
  if (sample[0] === 0xff && sample[1] === 0xfe) return encodings['utf-16le'];
  if (sample[0] === 0xfe && sample[1] === 0xff) return encodings['utf-16be'];
  if (sample.includes(0)) return sniffUnmarked16(sample);
  return hasBinaryControls(sample) ? undefined : encodings['utf-8'];
}

/** Most texts in UTF-16 are of characters whose upper byte is zero. */
function sniffUnmarked16(sample: Buffer): Encoding | undefined {
  let [even, odd] = [0, 0];
  for (const [i, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (i % 2 === 0) even += 1;
    else odd += 1;
  }
  const half = sample.length / 2;
  if (half < 2) return undefined;
  if (odd > half * 0.7 && even < half * 0.05) return { ...encodings['utf-16le'], mark: 0 };
  if (even > half * 0.7 && odd < half * 0.05) return { ...encodings['utf-16be'], mark: 0 };
  return undefined;
}

/** Compressed data has them everywhere, text hardly one. */
function hasBinaryControls(sample: Buffer): boolean {
  let controls = 0;
  for (const byte of sample) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) controls += 1;
  return controls > sample.length * 0.02;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A stretch of whole lines. Bytes that are not UTF-8 make all of it Latin-1, which the result says. */
export function decode(bytes: Buffer, encoding: Encoding): { text: string; encoding: TextEncoding } {
  if (encoding.name === 'utf-16le') return { text: bytes.toString('utf16le'), encoding: encoding.name };
  if (encoding.name === 'utf-16be') return { text: Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16().toString('utf16le'), encoding: encoding.name };
  try {
    return { text: strict.decode(bytes), encoding: encoding.name };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { text: bytes.toString('latin1'), encoding: 'latin-1' };
  }
}

/** The text of a whole small file, without its mark. */
export function decodeWhole(bytes: Buffer): { text: string; encoding: TextEncoding } | undefined {
  const encoding = sniffEncoding(bytes);
  return encoding && decode(bytes.subarray(encoding.mark), encoding);
}
