// Whole years of a scheduler, by chance, judged by a model of its rules: sleep, power cuts, an app that is closed for days, clocks that are set, pauses, people. Three zones
// whose clocks change on other days and by other amounts. A sample of days runs with the unit tests; this is only in the long run.
import { describe, expect, it } from 'vitest';
import { liveThrough } from '../../src/main/engine/jobs/testing/year.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { long, seed, timeIsUp } from '../cli/harness/scale.ts';

if (!long) console.info('e2e/campaigns/jobs-year: needs VARVE_LONG=1; days of it run with the unit tests');

describe.runIf(long)(`years of jobs (seed ${seed})`, () => {
  it('scheduler and rules tell the same of every run', { timeout: 7_200_000 }, async () => {
    const untilMs = timeIsUp(60);
    const states: Record<string, number> = {};
    const events: Record<string, number> = {};
    let days = 0;
    let years = 0;
    // One after the other, each with a seed of its own, as long as there is time.
    for (; years < 12 && Date.now() < untilMs; years++) {
      const lived = await liveThrough({ seed: `${seed} ${years}`, startMs: Date.UTC(2026 + years, 0, 1), days: 365, untilMs });
      expect(lived.difference, `year ${years}`).toBeUndefined();
      for (const [into, from] of [[states, lived.states], [events, lived.events]] as const) for (const [name, count] of Object.entries(from)) into[name] = (into[name] ?? 0) + count;
      days += lived.days;
    }
    const list = (counts: Record<string, number>): string => Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(', ');
    recordCampaign('years of jobs against a model of the rules', `${days} days (whole years, the last one as far as there was time) of 20 jobs in three zones (${list(events)}): ${list(states)}; occurrence, trigger, state, cause, tries and missed record of every run the same`);
  });
});
