// Which key may sign which sizes: the first key, until an entry of the log itself names the next and both have signed the tree that ends with it.
// A verifier starts at one key and walks; it never takes a key that no change leads to.
import { createHasher } from '../hash.ts';
import { parseHeader } from '../header.ts';
import { leafHash } from '../merkle/hash.ts';
import { checkInclusion } from '../merkle/proofs.ts';
import { BadNote, keyTypes, parseCheckpoint, parseNote, parseVkey, verifyNote, type ParsedNote, type Vkey } from '../note/index.ts';
import { parseHashes, type Rotation } from './bundle-format.ts';
import { orRefuse, refuse } from './refuse.ts';
import { readKeyRotation } from './rotation-event.ts';

export interface OpenedCheckpoint {
  origin: string;
  size: number;
  root: Uint8Array;
  note: ParsedNote;
}

/** A checkpoint's note, well formed and of this origin; who signed it is asked next. */
export function openCheckpoint(text: string, origin: string | undefined, what: string): OpenedCheckpoint {
  return orRefuse('note', what, () => {
    const note = parseNote(text);
    const checkpoint = parseCheckpoint(note.text);
    if (origin !== undefined && checkpoint.origin !== origin) refuse('origin', `${what} is of ${checkpoint.origin}, not of ${origin}`);
    if (checkpoint.extensions.length > 0) refuse('note', `${what} has lines after its root`);
    return { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root, note };
  });
}

/** A key that signs checkpoints of `origin`. */
export function openKey(vkey: string, origin: string): Vkey {
  const key = orRefuse('key', 'a key', () => parseVkey(vkey));
  if (key.type !== keyTypes.note) refuse('key', 'a key is not one that signs checkpoints');
  return key.name === origin ? key : refuse('key', `a key has the name ${key.name}, not that of the log, ${origin}`);
}

interface Reign {
  vkey: string;
  key: Vkey;
  /** Signs trees from this size to that one, both included: the tree that ends with a change is signed by both. */
  from: number;
  to: number;
}

export interface KeyChain {
  readonly first: string;
  readonly rotations: number;
  has(vkey: string): boolean;
  /** The vkey that signed the checkpoint, one of those in force at its size. Refuses (`signature`) when none did. */
  signer(checkpoint: OpenedCheckpoint, what: string): string;
}

/** Walks from `first` over the changes, each proven. `ancestors`: checkpoints that must be shown to be beginnings of the one in question. */
export function walkKeys(origin: string, first: string, rotations: readonly Rotation[]): { chain: KeyChain; ancestors: (OpenedCheckpoint & { index: number; header: string })[] } {
  const reigns: Reign[] = [{ vkey: first, key: openKey(first, origin), from: 0, to: Infinity }];
  const ancestors = rotations.map((rotation) => {
    const last = reigns.at(-1) as Reign;
    const { checkpoint, next } = openRotation(origin, last, rotation);
    if (checkpoint.size <= last.from) refuse('rotation', `the change of key at entry ${rotation.index} is out of order`);
    last.to = checkpoint.size;
    reigns.push({ vkey: rotation.vkey, key: next, from: checkpoint.size, to: Infinity });
    return { ...checkpoint, index: rotation.index, header: rotation.header };
  });
  const chain: KeyChain = {
    first,
    rotations: rotations.length,
    has: (vkey) => reigns.some((reign) => reign.vkey === vkey),
    signer(checkpoint, what) {
      const inForce = reigns.filter(({ from, to }) => checkpoint.size >= from && checkpoint.size <= to);
      const signed = signedBy(checkpoint, inForce.map(({ key }) => key), what);
      return inForce.findLast(({ key }) => signed.has(key.keyId))?.vkey ?? refuse('signature', `${what} is not signed by a key of this log`);
    }
  };
  return { chain, ancestors };
}

function openRotation(origin: string, last: Reign, rotation: Rotation): { checkpoint: OpenedCheckpoint; next: Vkey } {
  const what = `the change of key at entry ${rotation.index}`;
  const header = parseHeader(rotation.header) ?? refuse('rotation', `${what}: its header is not in its canonical form`);
  const checkpoint = openCheckpoint(rotation.checkpoint, origin, `the checkpoint of ${what}`);
  if (header.seq !== rotation.index || checkpoint.size !== rotation.index + 1) refuse('rotation', `${what}: header, index and checkpoint do not belong together`);
  const opens = header.payload !== null && Buffer.byteLength(rotation.payload, 'utf8') === header.payload.size && createHasher().commit(rotation.salt, rotation.payload) === header.payload.commit;
  const named = opens ? readKeyRotation(header, rotation.payload) : undefined;
  if (named === undefined) refuse('rotation', `${what}: the entry does not record one`);
  if (named.vkey !== rotation.vkey || named.previous !== last.vkey) refuse('rotation', `${what}: the entry names other keys`);
  if (!checkInclusion({ index: rotation.index, size: checkpoint.size, leafHash: leafHash(rotation.header), path: parseHashes(rotation.proof), root: checkpoint.root })) refuse('rotation', `${what}: the entry is not the last of the tree that was signed`);
  const next = openKey(rotation.vkey, origin);
  const signed = signedBy(checkpoint, [last.key, next], `the checkpoint of ${what}`);
  if (!signed.has(last.key.keyId) || !signed.has(next.keyId)) refuse('rotation', `${what}: not signed with both keys`);
  return { checkpoint, next };
}

/** Ids of the keys that signed, of those given. */
function signedBy({ note }: OpenedCheckpoint, keys: readonly Vkey[], what: string): Set<number> {
  try {
    return new Set(verifyNote(note, keys).map(({ keyId }) => keyId));
  } catch (error) {
    if (error instanceof BadNote) return refuse('signature', `${what}: ${error.message}`);
    throw error;
  }
}
