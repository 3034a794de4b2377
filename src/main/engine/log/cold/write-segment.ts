// A segment as pieces of text. What it says depends on the entries alone, so that it can be written twice: to learn its size, and then again.
import type { Database } from '../../store/index.ts';
import { chainHashSql } from '../chain-column.ts';
import { genesisHash } from '../hash.ts';
import { createLineWriter, type EntryLine } from './entry-line.ts';
import { isDamage, readEntryRows } from './entry-rows.ts';
import { coldVersion, segmentEvents, segmentFormat } from './format.ts';

/** Told of each entry while a segment is written for the first time. */
export interface SegmentWitness {
  take(seq: number, line: EntryLine, header: unknown): void;
  unreadable(seq: number, why: string): void;
}

const pieceCharacters = 128 * 1024;
const silent: SegmentWitness = { take: () => undefined, unreadable: () => undefined };

/** `turn` is awaited between pieces, with the number of entries that went by since. Gives nothing at all when none of its entries is there. */
export async function* segmentPieces(db: Database, origin: string, no: number, turn: (entries: number) => Promise<void>, witness: SegmentWitness = silent): AsyncGenerator<Uint8Array, void, void> {
  const first = (no - 1) * segmentEvents;
  const write = createLineWriter(db);
  const previous = hashBefore(db, origin, first);
  let piece = `{"format":"${segmentFormat}","version":${coldVersion},"origin":${JSON.stringify(origin)},"segment":${no},"first":${first},"previous":${JSON.stringify(previous)},"events":[`;
  let count = 0;
  let since = 0;
  let last = first;
  let hash: string | null = null;
  for (const row of readEntryRows(db, first, first + segmentEvents, (seq, why) => witness.unreadable(seq, why))) {
    const line = write(row);
    witness.take(row.seq, line, row.header);
    piece += count === 0 ? `\n${line.text}` : `,\n${line.text}`;
    count += 1;
    since += 1;
    last = row.seq;
    hash = line.hash ?? null;
    if (piece.length < pieceCharacters) continue;
    yield Buffer.from(piece, 'utf8');
    piece = '';
    await turn(since);
    since = 0;
  }
  if (count === 0) return;
  yield Buffer.from(`${piece}\n],"count":${count},"last":${last},"hash":${JSON.stringify(hash)}}\n`, 'utf8');
  await turn(since);
}

/** The chain hash that the first entry follows, as stored; null where the record has lost it. */
function hashBefore(db: Database, origin: string, first: number): string | null {
  if (first === 0) return genesisHash(origin);
  try {
    const hash: unknown = db.prepare(`SELECT ${chainHashSql(db)} AS hash FROM entries WHERE seq = ?`).get<{ hash: unknown }>(first - 1)?.hash;
    return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? hash : null;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return null;
  }
}
