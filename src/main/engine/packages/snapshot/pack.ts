// A snapshot, or parts of one, into a package: read from the repository as it is packed, without a restore in between.
import { fail, isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import { DamagedError, splitGoMode, type Repository, type TreeNode } from '../../repository/index.ts';
import { linkTargetProblem, memberPathProblem } from '../archive/names.ts';
import { filesFolder } from '../folder/pack.ts';
import type { PackageWriter } from '../place.ts';

export interface SnapshotPackDeps {
  repository: Pick<Repository, 'loadTree' | 'loadBlob' | 'index'>;
  signal: AbortSignal;
  onFile(path: string): void;
  onBytes(count: number): void;
}

/** What Varve itself carries along at the top of a snapshot; packed when it is asked for by name. */
const carriedName = '.varve';
/** Up to this size a file is read before it is packed, so that a damaged one is left out; a larger damaged one ends the work. */
const heldBytes = 8 << 20;

/** `paths` as in the snapshot; all of it when none. Throws NOT_FOUND for one that is not in it. */
export async function packSnapshot(deps: SnapshotPackDeps, treeId: string, paths: readonly string[], into: PackageWriter): Promise<void> {
  const { repository, signal } = deps;
  const wanted = paths.map((path) => path.split('/').filter((name) => name !== ''));
  const everything = wanted.length === 0 || wanted.some((names) => names.length === 0);
  const met = new Set<number>();
  const secondNames = new Map<string, string>();
  await into.folder({ path: filesFolder });
  await enter(treeId, [], everything, new Set());
  for (const [i, path] of paths.entries()) if ((wanted[i] as string[]).length > 0 && !met.has(i)) fail('NOT_FOUND', `${path} is not in the snapshot`, { kind: 'path', name: path });

  async function enter(id: string, above: readonly string[], inside: boolean, ancestors: ReadonlySet<string>): Promise<void> {
    const here = [filesFolder, ...above].join('/');
    const nodes = ancestors.has(id) ? undefined : await load(id, here);
    const below = new Set(ancestors).add(id);
    for (const node of nodes?.toSorted((a, b) => compareNames(a.name, b.name)) ?? []) {
      throwIfAborted(signal);
      const names = [...above, node.name];
      if (above.length === 0 && node.name === carriedName && !wanted.some(([first]) => first === carriedName)) continue;
      for (const [i, path] of wanted.entries()) if (path.length === names.length && startsWith(names, path)) met.add(i);
      const taken = inside || wanted.some((path) => startsWith(names, path));
      if (!taken && !wanted.some((path) => startsWith(path, names))) continue;
      const path = `${here}/${node.name}`;
      const problem = node.name.includes('/') ? 'its name leads out of the package' : memberPathProblem(path);
      if (problem !== undefined) into.skip(path, problem);
      else if (node.type === 'dir') {
        await into.folder({ path, ...facts(node) });
        if (node.subtree === undefined) into.skip(path, 'it is a folder whose content the snapshot does not name');
        else await enter(node.subtree, names, taken, below);
      } else if (taken) await one(node, path);
    }
  }

  async function load(id: string, path: string): Promise<TreeNode[] | undefined> {
    try {
      return await repository.loadTree(id, signal);
    } catch (error) {
      into.skip(path, `it cannot be read from the snapshot: ${damageOf(error)}`);
      return undefined;
    }
  }

  async function one(node: TreeNode, path: string): Promise<void> {
    if (node.type === 'symlink') {
      const target = node.linkTarget ?? '';
      const problem = linkTargetProblem(path, target);
      if (problem !== undefined) into.skip(path, problem);
      else await into.symlink({ path, target, mtimeNs: node.mtime.ns });
    } else if (node.type !== 'file') into.skip(path, 'it is a device or a pipe');
    else await file(node, path);
  }

  async function file(node: TreeNode, path: string): Promise<void> {
    deps.onFile(path);
    const content = node.content ?? [];
    const key = (node.links ?? 1) > 1 && node.inode !== undefined ? `${node.deviceId ?? 0n}:${node.inode}:${content.join()}` : undefined;
    const before = key === undefined ? undefined : secondNames.get(key);
    if (before !== undefined && (await into.hardLink({ path, to: before, ...facts(node) }))) return;
    let size = 0;
    try {
      for (const id of content) size += repository.index.plainLength('data', id) ?? (await repository.loadBlob('data', id, signal)).length;
    } catch (error) {
      return into.skip(path, `it cannot be read from the snapshot: ${damageOf(error)}`);
    }
    if (size > heldBytes) await into.file({ path, size, ...facts(node) }, blobs(content));
    else {
      const held: Buffer[] = [];
      try {
        for await (const blob of blobs(content)) held.push(Buffer.from(blob));
      } catch (error) {
        return into.skip(path, `it cannot be read from the snapshot: ${damageOf(error)}`);
      }
      await into.file({ path, size, ...facts(node) }, held);
    }
    if (key !== undefined) secondNames.set(key, path);
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

function startsWith(names: readonly string[], beginning: readonly string[]): boolean {
  return names.length >= beginning.length && beginning.every((name, i) => names[i] === name);
}

/** Throws again what is no damage. */
function damageOf(error: unknown): string {
  if (error instanceof DamagedError) return error.data.what;
  if (isVarveError(error) && error.code === 'REPOSITORY_DAMAGED') return (error.data as { what: string }).what;
  throw error;
}
