// Evidence that does not hold is refused with the catalogue's EVIDENCE_REFUSED: a reason for words, a detail for the technical reader,
// and where in the file. Nothing of a refused file counts as shown.
import { lackWords } from '../../../../contract/copy/evidence.ts';
import type { EvidenceLack, RefusalReason } from '../../../../contract/evidence.ts';
import { VarveError } from '../../kit/errors.ts';
import { BadNote } from '../note/index.ts';

export interface Place {
  line?: number;
  entry?: number;
}

export function refuse(reason: RefusalReason, detail: string, place: Place = {}): never {
  throw new VarveError('EVIDENCE_REFUSED', detail, { reason, detail, ...place });
}

/** Runs `work`; what the codecs call a bad note becomes a refusal for `reason`. */
export function orRefuse<T>(reason: RefusalReason, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BadNote) return refuse(reason, `${what}: ${error.message}`);
    throw error;
  }
}

/** Runs `work`; a refusal inside it says where it happened, unless it already does. */
export function at<T>(place: Place, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'EVIDENCE_REFUSED') throw error;
    const data = error.data as { reason: RefusalReason; detail: string } & Place;
    throw new VarveError('EVIDENCE_REFUSED', error.message, { ...place, ...data });
  }
}

/** Evidence that may hold but cannot be shown to: exit 9, with what is missing. */
export function missing(lack: EvidenceLack, sizes: { held?: number; size?: number } = {}): never {
  const what = lackWords.en[lack].replace('{held}', String(sizes.held)).replace('{size}', String(sizes.size));
  throw new VarveError('EVIDENCE_MISSING', what, { what, lack, ...sizes });
}
