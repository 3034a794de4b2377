// Changes to the list of snapshots: files that go, and files that are written anew with other tags. Nothing else of a repository is touched.
// A snapshot file never changes, so other tags mean: 1. the new file, which names the first version in `original`; 2. the old one goes, as in
// restic. A stop between the two leaves both, of the same lineage; the next try finds the new file and only removes the old one.
import { throwIfAborted } from '../../kit/errors.ts';
import { isFileMissing } from '../backend/backend.ts';
import { DamagedError } from '../format/damaged.ts';
import { encodeSnapshot, type SnapshotFile } from '../format/snapshot.ts';
import type { Repository } from '../repository.ts';

export type SnapshotEdit = { kind: 'remove'; id: string } | { kind: 'tags'; id: string; tags: readonly string[] };

/** One edit that is durable now. `to` is the new id of a snapshot whose tags changed. */
export interface EditDone {
  id: string;
  to?: string;
}

export interface ApplyOptions {
  signal: AbortSignal;
  onDone(done: EditDone): void;
}

/** Carries out the edits in their order, under the exclusive lock that the repository must hold. `files`: all snapshots as they were read under it. */
export async function applyEdits(repository: Repository, files: ReadonlyMap<string, SnapshotFile>, edits: readonly SnapshotEdit[], { signal, onDone }: ApplyOptions): Promise<void> {
  let idOf: Map<string, string> | undefined;
  for (const edit of edits) {
    throwIfAborted(signal);
    const file = files.get(edit.id);
    if (file === undefined) throw new DamagedError('an edit of a snapshot that was not read', repository.backend.location);
    let to: string | undefined;
    if (edit.kind === 'tags') {
      const changed: SnapshotFile = { ...file, tags: edit.tags, original: file.original ?? edit.id };
      idOf ??= new Map([...files].map(([id, one]) => [encodeSnapshot(one).toString(), id]));
      const known = idOf.get(encodeSnapshot(changed).toString());
      if (known === edit.id) continue;
      to = known ?? (await repository.saveSnapshot(changed, signal)); // 1
    }
    await removeOnce(repository, edit.id); // 2
    onDone({ id: edit.id, ...(to !== undefined && { to }) });
  }
}

/** Deaf to cancellation: between the new file and the old one's end nobody wants to stop. A file that somebody else removed is as good. */
async function removeOnce(repository: Repository, id: string): Promise<void> {
  try {
    await repository.removeSnapshot(id);
  } catch (error) {
    if (!isFileMissing(error)) throw error;
  }
}
