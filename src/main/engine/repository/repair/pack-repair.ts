// Takes out of damaged packs what is still whole: every blob that proves itself is written into a new pack, then the index no longer names the
// damaged pack, then it is removed. Damaged packs are found by reading all of them. What a stop leaves at any moment: blobs that lie in two
// packs, or a pack that no index names. The caller holds the exclusive lock.
import { throwIfAborted } from '../../kit/errors.ts';
import { isFileMissing } from '../backend/backend.ts';
import { checkPack, createCheckTools } from '../check-pack.ts';
import { DamagedError, UnsupportedError } from '../format/damaged.ts';
import type { IndexBlob } from '../format/index-file.ts';
import { BlobStore } from '../maintenance/blob-store.ts';
import { removeFiles, writeIndexesAnew } from '../maintenance/index-files.ts';
import { refuseProtected } from '../protected.ts';
import { listPacks, loadIndexFiles } from '../prune/survey.ts';
import { openBlob, type Repository } from '../repository.ts';
import { readPackHeader } from './pack-header.ts';
import { RepairSteps, type RepairFacts, type RepairOptions } from './steps.ts';

export async function repairPacks(repository: Repository, options: RepairOptions): Promise<RepairFacts> {
  const { dryRun, signal, onProgress } = options;
  refuseProtected(repository);
  const steps = new RepairSteps();
  onProgress({ phase: 'checking-index' });
  const { index, files } = await loadIndexFiles(repository, signal);
  repository.useIndex(index);
  const packCount = index.packCount;
  const { sizes } = await listPacks(repository, index, signal);
  const damaged = await findDamaged(repository, sizes, options);
  const store = new BlobStore(repository, options);
  onProgress({ phase: 'writing', filesDone: 0, filesTotal: damaged.length });
  try {
    for (const [done, pack] of damaged.entries()) {
      const id = index.packId(pack);
      const { kept, lost } = await salvage(repository, id, sizes[pack] as number, dryRun ? undefined : store, signal);
      steps.add({ step: 'pack-saved', id, kept, lost });
      onProgress({ filesDone: done + 1 });
    }
    if (!dryRun) await store.flush();
  } finally {
    await store.settle();
  }
  if (dryRun || damaged.length === 0) return steps.facts(dryRun);
  onProgress({ phase: 'finishing' });
  const gone = new Set(damaged);
  const replaced = new Set(files.filter((file) => file.packs.some((pack) => gone.has(pack))).map((file) => file.id));
  await writeIndexesAnew(repository, { files, replaced, stays: (pack) => pack < packCount && !gone.has(pack) }, signal);
  await removeFiles(repository, 'index', [...replaced], options);
  await removeFiles(repository, 'data', damaged.map((pack) => index.packId(pack)), options);
  return steps.facts(false);
}

/** Numbers of the packs that are there and not whole. Those that are missing are for the index. */
async function findDamaged(repository: Repository, sizes: Float64Array, { signal, onProgress }: RepairOptions): Promise<number[]> {
  const { index, backend, sealer } = repository;
  const tools = createCheckTools(sealer);
  const damaged: number[] = [];
  let bytesDone = 0;
  onProgress({ phase: 'reading-data', filesDone: 0, filesTotal: index.packCount, bytesDone: 0, bytesTotal: sizes.reduce((sum, size) => sum + Math.max(0, size), 0) });
  for (let pack = 0; pack < sizes.length; pack++) {
    throwIfAborted(signal);
    const id = index.packId(pack);
    if ((sizes[pack] as number) < 0) continue;
    const { findings, bytesRead } = await checkPack({ backend, sealer, signal, tools }, { id, blobs: index.blobsOf(id) });
    if (findings.some((finding) => finding.severity === 'error')) damaged.push(pack);
    bytesDone += bytesRead;
    onProgress({ filesDone: pack + 1, bytesDone });
  }
  return damaged;
}

/** Every blob that the index or the pack's own header names and that proves itself, into the store. */
async function salvage(repository: Repository, pack: string, sizeBytes: number, store: BlobStore | undefined, signal: AbortSignal | undefined): Promise<{ kept: number; lost: number }> {
  const places = new Map<string, IndexBlob>();
  for (const blob of [...repository.index.blobsOf(pack), ...(await headerIfReadable(repository, pack, sizeBytes, signal))]) places.set(`${blob.type} ${blob.id} ${blob.offset} ${blob.length}`, blob);
  const saved = new Set<string>();
  const wanted = new Set<string>();
  for (const blob of places.values()) {
    throwIfAborted(signal);
    const name = `${blob.type} ${blob.id}`;
    wanted.add(name);
    if (saved.has(name)) continue;
    const plain = await openIfWhole(repository, pack, blob, signal);
    if (plain === undefined) continue;
    // An empty blob is never written; nobody misses it but who names it.
    if (plain.length > 0) await store?.add(blob.type, blob.id, plain);
    saved.add(name);
  }
  return { kept: saved.size, lost: wanted.size - saved.size };
}

async function headerIfReadable(repository: Repository, pack: string, sizeBytes: number, signal: AbortSignal | undefined): Promise<IndexBlob[]> {
  try {
    return await readPackHeader(repository, pack, sizeBytes, signal);
  } catch (error) {
    return refuseOthers(error, signal) ?? [];
  }
}

async function openIfWhole(repository: Repository, pack: string, blob: IndexBlob, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const stored = await repository.backend.read('data', pack, { offset: blob.offset, length: blob.length }, signal);
      if (stored.length === blob.length) return openBlob(repository.sealer, stored, blob.id, blob.uncompressedLength);
    } catch (error) {
      refuseOthers(error, signal);
    }
  }
  return undefined;
}

/** Damage and what a disk refuses are expected here; everything else goes up. */
function refuseOthers(error: unknown, signal: AbortSignal | undefined): undefined {
  throwIfAborted(signal);
  const expected = error instanceof DamagedError || error instanceof UnsupportedError || isFileMissing(error) || (error instanceof Error && 'code' in error && error.code === 'NOT_READABLE');
  if (!expected) throw error;
}
