// Trials: a copy of a folder of a snapshot, which can be worked in, compared, and put in the place of the original. Each step is in the record; a stop in
// the middle of one is settled at the next start, always to the state before it.
//   start:    1. outbox: `trial.started`, row `making`      -> the next start removes the folder: `trial.interrupted`
//             2. files come back; row `ready`
//   promote:  1. row `swapping`  2. the folders change places  3. the check  4. outbox: `trial.promoted`, row `promoted`
//             a stop after 1 -> the original is put back, row `ready`
//   undo:     1. row `returning`  2. the folders change back  3. outbox: `trial.undone`, row `ready`
//             a stop after 1 -> the original is put back, row `ready`
//   discard:  1. outbox: `trial.discarded`, row gone  2. the folder is removed -> a folder of the trial's name stays, harmless
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent, TaskResult } from '../../../../contract/events.ts';
import type { Promotion, Trial } from '../../../../contract/trials.ts';
import { fail, toWire } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import { isInside, pathsOf, resolveUserPath } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { shortId, type Repositories } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { runHook } from '../hooks/run-hook.ts';
import { wellFormed, type PlanService } from '../plans/service.ts';
import { makeFolder, removeInThread, removeOrWarn } from '../remove-folder.ts';
import { namesOfPlace } from '../restore/place.ts';
import type { ReportFacts } from '../restore/protocol.ts';
import type { RestoreRunner } from '../restore/runner.ts';
import { oneById } from '../one-by-id.ts';
import { existingFolder, nearestFolder } from '../user-folder.ts';
import { runProgram } from './run-program.ts';
import { settleSwap, swap, swapBack, type SwapPlaces } from './swap.ts';
import type { TrialRow, TrialRowState, TrialStore } from './store.ts';

export interface TrialServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine' | 'programs' | 'logger' | 'workers'>;
  environment: Readonly<Record<string, string | undefined>>;
  store: TrialStore;
  outbox: Pick<Outbox, 'commit'>;
  tasks: Pick<Tasks, 'start'>;
  announce(event: EngineEvent): void;
  browse: BrowseService;
  plans: Pick<PlanService, 'known'>;
  repositories: Pick<Repositories, 'find' | 'protectedPlaces'>;
  runner: RestoreRunner;
}

/** What a comparison needs of a trial. */
export interface TrialCopy {
  id: string;
  /** In the snapshot. */
  path: string;
  snapshotId: string;
  copy: string;
}

/** Of a program that a person names for this once. */
const limitSeconds = 3600;

function refuseState(state: TrialRowState): never {
  if (state === 'promoted') fail('BAD_INPUT', 'promoted', { field: 'trial', reason: 'its copy stands in the place of the original already' });
  if (state === 'ready') fail('BAD_INPUT', 'not promoted', { field: 'trial', reason: 'its copy does not stand in the place of the original' });
  return fail('BAD_INPUT', 'busy', { field: 'trial', reason: 'something is being done with it at the moment' });
}

