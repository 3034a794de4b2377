// The record for a cold package, out of one state of log.db: a read transaction on a connection of its own, from opening to closing. Nobody waits for it; until it
// ends, the write-ahead log cannot be emptied, and what is erased meanwhile stays in that file (erase/residue.ts tries again afterwards).
import type { Files, Random } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import { openReadable } from '../open-readable.ts';
import { HashList } from '../verify/list.ts';
import { ColdCheck, newestCheckpoint, type ColdDamage, type ColdSummary } from './check.ts';
import { isDamage } from './entry-rows.ts';
import { segmentEvents, segmentOf, segmentPath, tablesPath } from './format.ts';
import { segmentPieces } from './write-segment.ts';
import { tablePieces } from './write-tables.ts';
import { treeMembers } from './write-tree.ts';

export interface ColdMember {
  /** In the package. */
  path: string;
  /** The content; asked for twice, it is the same twice. */
  pieces(): AsyncIterable<Uint8Array>;
}

export interface ColdRecordOptions {
  files: Files;
  random: Random;
  /** Of log.db. */
  path: string;
  origin: string;
  /** The public key that the record began with, from keys.json. */
  firstKey?: Uint8Array | undefined;
  /** Where a copy may go when the media cannot be written. */
  temporaryFolder: string;
  /** Awaited between pieces; what it throws ends the packing. */
  turn: () => Promise<void>;
  /** Entries that went by, of `entries`. */
  onProgress?: ((done: number) => void) | undefined;
}

export interface ColdRecord {
  /** One more than the highest place of an entry. */
  readonly entries: number;
  /** Nothing was ever recorded. */
  readonly empty: boolean;
  /** Segments and tables. Each must be read before the next is asked for. */
  members(): AsyncGenerator<ColdMember, void, void>;
  /** The signed tree; after `members`. */
  tree(): Iterable<ColdMember>;
  /** Once all were read. */
  summary(): ColdSummary;
  close(): void;
}

/** Throws PATH_MISSING, NOT_READABLE, HOME_TOO_NEW, and LOG_DAMAGED for a file that is no database of ours at all; whatever else is damaged is packed as it is. */
export function openColdRecord(options: ColdRecordOptions): ColdRecord {
  const { origin, firstKey, turn } = options;
  const { db, cleanUp } = openReadable(options);
  const close = (): void => {
    db.close();
    cleanUp();
  };
  try {
    db.exec('BEGIN');
    const damages: ColdDamage[] = [];
    const note = (what: string): void => void damages.push({ what });
    const checkpoint = guarded(() => newestCheckpoint(db), (why) => note(`the checkpoints cannot be read: ${why}`));
    const check = new ColdCheck(db, origin, checkpoint);
    const entries = countEntries(db, note);
    for (const damage of damages) check.add(damage);
    const empty = entries === 0 && checkpoint === undefined && (guarded(() => new HashList(db).size, () => undefined) ?? 1) === 0;
    let done = 0;
    const turned = (count: number): Promise<void> => {
      done += count;
      options.onProgress?.(done);
      return turn();
    };
    let finished: ColdSummary | undefined;

    async function* members(): AsyncGenerator<ColdMember, void, void> {
      for (let no = nextSegment(db, 0, entries); no !== undefined; no = nextSegment(db, no * segmentEvents, entries)) {
        const current = no;
        let read = false;
        yield {
          path: segmentPath(current),
          pieces() {
            // Counted and judged once, however often it is read.
            const first = !read;
            read = true;
            return first ? segmentPieces(db, origin, current, turned, check) : segmentPieces(db, origin, current, turn);
          }
        };
      }
      if (!empty) yield { path: tablesPath, pieces: () => tablePieces(db, origin, turn) };
    }

    return {
      entries,
      empty,
      members,
      tree: () => treeMembers({ db, origin, firstKey, checkpoint, damaged: (damage) => check.add(damage) }),
      summary: () => (finished ??= check.finish()),
      close
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Where even the last entry cannot be found, the tree says how many there should be. */
function countEntries(db: Database, damaged: (what: string) => void): number {
  return guarded(
    () => (db.prepare('SELECT max(seq) AS seq FROM entries WHERE seq BETWEEN 0 AND 9007199254740991').get<{ seq: number | null }>()?.seq ?? -1) + 1,
    (why) => damaged(`the last entry cannot be found: ${why}`)
  ) ?? guarded(() => new HashList(db).size, () => undefined) ?? 0;
}

/** The number of the first segment from entry `from` on that has entries. Where the file does not say, the next one is tried. */
function nextSegment(db: Database, from: number, entries: number): number | undefined {
  if (from >= entries) return undefined;
  const seq = guarded(() => db.prepare('SELECT min(seq) AS seq FROM entries WHERE seq >= ?').get<{ seq: number | null }>(from)?.seq, () => undefined);
  if (seq === null) return undefined;
  return segmentOf(seq ?? from);
}

function guarded<T>(read: () => T, damaged: (why: string) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged(error.message);
    return undefined;
  }
}
