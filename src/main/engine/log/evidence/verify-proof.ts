// Checks what fits in one small text: a proof file (C2SP tlog-proof), and the proof that one checkpoint continues another (the body of a C2SP
// witness request). Neither brings a key: without one that the reader has, nothing is shown.
import type { EvidenceReport } from '../../../../contract/evidence.ts';
import { createHasher, genesisHash } from '../hash.ts';
import { leafHash, sameHash } from '../merkle/hash.ts';
import { checkConsistency, checkInclusion } from '../merkle/proofs.ts';
import { encodeBase64, parseProofFile, parseVkey, verifyNote, type Vkey } from '../note/index.ts';
import { checkOpening, noPayloads, openHeader } from './entry-check.ts';
import { openCheckpoint, type OpenedCheckpoint } from './key-chain.ts';
import { readRequest } from '../note/witness-request.ts';
import { parseExtra } from './proof-extra.ts';
import { at, missing, orRefuse, refuse } from './refuse.ts';
import type { Given } from './verify-bundle.ts';

/** Throws EVIDENCE_REFUSED; EVIDENCE_MISSING without a key, or when the reader's checkpoint cannot be compared. */
export function verifyProofFile(bytes: Uint8Array, given: Given): EvidenceReport {
  const proof = orRefuse('format', 'the proof file', () => parseProofFile(bytes));
  const checkpoint = openCheckpoint(proof.checkpoint, undefined, 'the checkpoint');
  const lone = judgeLone(checkpoint, given);
  if (proof.extra === undefined) missing('entry');
  const { header: leaf, opened } = parseExtra(proof.extra);
  const payloads = noPayloads();
  at({ entry: proof.index }, () => {
    const header = openHeader(leaf, proof.index);
    if (header.seq === 0 && header.prev !== genesisHash(checkpoint.origin)) refuse('chain', 'the first entry does not follow from the name of the log');
    const { size, root } = checkpoint;
    if (!checkInclusion({ index: proof.index, size, leafHash: leafHash(leaf), path: proof.hashes, root })) refuse('inclusion', 'the entry is not in the tree that was signed');
    if (opened !== undefined) checkOpening(createHasher(), header, opened.text, opened.salt);
    payloads[opened !== undefined ? 'opened' : header.payload === null ? 'none' : 'withheld'] += 1;
  });
  const held = given.held === undefined ? null : compareSame(checkpoint, given.held, lone.keys);
  return { kind: 'proof', verdict: 'verified', ...describe(checkpoint, lone.vkey), held, complete: checkpoint.size === 1, entries: 1, payloads };
}

/** The reader's own checkpoint must be the older one. Throws as `verifyProofFile`. */
export function verifyConsistencyFile(bytes: Uint8Array, given: Given): EvidenceReport {
  const { oldSize, proof: hashes, note } = orRefuse('format', 'the consistency proof', () => readRequest(bytes));
  const checkpoint = openCheckpoint(note, undefined, 'the newer checkpoint');
  if (given.held === undefined) missing('older', { held: oldSize, size: checkpoint.size });
  const held = openCheckpoint(given.held, checkpoint.origin, 'the checkpoint that you hold');
  if (held.size !== oldSize) missing('other-size', { held: held.size, size: oldSize });
  const proof = { oldSize, oldRoot: held.root, newSize: checkpoint.size, newRoot: checkpoint.root, path: hashes };
  if (!checkConsistency(proof)) refuse('held', `the checkpoint of ${oldSize} entries that you hold is not shown to be a beginning of this one`);
  const { keys, vkey } = judgeLone(checkpoint, given);
  requireSigned(held, keys, 'the checkpoint that you hold');
  const relation = held.size === checkpoint.size ? 'same' : 'beginning';
  return { kind: 'consistency', verdict: 'verified', ...describe(checkpoint, vkey), held: { size: held.size, relation }, complete: false, entries: 0, payloads: noPayloads() };
}

function describe({ origin, size, root }: OpenedCheckpoint, vkey: string): Pick<EvidenceReport, 'origin' | 'checkpoint' | 'key' | 'rotations' | 'created'> {
  return { origin, checkpoint: { size, root: encodeBase64(root) }, key: { vkey, from: 'given', signer: vkey }, rotations: 0, created: null };
}

/** The given key that signed, and all of them. */
function judgeLone(checkpoint: OpenedCheckpoint, { keys: vkeys }: Given): { vkey: string; keys: Vkey[] } {
  if (vkeys.length === 0) missing('key');
  const keys = vkeys.map((vkey) => ({ vkey, key: parseVkey(vkey) })).filter(({ key }) => key.name === checkpoint.origin && checkpoint.note.signatures.some(({ name, keyId }) => name === key.name && keyId === key.keyId));
  if (keys.length === 0) refuse('foreign-key', 'the checkpoint is not signed with a key that was given');
  const signer = requireSigned(checkpoint, keys.map(({ key }) => key), 'the checkpoint');
  return { keys: vkeys.map(parseVkey), vkey: (keys.find(({ key }) => key.keyId === signer) as { vkey: string }).vkey };
}

function requireSigned({ note }: OpenedCheckpoint, keys: readonly Vkey[], what: string): number {
  const [line] = orRefuse('signature', what, () => verifyNote(note, keys));
  return (line as { keyId: number }).keyId;
}

/** A proof file has one checkpoint: what the reader holds can be the same, or somebody must show the way. */
function compareSame(checkpoint: OpenedCheckpoint, text: string, keys: readonly Vkey[]): EvidenceReport['held'] {
  const held = openCheckpoint(text, checkpoint.origin, 'the checkpoint that you hold');
  requireSigned(held, keys, 'the checkpoint that you hold');
  if (held.size > checkpoint.size) missing('behind', { held: held.size, size: checkpoint.size });
  if (held.size < checkpoint.size) missing('unproven', { held: held.size, size: checkpoint.size });
  if (!sameHash(held.root, checkpoint.root)) refuse('held', `the checkpoint of ${held.size} entries that you hold is of another history`);
  return { size: held.size, relation: 'same' };
}
