// Which keys must have signed a checkpoint of a given size: the pinned first one, and from each `log.key-rotated` event on the one it names. The
// checkpoint that covers such an event as its last entry carries the signatures of both. A key that no event names is a stranger's.
import type { Database } from '../../store/index.ts';
import type { Hasher } from '../hash.ts';
import { parseHeader } from '../header.ts';
import { isKept } from './payloads.ts';
import { BadNote, formatVkey, parseNote, parseVkey, type ParsedNote, type SignatureLine, type Vkey } from '../note/index.ts';

/** Public keys known outside log.db. `given`: brought for this run, each must be a key of this record. `home`: from keys.json, the first one counts. */
export interface Pins {
  from: 'given' | 'home' | 'none';
  keys: readonly Vkey[];
}

export interface Rotation {
  seq: number;
  /** undefined when the event names nothing that is a key. */
  vkey: Vkey | undefined;
  /** The key before, as the event names it. */
  previous: string;
}

/** Label of a key whose public half is not known: all that a signature line says. */
export type KeyLabel = Pick<SignatureLine, 'name' | 'keyId'>;

export interface KeyChain {
  pinned: Pins['from'];
  /** Keys that must have signed a checkpoint of this size; a label alone where no key is known at all. */
  signersAt(size: number): readonly (Vkey | KeyLabel)[];
}

/** Why nobody can be said to seal this record; `seq`: the first entry that it concerns. */
export interface KeyFault {
  what: 'foreign-key' | 'seal-missing';
  seq: number;
  detail: string;
}

export const isChain = (keys: KeyChain | KeyFault | undefined): keys is KeyChain => keys !== undefined && 'signersAt' in keys;

/** The rotations of the record below `below`. Only an event whose payload opens its commitment says anything. */
export function readRotations(db: Database, hasher: Hasher, below: number): Rotation[] {
  const rows = db
    .prepare("SELECT e.seq AS seq, e.header AS header, p.body AS body, p.salt AS salt FROM actions a JOIN facts f ON f.action = a.no JOIN entries e ON e.seq = f.seq JOIN payloads p ON p.seq = f.seq WHERE a.name = 'log.key-rotated' AND f.seq < ? ORDER BY f.seq")
    .all<{ seq: number; header: string; body: string | null; salt: string | null }>(below);
  return rows.flatMap((row) => {
    const { seq } = row;
    const header = parseHeader(row.header);
    const kept: { body: unknown; salt: unknown } = row;
    if (header?.action !== 'log.key-rotated' || header.seq !== seq || !isKept(kept) || hasher.commit(kept.salt, kept.body) !== header.payload?.commit) return [];
    const said = readObject(kept.body);
    return [{ seq, vkey: readVkey(said['vkey']), previous: String(said['previous']) }];
  });
}

/** What the event says; one whose payload is no object says nothing. */
function readObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function readVkey(text: unknown): Vkey | undefined {
  try {
    return parseVkey(String(text));
  } catch (error) {
    if (error instanceof BadNote) return undefined;
    throw error;
  }
}

interface ChainDeps {
  pins: Pins;
  rotations: readonly Rotation[];
  origin: string;
  seals: {
    /** The notes of the record's checkpoints, oldest first; asked only where no key is known. */
    notes(): Iterable<string>;
    has(size: number): boolean;
  };
}

/** undefined: nobody seals it. Whether the signatures hold is judged checkpoint by checkpoint. */
export function chainKeys({ pins, rotations, origin, seals }: ChainDeps): KeyChain | KeyFault | undefined {
  const foreign = (seq: number, detail: string): KeyFault => ({ what: 'foreign-key', seq, detail });
  const named = rotations[0] === undefined ? undefined : readVkey(rotations[0].previous);
  const start = pins.from === 'home' ? pins.keys[0] : (named ?? pins.keys[0]);
  if (start === undefined) return unknownKey(origin, seals.notes());
  const keys = [{ since: 0, vkey: start }];
  for (const { seq, vkey, previous } of rotations) {
    const last = keys.at(-1) as { vkey: Vkey };
    if (vkey === undefined) return foreign(seq, `entry ${seq} names a signing key that is none`);
    if (previous !== formatVkey(last.vkey.name, last.vkey.publicKey)) return foreign(seq, `entry ${seq} changes the signing key, but names another one before it than the one in force`);
    // Without it the key before never agreed: anybody can write an event.
    if (!seals.has(seq + 1)) return foreign(seq, `entry ${seq} changes the signing key, but the checkpoint over it, which both keys must have signed, is not there`);
    keys.push({ since: seq + 1, vkey });
  }
  const missing = pins.from === 'given' && pins.keys.find((key) => !keys.some(({ vkey }) => sameKey(vkey, key)));
  if (missing) return foreign(0, `the key ${formatVkey(missing.name, missing.publicKey)} is not a key of this record`);
  return {
    pinned: pins.from,
    signersAt(size) {
      const at = keys.findLastIndex(({ since }) => since <= size);
      const { since, vkey } = keys[at] as { since: number; vkey: Vkey };
      return since === size && at > 0 ? [(keys[at - 1] as { vkey: Vkey }).vkey, vkey] : [vkey];
    }
  };
}

/** Without any key the checkpoints must at least all be labelled as one and the same. */
function unknownKey(origin: string, seals: Iterable<string>): KeyChain | KeyFault | undefined {
  let any = false;
  for (const note of seals) {
    any = true;
    const label = openNote(note)?.signatures.find(({ name }) => name === origin);
    if (label) return { pinned: 'none', signersAt: () => [label] };
  }
  return any ? { what: 'seal-missing', seq: 0, detail: 'none of the checkpoints is a signed note of this record' } : undefined;
}

/** undefined when the text is no signed note. */
export function openNote(text: string): ParsedNote | undefined {
  try {
    return parseNote(text);
  } catch (error) {
    if (error instanceof BadNote) return undefined;
    throw error;
  }
}

export const isVkey = (key: Vkey | KeyLabel): key is Vkey => 'publicKey' in key;
export const sameLabel = (a: KeyLabel, b: KeyLabel): boolean => a.name === b.name && a.keyId === b.keyId;
const sameKey = (a: Vkey, b: Vkey): boolean => sameLabel(a, b) && Buffer.from(a.publicKey).equals(b.publicKey);
