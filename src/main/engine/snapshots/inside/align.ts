// Which stretches of two sequences differ. What stands for an item is a number: equal numbers, equal items. The shortest edit script where it is found
// within bounds (Myers, by jsdiff); else items that occur once on both sides hold the sequences together, and what lies between two of them is
// looked at by itself.
import { diffArrays } from 'diff';

/** Items `from` to `to` (exclusive) of the first were replaced by those of the second; either may be none. */
export interface Block {
  aFrom: number;
  aTo: number;
  bFrom: number;
  bTo: number;
}

export interface Alignment {
  /** In order; everything between them is equal. */
  blocks: Block[];
  /** Some blocks may hold items that are equal. */
  coarse: boolean;
}

/** The longest edit script that is looked for at once. */
const longestScript = 1200;
/** Steps that all searches may take together: about two seconds. */
const allSteps = 60_000_000;
const deepest = 24;

/** Gives numbers to texts, the same to equal ones. */
export class Numbers {
  readonly #known = new Map<string, number>();

  of(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.#known.size);
    return this.#known.size - 1;
  }
}

export async function align(a: readonly number[], b: readonly number[], breathe: () => Promise<void>): Promise<Alignment> {
  const found: Alignment = { blocks: [], coarse: false };
  let steps = allSteps;
  const work: { block: Block; depth: number }[] = [{ block: { aFrom: 0, aTo: a.length, bFrom: 0, bTo: b.length }, depth: 0 }];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const block = trim(a, b, next.block);
    const [lengthA, lengthB] = [block.aTo - block.aFrom, block.bTo - block.bFrom];
    if (lengthA === 0 && lengthB === 0) continue;
    if (lengthA === 0 || lengthB === 0) {
      found.blocks.push(block);
      continue;
    }
    await breathe();
    const limit = Math.min(longestScript, lengthA + lengthB);
    const cost = limit * limit + lengthA + lengthB;
    if (Math.abs(lengthA - lengthB) <= longestScript && cost <= steps) {
      steps -= cost;
      const script = diffArrays(a.slice(block.aFrom, block.aTo), b.slice(block.bFrom, block.bTo), { maxEditLength: limit });
      if (script !== undefined) {
        found.blocks.push(...blocksOf(script, block));
        continue;
      }
    }
    const anchors = next.depth < deepest ? anchorsIn(a, b, block) : [];
    if (anchors.length === 0) {
      found.coarse = true;
      found.blocks.push(block);
      continue;
    }
    // Last first, so that the first is worked on next and blocks come in order.
    const between: Block[] = [];
    let [aFrom, bFrom] = [block.aFrom, block.bFrom];
    for (const [x, y] of anchors) {
      between.push({ aFrom, aTo: x, bFrom, bTo: y });
      [aFrom, bFrom] = [x + 1, y + 1];
    }
    between.push({ aFrom, aTo: block.aTo, bFrom, bTo: block.bTo });
    for (const each of between.reverse()) work.push({ block: each, depth: next.depth + 1 });
  }
  return found;
}

function trim(a: readonly number[], b: readonly number[], { aFrom, aTo, bFrom, bTo }: Block): Block {
  while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) [aFrom, bFrom] = [aFrom + 1, bFrom + 1];
  while (aFrom < aTo && bFrom < bTo && a[aTo - 1] === b[bTo - 1]) [aTo, bTo] = [aTo - 1, bTo - 1];
  return { aFrom, aTo, bFrom, bTo };
}

function blocksOf(script: readonly { count: number; added: boolean; removed: boolean }[], { aFrom, bFrom }: Block): Block[] {
  const blocks: Block[] = [];
  let [x, y] = [aFrom, bFrom];
  let open: Block | undefined;
  for (const { count, added, removed } of script) {
    if (!added && !removed) {
      if (open !== undefined) blocks.push(open);
      open = undefined;
      [x, y] = [x + count, y + count];
      continue;
    }
    open ??= { aFrom: x, aTo: x, bFrom: y, bTo: y };
    if (removed) open.aTo = x += count;
    else open.bTo = y += count;
  }
  if (open !== undefined) blocks.push(open);
  return blocks;
}

/** Pairs of places of items that occur once on both sides, as many as stand in the same order on both. */
function anchorsIn(a: readonly number[], b: readonly number[], block: Block): [number, number][] {
  const once = placesOfUnique(b, block.bFrom, block.bTo);
  const pairs: [number, number][] = [];
  for (const [item, place] of placesOfUnique(a, block.aFrom, block.aTo)) {
    const other = once.get(item);
    if (other !== undefined) pairs.push([place, other]);
  }
  pairs.sort(([x], [y]) => x - y);
  return longestRising(pairs);
}

function placesOfUnique(items: readonly number[], from: number, to: number): Map<number, number> {
  const places = new Map<number, number>();
  for (let i = from; i < to; i++) places.set(items[i] as number, places.has(items[i] as number) ? -1 : i);
  for (const [item, place] of places) if (place < 0) places.delete(item);
  return places;
}

/** The longest run of pairs whose second places rise. */
function longestRising(pairs: readonly [number, number][]): [number, number][] {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [i, [, y]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] as number] as [number, number])[1] < y) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = ends[low - 1] as number;
    ends[low] = i;
  }
  const run: [number, number][] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] as number) run.push(pairs[i] as [number, number]);
  return run.reverse();
}
