// Snapshots that wait for their repository, and what takes them when it is back. A request is a row in state.db, so that it outlives the program:
//   1. outbox: the row with `snapshot.waiting`                     -> found at the next start, and waited for again
//   2. the place is there: its attempt is counted, the task begins -> the same; after three that were cut off it is given up
//   3. `snapshot.finished` takes the row along                     -> done
import type { EngineApi } from '../../../../contract/index.ts';
import type { WaitingSnapshot, WaitReason } from '../../../../contract/snapshots.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Clock, Logger, Random } from '../../ports.ts';
import type { Repositories } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { SnapshotsStore, WaitingRow } from '../store.ts';

const lookEveryMs = 4_000;
const mostAttempts = 3;

export interface WaitingDeps {
  ports: { clock: Pick<Clock, 'now' | 'setTimer'>; random: Random; logger: Logger };
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Pick<Repositories, 'rows' | 'unlockKey'>;
  announce(event: EngineEvent): void;
  /** Begins the snapshot as the task `row.id`. */
  begin(row: WaitingRow): void;
}

export type Wish = Pick<WaitingRow, 'planId' | 'repositoryId' | 'actor' | 'tags' | 'note' | 'gentle'>;

export interface Waiting {
  list: EngineApi['snapshots']['waiting'];
  stop: EngineApi['snapshots']['stopWaiting'];
  /** Keeps the wish, or adds it to what the plan waits for already, and looks for the repository from now on. */
  put(wish: Wish, reason: WaitReason): WaitingSnapshot;
  /** Looks for the repositories of everything that waits, for as long as something does. */
  start(): void;
  close(): void;
}

/** Why a snapshot can wait after this failure; undefined: waiting would not help. */
export function waitReasonOf(error: unknown): WaitReason | undefined {
  if (!isVarveError(error)) return undefined;
  if (error.code === 'REPOSITORY_MISSING') return 'absent';
  if (error.code === 'REPOSITORY_OTHER') return 'other';
  return error.code === 'VAULT_LOCKED' || error.code === 'SECRET_STORE_UNAVAILABLE' || error.code === 'SECRET_MISSING' ? 'password' : undefined;
}

export function createWaiting({ ports, store, outbox, repositories, announce, begin }: WaitingDeps): Waiting {
  const { clock, random, logger } = ports;
  /** Requests whose task has begun in this process. */
  const begun = new Set<string>();
  let looking = false;
  let closed = false;
  let cancelTimer = (): void => undefined;

  const newId = (): string => Buffer.from(random.bytes(16)).toString('hex');

  const view = (row: WaitingRow): WaitingSnapshot | undefined => {
    const plan = store.plan(row.planId);
    const repository = repositories.rows().find(({ id }) => id === row.repositoryId);
    return plan && repository && { id: row.id, planId: row.planId, planName: plan.name, repositoryId: repository.id, repositoryName: repository.name, path: repository.path, since: row.since, reason: row.reason };
  };

  const events = (row: WaitingRow, action: string, more: object): Parameters<Outbox['commit']>[1] => {
    const { planName: plan = row.planId, repositoryName: repository = row.repositoryId } = view(row) ?? {};
    return [{ action, category: 'snapshot', actor: row.actor, subject: `plan:${plan}`, payload: { plan, planId: row.planId, repository, repositoryId: row.repositoryId, ...more } }];
  };

  const changed = (): void => announce({ kind: 'changed', what: 'snapshots' });

  const giveUp = (row: WaitingRow, why: 'withdrawn' | 'cut-off'): void => {
    outbox.commit(() => store.removeWaiting(row.planId), events(row, 'snapshot.waiting-ended', { since: row.since, why }));
    changed();
  };

  const attempt = async (row: WaitingRow): Promise<void> => {
    if (!view(row)) return store.removeWaiting(row.planId); // its plan or its repository is gone
    if (row.attempts >= mostAttempts) return giveUp(row, 'cut-off');
    try {
      await repositories.unlockKey(row.repositoryId);
    } catch (error) {
      const reason = waitReasonOf(error);
      if (reason !== undefined || closed) return tell(row, reason ?? row.reason);
      // What is wrong is for the task to say, and to record.
    }
    if (closed || !store.waiting().some(({ id }) => id === row.id)) return;
    store.putWaiting({ ...row, attempts: row.attempts + 1 });
    begun.add(row.id);
    begin(row);
    changed();
  };

  const tell = (row: WaitingRow, reason: WaitReason): void => {
    if (row.reason === reason || closed || !store.waiting().some(({ id }) => id === row.id)) return;
    store.putWaiting({ ...row, reason });
    changed();
  };

  const round = async (): Promise<void> => {
    const rows = store.waiting().filter(({ id }) => !begun.has(id));
    await Promise.all(rows.map((row) => attempt(row).catch((error: unknown) => logger.warn('a waiting snapshot could not be begun', { plan: row.planId, reason: error instanceof Error ? error.message : String(error) }))));
    if (closed) return;
    if (store.waiting().length > 0) cancelTimer = clock.setTimer(lookEveryMs, () => void round());
    else looking = false;
  };

  const start = (): void => {
    if (looking || closed) return;
    looking = true;
    // Not at once: whoever asked a moment ago was just told that it is away.
    cancelTimer = clock.setTimer(lookEveryMs / 4, () => void round());
  };

  return {
    start,
    put: (wish, reason) => {
      const known = store.waiting().find(({ planId }) => planId === wish.planId);
      const since = known?.since ?? new Date(clock.now()).toISOString();
      const id = known && !begun.has(known.id) ? known.id : newId();
      // Where the plan's snapshots go now, should that have changed meanwhile.
      const repositoryId = store.plan(wish.planId)?.repositoryId ?? wish.repositoryId;
      const row: WaitingRow = { ...wish, repositoryId, id, since, reason, attempts: 0, tags: [...new Set([...(known?.tags ?? []), ...wish.tags])], note: wish.note ?? known?.note };
      outbox.commit(() => store.putWaiting(row), known ? [] : events(row, 'snapshot.waiting', { reason }));
      changed();
      start();
      return view(row) as WaitingSnapshot;
    },
    list: () => store.waiting().filter(({ id }) => !begun.has(id)).flatMap((row) => view(row) ?? []),
    stop: (input) => {
      const row = store.waiting().find(({ id }) => id === input.id && !begun.has(id));
      if (row) giveUp(row, 'withdrawn');
      return { stopped: row !== undefined };
    },
    close: () => {
      closed = true;
      cancelTimer();
    }
  };
}
