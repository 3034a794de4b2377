// JSON by value. Objects are compared key by key; the items of lists are aligned, so that one that was put in at the front does not move all others. What
// is written alike on both sides is passed over, whatever is in it.
import type { InsideFacts } from '../../../../contract/inside.ts';
import { align, type Alignment } from './align.ts';
import { Likeness } from './json-alike.ts';
import { DigestNumbers, Digests } from './json-digest.ts';
import type { JsonDocument } from './json-document.ts';
import { keysOf, KeyTable, sameKey } from './json-keys.ts';
import { readJson } from './json-read.ts';
import { writeJson, writeKeys } from './json-write.ts';
import type { RowKeeper } from './keep.ts';
import type { Pace } from './pace.ts';
import { Cutter, mostShown } from './shown.ts';

type JsonFacts = Extract<InsideFacts, { kind: 'json' }>;

export interface JsonLimits {
  /** What of a document is kept for objects and lists of so many bytes. */
  largeBytes?: number;
  /** Items of a list that are aligned, from the first that differs to the last; beyond it they are put side by side by their places. */
  alignedItems: number;
}

const usualLimits: JsonLimits = { alignedItems: 2_000_000 };

/** Both are JSON in UTF-8. Throws JsonError when either is not. */
export async function compareJson(a: Buffer, b: Buffer, keeper: RowKeeper, pace: Pace, limits: JsonLimits = usualLimits): Promise<JsonFacts> {
  const before = readJson(a, limits.largeBytes);
  await pace.breathe();
  const after = readJson(b, limits.largeBytes);
  await pace.breathe();
  const comparer = new Comparer(before, after, keeper, pace, limits);
  if (!comparer.alike(before.root, after.root)) await comparer.compare(before.root, '', after.root, '');
  const { added, removed, changed, reordered, coarse } = comparer;
  return { kind: 'json', added, removed, changed, reordered, coarse, formOnly: added + removed + changed === 0 && !a.equals(b), duplicateKeys: before.duplicateKeys || after.duplicateKeys };
}

/** Values are given by their places in the documents, and by their pointers. */
class Comparer {
  added = 0;
  removed = 0;
  changed = 0;
  reordered = 0;
  coarse = false;
  readonly #a: JsonDocument;
  readonly #b: JsonDocument;
  readonly #keeper: RowKeeper;
  readonly #pace: Pace;
  readonly #alignedItems: number;
  readonly #likeness: Likeness;
  readonly #digestsA: Digests;
  readonly #digestsB: Digests;

