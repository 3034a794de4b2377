import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { decodeName, encodeName } from '../../kit/names.ts';
import { DamagedError } from './damaged.ts';
import { decodeBase64, parseLossless, quoteJson, quoteName, RawNumber, stringifyGo, unquoteName } from './go-json.ts';

// Name bytes in hex and how Go writes the name into a tree.
const names: readonly (readonly [string, string])[] = [
  ['71756f74652264', '"quote\\\\\\"d"'],
  ['6261636b5c736c617368', '"back\\\\\\\\slash"'],
  ['7461620968657265', '"tab\\\\there"'],
  ['626164ff6e616d65', '"bad\\\\xffname"'],
  ['3c263e', '"\\u003c\\u0026\\u003e"'],
  ['6e627370c2a078', '"nbsp\\\\u00a0x"'],
  ['736f6674c2ad68797068656e', '"soft\\\\u00adhyphen"'],
  ['e280a86c73', '"\\\\u2028ls"'],
  ['f09f9880', '"😀"'],
  ['64656c7f', '"del\\\\x7f"'],
  ['62656c6c07', '"bell\\\\a"'],
  ['6573631b', '"esc\\\\x1b"'],
  ['efbfbd', '"\ufffd"'],
  ['7a776ae2808d78', '"zwj\\\\u200dx"'],
  ['f3a08081746167', '"\\\\U000e0001tag"'],
  ['efbbbf626f6d', '"\\\\ufeffbom"'],
  ['6e756c0078', '"nul\\\\x00x"'],
  ['69742773', '"it\'s"'],
  ['e38080', '"\\\\u3000"'],
  ['ee8080', '"\\\\ue000"'],
  ['080b0c0d', '"\\\\b\\\\v\\\\f\\\\r"'],
  ['c3a9', '"é"']
];

describe('names in trees', () => {
  it.each(names)('%s is written as Go writes it, and comes back', (bytes, json) => {
    const name = Buffer.from(bytes, 'hex');
    expect(quoteJson(quoteName(name))).toBe(json);
    expect(quoteName(decodeName(name))).toBe(quoteName(name));
    expect(encodeName(unquoteName(JSON.parse(json) as string)).toString('hex')).toBe(bytes);
  });

  it('come back whatever their bytes (seed 2103)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
        const json = quoteJson(quoteName(bytes));
        expect(json).toBe(quoteJson(quoteName(decodeName(bytes))));
        expect(encodeName(unquoteName(JSON.parse(json) as string))).toEqual(Buffer.from(bytes));
      }),
      { seed: 2103, numRuns: 2000 }
    );
  });

  it('are read with the older escapes of Go as well', () => {
    expect(unquoteName('del\\u007f')).toBe('del\x7f');
    expect(unquoteName('\\101\\377')).toBe('A\udcff');
    expect(unquoteName('\\xc3\\xa9')).toBe('é');
    expect(unquoteName('\\U0001f600')).toBe('😀');
  });

  it.each(["it\\'s", 'a"b', 'a\nb', 'end\\', '\\x1', '\\u12', '\\ud800', '\\U00110000', '\\400', '\\q', '\\08'])('%j is refused', (text) => {
    expect(() => unquoteName(text)).toThrow(DamagedError);
  });
});

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof DamagedError || error instanceof SyntaxError) return false;
    throw error;
  }
}

describe('JSON as Go writes it', () => {
  it('escapes what Go escapes and nothing else', () => {
    expect(quoteJson('a"\\\n\r\t\b\f\x01\x1f<>&\u2028\u2029\x7f/é\ufffd')).toBe('"a\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u001f\\u003c\\u003e\\u0026\\u2028\\u2029\x7f/é\ufffd"');
    expect(quoteJson('x\udcffy')).toBe('"x\\ufffdy"');
    expect(quoteJson('\udcff\udcfe')).toBe('"\\ufffd\\ufffd"');
    expect(quoteJson('plain')).toBe('"plain"');
  });

  it('keeps every digit and every key', () => {
    const text = '{"a":18446744073709551615,"b":[9007199254740993,-9007199254740993,1.50,1e400,-0,0,7],"__proto__":{"x":1},"c":"\\u00e9","d":null,"e":true,"f":{},"g":[]}';
    const value = parseLossless(text) as Record<string, unknown>;
    expect(value['a']).toBe(18446744073709551615n);
    expect(value['b']).toEqual([9007199254740993n, -9007199254740993n, new RawNumber('1.50'), new RawNumber('1e400'), new RawNumber('-0'), 0, 7]);
    expect(Object.keys(value)).toContain('__proto__');
    expect(stringifyGo(value)).toBe(text.replace('\\u00e9', 'é'));
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('is read as JSON.parse reads it (seed 2104)', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value = JSON.parse(text) as unknown;
        expect(JSON.parse(stringifyGo(parseLossless(text)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 2104, numRuns: 1000 }
    );
  });

  it('is refused exactly where JSON.parse refuses it (seed 2105)', () => {
    const alphabet = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"a"', '1', '-', '.', 'e', '0', ' ', 'true', 'null', '\\', '\\u00', '\n');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 9 }), (parts) => {
        const text = parts.join('');
        expect(accepts(() => parseLossless(text))).toBe(accepts(() => JSON.parse(text) as unknown));
      }),
      { seed: 2105, numRuns: 5000 }
    );
  });

  it('nested without end is refused, not followed', () => {
    expect(() => parseLossless('['.repeat(1_000_000))).toThrow(DamagedError);
    expect(() => parseLossless('{"a":'.repeat(100_000))).toThrow(DamagedError);
  });

  it('takes only proper base64', () => {
    expect(decodeBase64('AAE=', 'x')).toEqual(Buffer.of(0, 1));
    expect(decodeBase64(null, 'x')).toEqual(Buffer.alloc(0));
    for (const text of ['AAE', 'A===', '####', 'AA=A', 5, {}]) expect(() => decodeBase64(text, 'x')).toThrow(DamagedError);
  });
});
