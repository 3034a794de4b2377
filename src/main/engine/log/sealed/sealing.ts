// Between the append transaction and the bytes of encrypted payloads: which categories encrypt now, how a payload is sealed, and what a sealed one
// turns out to be when it is opened.
import type { Category } from '../../../../contract/log.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Random } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import type { Hasher } from '../hash.ts';
import type { HeaderFields } from '../header.ts';
import { categoryRules } from '../model.ts';
import { openPayload, sealPayload } from './payload-box.ts';
import type { PayloadKeys } from './payload-keys.ts';

export interface SealedRow {
  sealed: Uint8Array;
  nonce: Uint8Array;
  wrapped: Uint8Array;
  kek: string;
}

/** What a sealed payload is: opened and fitting its commitment; sealed by a key that is not at hand; or not what was recorded. */
export type Opened = { state: 'intact'; text: string; salt: string } | { state: 'locked' } | { state: 'altered' };

export interface Sealing {
  /** Categories that encrypt now: those that always do, and those the person set. Throws LOG_DAMAGED. */
  encrypting(): ReadonlySet<Category>;
  /** Throws as `PayloadKeys.forWriting`; nothing is written then. */
  seal(category: Category, atMs: number, seq: number, secret: Uint8Array, text: string): SealedRow;
  /** The sealed payload of the entry at `header.seq`; undefined when none is there. */
  open(header: HeaderFields): Opened | undefined;
}

const settingKey = 'encrypting';

export function createSealing({ db, random, origin, payloadKeys, hasher }: { db: Database; random: Random; origin: string; payloadKeys: PayloadKeys; hasher: Hasher }): Sealing {
  const openSealed = createOpener({ db, origin, hasher, find: (id) => payloadKeys.find(id) });
  return {
    encrypting: () => readEncrypting(db),
    seal(category, atMs, seq, secret, text) {
      const { id, key } = payloadKeys.forWriting(category, atMs, seq);
      return { ...sealPayload(random, key, { origin, seq }, secret, text), kek: id };
    },
    open: openSealed
  };
}

/** Opens sealed payloads with whatever keys `find` has; also in a thread that verifies. */
export function createOpener({ db, origin, hasher, find }: { db: Database; origin: string; hasher: Hasher; find: (id: string) => Uint8Array | undefined }): Sealing['open'] {
  return (header) => {
    const { seq, payload: mark } = header;
    const row = db.prepare('SELECT sealed, nonce, wrapped, kek FROM payloads WHERE seq = ? AND sealed IS NOT NULL').get<SealedRow>(seq);
    if (row === undefined) return undefined;
    if (mark?.enc !== 'a256gcm') return { state: 'altered' };
    const key = find(row.kek);
    if (key === undefined) return { state: 'locked' };
    const opened = openPayload(key, { origin, seq }, row);
    const fits = opened !== undefined && hasher.commit(opened.salt, opened.text) === mark.commit && Buffer.byteLength(opened.text, 'utf8') === mark.size;
    return fits ? { state: 'intact', ...opened } : { state: 'altered' };
  };
}

const alwaysEncrypting = (Object.keys(categoryRules) as Category[]).filter((category) => categoryRules[category].encrypts);

function readEncrypting(db: Database): ReadonlySet<Category> {
  const value = db.prepare('SELECT value FROM meta WHERE key = ?').get<{ value: string }>(settingKey)?.value;
  if (value === undefined) return new Set(alwaysEncrypting);
  const chosen = value === '' ? [] : value.split(',');
  // A category that this program does not know was set by a newer one: guessing here would store in the clear what should be encrypted.
  for (const name of chosen) {
    if (!Object.hasOwn(categoryRules, name)) throw new VarveError('LOG_DAMAGED', `${db.path}: the list of encrypted categories names "${name}"`, { what: `the list of encrypted categories names "${name}"` });
  }
  return new Set([...alwaysEncrypting, ...(chosen as Category[])]);
}

/** Inside the transaction that records the change. */
export function keepEncrypting(db: Database, chosen: readonly Category[]): void {
  db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(settingKey, [...chosen].sort().join(','));
}
