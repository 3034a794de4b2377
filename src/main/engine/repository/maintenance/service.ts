// Maintenance as the engine offers it: each a task that waits for its turn in the repository's queue, runs in a thread of its own, and
// leaves an event of what it did, or why it could not. A dry run changes nothing and leaves none.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { fail, isVarveError, toWire } from '../../kit/errors.ts';
import type { Ports } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { Repositories, RepositoryRow } from '../model.ts';
import type { CopyFacts } from '../copying/copy.ts';
import type { CopyInput } from '../copying/task.ts';
import type { PruneInput } from '../prune/task.ts';
import type { RepairFacts } from '../repair/steps.ts';
import type { RepairInput } from '../repair/task.ts';
import type { PruneFacts } from '../prune/prune.ts';
import { runInAll } from '../queue.ts';
import { runMaintenance } from './run.ts';

export interface MaintenanceDeps {
  ports: Pick<Ports, 'clock' | 'workers'>;
  repositories: Repositories;
  outbox: Pick<Outbox, 'commit'>;
  tasks: Pick<Tasks, 'start'>;
  announce: (event: EngineEvent) => void;
}

export interface Maintenance {
  prune: EngineApi['maintenance']['prune'];
  copy: EngineApi['maintenance']['copy'];
  repair: EngineApi['maintenance']['repair'];
  /** What a prune that leaves nothing unneeded would give back, and all that is stored. Takes the repository's turn; changes nothing and is not recorded. */
  freeable(row: RepositoryRow, signal: AbortSignal): Promise<{ freed: number; before: number }>;
}

/** Ids that go into an event; all are in the report. */
const snapshotsInEvent = 1000;

export function createMaintenance(deps: MaintenanceDeps): Maintenance {
  return new MaintenanceService(deps);
}

/** One piece of work on one repository. */
interface Work {
  row: RepositoryRow;
  /** For whoever waits in the queue, and in the event of a failure. */
  what: 'prune' | 'copy' | 'repair-index' | 'repair-packs' | 'repair-snapshots';
  actor: string;
  dryRun: boolean;
}

class MaintenanceService implements Maintenance {
  readonly #deps: MaintenanceDeps;

  constructor(deps: MaintenanceDeps) {
    this.#deps = deps;
  }

