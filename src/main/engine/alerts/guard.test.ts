// The look from outside at a home whose Varve does not run: by the rules of the watch.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobDefinition } from '../../../contract/jobs.ts';
import { openDatabase, type Database } from '../store/index.ts';
import { stateMigrations } from '../state-migrations.ts';
import { createTestEngine, type TestEngine } from '../testing/index.ts';
import { guardJobs } from './index.ts';

const hour = 3_600_000;
const day = 24 * hour;
let test: TestEngine;
beforeEach(async () => {
  test = await createTestEngine();
});
afterEach(() => test.close());

const add = (name: string, more: object = {}) => test.api.jobs.add({ definition: JobDefinition.parse({ name, work: { kind: 'external' }, schedule: { kind: 'interval', everyMs: hour, anchor: '2026-01-01T00:00:00.000Z' }, ...more }) }, test.context);
const ping = (job: string, exitCode = 0) => test.api.jobs.ping({ job, what: 'end', exitCode, message: '' }, test.context);
async function stopped(look: (db: Database, nowMs: number) => void): Promise<void> {
  await test.engine.stop();
  const db = openDatabase({ path: join(test.homePath, 'state.db'), files: test.ports.files, migrations: stateMigrations, kind: 'state', readOnly: true });
  try {
    look(db, Date.now());
  } finally {
    db.close();
  }
}

it('finds what is late or stale, and that nobody looks at the clock', async () => {
  await add('nightly', { work: { kind: 'command', argv: ['true'] } });
  await add('nas');
  await ping('nas');
  await stopped((db, now) => {
    expect(guardJobs(db, now + 60_000)).toEqual([]);
    const later = guardJobs(db, now + 2 * hour);
    expect(later.map(({ kind, ...rest }) => ('job' in rest ? `${kind} ${rest.job}` : kind))).toEqual(['scheduler', 'late nas', 'late nightly']);
    expect(guardJobs(db, now + 4 * hour).map(({ kind }) => kind)).toEqual(['scheduler', 'late', 'stale', 'late', 'stale']);
  });
});

it('11.2: counts failures as the watch does, with what a person said of a run, and leaves paused jobs alone', async () => {
  const weekly = { schedule: { kind: 'interval', everyMs: 7 * day, anchor: '2026-01-01T00:00:00.000Z' } };
  for (const name of ['bad', 'forgiven', 'resting']) {
    await add(name, weekly);
    await ping(name, 1);
  }
  await ping('bad', 2);
  const [run] = await test.api.runs.list({ job: 'forgiven', limit: 1 }, test.context);
  await test.api.runs.reclassify({ run: run?.id ?? '', as: 'succeeded', reason: 'it was done by hand' }, test.context);
  await test.api.jobs.pause({ job: 'resting', reason: '' }, test.context);
  await stopped((db, now) => expect(guardJobs(db, now)).toMatchObject([{ kind: 'failed', job: 'bad', runs: 2 }]));
});

it('11.3: a job of weekdays is not stale after its weekend', async () => {
  await add('office', { schedule: { kind: 'cron', expression: '0 9 * * MON-FRI', zone: 'UTC' }, alerts: { startGraceSeconds: 900, failureAfter: null, staleAfterSeconds: null, duration: true, volume: null, partialIsSuccess: false } });
  await ping('office');
  await stopped((db, now) => {
    const stale = (afterMs: number) => guardJobs(db, now + afterMs).filter(({ kind }) => kind === 'stale').length;
    expect([stale(3 * day), stale(6 * day), stale(7 * day)]).toEqual([0, 0, 1]);
  });
});
