// The first line of a bundle: the checkpoint, the first key, every change of key with its proof, and older checkpoints that it continues.
import { consistencyPath, inclusionPath } from '../merkle/proofs.ts';
import { sameHash } from '../merkle/hash.ts';
import { formatHashes, type Head, type Rotation } from './bundle-format.ts';
import { openCheckpoint, walkKeys, type OpenedCheckpoint } from './key-chain.ts';
import { missing, refuse } from './refuse.ts';
import type { EvidenceSource, SourceRotation } from './source.ts';

/** How many earlier checkpoints a bundle of some entries shows it continues, beside those that were asked for. */
const recentCheckpoints = 16;

export type KeysAndConsistency = Pick<Head, 'vkey' | 'checkpoint' | 'size' | 'rotations' | 'consistency'>;

/**
 * `held`: signed checkpoints that the receiver holds. Throws EVIDENCE_REFUSED for one that this record does not continue, EVIDENCE_MISSING for one
 * that is ahead of it.
 */
export function buildHead(source: EvidenceSource, checkpoint: { size: number; note: string }, { complete, held }: { complete: boolean; held: readonly string[] }): KeysAndConsistency {
  const { size, note } = checkpoint;
  const changes = source.rotations(size);
  const vkey = changes[0]?.previous ?? source.firstVkey();
  const rotations = changes.map((change) => describe(source, change));
  // Walked as a verifier will, so that nothing leaves that would be refused.
  const { chain } = walkKeys(source.origin, vkey, rotations);
  chain.signer(openCheckpoint(note, source.origin, 'the checkpoint'), 'the checkpoint');
  const older = new Map<number, string>();
  for (const text of held) {
    const opened = openCheckpoint(text, source.origin, 'the checkpoint that is held');
    requireContinued(source, opened, size);
    chain.signer(opened, 'the checkpoint that is held');
    if (opened.size > 0) older.set(opened.size, text);
  }
  // All entries together show every beginning; a selection needs a proof for each.
  if (!complete) {
    for (const change of changes) older.set(change.index + 1, change.note);
    for (const recent of source.sizesBelow(size, recentCheckpoints)) if (!older.has(recent)) older.set(recent, source.checkpoint(recent)?.note as string);
  }
  const consistency = [...older].sort(([a], [b]) => a - b).map(([oldSize, text]) => ({ checkpoint: text, proof: formatHashes(consistencyPath(oldSize, size, source.read)) }));
  return { vkey, checkpoint: note, size, rotations, consistency };
}

function describe(source: EvidenceSource, { index, header, payload, salt, vkey, note }: SourceRotation): Rotation {
  return { checkpoint: note, vkey, index, header, payload, salt, proof: formatHashes(inclusionPath(index, index + 1, source.read)) };
}

/** The checkpoint must be a beginning of the record's tree of `size`. */
export function requireContinued(source: EvidenceSource, older: OpenedCheckpoint, size: number): void {
  if (older.size > size) missing('behind', { held: older.size, size });
  if (!sameHash(source.root(older.size), older.root)) refuse('held', `this record does not continue the checkpoint of ${older.size} entries that is held: it is of another history`);
}
