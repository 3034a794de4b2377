// JSON by value. Objects are compared key by key; the items of lists are aligned, so that one that was put in at the front does not move all others.
import type { InsideFacts } from '../../../../contract/inside.ts';
import { align, Numbers } from './align.ts';
import { readJson, writeJson, type JsonNode } from './json-read.ts';
import type { RowKeeper } from './keep.ts';
import type { Pace } from './pace.ts';
import { Cutter, mostShown } from './shown.ts';

type JsonFacts = Extract<InsideFacts, { kind: 'json' }>;

/** Throws JsonError when either is no JSON. */
export async function compareJson(a: string, b: string, keeper: RowKeeper, pace: Pace): Promise<JsonFacts> {
  const before = readJson(a);
  await pace.breathe();
  const after = readJson(b);
  await pace.breathe();
  const comparer = new Comparer(keeper, pace);
  await comparer.compare(before.root, '', after.root, '');
  const { added, removed, changed, reordered, coarse } = comparer;
  return { kind: 'json', added, removed, changed, reordered, coarse, formOnly: added + removed + changed === 0 && a !== b, duplicateKeys: before.duplicateKeys || after.duplicateKeys };
}

class Comparer {
  added = 0;
  removed = 0;
  changed = 0;
  reordered = 0;
  coarse = false;
  readonly #keeper: RowKeeper;
  readonly #pace: Pace;

  constructor(keeper: RowKeeper, pace: Pace) {
    this.#keeper = keeper;
    this.#pace = pace;
  }

  async compare(a: JsonNode, atA: string, b: JsonNode, atB: string): Promise<void> {
    await this.#pace.breathe();
    if (a.type === 'object' && b.type === 'object') return this.#objects(a, atA, b, atB);
    if (a.mark === b.mark && a.type === 'scalar') return;
    if (a.type === 'array' && b.type === 'array') return this.#arrays(a, atA, b, atB);
    this.changed += 1;
    this.#row('changed', [atA, a], [atB, b]);
  }

  async #objects(a: Extract<JsonNode, { type: 'object' }>, atA: string, b: Extract<JsonNode, { type: 'object' }>, atB: string): Promise<void> {
    const shared = [...a.members.keys()].filter((key) => b.members.has(key));
    if ([...b.members.keys()].filter((key) => a.members.has(key)).some((key, i) => key !== shared[i])) {
      this.reordered += 1;
      this.#row('reordered', [atA, a], [atB, b]);
    }
    for (const [key, value] of a.members) {
      const other = b.members.get(key);
      if (other === undefined) this.#gone(pointer(atA, key), value);
      else await this.compare(value, pointer(atA, key), other, pointer(atB, key));
    }
    for (const [key, value] of b.members) if (!a.members.has(key)) this.#here(pointer(atB, key), value);
  }

  /** Equal items are walked, too: the order of keys in them may differ. */
  async #arrays(a: Extract<JsonNode, { type: 'array' }>, atA: string, b: Extract<JsonNode, { type: 'array' }>, atB: string): Promise<void> {
    const numbers = new Numbers();
    const { blocks, coarse } = await align(a.items.map(({ mark }) => numbers.of(mark)), b.items.map(({ mark }) => numbers.of(mark)), this.#pace.breathe);
    this.coarse ||= coarse;
    let [x, y] = [0, 0];
    const pairs = async (until: number): Promise<void> => {
      for (; x < until; x += 1, y += 1) await this.compare(a.items[x] as JsonNode, pointer(atA, x), b.items[y] as JsonNode, pointer(atB, y));
    };
    for (const { aFrom, aTo, bFrom, bTo } of blocks) {
      await pairs(aFrom);
      await pairs(aFrom + Math.min(aTo - aFrom, bTo - bFrom));
      for (; x < aTo; x += 1) this.#gone(pointer(atA, x), a.items[x] as JsonNode);
      for (; y < bTo; y += 1) this.#here(pointer(atB, y), b.items[y] as JsonNode);
    }
    await pairs(a.items.length);
  }

  #gone(at: string, node: JsonNode): void {
    this.removed += 1;
    this.#row('removed', [at, node], undefined);
  }

  #here(at: string, node: JsonNode): void {
    this.added += 1;
    this.#row('added', undefined, [at, node]);
  }

  #row(change: 'added' | 'removed' | 'changed' | 'reordered', a: [string, JsonNode] | undefined, b: [string, JsonNode] | undefined): void {
    const cutter = new Cutter();
    const side = (given: [string, JsonNode] | undefined) => (given === undefined ? null : { pointer: given[0], json: cutter.text(change === 'reordered' ? keysOf(given[1]) : writeJson(given[1], mostShown)) });
    const [before, after] = [side(a), side(b)];
    this.#keeper.add({ row: 'value', change, before, after, cut: cutter.cut });
  }
}

/** The keys of an object as a list, in their order. */
function keysOf(node: JsonNode): string {
  return node.type === 'object' ? `[${[...node.members.keys()].map((key) => JSON.stringify(key)).join(',')}]` : '';
}

/** RFC 6901. */
function pointer(above: string, key: string | number): string {
  return `${above}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
