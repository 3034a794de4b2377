// The history of a file as a task: which snapshots are meant, the thread that looks into them, and what it found in the contract's form.
import type { EngineApi } from '../../../../contract/index.ts';
import type { FileHistory, SeenIn } from '../../../../contract/history.ts';
import { treePathOf } from '../../../../contract/tree-path.ts';
import { fail } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, type Repositories } from '../../repository/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot, Selected } from '../browse/service.ts';
import { namesOf } from '../browse/view.ts';
import type { PlanService } from '../plans/service.ts';
import { runAtRepositories } from '../run-at-repositories.ts';
import type { SnapshotsStore } from '../store.ts';
import type { HistoryFacts, HistoryRequest } from './protocol.ts';
import { seenIn, unreadableOf } from './seen.ts';
import { isBelow } from './tree-path.ts';

export interface HistoryServiceDeps {
  ports: Pick<Ports, 'clock' | 'workers' | 'machine'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  browse: Pick<BrowseService, 'select' | 'view' | 'noteSearched'>;
  plans: Pick<PlanService, 'known'>;
  store: Pick<SnapshotsStore, 'plans' | 'removedPlans'>;
}

const mostVersions = 3000;
const mostStretches = 6000;
const mostSnapshots = 200;
/** For snapshots that a person asks for, a disk may take this long to wake up. */
const patientLimitMs = 15_000;

interface Question {
  path: string;
  plan: { id: string; name: string } | undefined;
  repository: string | undefined;
  renames: boolean;
  selected: Selected;
}

export function createHistoryService(deps: HistoryServiceDeps): EngineApi['history'] {
  const { ports, repositories, tasks, browse, plans, store } = deps;
  const { clock, machine, workers } = ports;

  /** The plan whose folders hold the path; a removed one only where no other does. */
  const planOf = (path: string): { id: string; name: string } => {
    const holding = <P extends { paths: readonly string[] }>(some: readonly P[]): P[] => some.filter((plan) => plan.paths.some((folder) => isBelow(treePathOf(folder), path)));
    const now = holding(store.plans());
    const fitting = now.length > 0 ? now : holding(store.removedPlans());
    const [only] = fitting;
    if (only === undefined) fail('BAD_INPUT', 'no plan keeps the path', { field: 'plan', reason: `no plan keeps ${displayName(path)}; name a plan (--plan) or a repository (--repo)` });
    if (fitting.length > 1) fail('BAD_INPUT', 'several plans keep the path', { field: 'plan', reason: `several plans keep ${displayName(path)}: ${fitting.map((plan) => (now.length > 0 ? plan.name : plan.id)).join(', ')}; name one of them (--plan)` });
    return only;
  };

  const inThread = async (question: Question, task: RunningTask): Promise<HistoryFacts> => {
    const { snapshots } = question.selected;
    const rows = [...new Map(snapshots.map(({ repository }) => [repository.id, repository])).values()];
    const places: HistoryRequest['places'][number][] = [];
    for (const { id } of rows) {
      const { path, masterKey, indexCache } = await repositories.unlockKey(id, task.signal);
      places.push({ repositoryPath: path, masterKey, indexCache });
    }
    const input: HistoryRequest = {
      places,
      snapshots: snapshots.map((found) => ({ place: rows.findIndex(({ id }) => id === found.repository.id), treeId: found.file.tree, incomplete: browse.view(found).incomplete, paths: found.file.paths.map(treePathOf) })),
      names: namesOf(question.path),
      renames: question.renames,
      identity: lockIdentity(machine)
    };
    return runAtRepositories<HistoryFacts>({ workers, repositories, places: rows, what: 'browse', name: 'snapshots.history', input, task });
  };

  const run = async (question: Question, task: RunningTask): Promise<FileHistory> => {
    const startedMs = clock.monotonicMs();
    const { snapshots, unreadable, absent } = question.selected;
    const facts = snapshots.length === 0 ? { versions: [], stretches: [], lost: [], elsewhere: 0 } : await inThread(question, task);
    const seen = (number: number): SeenIn => seenIn(browse.view(snapshots[number] as FoundSnapshot));
    const ends = (numbers: readonly number[]): { newest: SeenIn; oldest: SeenIn; snapshotCount: number } => ({ newest: seen(numbers[0] as number), oldest: seen(numbers.at(-1) as number), snapshotCount: numbers.length });
    return {
      path: question.path,
      label: displayName(question.path),
      plan: question.plan?.name ?? null,
      repository: question.repository ?? null,
      looked: snapshots.length - facts.elsewhere,
      elsewhere: facts.elsewhere,
      versions: facts.versions.slice(0, mostVersions).map(({ paths, snapshots: holding, ...version }) => ({ ...version, places: paths.map((path) => ({ path, label: displayName(path) })), ...ends(holding), snapshots: holding.slice(0, mostSnapshots).map(seen) })),
      versionCount: facts.versions.length,
      stretches: facts.stretches.slice(0, mostStretches).map(({ path, snapshots: same, version, ...stretch }) => ({ ...stretch, version: version === null || version >= mostVersions ? null : version, label: displayName(path), ...ends(same) })),
      stretchCount: facts.stretches.length,
      lost: facts.lost.map(({ why, snapshot, paths }) => ({ why, in: seen(snapshot), labels: paths.map(displayName) })),
      unreadable: unreadableOf(unreadable, repositories.rows()),
      absent,
      durationMs: Math.round(clock.monotonicMs() - startedMs)
    };
  };

  return {
    start: async (input, context) => {
      const path = `/${namesOf(treePathOf(input.path)).join('/')}`;
      if (path === '/') fail('BAD_INPUT', 'the top of all', { field: 'path', reason: 'is the top of the snapshots; name a file or folder in them' });
      const plan = input.plan !== undefined ? plans.known(input.plan) : input.repository !== undefined ? undefined : planOf(path);
      const selected = await browse.select({ planId: plan?.id, repository: input.repository }, { fresh: true, limitMs: patientLimitMs, signal: context.signal });
      const [failure] = selected.failures.values();
      // Nothing found because nobody could look is not the same as nothing there.
      if (selected.snapshots.length === 0 && failure !== undefined) throw failure;
      for (const row of new Map(selected.snapshots.map(({ repository }) => [repository.id, repository])).values()) browse.noteSearched(row, plan, context.actor);
      const question: Question = { path, plan, repository: input.repository, renames: input.renames, selected };
      return tasks.start({ kind: 'history', subject: displayName(path), run: async (task) => ({ kind: 'history', history: await run(question, task) }) });
    }
  };
}
