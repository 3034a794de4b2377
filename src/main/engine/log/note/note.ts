// C2SP signed notes: text, an empty line, one signature line per key. The last empty line divides; the text keeps its final newline.
import { bad } from './bad-note.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { publicKeyOf, signBytes, verifyBytes } from './ed25519.ts';
import { readPlainText } from './plain-text.ts';
import { checkKeyName, formatKeyId, keyIdOf, keyTypes, makeVkey, type KeyType, type Vkey } from './vkey.ts';

export interface SignatureLine {
  name: string;
  keyId: number;
  /** What follows the key id: 64 bytes of Ed25519, or 8 bytes of time before them in a cosignature; any length for keys we do not know. */
  signature: Uint8Array;
}

export interface ParsedNote {
  /** With its final newline, without the empty line. */
  text: string;
  signatures: SignatureLine[];
}

export const maxNoteBytes = 1_000_000;
const maxSignatures = 100;
const linePrefix = '\u2014 ';

/** Well formed, nothing verified yet. Throws BadNote. */
export function parseNote(input: string | Uint8Array): ParsedNote {
  const whole = readPlainText(input, maxNoteBytes);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0) bad('shape', 'a note is text, an empty line, and signatures');
  return { text: whole.slice(0, split + 1), signatures: parseSignatureLines(whole.slice(split + 2)) };
}

/** One or more signature lines, each ended by a newline: the end of a note, or what a witness answers. Throws BadNote. */
export function parseSignatureLines(input: string | Uint8Array): SignatureLine[] {
  const block = readPlainText(input, maxNoteBytes);
  if (!block.endsWith('\n')) bad('shape', 'the last signature line does not end in a newline');
  const lines = block.slice(0, -1).split('\n');
  if (lines.length > maxSignatures) bad('too-many-signatures', `${lines.length} signature lines where at most ${maxSignatures} are expected`);
  return lines.map(parseLine);
}

function parseLine(line: string): SignatureLine {
  const space = line.indexOf(' ', linePrefix.length);
  if (!line.startsWith(linePrefix) || space < 0) bad('signature-line', 'a line among the signatures is not a signature');
  const name = line.slice(linePrefix.length, space);
  checkKeyName(name);
  const bytes = decodeBase64(line.slice(space + 1), 'a signature');
  if (bytes.length < 5) bad('signature-line', 'a signature is too short to hold a key id and a signature');
  return { name, keyId: Buffer.from(bytes).readUInt32BE(0), signature: bytes.slice(4) };
}

export function formatSignatureLine({ name, keyId, signature }: SignatureLine): string {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId);
  return `${linePrefix}${name} ${encodeBase64(Buffer.concat([id, signature]))}\n`;
}

/** The whole note from its text and its signature lines (as `signText` and `cosign` make them, each with its newline). */
export function formatNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join('')}`;
}

/**
 * The lines that were made with one of `vkeys` (type 0x01), each once. Lines of other keys are ignored; a line of a known key that does not
 * verify takes the whole note with it, and so does having no line of a known key. Throws BadNote.
 */
export function verifyNote({ text, signatures }: ParsedNote, vkeys: readonly Vkey[]): SignatureLine[] {
  const message = Buffer.from(text, 'utf8');
  return verifiedLines(signatures, vkeys, keyTypes.note, (line, vkey) => verifyBytes(vkey.publicKey, message, line.signature));
}

/** The rules for known and unknown lines, whatever the kind of signature. */
export function verifiedLines(signatures: readonly SignatureLine[], vkeys: readonly Vkey[], type: KeyType, verify: (line: SignatureLine, vkey: Vkey) => boolean): SignatureLine[] {
  const known = new Map<string, Vkey>();
  for (const vkey of vkeys) {
    const label = labelOf(vkey);
    if (vkey.type !== type) bad('key-type', 'a key of another kind than this signature');
    // The id is computed anew: a hand-made key object must not answer for another key's lines.
    if (vkey.keyId !== keyIdOf(vkey.name, vkey.type, vkey.publicKey)) bad('key-id', 'the key id is not the one of this name and key');
    const other = known.get(label);
    if (other && !Buffer.from(other.publicKey).equals(vkey.publicKey)) bad('key-twice', 'two keys with one name and one key id');
    known.set(label, vkey);
  }
  const verified = new Map<string, SignatureLine>();
  for (const line of signatures) {
    const vkey = known.get(labelOf(line));
    if (vkey === undefined) continue;
    if (!verify(line, vkey)) bad('bad-signature', 'the signature of a known key does not fit the text');
    if (!verified.has(labelOf(line))) verified.set(labelOf(line), line);
  }
  if (verified.size === 0) bad('no-known-signature', 'no signature was made with a key that is known here');
  return [...verified.values()];
}

function labelOf({ name, keyId }: { name: string; keyId: number }): string {
  return `${name}+${formatKeyId(keyId)}`;
}

/** One signature line over `text`, with its newline. Throws BadNote for a text or name that cannot be in a note. */
export function signText({ text, name, seed }: { text: string; name: string; seed: Uint8Array }): string {
  const message = checkSignable(text);
  const { keyId } = makeVkey(name, publicKeyOf(seed));
  return formatSignatureLine({ name, keyId, signature: signBytes(seed, message) });
}

/** The bytes of a text that may be signed. Throws BadNote. */
export function checkSignable(text: string): Uint8Array {
  const checked = readPlainText(text, maxNoteBytes);
  if (!checked.endsWith('\n')) bad('shape', 'the text of a note ends in a newline');
  return Buffer.from(checked, 'utf8');
}
