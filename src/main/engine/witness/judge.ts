// The one question a witness answers: does this checkpoint extend the last one I signed for its log? Pure, so that every row of the protocol can
// be tested without a file. Order of the checks as in C2SP tlog-witness: 404, 403, 400, 409, 422.
import { emptyRoot, sameHash } from '../log/merkle/hash.ts';
import { checkConsistency } from '../log/merkle/proofs.ts';
import { BadNote, verifyNote, type SignatureLine, type Vkey } from '../log/note/index.ts';
import type { WitnessRequest } from '../log/note/witness-request.ts';
import type { WitnessAnswer } from './answer.ts';

/** The last checkpoint that was cosigned. */
export interface Followed {
  size: number;
  root: Uint8Array;
}

export type Ruling =
  | { kind: 'cosign'; signatures: SignatureLine[] }
  /** `fork`: signed by the log, of a size that was cosigned with another root. Both notes together prove two histories. */
  | { kind: 'refuse'; answer: Exclude<WitnessAnswer, { status: 200 }>; fork: boolean };

/** `trusted`: keys of the log with this origin, undefined when nobody told us to follow it. `followed`: null before the first cosignature. */
export function judge(request: WitnessRequest, trusted: readonly Vkey[] | undefined, followed: Followed | null): Ruling {
  const { oldSize, proof, checkpoint, note } = request;
  const { origin, size, root } = checkpoint;
  if (trusted === undefined) return refuse(404, 'unknown-origin', 'this witness does not follow that log');
  let signatures: SignatureLine[];
  try {
    signatures = verifyNote(note, trusted);
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return refuse(403, 'bad-signature', `not signed by a key that is trusted for this log: ${error.message}`);
  }
  if (oldSize > size) return refuse(400, 'old-larger', 'the old size is larger than the checkpoint');
  const keptSize = followed?.size ?? 0;
  const keptRoot = followed?.root ?? emptyRoot;
  const fork = followed !== null && size === followed.size && !sameHash(root, followed.root);
  if (fork) return { kind: 'refuse', fork, answer: { status: 409, reason: 'fork', origin, size: keptSize, asked: size } };
  if (oldSize !== keptSize) return { kind: 'refuse', fork, answer: { status: 409, reason: 'other-size', origin, size: keptSize, asked: size } };
  if (!checkConsistency({ oldSize: keptSize, oldRoot: keptRoot, newSize: size, newRoot: root, path: proof })) return refuse(422, 'bad-proof', 'the proof does not show that this checkpoint extends the last one');
  return { kind: 'cosign', signatures };
}

function refuse(status: 400 | 403 | 404 | 422, reason: 'old-larger' | 'unknown-origin' | 'bad-signature' | 'bad-proof', detail: string): Ruling {
  return { kind: 'refuse', fork: false, answer: { status, reason, detail } };
}
