// Comparisons as tasks. What was found is kept in the home's cache folder for as long as it is among the newest; two snapshots that were compared
// before, whatever their names now, are not compared again.
import type { EngineApi } from '../../../../contract/index.ts';
import type { ComparedSide, Comparison } from '../../../../contract/compare.ts';
import { treePathOf } from '../../../../contract/tree-path.ts';
import { fail } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, sha256Hex, shortId, type Repositories, type RepositoryRow } from '../../repository/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { namesOf } from '../browse/view.ts';
import type { TrialCopy } from '../trials/service.ts';
import { runAtRepositories } from '../run-at-repositories.ts';
import { KeptResults } from './kept-results.ts';
import type { LiveOf } from './live-of.ts';
import type { PageRequest } from './page-task.ts';
import type { CompareFacts, CompareRequest, SnapshotRequest } from './protocol.ts';
import type { ChangePage } from './read.ts';

export interface CompareServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  browse: Pick<BrowseService, 'find' | 'view' | 'noteOpened'>;
  liveOf: LiveOf;
  trialCopy(trial: string): TrialCopy;
  /** Where comparisons are kept; made at first use. */
  folder: string;
}

type Input = Parameters<EngineApi['compare']['start']>[0];

/** What is compared, before it is. */
interface Question {
  from: FoundSnapshot;
  fromPath: string;
  to: FoundSnapshot | undefined;
  toPath: string;
  exact: boolean;
  trial: TrialCopy | undefined;
}

const mostKept = 12;

export function createCompareService(deps: CompareServiceDeps): EngineApi['compare'] {
  const { ports, repositories, tasks, browse, liveOf, folder } = deps;
  const { clock, machine, random, workers } = ports;
  const kept = new KeptResults(ports, folder, mostKept);

  const page = async (request: PageRequest, signal: AbortSignal | undefined): Promise<ChangePage> => {
    const { comparison } = request;
    const missing = (): never => fail('NOT_FOUND', `comparison ${comparison} is not kept`, { kind: 'comparison', name: comparison });
    if (!kept.has(comparison)) return missing();
    return (await workers.run<ChangePage | undefined>('snapshots.compare-page', { ...request, databasePath: kept.fileOf(comparison) }, signal && { signal })) ?? fail('NOT_FOUND', 'nothing differs there', { kind: 'path', name: 'path' in request ? (request.path ?? '/') : '/' });
  };

  const requestOf = async ({ repository, file }: FoundSnapshot, path: string, signal: AbortSignal): Promise<SnapshotRequest> => {
    const { path: repositoryPath, masterKey, indexCache } = await repositories.unlockKey(repository.id, signal);
    return { repositoryPath, masterKey, indexCache, treeId: file.tree, path };
  };

  const run = async (question: Question, task: RunningTask): Promise<Comparison> => {
    const startedMs = clock.monotonicMs();
    const { from, fromPath, to, toPath, exact, trial } = question;
    const [before, after] = [browse.view(from), to && browse.view(to)];
    const id = to === undefined ? createUuid7(clock, random) : sha256Hex(Buffer.from(JSON.stringify([from.file.tree, namesOf(fromPath), from.repository.id, to.file.tree, namesOf(toPath), to.repository.id]))).slice(0, 32);
    const live = after === undefined ? await liveOf(before, task.signal, trial) : undefined;
    const sides = {
      from: { kind: 'snapshot', snapshot: before },
      to: after === undefined ? { kind: 'live', plan: live?.plan ?? null, paths: trial === undefined ? [...(live?.folders.paths ?? [])] : [trial.copy], at: new Date(clock.now()).toISOString(), ...(trial && { trial: { id: trial.id, path: trial.path } }) } : { kind: 'snapshot', snapshot: after }
    } satisfies Record<string, ComparedSide>;
    const done = (facts: CompareFacts): Comparison => ({ id, ...sides, ...facts, durationMs: Math.round(clock.monotonicMs() - startedMs) });

    if (to !== undefined && kept.has(id)) {
      const known = await workers.run<CompareFacts | undefined>('snapshots.compare-page', { databasePath: kept.fileOf(id), comparison: id, what: 'facts' } satisfies PageRequest & { databasePath: string }, { signal: task.signal });
      if (known !== undefined) return done(known);
    }
    return done(
      await kept.make(id, async (databasePath) => {
        const request: CompareRequest = {
          from: await requestOf(from, fromPath, task.signal),
          to: to === undefined ? { live: (live as NonNullable<typeof live>).folders } : await requestOf(to, toPath, task.signal),
          exact,
          databasePath,
          identity: lockIdentity(machine)
        };
        return inThread(request, [from.repository, ...(to === undefined || to.repository.id === from.repository.id ? [] : [to.repository])], task);
      })
    );
  };

  /** Waits for its turn at each repository. `places` as in the request. */
  const inThread = (request: CompareRequest, places: readonly RepositoryRow[], task: RunningTask): Promise<CompareFacts> => {
    return runAtRepositories<CompareFacts>({ workers, repositories, places, what: 'compare', name: 'snapshots.compare', input: request, task });
  };

  return {
    start: async (input: Input, context) => {
      const from = await browse.find(input.from, context.signal);
      const to = input.to === null ? undefined : await browse.find(input.to, context.signal);
      const trial = input.trial === undefined ? undefined : deps.trialCopy(input.trial);
      if (trial !== undefined && to !== undefined) fail('BAD_INPUT', 'two other sides', { field: 'trial', reason: 'cannot go together with another snapshot' });
      const question: Question = { from, fromPath: trial?.path ?? input.fromPath, to, toPath: input.toPath ?? input.fromPath, exact: input.exact, trial };
      if (to === undefined && trial === undefined && namesOf(question.fromPath).length + namesOf(question.toPath).length > 0) fail('BAD_INPUT', 'a folder beside the live folders', { field: 'fromPath', reason: 'a comparison with the folders as they are now is of all of them' });
      for (const found of [from, to]) if (found !== undefined) browse.noteOpened(found, context.actor);
      return tasks.start({ kind: 'compare', subject: shortId(from.id), run: async (task) => ({ kind: 'compare', comparison: await run(question, task) }) });
    },
    folder: async ({ comparison, path, ...rest }, context) => page({ what: 'folder', comparison, path, ...rest }, context.signal),
    list: async ({ comparison, below, ...rest }, context) => page({ what: 'list', comparison, below: below && treePathOf(below), ...rest }, context.signal)
  };
}
