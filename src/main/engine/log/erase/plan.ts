// What is erased in which transaction: entries oldest first, at most so many at a time, and a name in the last one, so that an erasure that was cut
// short can be asked for by the same name again.
import type { EraseInput, ErasureResult } from '../../../../contract/erasure.ts';
import { fail } from '../../kit/errors.ts';
import { entriesPerEvent, type Piece } from './carry-out.ts';
import type { Name, Targets } from './targets.ts';

export interface ErasurePlan {
  /** In the order in which they go. */
  readonly seqs: readonly number[];
  readonly names: readonly Name[];
  readonly kept: ErasureResult['kept'];
  /** The next transaction; undefined when nothing is left. `whole` is asked inside it: false when more has come that must go before the name does. */
  next(): (Piece & { whole: () => boolean }) | undefined;
  /** The piece is gone. */
  done(piece: Piece): void;
  /** The record moved meanwhile: what others have erased is left out, what has come is taken in. */
  renew(): void;
}

type Request = Pick<EraseInput, 'seqs' | 'subject' | 'actor' | 'nameOnly'>;

/** Throws NOT_FOUND, ERASED_ALREADY, ERASE_PROTECTED, NOTHING_TO_ERASE, LOG_DAMAGED. */
export function planErasure(targets: Targets, { seqs, subject, actor, nameOnly }: Request): ErasurePlan {
  if (seqs !== undefined) {
    const found = targets.ofEntries(seqs);
    return createPlan(targets, { ...found, kept: [], more: () => [] });
  }
  return subject !== undefined ? planName(targets, 'subject', subject, nameOnly === true) : planName(targets, 'actor', actor ?? '', true);
}

function planName(targets: Targets, kind: 'subject' | 'actor', wanted: string, alone: boolean): ErasurePlan {
  const name = targets.findName(kind, wanted);
  if (!name.erased && !targets.hasPayload(name.introduced)) {
    const what = `the entry that introduced ${name.id} has lost its payload and no erasure or retention event names it`;
    fail('LOG_DAMAGED', what, { seq: name.introduced, what });
  }
  const about = alone ? [] : targets.aboutName(name.no, -1);
  const own = [...new Set([...about, ...targets.notesOn(about)])].sort((a, b) => a - b);
  if (own.length === 0 && name.erased) fail('ERASED_ALREADY', `the name of ${name.id} and everything about it was erased before`, { seq: name.introduced });
  return createPlan(targets, {
    seqs: name.erased ? own : [...own.filter((seq) => seq !== name.introduced), name.introduced],
    names: name.erased ? [] : [name],
    kept: alone ? [] : targets.keptAboutName(name.no),
    more: (from) => (alone ? [] : targets.aboutName(name.no, from))
  });
}

function createPlan(targets: Targets, { seqs, names, kept, more }: { seqs: readonly number[]; names: readonly Name[]; kept: ErasureResult['kept']; more: (above: number) => number[] }): ErasurePlan {
  let rest = [...seqs];
  let newest = rest.reduce((most, seq) => Math.max(most, seq), -1);
  return {
    seqs,
    names,
    kept,
    next() {
      const piece = rest.slice(0, entriesPerEvent);
      if (piece.length === 0) return undefined;
      const last = piece.length === rest.length;
      return {
        seqs: [...piece].sort((a, b) => a - b),
        names: names.filter(({ introduced }) => piece.includes(introduced)).map(({ no }) => no),
        altered: targets.altered(piece),
        whole: () => !last || more(newest).length === 0
      };
    },
    done(piece) {
      rest = rest.filter((seq) => !piece.seqs.includes(seq));
    },
    renew() {
      const come = more(newest);
      newest = come.reduce((most, seq) => Math.max(most, seq), newest);
      rest = [...come, ...rest].filter((seq) => targets.hasPayload(seq));
    }
  };
}
