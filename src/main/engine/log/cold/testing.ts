// For tests of what brings a record back: a log with everything in it that a record can hold, and all rows of the tables that are evidence.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { createNodeFiles } from '../../../adapters/files.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { EventLog, LogKeys, NewEvent } from '../index.ts';
import { createTestClock, createTestKeys, openTestLog } from '../testing.ts';

/** Evidence, in full, and what is derived from it without knowing anything else. */
export const comparedTables = {
  entries: 'SELECT seq, hex(hash) AS hash, header FROM entries ORDER BY seq',
  payloads: 'SELECT seq, body, salt, hex(sealed) AS sealed, hex(nonce) AS nonce, hex(wrapped) AS wrapped, kek FROM payloads ORDER BY seq',
  names: 'SELECT no, id, kind, name, introduced FROM names ORDER BY no',
  erased: 'SELECT seq, event FROM erased ORDER BY seq',
  leaves: 'SELECT no, hex(hashes) AS hashes FROM leaves ORDER BY no',
  tiles: 'SELECT level, no, hex(hashes) AS hashes FROM tiles ORDER BY level, no',
  checkpoints: 'SELECT size, note, at_ms FROM checkpoints ORDER BY size',
  facts: 'SELECT f.seq, at_ms, category, level, a.name AS action, actor, subject, hex(f.id) AS id, s.name AS session, hex(trace) AS trace FROM facts f JOIN actions a ON a.no = f.action JOIN sessions s ON s.no = f.session ORDER BY f.seq',
  // What a note that is encrypted speaks of can be read with its key alone.
  annotations: 'SELECT target, seq, kind, note FROM annotations WHERE seq NOT IN (SELECT seq FROM payloads WHERE kek IS NOT NULL) ORDER BY target, seq',
  anchors: 'SELECT * FROM anchors ORDER BY no',
  witnesses: 'SELECT * FROM witnesses ORDER BY vkey',
  source_lines: 'SELECT source, hex(digest) AS digest, copies, run, seen FROM source_lines ORDER BY source, digest',
  source_entries: 'SELECT seq, source, hex(digest) AS digest FROM source_entries ORDER BY seq',
  source_files: 'SELECT * FROM source_files ORDER BY source, sha256',
  sources: 'SELECT * FROM sources ORDER BY no',
  namespaces: 'SELECT prefix, schema, event FROM namespaces ORDER BY prefix',
  payload_keys: 'SELECT id, first FROM payload_keys ORDER BY id',
  meta: "SELECT key, value FROM meta WHERE key IN ('origin', 'encrypting') ORDER BY key"
} as const;

export function rowsOfTables(path: string): Record<keyof typeof comparedTables, unknown[]> {
  const db = new BetterSqlite3(path, { readonly: true });
  try {
    return Object.fromEntries(Object.entries(comparedTables).map(([table, sql]) => [table, db.prepare(sql).all()])) as Record<keyof typeof comparedTables, unknown[]>;
  } finally {
    db.close();
  }
}

/** Whole numbers below `below`, the same for the same seed. */
function createPick(seed: number): (below: number) => number {
  let state = (seed | 0) === 0 ? 1 : seed | 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const words = ['alpha', 'bravo', 'ação', '𝛷', 'x'.repeat(300), '__proto__', 'line\nline'];

/** What is protected or gone already stays; anything else is a fault. */
function protectedEntry(error: unknown): void {
  if (!isVarveError(error) || !['ERASE_PROTECTED', 'ERASED_ALREADY', 'NOTHING_TO_ERASE', 'NOT_FOUND'].includes(error.code)) throw error;
}

/** `steps` things that happen to a record, by chance: plain and encrypted entries, names, notes, marks, erasures, keys, namespaces, checkpoints. */
export async function growRichLog(folder: string, seed: number, steps: number): Promise<{ path: string; log: EventLog; keys: LogKeys }> {
  const path = join(folder, 'log.db');
  const clock = createTestClock();
  const keys = createTestKeys();
  const { log } = openTestLog({ files: createNodeFiles(), path, clock, keys });
  const pick = createPick(seed);
  const word = (): string => words[pick(words.length)] as string;
  const recorded = (): number => pick(log.entries());
  const event = (): NewEvent => ({
    action: pick(3) === 0 ? 'app.noted' : 'app.measured',
    category: pick(3) === 0 ? 'metrics' : 'app',
    ...(pick(4) > 0 && { payload: { word: word(), value: pick(1000) / 8, deep: [{ [word()]: null }] } }),
    ...(pick(3) === 0 && { subject: `plan:${pick(9)}` }),
    ...(pick(5) === 0 && { actor: `person ${pick(7)}` }),
    ...(pick(6) === 0 && { trace: 'ab'.repeat(16) })
  });
  for (let step = 0; step < steps; step++) {
    clock.advance(pick(4) === 0 ? 3_600_000 * 7 : 1);
    switch (pick(12)) {
      case 0:
        log.append(pick(2) === 0 ? { action: 'note.added', category: 'note', payload: { seqs: [recorded()], text: word() } } : { action: 'review.marked', category: 'note', payload: { seqs: [recorded()] } });
        break;
      case 1:
        await log.erasures.erase({ reason: 'subject-request', basis: 'lgpd-18-vi', seqs: [recorded()] }, {}).catch(protectedEntry);
        break;
      case 2:
        if (pick(4) === 0) await log.erasures.erase({ reason: 'subject-request', basis: 'lgpd-18-vi', subject: `plan:${pick(9)}` }, {}).catch(protectedEntry);
        break;
      case 3:
        log.declareNamespace(`lab${pick(4)}`, pick(2) === 0 ? undefined : { type: 'object', required: ['b', 'a'], title: word() });
        break;
      case 4:
        if (pick(6) === 0) await log.checkpoints.rotate('test');
        else if (pick(3) === 0) await log.sealed.encryption.set('note', pick(2) === 0, undefined);
        break;
      case 5:
        log.checkpoints.sign();
        break;
      case 6:
        log.anchors.hold({ text: log.checkpoints.sign().note, kind: 'paper', source: { label: word() } }, 'ada');
        break;
      case 7: {
        const file = join(folder, `lines-${pick(3)}.jsonl`);
        appendFileSync(file, `${JSON.stringify({ type: 'step', data: { word: word(), value: pick(100) } })}\n`);
        for await (const done of log.intake.import({ path: file, actor: 'ada' })) if (done.kind === 'done') break;
        break;
      }
      default:
        log.appendMany(Array.from({ length: 1 + pick(20) }, event));
    }
  }
  log.checkpoints.sign();
  return { path, log, keys };
}

/** Pieces that end anywhere. */
export function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
