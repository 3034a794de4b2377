// Restores as tasks, and their previews: which snapshot, where to, what a thread needs to know. The order of steps is in runner.ts.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent, TaskResult } from '../../../../contract/events.ts';
import { leaveOutNothing, type PassedOver } from '../../../../contract/snapshots.ts';
import { fail } from '../../kit/errors.ts';
import { homeMarker, isInside, pathsOf } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { sha256Hex, shortId, type Repositories } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { parseSnapshotName } from '../browse/snapshot-name.ts';
import type { PlanService } from '../plans/service.ts';
import { wellFormed } from '../plans/service.ts';
import type { SnapshotsStore } from '../store.ts';
import { incompleteTag, zoneOffsetMinutes } from '../model.ts';
import { nearestFolder } from '../user-folder.ts';
import { namesOfPlace, originTop } from './place.ts';
import { createPreviews } from './previews.ts';
import type { PreviewFacts, ReportFacts, RestoreRequest, SafetyMade } from './protocol.ts';
import { createRestoreRunner, type RestoreRunner } from './runner.ts';
import { createUndo } from './undo-service.ts';

export interface RestoreServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  announce(event: EngineEvent): void;
  homePath: string;
  browse: BrowseService;
  plans: Pick<PlanService, 'known'>;
  /** Of the program. */
  version: string;
}

export interface RestoreService extends Pick<EngineApi, 'restores'> {
  /** For what restores in another way. */
  runner: RestoreRunner;
  /** Start-up: restores that were begun and never ended become events `restore.interrupted`. */
  recoverInterrupted(): void;
}

type Input = Parameters<EngineApi['restores']['start']>[0];

/** Where a restore writes. In place: `target` is the top of the file system. */
interface Goal {
  target: string;
  inPlace: string[] | undefined;
}

/** The snapshot of a restore, and newer ones that it could not be. */
interface Chosen {
  found: FoundSnapshot;
  passedOver: PassedOver[];
}

const listedPassedOver = 100;
const listedBytes = 32 * 1024;

/** As many paths as fit into an event with room to spare; their number stands beside them. */
function listed(paths: readonly string[]): string[] {
  let room = listedBytes;
  const fitting = paths.findIndex((path) => (room -= Buffer.byteLength(wellFormed(path))) < 0);
  return paths.slice(0, fitting === -1 ? paths.length : fitting).map(wellFormed);
}

