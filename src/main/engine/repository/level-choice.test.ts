import { expect, it } from 'vitest';
import { LevelChoice } from './level-choice.ts';

/** Feeds blobs of 1,000,000 bytes that each level brings to these sizes; returns what was tried. */
function feed(choice: LevelChoice, count: number, fast: number, full: number): string[] {
  return Array.from({ length: count }, () => {
    const levels = choice.next();
    if (levels === 'fast' && choice.suits(1_000_000, fast)) choice.learn(1_000_000, fast, undefined);
    else choice.learn(1_000_000, levels === 'full' ? undefined : fast, full);
    return levels;
  });
}

it('looks at the first of a kind, then keeps to what it found, and looks again more and more seldom', () => {
  const choice = new LevelChoice();
  const tried = feed(choice, 400, 500_000, 400_000);
  const looks = tried.flatMap((levels, at) => (levels === 'both' ? [at] : []));
  expect(looks[0]).toBe(0);
  expect(looks.length).toBeGreaterThan(3);
  expect(looks.length).toBeLessThan(10);
  for (let i = 2; i < looks.length; i++) expect((looks[i] as number) - (looks[i - 1] as number)).toBeGreaterThanOrEqual((looks[i - 1] as number) - (looks[i - 2] as number));
  expect(tried.filter((levels) => levels === 'fast')).toEqual([]);
});

it('finds out that a kind has changed', () => {
  const choice = new LevelChoice();
  expect(feed(choice, 20, 500_000, 499_000).at(-1)).toBe('fast');
  expect(feed(choice, 300, 500_000, 480_000).at(-1)).toBe('full');
  expect(feed(choice, 300, 500_000, 499_000).at(-1)).toBe('fast');
});

it('expects a blob that gains nothing only after some of them, and does another one again', () => {
  const choice = new LevelChoice();
  feed(choice, 20, 990_000, 989_000);
  expect(feed(choice, 1, 300_000, 250_000)).toEqual(['fast']);
  expect(choice.suits(1_000_000, 300_000)).toBe(false);
  expect(feed(choice, 1, 990_000, 989_000)).toEqual(['full']);
  expect(feed(choice, 4, 990_000, 989_000)).toEqual(['full', 'full', 'fast', 'fast']);
});
