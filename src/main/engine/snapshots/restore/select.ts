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
  /** It was kept as itself, not only on the way to what was: the folder a snapshot was taken of, or something in it. */
  own: boolean;
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
  /** The folders the snapshot was taken of, as names; what only leads to them is not its own. Not given: everything is. */
  roots?: readonly (readonly string[])[];
  /** To where it came from: what came from no file of this computer has no place. */
  inPlace: boolean;
  onEntry?: (count: number) => void;
}

export interface Selection {
  /** A folder always comes before what is in it. */
  items: Item[];
  refused: Refusals;
  /** Names in a folder that the snapshot has and that are not restored, unwanted or refused. */
  spared: Map<Item, string[]>;
  /** Folders of which only some entries were chosen, or are known: what else lies in them is nobody's business. */
  partial: Set<Item>;
}

/** Throws NOT_FOUND for an `include` that names nothing in the snapshot. */
export async function selectItems(treeId: string, include: readonly string[], exclude: readonly string[], deps: SelectDeps): Promise<Selection> {
  const wanted = include.map(namesOf);
  const unwanted = exclude.map(namesOf);
  const met = new Set<number>();
  const items: Item[] = [];
  const refused = new Refusals();
  const spared = new Map<Item, string[]>();
  const partial = new Set<Item>();

  const everything = wanted.length === 0 || wanted.some((names) => names.length === 0);
  await walk(treeId, [], undefined, everything, deps.roots === undefined, new Set());
  for (const [i, names] of wanted.entries()) if (names.length > 0 && !met.has(i)) fail('NOT_FOUND', `${include[i]} is not in the snapshot`, { kind: 'path', name: include[i] as string });
  return { items, refused, spared, partial };

  async function walk(id: string, above: readonly string[], folder: Item | undefined, inside: boolean, ownAbove: boolean, ancestors: ReadonlySet<string>): Promise<void> {
    throwIfAborted(deps.signal);
    const shown = `/${above.join('/')}`;
    const unknown = (reason: string): void => {
      if (folder !== undefined) partial.add(folder);
      refused.add(shown, reason);
    };
    if (ancestors.has(id)) return unknown('contains itself');
    let nodes: TreeNode[];
    try {
      nodes = await deps.loadTree(id);
    } catch (error) {
      if (deps.signal.aborted) throw error;
      return unknown(`damaged: ${error instanceof Error ? error.message : String(error)}`);
    }
    const below = new Set(ancestors).add(id);
    for (const node of nodes.sort((a, b) => compareNames(a.name, b.name))) {
      const names = [...above, node.name];
      // What Varve carries along is no file of the person's: it comes only when it is asked for by name.
      if (above.length === 0 && isCarried(node) && (deps.inPlace || !wanted.some((path) => path[0] === carriedName))) continue;
      for (const [i, path] of wanted.entries()) if (startsWith(names, path) && names.length === path.length) met.add(i);
      const taken = inside || wanted.some((path) => startsWith(names, path));
      const leadsToOne = taken || wanted.some((path) => startsWith(path, names));
      if (!leadsToOne || unwanted.some((path) => startsWith(names, path))) {
        spare(folder, node.name);
        continue;
      }
      const problem = nameProblem(node.name, folder?.path) ?? (deps.inPlace && isStream(node, folder) ? 'came from a program, not from a file; restore it into a folder' : undefined);
      if (problem !== undefined) {
        refused.add(`/${names.join('/')}`, problem);
        spare(folder, node.name);
        continue;
      }
      const own = ownAbove || (deps.roots ?? []).some((root) => startsWith(names, root));
      if (items.length >= mostEntries) fail('REPOSITORY_DAMAGED', 'the snapshot has more entries than any file system', { path: shown, what: `more than ${mostEntries} entries` });
      if (node.type === 'dir') {
        const item: Item = { path: folder === undefined ? node.name : folder.path + deps.separator + node.name, node: restored(node), folder, own };
        items.push(item);
        if (!taken) partial.add(item);
        if (node.subtree === undefined) {
          refused.add(`/${names.join('/')}`, 'damaged: a folder without a tree');
          partial.add(item);
        } else await walk(node.subtree, names, item, taken, own, below);
      } else if (taken) items.push({ path: folder === undefined ? node.name : folder.path + deps.separator + node.name, node: restored(node), folder, own });
    }
    deps.onEntry?.(items.length);
  }

  function spare(folder: Item | undefined, name: string): void {
    if (folder === undefined) return;
    const names = spared.get(folder);
    if (names === undefined) spared.set(folder, [name]);
    else names.push(name);
  }

  function nameProblem(name: string, folder: string | undefined): string | undefined {
    if (!safeName(name, deps.platform)) return 'has a name that is not safe to write';
    const bytes = encodeName(name).length;
    if (bytes > longestName) return 'ENAMETOOLONG';
    if (folder !== undefined && encodeName(folder).length + 1 + bytes > longestPath) return 'ENAMETOOLONG';
    return undefined;
  }
}

/** What a program or standard input gave lies at the top of a snapshot and had no inode. */
function isStream(node: TreeNode, folder: Item | undefined): boolean {
  return folder === undefined && node.type === 'file' && (node.inode ?? 0n) === 0n && (node.deviceId ?? 0n) === 0n;
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
