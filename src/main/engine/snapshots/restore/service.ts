// Restores as tasks. Order, and what a stop after each step leaves:
//   1. outbox: `restore.started` with a row in unfinished_restores   -> found at the next start: `restore.interrupted`
//   2. the thread writes                                             -> the same, and temporary files, which the next restore to the place removes
//   3. outbox: `restore.finished` with the report, or `restore.failed` -> nothing
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent, TaskResult } from '../../../../contract/events.ts';
import type { RestoreReport } from '../../../../contract/snapshots.ts';
import { errnoOf, fail, toWire } from '../../kit/errors.ts';
import { isInside, pathsOf, resolveUserPath } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, sha256Hex, shortId, type Repositories } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { RunningTask, Tasks } from '../../system/tasks.ts';
import { homeMarker } from '../archive/folder-saver.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { wellFormed } from '../plans/service.ts';
import { runWorker } from '../run-worker.ts';
import type { SnapshotsStore } from '../store.ts';
import { zoneOffsetMinutes } from '../model.ts';
import type { PreviewFacts, ReportFacts, RestoreMessage, RestoreRequest } from './protocol.ts';

export interface RestoreServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  announce(event: EngineEvent): void;
  homePath: string;
  browse: BrowseService;
}

export interface RestoreService {
  preview: EngineApi['restores']['preview'];
  start: EngineApi['restores']['start'];
  reports: EngineApi['restores']['reports'];
  /** Start-up: restores that were begun and never ended become events `restore.interrupted`. */
  recoverInterrupted(): void;
}

type Input = Parameters<RestoreService['start']>[0];

const listedBytes = 32 * 1024;

/** As many paths as fit into an event with room to spare; their number stands beside them. */
function listed(paths: readonly string[]): string[] {
  let room = listedBytes;
  const fitting = paths.findIndex((path) => (room -= Buffer.byteLength(wellFormed(path))) < 0);
  return paths.slice(0, fitting === -1 ? paths.length : fitting).map(wellFormed);
}

