// Replacing index files: the new ones are written before the old ones go, so that at any moment every pack that stays is described.
import type { TaskProgress } from '../../../../contract/events.ts';
import { throwIfAborted } from '../../kit/errors.ts';
import { isFileMissing } from '../backend/backend.ts';
import { BitSet } from '../bit-set.ts';
import type { IndexPack } from '../format/index-file.ts';
import type { Repository } from '../repository.ts';
import type { IndexFileFacts } from '../prune/survey.ts';
import { fullIndexBlobs } from './blob-store.ts';

export interface IndexReplacement {
  files: readonly IndexFileFacts[];
  /** Ids of those that will go. */
  replaced: ReadonlySet<string>;
  /** Whether a pack, by its number in the loaded index, is still to be described. */
  stays: (pack: number) => boolean;
  /** Learns the name of each new file before it is written. */
  onName?: (id: string) => void;
}

/** Describes every pack that stays and that only files to be replaced describe, each once, in new files. Returns how many were written. */
export async function writeIndexesAnew(repository: Repository, { files, replaced, stays, onName }: IndexReplacement, signal: AbortSignal | undefined): Promise<number> {
  const { index } = repository;
  const described = new BitSet(index.packCount);
  for (const file of files) if (!replaced.has(file.id)) for (const pack of file.packs) described.add(pack);
  let written = 0;
  let packs: IndexPack[] = [];
  let blobs = 0;
  const write = async (): Promise<void> => {
    if (packs.length === 0) return;
    throwIfAborted(signal);
    await repository.writeIndex(packs, signal, onName);
    written += 1;
    packs = [];
    blobs = 0;
  };
  for (const file of files) {
    if (!replaced.has(file.id)) continue;
    for (const pack of file.packs) {
      if (!stays(pack) || !described.add(pack)) continue;
      const id = index.packId(pack);
      const entries = index.blobsOf(id);
      if (blobs > 0 && blobs + entries.length > fullIndexBlobs) await write();
      packs.push({ id, blobs: entries });
      blobs += entries.length;
    }
  }
  await write();
  return written;
}

/** Removes files; what is gone already is as good as removed. Packs only when no index names them any more. */
export async function removeFiles(repository: Repository, kind: 'data' | 'index', ids: readonly string[], { signal, onProgress }: { signal: AbortSignal | undefined; onProgress: (update: Partial<TaskProgress>) => void }): Promise<void> {
  if (kind === 'data') onProgress({ filesDone: 0, filesTotal: ids.length });
  for (const [done, id] of ids.entries()) {
    throwIfAborted(signal);
    try {
      await repository.removeFile(kind, id, signal);
    } catch (error) {
      if (!isFileMissing(error)) throw error;
    }
    if (kind === 'data') onProgress({ filesDone: done + 1 });
  }
}
