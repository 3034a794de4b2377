// Makes the index agree with the packs: files that cannot be read go, packs that are not there are forgotten, packs that no file names, that
// files disagree about or whose size is wrong are described by their own headers. New files first, then the old ones go; no pack is touched.
// A pack whose header cannot be read keeps its description: its blobs may still be whole, which `repair packs` finds out. The caller holds the
// exclusive lock.
import { isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { DamagedError, UnsupportedError } from '../format/damaged.ts';
import type { IndexBlob, IndexPack } from '../format/index-file.ts';
import { fullIndexBlobs } from '../maintenance/blob-store.ts';
import { removeFiles, writeIndexesAnew } from '../maintenance/index-files.ts';
import { refuseProtected } from '../protected.ts';
import { expectedSize, listPacks, loadIndexFiles, type IndexProblems } from '../prune/survey.ts';
import { damageOf, type Repository } from '../repository.ts';
import { readPackHeader } from './pack-header.ts';
import { RepairSteps, type RepairFacts, type RepairOptions } from './steps.ts';

export async function repairIndex(repository: Repository, options: RepairOptions): Promise<RepairFacts> {
  const { dryRun, signal, onProgress } = options;
  refuseProtected(repository);
  const steps = new RepairSteps();
  onProgress({ phase: 'checking-index' });
  const problems: IndexProblems = { unreadable: [], conflicts: new Set() };
  const { index, files } = await loadIndexFiles(repository, signal, problems);
  repository.useIndex(index);
  for (const { id, reason } of problems.unreadable) steps.add({ step: 'index-dropped', id, reason });
  onProgress({ phase: 'checking-packs' });
  const { sizes, unindexed } = await listPacks(repository, index, signal);
  if (index.packCount > 0 && unindexed.length === 0 && sizes.every((size) => size < 0)) throw new DamagedError('not one of its packs is there; nothing is forgotten before the folder "data" is back', repository.backend.location);

  /** By number: described anew or forgotten, and not by what the files say. */
  const gone = new Set<number>();
  const anew: IndexPack[] = [];
  const toRead = unindexed.map(({ id, bytes }) => ({ id, bytes, pack: -1 }));
  for (let pack = 0; pack < index.packCount; pack++) {
    const id = index.packId(pack);
    const bytes = sizes[pack] as number;
    if (bytes < 0) {
      gone.add(pack);
      steps.add({ step: 'pack-forgotten', id, lost: index.entriesOf(pack).count });
    } else if (problems.conflicts.has(id) || bytes !== expectedSize(index, pack)) toRead.push({ id, bytes, pack });
  }
  onProgress({ filesDone: 0, filesTotal: toRead.length });
  for (const [done, { id, bytes, pack }] of toRead.entries()) {
    throwIfAborted(signal);
    const read = await headerOf(repository, id, bytes, signal);
    if ('blobs' in read) {
      anew.push({ id, blobs: read.blobs });
      steps.add({ step: 'pack-described', id, kept: read.blobs.length });
      if (pack >= 0) gone.add(pack);
    } else steps.add({ step: 'pack-unreadable', id, reason: read.reason });
    onProgress({ filesDone: done + 1 });
  }

  const replaced = new Set(files.filter((file) => file.superfluous || file.packs.some((pack) => gone.has(pack))).map((file) => file.id));
  for (const id of replaced) steps.add({ step: 'index-replaced', id });
  if (dryRun) return steps.facts(true);
  onProgress({ phase: 'finishing' });
  const old = [...replaced, ...problems.unreadable.map(({ id }) => id)];
  await writeIndexesAnew(repository, { files, replaced, stays: (pack) => !gone.has(pack) }, signal);
  await saveInPieces(repository, anew, signal);
  await removeFiles(repository, 'index', old, options);
  return steps.facts(false);
}

async function headerOf(repository: Repository, id: string, bytes: number, signal: AbortSignal | undefined): Promise<{ blobs: IndexBlob[] } | { reason: string }> {
  try {
    return { blobs: await readPackHeader(repository, id, bytes, signal) };
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof DamagedError || error instanceof UnsupportedError) return { reason: damageOf(error) };
    if (isVarveError(error) && (error.code === 'NOT_FOUND' || error.code === 'NOT_READABLE')) return { reason: error.message };
    throw error;
  }
}

async function saveInPieces(repository: Repository, packs: readonly IndexPack[], signal: AbortSignal | undefined): Promise<void> {
  let piece: IndexPack[] = [];
  let blobs = 0;
  for (const pack of packs) {
    if (blobs > 0 && blobs + pack.blobs.length > fullIndexBlobs) {
      await repository.writeIndex(piece, signal);
      [piece, blobs] = [[], 0];
    }
    piece.push(pack);
    blobs += pack.blobs.length;
  }
  if (piece.length > 0) await repository.writeIndex(piece, signal);
}
