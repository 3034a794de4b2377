// What the parts of an open log share: each part (checkpoints, evidence, ...) is made from this and adds itself to the face in index.ts by one line.
import type { Clock, Files, Random, Workers } from '../ports.ts';
import type { Database } from '../store/index.ts';
import type { Appended, NewEvent } from './model.ts';
import type { Reader } from './read.ts';
import type { LogKeys } from './tree/keys.ts';
import type { TreeStore } from './tree/store.ts';

export interface LogContext {
  db: Database;
  files: Files;
  clock: Clock;
  random: Random;
  workers: Workers;
  /** Where log.db is. */
  path: string;
  homeId: string;
  origin: string;
  keys: LogKeys;
  tree: TreeStore;
  reader: Reader;
  /** True when nothing may be added. */
  readOnly: boolean;
  /** All or none, in one transaction; `inside` runs at its end and can still undo it by throwing. Throws NOT_WRITABLE on a log that is only read. */
  append(events: readonly NewEvent[], inside?: (appended: readonly Appended[]) => void): Appended[];
  /** Throws EVENT_REFUSED for an event that could not be appended. */
  check(event: NewEvent): void;
  /** Several appends, and what belongs to them, as one: all or none. Not `db.transaction`: whoever follows the log is told at its end. */
  transaction<T>(work: () => T): T;
}
