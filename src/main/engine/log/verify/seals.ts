// The checkpoints that log.db holds, judged one by one in the order of their size: a signed note of this record, by the keys in force at that size.
// Whether their roots are the record's is the list's and the rows' matter.
import type { CheckedSeal } from '../../../../contract/verify.ts';
import type { Database } from '../../store/index.ts';
import { BadNote, encodeBase64, formatVkey, parseCheckpoint, verifyNote, type Vkey } from '../note/index.ts';
import { isVkey, openNote, sameLabel, type KeyChain, type KeyLabel } from './keys.ts';
import { hasTable } from './list.ts';
import { bytesOf, textOf } from './text-edge.ts';

export interface Seal {
  size: number;
  /** As text of 32 characters. */
  root: string;
  signers: readonly (Vkey | KeyLabel)[];
}

export interface SealFault {
  what: 'foreign-key' | 'seal-missing';
  detail: string;
}

interface SealRow {
  size: number;
  note: string;
}

const rowsPerRead = 200;

export class SealReader {
  readonly #db: Database;
  readonly #there: boolean;

  constructor(db: Database) {
    this.#db = db;
    this.#there = hasTable(db, 'checkpoints');
  }

  /** Those above size `above`, in order. */
  *rows(above = Number.MIN_SAFE_INTEGER): Generator<SealRow, void, void> {
    for (let reached = above; this.#there; ) {
      const rows = this.#db.prepare('SELECT size, note FROM checkpoints WHERE size > ? ORDER BY size LIMIT ?').all<SealRow>(reached, rowsPerRead);
      yield* rows;
      if (rows.length < rowsPerRead) return;
      reached = (rows.at(-1) as SealRow).size;
    }
  }

  at(size: number): SealRow | undefined {
    return this.#there ? this.#db.prepare('SELECT size, note FROM checkpoints WHERE size = ?').get<SealRow>(size) : undefined;
  }

  /** The notes, oldest first. */
  *notes(): Generator<string, void, void> {
    for (const { note } of this.rows()) yield note;
  }

  has(size: number): boolean {
    return this.#there && this.#db.prepare('SELECT 1 AS found FROM checkpoints WHERE size = ?').get(size) !== undefined;
  }

  any(): boolean {
    return this.#there && this.#db.prepare('SELECT 1 AS found FROM checkpoints LIMIT 1').get() !== undefined;
  }
}

export function judgeSeal({ size, note }: SealRow, origin: string, keys: KeyChain): Seal | SealFault {
  const missing = (why: string): SealFault => ({ what: 'seal-missing', detail: `the checkpoint of size ${size} ${why}` });
  const foreign = (why: string): SealFault => ({ what: 'foreign-key', detail: `the checkpoint of size ${size} ${why}` });
  const parsed = typeof note === 'string' && Number.isSafeInteger(size) ? openNote(note) : undefined;
  if (parsed === undefined) return missing('is not a signed note any more');
  const signers = keys.signersAt(size);
  const known = signers.filter(isVkey);
  try {
    const checkpoint = parseCheckpoint(parsed.text);
    if (checkpoint.origin !== origin) return missing('speaks of another record');
    if (checkpoint.size !== size) return missing(`says that it covers ${checkpoint.size} entries`);
    const signed = known.length > 0 ? verifyNote(parsed, known) : parsed.signatures;
    const absent = signers.filter((signer) => !signed.some((line) => sameLabel(line, signer)));
    if (absent.length > 0) return foreign(known.length > 1 ? 'comes with a change of the signing key, but is not signed with both keys' : 'was not signed with the key in force');
    return { size, root: textOf(checkpoint.root), signers };
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    if (error.reason === 'no-known-signature') return foreign('was not signed with the key in force');
    return missing(error.reason === 'bad-signature' ? 'has a signature that does not fit it' : 'is not a checkpoint any more');
  }
}

export const isSeal = (judged: Seal | SealFault): judged is Seal => 'root' in judged;

export function describeSeal({ size, root, signers }: Seal): CheckedSeal {
  const signer = signers.at(-1) as Vkey | KeyLabel;
  const checked = isVkey(signer);
  const key = checked ? formatVkey(signer.name, signer.publicKey) : `${signer.name}+${signer.keyId.toString(16).padStart(8, '0')}`;
  return { size, root: encodeBase64(bytesOf(root)), key, signature: checked ? 'good' : 'unchecked' };
}