  prune: EngineApi['maintenance']['prune'] = async ({ repository, dryRun, maxUnused }, { actor }) => {
    const row = this.#deps.repositories.find(repository);
    return this.#deps.tasks.start({
      kind: 'prune',
      subject: row.name,
      run: async (task) => {
        const work: Work = { row, what: 'prune', actor, dryRun };
        const facts = await this.#work<PruneFacts>(work, task, async () => {
          const { path, masterKey } = await this.#deps.repositories.unlockKey(row.id, task.signal);
          const input: PruneInput = { path, masterKey, dryRun, maxUnused };
          return this.#inThread('repository.prune', input, [{ row, exclusive: !dryRun }], task);
        }, ({ snapshots, packs, bytes, blobs, indexFiles, reasons }) => ({ action: 'repository.pruned', payload: { snapshots, packs, bytes, blobs, indexFiles, reasons } }));
        return { kind: 'prune', report: { repositoryId: row.id, ...facts } };
      }
    });
  };

  copy: EngineApi['maintenance']['copy'] = async ({ from, to, snapshots }, { actor }) => {
    const { repositories, tasks } = this.#deps;
    const [source, target] = [repositories.find(from), repositories.find(to)];
    if (source.id === target.id) fail('BAD_INPUT', 'both are the same repository', { field: 'to', reason: 'both are the same repository' });
    return tasks.start({
      kind: 'copy',
      subject: target.name,
      run: async (task) => {
        const work: Work = { row: target, what: 'copy', actor, dryRun: false };
        const facts = await this.#work<CopyFacts>(work, task, async () => {
          const input: CopyInput = { from: await repositories.unlockKey(source.id, task.signal), to: await repositories.unlockKey(target.id, task.signal), snapshots };
          return this.#inThread('repository.copy', input, [{ row: source, exclusive: false }, { row: target, exclusive: false }], task);
        }, ({ copied, present, failed, blobs, bytes }) => ({ action: 'repository.copied', payload: { source: source.name, sourceId: source.id, count: copied.length, present, failed: failed.length, blobs, bytes, snapshots: copied.slice(0, snapshotsInEvent) } }));
        return { kind: 'copy', report: { fromId: source.id, toId: target.id, ...facts } };
      }
    });
  };

  repair: EngineApi['maintenance']['repair'] = async ({ repository, what, dryRun, forget }, { actor }) => {
    const { repositories, tasks } = this.#deps;
    const row = repositories.find(repository);
    return tasks.start({
      kind: 'repair',
      subject: row.name,
      run: async (task) => {
        const work: Work = { row, what: `repair-${what}`, actor, dryRun };
        const facts = await this.#work<RepairFacts>(work, task, async () => {
          const { path, masterKey } = await repositories.unlockKey(row.id, task.signal);
          const input: RepairInput = { path, masterKey, what, dryRun, forget };
          return this.#inThread('repository.repair', input, [{ row, exclusive: !dryRun }], task);
        }, ({ steps, count, gaps }) => ({ action: 'repository.repaired', payload: { what, count, gaps, steps: steps.slice(0, snapshotsInEvent) }, ...(gaps && { level: 'warn' as const }) }));
        return { kind: 'repair', report: { repositoryId: row.id, what, ...facts } };
      }
    });
  };

  async freeable(row: RepositoryRow, signal: AbortSignal): Promise<{ freed: number; before: number }> {
    const { path, masterKey } = await this.#deps.repositories.unlockKey(row.id, signal);
    const input: PruneInput = { path, masterKey, dryRun: true, maxUnused: { kind: 'bytes', bytes: 0 } };
    const { bytes } = await this.#inThread<PruneFacts>('repository.prune', input, [{ row, exclusive: false }], { signal, progress: () => undefined });
    return { freed: bytes.freed, before: bytes.before };
  }

  /** Waits for its turn at every repository, then runs the thread. `places` as in its input. */
  async #inThread<R>(name: string, input: unknown, places: readonly { row: RepositoryRow; exclusive: boolean }[], task: Pick<RunningTask, 'signal' | 'progress'>): Promise<R> {
    const { repositories, ports } = this.#deps;
    const what = name.slice(name.indexOf('.') + 1);
    const turns = places.map(({ row, exclusive }) => ({ id: row.id, queue: repositories.queue(row.id), exclusive }));
    return runInAll(turns, { what, signal: task.signal, onWaiting: (behind) => task.progress({ phase: 'waiting', current: behind.join(', ') }) }, () =>
      runMaintenance<R>({
        workers: ports.workers,
        name,
        input,
        signal: task.signal,
        onProgress: (update) => task.progress({ current: null, ...update }),
        onLock: (place, note, reply) => repositories.takeLockNote((places[place] ?? places[0])?.row.id ?? '', note, reply)
      })
    );
  }

  /** Runs it and records how it ended. */
  async #work<R>({ row, what, actor, dryRun }: Work, task: RunningTask, run: () => Promise<R>, eventOf: (result: R) => { action: string; payload: object; level?: 'warn' }): Promise<R> {
    const { ports, outbox, announce } = this.#deps;
    const startedAt = ports.clock.monotonicMs();
    const durationMs = (): number => Math.round(ports.clock.monotonicMs() - startedAt);
    const about = { repository: row.name, repositoryId: row.id };
    const base = { category: 'repository', actor, subject: `repository:${row.name}` } as const;
    task.progress({ phase: 'opening' });
    // Before anything can be removed the record says that it was begun; one without an end was cut off.
    if (!dryRun) outbox.commit(() => undefined, [{ ...base, action: 'repository.maintenance-started', payload: { ...about, work: what } }]);
    try {
      const result = await run();
      if (!dryRun) {
        const { action, payload, level } = eventOf(result);
        outbox.commit(() => undefined, [{ ...base, action, ...(level && { level }), payload: { ...about, ...payload, durationMs: durationMs() } }]);
        for (const changed of ['repositories', 'snapshots'] as const) announce({ kind: 'changed', what: changed });
      }
      return result;
    } catch (error) {
      const { code, message } = toWire(error);
      if (!dryRun) {
        const stopped = isVarveError(error) && error.code === 'CANCELLED';
        outbox.commit(() => undefined, [{ ...base, action: 'repository.maintenance-failed', level: stopped ? 'warn' : 'error', payload: { ...about, work: what, code, reason: message.toWellFormed(), durationMs: durationMs() } }]);
      }
      throw error;
    }
  }
}
