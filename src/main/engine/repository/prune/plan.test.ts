import { describe, expect, it } from 'vitest';
import { maxUnusedBytes, planPrune, type PackFacts, type PlanOptions } from './plan.ts';

const MiB = 1024 * 1024;
const options: PlanOptions = { version: 2, maxUnused: { kind: 'percent', percent: 5 } };

function pack(usedBytes: number, unusedBytes: number, more: Partial<PackFacts> = {}): PackFacts {
  return { sizeBytes: usedBytes + unusedBytes, present: true, usedBlobs: usedBytes > 0 ? 1 : 0, usedBytes, unusedBlobs: unusedBytes > 0 ? 1 : 0, unusedBytes, kind: 'data', uncompressed: false, mustStay: false, ...more };
}

const verdicts = (packs: PackFacts[], more: Partial<PlanOptions> = {}): string[] => planPrune(packs, { ...options, ...more }).decisions.map((each) => (each.do === 'keep' ? 'keep' : `${each.do} ${each.why}`));

describe('the plan of a prune', () => {
  it('keeps what is needed whole, removes what nobody needs, forgets what is not even there', () => {
    expect(verdicts([pack(16 * MiB, 0), pack(0, 16 * MiB), pack(0, 16 * MiB, { present: false, sizeBytes: 0 })])).toEqual(['keep', 'remove unused', 'remove missing']);
  });

  it('writes the packs with the largest unused share anew until what stays is within the limit', () => {
    const packs = [pack(15 * MiB, 1 * MiB), pack(4 * MiB, 12 * MiB), pack(8 * MiB, 8 * MiB), pack(16 * MiB, 0)];
    // 43 MiB used, 21 unused; 5 % of the whole are 2.26 MiB.
    const { decisions, unusedAfterBytes } = planPrune(packs, options);
    expect(decisions.map((each) => each.do)).toEqual(['keep', 'repack', 'repack', 'keep']);
    expect(unusedAfterBytes).toBe(1 * MiB);
    expect(verdicts(packs, { maxUnused: { kind: 'bytes', bytes: 0 } })).toEqual(['repack unused-share', 'repack unused-share', 'repack unused-share', 'keep']);
    expect(verdicts(packs, { maxUnused: { kind: 'unlimited' } })).toEqual(['keep', 'keep', 'keep', 'keep']);
    expect(verdicts(packs, { maxUnused: { kind: 'bytes', bytes: 9 * MiB } })).toEqual(['keep', 'repack unused-share', 'keep', 'keep']);
  });

  it('separates mixed packs, compresses folders in version 2 only, and keeps folders clean whatever the limit', () => {
    const unlimited = { maxUnused: { kind: 'unlimited' as const } };
    const packs = [pack(16 * MiB, 0, { kind: 'mixed' }), pack(16 * MiB, 0, { kind: 'tree', uncompressed: true }), pack(16 * MiB, 1, { kind: 'tree' })];
    expect(verdicts(packs, unlimited)).toEqual(['repack mixed', 'repack uncompressed', 'repack folders']);
    expect(verdicts(packs, { ...unlimited, version: 1 })).toEqual(['repack mixed', 'keep', 'repack folders']);
  });

  it('never writes a pack anew that holds something it cannot write', () => {
    expect(verdicts([pack(1 * MiB, 15 * MiB, { kind: 'mixed', mustStay: true })], { maxUnused: { kind: 'bytes', bytes: 0 } })).toEqual(['keep']);
  });

  it('joins small packs only when there are at least ten of them', () => {
    const small = (count: number): PackFacts[] => Array.from({ length: count }, () => pack(1 * MiB, 0));
    expect(new Set(verdicts(small(9)))).toEqual(new Set(['keep']));
    expect(new Set(verdicts(small(10)))).toEqual(new Set(['repack small']));
    // 80 % of 4 MiB is the least that counts as large.
    expect(new Set(verdicts(Array.from({ length: 12 }, () => pack(3.2 * MiB, 0))))).toEqual(new Set(['keep']));
  });

  it('takes percent of all that will be stored', () => {
    expect(maxUnusedBytes({ kind: 'percent', percent: 5 }, 95)).toBeCloseTo(5);
    expect(maxUnusedBytes({ kind: 'percent', percent: 0 }, 95)).toBe(0);
  });
});
