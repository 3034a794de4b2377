// The thread `repository.check` (exclusive lock, the whole check, progress), which reads packs itself, and the one-shot task
// `repository.check-packs` that reads some of them at the same time where there are many.
import { cancelled, isVarveError, throwIfAborted } from '../kit/errors.ts';
import type { TaskProgress } from '../../../contract/events.ts';
import type { WorkerContext } from '../ports.ts';
import { breathing } from './backend/breathing.ts';
import { createLocalBackend } from './backend/local.ts';
import { checkPack, createCheckTools, type PackCheck, type PackCheckDeps } from './check-pack.ts';
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
/** Up to this much one thread is done before another has started. */
const littleBytes = 64 * 1024 * 1024;

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
      checkPacks: (packs, bytes, onDone) => {
        const tools = createCheckTools(repository.sealer);
        // Not before others have got theirs: this thread says nothing while it reads.
        const own: Reader = (batch) => nextTurn().then(() => checkAll({ backend: repository.backend, sealer: repository.sealer, signal, tools }, batch));
        const other: Reader = (batch) => workers.run<PackCheck[]>('repository.check-packs', { path, masterKey, packs: batch }, { signal });
        const others = bytes <= littleBytes ? 0 : Math.min(mostReaders, workers.dataThreads) - 1;
        return readBy({ packs, onDone, readers: [own, ...Array.from({ length: others }, () => other)], signal });
      }
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

type Reader = (batch: readonly IndexPack[]) => Promise<PackCheck[]>;

interface ReadBy {
  packs: AsyncIterable<IndexPack> | Iterable<IndexPack>;
  onDone: (result: PackCheck) => void;
  readers: readonly Reader[];
  signal: AbortSignal;
}

/** Keeps every reader busy with batches of about 16 MiB and holds no more of them in memory than there are readers. */
async function readBy({ packs, onDone, readers, signal }: ReadBy): Promise<void> {
  const free = [...readers];
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const start = async (batch: readonly IndexPack[]): Promise<void> => {
    while (free.length === 0) await Promise.race(running);
    if (failure) return;
    const read = free.shift() as Reader;
    const work = read(batch)
      .then((results) => results.forEach(onDone))
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => {
        running.delete(work);
        free.push(read);
      });
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
    await start(batch);
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) await start(batch);
  await Promise.all(running);
  if (failure) throw signal.aborted && !isVarveError(failure.error) ? cancelled() : failure.error;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function checkAll(deps: PackCheckDeps, packs: readonly IndexPack[]): Promise<PackCheck[]> {
  const results: PackCheck[] = [];
  for (const pack of packs) results.push(await checkPack(deps, pack));
  return results;
}

export async function checkPacksTask(context: WorkerContext, input: unknown): Promise<PackCheck[]> {
  const { path, masterKey, packs } = input as { path: string; masterKey: MasterKey; packs: IndexPack[] };
  const { files, random, closing: signal } = context;
  const backend = createLocalBackend({ files, random, path });
  const sealer = new Sealer(masterKey, (length) => random.bytes(length));
  return checkAll({ backend, sealer, signal, tools: createCheckTools(sealer) }, packs);
}
