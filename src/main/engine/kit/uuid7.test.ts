// Ids carry their time, and chance in all digits but those of time, version and variant.
import { expect, it } from 'vitest';
import { createUuid7, timeOfUuid7, uuid7Of } from './uuid7.ts';

it('puts time, version and variant into their places and keeps the rest of the chance', () => {
  // The example of RFC 9562, appendix A.6.
  expect(uuid7Of(0x017f22e279b0, 'ffffffffffff0cc318c4dc0c0c07398f')).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  for (const [digit, variant] of ['08', '19', '2a', '3b', '48', '7b', 'c8', 'fb'].map((each) => [...each])) {
    expect(uuid7Of(0, `${'0'.repeat(16)}${digit}${'0'.repeat(15)}`).charAt(19)).toBe(variant);
  }
});

it('gives its time back, from 1970 to the last millisecond that fits', () => {
  for (const ms of [0, 1, 1_764_263_000_123, 2 ** 48 - 1]) {
    const id = createUuid7({ now: () => ms + 0.7 }, { bytes: (length) => new Uint8Array(length).fill(0xa5) });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOfUuid7(id)).toBe(ms);
  }
});
