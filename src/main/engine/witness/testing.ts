// A log in memory for tests of witnesses: leaves, signed checkpoints of any size, requests between any two.
import { leafHash, nodeHash } from '../log/merkle/hash.ts';
import { consistencyPath, rootAt, type ReadSubtree } from '../log/merkle/proofs.ts';
import { formatCheckpoint, formatNote, formatVkey, publicKeyOf, signText } from '../log/note/index.ts';
import { formatRequest } from '../log/note/witness-request.ts';

export interface ToyLog {
  origin: string;
  vkey: string;
  note(size: number): string;
  request(oldSize: number, size: number): string;
  root(size: number): Uint8Array;
}

/** Two toy logs with one seed and origin and other words are two histories of one log; `fromLeaf` says from where on the words differ. */
export function createToyLog({ origin = 'varve/toy', seed = 5, word = 'a', fromLeaf = 0 }: { origin?: string; seed?: number; word?: string; fromLeaf?: number } = {}): ToyLog {
  const key = new Uint8Array(32).fill(seed);
  const read: ReadSubtree = (level, index) => (level === 0 ? leafHash(`${index < fromLeaf ? 'common' : word} ${index}`) : nodeHash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1)));
  const text = (size: number): string => formatCheckpoint({ origin, size, root: rootAt(size, read) });
  const note = (size: number): string => formatNote(text(size), [signText({ text: text(size), name: origin, seed: key })]);
  return {
    origin,
    vkey: formatVkey(origin, publicKeyOf(key)),
    note,
    request: (oldSize, size) => formatRequest({ oldSize, proof: oldSize <= size ? consistencyPath(oldSize, size, read) : [], note: note(size) }),
    root: (size) => rootAt(size, read)
  };
}
