// Saves again what is left of snapshots that need something that is lost: chunks that are gone are left out of their files (whose size says
// so), folders that cannot be read become empty. A tree that needs no change keeps its bytes. The new snapshot is saved after everything it
// names, tagged `repaired` and marked as incomplete, and belongs to the same line as the old one (`original`), so that notes stay with it; the
// old one goes only when that was asked for. The caller holds the exclusive lock.
import { compareNames } from '../../kit/names.ts';
import { throwIfAborted } from '../../kit/errors.ts';
import { BitSet } from '../bit-set.ts';
import { DamagedError, UnsupportedError } from '../format/damaged.ts';
import { sha256Hex, type BlobType } from '../format/ids.ts';
import type { SnapshotFile } from '../format/snapshot.ts';
import { emptyTreeId, encodeTree, type TreeNode } from '../format/tree.ts';
import { BlobStore } from '../maintenance/blob-store.ts';
import { refuseProtected } from '../protected.ts';
import { listPacks, loadIndexFiles } from '../prune/survey.ts';
import { damageOf, type Repository } from '../repository.ts';
import { RepairSteps, type RepairFacts, type RepairOptions } from './steps.ts';

/** The first is restic's, the second Varve's word for a snapshot that lacks something, for ever. */
const repairedTags = ['repaired', 'varve-incomplete'];
const maxDepth = 10_000;

export interface SnapshotRepairOptions extends RepairOptions {
  /** Removes the damaged snapshots once the repaired ones are saved, and those of which nothing can be read. */
  forget: boolean;
}

export async function repairSnapshots(repository: Repository, options: SnapshotRepairOptions): Promise<RepairFacts> {
  const { dryRun, forget, signal, onProgress } = options;
  refuseProtected(repository);
  const steps = new RepairSteps();
  const { snapshots, unreadable } = await repository.loadSnapshots(signal);
  for (const { id, reason } of unreadable) steps.add({ step: 'snapshot-unreadable', id, reason });
  onProgress({ phase: 'checking-index' });
  const { index } = await loadIndexFiles(repository, signal);
  repository.useIndex(index);
  const { sizes } = await listPacks(repository, index, signal);
  onProgress({ phase: 'checking-trees', filesDone: 0, filesTotal: snapshots.length });
  const store = new BlobStore(repository, options);
  const repairing = new Repairing(repository, sizes, dryRun ? undefined : store, signal);
  const removing: string[] = [];
  try {
    const repaired: { id: string; file: SnapshotFile; lost: number }[] = [];
    for (const [done, { id, file }] of snapshots.entries()) {
      const tree = await repairing.tree(file.tree, 0);
      if (tree === undefined) {
        steps.add({ step: forget ? 'snapshot-removed' : 'snapshot-lost', id, reason: repairing.reasonOf(file.tree) });
        removing.push(id);
      } else if (tree.id !== file.tree) repaired.push({ id, file: repairedFile(id, file, tree.id), lost: tree.lost });
      onProgress({ filesDone: done + 1 });
    }
    if (!dryRun) await store.flush();
    // A run that did not forget, or was cut off, may have saved it already.
    const known = new Map(snapshots.map(({ id, file }) => [`${file.original ?? ''} ${file.tree}`, id]));
    for (const { id, file, lost } of repaired) {
      const to = known.get(`${file.original ?? ''} ${file.tree}`) ?? (dryRun ? undefined : await repository.saveSnapshot(file, signal));
      steps.add({ step: 'snapshot-repaired', id, lost, ...(to !== undefined && { to }) });
      removing.push(id);
    }
  } finally {
    await store.settle();
  }
  if (!dryRun && forget) for (const id of removing) await repository.removeSnapshot(id, signal);
  return steps.facts(dryRun);
}

function repairedFile(id: string, file: SnapshotFile, tree: string): SnapshotFile {
  return { ...file, tree, original: file.original ?? id, tags: [...new Set([...(file.tags ?? []), ...repairedTags])] };
}

/** `lost`: files and folders below that are not whole any more. */
interface RepairedTree {
  id: string;
  lost: number;
}

