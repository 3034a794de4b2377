// The thread `repository.check` (exclusive lock, the whole check, progress) and the one-shot task `repository.check-packs` that reads
// some packs for it, several at a time.
import { cancelled, isVarveError, throwIfAborted } from '../kit/errors.ts';
import type { TaskProgress } from '../../../contract/events.ts';
import type { WorkerContext } from '../ports.ts';
import { breathing } from './backend/breathing.ts';
import { createLocalBackend } from './backend/local.ts';
import { checkPack, createCheckTools, type PackCheck } from './check-pack.ts';
import { checkRepository, type RepositoryReport } from './check.ts';
import type { IndexPack } from './format/index-file.ts';
import { Sealer, type MasterKey } from './format/seal.ts';
import { lockNotes, type LockNote } from './lock-notes.ts';
import { lockIdentity } from './model.ts';
import { lockForReading } from './read-lock.ts';
import type { ReadWish } from './reading/choose.ts';
import { Repository } from './repository.ts';
import { throttle } from './throttle.ts';

export interface CheckInput {
  path: string;
  masterKey: MasterKey;
  read: ReadWish;
  readAt: ReadonlyMap<string, number>;
}

export type CheckMessage = { kind: 'progress'; update: Partial<TaskProgress> } | LockNote | { kind: 'read'; packs: readonly string[] } | { kind: 'report'; report: RepositoryReport };

/** Packs named in one message. */
const readInMessage = 64;
const batchBytes = 16 * 1024 * 1024;
/** More readers cost memory and gain little: a disk is what is waited for. */
const mostReaders = 2;

export async function checkTask(context: WorkerContext, input: unknown): Promise<void> {
  const { path, masterKey, read, readAt } = input as CheckInput;
  const { files, random, clock, machine, logger, workers, closing } = context;
  const post = (message: CheckMessage): void => context.post(message);
  const stop = new AbortController();
  const signal = AbortSignal.any([closing, stop.signal]);
  const repository = await Repository.open({ backend: breathing(createLocalBackend({ files, random, path }), clock), masterKey, random, clock, signal });
  let lost: (() => never) | undefined;
  const ownLocks = new Set<string>();
  const notes = lockNotes(context);
  post({ kind: 'progress', update: { phase: 'locking' } });
  const lock = await lockForReading(repository, {
    exclusive: true,
    identity: lockIdentity(machine),
    logger,
    signal,
    settleLater: true,
    onLost: () => {
      lost = () => repository.refuseLostLock();
      stop.abort();
    },
    onWrite: (lockId) => {
      ownLocks.add(lockId);
      return notes.onWrite(lockId);
    },
    onRemove: notes.onRemove
  });
  const progress = throttle((update) => post({ kind: 'progress', update }), () => clock.monotonicMs());
  let good: string[] = [];
  const tellRead = (): void => {
    if (good.length > 0) post({ kind: 'read', packs: good });
    good = [];
  };
  try {
    const report = await checkRepository(repository, {
      read,
      readAt,
      nowMs: clock.now(),
      onRead: (packs) => {
        good.push(...packs);
        if (good.length >= readInMessage) tellRead();
      },
      ownLocks,
      signal,
      onProgress: progress,
      checkPacks: (packs, onDone) => checkInThreads({ packs, onDone, threads: Math.min(mostReaders, workers.dataThreads), signal, run: (batch) => workers.run<PackCheck[]>('repository.check-packs', { path, masterKey, packs: batch }, { signal }) })
    });
    tellRead();
    await lock?.ready();
    post({ kind: 'report', report });
  } catch (error) {
    // What was read stays read, also when the check was cancelled.
    tellRead();
    if (lost !== undefined) await lock?.ready(); // says why, unless it was held and then lost
    lost?.();
    throw error;
  } finally {
    await lock?.release();
  }
}

interface InThreads {
  packs: AsyncIterable<IndexPack> | Iterable<IndexPack>;
  onDone: (result: PackCheck) => void;
  threads: number;
  signal: AbortSignal;
  run: (batch: IndexPack[]) => Promise<PackCheck[]>;
}

/** Keeps every thread busy with batches of about 16 MiB and holds no more of them in memory than there are threads. */
async function checkInThreads({ packs, onDone, threads, signal, run }: InThreads): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const start = (batch: IndexPack[]): void => {
    const work = run(batch)
      .then((results) => results.forEach(onDone))
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => running.delete(work));
    running.add(work);
  };
  let batch: IndexPack[] = [];
  let bytes = 0;
  for await (const pack of packs) {
    if (failure) break;
    throwIfAborted(signal);
    batch.push(pack);
    bytes += pack.blobs.reduce((sum, blob) => sum + blob.length, 0);
    if (bytes < batchBytes) continue;
    while (running.size >= threads) await Promise.race(running);
    start(batch);
    batch = [];
    bytes = 0;
  }
  while (running.size >= threads) await Promise.race(running);
  if (batch.length > 0 && !failure) start(batch);
  await Promise.all(running);
  if (failure) throw signal.aborted && !isVarveError(failure.error) ? cancelled() : failure.error;
}

export async function checkPacksTask(context: WorkerContext, input: unknown): Promise<PackCheck[]> {
  const { path, masterKey, packs } = input as { path: string; masterKey: MasterKey; packs: IndexPack[] };
  const { files, random, closing: signal } = context;
  const backend = createLocalBackend({ files, random, path });
  const sealer = new Sealer(masterKey, (length) => random.bytes(length));
  const tools = createCheckTools(sealer);
  const results: PackCheck[] = [];
  for (const pack of packs) results.push(await checkPack({ backend, sealer, signal, tools }, pack));
  return results;
}
