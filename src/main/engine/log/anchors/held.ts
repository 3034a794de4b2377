// What a person pasted, typed from paper or picked as a file, made into a checkpoint to compare. Mail programs add greetings, quote marks and
// carriage returns and turn dashes; all that is put right before anything is judged, for the signature decides, not the layout. Pure.
import { fail } from '../../kit/errors.ts';
import { BadNote, parseCheckpoint, parseNote, type ParsedNote } from '../note/index.ts';

export type Held =
  | { form: 'signed' | 'unsigned'; size: number; root: string; rootBytes: Uint8Array; note: ParsedNote | undefined; text: string }
  /** `root`: its first characters in base64, at least eight. */
  | { form: 'short'; size: number; root: string };

export const shortestRoot = 8;

/** Throws BAD_INPUT (field `checkpoint`) for a text without a checkpoint of `origin`. */
export function readHeld(pasted: string, origin: string): Held {
  const lines = pasted.split(/\r\n|\r|\n/).map((line) => line.replace(/^(?:\s*>)*\s*/, '').trimEnd());
  return readNote(lines, origin) ?? readShort(lines.join(' ').trim(), origin) ?? refuse(lines.some((line) => /^varve\/[0-9a-f]{32}$/.test(line)) ? 'is a checkpoint of another record' : 'holds no checkpoint: paste the whole text, or the number of entries and the first 8 characters of the root');
}

/** The lines from the origin on: size, root, and the signatures after an empty line, if they are there. */
function readNote(lines: readonly string[], origin: string): Held | undefined {
  // The last one: a request begins with another size and ends with the checkpoint.
  const at = lines.lastIndexOf(origin);
  if (at < 0) return undefined;
  const [, size = '', root = ''] = lines.slice(at, at + 3);
  if (!/^\d+$/.test(size)) return undefined;
  const text = `${origin}\n${size}\n${root}\n`;
  try {
    const checkpoint = parseCheckpoint(text);
    const signatures = signatureLines(lines.slice(at + 3));
    const whole = { size: checkpoint.size, root, rootBytes: checkpoint.root };
    if (signatures.length === 0) return { form: 'unsigned', ...whole, note: undefined, text };
    const note = `${text}\n${signatures.map((line) => `${line}\n`).join('')}`;
    return { form: 'signed', ...whole, note: parseNote(note), text: note };
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return refuse(`cannot be read: ${error.message}. It may have been copied incompletely`);
  }
}

/** Signature lines after the root, also where a mail program broke them: the base64 of a signature ends in "=". */
function signatureLines(after: readonly string[]): string[] {
  // White space is made single first: what is pasted may hold a hundred thousand empty lines.
  const tidy = after.map((line) => line.replace(/^[\u2010-\u2015-]{1,2}\s+/, '\u2014 ')).join(' ').replace(/\s+/g, ' ').trim();
  const chunks = tidy.split(/ ?(?=\u2014 )/);
  const found: string[] = [];
  for (const chunk of chunks) {
    const [dash, name, ...words] = chunk.split(/\s+/);
    if (dash !== '\u2014' || name === undefined) break;
    const end = words.findIndex((word) => word.endsWith('=') || !/^[A-Za-z0-9+/]+$/.test(word));
    const base64 = words.slice(0, end < 0 ? 1 : end + 1);
    found.push(`${dash} ${name} ${base64.join('')}`);
    if (base64.length < words.length) break;
  }
  return found;
}

/** `1204 q83vEjRW`, with or without marks between thousands, with or without the origin before it. */
function readShort(text: string, origin: string): Held | undefined {
  const match = /^(?:(varve\/[0-9a-f]{32})\s+)?(\d{1,16}|\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+)\s+([A-Za-z0-9+/]{8,43}=?)$/.exec(text);
  if (!match || (match[1] !== undefined && match[1] !== origin)) return undefined;
  const size = Number((match[2] ?? '').replace(/\D/g, ''));
  const root = match[3] ?? '';
  if (!Number.isSafeInteger(size)) return undefined;
  if (root.endsWith('=')) return root.length === 44 ? readNote([origin, String(size), root], origin) : undefined;
  return { form: 'short', size, root };
}

function refuse(reason: string): never {
  return fail('BAD_INPUT', `checkpoint: ${reason}`, { field: 'checkpoint', reason });
}