  constructor(a: JsonDocument, b: JsonDocument, keeper: RowKeeper, pace: Pace, { alignedItems }: JsonLimits) {
    [this.#a, this.#b, this.#keeper, this.#pace, this.#alignedItems] = [a, b, keeper, pace, alignedItems];
    this.#likeness = new Likeness(a, b);
    [this.#digestsA, this.#digestsB] = [new Digests(a), new Digests(b)];
  }

  /** False, too, where it would take more than a short look. */
  alike(a: number, b: number): boolean {
    return this.#likeness.alike(a, b);
  }

  /** Two values that are not alike. When it is late, they are told as a whole. */
  async compare(a: number, atA: string, b: number, atB: string): Promise<void> {
    await this.#pace.breathe();
    const [kindA, kindB] = [this.#a.kind(a), this.#b.kind(b)];
    const inside = kindA === kindB && kindA !== 'scalar';
    if (inside && !this.#pace.late()) return kindA === 'object' ? this.#objects(a, atA, b, atB) : this.#lists(a, atA, b, atB);
    this.coarse ||= inside;
    this.changed += 1;
    this.#row('changed', [atA, a], [atB, b]);
  }

  async #objects(a: number, atA: string, b: number, atB: string): Promise<void> {
    const [keysA, keysB] = [keysOf(this.#a, a), keysOf(this.#b, b)];
    const places = await this.#placesOf(keysA, keysB);
    if (!rising(places)) {
      this.reordered += 1;
      this.#row('reordered', [atA, a], [atB, b]);
    }
    const known = new Uint8Array(keysB.length);
    for (const place of places) if (place >= 0) known[place] = 1;
    for (const [i, key] of keysA.entries()) {
      if (i % often === 0) await this.#pace.breathe();
      const place = places[i] as number;
      if (place < 0) this.#gone(pointer(atA, this.#a.string(key)), this.#a.valueOf(key));
      else {
        const [valueA, valueB] = [this.#a.valueOf(key), this.#b.valueOf(keysB[place] as number)];
        if (!this.alike(valueA, valueB)) await this.compare(valueA, pointer(atA, this.#a.string(key)), valueB, pointer(atB, this.#a.string(key)));
      }
    }
    for (const [i, key] of keysB.entries()) {
      if (i % often === 0) await this.#pace.breathe();
      if (known[i] === 0) this.#here(pointer(atB, this.#b.string(key)), this.#b.valueOf(key));
    }
  }

  /** By the number of each key of `a`, that of the same key of `b`; -1: it has none. */
  async #placesOf(a: Uint32Array, b: Uint32Array): Promise<Int32Array> {
    const places = new Int32Array(a.length);
    const same = (x: number, y: number): boolean => sameKey(this.#a, a[x] as number, this.#b, b[y] as number);
    let [from, toA, toB] = [0, a.length, b.length];
    for (; from < toA && from < toB && same(from, from); from++) places[from] = from;
    for (; from < toA && from < toB && same(toA - 1, toB - 1); toA--, toB--) places[toA - 1] = toB - 1;
    if (from === toA) return places;
    const table = new KeyTable(this.#b, b.subarray(from, toB));
    for (let y = 0; y < toB - from; y++) table.add(y);
    await this.#pace.breathe();
    for (let x = from; x < toA; x++) {
      const found = table.find(this.#a, a[x] as number);
      places[x] = found < 0 ? -1 : found + from;
    }
    return places;
  }

  /** Equal items that are written otherwise are walked, too: the order of keys in them may differ. */
  async #lists(a: number, atA: string, b: number, atB: string): Promise<void> {
    const [itemsA, itemsB] = [this.#a.children(a), this.#b.children(b)];
    const { from, toA, blocks, coarse } = await this.#aligned(itemsA, itemsB);
    this.coarse ||= coarse;
    let [x, y] = [from, from];
    const pairs = async (until: number): Promise<void> => {
      for (; x < until; x += 1, y += 1) {
        if (x % often === 0) await this.#pace.breathe();
        const [itemA, itemB] = [itemsA[x] as number, itemsB[y] as number];
        if (!this.alike(itemA, itemB)) await this.compare(itemA, pointer(atA, x), itemB, pointer(atB, y));
      }
    };
    for (const { aFrom, aTo, bFrom, bTo } of blocks) {
      await pairs(aFrom);
      await pairs(aFrom + Math.min(aTo - aFrom, bTo - bFrom));
      for (; x < aTo; x += 1) {
        if (x % often === 0) await this.#pace.breathe();
        this.#gone(pointer(atA, x), itemsA[x] as number);
      }
      for (; y < bTo; y += 1) {
        if (y % often === 0) await this.#pace.breathe();
        this.#here(pointer(atB, y), itemsB[y] as number);
      }
    }
    await pairs(toA);
  }

  /** Also where the first item is that is not alike, and in `a` the first of those that are alike to the end. */
  async #aligned(a: Uint32Array, b: Uint32Array): Promise<Alignment & { from: number; toA: number }> {
    let [from, toA, toB] = [0, a.length, b.length];
    for (; from < toA && from < toB && this.alike(a[from] as number, b[from] as number); from++) if (from % often === 0) await this.#pace.breathe();
    for (; from < toA && from < toB && this.alike(a[toA - 1] as number, b[toB - 1] as number); toA--, toB--) if (toA % often === 0) await this.#pace.breathe();
    const [leftA, leftB] = [toA - from, toB - from];
    const simple = leftA === 0 || leftB === 0 || (leftA === 1 && leftB === 1);
    if (simple || Math.max(leftA, leftB) > this.#alignedItems) return { from, toA, blocks: [{ aFrom: from, aTo: toA, bFrom: from, bTo: toB }], coarse: !simple };
    const numbers = new DigestNumbers(leftA + leftB);
    const numbersA = await this.#numbersOf(this.#digestsA, a.subarray(from, toA), numbers);
    const numbersB = await this.#numbersOf(this.#digestsB, b.subarray(from, toB), numbers);
    const { blocks, coarse } = await align(numbersA, numbersB, this.#pace.breathe);
    return { from, toA, blocks: blocks.map(({ aFrom, aTo, bFrom, bTo }) => ({ aFrom: aFrom + from, aTo: aTo + from, bFrom: bFrom + from, bTo: bTo + from })), coarse };
  }

  async #numbersOf(digests: Digests, items: Uint32Array, numbers: DigestNumbers): Promise<Int32Array> {
    const found = new Int32Array(items.length);
    for (let i = 0; i < items.length; i++) {
      if (i % often === 0) await this.#pace.breathe();
      digests.of(items[i] as number);
      found[i] = numbers.of(digests);
    }
    return found;
  }

  #gone(at: string, value: number): void {
    this.removed += 1;
    this.#row('removed', [at, value], undefined);
  }

  #here(at: string, value: number): void {
    this.added += 1;
    this.#row('added', undefined, [at, value]);
  }

  #row(change: 'added' | 'removed' | 'changed' | 'reordered', a: [string, number] | undefined, b: [string, number] | undefined): void {
    this.#keeper.addMade(() => {
      const cutter = new Cutter();
      const write = change === 'reordered' ? writeKeys : writeJson;
      const side = (document: JsonDocument, given: [string, number] | undefined) => given && { pointer: given[0], json: cutter.text(write(document, given[1], mostShown)) };
      const [before, after] = [side(this.#a, a) ?? null, side(this.#b, b) ?? null];
      return { row: 'value', change, before, after, cut: cutter.cut };
    });
  }
}

/** Values that are looked at between two breaths. */
const often = 256;

/** Those that are not negative. */
function rising(places: Int32Array): boolean {
  let last = -1;
  for (const place of places) {
    if (place < 0) continue;
    if (place < last) return false;
    last = place;
  }
  return true;
}

/** RFC 6901. */
function pointer(above: string, key: string | number): string {
  return `${above}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
