import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DamagedError } from './damaged.ts';
import { formatGoTime, formatTime, isZeroTime, parseTime, utcTime, zeroTime } from './time.ts';

describe('times', () => {
  it.each([
    ['1970-01-01T00:00:01.5Z', 1_500_000_000n, 'Z'],
    ['1970-01-01T05:30:01.1234567+05:30', 1_123_456_700n, 330],
    ['1969-12-31T23:59:59.999999999Z', -1n, 'Z'],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000_000_000n, 'Z'],
    ['9999-12-31T23:59:59.999999999Z', 253_402_300_799_999_999_999n, 'Z'],
    ['0000-01-01T00:00:00Z', -62_167_219_200_000_000_000n, 'Z'],
    ['2024-02-29T12:00:00-03:00', 1_709_218_800_000_000_000n, -180]
  ] as const)('%s comes back exactly', (text, ns, offset) => {
    expect(parseTime(text)).toEqual({ ns, offset });
    expect(formatTime(ns, offset)).toBe(text);
  });

  it('come back to the nanosecond with their offset (seed 2106)', () => {
    const ns = fc.bigInt({ min: -62_135_000_000_000_000_000n, max: 253_402_000_000_000_000_000n });
    fc.assert(
      fc.property(ns, fc.integer({ min: -1439, max: 1439 }), (instant, offset) => {
        const back = parseTime(formatTime(instant, offset));
        expect(back.ns).toBe(instant);
        expect(back.offset === 'Z' ? 0 : back.offset).toBe(offset);
      }),
      { seed: 2106, numRuns: 2000 }
    );
  });

  it('agree with Date to the millisecond (seed 2107)', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        const text = new Date(ms).toISOString();
        expect(parseTime(text).ns).toBe(BigInt(ms) * 1_000_000n);
      }),
      { seed: 2107, numRuns: 1000 }
    );
  });

  it('write Z for a zero offset however it was given, and cut the zeros of the fraction', () => {
    expect(formatTime(0n, 0)).toBe('1970-01-01T00:00:00Z');
    expect(formatGoTime(parseTime('1970-01-01T00:00:00.120000000+00:00'))).toBe('1970-01-01T00:00:00.12Z');
    expect(formatGoTime(parseTime('1970-01-01T00:00:00.1234567891Z'))).toBe('1970-01-01T00:00:00.123456789Z');
    expect(isZeroTime(parseTime('0001-01-01T00:00:00Z'))).toBe(true);
    expect(formatGoTime(zeroTime)).toBe('0001-01-01T00:00:00Z');
    expect(isZeroTime(utcTime(0n))).toBe(false);
  });

  it('beyond the years 0000 to 9999 are clamped, because JSON cannot carry them', () => {
    expect(formatTime(10n ** 30n, 'Z')).toBe('9999-12-31T23:59:59.999999999Z');
    expect(formatTime(-(10n ** 30n), 'Z')).toBe('0000-01-01T00:00:00Z');
    expect(formatTime(253_402_300_799_999_999_999n, 60)).toBe('9999-12-31T23:59:59.999999999+01:00');
  });

  it.each(['', 'yesterday', '2024-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2024-13-01T00:00:00Z', '2024-01-00T00:00:00Z', '2024-01-01T24:00:00Z', '2024-01-01T00:60:00Z', '2024-01-01T00:00:60Z', '2024-01-01T00:00:00', '2024-01-01 00:00:00Z', '2024-01-01T00:00:00+25:00', '2024-01-01T00:00:00+01:60', '12024-01-01T00:00:00Z', 5, null])(
    '%j is refused',
    (text) => {
      expect(() => parseTime(text)).toThrow(DamagedError);
    }
  );
});
