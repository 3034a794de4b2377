// Prune, in restic's order and by restic's rules: what no snapshot needs is removed. Refuses to begin where something might be lost: a
// snapshot that cannot be read, a needed blob in no index, a needed pack that is missing or has a wrong size, a repository that is marked
// as append-only or as the hot half of one. The caller holds the exclusive lock (a dry run may go without).
import type { MaxUnused, PruneReport } from '../../../../contract/maintenance.ts';
import type { TaskProgress } from '../../../../contract/events.ts';
import type { Random } from '../../ports.ts';
import { BitSet } from '../bit-set.ts';
import { DamagedError } from '../format/damaged.ts';
import { refuseProtected } from '../protected.ts';
import type { LoadedSnapshots, Repository } from '../repository.ts';
import { fullIndexBlobs } from '../maintenance/blob-store.ts';
import { carryOut, type CarriedOut } from './carry-out.ts';
import { planPrune } from './plan.ts';
import { bytesToCopy, filesToReplace, type DecidedPrune } from './state.ts';
import { chooseCopies, expectedSize, gatherFacts, listPacks, loadIndexFiles, proveChosen, type Counts } from './survey.ts';
import { findUsed } from './used.ts';

export interface PruneOptions {
  dryRun: boolean;
  maxUnused: MaxUnused;
  random: Pick<Random, 'bytes'>;
  signal?: AbortSignal | undefined;
  onProgress?: (update: Partial<TaskProgress>) => void;
  /** Size of new packs; smaller in tests. */
  packBytes?: number;
}

export type PruneFacts = Omit<PruneReport, 'repositoryId'>;

export async function pruneRepository(repository: Repository, options: PruneOptions): Promise<PruneFacts> {
  const { signal, onProgress = () => undefined } = options;
  refuseProtected(repository);
  // Snapshots are listed before the index, as every reader must.
  const snapshots = await loadAllSnapshots(repository, signal);
  onProgress({ phase: 'checking-index' });
  const { index, files } = await loadIndexFiles(repository, signal);
  repository.useIndex(index);
  onProgress({ phase: 'checking-packs' });
  const { sizes, unindexed } = await listPacks(repository, index, signal);
  onProgress({ phase: 'checking-trees', filesDone: 0, filesTotal: null });
  const { marks: used, trees } = await findUsed(repository, snapshots, signal, onProgress);
  onProgress({ phase: 'planning' });
  const whole = new BitSet(index.packCount);
  for (let pack = 0; pack < index.packCount; pack++) if (sizes[pack] === expectedSize(index, pack)) whole.add(pack);
  const chosen = await chooseCopies(index, used, whole, { location: repository.backend.location, signal });
  if (!options.dryRun) await proveChosen(repository, used, whole, chosen, signal);
  const { packs, blobs } = await gatherFacts(index, used, chosen, { sizes, signal });
  const { decisions, unusedAfterBytes } = planPrune(packs, { version: repository.config.version, maxUnused: options.maxUnused });
  const prune: DecidedPrune = { index, files, unindexed, sizes, decisions, used, chosen };
  const estimate = estimateOf(prune);
  const done = options.dryRun ? estimate : await carryOut(repository, prune, { random: options.random, signal, onProgress, packBytes: options.packBytes });
  return reportOf(prune, { dryRun: options.dryRun, snapshots: snapshots.length, trees, blobs, unusedAfterBytes, done });
}

/** Every snapshot, or REPOSITORY_DAMAGED naming one that cannot be read: what it needs is not known. */
export async function loadAllSnapshots(repository: Repository, signal: AbortSignal | undefined): Promise<LoadedSnapshots['snapshots']> {
  const { snapshots, unreadable } = await repository.loadSnapshots(signal);
  const first = unreadable[0];
  if (first) throw new DamagedError(`${first.reason}; while a snapshot cannot be read, nothing is removed`, `${repository.backend.location}/snapshots/${first.id}`);
  return snapshots;
}

function estimateOf(prune: DecidedPrune): CarriedOut {
  const bytes = bytesToCopy(prune);
  const replaced = filesToReplace(prune, fullIndexBlobs).size;
  return { packsWritten: Math.ceil(bytes / (16 * 1024 * 1024)), bytesWritten: bytes, indexFilesWritten: Math.min(replaced, Math.ceil(prune.index.count / fullIndexBlobs)), indexFilesRemoved: replaced };
}

interface ReportParts {
  dryRun: boolean;
  snapshots: number;
  trees: number;
  blobs: Counts;
  unusedAfterBytes: number;
  done: CarriedOut;
}

function reportOf(prune: DecidedPrune, parts: ReportParts): PruneFacts {
  const { sizes, decisions, unindexed } = prune;
  const { done } = parts;
  const reasons = new Map<PruneFacts['reasons'][number]['reason'], { packs: number; bytes: number }>();
  const note = (reason: PruneFacts['reasons'][number]['reason'], bytes: number): void => {
    const known = reasons.get(reason) ?? { packs: 0, bytes: 0 };
    reasons.set(reason, { packs: known.packs + 1, bytes: known.bytes + bytes });
  };
  let [before, gone, kept, removed, repacked, present] = [0, 0, 0, 0, 0, 0];
  for (const { bytes } of unindexed) {
    note('unindexed', bytes);
    before += bytes;
    gone += bytes;
    removed += 1;
  }
  for (const [pack, decision] of decisions.entries()) {
    const bytes = Math.max(0, sizes[pack] as number);
    before += bytes;
    if ((sizes[pack] as number) >= 0) present += 1;
    if (decision.do === 'keep') {
      kept += 1;
      continue;
    }
    note(decision.why, bytes);
    gone += bytes;
    if (decision.do === 'repack') repacked += 1;
    else if ((sizes[pack] as number) >= 0) removed += 1;
  }
  return {
    dryRun: parts.dryRun,
    snapshots: parts.snapshots,
    trees: parts.trees,
    blobs: parts.blobs,
    packs: { before: present + unindexed.length, kept, removed, repacked, written: done.packsWritten },
    reasons: [...reasons].map(([reason, counts]) => ({ reason, ...counts })),
    bytes: { before, after: before - gone + done.bytesWritten, freed: Math.max(0, gone - done.bytesWritten), written: done.bytesWritten, unusedAfter: parts.unusedAfterBytes },
    indexFiles: { written: done.indexFilesWritten, removed: done.indexFilesRemoved }
  };
}
