// The part of a snapshot that was asked for, folder by folder, in the order in which it is packed.
import { fail, isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import { DamagedError, type Repository, type TreeNode } from '../../repository/index.ts';
import { memberPathProblem } from '../archive/names.ts';
import { filesFolder } from '../folder/pack.ts';

export interface WalkedSnapshot {
  repository: Pick<Repository, 'loadTree' | 'loadBlob'> & { index: Pick<Repository['index'], 'plainLength'> };
  treeId: string;
  /** As in the snapshot; all of it when none. */
  paths: readonly string[];
}

/** `path`: where it stands in the package. */
export interface SnapshotVisitor {
  folder(node: TreeNode, path: string): Promise<void>;
  /** Anything but a folder. */
  other(node: TreeNode, path: string): Promise<void>;
  skip(path: string, reason: string): void;
}

/** What Varve itself carries along at the top of a snapshot; packed when it is asked for by name. */
const carriedName = '.varve';

/** Throws NOT_FOUND for a path that is not in the snapshot. */
export async function walkSnapshot({ repository, treeId, paths }: WalkedSnapshot, signal: AbortSignal, visit: SnapshotVisitor): Promise<void> {
  const wanted = paths.map((path) => path.split('/').filter((name) => name !== ''));
  const everything = wanted.length === 0 || wanted.some((names) => names.length === 0);
  const met = new Set<number>();
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
      if (problem !== undefined) visit.skip(path, problem);
      else if (node.type === 'dir') {
        await visit.folder(node, path);
        if (node.subtree === undefined) visit.skip(path, 'it is a folder whose content the snapshot does not name');
        else await enter(node.subtree, names, taken, below);
      } else if (taken) await visit.other(node, path);
    }
  }

  async function load(id: string, path: string): Promise<TreeNode[] | undefined> {
    try {
      return await repository.loadTree(id, signal);
    } catch (error) {
      visit.skip(path, unreadable(error));
      return undefined;
    }
  }
}

function startsWith(names: readonly string[], beginning: readonly string[]): boolean {
  return names.length >= beginning.length && beginning.every((name, i) => names[i] === name);
}

/** Why something is left out, when the repository's damage is the reason. Throws again what is no damage. */
export function unreadable(error: unknown): string {
  if (error instanceof DamagedError || (isVarveError(error) && error.code === 'REPOSITORY_DAMAGED')) return `it cannot be read from the snapshot: ${(error.data as { what: string }).what}`;
  throw error;
}

/** Bytes of a file. Throws where a chunk of it is in no index. */
export async function sizeOf({ repository }: Pick<WalkedSnapshot, 'repository'>, node: TreeNode, signal: AbortSignal): Promise<number> {
  let size = 0;
  for (const id of node.content ?? []) size += repository.index.plainLength('data', id) ?? (await repository.loadBlob('data', id, signal)).length;
  return size;
}
