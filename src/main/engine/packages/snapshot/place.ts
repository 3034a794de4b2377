// A snapshot as a package under its name. An archive wants a member's size before its bytes, so a large file that turns out to be damaged half way has spoilt what
// was written: then all other large files are read once, and the package is begun again without those that are damaged. A sound snapshot is read once.
import type { ManifestFacts } from '../manifest.ts';
import { placePackage, type PlacedPackage, type PlacePorts, type PlaceRequest } from '../place.ts';
import type { Progress } from '../../kit/task-line.ts';
import { DamagedMember, heldBytes, packSnapshot } from './pack.ts';
import { sizeOf, unreadable, walkSnapshot, type WalkedSnapshot } from './walk.ts';

/** So often at most: a disk that damages more while it is read is not to be packed from. */
const tries = 3;

/** Throws REPOSITORY_DAMAGED when files that were sound a moment ago are not any more, again and again; and what `placePackage` throws. */
export async function placeSnapshot(
  ports: PlacePorts,
  request: Omit<PlaceRequest, 'kind' | 'onReadBack'> & { signal: AbortSignal },
  { facts, ...snapshot }: WalkedSnapshot & { facts: Omit<ManifestFacts, 'kind' | 'createdAtMs'> },
  progress: Progress
): Promise<PlacedPackage> {
  const { signal } = request;
  const damaged = new Map<string, string>();
  const onReadBack = (count: number): void => {
    progress.phase('verifying');
    progress.bytes(count);
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await placePackage(ports, { ...request, kind: 'snapshot', onReadBack }, async (into) => {
        await packSnapshot({ signal, damaged, onFile: progress.file, onBytes: progress.bytes }, snapshot, into);
        return facts;
      });
    } catch (error) {
      if (!(error instanceof DamagedMember)) throw error;
      if (attempt === tries) throw error.cause;
      damaged.set(error.path, error.reason);
      progress.phase('proving-large');
      await proveLargeAfter(error.path);
      progress.phase('writing-again');
    }
  }

  /** Reads the large files behind this one; those before it were read when they were packed. */
  async function proveLargeAfter(path: string): Promise<void> {
    let behind = false;
    await walkSnapshot(snapshot, signal, {
      folder: () => Promise.resolve(),
      skip: () => undefined,
      async other(node, at) {
        if (at === path) behind = true;
        else if (behind && node.type === 'file' && !damaged.has(at)) {
          try {
            if ((await sizeOf(snapshot, node, signal)) <= heldBytes) return;
            progress.file(at);
            for (const id of node.content ?? []) progress.bytes((await snapshot.repository.loadBlob('data', id, signal)).length);
          } catch (error) {
            damaged.set(at, unreadable(error));
          }
        }
      }
    });
  }
}
