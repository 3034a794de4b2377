// The thread of a comparison: opens and locks what it needs, walks both sides, and leaves the result as a database.
import type { Gap } from '../../../../contract/snapshots.ts';
import { Breath } from '../../kit/breath.ts';
import { fail, throwIfAborted } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { WorkerContext, WorkerTask } from '../../ports.ts';
import type { Repository } from '../../repository/index.ts';
import { openDatabase } from '../../store/index.ts';
import { namesOf } from '../browse/view.ts';
import { OpenedForReading } from '../opened.ts';
import { ChangeKeeper } from './keep.ts';
import { LiveMoves } from './live-moves.ts';
import { liveSide } from './live-side.ts';
import type { CompareFacts, CompareMessage, CompareRequest, SnapshotRequest } from './protocol.ts';
import { keepFacts, readExtensions, readFolderCounts } from './read.ts';
import { compareMigrations } from './schema.ts';
import { snapshotSide, type Side } from './sides.ts';
import { walkBoth, type WalkOptions } from './walk.ts';

const listedGaps = 1000;
const progressMs = 100;

export const compareTask: WorkerTask = async (context, input) => {
  const cancel = new AbortController();
  context.onMessage((message) => {
    if ((message as { kind: string }).kind === 'cancel') cancel.abort();
  });
  const lost = new AbortController();
  const signal = AbortSignal.any([cancel.signal, context.closing, lost.signal]);
  const request = input as CompareRequest;
  const opened = new OpenedForReading(context, request.identity, signal, () => lost.abort());
  try {
    const facts = await comparison(context, request, opened, signal);
    context.post({ kind: 'done', facts } satisfies CompareMessage);
  } catch (error) {
    if (lost.signal.aborted) fail('LOCK_LOST', 'a lock was lost', { path: request.from.repositoryPath }, error);
    throw error;
  } finally {
    await opened.close();
  }
};

async function comparison(context: WorkerContext, request: CompareRequest, opened: OpenedForReading, signal: AbortSignal): Promise<CompareFacts> {
  const gaps: Gap[] = [];
  let gapCount = 0;
  const onGap = (path: string, reason: string): void => {
    gapCount += 1;
    if (gaps.length < listedGaps) gaps.push({ path: displayName(path), reason });
  };
  const { clock, files } = context;
  const post = (message: CompareMessage): void => context.post(message);
  post({ kind: 'progress', update: { phase: 'opening' } });
  const live = 'live' in request.to ? request.to.live : undefined;
  const first = await opened.repository(request.from, 0);
  const from = await sideOf(first, request.from, onGap, signal);
  let to: Side;
  let comparable = false;
  if ('live' in request.to) to = liveSide(context, request.to.live, onGap);
  else {
    const second = request.to.repositoryPath === request.from.repositoryPath ? first : await opened.repository(request.to, 1);
    comparable = first.config.chunkerPolynomial === second.config.chunkerPolynomial;
    to = await sideOf(second, request.to, onGap, signal);
  }

  const db = openDatabase({ path: request.databasePath, files, migrations: compareMigrations, kind: 'cache' });
  try {
    const keeper = new ChangeKeeper(db);
    const moves = live === undefined ? undefined : new LiveMoves();
    let entries = 0;
    let shownMs = Number.NEGATIVE_INFINITY;
    const breath = new Breath(clock, signal);
    const options: WalkOptions = {
      from, to, comparable, exact: request.exact, onGap, signal,
      breathe: async () => breath.take(),
      onFound: (found) => {
        keeper.add(found);
        moves?.note(found);
      },
      onEntry: (path) => {
        entries += 1;
        const nowMs = clock.monotonicMs();
        if (nowMs - shownMs < progressMs) return;
        shownMs = nowMs;
        post({ kind: 'progress', update: { phase: 'reading', filesDone: entries, current: displayName(path) } });
      }
    };
    await walkBoth(options);
    if (moves !== undefined) {
      keeper.flush();
      await moves.find(keeper, options);
    } else if (comparable) keeper.findMoves();
    throwIfAborted(signal);
    post({ kind: 'progress', update: { phase: 'finishing' } });
    const counts = keeper.finish();
    const facts = { counts, folders: readFolderCounts(db), extensions: readExtensions(db), gaps, gapCount };
    keepFacts(db, facts);
    return facts;
  } finally {
    db.close();
  }
}

/** The side of a snapshot, from the folder that counts as its top. NOT_FOUND when there is none of that name. */
async function sideOf(repository: Repository, { treeId, path }: SnapshotRequest, onGap: (path: string, reason: string) => void, signal: AbortSignal): Promise<Side> {
  let tree = treeId;
  for (const name of namesOf(path)) {
    const below = (await repository.loadTree(tree, signal)).find((node) => node.name === name)?.subtree;
    if (below === undefined) return fail('NOT_FOUND', `${path} is no folder of the snapshot`, { kind: 'path', name: path });
    tree = below;
  }
  return snapshotSide(repository, tree, onGap, signal);
}