export function createRestoreService(deps: RestoreServiceDeps): RestoreService {
  const { ports, store, outbox, repositories, tasks, announce, homePath, browse } = deps;
  const { clock, files, machine, random } = ports;

  /** The target as the file system spells it, as far as it exists. BAD_INPUT inside a repository or a home, NOT_A_FOLDER. */
  const resolveTarget = (typed: string): string => {
    const paths = pathsOf(machine.platform);
    const wanted = resolveUserPath(typed, { platform: machine.platform, userHome: machine.userHome });
    const missing: string[] = [];
    let at = wanted;
    try {
      while (files.lstat(at) === undefined) {
        if (at === paths.dirname(at)) fail('PATH_MISSING', `${wanted} cannot exist`, { path: wanted });
        missing.unshift(paths.basename(at));
        at = paths.dirname(at);
      }
      at = files.realpath(at);
      if (files.stat(at)?.type !== 'dir') fail('NOT_A_FOLDER', `${at} is no folder`, { path: at });
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== undefined) fail('NOT_READABLE', `${at} cannot be looked at: ${errno}`, { path: at, reason: errno }, error);
      throw error;
    }
    const target = paths.join(at, ...missing);
    refuseForbidden(target, at);
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

  const requestOf = async (input: Input, found: FoundSnapshot, target: string, id: string | undefined, signal: AbortSignal | undefined): Promise<RestoreRequest> => {
    const unlocked = await repositories.unlockKey(found.repository.id, signal);
    const places = await repositories.protectedPlaces(signal);
    const nowMs = clock.now();
    return {
      mark: id?.replaceAll('-', '') ?? '',
      leftBehind: id === undefined ? [] : leftIn(target),
      repositoryPath: unlocked.path,
      masterKey: unlocked.masterKey,
      indexCache: unlocked.indexCache,
      treeId: found.file.tree,
      include: input.include,
      exclude: input.exclude,
      target,
      conflict: input.conflict,
      owners: input.owners ?? machine.uid === 0,
      day: new Date(nowMs + zoneOffsetMinutes(clock.zone(), nowMs) * 60_000).toISOString().slice(0, 10),
      forbidden: places.flatMap(({ path, real }) => [path, real]),
      forbiddenIds: places.flatMap(({ device, inode }) => (device === null || inode === null ? [] : [`${device}:${inode}`])),
      identity: lockIdentity(machine),
      preview: id === undefined
    };
  };

  /** Marks of restores that were cut off and may have left temporary files there. */
  const leftIn = (target: string): string[] =>
    store
      .unfinishedRestores()
      .filter((row) => row.cut && (isInside(row.target, target, machine.platform) || isInside(target, row.target, machine.platform)))
      .map((row) => row.id.replaceAll('-', ''));

  const work = <R extends PreviewFacts | ReportFacts>(request: RestoreRequest, repositoryId: string, signal: AbortSignal, onProgress: RunningTask['progress']): Promise<R> =>
    repositories.queue(repositoryId).run({ exclusive: false, what: 'restore', signal, onWaiting: () => onProgress({ phase: 'waiting' }) }, () =>
      runWorker<RestoreMessage, R>({
        workers: ports.workers,
        name: 'snapshots.restore',
        input: request,
        signal,
        onMessage: (message, reply) => {
          if (message.kind === 'preview' || message.kind === 'report') return message.facts;
          if (message.kind === 'progress') onProgress(message.update);
          else repositories.takeLockNote(repositoryId, message, reply);
          return undefined;
        }
      })
    );

  const run = async (input: Input, found: FoundSnapshot, target: string, actor: string, task: RunningTask): Promise<TaskResult> => {
    const id = createUuid7(clock, random);
    const { planName, planId } = browse.view(found);
    const startedMs = clock.monotonicMs();
    const common = { category: 'restore' as const, actor, subject: planName === null ? `repository:${found.repository.name}` : `plan:${planName}` };
    const facts = { restore: id, repository: found.repository.name, repositoryId: found.repository.id, snapshot: found.id, target: wellFormed(target), plan: planName, planId };
    const selection = sha256Hex(Buffer.from(JSON.stringify([found.id, input.include, input.exclude])));
    outbox.commit(
      () => store.addRestore({ id, subject: common.subject, target, selection, facts, startedAt: new Date(clock.now()).toISOString() }),
      [{ ...common, action: 'restore.started', payload: { ...facts, include: listed(input.include), includeCount: input.include.length, exclude: listed(input.exclude), excludeCount: input.exclude.length, conflict: input.conflict } }]
    );
    try {
      const request = await requestOf(input, found, target, id, task.signal);
      const done = await work<ReportFacts>(request, found.repository.id, task.signal, (update) => task.progress(update));
      const report: RestoreReport = { id, snapshotId: found.id, snapshotShortId: shortId(found.id), target, ...done };
      outbox.commit(
        () => {
          store.addReport(new Date(clock.now()).toISOString(), report);
          store.removeRestore(id);
          // This one went through all folders that those did.
          for (const row of store.unfinishedRestores()) if (row.cut && row.target === target && row.selection === selection) store.removeRestore(row.id);
        },
        [
          {
            ...common,
            action: 'restore.finished',
            ...(report.skippedCount > 0 && { level: 'warn' as const }),
            payload: {
              ...facts,
              files: report.files, identical: report.identical, folders: report.folders, links: report.links, bytes: report.bytes, kept: report.kept, replaced: report.replaced, beside: report.beside, skipped: report.skippedCount,
              degraded: Object.fromEntries(report.degraded.map(({ what, count }) => [what, count])), writeMs: report.writeMs, verifyMs: report.verifyMs, durationMs: Math.round(clock.monotonicMs() - startedMs)
            }
          }
        ]
      );
      announce({ kind: 'changed', what: 'restores' });
      return { kind: 'restore', report };
    } catch (error) {
      const { code, message } = toWire(error);
      outbox.commit(
        () => store.cutRestore(id),
        [{ ...common, action: 'restore.failed', ...(code === 'CANCELLED' && { level: 'warn' as const }), payload: { ...facts, code, reason: wellFormed(message), durationMs: Math.round(clock.monotonicMs() - startedMs) } }]
      );
      throw error;
    }
  };

  return {
    preview: async (input, context) => {
      const found = await browse.find(input.snapshot, context.signal);
      const target = resolveTarget(input.target);
      const signal = context.signal ?? new AbortController().signal;
      const facts = await work<PreviewFacts>(await requestOf(input, found, target, undefined, signal), found.repository.id, signal, () => undefined);
      return { snapshot: browse.view(found), ...facts };
    },
    start: async (input, context) => {
      const found = await browse.find(input.snapshot, context.signal);
      const target = resolveTarget(input.target);
      return tasks.start({ kind: 'restore', subject: shortId(found.id), run: (task) => run(input, found, target, context.actor, task) });
    },
    reports: async ({ limit }) => store.reports(limit),
    recoverInterrupted: () => {
      // One process owns the home at a time, so whoever began these has ended.
      for (const { id, subject, facts, startedAt, cut } of store.unfinishedRestores()) {
        if (!cut) outbox.commit(() => store.cutRestore(id), [{ action: 'restore.interrupted', category: 'restore', subject, payload: { ...facts, startedAt } }]);
      }
    }
  };
}
