// Comparisons as tasks. What was found is kept in the home's cache folder for as long as it is among the newest; two snapshots that were compared
// before, whatever their names now, are not compared again.
import type { EngineApi } from '../../../../contract/index.ts';
import type { ComparedSide, Comparison } from '../../../../contract/compare.ts';
import { leaveOutNothing, type Snapshot } from '../../../../contract/snapshots.ts';
import { errnoOf, fail } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, sha256Hex, shortId, type Repositories, type RepositoryRow } from '../../repository/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { namesOf } from '../browse/view.ts';
import type { PlanService } from '../plans/service.ts';
import { runAtRepositories } from '../run-at-repositories.ts';
import type { LiveFolders } from './live-side.ts';
import type { PageRequest } from './page-task.ts';
import type { CompareFacts, CompareRequest, SnapshotRequest } from './protocol.ts';
import type { ChangePage } from './read.ts';

export interface CompareServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  browse: Pick<BrowseService, 'find' | 'view' | 'noteOpened'>;
  plans: Pick<PlanService, 'known'>;
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
}

const mostKept = 12;
const idPattern = /^[0-9a-f-]{16,64}$/;

export function createCompareService(deps: CompareServiceDeps): EngineApi['compare'] {
  const { ports, repositories, tasks, browse, plans, folder } = deps;
  const { clock, files, machine, random, workers } = ports;
  const system = pathsOf(machine.platform);
  const fileOf = (id: string): string => system.join(folder, `${id}.db`);

  const page = async (request: PageRequest, signal: AbortSignal | undefined): Promise<ChangePage> => {
    const { comparison } = request;
    const missing = (): never => fail('NOT_FOUND', `comparison ${comparison} is not kept`, { kind: 'comparison', name: comparison });
    if (!idPattern.test(comparison) || files.lstat(fileOf(comparison)) === undefined) return missing();
    return (await workers.run<ChangePage | undefined>('snapshots.compare-page', { ...request, databasePath: fileOf(comparison) }, signal && { signal })) ?? fail('NOT_FOUND', 'nothing differs there', { kind: 'path', name: 'path' in request ? (request.path ?? '/') : '/' });
  };

  /** Files of older comparisons, and of those that were cut off. A file that is in use stays until the next time. */
  const tidy = (): void => {
    files.mkdirs(folder, 0o700);
    const kept = files
      .readdir(folder)
      .filter(({ type }) => type === 'file')
      .map(({ name }) => ({ path: system.join(folder, name), finished: name.endsWith('.db'), mtimeNs: files.lstat(system.join(folder, name))?.mtimeNs ?? 0n }))
      .sort((a, b) => Number(b.mtimeNs - a.mtimeNs));
    const old = [...kept.filter(({ finished }) => finished).slice(mostKept - 1), ...kept.filter(({ finished, path }) => !finished && !running.has(path.replace(/-(?:wal|shm)$/, '')))];
    for (const { path } of old) {
      try {
        files.unlink(path);
      } catch (error) {
        if (errnoOf(error) === undefined) throw error;
      }
    }
  };
  const running = new Set<string>();

  const requestOf = async ({ repository, file }: FoundSnapshot, path: string, signal: AbortSignal): Promise<SnapshotRequest> => {
    const { path: repositoryPath, masterKey, indexCache } = await repositories.unlockKey(repository.id, signal);
    return { repositoryPath, masterKey, indexCache, treeId: file.tree, path };
  };

  /** The folders the snapshot was taken of, by the rules its plan has now, or had last; a snapshot of no plan of this home by its paths alone. */
  const liveOf = async (snapshot: Snapshot, signal: AbortSignal): Promise<{ folders: LiveFolders; plan: string | null }> => {
    const plan = snapshot.planName === null ? undefined : plans.known(snapshot.planId ?? '');
    const places = await repositories.protectedPlaces(signal);
    const skip = places.flatMap(({ device, inode }) => (device === null || inode === null ? [] : [`${device}:${inode}`]));
    const absolute = snapshot.paths.filter((path) => system.isAbsolute(path));
    if (absolute.length === 0) fail('BAD_INPUT', 'the snapshot was taken elsewhere', { field: 'to', reason: 'none of the folders of the snapshot can lie on this computer' });
    return { folders: { paths: absolute, excludes: plan?.excludes ?? [], leaveOut: plan?.leaveOut ?? leaveOutNothing, skip }, plan: plan?.name ?? null };
  };

  const run = async (question: Question, task: RunningTask): Promise<Comparison> => {
    const startedMs = clock.monotonicMs();
    const { from, fromPath, to, toPath, exact } = question;
    const [before, after] = [browse.view(from), to && browse.view(to)];
    const id = to === undefined ? createUuid7(clock, random) : sha256Hex(Buffer.from(JSON.stringify([from.file.tree, namesOf(fromPath), from.repository.id, to.file.tree, namesOf(toPath), to.repository.id]))).slice(0, 32);
    const live = after === undefined ? await liveOf(before, task.signal) : undefined;
    const sides = {
      from: { kind: 'snapshot', snapshot: before },
      to: after === undefined ? { kind: 'live', plan: live?.plan ?? null, paths: [...(live?.folders.paths ?? [])], at: new Date(clock.now()).toISOString() } : { kind: 'snapshot', snapshot: after }
    } satisfies Record<string, ComparedSide>;
    const done = (facts: CompareFacts): Comparison => ({ id, ...sides, ...facts, durationMs: Math.round(clock.monotonicMs() - startedMs) });

    if (to !== undefined && files.lstat(fileOf(id)) !== undefined) {
      const known = await workers.run<CompareFacts | undefined>('snapshots.compare-page', { databasePath: fileOf(id), comparison: id, what: 'facts' } satisfies PageRequest & { databasePath: string }, { signal: task.signal });
      if (known !== undefined) return done(known);
    }
    tidy();
    const partial = system.join(folder, `${id}-${createUuid7(clock, random)}.partial`);
    running.add(partial);
    try {
      const request: CompareRequest = {
        from: await requestOf(from, fromPath, task.signal),
        to: to === undefined ? { live: (live as NonNullable<typeof live>).folders } : await requestOf(to, toPath, task.signal),
        exact,
        databasePath: partial,
        identity: lockIdentity(machine)
      };
      const facts = await inThread(request, [from.repository, ...(to === undefined || to.repository.id === from.repository.id ? [] : [to.repository])], task);
      files.rename(partial, fileOf(id));
      return done(facts);
    } finally {
      running.delete(partial);
      for (const end of ['', '-wal', '-shm']) if (files.lstat(partial + end) !== undefined) files.unlink(partial + end);
    }
  };

  /** Waits for its turn at each repository. `places` as in the request. */
  const inThread = (request: CompareRequest, places: readonly RepositoryRow[], task: RunningTask): Promise<CompareFacts> => {
    return runAtRepositories<CompareFacts>({ workers, repositories, places, what: 'compare', name: 'snapshots.compare', input: request, task });
  };

  return {
    start: async (input: Input, context) => {
      const from = await browse.find(input.from, context.signal);
      const to = input.to === null ? undefined : await browse.find(input.to, context.signal);
      const question: Question = { from, fromPath: input.fromPath, to, toPath: input.toPath ?? input.fromPath, exact: input.exact };
      if (to === undefined && namesOf(question.fromPath).length + namesOf(question.toPath).length > 0) fail('BAD_INPUT', 'a folder beside the live folders', { field: 'fromPath', reason: 'a comparison with the folders as they are now is of all of them' });
      for (const found of [from, to]) if (found !== undefined) browse.noteOpened(found, context.actor);
      return tasks.start({ kind: 'compare', subject: shortId(from.id), run: async (task) => ({ kind: 'compare', comparison: await run(question, task) }) });
    },
    folder: async ({ comparison, path, ...rest }, context) => page({ what: 'folder', comparison, path, ...rest }, context.signal),
    list: async ({ comparison, ...rest }, context) => page({ what: 'list', comparison, ...rest }, context.signal)
  };
}
