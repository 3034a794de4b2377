// How one entry is held: its leaf, and the hashes beside it on the way up to the root that the newest checkpoint signs. For looking at; what is
// handed out as evidence is made in evidence/ and recorded.
import type { EntryInclusion } from '../../../../contract/review.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { leafHash, nodeHash } from '../merkle/hash.ts';
import { inclusionPath } from '../merkle/proofs.ts';
import type { Checkpoints } from '../tree/checkpoints.ts';
import type { TreeStore } from '../tree/store.ts';

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

export function createInclusion({ db, tree, checkpoints }: { db: Database; tree: TreeStore; checkpoints: Pick<Checkpoints, 'latest'> }): (seq: number) => EntryInclusion {
  return (seq) => {
    const text = db.prepare('SELECT header FROM entries WHERE seq = ?').get<{ header: string }>(seq)?.header;
    if (text === undefined) throw new VarveError('NOT_FOUND', `the log has no entry ${seq}`, { kind: 'event', name: String(seq) });
    const leaf = leafHash(text);
    const checkpoint = checkpoints.latest();
    if (checkpoint === undefined || seq >= checkpoint.size) return { leaf: hex(leaf), checkpoint: null, steps: [], holds: false };
    let reached = leaf;
    // The side on which a hash stands follows from place and size alone (RFC 9162, 2.1.3.2).
    let place = seq;
    let last = checkpoint.size - 1;
    const steps = inclusionPath(seq, checkpoint.size, tree.read).map((hash) => {
      const left = place % 2 === 1 || place === last;
      reached = left ? nodeHash(hash, reached) : nodeHash(reached, hash);
      while (left && place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
      [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
      return { hash: hex(hash), side: left ? ('left' as const) : ('right' as const), reached: hex(reached) };
    });
    const { size, root, at } = checkpoint;
    return { leaf: hex(leaf), checkpoint: { size, at, root: Buffer.from(root, 'base64').toString('hex') }, steps, holds: Buffer.from(root, 'base64').equals(Buffer.from(reached)) };
  };
}
