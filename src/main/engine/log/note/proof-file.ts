// C2SP tlog-proof (`.tlog-proof`): one entry's place in a tree, with the signed checkpoint. Only the envelope is read here: `extra` is not
// authenticated by it, and size and root are the checkpoint's alone.
import { bad } from './bad-note.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatDecimal, parseDecimal } from './checkpoint.ts';
import { maxNoteBytes } from './note.ts';
import { readPlainText } from './plain-text.ts';

export interface ProofFile {
  index: number;
  /** The leaf's sibling first, 32 bytes each. */
  hashes: Uint8Array[];
  extra: Uint8Array | undefined;
  /** Verbatim, with its signatures. */
  checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves is 53 levels high; the format allows 63. */
const maxHashes = 63;
export const maxProofFileBytes = 3_000_000;

export function formatProofFile({ index, hashes, extra, checkpoint }: ProofFile): string {
  const lines = [firstLine, ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]), `index ${formatDecimal(index)}`, ...hashes.map(encodeBase64)];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Throws BadNote. */
export function parseProofFile(input: string | Uint8Array): ProofFile {
  const text = readPlainText(input, maxProofFileBytes);
  const split = text.indexOf('\n\n');
  if (split < 0) bad('shape', 'a proof file is a proof, an empty line, and a checkpoint');
  const lines = text.slice(0, split).split('\n');
  const checkpoint = text.slice(split + 2);
  if (lines.shift() !== firstLine) bad('shape', `a proof file begins with "${firstLine}"`);
  const extra = lines[0]?.startsWith('extra ') ? decodeBase64((lines.shift() as string).slice('extra '.length), 'extra') : undefined;
  const indexLine = lines.shift() ?? '';
  if (!indexLine.startsWith('index ')) bad('index', 'a proof file names the index of its entry');
  const index = parseDecimal(indexLine.slice('index '.length), 'index');
  if (lines.length > maxHashes) bad('hash', `${lines.length} hashes where at most ${maxHashes} are possible`);
  const hashes = lines.map((line) => decodeBase64(line, 'a hash'));
  if (hashes.some((hash) => hash.length !== 32)) bad('hash', 'a hash of a proof is 32 bytes');
  if (!checkpoint.endsWith('\n') || checkpoint.length > maxNoteBytes) bad('shape', 'a proof file ends with a checkpoint');
  return { index, hashes, extra, checkpoint };
}
