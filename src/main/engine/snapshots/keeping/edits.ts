// Changes to the list of snapshots, seen from the engine's thread: the place in the repository's queue, the thread that does the work under the
// exclusive lock, and what the log says of it.
//   1. outbox: a row in running_edits, with an event where something is to go   -> found at the next start: `...-interrupted`
//   2. the thread changes one snapshot after the other                          -> the same; each change is whole or not there
//   3. outbox: the event with what was changed, row gone                        -> done
import { fail, toWire } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import type { EditDone, EditInput, EditMessage, Repositories, RepositoryRow, SnapshotEdit } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask } from '../../system/tasks.ts';
import { wellFormed } from '../plans/service.ts';
import { runWorker } from '../run-worker.ts';
import type { EditRow, SnapshotsStore } from '../store.ts';
import type { Listed } from './groups.ts';

/** In an event of at most 256 KiB; the rest is counted. */
export const mostNamed = 500;

export interface EditorDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'workers'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Repositories;
}

type Event = Parameters<Outbox['commit']>[1] extends readonly (infer E)[] | ((...given: never) => unknown) ? E : never;

/** What to do with the snapshots as they are now, and how the record tells it. */
export interface Decided<R> {
  edits: readonly SnapshotEdit[];
  /** Facts of every event of this change. */
  facts: Record<string, unknown>;
  /** Recorded before anything happens; left out where the end says it all. */
  started?: Event;
  /** After the last edit; changes of state.db that belong to it come first. */
  finished(done: readonly EditDone[], durationMs: number): { event: Event; change?: () => void; result: R };
}

export interface EditRequest<R> {
  kind: EditRow['kind'];
  repository: RepositoryRow;
  actor: string;
  subject: string;
  /** For whoever waits behind it. */
  what: string;
  /** Called under the lock. What it throws ends the work before anything was changed. */
  decide(snapshots: readonly Listed[]): Decided<R>;
}

export interface Editor {
  run<R>(request: EditRequest<R>, task: Pick<RunningTask, 'signal' | 'progress'>): Promise<R>;
  /** Start-up: changes that were begun and have not ended become events. */
  recover(): void;
}

export function createEditor({ ports, store, outbox, repositories }: EditorDeps): Editor {
  const { clock } = ports;

  const work = async <R>(request: EditRequest<R>, task: Pick<RunningTask, 'signal' | 'progress'>): Promise<R> => {
    const { kind, repository, actor, subject } = request;
    task.progress({ phase: 'opening', current: null });
    const { path, masterKey } = await repositories.unlockKey(repository.id, task.signal);
    const id = createUuid7(clock, ports.random);
    const startedMs = clock.monotonicMs();
    const common = { category: 'snapshot' as const, actor, subject };
    const done: EditDone[] = [];
    let decided: Decided<R> | undefined;
    let isOpen = false;
    try {
      await runWorker<EditMessage, true>({
        workers: ports.workers,
        name: 'repository.edit-snapshots',
        input: { path, masterKey } satisfies EditInput,
        signal: task.signal,
        onMessage: (message, reply) => {
          if (message.kind === 'finished') return true;
          if (message.kind === 'progress') task.progress(message.update);
          else if (message.kind === 'edited') done.push(message.done);
          else if (message.kind === 'lock') repositories.takeLockNote(repository.id, message, reply);
          else {
            refuseUnreadable(path, message.loaded.unreadable);
            const now = (decided = request.decide(message.loaded.snapshots));
            if (now.edits.length > 0) {
              const row: EditRow = { id, kind, subject, startedAt: new Date(clock.now()).toISOString(), facts: now.facts };
              outbox.commit(() => store.addEdit(row), now.started ? [{ ...common, ...now.started }] : []); // 1
              isOpen = true;
            }
            reply({ kind: 'edits', edits: now.edits }); // 2
          }
          return undefined;
        }
      });
      if (decided === undefined) return fail('INTERNAL', 'an edit that decided nothing', { what: 'a change of snapshots ended before it began' });
      const { event, change, result } = decided.finished(done, Math.round(clock.monotonicMs() - startedMs));
      if (isOpen) {
        outbox.commit(
          () => {
            change?.();
            store.removeEdit(id);
          },
          [{ ...common, ...event }]
        ); // 3
        isOpen = false;
      }
      return result;
    } catch (error) {
      if (isOpen) {
        const { code, message } = toWire(error);
        const payload = { ...decided?.facts, code, reason: wellFormed(message), done: done.slice(0, mostNamed).map((each) => ({ from: each.id, to: each.to ?? null })), doneCount: done.length, durationMs: Math.round(clock.monotonicMs() - startedMs) };
        outbox.commit(() => store.removeEdit(id), [{ ...common, action: `snapshot.${kind}-failed`, payload, ...(code === 'CANCELLED' && { level: 'warn' as const }) }]);
      }
      throw error;
    }
  };

  return {
    run: (request, task) => {
      task.progress({ phase: 'waiting' });
      const place = { exclusive: true, what: request.what, signal: task.signal, onWaiting: (behind: readonly string[]) => task.progress({ phase: 'waiting', current: behind.join(', ') }) };
      return repositories.queue(request.repository.id).run(place, () => work(request, task));
    },
    recover: () => {
      for (const { id, kind, subject, startedAt, facts } of store.edits()) {
        outbox.commit(() => store.removeEdit(id), [{ action: `snapshot.${kind}-interrupted`, category: 'snapshot', subject, payload: { ...facts, startedAt } }]);
      }
    }
  };
}

/** A snapshot that cannot be read may need anything, and its tags may pin it: while there is one nothing is taken away. */
export function refuseUnreadable(path: string, unreadable: readonly { id: string; reason: string }[]): void {
  const [first] = unreadable;
  if (first) fail('REPOSITORY_DAMAGED', `${unreadable.length} snapshots cannot be read`, { path: `${path}/snapshots/${first.id}`, what: `a snapshot cannot be read, so nothing is changed: ${first.reason}` });
}
