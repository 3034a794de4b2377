// Rules 2.1 to 2.9, one decision at a time.
import { expect, it } from 'vitest';
import { openSchedule } from '../schedule/index.ts';
import { at, daily, day, define, every, hour, minute } from '../testing/workshop.ts';
import { decide, nextDue, type DecideInput } from './decide.ts';

const jobId = '0199d5c2-0000-7000-8000-000000000001';
function decided(schedule: Parameters<typeof openSchedule>[0], more: Record<string, unknown>, { from, now, ...rest }: { from: string; now: number } & Partial<DecideInput>) {
  return decide({ jobId, definition: define('job', { schedule, ...more }), timetable: openSchedule(schedule), cursor: at(from), nowMs: now, cause: 'asleep', leapt: false, ...rest });
}
const iso = (text: string): string => `${text}:00.000Z`;

it('2.1: nothing is due before the time has come, and never what is at or before the cursor', () => {
  expect(decided(daily('0 12'), {}, { from: '2026-03-02T11:00', now: at('2026-03-02T12:00') - 1 })).toBeUndefined();
  expect(decided(daily('0 12'), {}, { from: '2026-03-02T12:00', now: at('2026-03-02T12:00') })).toBeUndefined();
});

it('2.3: up to 60 s late it runs as planned; a millisecond later it was missed', () => {
  const noon = at('2026-03-02T12:00');
  for (const late of [0, 1, 60_000]) expect(decided(daily('0 12'), {}, { from: '2026-03-02T11:00', now: noon + late })).toEqual({ cursor: noon, runs: [{ occurrence: noon, trigger: 'schedule', missed: null }], passed: null });
  expect(decided(daily('0 12'), {}, { from: '2026-03-02T11:00', now: noon + 60_001 })?.runs).toMatchObject([{ occurrence: noon, trigger: 'catch_up', missed: { count: 1, action: 'ran_latest', cause: 'asleep', policy: 'latest' } }]);
});

it('2.3: of several that came within 60 s the newest runs and counts the others', () => {
  const schedule = { kind: 'cron', expression: '*/15 * * * * *', zone: 'UTC', dayMatch: 'or' } as const;
  const now = at('2026-03-02T12:00') + 50_000;
  expect(decided(schedule, {}, { from: '2026-03-02T12:00', now, cause: 'busy' })).toEqual({
    cursor: now - 5_000,
    runs: [{ occurrence: now - 5_000, trigger: 'schedule', missed: { count: 2, first: '2026-03-02T12:00:15.000Z', last: '2026-03-02T12:00:30.000Z', policy: 'latest', action: 'ran_latest', cause: 'busy' } }],
    passed: null
  });
});

it('2.5, 2.6: latest runs the newest once and says how many it stands for', () => {
  const decision = decided(daily('0 12'), {}, { from: '2026-03-02T13:00', now: at('2026-03-05T09:00'), cause: 'off' });
  expect(decision).toEqual({ cursor: at('2026-03-04T12:00'), runs: [{ occurrence: at('2026-03-04T12:00'), trigger: 'catch_up', missed: { count: 2, first: iso('2026-03-03T12:00'), last: iso('2026-03-04T12:00'), policy: 'latest', action: 'ran_latest', cause: 'off' } }], passed: null });
});

it('2.5: skip runs none and leaves a record with the count', () => {
  const decision = decided(daily('0 12'), { catchUp: { policy: 'skip' } }, { from: '2026-03-02T13:00', now: at('2026-03-05T09:00'), cause: 'app_closed' });
  expect(decision).toEqual({ cursor: at('2026-03-04T12:00'), runs: [], passed: { cause: 'policy', missed: { count: 2, first: iso('2026-03-03T12:00'), last: iso('2026-03-04T12:00'), policy: 'skip', action: 'none', cause: 'app_closed' } } });
});

it('2.5: all runs each in the window, oldest first; what is beyond the number is dropped and counted', () => {
  const decision = decided(every(60), { catchUp: { policy: 'all', most: 3 } }, { from: '2026-03-02T00:00', now: at('2026-03-02T08:30') });
  expect(decision?.runs.map(({ occurrence }) => occurrence)).toEqual([6, 7, 8].map((h) => at('2026-03-02T00:00') + h * hour));
  expect(decision?.runs[0]?.missed).toMatchObject({ count: 1, action: 'ran' });
  expect(decision?.passed).toMatchObject({ cause: 'too_many', missed: { count: 5, first: iso('2026-03-02T01:00'), last: iso('2026-03-02T05:00'), action: 'none' } });
});

