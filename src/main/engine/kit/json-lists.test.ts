import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { JsonLists } from './json-lists.ts';

/** All of it, the text cut into pieces of this length. */
function read(text: string, length: number): { values: Record<string, unknown>; items: Record<string, unknown[]> } {
  const items: Record<string, unknown[]> = {};
  const json = new JsonLists(['files', 'links'], (name, item) => (items[name] ??= []).push(item));
  for (let at = 0; at < text.length; at += length) json.push(text.slice(at, at + length));
  const { values, lists } = json.end();
  for (const name of lists) items[name] ??= [];
  return { values, items };
}

describe('a JSON object with long lists, in pieces', () => {
  it('is what JSON.parse makes of it, wherever it is cut', () => {
    const value = fc.dictionary(fc.oneof(fc.constantFrom('files', 'links', 'a', '"\\'), fc.string()), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 4 })), { maxKeys: 6 });
    fc.assert(
      fc.property(value, fc.nat(3), fc.integer({ min: 1, max: 40 }), (given, indent, length) => {
        const text = JSON.stringify(given, undefined, indent);
        const { values, items } = read(text, length);
        expect(JSON.stringify({ ...values, ...items })).toBe(JSON.stringify({ ...values, ...(Object.fromEntries(Object.keys(items).map((name) => [name, (JSON.parse(text) as Record<string, unknown>)[name]])) as object) }));
        expect(Object.keys({ ...values, ...items }).toSorted()).toEqual(Object.keys(JSON.parse(text) as object).toSorted());
        for (const [name, found] of Object.entries(values)) expect(found).toEqual((JSON.parse(text) as Record<string, unknown>)[name]);
      }),
      { numRuns: 300 }
    );
  });

  it.each([
    ['nothing', ''], ['a list', '[1]'], ['cut short', '{"files": [1, 2'], ['cut in a text', '{"a": "b'], ['something after it', '{"a": 1} x'], ['a comma too many', '{"files": [1,]}'], ['a comma too many outside', '{"a": 1,}'],
    ['no comma', '{"files": [1 2]}'], ['no colon', '{"a" 1}'], ['no value', '{"a":}'], ['a name twice', '{"a": 1, "a": 2}'], ['a list twice', '{"files": [], "files": [1]}'], ['a list and a value of one name', '{"files": 1, "files": [1]}'], ['a bad number', '{"a": 01}'], ['brackets crossed', '{"a": [}]}']
  ])('is refused with %s', (_what, text) => {
    for (const length of [1, 1000]) expect(() => read(text, length)).toThrow(SyntaxError);
  });
});
