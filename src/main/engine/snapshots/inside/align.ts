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

  all(texts: readonly string[]): Int32Array {
    return Int32Array.from({ length: texts.length }, (_, i) => this.of(texts[i] as string));
  }
}

export async function align(a: Int32Array, b: Int32Array, breathe: () => Promise<void>): Promise<Alignment> {
  const found: Alignment = { blocks: [], coarse: false };
  let steps = allSteps;
  let finder: AnchorFinder | undefined;
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
      const script = diffArrays(Array.from(a.subarray(block.aFrom, block.aTo)), Array.from(b.subarray(block.bFrom, block.bTo)), { maxEditLength: limit });
      if (script !== undefined) {
        found.blocks.push(...blocksOf(script, block));
        continue;
      }
    }
    const anchors = next.depth < deepest ? (finder ??= new AnchorFinder(a, b)).within(block) : noAnchors;
    if (anchors.inA.length === 0) {
      found.coarse = true;
      found.blocks.push(block);
      continue;
    }
    // Last first, so that the first is worked on next and blocks come in order.
    const between: Block[] = [];
    let [aFrom, bFrom] = [block.aFrom, block.bFrom];
    for (const [i, x] of anchors.inA.entries()) {
      const y = anchors.inB[i] as number;
      if (aFrom < x || bFrom < y) between.push({ aFrom, aTo: x, bFrom, bTo: y });
      aFrom = x + 1;
      bFrom = y + 1;
    }
    between.push({ aFrom, aTo: block.aTo, bFrom, bTo: block.bTo });
    for (const each of between.reverse()) work.push({ block: each, depth: next.depth + 1 });
  }
  return found;
}

function trim(a: Int32Array, b: Int32Array, { aFrom, aTo, bFrom, bTo }: Block): Block {
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

/** The places of the same items on both sides, rising on both. */
interface Anchors {
  inA: Int32Array;
  inB: Int32Array;
}

const noAnchors: Anchors = { inA: new Int32Array(), inB: new Int32Array() };

/** Finds items that occur once on both sides, as many as stand in the same order on both. */
class AnchorFinder {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  /** By item: one more than its place, 0 where it has not been seen, -1 where it was seen twice. All zero between two searches. */
  readonly #placesA: Int32Array;
  readonly #placesB: Int32Array;

  constructor(a: Int32Array, b: Int32Array) {
    [this.#a, this.#b] = [a, b];
    let largest = 0;
    for (const side of [a, b]) for (const item of side) largest = Math.max(largest, item);
    [this.#placesA, this.#placesB] = [new Int32Array(largest + 1), new Int32Array(largest + 1)];
  }

  within({ aFrom, aTo, bFrom, bTo }: Block): Anchors {
    const [a, b, placesA, placesB] = [this.#a, this.#b, this.#placesA, this.#placesB];
    for (let i = aFrom; i < aTo; i++) placesA[a[i] as number] = placesA[a[i] as number] === 0 ? i + 1 : -1;
    for (let i = bFrom; i < bTo; i++) placesB[b[i] as number] = placesB[b[i] as number] === 0 ? i + 1 : -1;
    const once = (i: number): boolean => (placesA[a[i] as number] as number) > 0 && (placesB[a[i] as number] as number) > 0;
    let count = 0;
    for (let i = aFrom; i < aTo; i++) if (once(i)) count += 1;
    const [xs, ys] = [new Int32Array(count), new Int32Array(count)];
    for (let i = aFrom, pair = 0; i < aTo; i++) {
      if (!once(i)) continue;
      xs[pair] = i;
      ys[pair++] = (placesB[a[i] as number] as number) - 1;
    }
    for (let i = aFrom; i < aTo; i++) placesA[a[i] as number] = 0;
    for (let i = bFrom; i < bTo; i++) placesB[b[i] as number] = 0;
    const run = longestRising(ys);
    return { inA: run.map((pair) => xs[pair] as number), inB: run.map((pair) => ys[pair] as number) };
  }
}

/** Where those are that make up the longest run of rising ones. */
function longestRising(values: Int32Array): Int32Array {
  const ends = new Int32Array(values.length);
  const before = new Int32Array(values.length).fill(-1);
  let longest = 0;
  for (const [i, value] of values.entries()) {
    let [low, high] = [0, longest];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = ends[low - 1] as number;
    ends[low] = i;
    longest = Math.max(longest, low + 1);
  }
  const run = new Int32Array(longest);
  for (let i = longest - 1, at = ends[i] as number; i >= 0; i--, at = before[at] as number) run[i] = at;
  return run;
}
