// Whatever the disk, the power and the clock do while a snapshot is written, forgotten, tagged or pruned: every snapshot that was ever reported as
// done comes back as it was, nothing it needs is deleted, a check finds nothing worse than harmless leftovers, and the next snapshot works.
// In one process, on a disk in memory, with a fault at every numbered call.
import { describe, expect, it } from 'vitest';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { long, scaled, seed, timeIsUp } from '../cli/harness/scale.ts';
import { Seeded } from '../cli/harness/trees.ts';
import { campaign, casesOf, makeBase, reuseLargeBuffers, type Tally } from './harness/write-cases.ts';

describe(`faults while a repository is written (seed ${seed})`, () => {
  const worlds = scaled(1, 3);
  const sample = { snapshot: 0.006, forget: 0, tag: 0, prune: 0 };
  const whole = { snapshot: 1, forget: 0.2, tag: 0.2, prune: 0.1 };
  const again = { snapshot: 0.1, forget: 0.05, tag: 0.05, prune: 0.02 };

  it('lose nothing that was reported as done', { timeout: scaled(180_000, 7_200_000) }, async () => {
    reuseLargeBuffers();
    const tally: Tally = { cases: 0, ended: 0, restic: 0, struck: 0 };
    for (let i = 0; i < worlds; i++) {
      const random = new Seeded(`faults ${seed} ${i}`);
      const base = await makeBase(random, 0);
      const cases = await casesOf(base, random, long ? (i === 0 ? whole : again) : sample);
      expect((await campaign(base, cases, { tally, seed, resticEvery: 40, untilMs: timeIsUp(i === 0 ? 25 : 5) })).join('\n\n')).toBe('');
    }
    if (long) {
      const random = new Seeded(`large ${seed}`);
      const base = await makeBase(random, 30_000_000);
      const cases = await casesOf(base, random, { snapshot: 0.05, forget: 0, tag: 0, prune: 0.005 });
      expect((await campaign(base, cases, { tally, seed, resticEvery: 40, untilMs: timeIsUp(5) })).join('\n\n')).toBe('');
    }
    expect(tally.struck).toBeGreaterThan(tally.cases / 2);
    recordCampaign('faults while a repository is written', `${tally.cases} cases (stop, power cut, full, EIO, torn, short and changed reads, read-only, clock), ${tally.ended} of them ended well all the same; every snapshot that was reported as done came back identical, ${tally.restic} end states judged by restic`);
  });
});
