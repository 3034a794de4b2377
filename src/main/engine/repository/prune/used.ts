// Everything that the snapshots need: each tree once, whichever snapshot leads to it. One bit per entry of the index, and the ids of the trees
// that wait to be walked.
import type { TaskProgress } from '../../../../contract/events.ts';
import { throwIfAborted } from '../../kit/errors.ts';
import { BitSet } from '../bit-set.ts';
import type { BlobType } from '../format/ids.ts';
import { DamagedError } from '../format/damaged.ts';
import type { TreeNode } from '../format/tree.ts';
import type { LoadedSnapshots, Repository } from '../repository.ts';

export interface UsedBlobs {
  /** On the first entry of every needed blob. */
  marks: BitSet;
  trees: number;
}

/** Throws REPOSITORY_DAMAGED when something needed is in no index, or a tree cannot be read: then nobody may say what is not needed. */
export async function findUsed(repository: Repository, snapshots: LoadedSnapshots['snapshots'], signal: AbortSignal | undefined, onProgress: (update: Partial<TaskProgress>) => void): Promise<UsedBlobs> {
  const walk = new Walk(repository);
  for (const snapshot of snapshots) {
    walk.need('tree', snapshot.file.tree, `snapshots/${snapshot.id}`);
    for (let tree = walk.next(); tree !== undefined; tree = walk.next()) {
      throwIfAborted(signal);
      walk.take(tree, await repository.loadTree(tree, signal));
      onProgress({ filesDone: walk.trees });
    }
  }
  return { marks: walk.marks, trees: walk.trees };
}

class Walk {
  readonly #repository: Repository;
  readonly marks: BitSet;
  readonly #waiting: string[] = [];
  trees = 0;

  constructor(repository: Repository) {
    this.#repository = repository;
    this.marks = new BitSet(repository.index.count);
  }

  next(): string | undefined {
    return this.#waiting.pop();
  }

  need(type: BlobType, id: string, from: string): void {
    const { index, backend } = this.#repository;
    const entry = index.firstEntry(type, id);
    if (entry < 0) throw new DamagedError(`${type} blob ${id} is in no index; needed by ${from}`, backend.location);
    if (this.marks.add(entry) && type === 'tree') this.#waiting.push(id);
  }

  take(tree: string, nodes: readonly TreeNode[]): void {
    this.trees += 1;
    const from = `tree ${tree}`;
    for (const node of nodes) {
      if (node.type === 'dir') {
        if (node.subtree === undefined) throw new DamagedError(`tree ${tree} holds a folder without a tree`, this.#repository.backend.location);
        this.need('tree', node.subtree, from);
      } else if (node.type === 'file') for (const id of node.content ?? []) this.need('data', id, from);
    }
  }
}
