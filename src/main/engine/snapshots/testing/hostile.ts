// Snapshots that no honest program writes: trees from given nodes or raw JSON. Only for tests.
import { createLocalBackend, hexToBytes, PackWriter, Repository, sha256Hex, utcTime, type MasterKey, type TreeNode } from '../../repository/index.ts';
import type { Context } from './workshop.ts';

const time = '2026-01-02T03:04:05Z';

/** A node as JSON, `name` already quoted as restic does. */
export function rawNode(name: string, type: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name, type, mode: type === 'dir' ? 0x8000_01ed : 0o644, mtime: time, atime: time, ctime: time, uid: 0, gid: 0, content: type === 'file' ? [] : null, ...more };
}

export function plainNode(name: string, type: TreeNode['type'], more: Partial<TreeNode> = {}): TreeNode {
  const at = utcTime(1_700_000_000_000_000_000n);
  return { name, type, mode: 0o644, mtime: at, atime: at, ctime: at, uid: 0, gid: 0, content: type === 'file' ? [] : null, ...more };
}

export class HostileWriter {
  readonly #repository: Repository;
  readonly #trees: PackWriter;
  readonly #data: PackWriter;
  readonly #passedOff = new Map<string, string>();

  private constructor(context: Context, repository: Repository) {
    this.#repository = repository;
    const options = { sealer: repository.sealer, randomBytes: (length: number) => context.random.bytes(length), store: (pieces: readonly Uint8Array[], packId: string) => repository.savePack(pieces, packId) };
    this.#trees = new PackWriter({ ...options, type: 'tree' });
    this.#data = new PackWriter({ ...options, type: 'data' });
  }

  static async open(context: Context, path: string, masterKey: MasterKey): Promise<HostileWriter> {
    const { files, random, clock } = context;
    return new HostileWriter(context, await Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey, random, clock }));
  }

  async tree(nodes: readonly Record<string, unknown>[]): Promise<string> {
    return this.#add(this.#trees, Buffer.from(`${JSON.stringify({ nodes })}\n`));
  }

  async data(bytes: Uint8Array): Promise<string> {
    return this.#add(this.#data, bytes);
  }

  /** Content that the index passes off as the blob `id`. */
  async falseData(bytes: Uint8Array, id: string): Promise<void> {
    this.#passedOff.set(await this.data(bytes), id);
  }

  async #add(packs: PackWriter, bytes: Uint8Array): Promise<string> {
    const id = sha256Hex(bytes);
    await packs.add(hexToBytes(id), bytes);
    return id;
  }

  /** Makes everything added so far findable. */
  async finish(): Promise<void> {
    for (const packs of [this.#trees, this.#data]) {
      await packs.flush();
      const finished = packs.takeFinished().map((pack) => ({ ...pack, blobs: pack.blobs.map((blob) => ({ ...blob, id: this.#passedOff.get(blob.id) ?? blob.id })) }));
      if (finished.length > 0) await this.#repository.saveIndex(finished);
    }
  }
}
