// The versions that were met so far, each told by its content. Repositories that cut files at different places give one content different ids: there,
// files of the same length are read and compared.
import type { MetadataPart } from '../../../../contract/compare.ts';
import { formatGoTime, DamagedError, type Repository, type TreeNode } from '../../repository/index.ts';
import { metadataParts } from '../compare/facts.ts';
import { sameBytes } from '../compare/same-bytes.ts';
import { oneChunkBytes } from './content.ts';
import type { VersionFacts } from './protocol.ts';
import type { TreeAt, TreeFinder } from './trees.ts';

interface Kept extends VersionFacts {
  last: TreeNode;
  /** Where its content can be read. */
  at: TreeAt;
  names: readonly string[];
}

export interface Met {
  snapshot: number;
  at: TreeAt;
  names: readonly string[];
  node: TreeNode;
  key: string;
}

const partOrder: readonly MetadataPart[] = ['mode', 'owner', 'time', 'attributes'];

export class Versions {
  readonly #all: Kept[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #finder: TreeFinder;
  readonly #signal: AbortSignal;

  constructor(finder: TreeFinder, signal: AbortSignal) {
    this.#finder = finder;
    this.#signal = signal;
  }

  /** Counts the snapshot in and returns the version's number. Called from the newest snapshot to the oldest. */
  async meet(met: Met): Promise<number> {
    const number = this.#byKey.get(met.key) ?? (await this.#sameElsewhere(met)) ?? this.#add(met);
    this.#byKey.set(met.key, number);
    const version = this.#all[number] as Kept;
    const path = `/${met.names.join('/')}`;
    if (!version.paths.includes(path)) version.paths.push(path);
    version.snapshots.push(met.snapshot);
    const parts = new Set([...version.metadata, ...metadataParts(version.last, met.node)]);
    version.metadata = partOrder.filter((part) => parts.has(part));
    version.last = met.node;
    return number;
  }

  facts(): VersionFacts[] {
    return this.#all.map(({ type, sizeBytes, modifiedAt, linkTarget, paths, snapshots, metadata }) => ({ type, sizeBytes, modifiedAt, linkTarget, paths, snapshots, metadata }));
  }

  #add({ node, at, names }: Met): number {
    this.#all.push({ type: node.type, sizeBytes: node.size ?? 0, modifiedAt: formatGoTime(node.mtime), linkTarget: node.linkTarget ?? null, paths: [], snapshots: [], metadata: [], last: node, at, names });
    return this.#all.length - 1;
  }

  async #sameElsewhere({ node, at, names }: Met): Promise<number | undefined> {
    const size = node.size ?? 0;
    if (node.type !== 'file' || size <= oneChunkBytes) return undefined;
    for (const [number, version] of this.#all.entries()) {
      if (version.type !== 'file' || version.sizeBytes !== size || cutAlike(version.at.repository, at.repository)) continue;
      if (await this.#sameContent(version, { at, names })) return number;
    }
    return undefined;
  }

  /** False where one of the two cannot be read: nothing shows that they are the same. */
  async #sameContent(a: Pick<Met, 'at' | 'names'>, b: Pick<Met, 'at' | 'names'>): Promise<boolean> {
    try {
      return await sameBytes(this.#read(a), this.#read(b), this.#signal);
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      return false;
    }
  }

  async *#read({ at, names }: Pick<Met, 'at' | 'names'>): AsyncIterable<Uint8Array> {
    for (const id of await this.#finder.contentOf(at, names)) yield await at.repository.loadBlob('data', id, this.#signal);
  }
}

/** Equal contents have equal ids in both. */
export function cutAlike(a: Repository, b: Repository): boolean {
  return a.config.chunkerPolynomial === b.config.chunkerPolynomial;
}