it('2.5: what is older than the window is never run: a day for all, a week for latest, or as the job says', () => {
  const now = at('2026-03-20T06:00');
  const all = decided(daily('0 12'), { catchUp: { policy: 'all' } }, { from: '2026-03-10T13:00', now });
  expect([all?.runs.map(({ occurrence }) => occurrence), all?.passed?.cause, all?.passed?.missed.count]).toEqual([[at('2026-03-19T12:00')], 'too_old', 8]);
  const weekly = { kind: 'cron', expression: '0 12 1 * *', zone: 'UTC', dayMatch: 'or' } as const;
  expect(decided(weekly, {}, { from: '2026-02-20T00:00', now: at('2026-03-08T12:00') })?.runs).toHaveLength(1);
  expect(decided(weekly, {}, { from: '2026-02-20T00:00', now: at('2026-03-08T12:00') + 1 })).toMatchObject({ runs: [], passed: { cause: 'too_old', missed: { count: 1 } } });
  expect(decided(weekly, { catchUp: { policy: 'latest', windowSeconds: 30 * 86_400 } }, { from: '2026-02-20T00:00', now })?.runs).toHaveLength(1);
});

it('2.5: every occurrence is run, recorded or counted in a record: no gap and nothing twice', () => {
  for (const policy of ['latest', 'skip', 'all'] as const) {
    for (const hours of [1, 5, 30, 200, 1_000]) {
      const cursor = at('2026-03-02T00:30');
      const now = cursor + hours * hour + 5 * minute;
      const decision = decided(every(60), { catchUp: { policy, most: 7 } }, { from: '2026-03-02T00:30', now });
      const ran = (decision?.runs ?? []).map(({ missed }) => missed?.count ?? 1).reduce((a, b) => a + b, 0);
      expect(ran + (decision?.passed?.missed.count ?? 0), `${policy} ${hours}`).toBe(openSchedule(every(60)).count(cursor, now));
      expect(decision?.cursor).toBe(openSchedule(every(60)).prev(now + 1));
    }
  }
});

it('2.4: a clock set forward by more than three hours: jobs below an hour skip, others go by their policy', () => {
  const now = at('2026-03-02T20:00') + 1;
  const leapt = { from: '2026-03-02T11:00', now, cause: 'clock', leapt: true } as const;
  expect(decided(every(15), {}, leapt)).toMatchObject({ runs: [], passed: { cause: 'policy', missed: { policy: 'skip', cause: 'clock', count: 36 } } });
  expect(decided(every(60), {}, leapt)?.runs).toMatchObject([{ trigger: 'catch_up', missed: { cause: 'clock', count: 9 } }]);
  expect(decided(every(15), {}, { ...leapt, leapt: false })?.runs).toHaveLength(1);
});

it('2.9: jitter moves the start by the same for the same occasion, at most by half the gap; the occurrence stays what it is', () => {
  const definition = define('job', { schedule: every(60), jitterSeconds: 3600 });
  const timetable = openSchedule(every(60));
  const starts = Array.from({ length: 50 }, (_, i) => (nextDue({ jobId, definition, timetable, cursor: at('2026-03-02T00:00') + i * hour }) ?? 0) - (at('2026-03-02T01:00') + i * hour));
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...starts)).toBeLessThanOrEqual(30 * minute);
  expect(new Set(starts).size).toBeGreaterThan(40);
  const due = nextDue({ jobId, definition, timetable, cursor: at('2026-03-02T00:00') }) ?? 0;
  expect(decided(every(60), { jitterSeconds: 3600 }, { from: '2026-03-02T00:00', now: due - 1 })).toBeUndefined();
  expect(decided(every(60), { jitterSeconds: 3600 }, { from: '2026-03-02T00:00', now: due })?.runs).toEqual([{ occurrence: at('2026-03-02T01:00'), trigger: 'schedule', missed: null }]);
});

it('2.9: what waits for its jitter when the computer wakes is not missed; those before it are', () => {
  const definition = { jitterSeconds: 3600 };
  const timetable = openSchedule(daily('0 12'));
  const due = nextDue({ jobId, definition: define('job', { schedule: daily('0 12'), ...definition }), timetable, cursor: at('2026-03-04T13:00') }) ?? 0;
  expect(due).toBeGreaterThan(at('2026-03-05T12:00'));
  const decision = decided(daily('0 12'), definition, { from: '2026-03-02T13:00', now: due - 1 });
  expect([decision?.cursor, decision?.runs[0]?.occurrence]).toEqual([at('2026-03-04T12:00'), at('2026-03-04T12:00')]);
});

it('2.3, 1.11: a time that the clocks jumped over is one occurrence, decided once', () => {
  const schedule = daily('30 2', 'America/New_York');
  const decision = decided(schedule, {}, { from: '2025-03-09T05:00', now: at('2025-03-09T07:00') });
  expect(decision).toMatchObject({ runs: [{ occurrence: at('2025-03-09T07:00'), trigger: 'schedule', missed: null }] });
  expect(decided(schedule, {}, { from: '2025-03-09T07:00', now: at('2025-03-09T07:00') + day - hour })).toBeUndefined();
});
