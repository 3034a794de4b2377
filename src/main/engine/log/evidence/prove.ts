// The two proofs that fit in a text: one entry's place in a signed tree (C2SP tlog-proof), and that one checkpoint continues another (the body
// of a C2SP witness request).
import type { Disclosure } from '../../../../contract/evidence.ts';
import { VarveError } from '../../kit/errors.ts';
import { consistencyPath, inclusionPath } from '../merkle/proofs.ts';
import { formatProofFile } from '../note/index.ts';
import { requireContinued } from './build-head.ts';
import { formatRequest } from '../note/witness-request.ts';
import { openCheckpoint } from './key-chain.ts';
import { formatExtra } from './proof-extra.ts';
import { missing } from './refuse.ts';
import type { EvidenceSource } from './source.ts';

/** Throws NOT_FOUND, LOG_DAMAGED; EVIDENCE_MISSING for an entry that the checkpoint does not cover. */
export function proveEntry(source: EvidenceSource, checkpoint: { size: number; note: string }, { seq, disclosure }: { seq: number; disclosure: Disclosure }): string {
  const entry = source.entry(seq);
  if (seq >= checkpoint.size) missing('uncovered', { held: seq, size: checkpoint.size });
  const payload = disclosure === 'payloads' ? source.disclose(entry) : null;
  const opened = payload?.state === 'opened' ? { text: payload.text, salt: payload.salt } : undefined;
  return formatProofFile({ index: seq, hashes: inclusionPath(seq, checkpoint.size, source.read), extra: formatExtra({ header: entry.header, opened }), checkpoint: checkpoint.note });
}

/** `older`: a size, or a signed checkpoint of this log. Throws NOT_FOUND for a newer size that was never signed, EVIDENCE_REFUSED, EVIDENCE_MISSING. */
export function proveConsistency(source: EvidenceSource, older: number | string, newSize: number | undefined): { oldSize: number; size: number; text: string } {
  const newer = source.checkpoint(newSize);
  if (newer === undefined) {
    if (newSize === undefined) missing('checkpoint');
    throw new VarveError('NOT_FOUND', `no checkpoint of ${newSize} entries was signed`, { kind: 'checkpoint', name: String(newSize) });
  }
  const oldSize = typeof older === 'number' ? older : continued(source, older, newer.size);
  if (oldSize > newer.size) throw new VarveError('BAD_INPUT', 'the older checkpoint is larger', { field: 'old', reason: `${oldSize} is more than ${newer.size}; the older one comes first` });
  return { oldSize, size: newer.size, text: formatRequest({ oldSize, proof: consistencyPath(oldSize, newer.size, source.read), note: newer.note }) };
}

function continued(source: EvidenceSource, note: string, size: number): number {
  const older = openCheckpoint(note, source.origin, 'the older checkpoint');
  requireContinued(source, older, size);
  return older.size;
}
