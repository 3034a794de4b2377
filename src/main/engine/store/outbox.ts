// Two databases, one truth: a change of state.db and the events that tell of it. Steps, and what a start finds if we stopped after each:
//   1. one transaction of state.db: the change, and its events with their ids fixed, in `outbox`   -> `drain` appends them
//   2. append to the log, which skips ids it has                                                    -> `drain` appends none twice
//   3. delete from `outbox`                                                                         -> done
// An event's `ts` is the time of step 2, as for every event; its id carries the time of step 1.
import type { Category, Level } from '../../../contract/log.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import { isVarveError, toWire } from '../kit/errors.ts';
import { createUuid7 } from '../kit/uuid7.ts';
import type { Clock, Logger, Random } from '../ports.ts';
import type { Database } from './database.ts';
import type { Migration } from './migrate.ts';

/** Same shape as the log's NewEvent; the store does not know the log. */
export interface OutboxEvent {
  action: string;
  category: Category;
  level?: Level;
  actor?: string;
  subject?: string;
  trace?: string;
  payload?: unknown;
  id?: string;
}

export interface OutboxLog {
  /** Throws EVENT_REFUSED when the event could not be appended; called before anything is committed. */
  check(event: OutboxEvent): void;
  /** Throws EVENT_REFUSED for an event it will never take; with field `ts` when only the computer's clock is wrong now. */
  appendMany(events: readonly OutboxEvent[]): unknown;
}

export interface Outbox {
  /**
   * Runs `change` and keeps its events in one transaction of state.db, then appends them. What throws, throws before anything is committed:
   * a refused event, a failing change, a full disk. Once the change stands the call succeeds, whatever the log says then: the events wait for
   * the next commit, drain or start, and `failure` tells why. A caller may therefore undo its own part when this throws, and only then.
   */
  commit<T>(change: () => T, events: readonly OutboxEvent[] | ((result: T) => readonly OutboxEvent[])): T;
  /** Appends what is waiting; returns how many events. Called first at start. Throws what keeps the log from taking them; they go on waiting. */
  drain(): number;
  /** Why the last attempt to bring events over failed; undefined once an attempt has succeeded. */
  failure(): OutboxFailure | undefined;
  /** Events not yet in the log, and those among them that the log refused, with its reason. */
  waiting(): { count: number; refused: { id: string; reason: string }[] };
}

export interface OutboxFailure {
  code: ErrorCode;
  message: string;
  /** Milliseconds since 1970 UTC. */
  atMs: number;
}

export interface OutboxDeps {
  db: Database;
  log: OutboxLog;
  random: Random;
  clock: Pick<Clock, 'now'>;
  logger?: Pick<Logger, 'warn'>;
}

export const outboxMigrations: readonly Migration[] = [
  {
    version: 1,
    up: (db) => db.exec('CREATE TABLE outbox (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, refused TEXT) STRICT')
  }
];

const batchSize = 500;

export function createOutbox({ db, log, random, clock, logger }: OutboxDeps): Outbox {
  let failure: OutboxFailure | undefined;

  function takeIn(event: OutboxEvent): void {
    const fixed = { ...event, id: event.id ?? createUuid7(clock, random) };
    log.check(fixed);
    db.prepare('INSERT INTO outbox (id, event) VALUES (?, ?)').run(fixed.id, JSON.stringify(fixed));
  }

  /** Remembers how it went. */
  function drain(): number {
    try {
      const appended = bringOver();
      failure = undefined;
      return appended;
    } catch (error) {
      const { code, message } = toWire(error);
      failure = { code, message, atMs: clock.now() };
      logger?.warn('events wait in the outbox: the log does not take them', { code, reason: message });
      throw error;
    }
  }

  function bringOver(): number {
    let appended = 0;
    for (;;) {
      const rows = db.prepare('SELECT no, event FROM outbox WHERE refused IS NULL ORDER BY no LIMIT ?').all<{ no: number; event: string }>(batchSize);
      if (rows.length === 0) return appended;
      appended += appendRows(rows.map(({ no, event }) => ({ no, event: JSON.parse(event) as OutboxEvent })));
    }
  }

  function appendRows(rows: readonly { no: number; event: OutboxEvent }[]): number {
    try {
      log.appendMany(rows.map((row) => row.event)); // 2
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // One of them cannot be appended (written by another version, say). It must not hold up the others: set aside, kept, and told.
      if (rows.length > 1) return rows.reduce((sum, row) => sum + appendRows([row]), 0);
      db.prepare('UPDATE outbox SET refused = ? WHERE no = ?').run(error.message, rows[0]?.no);
      return 0;
    }
    const remove = db.prepare('DELETE FROM outbox WHERE no = ?');
    db.transaction(() => {
      for (const row of rows) remove.run(row.no); // 3
    });
    return rows.length;
  }

  return {
    commit(change, events) {
      const result = db.transaction(() => {
        const value = change();
        for (const event of typeof events === 'function' ? events(value) : events) takeIn(event);
        return value;
      }); // 1
      // Inside a larger transaction nothing is committed yet: its end, or the next drain, brings them over.
      if (db.raw.inTransaction) return result;
      try {
        drain();
      } catch {
        // The change stands; to report it as failed would be false, and callers would undo half of it. `failure` and the logger have it.
      }
      return result;
    },
    drain,
    failure: () => failure,
    waiting() {
      const refused = db.prepare('SELECT id, refused AS reason FROM outbox WHERE refused IS NOT NULL ORDER BY no').all<{ id: string; reason: string }>();
      const count = db.prepare('SELECT count(*) AS count FROM outbox').get<{ count: number }>()?.count ?? 0;
      return { count, refused };
    }
  };
}

/** An event that the log will never take. A clock that is wrong today is right tomorrow. */
function isRefusal(error: unknown): error is Error {
  return isVarveError(error) && error.code === 'EVENT_REFUSED' && (error.data as { field?: string }).field !== 'ts';
}
