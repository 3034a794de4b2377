// Following the log while it grows: told at once about our own appends, and by SQLite's data_version about those of other processes.
import type { LogEntry, LogFilter } from '../../../contract/log.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/index.ts';
import type { Reader } from './read.ts';

const pollMs = 250;
const pageSize = 200;

export interface Growth {
  /** Called after each append of this process. */
  announce(): void;
  /** Called whenever the log has grown, by any process; returns the disposer. Polling runs only while somebody listens. */
  onGrowth(listener: () => void): () => void;
  /** Wakes everybody a last time, so that they see that it is over. */
  stop(): void;
  readonly stopped: boolean;
}

export function createGrowth({ db, clock }: { db: Database; clock: Pick<Clock, 'setTimer'> }): Growth {
  const listeners = new Set<() => void>();
  let cancelTimer: (() => void) | undefined;
  let seen = 0;
  let stopped = false;

  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  /** A file that cannot be read counts as changed: the listeners then read it themselves and meet the failure where it can be told. */
  const changed = (): boolean => {
    try {
      const version = db.dataVersion();
      const differs = version !== seen;
      seen = version;
      return differs;
    } catch {
      return true;
    }
  };
  const poll = (): void => {
    cancelTimer = undefined;
    if (listeners.size === 0 || stopped) return;
    cancelTimer = clock.setTimer(pollMs, poll);
    if (changed()) tell();
  };

  return {
    announce: tell,
    onGrowth(listener) {
      listeners.add(listener);
      if (cancelTimer === undefined) {
        changed();
        cancelTimer = clock.setTimer(pollMs, poll);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        cancelTimer?.();
        cancelTimer = undefined;
      };
    },
    stop() {
      stopped = true;
      cancelTimer?.();
      cancelTimer = undefined;
      tell();
      listeners.clear();
    },
    get stopped() {
      return stopped;
    }
  };
}

/**
 * Entries above `after` that match, then each new one, until the signal fires or the log closes (both end the loop without an error). A slow reader loses
 * nothing: pages are read only when it asks.
 */
export async function* followLog(deps: { reader: Reader; growth: Growth }, filter: LogFilter, after: number, signal: AbortSignal | undefined): AsyncGenerator<LogEntry, void, void> {
  let wake: (() => void) | undefined;
  let grown = true;
  const rouse = (): void => {
    grown = true;
    wake?.();
  };
  const over = (): boolean => signal?.aborted === true || deps.growth.stopped;
  const dispose = deps.growth.onGrowth(rouse);
  signal?.addEventListener('abort', rouse);
  try {
    let reached = after;
    while (!over()) {
      if (!grown) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
        continue;
      }
      grown = false;
      for (;;) {
        const page = deps.reader.since(filter, reached, pageSize);
        for (const entry of page.entries) {
          if (over()) return;
          yield entry;
        }
        reached = page.reached;
        if (!page.more) break;
        // A filter that asks about payloads may look into a great many before it finds one; others get their turn in between.
        if (page.entries.length === 0) await new Promise((resolve) => setImmediate(resolve));
        if (over()) return;
      }
    }
  } finally {
    dispose();
    signal?.removeEventListener('abort', rouse);
  }
}
