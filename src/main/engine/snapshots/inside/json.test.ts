// JSON by value: what is reported, put onto the first document, gives the second.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideRow } from '../../../../contract/inside.ts';
import { collector, lookInside, quietPace } from '../testing/looking-inside.ts';
import { compareJson } from './json.ts';
import { decodeWhole } from './encoding.ts';
import { JsonError, readJson } from './json-read.ts';
import { jsonBytes } from './json-text.ts';
import { writeJson } from './json-write.ts';

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
      fc.asyncProperty(json, json, fc.integer({ min: 0, max: 3 }), fc.constantFrom(4, 16, 1024), fc.constantFrom(1, 1000), async (a, b, space, largeBytes, alignedItems) => {
        const { keeper, rows } = collector();
        const facts = await compareJson(Buffer.from(JSON.stringify(a)), Buffer.from(JSON.stringify(b, null, space)), keeper, quietPace(), { largeBytes, alignedItems });
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

  it('goes into one item of many whose place has changed, without a word of the others', async () => {
    const list = (from: number, odd: number): string => JSON.stringify({ rows: Array.from({ length: 3000 }, (_, i) => ({ id: from + i, note: 'some words', at: { x: i === odd ? -1 : 0, big: Array.from({ length: 4 }, () => 'x'.repeat(300)) } })) });
    const found = await lookInside({ name: 'a.json', bytes: list(0, -1) }, { name: 'a.json', bytes: list(1, 1500) });
    expect(found).toMatchObject({ facts: { added: 1, removed: 1, changed: 1, coarse: false }, rows: 3 });
    expect(found.list).toMatchObject([{ change: 'removed', before: { pointer: '/rows/0' } }, { change: 'changed', before: { pointer: '/rows/1501/at/x', json: '0' }, after: { pointer: '/rows/1500/at/x', json: '-1' } }, { change: 'added', after: { pointer: '/rows/2999' } }]);
  });

  it('puts items side by side by their places where there are too many to align, and says so', async () => {
    const { keeper, rows } = collector();
    const facts = await compareJson(Buffer.from('[0,1,2,3,4,9]'), Buffer.from('[0,2,3,4,5,9]'), keeper, quietPace(), { alignedItems: 3 });
    expect(facts).toMatchObject({ coarse: true, changed: 4, added: 0 });
    expect(rows).toMatchObject([{ before: { pointer: '/1' } }, { before: { pointer: '/2' } }, { before: { pointer: '/3' } }, { before: { pointer: '/4' }, after: { pointer: '/4', json: '5' } }]);
    expect(await compareJson(Buffer.from('[0,1,2,3,4,9]'), Buffer.from('[0,2,3,4,9]'), keeper, quietPace(), { alignedItems: 3 })).toMatchObject({ coarse: false, removed: 1, changed: 0 });
  });

  it('tells what differs as a whole when it takes too long to go into it, and says so', async () => {
    const { keeper, rows } = collector();
    const facts = await compareJson(Buffer.from('{"a":[1],"b":2}'), Buffer.from('{"a":[2],"b":2}'), keeper, quietPace(-1));
    expect(facts).toMatchObject({ coarse: true, changed: 1 });
    expect(rows).toMatchObject([{ change: 'changed', before: { pointer: '', json: '{"a":[1],"b":2}' }, after: { pointer: '', json: '{"a":[2],"b":2}' } }]);
    expect(await compareJson(Buffer.from('[1.0]'), Buffer.from('[1]'), keeper, quietPace(-1))).toMatchObject({ coarse: false, changed: 0, formOnly: true });
  });

  it('finds nothing where the same is written in UTF-16, lone surrogates and all', async () => {
    const text = '{"a":"é\ud83d\ude00","lone":["\ud800"],"b\ud800":1}';
    const wide = await lookInside({ name: 'a.json', bytes: Buffer.from(`\ufeff${text}`, 'utf16le') }, { name: 'a.json', bytes: text.replaceAll(/\ud800(?!\udc00)/g, '\\ud800') });
    expect(wide).toMatchObject({ rows: 0, facts: { kind: 'json', changed: 0, duplicateKeys: false } });
    const odd = await lookInside({ name: 'a.json', bytes: Buffer.from('\ufeff{"a":"\\\ud800"}', 'utf16le') }, { name: 'a.json', bytes: text.replaceAll(/\ud800(?!\udc00)/g, '\\ud800') });
    expect(odd.fallback).toEqual({ wanted: 'json', why: 'not-valid' });
  });

  it('shows the beginning of what is longer than anybody reads', async () => {
    const long = (char: string): string => JSON.stringify({ text: char.repeat(5000), list: Array.from({ length: 5000 }, () => char), lines: '\n'.repeat(5000) });
    const { list } = await lookInside({ name: 'a.json', bytes: long('é') }, { name: 'a.json', bytes: '{"text":[],"list":null,"lines":1}' });
    expect(list).toMatchObject([{ before: { json: `"${'é'.repeat(3999)}…` }, after: { json: '[]' }, cut: true }, { before: { json: `${'["é","é","é"'}${',"é"'.repeat(996)}${',"é"'.slice(0, 4)}`.slice(0, 4000) + '…' }, cut: true }, { before: { json: `${`"${'\\n'.repeat(3000)}`.slice(0, 4000)}…` }, cut: true }]);
  });

  it('falls back to lines, with the reason, for what is no JSON, or nested too deep', async () => {
    for (const [bytes, why] of [['{"a":01}', 'not-valid'], [`${'['.repeat(100_000)}`, 'too-deep'], ['// note\n{}', 'not-valid']] as const) {
      expect(await lookInside({ name: 'a.json', bytes: '{}' }, { name: 'a.json', bytes }), bytes.slice(0, 20)).toMatchObject({ facts: { kind: 'text' }, fallback: { wanted: 'json', why } });
    }
  });
});

describe('the reader of JSON', () => {
  /** Texts of JSON, whole or with a few characters that are others, are gone or are new. */
  const pieces = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '0', '-', '.', 'e', '\\', 'u', '00e9', 'null', 'true', ' ', '\u0001', '"a":1,', 'é', '\ud800', '\ufeff', '');
  const edits = fc.array(fc.record({ at: fc.nat(200), gone: fc.nat(2), here: pieces }), { maxLength: 3 });
  const spoilt = fc.tuple(fc.oneof(fc.json({ maxDepth: 5 }), fc.json({ stringUnit: 'binary' }), fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''))), edits).map(([text, all]) => all.reduce((given, { at, gone, here }) => given.slice(0, at % (given.length + 1)) + here + given.slice((at % (given.length + 1)) + gone), text));
  const encode = { utf8: (text: string) => Buffer.from(text), bom: (text: string) => Buffer.from(`\ufeff${text}`), latin1: (text: string) => Buffer.from(text, 'latin1'), utf16le: (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'), utf16be: (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16() };

  it('reads and refuses what JSON.parse does, in every encoding, however little of a document is kept', () => {
    let valid = 0;
    fc.assert(
      fc.property(spoilt, fc.constantFrom(...Object.values(encode)), fc.constantFrom(4, 16, 1024), (written, encoded, largeBytes) => {
        const file = encoded(written);
        const [text, bytes] = [decodeWhole(file)?.text, jsonBytes(file)];
        fc.pre(text !== undefined && bytes !== undefined);
        let theirs: unknown;
        try {
          theirs = JSON.parse(text);
        } catch {
          expect(() => readJson(bytes, largeBytes), text).toThrow(JsonError);
          return;
        }
        valid += 1;
        const document = readJson(bytes, largeBytes);
        expect(JSON.parse(writeJson(document, document.root, 1_000_000)), text).toEqual(theirs);
        expect(document.end(document.root)).toBe(bytes.toString('latin1').trimEnd().length);
      }),
      { numRuns: runs * 4 }
    );
    expect(valid).toBeGreaterThan(runs / 4);
  });

  it('goes down two hundred levels and no further', () => {
    const nested = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
    expect(readJson(nested(201)).duplicateKeys).toBe(false);
    expect(() => readJson(nested(202))).toThrow(expect.objectContaining({ why: 'too-deep' }));
    expect(() => readJson(Buffer.from('['.repeat(100)))).toThrow(expect.objectContaining({ why: 'not-valid' }));
  });

  it('finds a key that stands twice among few and among many, however it is written', () => {
    for (const count of [2, 32, 33, 500]) {
      const keys = Array.from({ length: count }, (_, i) => `"k\u00e9${i}":${i}`);
      expect(readJson(Buffer.from(`{${keys.join()}}`)).duplicateKeys, `${count}`).toBe(false);
      const twice = readJson(Buffer.from(`{${keys.join()},"k\\u00E9${count - 1}":{"x":[]}}`));
      expect(twice.duplicateKeys, `${count}`).toBe(true);
      expect(JSON.parse(writeJson(twice, twice.root, 1_000_000))).toMatchObject({ [`ké${count - 1}`]: { x: [] } });
    }
  });
});
