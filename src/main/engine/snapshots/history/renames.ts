// Where an entry lay before it was renamed: what has its content in the older snapshot and is no longer there, at the same path, in the newer one.
// Folders of the same tree hold no such thing and are passed over.
import { throwIfAborted } from '../../kit/errors.ts';
import type { TreeNode } from '../../repository/index.ts';
import { isCarried } from '../carried.ts';
import type { TreeAt, TreeFinder } from './trees.ts';

export interface CandidateSearch {
  finder: TreeFinder;
  older: TreeAt;
  newer: TreeAt;
  matches(node: TreeNode): boolean;
  signal: AbortSignal;
  /** For each entry that is looked at; may let others have a turn. */
  onEntry(): Promise<void> | undefined;
}

export interface Candidates {
  /** Paths in the older snapshot as names; no more than `most`. */
  paths: string[][];
  /** Every folder could be searched. */
  whole: boolean;
}

const most = 20;
/** Hostile trees can nest without end. */
const deepest = 4096;

export async function findCandidates({ finder, older, newer, matches, signal, onEntry }: CandidateSearch): Promise<Candidates> {
  const found: Candidates = { paths: [], whole: true };
  /** Pairs of folders below which there is nothing: a tree that multiplies is searched once. */
  const empty = new Set<string>();
  const walk = async (before: string, after: string | undefined, names: readonly string[]): Promise<void> => {
    throwIfAborted(signal);
    const pair = `${before} ${after ?? ''}`;
    if (before === after || empty.has(pair) || found.paths.length >= most) return;
    const left = names.length > deepest ? undefined : await finder.list({ repository: older.repository, treeId: before });
    const right = after === undefined ? [] : await finder.list({ repository: newer.repository, treeId: after });
    if (!Array.isArray(left) || !Array.isArray(right)) {
      found.whole = false;
      return;
    }
    const sofar = found.paths.length;
    const there = new Map(right.map((node) => [node.name, node]));
    for (const node of left) {
      await onEntry();
      if (names.length === 0 && isCarried(node)) continue;
      const now = there.get(node.name);
      if (matches(node) && (now === undefined || !matches(now)) && found.paths.length < most) found.paths.push([...names, node.name]);
      if (node.subtree !== undefined) await walk(node.subtree, now?.subtree, [...names, node.name]);
    }
    if (found.paths.length === sofar) empty.add(pair);
  };
  await walk(older.treeId, newer.treeId, []);
  return found;
}
