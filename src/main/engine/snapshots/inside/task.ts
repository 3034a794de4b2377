// The thread that looks inside a file: opens and locks what it needs, compares, and leaves the result as a database.
import { fail } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { WorkerContext, WorkerTask } from '../../ports.ts';
import { openDatabase } from '../../store/index.ts';
import { liveSide } from '../compare/live-side.ts';
import { snapshotSide, type Folder } from '../compare/sides.ts';
import { OpenedForReading } from '../opened.ts';
import { insideMigrations, keepFound, RowKeeper, type InsideFound } from './keep.ts';
import { locate, type LocatedFile } from './locate.ts';
import { createPace } from './pace.ts';
import type { InsideMessage, InsideRequest, SnapshotFileRequest } from './protocol.ts';
import { compareInside } from './run.ts';

const progressMs = 100;
/** After this what is still left of a database is said to be not compared. */
const databaseLimitMs = 120_000;

export const insideTask: WorkerTask = async (context, input) => {
  const cancel = new AbortController();
  context.onMessage((message) => {
    if ((message as { kind: string }).kind === 'cancel') cancel.abort();
  });
  const lost = new AbortController();
  const signal = AbortSignal.any([cancel.signal, context.closing, lost.signal]);
  const request = input as InsideRequest;
  const opened = new OpenedForReading(context, request.identity, signal, () => lost.abort());
  try {
    const facts = await compared(context, request, opened, signal);
    context.post({ kind: 'done', facts } satisfies InsideMessage);
  } catch (error) {
    if (lost.signal.aborted) fail('LOCK_LOST', 'a lock was lost', { path: request.from.repositoryPath }, error);
    throw error;
  } finally {
    await opened.close();
  }
};

async function compared(context: WorkerContext, { from, to, as, databasePath }: InsideRequest, opened: OpenedForReading, signal: AbortSignal): Promise<InsideFound> {
  const { clock, files } = context;
  const post = (message: InsideMessage): void => context.post(message);
  post({ kind: 'progress', update: { phase: 'opening' } });
  const unreadable = (path: string, reason: string): never => fail('NOT_READABLE', `${path}: ${reason}`, { path: displayName(path), reason });
  const first = await opened.repository(from, 0);
  const inSnapshot = (request: SnapshotFileRequest, repository: typeof first): Promise<LocatedFile> => locate(snapshotSide(repository, request.treeId, unreadable, signal).top as Folder, request.names, { repository, signal });
  const before = await inSnapshot(from, first);
  const after = 'live' in to ? await locate(liveSide(context, to.live, unreadable).top as Folder, to.names, { files }) : await inSnapshot(to, to.repositoryPath === from.repositoryPath ? first : await opened.repository(to, 1));
  const db = openDatabase({ path: databasePath, files, migrations: insideMigrations, kind: 'cache' });
  try {
    let shownMs = Number.NEGATIVE_INFINITY;
    const pace = createPace(clock, signal, databaseLimitMs, (bytesDone) => {
      if (clock.monotonicMs() - shownMs < progressMs) return;
      shownMs = clock.monotonicMs();
      post({ kind: 'progress', update: { phase: 'reading', bytesDone, current: displayName(after.name) } });
    });
    const found = await compareInside({ before, after, as, keeper: new RowKeeper(db), pace, context, signal, scratchPath: databasePath });
    keepFound(db, found);
    return found;
  } finally {
    db.close();
    before.close();
    after.close();
  }
}
