// Drills as tasks. What a stop after each step leaves:
//   1. outbox: `drill.started` with a row in running_drills   -> found at the next start: `drill.interrupted`
//   2. the temporary folder, and files in it                  -> the same, and the folder is removed then
//   3. the folder is removed                                  -> the same
//   4. outbox: `drill.finished` with the report, or `drill.failed`, row gone
import type { DrillReport } from '../../../../contract/drills.ts';
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent, TaskResult } from '../../../../contract/events.ts';
import { fail, isVarveError, toWire } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { shortId } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { runHook } from '../hooks/run-hook.ts';
import type { PlanService } from '../plans/service.ts';
import { wellFormed } from '../plans/service.ts';
import { makeFolder, removeOrWarn } from '../remove-folder.ts';
import { namesOfPlace } from '../restore/place.ts';
import type { ReportFacts } from '../restore/protocol.ts';
import type { RestoreRunner } from '../restore/runner.ts';
import { existingFolder } from '../user-folder.ts';
import type { DrillStore } from './store.ts';

export interface DrillServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine' | 'programs' | 'logger' | 'workers'>;
  environment: Readonly<Record<string, string | undefined>>;
  store: DrillStore;
  outbox: Pick<Outbox, 'commit'>;
  tasks: Pick<Tasks, 'start'>;
  announce(event: EngineEvent): void;
  browse: BrowseService;
  plans: Pick<PlanService, 'known'>;
  runner: RestoreRunner;
}

type Input = Parameters<EngineApi['drills']['start']>[0];

const folderName = /^varve-drill-[0-9a-f-]{36}$/;

export function createDrills(deps: DrillServiceDeps) {
  const { ports, store, outbox, tasks, browse, plans, runner } = deps;
  const { clock, files, machine, random } = ports;
  const system = pathsOf(machine.platform);

  /** The folder in which the drill makes its own. */
  const placeFor = (folder: string | undefined): string => existingFolder(ports, folder ?? machine.temporaryFolder);

  const remove = (path: string): Promise<void> => removeOrWarn(ports, path, 'the folder of a drill could not be removed');

  const restoreInto = async (place: string, id: string, seed: string | null, { share }: Input, found: FoundSnapshot, task: RunningTask): Promise<ReportFacts> =>
    runner.work<ReportFacts>(
      {
        ...(await runner.base(found.repository.id, task.signal)),
        mark: id.replaceAll('-', ''),
        leftBehind: [],
        treeId: found.file.tree,
        include: [],
        exclude: [],
        sample: { share, seed: seed ?? '' },
        target: place,
        conflict: 'keep',
        choices: [],
        // What came back is only looked at, and must be removable afterwards.
        owners: false,
        modes: false,
        day: '',
        preview: false
      },
      found.repository.id,
      task.signal,
      (update) => task.progress(update)
    );

  const runCheck = async ({ check }: Input, found: FoundSnapshot, place: string, seed: string | null, task: RunningTask): Promise<DrillReport['check']> => {
    const { planId } = browse.view(found);
    const plan = planId === null ? undefined : plans.known(planId);
    const hook = plan?.hooks.check;
    // A program that judges the whole cannot judge a share.
    if (!check || seed !== null || plan === undefined || hook === undefined || hook === null) return null;
    task.progress({ phase: 'hook' });
    // It stands where the plan's first folder came back.
    const [first] = found.file.paths;
    const inside = first === undefined ? place : system.join(place, ...namesOfPlace(first, machine.platform));
    const folder = files.stat(inside)?.type === 'dir' ? inside : place;
    const { failure } = await runHook(ports.programs, hook, { plan: plan.name, hook: 'check', repository: found.repository.name, restored: { top: place, folder } }, deps.environment, task.signal);
    return { program: hook.argv[0] ?? '', ok: failure === undefined, reason: failure?.reason ?? null };
  };

  const run = async (input: Input, found: FoundSnapshot, actor: string, task: RunningTask): Promise<TaskResult> => {
    const id = createUuid7(clock, random);
    const startedMs = clock.monotonicMs();
    const { planName, planId } = browse.view(found);
    const place = system.join(placeFor(input.folder), `varve-drill-${id}`);
    const seed = input.share >= 1 ? null : Buffer.from(random.bytes(16)).toString('hex');
    const subject = planName === null ? `repository:${found.repository.name}` : `plan:${planName}`;
    const common = { category: 'restore' as const, actor, subject };
    const facts = { drill: id, repository: found.repository.name, repositoryId: found.repository.id, snapshot: found.id, plan: planName, planId };
    outbox.commit(() => store.addRunning({ id, place, subject, facts, startedAt: new Date(clock.now()).toISOString() }), [{ ...common, action: 'drill.started', payload: { ...facts, all: seed === null } }]);
    const durationMs = (): number => Math.round(clock.monotonicMs() - startedMs);
    try {
      let report: DrillReport;
      try {
        makeFolder(files, place);
        const done = await restoreInto(place, id, seed, input, found, task);
        const check = await runCheck(input, found, place, seed, task);
        report = {
          id, snapshotId: found.id, snapshotShortId: shortId(found.id), planId, planName, at: new Date(clock.now()).toISOString(), ok: done.skippedCount === 0 && check?.ok !== false,
          files: done.identical, ofFiles: done.chosenFiles ?? done.files, bytes: done.bytes, seed, failed: done.skipped, failedCount: done.skippedCount, check, durationMs: durationMs()
        };
      } finally {
        await remove(place);
      }
      outbox.commit(
        () => {
          store.add(report, found.file.original ?? found.id);
          store.removeRunning(id);
        },
        [
          {
            ...common,
            action: 'drill.finished',
            ...(!report.ok && { level: 'error' as const }),
            payload: { ...facts, ok: report.ok, files: report.files, ofFiles: report.ofFiles, bytes: report.bytes, failed: report.failedCount, ...(report.check !== null && { check: report.check.ok }), durationMs: report.durationMs }
          }
        ]
      );
      deps.announce({ kind: 'changed', what: 'snapshots' });
      return { kind: 'drill', report };
    } catch (error) {
      const { code, message } = toWire(error);
      outbox.commit(() => store.removeRunning(id), [{ ...common, action: 'drill.failed', ...(code === 'CANCELLED' && { level: 'warn' as const }), payload: { ...facts, code, reason: wellFormed(message), durationMs: durationMs() } }]);
      if (isVarveError(error) && error.code === 'NO_SPACE') fail('NO_SPACE', error.message, { ...(error.data as object), path: placeFor(input.folder) }, error);
      throw error;
    }
  };

  return {
    drills: {
      start: (async (input, context) => {
        const found = await browse.find(input.snapshot, context.signal);
        placeFor(input.folder);
        return tasks.start({ kind: 'drill', subject: shortId(found.id), run: (task) => run(input, found, context.actor, task) });
      }) satisfies EngineApi['drills']['start'],
      list: (async ({ plan, limit }) => store.list(plan === undefined ? undefined : plans.known(plan).id, limit)) satisfies EngineApi['drills']['list']
    },
    recoverInterrupted: (): void => {
      // One process owns the home at a time, so whoever began these has ended.
      for (const { id, place, subject, facts, startedAt } of store.running()) {
        if (folderName.test(system.basename(place))) void remove(place);
        outbox.commit(() => store.removeRunning(id), [{ action: 'drill.interrupted', category: 'restore', subject, payload: { ...facts, startedAt } as never }]);
      }
    }
  };
}

