// Integrity first: reads every blob that a restore in place will write, and proves it by its hash, before anything that exists is touched.
// In the order in which they lie in the packs, so that each pack is read once.
import { isVarveError } from '../../kit/errors.ts';
import { sha256Hex, type Repository } from '../../repository/index.ts';
import { BlobReader } from './blob-reader.ts';

export interface ProveDeps {
  repository: Repository;
  /** Known without being read. */
  zeroChunk: string;
  signal: AbortSignal;
  breathe(): Promise<void> | undefined;
  onBytes(bytes: number): void;
}

/** Those that no copy in the repository can give. */
export async function damagedBlobs(contents: Iterable<readonly string[]>, deps: ProveDeps): Promise<Set<string>> {
  const { repository, signal, zeroChunk } = deps;
  const damaged = new Set<string>();
  const wanted = new Set<string>();
  for (const content of contents) for (const id of content) if (id !== zeroChunk) wanted.add(id);
  const reader = new BlobReader(repository, signal);
  for (const id of inPackOrder(wanted, repository)) {
    const breath = deps.breathe();
    if (breath !== undefined) await breath;
    try {
      const bytes = reader.held(id) ?? (await reader.load(id));
      deps.onBytes(bytes.length);
      if (sha256Hex(bytes) !== id) await reader.loadProven(id);
    } catch (error) {
      if (signal.aborted || !isVarveError(error) || error.code !== 'REPOSITORY_DAMAGED') throw error;
      damaged.add(id);
    }
  }
  return damaged;
}

function inPackOrder(ids: ReadonlySet<string>, { index }: Repository): string[] {
  const placed = [...ids].map((id) => ({ id, place: index.find('data', id)[0] }));
  return placed
    .sort((a, b) => {
      const [packA, packB] = [a.place?.pack ?? '', b.place?.pack ?? ''];
      return packA === packB ? (a.place?.offset ?? 0) - (b.place?.offset ?? 0) : packA < packB ? -1 : 1;
    })
    .map(({ id }) => id);
}
