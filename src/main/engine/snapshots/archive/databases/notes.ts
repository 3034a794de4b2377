// What the walker of one snapshot knows about databases: those of the parent snapshot, those found now, and what lies beside them.
import type { DatabaseSummary } from '../../../../../contract/snapshots.ts';
import { displayName } from '../../../kit/names.ts';
import type { DirEntry, Files, FileStat } from '../../../ports.ts';
import type { ReadDatabase } from '../protocol.ts';
import { identity, identityOf, isDatabase, sameIdentity, sameWal, sideEnds } from './identity.ts';
import type { DatabaseEntry, DatabaseRecord } from './record.ts';

const listedRaw = 1000;

/** The -wal, -shm or -journal of a database in the same folder: left out when that one was copied, kept when it is read as it lies. */
export class SideFiles {
  /** The database is being read and will decide. */
  awaited = false;
  #left: boolean | undefined;
  readonly #waiting: ((leftOut: boolean) => void)[] = [];

  decide(leftOut: boolean): void {
    this.#left = leftOut;
    for (const tell of this.#waiting.splice(0)) tell(leftOut);
  }

  /** The folder is listed: where no database came (it is excluded, or gone), nobody would decide. */
  giveUp(): void {
    if (!this.awaited && this.#left === undefined) this.decide(false);
  }

  /** Calls back at once when it is decided, later when not. */
  ask(tell: (leftOut: boolean) => void): void {
    if (this.#left === undefined) this.#waiting.push(tell);
    else tell(this.#left);
  }
}

export class DatabaseNotes {
  readonly #files: Files;
  readonly #before: DatabaseRecord;
  readonly record = new Map<string, DatabaseEntry>();
  readonly summary: DatabaseSummary = { copied: 0, sideFiles: 0, raw: [], rawCount: 0 };

  constructor(files: Files, before: DatabaseRecord) {
    this.#files = files;
    this.#before = before;
  }

  /** Names in this folder that lie beside a database, with what decides about them. Looks into files only where such a name exists. */
  sidesIn(folder: string, entries: readonly DirEntry[], join: (folder: string, name: string) => string): ReadonlyMap<string, SideFiles> | undefined {
    const ending = entries.filter(({ name }) => sideEnds.some((end) => name.endsWith(end)));
    if (ending.length === 0) return undefined;
    const plain = new Set(entries.filter(({ type }) => type === 'file').map(({ name }) => name));
    const sides = new Map<string, SideFiles>();
    for (const { name } of ending) {
      const base = name.slice(0, name.lastIndexOf('-'));
      if (!plain.has(name) || !plain.has(base)) continue;
      const known = sides.get(base) ?? (isDatabase(this.#files, join(folder, base)) ? new SideFiles() : undefined);
      if (known === undefined) continue;
      sides.set(base, known);
      sides.set(name, known);
    }
    return sides.size > 0 ? sides : undefined;
  }

  /** Whether the parent snapshot holds a copy of this file, and whether it and its -wal are still as they were then. */
  compare(path: string, stat: FileStat): 'unknown' | 'same' | 'changed' {
    const before = this.#before.get(path);
    if (before === undefined) return 'unknown';
    try {
      return before.file !== undefined && sameIdentity(identity(stat), before.file) && sameWal(identityOf(this.#files, `${path}-wal`), before.wal) ? 'same' : 'changed';
    } catch {
      return 'changed';
    }
  }

  /** It is unchanged: its copy in the parent is still the right one. */
  keep(path: string): void {
    this.record.set(path, this.#before.get(path) as DatabaseEntry);
    this.summary.copied += 1;
  }

  /** It was read now. */
  take(path: string, database: ReadDatabase): void {
    if ('reason' in database) {
      this.summary.rawCount += 1;
      if (this.summary.raw.length < listedRaw) this.summary.raw.push({ path: displayName(path), reason: database.reason });
      return;
    }
    this.record.set(path, database);
    this.summary.copied += 1;
  }
}
