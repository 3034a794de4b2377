// What restores and their undoing share: the place in the repository's queue, the thread, and the two events around it. Order, and what a stop after each
// step leaves:
//   1. outbox: `restore.started` with a row in unfinished_restores   -> found at the next start: `restore.interrupted`
//   2. in place: a row in undoable_restores, before the first change -> the same; it can be undone
//   3. the thread writes                                             -> the same, and temporary files, which the next restore to the place removes
//   4. outbox: `restore.finished` with the report, or `restore.failed` -> nothing
import type { EngineEvent } from '../../../../contract/events.ts';
import type { RestoreReport } from '../../../../contract/snapshots.ts';
import { toWire } from '../../kit/errors.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, type Repositories } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask } from '../../system/tasks.ts';
import { wellFormed } from '../plans/service.ts';
import { runWorker } from '../run-worker.ts';
import type { SnapshotsStore } from '../store.ts';
import type { PreviewFacts, ReportFacts, RestoreMessage, RestoreRequest, SafetyMade } from './protocol.ts';

export interface RunnerDeps {
  ports: Pick<Ports, 'clock' | 'workers' | 'machine'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Repositories;
  announce(event: EngineEvent): void;
}

/** What the log says of a restore. */
export interface RestoreRecord {
  id: string;
  actor: string;
  subject: string;
  target: string;
  selection: string;
  /** Of every event. */
  facts: Record<string, unknown>;
  /** Of the first one. */
  asked: Record<string, unknown>;
}

type Base = Pick<RestoreRequest, 'repositoryPath' | 'masterKey' | 'indexCache' | 'forbidden' | 'forbiddenIds' | 'identity'>;

export function createRestoreRunner({ ports, store, outbox, repositories, announce }: RunnerDeps) {
  const { clock, machine } = ports;

  /** What every thread needs to open the repository, and where nothing is written. */
  const base = async (repositoryId: string, signal: AbortSignal | undefined): Promise<Base> => {
    const unlocked = await repositories.unlockKey(repositoryId, signal);
    const places = await repositories.protectedPlaces(signal);
    return {
      repositoryPath: unlocked.path,
      masterKey: unlocked.masterKey,
      indexCache: unlocked.indexCache,
      forbidden: places.flatMap(({ path, real }) => [path, real]),
      forbiddenIds: places.flatMap(({ device, inode }) => (device === null || inode === null ? [] : [`${device}:${inode}`])),
      identity: lockIdentity(machine)
    };
  };

  const work = <R extends PreviewFacts | ReportFacts | { damaged: number }>(request: RestoreRequest, repositoryId: string, signal: AbortSignal, onProgress: RunningTask['progress'], onUndoable?: (safety: SafetyMade | null) => void): Promise<R> =>
    repositories.queue(repositoryId).run({ exclusive: false, what: 'restore', signal, onWaiting: () => onProgress({ phase: 'waiting' }) }, () =>
      runWorker<RestoreMessage, R>({
        workers: ports.workers,
        name: 'snapshots.restore',
        input: request,
        signal,
        onMessage: (message, reply) => {
          if (message.kind === 'preview' || message.kind === 'report') return message.facts;
          if (message.kind === 'proved') return { damaged: message.damaged };
          if (message.kind === 'progress') onProgress(message.update);
          else if (message.kind === 'lock') repositories.takeLockNote(repositoryId, message, reply);
          else {
            onUndoable?.(message.safety);
            reply({ kind: 'begin' });
          }
          return undefined;
        }
      })
    );

  /** `run` between the two events. `onEnd`: in the same commit as the last one. */
  const record = async (restore: RestoreRecord, run: () => Promise<RestoreReport>, onEnd: (report: RestoreReport) => void): Promise<RestoreReport> => {
    const { id, actor, subject, target, selection, facts, asked } = restore;
    const common = { category: 'restore' as const, actor, subject };
    const startedMs = clock.monotonicMs();
    const durationMs = (): number => Math.round(clock.monotonicMs() - startedMs);
    outbox.commit(
      () => store.addRestore({ id, subject, target, selection, facts, startedAt: new Date(clock.now()).toISOString() }),
      [{ ...common, action: 'restore.started', payload: { ...facts, ...asked } as never }]
    );
    try {
      const report = await run();
      outbox.commit(
        () => {
          store.addReport(new Date(clock.now()).toISOString(), report);
          store.removeRestore(id);
          // This one went through all folders that those did.
          for (const row of store.unfinishedRestores()) if (row.cut && row.target === target && row.selection === selection) store.removeRestore(row.id);
          onEnd(report);
        },
        [
          {
            ...common,
            action: 'restore.finished',
            ...(report.skippedCount > 0 && { level: 'warn' as const }),
            payload: {
              ...facts,
              files: report.files, identical: report.identical, folders: report.folders, links: report.links, bytes: report.bytes, kept: report.kept, replaced: report.replaced, beside: report.beside,
              metadata: report.metadata, deleted: report.deleted, skipped: report.skippedCount, conflict: report.conflict, safetySnapshot: report.safetySnapshotId,
              degraded: Object.fromEntries(report.degraded.map(({ what, count }) => [what, count])), writeMs: report.writeMs, verifyMs: report.verifyMs, durationMs: durationMs()
            } as never
          }
        ]
      );
      announce({ kind: 'changed', what: 'restores' });
      return report;
    } catch (error) {
      const { code, message } = toWire(error);
      outbox.commit(
        () => store.cutRestore(id),
        [{ ...common, action: 'restore.failed', ...(code === 'CANCELLED' && { level: 'warn' as const }), payload: { ...facts, code, reason: wellFormed(message), durationMs: durationMs() } as never }]
      );
      announce({ kind: 'changed', what: 'restores' });
      throw error;
    }
  };

  return { base, work, record };
}

export type RestoreRunner = ReturnType<typeof createRestoreRunner>;
