// What a damaged log.db still proves behind a record that is whole up to some entry: entries that continue its chain, as far as a checkpoint signed by the home's
// key covers them, and, behind that, whatever can still be read. A copy is read, so the damaged file stays as it is.
import type { Files, Random } from '../../ports.ts';
import { VarveError, isVarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { readErasure } from '../erasure.ts';
import { createHasher } from '../hash.ts';
import { parseHeader } from '../header.ts';
import { peaksAt, RightEdge } from '../merkle/edge.ts';
import { leafHash } from '../merkle/hash.ts';
import { BadNote, makeVkey, parseCheckpoint, parseNote, parseVkey, verifyNote, type Vkey } from '../note/index.ts';
import { openReadable } from '../open-readable.ts';
import { createTreeStore } from '../tree/store.ts';
import { createLineWriter } from './entry-line.ts';
import { isDamage, readEntryRows } from './entry-rows.ts';
import { readEventLine } from './event-line.ts';
import type { ColdCheckpoint, ColdEntry, Rebuild } from './rebuild.ts';
import { readTables } from './tables.ts';
import { tablePieces } from './write-tables.ts';

export interface Rescued {
  /** Entries that were added to the rebuilt record. */
  added: number;
  /** Why it went no further. */
  stopped: string;
  /** Newest checkpoint that the home's key signed over more than what was saved. */
  lost: { size: number; note: string } | undefined;
  /** Behind what was saved: one JSON text each, in order. */
  tail: string[];
  /** Entries that an event of the tail says were erased: they have to be erased again. */
  eraseAgain: number[];
}

const noFile = (stopped: string): Rescued => ({ added: 0, stopped, lost: undefined, tail: [], eraseAgain: [] });
const batch = 500;
const most = 2 ** 40;

interface Candidate extends ColdEntry {
  seq: number;
}

/** Adds to `rebuild` what can be proven. `tables`: also takes over what the file knows beside its entries. Never throws for damage. */
export async function rescueInto(rebuild: Rebuild, { files, random, path, origin, keys, temporaryFolder, tables }: { files: Files; random: Random; path: string; origin: string; keys: readonly Uint8Array[]; temporaryFolder: string; tables: boolean }): Promise<Rescued> {
  let readable;
  try {
    readable = openReadable({ files, random, path, temporaryFolder, alwaysCopy: true });
  } catch (error) {
    if (!isVarveError(error) || !['LOG_DAMAGED', 'PATH_MISSING'].includes(error.code)) throw error;
    return noFile(error.message);
  }
  try {
    return await rescueFrom(readable.db, rebuild, { origin, keys, tables });
  } finally {
    readable.db.close();
    readable.cleanUp();
  }
}

async function rescueFrom(db: Database, rebuild: Rebuild, { origin, keys, tables }: { origin: string; keys: readonly Uint8Array[]; tables: boolean }): Promise<Rescued> {
  const from = rebuild.size;
  const { entries, stopped } = readContinuing(db, from, rebuild.head);
  const vkeys = keysOf(origin, keys, entries);
  const signed = signedCheckpoints(db, origin, vkeys);
  const size = provenSize(rebuild, entries, signed);
  for (let at = 0; at < size - from; at += batch) rebuild.add(entries.slice(at, Math.min(at + batch, size - from)));
  for (const entry of entries.slice(0, size - from)) eraseNamed(rebuild.db, entry, from);
  rebuild.addCheckpoints(signed.filter((each) => each.size > from && each.size <= size));
  if (tables) {
    const all: Uint8Array[] = [];
    try {
      for await (const piece of tablePieces(db, origin, async () => undefined)) all.push(piece);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    if (all.length > 0) await readTables(all, { db: rebuild.db, origin });
  }
  const newest = signed.at(-1);
  return { added: size - from, stopped, lost: newest !== undefined && newest.size > size ? { size: newest.size, note: newest.note } : undefined, ...readTail(db, size) };
}

/** Entries from `from` on, until one is missing, does not continue the chain, or is not what was recorded. */
function readContinuing(db: Database, from: number, first: string): { entries: Candidate[]; stopped: string } {
  const hasher = createHasher();
  const entries: Candidate[] = [];
  let head = first;
  const stop = (what: string): { entries: Candidate[]; stopped: string } => ({ entries, stopped: `entry ${from + entries.length}: ${what}` });
  try {
    const write = createLineWriter(db);
    let unreadable = '';
    for (const row of readEntryRows(db, from, lastOf(db) + 1, (_seq, why) => (unreadable = why))) {
      if (unreadable !== '') return stop(unreadable);
      const { text, header, what } = write(row);
      const line = readEventLine(text);
      if ('fault' in line || header === undefined) return stop(what ?? 'is not an entry');
      if (header.seq !== from + entries.length || header.prev !== head) return stop('does not continue the entry before it');
      if (hasher.chain(head, line.header) !== line.hash) return stop('its hash does not follow from its header');
      head = line.hash;
      entries.push({ seq: header.seq, header: line.header, payload: line.payload, ...(line.by !== undefined && { erasedBy: line.by }) });
    }
    return unreadable === '' ? { entries, stopped: '' } : stop(unreadable);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return stop(error.message);
  }
}

function lastOf(db: Database): number {
  try {
    return db.prepare('SELECT max(seq) AS seq FROM entries WHERE seq < ?').get<{ seq: number | null }>(most)?.seq ?? -1;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return createTreeStore(db).size() - 1;
  }
}

/** The home's own keys, and those that entries put in force. */
function keysOf(origin: string, keys: readonly Uint8Array[], entries: readonly Candidate[]): Vkey[] {
  const rotated = entries.flatMap(({ header, payload }) => {
    if (!header.startsWith('{"action":"log.key-rotated"') || payload === undefined || !('body' in payload)) return [];
    try {
      return [parseVkey(String((JSON.parse(payload.body) as { vkey?: unknown }).vkey))];
    } catch (error) {
      if (error instanceof BadNote) return [];
      throw error;
    }
  });
  return [...keys.map((key) => makeVkey(origin, key)), ...rotated];
}

/** Rising by size; one that is no signed note of this record by these keys is left out. */
function signedCheckpoints(db: Database, origin: string, vkeys: readonly Vkey[]): ColdCheckpoint[] {
  const rows: ColdCheckpoint[] = [];
  try {
    for (const row of db.prepare('SELECT size, note, at_ms AS atMs FROM checkpoints ORDER BY size').iterate<ColdCheckpoint>()) rows.push(row);
  } catch (error) {
    if (!isDamage(error)) throw error; // those before it were read
  }
  return rows.filter(({ size, note }) => {
    try {
      const parsed = parseNote(note);
      const checkpoint = parseCheckpoint(parsed.text);
      verifyNote(parsed, vkeys);
      return checkpoint.origin === origin && checkpoint.size === size;
    } catch (error) {
      if (error instanceof BadNote) return false;
      throw error;
    }
  });
}

/** The largest size whose signed root these entries have, and in which every erasure is explained. */
function provenSize(rebuild: Rebuild, entries: readonly Candidate[], signed: readonly ColdCheckpoint[]): number {
  const from = rebuild.size;
  const read = createTreeStore(rebuild.db).read;
  const edge = RightEdge.at(from, peaksAt(from).map(({ level, index }) => read(level, index)));
  const roots = new Map(signed.map(({ size, note }) => [size, parseCheckpoint(parseNote(note).text).root]));
  let proven = from;
  let explained = from;
  for (const { seq, header, erasedBy } of entries) {
    edge.append(leafHash(header));
    explained = Math.max(explained, (erasedBy ?? -1) + 1);
    const root = roots.get(seq + 1);
    if (root !== undefined && explained <= seq + 1 && Buffer.from(root).equals(edge.root())) proven = seq + 1;
  }
  return proven;
}

/** A package from before an erasure still has what was erased; it goes again, as the event says. */
function eraseNamed(db: Database, { seq: event, header, payload }: Candidate, below: number): void {
  const action = parseHeader(header)?.action ?? '';
  const erasure = payload !== undefined && 'body' in payload ? readErasure(action, payload.body) : undefined;
  if (erasure === undefined) return;
  const seqs = erasure.kind === 'entries' ? erasure.seqs : db.prepare("SELECT seq FROM entries WHERE seq BETWEEN ? AND ? AND header ->> '$.category' = ?").all<{ seq: number }>(erasure.from, erasure.to, erasure.category).map(({ seq }) => seq);
  db.transaction(() => {
    for (const seq of seqs) {
      const kept = db.prepare('SELECT body IS NOT NULL AS plain FROM payloads WHERE seq = ?').get<{ plain: number }>(seq);
      if (seq >= below || kept === undefined) continue;
      db.prepare('INSERT INTO erased (seq, event) VALUES (?, ?) ON CONFLICT (seq) DO UPDATE SET event = excluded.event').run(seq, event);
      if (kept.plain === 1) db.prepare('DELETE FROM search WHERE rowid = ?').run(seq);
      db.prepare('DELETE FROM payloads WHERE seq = ?').run(seq);
      db.prepare('UPDATE names SET name = NULL WHERE introduced = ?').run(seq);
      if (kept.plain === 1) db.prepare('INSERT INTO search (rowid, action, body) SELECT seq, action, NULL FROM words WHERE seq = ?').run(seq);
    }
  });
}

function readTail(db: Database, from: number): Pick<Rescued, 'tail' | 'eraseAgain'> {
  const tail: string[] = [];
  const eraseAgain: number[] = [];
  try {
    const write = createLineWriter(db);
    for (const row of readEntryRows(db, from, lastOf(db) + 1, () => undefined)) {
      const { text, header } = write(row);
      const line = readEventLine(text);
      const body = 'fault' in line || line.payload === undefined || !('body' in line.payload) ? undefined : line.payload.body;
      if (body !== undefined) {
        const erasure = readErasure(header?.action ?? '', body);
        if (erasure?.kind === 'entries') eraseAgain.push(...erasure.seqs.filter((seq) => seq < from));
      }
      tail.push(JSON.stringify({ ts: header?.ts ?? null, action: header?.action ?? 'app.imported', seq: row.seq, found: 'fault' in line ? 'damaged' : 'readable', header: typeof row.header === 'string' ? row.header : null, payload: body === undefined ? null : (JSON.parse(body) as unknown) }));
    }
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'LOG_DAMAGED') throw error;
  }
  return { tail, eraseAgain };
}
