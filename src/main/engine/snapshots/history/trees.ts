// Looking a path up in many snapshots, most of which share their folders: a folder that was read is not read again for the same name.
import { throwIfAborted } from '../../kit/errors.ts';
import { DamagedError, type Repository, type TreeNode } from '../../repository/index.ts';
import { contentKey } from './content.ts';

/** A folder of a snapshot, and where to read it. */
export interface TreeAt {
  repository: Repository;
  treeId: string;
}

export interface Unreadable {
  state: 'unreadable';
  reason: string;
}

/** `node` comes without its content, which may be long; `key` stands for it. */
export type Looked = { state: 'held'; node: TreeNode; key: string } | { state: 'absent' } | Unreadable;

export class TreeFinder {
  /** By tree and name. What could not be read is not kept: another repository may have it whole. */
  readonly #known = new Map<string, Exclude<Looked, Unreadable>>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** The entry of that path below a tree; at least one name. */
  async find({ repository, treeId }: TreeAt, names: readonly string[]): Promise<Looked> {
    let tree = treeId;
    let found: Looked = { state: 'absent' };
    for (const [i, name] of names.entries()) {
      found = await this.#look({ repository, treeId: tree }, name);
      if (found.state !== 'held' || i === names.length - 1) return found;
      if (found.node.subtree === undefined) return { state: 'absent' };
      tree = found.node.subtree;
    }
    return found;
  }

  async #look(at: TreeAt, name: string): Promise<Looked> {
    throwIfAborted(this.#signal);
    const id = `${at.treeId}/${name}`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const nodes = await this.list(at);
    if (!Array.isArray(nodes)) return nodes;
    const node = nodes.find((one) => one.name === name);
    const found = node === undefined ? { state: 'absent' as const } : { state: 'held' as const, node: { ...node, content: null }, key: contentKey(node) };
    this.#known.set(id, found);
    return found;
  }

  /** All of a folder. Damage is an answer, not an error. */
  async list({ repository, treeId }: TreeAt): Promise<TreeNode[] | Unreadable> {
    try {
      return await repository.loadTree(treeId, this.#signal);
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      return { state: 'unreadable', reason: `damaged: ${error.data.what}` };
    }
  }

  /** The ids of a file that `find` has found. */
  async contentOf(at: TreeAt, names: readonly string[]): Promise<readonly string[]> {
    const folder = names.length === 1 ? undefined : await this.find(at, names.slice(0, -1));
    const treeId = folder === undefined ? at.treeId : folder.state === 'held' ? folder.node.subtree : undefined;
    const nodes = treeId === undefined ? [] : await this.list({ repository: at.repository, treeId });
    return (Array.isArray(nodes) ? nodes.find(({ name }) => name === names.at(-1))?.content : undefined) ?? [];
  }
}
