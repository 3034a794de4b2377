// JSON by value: what is reported, put onto the first document, gives the second.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideRow } from '../../../../contract/inside.ts';
import { collector, lookInside, quietPace } from '../testing/looking-inside.ts';
import { compareJson } from './json.ts';
import { JsonError, readJson, writeJson } from './json-read.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type ValueRow = Extract<InsideRow, { row: 'value' }>;

const runs = process.env['VARVE_LONG'] === '1' ? 20_000 : 500;
const { tree: json } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.constantFrom<Json>(null, true, 0, 1, -2.5, 'x', '', 'é"\\\n'), fc.array(tie('tree'), { maxLength: 5 }) as fc.Arbitrary<Json>, fc.dictionary(fc.constantFrom('a', 'b', 'a/b', '~', '', '1', '__proto__'), tie('tree'), { maxKeys: 4, noNullPrototype: false }) as fc.Arbitrary<Json>)
}));

const names = (pointer: string): string[] => pointer.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Builds the second document from the first and the rows alone, walking both sides' pointers. */
function apply(before: Json, rows: readonly ValueRow[]): Json {
  const removed = new Set(rows.filter(({ change }) => change === 'removed').map(({ before: side }) => side?.pointer));
  const changed = new Map(rows.filter(({ change }) => change === 'changed').map(({ before: side, after }) => [side?.pointer, after]));
  const added = new Map(rows.filter(({ change }) => change === 'added').map(({ after }) => [after?.pointer as string, JSON.parse(after?.json as string) as Json]));
  const walk = (value: Json, atA: string, atB: string): Json => {
    const replaced = changed.get(atA);
    if (replaced) return JSON.parse(replaced.json) as Json;
    if (Array.isArray(value)) {
      const result: Json[] = [];
      const takeAdded = (): void => {
        for (let at = `${atB}/${result.length}`; added.has(at); at = `${atB}/${result.length}`) result.push(added.get(at) as Json);
      };
      for (const [i, item] of value.entries()) {
        if (removed.has(`${atA}/${i}`)) continue;
        takeAdded();
        result.push(walk(item, `${atA}/${i}`, `${atB}/${result.length}`));
      }
      takeAdded();
      return result;
    }
    if (value === null || typeof value !== 'object') return value;
    const escape = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
    const members = Object.entries(value).flatMap(([key, member]) => (removed.has(`${atA}/${escape(key)}`) ? [] : [[key, walk(member, `${atA}/${escape(key)}`, `${atB}/${escape(key)}`)] as [string, Json]]));
    const here = [...added].flatMap(([pointer, member]) => (pointer.startsWith(`${atB}/`) && names(pointer).length === names(atB).length + 1 ? [[names(pointer).at(-1) as string, member] as [string, Json]] : []));
    return Object.fromEntries([...members, ...here]);
  };
  return walk(before, '', '');
}

describe('JSON by value', () => {
  it('gives the second document when its changes are put onto the first', async () => {
    await fc.assert(
      fc.asyncProperty(json, json, fc.integer({ min: 0, max: 3 }), async (a, b, space) => {
        const { keeper, rows } = collector();
        const facts = await compareJson(JSON.stringify(a), JSON.stringify(b, null, space), keeper, quietPace());
        const values = rows as ValueRow[];
        expect(apply(a, values)).toEqual(b);
        expect(facts.added + facts.removed + facts.changed).toBe(values.filter(({ change }) => change !== 'reordered').length);
      }),
      { numRuns: runs }
    );
  });

  it('tells an item that was put in at the front from all others, by pointers of both sides', async () => {
    const { list, facts } = await lookInside({ name: 'a.json', bytes: '{"runs":[{"id":1},{"id":2,"ok":true}]}' }, { name: 'a.json', bytes: '{"runs":[{"id":0},{"id":1},{"id":2,"ok":false}]}' });
    expect(facts).toMatchObject({ kind: 'json', added: 1, removed: 0, changed: 1, formOnly: false });
    expect(list).toEqual([
      { row: 'value', change: 'added', before: null, after: { pointer: '/runs/0', json: '{"id":0}' }, cut: false },
      { row: 'value', change: 'changed', before: { pointer: '/runs/1/ok', json: 'true' }, after: { pointer: '/runs/2/ok', json: 'false' }, cut: false }
    ]);
  });

  it('says when only white space, escapes or the order of keys differ, and which object it is', async () => {
    const space = await lookInside({ name: 'a.json', bytes: '{"a":1,"b":"é"}' }, { name: 'a.json', bytes: '{ "a": 1.0, "b": "\\u00e9" }\n' });
    expect(space).toMatchObject({ rows: 0, facts: { formOnly: true, reordered: 0, changed: 0 } });
    const order = await lookInside({ name: 'a.json', bytes: '{"x":{"a":1,"b":2}}' }, { name: 'a.json', bytes: '{"x":{"b":2,"a":1}}' });
    expect(order).toMatchObject({ facts: { formOnly: true, reordered: 1 }, list: [{ change: 'reordered', before: { pointer: '/x', json: '["a","b"]' }, after: { json: '["b","a"]' } }] });
  });

  it('keeps digits that a double would lose, and says when a key stands twice', async () => {
    const big = await lookInside({ name: 'a.json', bytes: '[9007199254740993]' }, { name: 'a.json', bytes: '[9007199254740992]' });
    expect(big).toMatchObject({ facts: { changed: 1 }, list: [{ before: { json: '9007199254740993' }, after: { json: '9007199254740992' } }] });
    expect(await lookInside({ name: 'a.json', bytes: '{"a":1,"a":2}' }, { name: 'a.json', bytes: '{"a":2}' })).toMatchObject({ facts: { duplicateKeys: true, changed: 0 } });
  });

  it('falls back to lines, with the reason, for what is no JSON, nested too deep, or too large', async () => {
    for (const [bytes, why] of [['{"a":01}', 'not-valid'], [`${'['.repeat(100_000)}`, 'too-deep'], ['// note\n{}', 'not-valid']] as const) {
      expect(await lookInside({ name: 'a.json', bytes: '{}' }, { name: 'a.json', bytes }), bytes.slice(0, 20)).toMatchObject({ facts: { kind: 'text' }, fallback: { wanted: 'json', why } });
    }
  });
});

describe('the reader of JSON', () => {
  it('reads and refuses what JSON.parse does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '-', '.', 'e', '\\', 'u', 'n', 'null', 'true', ' ', '\u0001') })), (text) => {
        let theirs: unknown;
        let valid = true;
        try {
          theirs = JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(() => readJson(text)).toThrow(JsonError);
        else expect(JSON.parse(writeJson(readJson(text).root, 1_000_000))).toEqual(theirs);
      }),
      { numRuns: runs * 2 }
    );
  });
});