class Repairing {
  readonly #repository: Repository;
  readonly #sizes: Float64Array;
  readonly #store: BlobStore | undefined;
  readonly #signal: AbortSignal | undefined;
  /** By the first entry in the index: trees that are whole with all below them. */
  readonly #whole: BitSet;
  readonly #changed = new Map<string, RepairedTree | undefined>();
  readonly #added = new Set<string>();
  readonly #entries: number;
  readonly #reasons = new Map<string, string>();

  /** Without a store nothing is written. */
  constructor(repository: Repository, sizes: Float64Array, store: BlobStore | undefined, signal: AbortSignal | undefined) {
    this.#repository = repository;
    this.#sizes = sizes;
    this.#store = store;
    this.#signal = signal;
    this.#entries = repository.index.count;
    this.#whole = new BitSet(this.#entries);
  }

  /** The tree itself when it is whole, what is left of it otherwise; undefined when it cannot be read at all. */
  async tree(id: string, depth: number): Promise<RepairedTree | undefined> {
    throwIfAborted(this.#signal);
    const entry = this.#repository.index.firstEntry('tree', id);
    if (entry >= 0 && entry < this.#entries && this.#whole.has(entry)) return { id, lost: 0 };
    if (this.#changed.has(id)) return this.#changed.get(id);
    const result = await this.#repair(id, depth);
    if (result?.id === id && entry >= 0 && entry < this.#entries) this.#whole.add(entry);
    else this.#changed.set(id, result);
    return result;
  }

  /** Why a tree cannot be read. */
  reasonOf(id: string): string {
    return this.#reasons.get(id) ?? '';
  }

  async #repair(id: string, depth: number): Promise<RepairedTree | undefined> {
    const nodes = await this.#load(id, depth);
    if (nodes === undefined) return undefined;
    let lost = 0;
    const left: TreeNode[] = [];
    for (const node of nodes) {
      const repaired = await this.#node(node, depth);
      left.push(repaired.node);
      lost += repaired.lost;
    }
    if (lost === 0) return { id, lost: 0 };
    return { id: await this.#save(left.sort((a, b) => compareNames(a.name, b.name))), lost };
  }

  async #load(id: string, depth: number): Promise<TreeNode[] | undefined> {
    try {
      if (depth > maxDepth) throw new DamagedError('lies too deep');
      return await this.#repository.loadTree(id, this.#signal);
    } catch (error) {
      throwIfAborted(this.#signal);
      if (!(error instanceof DamagedError || error instanceof UnsupportedError)) throw error;
      this.#reasons.set(id, damageOf(error));
      return undefined;
    }
  }

  async #node(node: TreeNode, depth: number): Promise<{ node: TreeNode; lost: number }> {
    if (node.type === 'dir') {
      const below = node.subtree === undefined ? undefined : await this.tree(node.subtree, depth + 1);
      if (below === undefined) return { node: { ...node, subtree: await this.#save([]) }, lost: 1 };
      return { node: below.id === node.subtree ? node : { ...node, subtree: below.id }, lost: below.lost };
    }
    if (node.type !== 'file') return { node, lost: 0 };
    const content = node.content ?? [];
    const there = content.filter((id) => this.#has('data', id));
    if (node.content && there.length === content.length) return { node, lost: 0 };
    const size = there.reduce((sum, id) => sum + (this.#repository.index.plainLength('data', id) ?? 0), 0);
    return { node: { ...node, content: there, size }, lost: 1 };
  }

  /** In an index, and in a pack that is there. */
  #has(type: BlobType, id: string): boolean {
    const { index } = this.#repository;
    const first = index.firstEntry(type, id);
    return first >= 0 && index.copies(first).some((entry) => (this.#sizes[index.packOf(entry)] ?? 0) >= 0);
  }

  async #save(nodes: readonly TreeNode[]): Promise<string> {
    const bytes = encodeTree(nodes);
    const id = nodes.length === 0 ? emptyTreeId : sha256Hex(bytes);
    if (this.#added.has(id) || this.#has('tree', id)) return id;
    await this.#store?.add('tree', id, bytes);
    this.#added.add(id);
    return id;
  }
}
