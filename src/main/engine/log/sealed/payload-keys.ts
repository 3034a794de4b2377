// The keys of encrypted payloads while this log is open. A key is made for each category and UTC day (evidence format, section 8), under the write
// lock of log.db, durable before anything is sealed with it; table `payload_keys` says which ones there must be. A key that must be there and is not
// stays missing: a new one in its place would cut the person off from what the old one sealed, in silence.
import type { Category } from '../../../../contract/log.ts';
import { fail, isVarveError } from '../../kit/errors.ts';
import type { Random } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import type { LogKeys } from '../tree/keys.ts';
import { keyBytes } from './aead.ts';
import { openKey, sealKey, type KeyFileStore } from './key-file.ts';

export interface DayKey {
  id: string;
  key: Uint8Array;
}

export interface PayloadKeys {
  /** The key that entry `seq`, recorded at `atMs`, is sealed with. Only inside a write transaction. Throws VAULT_LOCKED, PAYLOAD_KEY_MISSING, HOME_DAMAGED, HOME_TOO_NEW. */
  forWriting(category: Category, atMs: number, seq: number): DayKey;
  /** undefined while the keys are not open here, and for a key that is not in the file. Throws HOME_DAMAGED, HOME_TOO_NEW. */
  find(id: string): Uint8Array | undefined;
  /** Every key that can be had now, for a thread that verifies; none while they are locked or their file cannot be used. */
  all(): DayKey[];
  /** Keys that log.db says there must be and the file does not have. Needs no open keys. Throws HOME_DAMAGED, HOME_TOO_NEW. */
  missing(): string[];
  /** Are secret keys open in this process? */
  readonly open: boolean;
}

export function createPayloadKeys({ db, keys, file, random, homeId }: { db: Database; keys: LogKeys; file: KeyFileStore; random: Random; homeId: string }): PayloadKeys {
  /** Unwrapped keys, dropped when their file was replaced. */
  let unwrapped: { from: unknown; keys: Map<string, Uint8Array> } | undefined;

  function find(id: string): Uint8Array | undefined {
    const open = keys.open();
    const sealed = file.read();
    if (open === undefined || sealed === undefined) return undefined;
    if (unwrapped?.from !== sealed) unwrapped = { from: sealed, keys: new Map() };
    const known = unwrapped.keys.get(id);
    if (known !== undefined) return known;
    const entry = sealed.get(id);
    if (entry === undefined) return undefined;
    const key = openKey(file.path, open.sealingKey, homeId, entry);
    unwrapped.keys.set(id, key);
    return key;
  }

  const registered = (id: string): boolean => db.prepare('SELECT 1 FROM payload_keys WHERE id = ?').get(id) !== undefined;
  const register = (id: string, seq: number): void => void db.prepare('INSERT INTO payload_keys (id, first) VALUES (?, ?) ON CONFLICT DO NOTHING').run(id, seq);

  /** Made only where no key was before: neither this one, nor, without a file, any. */
  function make(id: string, atMs: number): Uint8Array {
    const lost = (name: string): never => fail('PAYLOAD_KEY_MISSING', `${name} is known to log.db but not there`, { name, path: file.path });
    if (registered(id)) lost(id);
    if (file.read() === undefined && db.prepare('SELECT 1 FROM payload_keys LIMIT 1').get() !== undefined) lost('payload-keys.json');
    const open = keys.open() ?? locked(file.path);
    const key = random.bytes(keyBytes);
    file.add(sealKey(random, open.sealingKey, homeId, { id, createdAt: new Date(atMs).toISOString() }, key));
    return key;
  }

  return {
    find,
    forWriting(category, atMs, seq) {
      if (keys.open() === undefined) locked(file.path);
      const id = `${category}/${new Date(atMs).toISOString().slice(0, 10)}`;
      const key = find(id) ?? make(id, atMs);
      if (!registered(id)) register(id, seq);
      return { id, key };
    },
    all() {
      try {
        return [...(file.read()?.keys() ?? [])].flatMap((id) => {
          const key = find(id);
          return key === undefined ? [] : [{ id, key }];
        });
      } catch (error) {
        // Verification judges the record, and tells what it could not open; what is wrong with the keys is the doctor's to say.
        if (!isVarveError(error)) throw error;
        return [];
      }
    },
    missing() {
      const sealed = file.read();
      return db.prepare('SELECT id FROM payload_keys ORDER BY id').all<{ id: string }>().flatMap(({ id }) => (sealed?.has(id) === true ? [] : [id]));
    },
    get open() {
      return keys.open() !== undefined;
    }
  };
}

function locked(path: string): never {
  return fail('VAULT_LOCKED', 'the keys of encrypted payloads are not loaded', { path });
}
