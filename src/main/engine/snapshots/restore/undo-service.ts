// Undoing restores in place: which can be undone, and the undoing itself, which is a restore with a report of its own. One that went on with others that
// were cut off is undone together with them, the newest first, so that everything is again as it was before the first.
import type { EngineApi } from '../../../../contract/index.ts';
import type { TaskResult } from '../../../../contract/events.ts';
import type { RestoreReport } from '../../../../contract/snapshots.ts';
import { fail } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { shortId } from '../../repository/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import { wellFormed } from '../plans/service.ts';
import type { UndoableRow } from '../store.ts';
import { oneById } from '../one-by-id.ts';
import { changedSince } from './undo.ts';
import { originTop } from './place.ts';
import type { ReportFacts } from './protocol.ts';
import type { RestoreRunner, RunnerDeps } from './runner.ts';

/** Older ones cannot be undone any more; their safety snapshots stay. */
const mostUndoable = 50;

export interface UndoDeps extends Pick<RunnerDeps, 'store' | 'repositories'> {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine'>;
  tasks: Pick<Tasks, 'start'>;
  runner: RestoreRunner;
  leftIn(target: string): string[];
  /** Folder of the home for what each restore puts where. */
  folder: string;
}

export function createUndo(deps: UndoDeps) {
  const { ports, store, repositories, tasks, runner, folder } = deps;
  const { clock, files, machine, random } = ports;

  const fileOf = (id: string): string => pathsOf(machine.platform).join(folder, `${id}.db`);

  const find = (name: string): UndoableRow => {
    const row = oneById(store.undoables(), 'restore', name);
    if (row.undoneAt !== null) fail('CONFLICT', `restore ${name} is undone already`, { kind: 'restore', name });
    return row;
  };

  /** It, and the cut-off ones it went on with, newest first. */
  const chainOf = (row: UndoableRow): UndoableRow[] => {
    const all = new Map(store.undoables().map((one) => [one.id, one]));
    const chain: UndoableRow[] = [];
    for (let at: UndoableRow | undefined = row; at !== undefined && at.undoneAt === null; at = at.continues === null ? undefined : all.get(at.continues)) chain.push(at);
    return chain;
  };

  const undoOne = async (row: UndoableRow, id: string, task: RunningTask): Promise<ReportFacts> => {
    if (files.lstat(fileOf(row.id)) === undefined) fail('NOT_FOUND', `what restore ${row.id} did is not kept any more`, { kind: 'restore', name: row.id });
    const target = originTop(row.place);
    return runner.work<ReportFacts>(
      {
        ...(await runner.base(row.repositoryId, task.signal)),
        mark: id.replaceAll('-', ''),
        leftBehind: [...new Set([row.id.replaceAll('-', ''), ...deps.leftIn(target)])],
        treeId: row.safetyTree ?? '',
        include: [],
        exclude: [],
        target,
        inPlace: row.place,
        conflict: 'replace',
        choices: [],
        owners: machine.uid === 0,
        modes: true,
        day: '',
        preview: false,
        undo: fileOf(row.id)
      },
      row.repositoryId,
      task.signal,
      (update) => task.progress(update)
    );
  };

  /** What could not be done for another reason than that it was changed since can be tried again. */
  const setUndone = (id: string, { skipped }: Pick<ReportFacts, 'skipped'>): void => {
    if (skipped.every(({ reason }) => reason === changedSince)) store.setUndone(id, new Date(clock.now()).toISOString());
  };

  const run = async (row: UndoableRow, actor: string, task: RunningTask): Promise<TaskResult> => {
    const id = createUuid7(clock, random);
    const repository = repositories.find(row.repositoryId);
    const snapshotId = row.safetySnapshot ?? row.snapshotId;
    const place = wellFormed(row.place.join(', ').slice(0, 1000));
    const report = await runner.record(
      {
        id,
        actor,
        subject: row.subject,
        target: originTop(row.place),
        selection: `undo ${row.id}`,
        facts: { restore: id, repository: repository.name, repositoryId: repository.id, snapshot: snapshotId, target: place, plan: row.planName, planId: row.planId, inPlace: true, undoes: row.id },
        asked: { include: [], exclude: [], conflict: 'replace' }
      },
      async () => {
        const parts: ReportFacts[] = [];
        for (const one of chainOf(row)) {
          parts.push(await undoOne(one, id, task));
          if (one.id !== row.id) setUndone(one.id, parts.at(-1) as ReportFacts);
        }
        return { id, snapshotId, snapshotShortId: shortId(snapshotId), passedOver: [], target: null, conflict: 'replace', choices: 0, deleteExtra: false, undoes: row.id, ...parts.reduce(added) } satisfies RestoreReport;
      },
      (report) => setUndone(row.id, report)
    );
    return { kind: 'restore', report };
  };

  const undo: EngineApi['restores']['undo'] = async ({ restore }, context) => {
    const row = find(restore);
    return tasks.start({ kind: 'restore', subject: shortId(row.snapshotId), run: (task) => run(row, context.actor, task) });
  };

  const undoable: EngineApi['restores']['undoable'] = async () => {
    const names = new Map(repositories.rows().map(({ id, name }) => [id, name]));
    return store.undoables().map(({ id, at, snapshotId, planName, repositoryId, safetySnapshot, finished, undoneAt }) => ({ id, at, snapshotId, planName, repositoryName: names.get(repositoryId) ?? '', safetySnapshotId: safetySnapshot, finished, undoneAt }));
  };

  /** A new one is about to begin: the oldest make room. */
  const tidy = (): void => {
    files.mkdirs(folder, 0o700);
    for (const { id } of store.undoables().slice(mostUndoable - 1)) {
      for (const end of ['', '-wal', '-shm']) if (files.lstat(fileOf(id) + end) !== undefined) files.unlink(fileOf(id) + end);
      store.removeUndoable(id);
    }
  };

  return { undo, undoable, fileOf, tidy };
}

function added(a: ReportFacts, b: ReportFacts): ReportFacts {
  const degraded = new Map<string, number>();
  for (const { what, count } of [...a.degraded, ...b.degraded]) degraded.set(what, (degraded.get(what) ?? 0) + count);
  return {
    files: a.files + b.files, identical: a.identical + b.identical, folders: a.folders + b.folders, links: a.links + b.links, bytes: a.bytes + b.bytes, kept: a.kept + b.kept, replaced: a.replaced + b.replaced, beside: a.beside + b.beside,
    metadata: a.metadata + b.metadata, deleted: a.deleted + b.deleted, safetySnapshotId: a.safetySnapshotId ?? b.safetySnapshotId,
    skipped: [...a.skipped, ...b.skipped].slice(0, 1000), skippedCount: a.skippedCount + b.skippedCount, degraded: [...degraded].map(([what, count]) => ({ what, count })), writeMs: a.writeMs + b.writeMs, verifyMs: a.verifyMs + b.verifyMs
  };
}
