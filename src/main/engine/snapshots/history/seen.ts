// Snapshots in the shortest form of the contract. Pure.
import type { FileHistory, SeenIn } from '../../../../contract/history.ts';
import type { Snapshot } from '../../../../contract/snapshots.ts';

export function seenIn({ id, shortId, at, repositoryName, incomplete }: Snapshot): SeenIn {
  return { id, shortId, at, repositoryName, incomplete };
}

export function unreadableOf(unreadable: readonly { repositoryId: string; id: string; reason: string }[], repositories: readonly { id: string; name: string }[]): FileHistory['unreadable'] {
  return unreadable.map(({ repositoryId, id, reason }) => ({ repositoryName: repositories.find((row) => row.id === repositoryId)?.name ?? repositoryId, id, reason }));
}
