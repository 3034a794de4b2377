// Packages as tasks, and what this home knows of those it made. What a stop after each step leaves:
//   1. a row `making`, before anything is read, so that an erasure knows of it  -> at the next start: failed, `package.interrupted`, its partial file removed
//   2. a file under a temporary name                                           -> the same
//   3. the package under its name, its manifest beside it                      -> a row `failed` and a whole package that only the folder knows of
//   4. outbox: row `made`, `package.made`; those that rotation removed are `removed`
import type { CallContext, EngineApi } from '../../../contract/index.ts';
import type { EngineEvent, TaskResult } from '../../../contract/events.ts';
import type { PackageKey, PackageKind, PackageRow } from '../../../contract/packages.ts';
import type { Settings } from '../../../contract/system.ts';
import { fail, isVarveError, toWire } from '../kit/errors.ts';
import { runThread } from '../kit/run-thread.ts';
import { createUuid7 } from '../kit/uuid7.ts';
import type { EventLog } from '../log/index.ts';
import type { Ports } from '../ports.ts';
import type { NamedSecrets } from '../secrets/index.ts';
import type { Outbox } from '../store/index.ts';
import type { RunningTask, Tasks } from '../system/tasks.ts';
import { hasNews } from './news.ts';
import { folderFor, placeOf } from './folder.ts';
import { passphraseOf } from './key.ts';
import type { MadePackage, MakeMessage } from './protocol.ts';
import type { RotateRequest } from './rotate.ts';
import type { Source, Sources } from './sources.ts';
import { viewOf, type PackageStore, type StoredPackage } from './store.ts';

export interface PackageServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine' | 'logger'>;
  store: PackageStore;
  outbox: Pick<Outbox, 'commit'>;
  log: Pick<EventLog, 'entries' | 'list'>;
  tasks: Pick<Tasks, 'start'>;
  named: Pick<NamedSecrets, 'use'>;
  settings(): Settings['packages'];
  sources: Sources;
  homePath: string;
  version: string;
  announce(event: EngineEvent): void;
  /** Says why the record did not hold, where people look for it. */
  verifyRecord(): Promise<unknown>;
  /** Removes partial files of ours in a folder that no package may be written to now. */
  sweep(folder: string): void;
}

type CreateInput = Parameters<EngineApi['packages']['create']>[0];

/** A package that may still hold what was erased from the record. */
export interface HoldingPackage {
  path: string;
  createdAt: string;
  events: number | null;
  sealed: boolean;
}

export type PackageService = ReturnType<typeof createPackageService>;

