// What of a snapshot is to be restored: walks its trees and names each entry. The repository is somebody else's input: names that could
// leave the target, trees that contain themselves and trees that multiply beyond reason are refused, each with its reason. Reads only.
import { fail, throwIfAborted } from '../../kit/errors.ts';
import { compareNames, encodeName } from '../../kit/names.ts';
import { safeName, type TreeNode } from '../../repository/index.ts';
import { namesOf } from '../browse/view.ts';
import { carriedName, isCarried } from '../carried.ts';
import { Refusals } from './refusals.ts';

/** What of a node a restore needs. A restore holds all of them at once, so each is small. */
export interface RestoredNode extends Pick<TreeNode, 'type' | 'mode' | 'uid' | 'gid' | 'content' | 'linkTarget' | 'xattrs' | 'device'> {
  mtimeNs: bigint;
  atimeNs: bigint;
  /** The same for all names of one file; undefined for a file of one name. */
  inode?: string;
}

/** An entry to restore; `path` is relative to the target, without a leading separator. */
export interface Item {
  path: string;
  node: RestoredNode;
  folder: Item | undefined;
}

const longestName = 255;
const longestPath = 4095;
const mostEntries = 10_000_000;

export interface SelectDeps {
  loadTree(treeId: string): Promise<TreeNode[]>;
  platform: string;
  /** Of the platform. */
  separator: string;
  signal: AbortSignal;
  onEntry?: (count: number) => void;
}

export interface Selection {
  /** A folder always comes before what is in it. */
  items: Item[];
  refused: Refusals;
}

/** Throws NOT_FOUND for an `include` that names nothing in the snapshot. */
export async function selectItems(treeId: string, include: readonly string[], exclude: readonly string[], deps: SelectDeps): Promise<Selection> {
  const wanted = include.map(namesOf);
  const unwanted = exclude.map(namesOf);
  const met = new Set<number>();
  const items: Item[] = [];
  const refused = new Refusals();

  const everything = wanted.length === 0 || wanted.some((names) => names.length === 0);
  await walk(treeId, [], undefined, everything, new Set());
  for (const [i, names] of wanted.entries()) if (names.length > 0 && !met.has(i)) fail('NOT_FOUND', `${include[i]} is not in the snapshot`, { kind: 'path', name: include[i] as string });
  return { items, refused };

  async function walk(id: string, above: readonly string[], folder: Item | undefined, inside: boolean, ancestors: ReadonlySet<string>): Promise<void> {
    throwIfAborted(deps.signal);
    const shown = `/${above.join('/')}`;
    if (ancestors.has(id)) return refused.add(shown, 'contains itself');
    let nodes: TreeNode[];
    try {
      nodes = await deps.loadTree(id);
    } catch (error) {
      if (deps.signal.aborted) throw error;
      return refused.add(shown, `damaged: ${error instanceof Error ? error.message : String(error)}`);
    }
    const below = new Set(ancestors).add(id);
    for (const node of nodes.sort((a, b) => compareNames(a.name, b.name))) {
      const names = [...above, node.name];
      // What Varve carries along is no file of the person's: it comes only when it is asked for by name.
      if (above.length === 0 && isCarried(node) && !wanted.some((path) => path[0] === carriedName)) continue;
      for (const [i, path] of wanted.entries()) if (startsWith(names, path) && names.length === path.length) met.add(i);
      const taken = inside || wanted.some((path) => startsWith(names, path));
      const leadsToOne = taken || wanted.some((path) => startsWith(path, names));
      if (!leadsToOne || unwanted.some((path) => startsWith(names, path))) continue;
      const problem = nameProblem(node.name, folder?.path);
      if (problem !== undefined) {
        refused.add(`/${names.join('/')}`, problem);
        continue;
      }
      if (items.length >= mostEntries) fail('REPOSITORY_DAMAGED', 'the snapshot has more entries than any file system', { path: shown, what: `more than ${mostEntries} entries` });
      if (node.type === 'dir') {
        const item: Item = { path: folder === undefined ? node.name : folder.path + deps.separator + node.name, node: restored(node), folder };
        items.push(item);
        if (node.subtree === undefined) refused.add(`/${names.join('/')}`, 'damaged: a folder without a tree');
        else await walk(node.subtree, names, item, taken, below);
      } else if (taken) items.push({ path: folder === undefined ? node.name : folder.path + deps.separator + node.name, node: restored(node), folder });
    }
    deps.onEntry?.(items.length);
  }

  function nameProblem(name: string, folder: string | undefined): string | undefined {
    if (!safeName(name, deps.platform)) return 'has a name that is not safe to write';
    const bytes = encodeName(name).length;
    if (bytes > longestName) return 'ENAMETOOLONG';
    if (folder !== undefined && encodeName(folder).length + 1 + bytes > longestPath) return 'ENAMETOOLONG';
    return undefined;
  }
}

function startsWith(names: readonly string[], beginning: readonly string[]): boolean {
  return names.length >= beginning.length && beginning.every((name, i) => names[i] === name);
}

function restored(node: TreeNode): RestoredNode {
  const { type, mode, uid, gid, mtime, atime } = node;
  const kept: RestoredNode = { type, mode, uid, gid, mtimeNs: mtime.ns, atimeNs: atime.ns, content: node.content ?? null };
  if (node.linkTarget !== undefined) kept.linkTarget = node.linkTarget;
  if (node.xattrs !== undefined) kept.xattrs = node.xattrs;
  if (node.device !== undefined) kept.device = node.device;
  if (type === 'file' && (node.links ?? 1) > 1 && node.inode !== undefined) kept.inode = `${node.deviceId ?? 0n}:${node.inode}:${node.content?.join() ?? ''}`;
  return kept;
}
