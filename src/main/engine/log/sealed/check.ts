// Encrypted payloads in verification, in its thread: opened with the keys that were handed over. Without its key a payload is locked, which is no
// evidence for or against it: commitment, chain and tree still hold the entry.
import type { Database } from '../../store/index.ts';
import type { BreakFound } from '../verify/break.ts';
import { openPlain, type OpenPayload } from '../verify/payloads.ts';
import { openPayload } from './payload-box.ts';
import type { DayKey } from './payload-keys.ts';
import type { SealedRow } from './sealing.ts';

interface CheckDeps {
  db: Database;
  origin: string;
  payloadKeys: readonly DayKey[];
}

/** Plain payloads as ever; ciphertext with the day keys at hand. */
export function openWithKeys({ db, origin, payloadKeys }: CheckDeps): OpenPayload {
  const keys = new Map(payloadKeys.map(({ id, key }) => [id, key]));
  return (row, header) => {
    if (header.payload?.enc !== 'a256gcm' || !row.sealed) return openPlain(row, header);
    const { seq } = row;
    const sealed = db.prepare('SELECT sealed, nonce, wrapped, kek FROM payloads WHERE seq = ?').get<SealedRow>(seq);
    const key = sealed && keys.get(sealed.kek);
    if (sealed === undefined || key === undefined) return { state: 'locked' };
    const opened = openPayload(key, { origin, seq }, sealed);
    return opened ? { state: 'open', body: opened.text, salt: opened.salt } : { state: 'unfit', found: explain({ db, origin, seq, row: sealed, key }) };
  };
}

/** A sealed payload that opens at another entry's place was moved here; any other was edited. */
function explain({ db, origin, seq, row, key }: { db: Database; origin: string; seq: number; row: SealedRow; key: Uint8Array }): BreakFound {
  for (const other of db.prepare('SELECT seq FROM payloads WHERE kek IS NOT NULL ORDER BY seq').iterate<{ seq: number }>()) {
    if (other.seq !== seq && openPayload(key, { origin, seq: other.seq }, row) !== undefined) return { seq, what: 'payload-swapped', detail: `entry ${seq} carries the payload that was recorded with entry ${other.seq}` };
  }
  return { seq, what: 'edited', detail: `the encrypted payload of entry ${seq} is not the one that was recorded` };
}
