// The proof that one checkpoint continues another, as C2SP tlog-witness writes what a log asks of a witness: over HTTP, in files, and as evidence for
// somebody who holds the older one. Pure. `old <size>`, up to 63 consistency hashes one per line, an empty line, the newer checkpoint with its signatures.
import { bad } from './bad-note.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatDecimal, parseCheckpoint, parseDecimal, type Checkpoint } from './checkpoint.ts';
import { parseNote, type ParsedNote } from './note.ts';
import { readPlainText } from './plain-text.ts';

/** Far above any honest request: 63 hashes and a note with some dozen signatures. */
export const requestLimitBytes = 64 * 1024;
const mostHashes = 63;

export interface ConsistencyText {
  oldSize: number;
  proof: Uint8Array[];
  /** The whole signed note, verbatim. */
  note: string;
}

export interface WitnessRequest {
  oldSize: number;
  proof: Uint8Array[];
  checkpoint: Checkpoint;
  note: ParsedNote;
}

export function formatRequest({ oldSize, proof, note }: { oldSize: number; proof: readonly Uint8Array[]; note: string }): string {
  return `old ${formatDecimal(oldSize)}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${note}`;
}

/** Takes the text apart; the note in it is not looked at. Throws BadNote for anything that is not such a text to the letter. */
export function readRequest(input: string | Uint8Array): ConsistencyText {
  const text = readPlainText(input, requestLimitBytes);
  const split = text.indexOf('\n\n');
  if (split < 0 || !text.startsWith('old ')) bad('shape', 'a size, hashes, an empty line, and a checkpoint are expected');
  const [first = '', ...lines] = text.slice(0, split).split('\n');
  const oldSize = parseDecimal(first.slice('old '.length), 'size');
  if (lines.length > mostHashes) bad('hash', `${lines.length} hashes where at most ${mostHashes} are possible`);
  const proof = lines.map((line) => decodeBase64(line, 'a hash'));
  if (proof.some((hash) => hash.length !== 32)) bad('hash', 'a hash of a proof is 32 bytes');
  return { oldSize, proof, note: text.slice(split + 2) };
}

/** Throws BadNote, for the checkpoint in it, too. */
export function parseRequest(input: string | Uint8Array): WitnessRequest {
  const { oldSize, proof, note: text } = readRequest(input);
  const note = parseNote(text);
  const { origin, size, root } = parseCheckpoint(note.text);
  return { oldSize, proof, checkpoint: { origin, size, root }, note };
}
