// What an erasure leaves in the raw files of log.db until it is cleaned away: pages in the write-ahead log, stale copies between cells. The erasing
// transaction leaves a mark; whoever has cleaned takes it away. So a stop right after the erasure is made good by the next process that opens
// the log, and a program that reads an older state only puts it off.
import { errnoOf, isVarveError } from '../../kit/errors.ts';
import { createFreeSpaceCleaner } from '../../store/index.ts';
import type { LogContext } from '../context.ts';

const markKey = 'residue';
const cleanedKey = 'cleaned';
/** A reader is waited for this long while somebody waits for the erasure, and then looked for again at this distance. */
const patientTries = 10;
const patientMs = 500;
const laterMs = 60_000;

export interface Residue {
  /** In the transaction that erases; `event` is the seq of the erasure event. */
  mark(event: number): void;
  /** Cleans, waiting a few seconds for readers; goes on by itself later when they stay. */
  clean(): Promise<'gone' | 'waiting'>;
  /** When a log is opened: cleans what an earlier process left, unless a reader is in the way. */
  resume(): void;
  /** Did an earlier process leave something behind? */
  readonly resumed: boolean;
  /** Why the last attempt failed, other than by a reader; undefined after a success. */
  readonly failure: string | undefined;
  /** Ends the waiting, before the database is closed. */
  stop(): void;
  /** After the database was closed. */
  release(): void;
}

export function createResidue({ db, files, clock }: Pick<LogContext, 'db' | 'files' | 'clock'>): Residue {
  let failure: string | undefined;
  let resumed = false;
  let cancelTimer: (() => void) | undefined;
  let stopped = false;
  /** The mark as it was when cleaning began: an erasure of another process in between leaves its own. */
  let begun: string | undefined;

  const marked = (): string | undefined => db.prepare('SELECT value FROM meta WHERE key = ?').get<{ value: string }>(markKey)?.value;
  const put = (key: string, value: string): void => void db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key, value);
  const cleaner = createFreeSpaceCleaner({
    db,
    files,
    stamp: () => {
      put(cleanedKey, String(clock.now()));
      db.prepare('DELETE FROM meta WHERE key = ? AND value = ?').run(markKey, begun);
    }
  });

  /** The erasure itself is done and stands: what goes wrong here is told, not thrown. */
  function tolerate(error: unknown): false {
    if (!isVarveError(error) && errnoOf(error) === undefined) throw error;
    failure = error instanceof Error ? error.message : String(error);
    return false;
  }

  async function attempt(): Promise<boolean> {
    try {
      failure = undefined;
      begun = marked();
      return await cleaner.cleanInPieces(() => new Promise((resolve) => setImmediate(resolve)));
    } catch (error) {
      return tolerate(error);
    }
  }

  function later(): void {
    if (stopped || cancelTimer !== undefined) return;
    cancelTimer = clock.setTimer(laterMs, () => {
      cancelTimer = undefined;
      if (stopped || marked() === undefined) return;
      void attempt().then((done) => (done ? undefined : later()));
    });
  }

  return {
    mark: (event) => put(markKey, String(event)),
    async clean() {
      for (let tries = 1; !stopped; tries++) {
        if (await attempt()) return 'gone';
        if (tries === patientTries) break;
        await new Promise<void>((resolve) => {
          clock.setTimer(patientMs, resolve);
        });
      }
      later();
      return 'waiting';
    },
    resume() {
      begun = marked();
      if (begun === undefined) return;
      resumed = true;
      try {
        if (!cleaner.clean()) later();
      } catch (error) {
        tolerate(error);
        later();
      }
    },
    get resumed() {
      return resumed;
    },
    get failure() {
      return failure;
    },
    stop() {
      stopped = true;
      cancelTimer?.();
    },
    release: () => cleaner.release()
  };
}
