// A snapshot, or parts of one, into a package: read from the repository as it is packed, without a restore in between.
import { splitGoMode, type TreeNode } from '../../repository/index.ts';
import { linkTargetProblem } from '../archive/names.ts';
import { filesFolder } from '../folder/pack.ts';
import type { PackageWriter } from '../place.ts';
import { sizeOf, unreadable, walkSnapshot, type WalkedSnapshot } from './walk.ts';

export interface SnapshotPackDeps {
  signal: AbortSignal;
  /** Large files that are known to be damaged, and why they are left out. */
  damaged: ReadonlyMap<string, string>;
  onFile(path: string): void;
  onBytes(count: number): void;
}

/** Up to this size a file is read before it is packed, so that a damaged one is left out; of a larger one nobody knows before half of it is written. */
export const heldBytes = 8 << 20;

/** A large file turned out to be damaged when a part of it was in the archive already, which is of no use any more. `cause` says what is damaged. */
export class DamagedMember extends Error {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string, cause: unknown) {
    super(`${path}: ${reason}`, { cause });
    this.path = path;
    this.reason = reason;
  }
}

/** Throws NOT_FOUND for a path that is not in the snapshot, and DamagedMember. */
export async function packSnapshot(deps: SnapshotPackDeps, snapshot: WalkedSnapshot, into: PackageWriter): Promise<void> {
  const { repository } = snapshot;
  const { signal } = deps;
  const secondNames = new Map<string, string>();
  await into.folder({ path: filesFolder });
  await walkSnapshot(snapshot, signal, {
    folder: (node, path) => into.folder({ path, ...facts(node) }),
    skip: (path, reason) => into.skip(path, reason),
    async other(node, path) {
      if (node.type === 'symlink') {
        const target = node.linkTarget ?? '';
        const problem = linkTargetProblem(path, target);
        if (problem !== undefined) into.skip(path, problem);
        else await into.symlink({ path, target, mtimeNs: node.mtime.ns });
      } else if (node.type !== 'file') into.skip(path, 'it is a device or a pipe');
      else await file(node, path);
    }
  });

  async function file(node: TreeNode, path: string): Promise<void> {
    deps.onFile(path);
    const known = deps.damaged.get(path);
    if (known !== undefined) return into.skip(path, known);
    const content = node.content ?? [];
    const key = (node.links ?? 1) > 1 && node.inode !== undefined ? `${node.deviceId ?? 0n}:${node.inode}:${content.join()}` : undefined;
    const before = key === undefined ? undefined : secondNames.get(key);
    if (before !== undefined && (await into.hardLink({ path, to: before, ...facts(node) }))) return;
    let size: number;
    const held: Buffer[] = [];
    try {
      size = await sizeOf(snapshot, node, signal);
      if (size <= heldBytes) for await (const blob of blobs(content)) held.push(Buffer.from(blob));
    } catch (error) {
      return into.skip(path, unreadable(error));
    }
    await into.file({ path, size, ...facts(node) }, size <= heldBytes ? held : large(content, path));
    if (key !== undefined) secondNames.set(key, path);
  }

  async function* large(content: readonly string[], path: string): AsyncGenerator<Uint8Array> {
    try {
      yield* blobs(content);
    } catch (error) {
      throw new DamagedMember(path, unreadable(error), error);
    }
  }

  async function* blobs(content: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const id of content) {
      const blob = await repository.loadBlob('data', id, signal);
      deps.onBytes(blob.length);
      yield blob;
    }
  }
}

function facts(node: TreeNode): { mode: number; mtimeNs: bigint } {
  return { mode: splitGoMode(node.mode).permissions, mtimeNs: node.mtime.ns };
}
