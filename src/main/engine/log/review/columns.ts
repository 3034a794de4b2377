// The narrow columns of `facts` in memory, as typed arrays of one chunk per 16,384 entries: 26 bytes an entry, counted through in a hundredth of
// the time that SQL takes. Chunks are read when first asked for and given back when nobody has asked for a while. Facts never change, so a
// chunk only ever grows at its end.
import type { Clock } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import { hasReviewTables } from './tables.ts';

export const chunkSize = 16_384;
const releaseAfterMs = 10 * 60_000;

export interface Chunk {
  /** Seq of its first entry. */
  from: number;
  /** Entries read so far: seqs `from` to `from + length - 1`. A seq without a row has action 0 and is no entry. */
  length: number;
  at: Float64Array;
  category: Uint8Array;
  level: Uint8Array;
  action: Uint32Array;
  actor: Uint32Array;
  /** 0: none. */
  subject: Uint32Array;
  /** 0: not known. */
  session: Uint32Array;
  /** Over the entries read so far. */
  minAt: number;
  maxAt: number;
}

type FactsRow = [seq: number, at: number, category: number, level: number, action: number, actor: number, subject: number, session: number];

export interface Columns {
  /** The chunk with at least the entries up to `top`; reads what is missing (some milliseconds). */
  chunk(no: number, top: number): Chunk;
  /** Gives the memory back. */
  release(): void;
}

export function createColumns({ db, clock }: { db: Database; clock: Pick<Clock, 'setTimer' | 'monotonicMs'> }): Columns {
  const chunks = new Map<number, Chunk>();
  let cancelTimer: (() => void) | undefined;
  let usedAtMs = 0;

  const release = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    chunks.clear();
  };
  const watch = (): void => {
    cancelTimer = clock.setTimer(releaseAfterMs, () => {
      if (clock.monotonicMs() - usedAtMs >= releaseAfterMs) release();
      else watch();
    });
  };

  return {
    chunk(no, top) {
      usedAtMs = clock.monotonicMs();
      if (cancelTimer === undefined) watch();
      let chunk = chunks.get(no);
      if (chunk === undefined) {
        chunk = emptyChunk(no * chunkSize);
        chunks.set(no, chunk);
      }
      const wanted = Math.min(chunkSize, top + 1 - chunk.from);
      if (chunk.length < wanted) fill(db, chunk, wanted);
      return chunk;
    },
    release
  };
}

function emptyChunk(from: number): Chunk {
  const wide = (): Uint32Array => new Uint32Array(chunkSize);
  return { from, length: 0, at: new Float64Array(chunkSize), category: new Uint8Array(chunkSize), level: new Uint8Array(chunkSize), action: wide(), actor: wide(), subject: wide(), session: wide(), minAt: Infinity, maxAt: -Infinity };
}

function fill(db: Database, chunk: Chunk, wanted: number): void {
  const session = hasReviewTables(db) ? 'coalesce(session, 0)' : '0';
  const statement = db.guard(() => db.raw.prepare(`SELECT seq, at_ms, category, level, action, actor, coalesce(subject, 0), ${session} FROM facts WHERE seq >= ? AND seq < ?`).raw());
  const rows = db.guard(() => statement.all(chunk.from + chunk.length, chunk.from + wanted) as FactsRow[]);
  for (const row of rows) {
    const i = row[0] - chunk.from;
    const at = row[1];
    chunk.at[i] = at;
    chunk.category[i] = row[2];
    chunk.level[i] = row[3];
    chunk.action[i] = row[4];
    chunk.actor[i] = row[5];
    chunk.subject[i] = row[6];
    chunk.session[i] = row[7];
    if (at < chunk.minAt) chunk.minAt = at;
    if (at > chunk.maxAt) chunk.maxAt = at;
  }
  chunk.length = wanted;
}
