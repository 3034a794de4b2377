// The thread that looks for names: brings the databases of the repositories up to date, and asks them. A repository of which everything is known is
// not opened at all. A database that is damaged, or was made by something else, is thrown away and made anew.
import { Breath } from '../../kit/breath.ts';
import { fail, isVarveError } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { WorkerContext, WorkerTask } from '../../ports.ts';
import { openDatabase, type Database } from '../../store/index.ts';
import { OpenedForReading } from '../opened.ts';
import { holdersOf, lookFor, type Searched } from './look.ts';
import { NameIndex } from './name-index.ts';
import { compilePattern } from './pattern.ts';
import type { FindFacts, FindMessage, FindRequest, NamesPlace } from './protocol.ts';
import { nameMigrations, typeCodes } from './schema.ts';

const listedGaps = 1000;

export const findTask: WorkerTask = async (context, input) => {
  const cancel = new AbortController();
  context.onMessage((message) => {
    if ((message as { kind: string }).kind === 'cancel') cancel.abort();
  });
  const lost = new AbortController();
  const signal = AbortSignal.any([cancel.signal, context.closing, lost.signal]);
  const request = input as FindRequest;
  const opened = new OpenedForReading(context, request.identity, signal, () => lost.abort());
  try {
    const search = new Search(context, request, opened, signal);
    let facts: FindFacts;
    try {
      facts = await search.run();
    } catch (error) {
      if (!isCacheFault(error, request.places)) throw error;
      for (const { databasePath } of request.places) throwAway(context, databasePath);
      facts = await search.run();
    }
    context.post({ kind: 'done', facts } satisfies FindMessage);
  } catch (error) {
    if (lost.signal.aborted) fail('LOCK_LOST', 'a lock was lost', { path: request.places[0]?.repositoryPath ?? '' }, error);
    throw error;
  } finally {
    await opened.close();
  }
};

/** Damage, a newer version, or tables that are not ours; what belongs to the disk (no space, no permission) would be the same with a new file. */
function isCacheFault(error: unknown, places: readonly NamesPlace[]): boolean {
  if (isVarveError(error)) return (error.code === 'HOME_DAMAGED' || error.code === 'HOME_TOO_NEW') && places.some(({ databasePath }) => databasePath === (error.data as { path?: string }).path);
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_ERROR';
}

function throwAway({ files }: Pick<WorkerContext, 'files'>, path: string): void {
  for (const end of ['', '-wal', '-shm']) if (files.lstat(path + end) !== undefined) files.unlink(path + end);
}

class Search {
  readonly #context: WorkerContext;
  readonly #request: FindRequest;
  readonly #opened: OpenedForReading;
  readonly #signal: AbortSignal;
  readonly #repositories = new Map<number, ReturnType<OpenedForReading['repository']>>();
  readonly #breath: Breath;
  #foldersRead = 0;

  constructor(context: WorkerContext, request: FindRequest, opened: OpenedForReading, signal: AbortSignal) {
    this.#context = context;
    this.#request = request;
    this.#opened = opened;
    this.#signal = signal;
    this.#breath = new Breath(context.clock, signal);
  }

  async run(): Promise<FindFacts> {
    const { places, pattern, ignoreCase, type, limit, after, holders } = this.#request;
    const facts: FindFacts = { found: [], total: 0, holders: null, gaps: [], gapCount: 0, foldersRead: 0 };
    const compiled = compilePattern(pattern, ignoreCase);
    const code = type === undefined ? undefined : typeCodes[type];
    const onGap = (path: string, reason: string): void => {
      facts.gapCount += 1;
      if (facts.gaps.length < listedGaps) facts.gaps.push({ path: displayName(path), reason });
    };
    const databases: Database[] = [];
    try {
      const searched: Searched[] = [];
      const reasons: ReadonlyMap<number, string>[] = [];
      for (const [number, place] of places.entries()) {
        const db = openDatabase({ path: place.databasePath, files: this.#context.files, migrations: nameMigrations, kind: 'cache' });
        databases.push(db);
        const { tops, reasonOf } = await this.#bringUpToDate(db, number, onGap);
        searched.push({ db, tops });
        reasons.push(reasonOf);
      }
      this.#post({ phase: 'scanning' });
      await lookFor(searched, {
        pattern: compiled,
        type: code,
        after,
        onFound: (found) => {
          facts.total += 1;
          if (facts.found.length < limit) facts.found.push(found);
        },
        onUnread: (path, place, tree) => onGap(path, reasons[place]?.get(tree) ?? 'damaged: a folder without a tree'),
        onTooMuch: (path) => onGap(path, 'lies too deep'),
        onFolder: () => this.#breathe()
      });
      if (holders && compiled.path === undefined) facts.holders = holdersOf(searched, code);
      return { ...facts, foldersRead: this.#foldersRead };
    } finally {
      for (const db of databases) db.close();
    }
  }

  async #bringUpToDate(db: Database, place: number, onGap: (path: string, reason: string) => void): Promise<{ tops: Searched['tops']; reasonOf: ReadonlyMap<number, string> }> {
    const { places, snapshots } = this.#request;
    const index = new NameIndex(db);
    const mine = snapshots.flatMap((snapshot, number) => (snapshot.place === place ? [{ treeId: snapshot.treeId, snapshot: number }] : []));
    const roots = [...new Set(mine.map(({ treeId }) => treeId))];
    const reasonOf = new Map<number, string>();
    if (!index.knows(roots)) {
      this.#post({ phase: 'opening' });
      const opening = this.#repositories.get(place) ?? this.#opened.repository(places[place] as NamesPlace, place);
      this.#repositories.set(place, opening);
      const repository = await opening;
      const before = this.#foldersRead;
      const onTree = (read: number): Promise<void> | undefined => {
        this.#foldersRead = before + read;
        return this.#breathe();
      };
      const { unreadable } = await index.update({ roots, loadTree: (id) => repository.loadTree(id, this.#signal), signal: this.#signal, onTree });
      for (const [id, reason] of unreadable) {
        const number = index.numberOf(id);
        if (number !== undefined) reasonOf.set(number, reason);
        else onGap('/', reason);
      }
    }
    const tops = mine.flatMap(({ treeId, snapshot }) => {
      const tree = index.numberOf(treeId);
      return tree === undefined ? [] : [{ tree, snapshot }];
    });
    return { tops, reasonOf };
  }

  /** Local folders are read without ever leaving the thread: a cancel is let in now and then. */
  #breathe(): Promise<void> | undefined {
    const breath = this.#breath.take();
    if (breath !== undefined) this.#post({ phase: 'scanning', filesDone: this.#foldersRead });
    return breath;
  }

  #post(update: Extract<FindMessage, { kind: 'progress' }>['update']): void {
    this.#context.post({ kind: 'progress', update } satisfies FindMessage);
  }
}
