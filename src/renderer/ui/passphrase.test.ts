import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChance } from '../testing/fake-data.ts';
import { isStrongEnough, makePassphrase, passphraseWords, pickTwo, secureBelow } from './passphrase.ts';

function below(seed: number): (limit: number) => number {
  const chance = createChance(seed);
  return (limit) => Math.min(limit - 1, Math.floor(chance() * limit));
}

describe('passphrases', () => {
  it('are six readable words of two syllables (seed 11)', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => /^([bdfgklmnprstvz][aeiou]){2}(-([bdfgklmnprstvz][aeiou]){2}){5}$/.test(makePassphrase(below(seed)))), { seed: 11 });
  });

  it('use every syllable about equally often (seed 7)', () => {
    const counts = new Map<string, number>();
    const random = below(7);
    for (let round = 0; round < 4_000; round += 1) for (const word of makePassphrase(random).split('-')) for (const part of [word.slice(0, 2), word.slice(2)]) counts.set(part, (counts.get(part) ?? 0) + 1);
    const expected = (4_000 * passphraseWords * 2) / 70;
    expect(counts.size).toBe(70);
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected * 0.25);
  });

  it('draw from every value below the limit and none beyond', () => {
    const seen = new Set(Array.from({ length: 2_000 }, () => secureBelow(7)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('ask for two different words, in order (seed 3)', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
      const [first, second] = pickTwo(6, below(seed));
      return first >= 1 && first < second && second <= 6;
    }), { seed: 3 });
  });

  it('of one\'s own must be long and varied, or several words', () => {
    expect(['short', 'aaaaaaaaaaaaaaaa', '123456'].map(isStrongEnough)).toEqual([false, false, false]);
    expect(['correct horse battery staple', 'x9!kQ2#vLp0z', 'zugi-visu-tere-zato-vele-volo'].map(isStrongEnough)).toEqual([true, true, true]);
  });
});
