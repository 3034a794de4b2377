// Walks two sides together, folder by folder, and tells what differs. Folders of the same tree are never entered. An entry's number is larger than
// that of the folder it lies in, so that counts can be added up from the last to the first.
import type { ChangeKind } from '../../../../contract/compare.ts';
import { throwIfAborted } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import type { TreeNode } from '../../repository/index.ts';
import { isCarried } from '../carried.ts';
import { contentByNodes, differenceOf, untouched, type Difference } from './facts.ts';
import { sameBytes } from './same-bytes.ts';
import type { Folder, OnGap, Side, SideNode } from './sides.ts';

/** An entry that differs, or (kind null) a folder with differences below it. */
export interface Found {
  no: number;
  /** Number of the folder it lies in; 0: the top. */
  folder: number;
  path: string;
  isFolder: boolean;
  kind: ChangeKind | null;
  parts: Difference['parts'];
  suspect: boolean;
  before: SideNode | undefined;
  after: SideNode | undefined;
}

export interface WalkOptions {
  from: Side;
  to: Side;
  /** Both sides cut files at the same places: equal content has equal ids. */
  comparable: boolean;
  /** Read live files even where their times say that nobody wrote to them. */
  exact: boolean;
  onFound(found: Found): void;
  onGap: OnGap;
  onEntry(path: string): void;
  /** Lets a cancel in now and then: local folders are listed without ever leaving the thread. */
  breathe(): Promise<void>;
  signal: AbortSignal;
}

/** Hostile trees can nest without end. */
const deepest = 4096;

export async function walkBoth(options: WalkOptions): Promise<void> {
  await new Walk(options).run();
}

class Walk {
  readonly #o: WalkOptions;
  #next = 1;

  constructor(options: WalkOptions) {
    this.#o = options;
  }

  async run(): Promise<void> {
    await this.#folders(this.#o.from.top, this.#o.to.top, '', 0, []);
  }

  /** Returns whether anything below differs. */
  async #folders(before: Folder | undefined, after: Folder | undefined, path: string, no: number, above: readonly string[]): Promise<boolean> {
    await this.#o.breathe();
    throwIfAborted(this.#o.signal);
    const trees = `${before?.treeId ?? ''} ${after?.treeId ?? ''}`;
    if (before !== undefined && before.treeId !== undefined && before.treeId === after?.treeId) return false;
    const inItself = (before?.treeId !== undefined || after?.treeId !== undefined) && above.includes(trees);
    if (inItself || above.length >= deepest) {
      this.#o.onGap(path === '' ? '/' : path, inItself ? 'contains itself' : 'lies too deep');
      return false;
    }
    const left = before === undefined ? [] : await before.list();
    const right = after === undefined ? [] : await after.list();
    if (left === undefined || right === undefined) return false;
    const below = [...above, trees];
    let differs = false;
    for (const [name, a, b] of this.#pairs(left, right)) {
      if (path === '' && [a, b].every((side) => side === undefined || (side.node !== undefined && isCarried(side.node)))) continue;
      if (await this.#entry(`${path}/${name}`, no, a, b, below)) differs = true;
    }
    return differs;
  }

  /** Entries of the same name together, in the order of their bytes. */
  *#pairs(left: SideNode[], right: SideNode[]): Iterable<[string, SideNode | undefined, SideNode | undefined]> {
    const [a, b] = [left, right].map((nodes) => nodes.toSorted((x, y) => compareNames(x.name, y.name))) as [SideNode[], SideNode[]];
    for (let i = 0, k = 0; i < a.length || k < b.length; ) {
      const [x, y] = [a[i], b[k]];
      const order = x === undefined ? 1 : y === undefined ? -1 : compareNames(x.name, y.name);
      if (order <= 0) i++;
      if (order >= 0) k++;
      yield [((order <= 0 ? x : y) as SideNode).name, order <= 0 ? x : undefined, order >= 0 ? y : undefined];
    }
  }

  async #entry(path: string, folder: number, a: SideNode | undefined, b: SideNode | undefined, above: readonly string[]): Promise<boolean> {
    this.#o.onEntry(path);
    // What cannot be looked at was told already; to call it gone or new would be a guess.
    if ((a !== undefined && a.node === undefined) || (b !== undefined && b.node === undefined)) return false;
    const no = this.#next++;
    const difference = await this.#difference(a, b, path);
    const isFolder = (b ?? a)?.node?.type === 'dir';
    const entered = a?.folder !== undefined || b?.folder !== undefined;
    const differsBelow = entered && (await this.#folders(a?.folder, b?.folder, path, no, above));
    if (difference === undefined && !differsBelow) return false;
    this.#o.onFound({ no, folder, path, isFolder: isFolder || (difference?.kind === 'type' && entered), kind: difference?.kind ?? null, parts: difference?.parts ?? [], suspect: difference?.suspect ?? false, before: a, after: b });
    return true;
  }

  async #difference(a: SideNode | undefined, b: SideNode | undefined, path: string): Promise<Difference | undefined> {
    if (a?.node === undefined) return { kind: 'added', parts: [], suspect: false };
    if (b?.node === undefined) return { kind: 'removed', parts: [], suspect: false };
    if (a.node.type !== b.node.type) return differenceOf(a.node, b.node, false);
    const same = await this.#sameContent(a, b, a.node, b.node, path);
    return same === undefined ? undefined : differenceOf(a.node, b.node, same);
  }

  /** undefined: it cannot be told, and was named as a gap. */
  async #sameContent(a: SideNode, b: SideNode, before: TreeNode, after: TreeNode, path: string): Promise<boolean | undefined> {
    if (before.type === 'dir') return true;
    const live = a.livePath !== undefined || b.livePath !== undefined;
    if (live && !this.#o.exact && untouched(before, after)) return true;
    const known = contentByNodes(before, after, this.#o.comparable && !live);
    return known ?? readsTheSame(this.#o, a, b, path);
  }
}

/** Reads both until they differ; undefined, with a gap, when one cannot be read. */
export async function readsTheSame({ from, to, signal, onGap }: Pick<WalkOptions, 'from' | 'to' | 'signal' | 'onGap'>, a: SideNode, b: SideNode, path: string): Promise<boolean | undefined> {
  try {
    return await sameBytes(from.read(a, signal), to.read(b, signal), signal);
  } catch (error) {
    throwIfAborted(signal);
    onGap(path, error instanceof Error && 'code' in error ? String(error.code) : String(error));
    return undefined;
  }
}
