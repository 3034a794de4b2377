// Looking inside a file as a task. What was found is kept in the home's cache folder for as long as it is among the newest; two files of snapshots that
// were compared before are not compared again.
import type { EngineApi } from '../../../../contract/index.ts';
import type { Inside } from '../../../../contract/inside.ts';
import { treePathOf } from '../../../../contract/tree-path.ts';
import { fail } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, sha256Hex, type Repositories } from '../../repository/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { namesOf } from '../browse/view.ts';
import { KeptResults } from '../compare/kept-results.ts';
import type { LiveOf } from '../compare/live-of.ts';
import type { TrialCopy } from '../trials/service.ts';
import { runAtRepositories } from '../run-at-repositories.ts';
import type { InsideFound } from './keep.ts';
import type { InsidePage } from './page-task.ts';
import type { InsideRequest, SnapshotFileRequest } from './protocol.ts';

export interface InsideServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  browse: Pick<BrowseService, 'find' | 'view' | 'noteOpened'>;
  liveOf: LiveOf;
  trialCopy(trial: string): TrialCopy;
  /** Where results are kept; made at first use. */
  folder: string;
}

interface Question {
  from: FoundSnapshot;
  to: FoundSnapshot | undefined;
  path: string;
  toPath: string;
  as: 'text' | 'bytes' | undefined;
  trial: TrialCopy | undefined;
}

const mostKept = 24;

export function createInsideService(deps: InsideServiceDeps): EngineApi['inside'] {
  const { ports, repositories, tasks, browse, liveOf, folder } = deps;
  const { clock, machine, random, workers } = ports;
  const kept = new KeptResults(ports, folder, mostKept);

  const read = async <R>(id: string, page: InsidePage, signal: AbortSignal | undefined): Promise<R | undefined> => {
    if (!kept.has(id)) fail('NOT_FOUND', `comparison ${id} is not kept`, { kind: 'comparison', name: id });
    return workers.run<R | undefined>('snapshots.inside-page', { ...page, databasePath: kept.fileOf(id) }, signal && { signal });
  };

  const requestOf = async ({ repository, file }: FoundSnapshot, path: string, signal: AbortSignal): Promise<SnapshotFileRequest> => {
    const { path: repositoryPath, masterKey, indexCache } = await repositories.unlockKey(repository.id, signal);
    return { repositoryPath, masterKey, indexCache, treeId: file.tree, names: namesOf(path) };
  };

  const compared = async ({ from, to, path, toPath, as, trial }: Question, id: string, task: RunningTask): Promise<InsideFound> => {
    if (to !== undefined && kept.has(id)) {
      const known = await read<InsideFound>(id, { what: 'found' }, task.signal);
      if (known !== undefined) return known;
    }
    return kept.make(id, async (databasePath) => {
      const request: InsideRequest = {
        from: await requestOf(from, trial === undefined ? path : `${trial.path}${path}`, task.signal),
        to: to === undefined ? { live: (await liveOf(browse.view(from), task.signal, trial)).folders, names: namesOf(toPath) } : await requestOf(to, toPath, task.signal),
        as,
        databasePath,
        identity: lockIdentity(machine)
      };
      const places = [from.repository, ...(to === undefined || to.repository.id === from.repository.id ? [] : [to.repository])];
      return runAtRepositories<InsideFound>({ workers, repositories, places, what: 'compare', name: 'snapshots.inside', input: request, task });
    });
  };

  const run = async (question: Question, task: RunningTask): Promise<Inside> => {
    const startedMs = clock.monotonicMs();
    const { from, to, path, toPath, as } = question;
    const id = to === undefined ? createUuid7(clock, random) : sha256Hex(Buffer.from(JSON.stringify([from.file.tree, namesOf(path), from.repository.id, to.file.tree, namesOf(toPath), to.repository.id, as ?? '']))).slice(0, 32);
    const { sizes, ...found } = await compared(question, id, task);
    const file = (of: string, sizeBytes: number) => ({ path: of, label: displayName(of), sizeBytes });
    return { id, before: file(path, sizes.before), after: file(toPath, sizes.after), ...found, durationMs: Math.round(clock.monotonicMs() - startedMs) };
  };

  return {
    start: async (input, context) => {
      const from = await browse.find(input.from, context.signal);
      const to = input.to === null ? undefined : await browse.find(input.to, context.signal);
      const trial = input.trial === undefined ? undefined : deps.trialCopy(input.trial);
      if (trial !== undefined && to !== undefined) fail('BAD_INPUT', 'two other sides', { field: 'trial', reason: 'cannot go together with another snapshot' });
      for (const found of [from, to]) if (found !== undefined) browse.noteOpened(found, context.actor);
      const question: Question = { from, to, path: treePathOf(input.path), toPath: treePathOf(input.toPath ?? input.path), as: input.as, trial };
      return tasks.start({ kind: 'inside', subject: displayName(namesOf(question.toPath).at(-1) ?? '/'), run: async (task) => ({ kind: 'inside', inside: await run(question, task) }) });
    },
    rows: async ({ inside, offset, limit }, context) => (await read<Awaited<ReturnType<EngineApi['inside']['rows']>>>(inside, { what: 'rows', offset, limit }, context.signal)) ?? fail('NOT_FOUND', 'no rows', { kind: 'comparison', name: inside }),
    picture: async ({ inside, side, offset }, context) => {
      const piece = (await read<{ bytes: Uint8Array; end: boolean }>(inside, { what: 'picture', side, offset }, context.signal)) ?? fail('NOT_FOUND', 'no picture is kept there', { kind: 'comparison', name: inside });
      return { data: Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.byteLength).toString('base64'), end: piece.end };
    }
  };
}