export function createPackageService(deps: PackageServiceDeps) {
  const { ports, store, outbox, tasks, settings, sources } = deps;
  const { clock, random, files } = ports;
  const isThere = (path: string): boolean => files.lstat(path)?.type === 'file';
  const changed = (): void => deps.announce({ kind: 'changed', what: 'packages' });

  const makeIn = (source: Source, input: unknown, id: string, task: RunningTask): Promise<MadePackage> =>
    runThread<MakeMessage, MadePackage>({
      workers: ports.workers,
      name: source.thread,
      input,
      signal: task.signal,
      onMessage: (message, reply) => {
        if (message.kind === 'done') return { result: message.facts };
        if (message.kind === 'lock') source.onNote?.(message, reply);
        else if (message.kind === 'progress') task.progress(message.update);
        else store.counted(id, message.count);
        return undefined;
      }
    });

  async function make(source: Source, { format, folder, keep }: CreateInput, key: PackageKey | undefined, actor: string, task: RunningTask): Promise<TaskResult> {
    const id = createUuid7(clock, random);
    const startedMs = clock.monotonicMs();
    const atMs = clock.now();
    const common = { category: 'home' as const, actor, ...(source.subject !== undefined && { subject: source.subject }) };
    const facts = { package: id, kind: source.kind, source: source.label, folder, sealed: key !== undefined };
    const place = { folder: folder as string, format: format ?? source.format, ...(source.kind !== 'log' && { name: source.name }) };
    store.add({ id, kind: source.kind, source: source.label, path: place.folder, sealed: key !== undefined, createdAt: new Date(atMs).toISOString(), events: null });
    changed();
    try {
      const passphrase = await passphraseOf(() => deps.named, key, `package ${source.name}`);
      const input = await source.prepare({ place: { ...place, passphrase }, generator: `Varve ${deps.version}` }, actor, task.signal);
      const work = (): Promise<MadePackage> => makeIn(source, input, id, task);
      const made = await (source.queued?.(task.signal, () => task.progress({ phase: 'waiting' }), work) ?? work());
      const { bytes, sha256, events = null, chainValid = null, skipped, skippedCount } = made;
      const removed = await ports.workers.run<string[]>('packages.rotate', { folder: place.folder, kind: source.kind, keep: keep ?? settings().keep, made: made.path } satisfies RotateRequest);
      outbox.commit(
        () => {
          store.made(id, { path: made.path, bytes, files: made.files, sha256, events, chainValid });
          for (const path of removed) store.removed(path);
        },
        [
          {
            ...common,
            action: 'package.made',
            ...(chainValid === false ? { level: 'error' as const } : skippedCount > 0 && { level: 'warn' as const }),
            payload: { ...facts, path: made.path, bytes, files: made.files, sha256, ...(events !== null && { events }), ...(chainValid !== null && { chainValid }), skipped: skippedCount, removed: removed.length, durationMs: Math.round(clock.monotonicMs() - startedMs) }
          }
        ]
      );
      if (chainValid === false) await deps.verifyRecord();
      const row = viewOf(store.find(id) as StoredPackage, isThere);
      return { kind: 'package', report: { package: row, manifestPath: made.manifestPath, removed, durationMs: Math.round(clock.monotonicMs() - startedMs), skipped: skipped.slice(0, 1000), skippedCount } };
    } catch (error) {
      const { code, message } = toWire(error);
      outbox.commit(() => store.failed(id), [{ ...common, action: 'package.failed', ...(code === 'CANCELLED' && { level: 'warn' as const }), payload: { ...facts, code, reason: message.toWellFormed() } }]);
      throw error;
    } finally {
      changed();
    }
  }

  const rows = (kind?: PackageKind, limit = 100): PackageRow[] => store.list(kind, limit).map((row) => viewOf(row, isThere));

  async function start(input: CreateInput, context: CallContext): Promise<{ taskId: string }> {
    const source = await sources.open(input.source, input.name, context);
    if (source.kind === 'log' && input.format === 'zip') fail('BAD_INPUT', 'the record is packed as tar.gz', { field: 'format', reason: 'the record is packed as tar.gz only' });
    const folder = folderFor(ports, deps.homePath, input.folder ?? settings().folder, source.inside);
    const secret = settings().secret;
    const key = input.key ?? (secret === '' ? undefined : { secret });
    return tasks.start({ kind: 'package', subject: source.label, run: (task) => make(source, { ...input, folder }, key, context.actor, task) });
  }

  return {
    api: {
      place: () => placeOf(ports, deps.homePath, settings().folder),
      list: (input) => rows(input?.kind, input?.limit),
      create: (input, context) => start(input, context),
      createLast: async (_input, context) => {
        if (!settings().onQuit) return { taskId: null };
        const last = store.newestWhole('log');
        if (last !== undefined && isThere(last.path) && !hasNews(deps.log, last.events ?? 0)) return { taskId: null };
        return start({ source: { kind: 'log' } }, context);
      }
    } satisfies Pick<EngineApi['packages'], 'place' | 'list' | 'create' | 'createLast'>,
    /** Packages of the record that may be somewhere, as far as this home knows; one that is missing may lie elsewhere. */
    ofRecord: (): HoldingPackage[] => store.ofRecord().map(({ path, createdAt, events, sealed }) => ({ path, createdAt, events, sealed })),
    /** Start-up: whoever made these has ended. */
    recoverInterrupted: (): void => {
      for (const { id, kind, path, source, createdAt } of store.making()) {
        try {
          deps.sweep(path);
        } catch (error) {
          if (!isVarveError(error) && !(error instanceof Error && 'code' in error)) throw error;
          ports.logger.warn('partial packages could not be removed', { reason: (error as Error).message });
        }
        outbox.commit(() => store.failed(id), [{ action: 'package.interrupted', category: 'home', payload: { package: id, kind, source, folder: path, startedAt: createdAt } }]);
      }
    }
  };
}
