import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { compareNames, decodeName, displayName, encodeName } from './names.ts';

describe('names', () => {
  it('survive as bytes whatever the bytes are (seed 2101)', () => {
    const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 }).map((text) => new Uint8Array(Buffer.from(text)))), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (list) => {
        const bytes = Buffer.concat(list);
        const name = decodeName(bytes);
        expect(encodeName(name)).toEqual(bytes);
        // What is valid text is the same text.
        const text = bytes.toString('utf8');
        expect(name === text).toBe(Buffer.from(text).equals(bytes));
      }),
      { seed: 2101, numRuns: 2000 }
    );
  });

  it('keep a genuine U+FFFD and a byte order mark apart from bytes that are not text', () => {
    expect(decodeName(Buffer.from('efbfbd', 'hex'))).toBe('\ufffd');
    expect(decodeName(Buffer.from('ef', 'hex'))).toBe('\udcef');
    expect(decodeName(Buffer.from('efbfbdff', 'hex'))).toBe('\ufffd\udcff');
    expect(decodeName(Buffer.from('efbbbf61', 'hex'))).toBe('\ufeffa');
    expect(decodeName(Buffer.from('efbbbf61ff', 'hex'))).toBe('\ufeffa\udcff');
    expect(decodeName(Buffer.from('eda080', 'hex'))).toBe('\udced\udca0\udc80');
    expect(encodeName('\ud800')).toEqual(Buffer.from('eda080', 'hex'));
  });

  it('are ordered by their bytes, also where UTF-16 orders otherwise (seed 2102)', () => {
    expect(compareNames('\u{1f600}', '\ufb01')).toBeGreaterThan(0);
    const name = fc.uint8Array({ maxLength: 8 }).map((bytes) => decodeName(bytes));
    const text = fc.string({ unit: 'binary', maxLength: 4 });
    fc.assert(
      fc.property(fc.oneof(name, text), fc.oneof(name, text), (a, b) => Math.sign(compareNames(a, b)) === Buffer.compare(encodeName(a), encodeName(b))),
      { seed: 2102, numRuns: 3000 }
    );
  });

  it('are shown without anything that hides or turns the line around', () => {
    expect(displayName('report.txt')).toBe('report.txt');
    expect(displayName('größe 文 😀')).toBe('größe 文 😀');
    expect(displayName('a\nb\tc\x1b[31m')).toBe('a\\nb\\tc\\x1b[31m');
    expect(displayName('exe\u202egpj.')).toBe('exe\\u202egpj.');
    expect(displayName('a\u200bb\ufeff')).toBe('a\\u200bb\\ufeff');
    expect(displayName('bad\udcff')).toBe('bad\\xff');
    expect(displayName('tag\u{e0001}')).toBe('tag\\u{e0001}');
    expect(displayName('del\x7f\x85')).toBe('del\\x7f\\x85');
  });
});
