// schedules.preview as every client meets it: over a wire, while there is no home.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VarveClient } from '../../../../contract/index.ts';
import { connectDirect } from '../../../transport/direct.ts';
import { createRouter } from '../../../transport/router.ts';
import { createTestEngine, type TestEngine } from '../../testing/index.ts';

let test: TestEngine;
let client: VarveClient;
beforeAll(async () => {
  test = await createTestEngine({ init: false });
  client = connectDirect(createRouter(test.api), test.context);
});
afterAll(() => test.close());

const nightly = { kind: 'cron', expression: '30 2 * * *', zone: 'America/New_York' } as const;

describe('schedules.preview', () => {
  it('needs no home, and reads both day fields as one of them unless told', async () => {
    expect(test.engine.homeOpen).toBe(false);
    const preview = await client.schedules.preview({ schedule: nightly, from: '2025-03-09T00:00:00.000Z', count: 1 });
    expect(preview).toEqual({ occurrences: [{ at: '2025-03-09T07:00:00.000Z', local: '2025-03-09T03:00:00-04:00', note: 'gap', missing: '2025-03-09T02:30:00' }], warnings: [], refusal: null });
    expect((await client.schedules.preview({ schedule: { ...nightly, expression: '0 0 13 * FRI' } })).warnings).toEqual([{ kind: 'both-days', dayMatch: 'or' }]);
  });

  it('begins now, with five runs, unless told', async () => {
    const now = Date.now();
    const { occurrences } = await client.schedules.preview({ schedule: { kind: 'interval', everyMs: 60_000, anchor: '2026-01-01T00:00:00.000Z' } });
    expect(occurrences).toHaveLength(5);
    expect(Date.parse(occurrences[0]?.at ?? '')).toBeGreaterThan(now);
  });

  it('answers what is refused with the field and what is allowed there, not with a failure', async () => {
    expect(await client.schedules.preview({ schedule: { ...nightly, expression: '0 24 * * *' } })).toEqual({ occurrences: [], warnings: [], refusal: { field: 'hour', reason: 'value', text: '24', min: 0, max: 23 } });
    expect((await client.schedules.preview({ schedule: { ...nightly, zone: 'EST' } })).refusal).toMatchObject({ field: 'zone', reason: 'zone-fixed' });
  });

  it('refuses what is no schedule at all', async () => {
    const ask = (schedule: unknown, count = 5): Promise<unknown> => client.schedules.preview({ schedule, count } as never);
    for (const wrong of [{ ...nightly, extra: 1 }, { kind: 'hourly' }, { ...nightly, expression: 'x'.repeat(501) }, { kind: 'interval', everyMs: 1.5, anchor: '2026-01-01T00:00:00.000Z' }]) await expect(ask(wrong)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(ask(nightly, 51)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'count' } });
  });
});
