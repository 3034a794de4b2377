// A folder as people read it: folders first, then by name; and a page of it, so that a folder of a million entries never travels as a whole. Pure.
import { compareNames } from '../kit/names.ts';
import type { TreeNode } from './format/tree.ts';

export interface FolderAsk {
  /** Entries of a page. */
  limit: number;
  /** The first entry; or the page (a multiple of `limit`) that holds the entry of this name, where there is none the first one. */
  from: { offset: number } | { around: string };
  /** The name of an entry that is left out. */
  without?: string | undefined;
}

export interface FolderPage {
  nodes: TreeNode[];
  offset: number;
  total: number;
}

/** Folders first, then by the bytes of the name. */
export function sortForPeople(nodes: readonly TreeNode[]): TreeNode[] {
  return [...nodes].sort((a, b) => Number(b.type === 'dir') - Number(a.type === 'dir') || compareNames(a.name, b.name));
}

/** `sorted`: what `sortForPeople` gave. */
export function folderPage(sorted: readonly TreeNode[], { limit, from, without }: FolderAsk): FolderPage {
  const nodes = without === undefined ? sorted : sorted.filter(({ name }) => name !== without);
  const offset = 'offset' in from ? from.offset : Math.floor(Math.max(0, nodes.findIndex(({ name }) => name === from.around)) / limit) * limit;
  return { nodes: nodes.slice(offset, offset + limit), offset, total: nodes.length };
}