export function createTrials(deps: TrialServiceDeps) {
  const { ports, store, outbox, tasks, browse, plans, runner, repositories } = deps;
  const { clock, files, machine, random } = ports;
  const system = pathsOf(machine.platform);

  /** The task that is at work on a trial, by the trial's id. */
  const busy = new Map<string, string>();
  const changed = (): void => deps.announce({ kind: 'changed', what: 'restores' });

  /** Work on a trial as a task of this id; nothing else is done with the trial until it has ended. */
  const begin = (kind: 'trial' | 'trial-run' | 'promotion', row: TrialRow, id: string, run: (task: RunningTask) => Promise<TaskResult>): { taskId: string } => {
    busy.set(row.id, id);
    try {
      return tasks.start({
        kind,
        subject: displayName(system.basename(row.original)),
        id,
        run: async (task) => {
          try {
            changed();
            return await run(task);
          } finally {
            busy.delete(row.id);
            changed();
          }
        }
      });
    } catch (error) {
      busy.delete(row.id);
      throw error;
    }
  };

  const placesOf = ({ original, folder }: TrialRow): SwapPlaces => ({ place: original, copy: system.join(folder, ...namesOfPlace(original, machine.platform)), aside: system.join(folder, 'former original') });

  /** In the snapshot. */
  const pathOf = ({ original }: TrialRow): string => `/${namesOfPlace(original, machine.platform).join('/')}`;

  const view = (row: TrialRow): Trial => {
    const { place, copy } = placesOf(row);
    const promoted = row.state === 'promoted' || row.state === 'returning';
    return {
      id: row.id, at: row.at, snapshotId: row.snapshotId, snapshotShortId: shortId(row.snapshotId), planId: row.planId, planName: row.planName,
      original: row.original, folder: row.folder, copy: promoted ? place : copy, state: row.state === 'making' ? 'making' : promoted ? 'promoted' : 'ready', files: row.files, bytes: row.bytes, taskId: busy.get(row.id) ?? null, lastRun: row.lastRun
    };
  };

  /** For the result of the task that is at work on it. */
  const freed = (row: TrialRow): Trial => ({ ...view(row), taskId: null });

  const find = (name: string): TrialRow => oneById(store.all(), 'trial', name);
  const inState = (name: string, state: TrialRowState): TrialRow => {
    const row = find(name);
    if (busy.has(row.id)) refuseState('making');
    if (row.state !== state) refuseState(row.state);
    return row;
  };

  const factsOf = (row: TrialRow): { trial: string; repository: string; repositoryId: string; snapshot: string; plan: string | null; planId: string | null; folder: string } => ({
    trial: row.id, repository: nameOf(row.repositoryId), repositoryId: row.repositoryId, snapshot: row.snapshotId, plan: row.planName, planId: row.planId, folder: wellFormed(row.original.slice(0, 4096))
  });
  const nameOf = (repositoryId: string): string => {
    try {
      return repositories.find(repositoryId).name;
    } catch {
      return repositoryId; // it was removed from the home since
    }
  };
  const subjectOf = (row: TrialRow): string => (row.planName === null ? `repository:${nameOf(row.repositoryId)}` : `plan:${row.planName}`);
  const record = (row: TrialRow, action: `trial.${'started' | 'ready' | 'failed' | 'interrupted' | 'ran' | 'promoted' | 'undone' | 'discarded'}`, more: object, change: () => void, actor?: string, level?: 'warn' | 'error'): void => {
    outbox.commit(change, [{ action, category: 'restore', subject: subjectOf(row), ...(actor !== undefined && { actor }), ...(level !== undefined && { level }), payload: { ...factsOf(row), ...more } as never }]);
    changed();
  };

  /** The folder of the snapshot that is meant, on this computer. */
  const originalOf = (found: FoundSnapshot, typed: string | undefined): string => {
    const all = found.file.paths.filter((path) => system.isAbsolute(path));
    const original = typed === undefined ? all[0] : resolveUserPath(typed, { platform: machine.platform, userHome: machine.userHome });
    if (original === undefined || !all.some((path) => isInside(path, original, machine.platform))) return fail('BAD_INPUT', 'no folder of the snapshot', { field: 'path', reason: 'is no folder of this computer that the snapshot was taken of, nor in one' });
    if (system.dirname(original) === original) return fail('BAD_INPUT', 'a top folder', { field: 'path', reason: 'the top of a file system cannot be tried' });
    return original;
  };

  /** A new folder of the trial's name beside the original, so that both can change places by renames; or where it is wanted. */
  const folderFor = (id: string, original: string, typed: string | undefined): string => {
    const place = typed === undefined ? nearestFolder(ports, system.dirname(original)).folder : existingFolder(ports, typed);
    return system.join(place, `${system.basename(original)} (trial ${id.slice(-8)})`);
  };

  const restoreInto = async (row: TrialRow, found: FoundSnapshot, task: RunningTask): Promise<ReportFacts> =>
    runner.work<ReportFacts>(
      {
        ...(await runner.base(found.repository.id, task.signal)),
        mark: row.id.replaceAll('-', ''),
        leftBehind: [],
        treeId: found.file.tree,
        include: [pathOf(row)],
        exclude: [],
        target: row.folder,
        conflict: 'keep',
        choices: [],
        owners: machine.uid === 0,
        modes: true,
        day: '',
        preview: false
      },
      found.repository.id,
      task.signal,
      (update) => task.progress(update)
    );

  const removeLeft = ({ folder }: TrialRow): Promise<void> => removeOrWarn(ports, folder, 'the folder of a trial could not be removed');

  const make = async (row: TrialRow, found: FoundSnapshot, actor: string, task: RunningTask): Promise<TaskResult> => {
    record(row, 'trial.started', {}, () => store.add(row), actor);
    try {
      makeFolder(files, row.folder);
      const report = await restoreInto(row, found, task);
      if (files.stat(placesOf(row).copy)?.type !== 'dir') fail('NOT_A_FOLDER', `${row.original} is no folder in the snapshot`, { path: row.original });
      record(row, 'trial.ready', { files: report.files, bytes: report.bytes, skipped: report.skippedCount }, () => store.setReady(row.id, report), actor, report.skippedCount > 0 ? 'warn' : undefined);
      return { kind: 'trial', trial: freed({ ...row, state: 'ready', files: report.files, bytes: report.bytes }), skipped: report.skipped, skippedCount: report.skippedCount };
    } catch (error) {
      await removeLeft(row);
      const { code, message } = toWire(error);
      record(row, 'trial.failed', { code, reason: wellFormed(message) }, () => store.remove(row.id), actor, code === 'CANCELLED' ? 'warn' : 'error');
      throw error;
    }
  };

  const judge = async (row: TrialRow, own: readonly string[] | undefined, task: RunningTask): Promise<Promotion['check']> => {
    const plan = row.planId === null ? undefined : plans.known(row.planId);
    const hook = own === undefined ? plan?.hooks.check : { argv: [...own], timeLimitSeconds: limitSeconds, environment: [] };
    if (hook === undefined || hook === null) return null;
    task.progress({ phase: 'hook' });
    // The plan's check judges the first of the plan's folders, of which this may be a part; one's own judges the folder.
    const [first] = plan?.paths ?? [];
    const folder = own === undefined && first !== undefined && isInside(first, row.original, machine.platform) ? first : row.original;
    const { failure } = await runHook(ports.programs, hook, { plan: row.planName ?? '', hook: 'check', repository: nameOf(row.repositoryId), restored: { top: row.original, folder } }, deps.environment, task.signal);
    return { program: hook.argv[0] ?? '', ok: failure === undefined, reason: failure?.reason ?? null };
  };

  const noteRun = (row: TrialRow, program: string, exitCode: number | null, actor: string): NonNullable<TrialRow['lastRun']> => {
    const lastRun = { program, exitCode, at: new Date(clock.now()).toISOString() };
    record(row, 'trial.ran', { program: wellFormed(program), exitCode }, () => store.setLastRun(row.id, lastRun), actor);
    return lastRun;
  };

  const runIn = async (row: TrialRow, command: readonly string[], actor: string, task: RunningTask): Promise<TaskResult> => {
    task.progress({ phase: 'program' });
    const [program = ''] = command;
    try {
      const { started, exitCode, failure, output, errors, cut } = await runProgram(ports.programs, command, placesOf(row).copy, deps.environment, limitSeconds, task.signal);
      const lastRun = started ? noteRun(row, program, exitCode, actor) : row.lastRun;
      return { kind: 'trial-run', run: { trial: freed({ ...row, lastRun }), program, ok: failure === undefined, reason: failure?.reason ?? null, output, errors, cut } };
    } catch (error) {
      noteRun(row, program, null, actor); // stopped: it did run
      throw error;
    }
  };

  const promote = async (row: TrialRow, own: readonly string[] | undefined, actor: string, task: RunningTask): Promise<TaskResult> => {
    const places = placesOf(row);
    store.setState(row.id, 'swapping');
    try {
      swap(files, places);
    } catch (error) {
      store.setState(row.id, 'ready');
      throw error;
    }
    const back = (): void => {
      swapBack(files, places);
      store.setState(row.id, 'ready');
    };
    let check: Promotion['check'];
    try {
      check = await judge(row, own, task);
    } catch (error) {
      // Cancelled, or something of ours: nobody has judged it, so it does not stay.
      back();
      throw error;
    }
    if (check?.ok === false) {
      swapBack(files, places);
      record(row, 'trial.undone', { why: 'check', reason: wellFormed(check.reason ?? '') }, () => store.setState(row.id, 'ready'), actor, 'error');
      return { kind: 'promotion', promotion: { trial: freed({ ...row, state: 'ready' }), undone: true, check } };
    }
    record(row, 'trial.promoted', { ...(check !== null && { check: true }) }, () => store.setState(row.id, 'promoted'), actor);
    return { kind: 'promotion', promotion: { trial: freed({ ...row, state: 'promoted' }), undone: false, check } };
  };

  const trials: EngineApi['trials'] = {
    start: async (input, context) => {
      const found = await browse.find(input.snapshot, context.signal);
      const { planId, planName } = browse.view(found);
      const id = createUuid7(clock, random);
      const original = originalOf(found, input.path);
      const folder = folderFor(id, original, input.folder);
      for (const { path, real } of await repositories.protectedPlaces(context.signal)) if (isInside(path, folder, machine.platform) || isInside(real, folder, machine.platform)) fail('BAD_INPUT', 'inside a repository or a home', { field: 'folder', reason: 'lies inside a repository or a home of Varve' });
      const row: TrialRow = { id, at: new Date(clock.now()).toISOString(), repositoryId: found.repository.id, snapshotId: found.id, planId, planName, original, folder, state: 'making', files: null, bytes: null, lastRun: null };
      return begin('trial', row, id, (task) => make(row, found, context.actor, task));
    },
    list: async () => store.all().map(view),
    run: async ({ trial, command }, context) => {
      const row = inState(trial, 'ready');
      return begin('trial-run', row, createUuid7(clock, random), (task) => runIn(row, command, context.actor, task));
    },
    ran: async ({ trial, program, exitCode }, context) => {
      const row = find(trial);
      return view({ ...row, lastRun: noteRun(row, program, exitCode, context.actor) });
    },
    promote: async ({ trial, check }, context) => {
      const row = inState(trial, 'ready');
      return begin('promotion', row, createUuid7(clock, random), (task) => promote(row, check, context.actor, task));
    },
    undo: async ({ trial }, context) => {
      const row = inState(trial, 'promoted');
      store.setState(row.id, 'returning');
      try {
        swapBack(files, placesOf(row));
      } catch (error) {
        store.setState(row.id, 'promoted');
        throw error;
      }
      record(row, 'trial.undone', { why: 'asked' }, () => store.setState(row.id, 'ready'), context.actor);
      return view({ ...row, state: 'ready' });
    },
    discard: async ({ trial }, context) => {
      const row = find(trial);
      if (busy.has(row.id)) refuseState('making');
      if (row.state !== 'ready' && row.state !== 'promoted') refuseState(row.state);
      record(row, 'trial.discarded', { former: row.state === 'promoted' }, () => store.remove(row.id), context.actor);
      await removeInThread(ports.workers, row.folder);
      return { removed: row.folder };
    }
  };

  return {
    trials,
    /** For a comparison with the copy. */
    copyOf: (name: string): TrialCopy => {
      const row = find(name);
      return { id: row.id, path: pathOf(row), snapshotId: row.snapshotId, copy: view(row).copy };
    },
    recoverInterrupted: (): void => {
      // One process owns the home at a time, so whoever was at it has ended.
      for (const row of store.all()) {
        if (row.state === 'making') {
          record(row, 'trial.interrupted', { startedAt: row.at }, () => store.remove(row.id), undefined, 'warn');
          void removeLeft(row);
        } else if (row.state === 'swapping' || row.state === 'returning') {
          try {
            settleSwap(files, placesOf(row));
            record(row, 'trial.undone', { why: 'cut-off' }, () => store.setState(row.id, 'ready'), undefined, 'warn');
          } catch (error) {
            ports.logger.error('a trial that was cut off could not be settled; the next start tries again', { path: displayName(row.original), code: toWire(error).code });
          }
        }
      }
    }
  };
}
