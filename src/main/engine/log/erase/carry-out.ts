// One erasure transaction: the event that says what goes and why, and everything that goes, together or not at all. In this order, because each step
// rests on the one before:
//   1. the event is recorded                          the triggers let nothing go that no recorded event names
//   2. `erased` points from each entry to it
//   3. words leave the full-text index                the index reads them from the payload to take them out
//   4. payloads go, with salt or wrapped secret       triggers of other parts forget what they derived from them
//   5. names go
//   6. the words of the action come back, alone
//   7. the mark for cleaning the files is set
import type { ErasureReason, LegalBasis } from '../../../../contract/erasure.ts';
import { fail, isVarveError } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import type { Residue } from './residue.ts';

/** Entries per erasure event: a trigger looks for each entry in the event's list. */
export const entriesPerEvent = 1000;

export interface Piece {
  seqs: readonly number[];
  /** Numbers of names. */
  names: readonly number[];
  /** Entries among `seqs` that do not fit their commitment. */
  altered: readonly number[];
}

export interface Grounds {
  reason: ErasureReason;
  basis: LegalBasis;
  request?: string | undefined;
}

/** Thrown inside the transaction, which is then undone: the record is not as it was when the piece was chosen. */
export class RecordMoved extends Error {}

export function createCarryOut({ db, append }: Pick<LogContext, 'db' | 'append'>, residue: Pick<Residue, 'mark'>): (piece: Piece, grounds: Grounds, actor: string | undefined, whole: () => boolean) => number {
  const rebuildIndex = (): void => db.exec("INSERT INTO search (search) VALUES ('rebuild')");

  function erase({ seqs, names, altered }: Piece, event: number): void {
    const plain = seqs.filter((seq) => db.prepare('SELECT body IS NOT NULL AS plain FROM payloads WHERE seq = ?').get<{ plain: number }>(seq)?.plain === 1);
    // The index cannot be told what to take out for a payload that was changed behind its back; it is then made anew without it.
    const anew = plain.some((seq) => altered.includes(seq));
    for (const seq of seqs) db.prepare('INSERT INTO erased (seq, event) VALUES (?, ?) ON CONFLICT (seq) DO UPDATE SET event = excluded.event').run(seq, event); // 2
    if (!anew) for (const seq of plain) db.prepare('DELETE FROM search WHERE rowid = ?').run(seq); // 3
    for (const seq of seqs) if (db.prepare('DELETE FROM payloads WHERE seq = ?').run(seq).changes !== 1) throw new RecordMoved(); // 4
    for (const no of names) db.prepare('UPDATE names SET name = NULL WHERE no = ?').run(no); // 5
    if (anew) rebuildIndex();
    else for (const seq of plain) db.prepare('INSERT INTO search (rowid, action, body) SELECT seq, action, NULL FROM words WHERE seq = ?').run(seq); // 6
    residue.mark(event); // 7
  }

  function once(piece: Piece, { reason, basis, request }: Grounds, actor: string | undefined, whole: () => boolean): number {
    const { seqs, altered } = piece;
    const payload = { seqs, reason, basis, request, altered: altered.length === 0 ? undefined : altered };
    const [appended] = append([{ action: 'log.erasure', category: 'record', payload, ...(actor === undefined ? {} : { actor }) }], ([event]) => {
      if (!whole()) throw new RecordMoved();
      erase(piece, event?.seq ?? fail('INTERNAL', 'the erasure event was not recorded', { what: 'log.erasure' }));
    }); // 1
    return appended?.seq ?? -1;
  }

  return (piece, grounds, actor, whole) => {
    try {
      return once(piece, grounds, actor, whole);
    } catch (error) {
      if (!isIndexDamage(error)) throw error;
      // It is derived, and must not keep anything from being erased: mended first, then once more.
      db.transaction(rebuildIndex);
      return once(piece, grounds, actor, whole);
    }
  };
}

function isIndexDamage(error: unknown): boolean {
  return isVarveError(error) && error.code === 'LOG_DAMAGED' && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'SQLITE_CORRUPT_VTAB';
}