export function createRestoreService(deps: RestoreServiceDeps): RestoreService {
  const { ports, store, outbox, tasks, homePath, browse, plans, repositories } = deps;
  const { clock, files, machine, random } = ports;
  const system = pathsOf(machine.platform);
  const runner = createRestoreRunner(deps);
  const previews = createPreviews({ ports, folder: system.join(homePath, 'cache', 'restores') });

  /** The target as the file system spells it, as far as it exists. BAD_INPUT inside a repository or a home, NOT_A_FOLDER. */
  const resolveTarget = (typed: string): string => {
    const { folder, missing } = nearestFolder(ports, typed);
    const target = system.join(folder, ...missing);
    refuseForbidden(target, folder);
    return target;
  };

  const refuseForbidden = (target: string, existing: string): void => {
    const paths = pathsOf(machine.platform);
    const refuse = (reason: string): never => fail('BAD_INPUT', `${target} ${reason}`, { field: 'target', reason });
    if (isInside(homePath, target, machine.platform)) refuse('lies inside a home of Varve');
    for (const repository of repositories.rows()) if (isInside(repository.path, target, machine.platform)) refuse(`lies inside the repository ${repository.name}`);
    for (let at = existing; ; at = paths.dirname(at)) {
      const has = (name: string, type: string): boolean => files.lstat(paths.join(at, name))?.type === type;
      if (has(homeMarker, 'file')) refuse('lies inside a home of Varve');
      if (has('config', 'file') && has('keys', 'dir') && has('snapshots', 'dir') && has('index', 'dir')) refuse('lies inside a restic repository');
      if (at === paths.dirname(at)) return;
    }
  };

  const goalOf = (input: Input, found: FoundSnapshot): Goal => {
    if (input.target !== null) return { target: resolveTarget(input.target), inPlace: undefined };
    return { target: originTop(found.file.paths), inPlace: [...found.file.paths] };
  };

  /** What is not in the snapshot because it was left out on purpose, by the rules of then and of now, is nothing extra. */
  const deleteExtraOf = (input: Input, found: FoundSnapshot): Pick<RestoreRequest, 'deleteExtra'> => {
    if (!input.deleteExtra) return {};
    if (found.file.tags?.includes(incompleteTag)) fail('BAD_INPUT', 'the snapshot is incomplete', { field: 'deleteExtra', reason: 'the snapshot is incomplete: what it lacks would be deleted' });
    const plan = found.planId === null ? undefined : plans.known(found.planId);
    const excludes = [...new Set([...(found.file.excludes ?? []), ...(plan?.excludes ?? [])])];
    return { deleteExtra: { roots: found.file.paths.map((path) => namesOfPlace(path, machine.platform)), excludes, leaveOut: plan?.leaveOut ?? leaveOutNothing } };
  };

  const requestOf = async (input: Input, found: FoundSnapshot, { target, inPlace }: Goal, signal: AbortSignal | undefined): Promise<RestoreRequest> => ({
    ...(await runner.base(found.repository.id, signal)),
    mark: '',
    leftBehind: [],
    treeId: found.file.tree,
    include: input.include,
    exclude: input.exclude,
    target,
    ...(inPlace !== undefined && { inPlace }),
    conflict: input.conflict,
    choices: input.choices,
    ...deleteExtraOf(input, found),
    owners: input.owners ?? machine.uid === 0,
    modes: input.modes,
    day: browse.view(found).time.slice(0, 10),
    preview: true
  });

  /** Snapshots of the same files, newest first, that may have whole what is damaged in this one. */
  const othersOf = async (found: FoundSnapshot, signal: AbortSignal): Promise<NonNullable<RestoreRequest['others']>> => {
    const { snapshots } = await browse.select({ repository: found.repository.id }, { signal });
    const same = found.planId === null ? (one: FoundSnapshot) => one.planId === null && one.file.paths.join() === found.file.paths.join() : (one: FoundSnapshot) => one.planId === found.planId;
    return snapshots.filter((one) => one.id !== found.id && same(one)).map((one) => ({ snapshotId: one.id, treeId: one.file.tree, at: browse.view(one).at }));
  };

  /** Marks of restores that were cut off and may have left temporary files there. */
  const leftIn = (target: string): string[] =>
    store
      .unfinishedRestores()
      .filter((row) => row.cut && (isInside(row.target, target, machine.platform) || isInside(target, row.target, machine.platform)))
      .map((row) => row.id.replaceAll('-', ''));

  const undo = createUndo({ ports, store, repositories, tasks, runner, leftIn, folder: system.join(homePath, 'restores') });

  /** The snapshot that is meant. For `PLAN@last-valid` they are read, newest first, until one has whole what is chosen of it. */
  const choose = async (input: Input, signal: AbortSignal, onProgress: RunningTask['progress']): Promise<Chosen> => {
    const query = parseSnapshotName(input.snapshot);
    if (query.kind !== 'last-valid') return { found: await browse.find(input.snapshot, signal), passedOver: [] };
    const plan = plans.known(query.plan);
    const { snapshots, failures } = await browse.select({ planId: plan.id }, { fresh: true, signal });
    const failure = failures.get(plan.repositoryId);
    if (failure !== undefined) throw failure;
    const passedOver: PassedOver[] = [];
    for (const found of snapshots) {
      const reason = found.file.tags?.includes(incompleteTag) ? 'incomplete' : (await isDamaged(input, found, signal, onProgress)) ? 'damaged' : undefined;
      if (reason === undefined) return { found, passedOver };
      if (passedOver.length < listedPassedOver) passedOver.push({ snapshotId: found.id, at: browse.view(found).at, reason });
    }
    return fail('NOT_FOUND', `no valid snapshot of ${query.plan}`, { kind: 'snapshot', name: input.snapshot });
  };

  const isDamaged = async ({ include, exclude }: Input, found: FoundSnapshot, signal: AbortSignal, onProgress: RunningTask['progress']): Promise<boolean> => {
    const request: RestoreRequest = { ...(await runner.base(found.repository.id, signal)), mark: '', leftBehind: [], treeId: found.file.tree, include, exclude, target: homePath, conflict: 'keep', choices: [], owners: false, modes: false, day: '', preview: true, proveOnly: true };
    return (await runner.work<{ damaged: number }>(request, found.repository.id, signal, onProgress)).damaged > 0;
  };

  const run = async (input: Input, { found, passedOver }: Chosen, goal: Goal, actor: string, task: RunningTask): Promise<TaskResult> => {
    const id = createUuid7(clock, random);
    const { planName, planId } = browse.view(found);
    const { target, inPlace } = goal;
    const subject = planName === null ? `repository:${found.repository.name}` : `plan:${planName}`;
    const place = wellFormed((inPlace ?? [target]).join(', ').slice(0, 4096));
    const selection = sha256Hex(Buffer.from(JSON.stringify([found.id, input.include, input.exclude, ...(inPlace === undefined ? [] : ['in place'])])));
    const noteUndoable = (safety: SafetyMade | null): void => {
      const cut = store.undoables().find((row) => !row.finished && row.undoneAt === null && row.selection === selection);
      store.addUndoable({
        id, at: new Date(clock.now()).toISOString(), subject, repositoryId: found.repository.id, snapshotId: found.id, planId, planName, place: inPlace ?? [], selection,
        safetySnapshot: safety?.snapshotId ?? null, safetyTree: safety?.treeId ?? null, continues: cut?.id ?? null
      });
    };
    const report = await runner.record(
      {
        id,
        actor,
        subject,
        target,
        selection,
        facts: { restore: id, repository: found.repository.name, repositoryId: found.repository.id, snapshot: found.id, target: place, plan: planName, planId, ...(inPlace !== undefined && { inPlace: true }) },
        asked: {
          ...(passedOver.length > 0 && { passedOver: passedOver.length }),
          include: listed(input.include), includeCount: input.include.length, exclude: listed(input.exclude), excludeCount: input.exclude.length, conflict: input.conflict,
          ...(input.choices.length > 0 && { choices: input.choices.length }), ...(input.deleteExtra && { deleteExtra: true })
        }
      },
      async () => {
        const request: RestoreRequest = { ...(await requestOf(input, found, goal, task.signal)), mark: id.replaceAll('-', ''), leftBehind: leftIn(target), preview: false, ...(input.token !== undefined && { token: input.token }) };
        if (inPlace !== undefined) {
          undo.tidy();
          const nowMs = clock.now();
          request.safety = { restore: id, file: undo.fileOf(id), offsetMinutes: zoneOffsetMinutes(clock.zone(), nowMs), programVersion: `varve ${deps.version}` };
          request.others = await othersOf(found, task.signal);
        }
        const done = await runner.work<ReportFacts>(request, found.repository.id, task.signal, (update) => task.progress(update), noteUndoable);
        return { id, snapshotId: found.id, snapshotShortId: shortId(found.id), passedOver, target: inPlace === undefined ? target : null, conflict: input.conflict, choices: input.choices.length, deleteExtra: input.deleteExtra, undoes: null, ...done };
      },
      () => store.finishUndoable(id)
    );
    return { kind: 'restore', report };
  };

  return {
    runner,
    restores: {
      preview: async (input, context) => {
        const signal = context.signal ?? new AbortController().signal;
        const { found, passedOver } = await choose(input, signal, () => undefined);
        const goal = goalOf(input, found);
        const request = await requestOf(input, found, goal, signal);
        const facts = await previews.make((previewFile) => runner.work<PreviewFacts>({ ...request, previewFile }, found.repository.id, signal, () => undefined));
        return { snapshot: browse.view(found), passedOver, target: goal.inPlace === undefined ? goal.target : null, ...facts };
      },
      changes: ({ token, ...query }, context) => previews.page(token, query, context.signal),
      start: async (input, context) => {
        if (parseSnapshotName(input.snapshot).kind === 'last-valid') {
          return tasks.start({
            kind: 'restore',
            subject: input.snapshot,
            run: async (task) => {
              const chosen = await choose(input, task.signal, (update) => task.progress(update));
              return run(input, chosen, goalOf(input, chosen.found), context.actor, task);
            }
          });
        }
        const found = await browse.find(input.snapshot, context.signal);
        const goal = goalOf(input, found);
        return tasks.start({ kind: 'restore', subject: shortId(found.id), run: (task) => run(input, { found, passedOver: [] }, goal, context.actor, task) });
      },
      undo: undo.undo,
      undoable: undo.undoable,
      reports: async ({ limit }) => store.reports(limit)
    },
    recoverInterrupted: () => {
      // One process owns the home at a time, so whoever began these has ended.
      for (const { id, subject, facts, startedAt, cut } of store.unfinishedRestores()) {
        if (!cut) outbox.commit(() => store.cutRestore(id), [{ action: 'restore.interrupted', category: 'restore', subject, payload: { ...facts, startedAt } }]);
      }
    }
  };
}
