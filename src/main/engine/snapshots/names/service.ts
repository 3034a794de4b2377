// Looking for names as a task: which snapshots are meant, the thread with the databases of names, and what it found in the contract's form.
import type { EngineApi } from '../../../../contract/index.ts';
import type { FindResult } from '../../../../contract/names.ts';
import { errnoOf } from '../../kit/errors.ts';
import { compareNames, displayName } from '../../kit/names.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, type Repositories, type TreeNode } from '../../repository/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot, Selected } from '../browse/service.ts';
import { seenIn, unreadableOf } from '../history/seen.ts';
import type { PlanService } from '../plans/service.ts';
import { runAtRepositories } from '../run-at-repositories.ts';
import { compilePattern } from './pattern.ts';
import type { FindFacts, FindRequest, NamesPlace } from './protocol.ts';
import { typeCodes } from './schema.ts';

export interface NamesServiceDeps {
  ports: Pick<Ports, 'clock' | 'files' | 'workers' | 'machine'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  browse: Pick<BrowseService, 'select' | 'view' | 'noteSearched'>;
  plans: Pick<PlanService, 'known'>;
  /** Where the databases lie; made at first use. */
  folder: string;
}

type Input = Parameters<EngineApi['names']['find']>[0];

/** For snapshots that a person asks for, a disk may take this long to wake up. */
const patientLimitMs = 15_000;
const typeOf = new Map<number, TreeNode['type']>(Object.entries(typeCodes).map(([type, code]) => [code, type as TreeNode['type']]));
const lastMs = 253_402_300_799_999;
const firstMs = -62_167_219_200_000;

export function createNamesService(deps: NamesServiceDeps): EngineApi['names'] {
  const { ports, repositories, tasks, browse, plans, folder } = deps;
  const { clock, files, machine, workers } = ports;
  const system = pathsOf(machine.platform);

  /** Names of repositories that this home no longer knows are nobody's business here. One that is in use stays until the next time. */
  const tidy = (): void => {
    files.mkdirs(folder, 0o700);
    const known = new Set(repositories.rows().map(({ id }) => id));
    for (const { name } of files.readdir(folder)) {
      if (known.has(name.replace(/\.db(?:-wal|-shm)?$/, ''))) continue;
      try {
        files.unlink(system.join(folder, name));
      } catch (error) {
        if (errnoOf(error) === undefined) throw error;
      }
    }
  };

  const inThread = async (input: Input, snapshots: readonly FoundSnapshot[], task: RunningTask): Promise<FindFacts> => {
    const rows = [...new Map(snapshots.map(({ repository }) => [repository.id, repository])).values()];
    const places: NamesPlace[] = [];
    for (const { id } of rows) {
      const { path, masterKey, indexCache } = await repositories.unlockKey(id, task.signal);
      places.push({ repositoryPath: path, masterKey, indexCache, databasePath: system.join(folder, `${id}.db`) });
    }
    const { pattern, ignoreCase, type, limit, after, holders = false } = input;
    const request: FindRequest = {
      places,
      snapshots: snapshots.map((found) => ({ place: rows.findIndex(({ id }) => id === found.repository.id), treeId: found.file.tree })),
      pattern, ignoreCase, type, limit, holders,
      ...(after !== undefined && { after }),
      identity: lockIdentity(machine)
    };
    return runAtRepositories<FindFacts>({ workers, repositories, places: rows, what: 'browse', name: 'snapshots.find', input: request, task });
  };

  const run = async (input: Input, plan: string | null, { unreadable, absent }: Selected, snapshots: readonly FoundSnapshot[], task: RunningTask): Promise<FindResult> => {
    const startedMs = clock.monotonicMs();
    tidy();
    const facts = snapshots.length === 0 ? { found: [], total: 0, holders: null, gaps: [], gapCount: 0, foldersRead: 0 } : await inThread(input, snapshots, task);
    return {
      pattern: input.pattern,
      plan,
      repository: input.repository ?? null,
      looked: snapshots.length,
      matches: facts.found.map(({ path, type, size, changedMs, newest, oldest, snapshots: count }) => ({
        path,
        label: displayName(path),
        type: typeOf.get(type) ?? 'irregular',
        sizeBytes: size,
        modifiedAt: new Date(Math.min(lastMs, Math.max(firstMs, changedMs))).toISOString(),
        newest: seenIn(browse.view(snapshots[newest] as FoundSnapshot)),
        oldest: seenIn(browse.view(snapshots[oldest] as FoundSnapshot)),
        snapshotCount: count
      })),
      total: facts.total,
      holders: facts.holders?.map((number) => (snapshots[number] as FoundSnapshot).id) ?? (input.holders && snapshots.length === 0 ? [] : null),
      gaps: facts.gaps,
      gapCount: facts.gapCount,
      foldersRead: facts.foldersRead,
      unreadable: unreadableOf(unreadable, repositories.rows()),
      absent,
      durationMs: Math.round(clock.monotonicMs() - startedMs)
    };
  };

  return {
    find: async (input, context) => {
      compilePattern(input.pattern, input.ignoreCase); // a bad one is refused before anything is opened
      const plan = input.plan === undefined ? undefined : plans.known(input.plan);
      const selected = await browse.select({ planId: plan?.id, repository: input.repository }, { fresh: true, limitMs: patientLimitMs, signal: context.signal });
      const [failure] = selected.failures.values();
      // Nothing found because nobody could look is not the same as nothing there.
      if (selected.snapshots.length === 0 && failure !== undefined) throw failure;
      const snapshots = input.newest ? newestOfEach(selected.snapshots) : selected.snapshots;
      for (const row of new Map(snapshots.map(({ repository }) => [repository.id, repository])).values()) browse.noteSearched(row, plan, context.actor);
      return tasks.start({ kind: 'find', subject: displayName(input.pattern), run: async (task) => ({ kind: 'find', names: await run(input, plan?.name ?? null, selected, snapshots, task) }) });
    }
  };
}

/** The first of each plan, and of each host and its paths where no plan is named. */
function newestOfEach(snapshots: readonly FoundSnapshot[]): FoundSnapshot[] {
  const seen = new Set<string>();
  return snapshots.filter(({ planId, file }) => {
    const group = planId ?? JSON.stringify([file.hostname, file.paths.toSorted(compareNames)]);
    if (seen.has(group)) return false;
    seen.add(group);
    return true;
  });
}
