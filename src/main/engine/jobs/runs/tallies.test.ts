import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { mergeMigrations, openDatabase, outboxMigrations } from '../../store/index.ts';
import { createTestFolder } from '../../store/testing.ts';
import { jobsMigrations } from '../migrations.ts';
import type { RunRow } from '../model.ts';
import { createRunStore } from './store.ts';

const folder = createTestFolder();
afterEach(() => folder.remove());

const run = (id: string, more: Partial<RunRow>): RunRow => ({
  id, jobId: 'j', jobName: 'j', jobTitle: '', workKind: 'command', version: 1, definitionHash: 'h', key: id, state: 'succeeded', cause: 'exit', trigger: 'schedule', occurrence: null, createdAt: 0, startedAt: 0, endedAt: 4_000, activeMs: null, attempts: 1, dueAt: null, test: false, by: '', reason: '', replayOf: null, otherRun: null, missed: null, flags: [], exit: null, result: null, failure: null, note: null, reclassified: null, trace: null, call: null, ...more
});
const missed = { count: 7, first: '2026-01-01T00:00:00.000Z', last: '2026-01-07T00:00:00.000Z', policy: 'skip', action: 'none', cause: 'off' } as const;
const runs = [
  run('a', {}),
  run('b', { activeMs: 100_000_000 }),
  run('c', { state: 'failed', activeMs: 15_000 }),
  run('d', { test: true }),
  run('e', { state: 'missed', startedAt: null, missed }),
  run('f', { state: 'running', endedAt: null })
];

it('counts the runs of a home from before as it would have counted them one by one', () => {
  const open = (name: string, upTo: number) => openDatabase({ path: join(folder.path, name), files: createNodeFiles(), kind: 'state', migrations: mergeMigrations(outboxMigrations, jobsMigrations.filter(({ version }) => version <= upTo)) });
  const addJob = "INSERT INTO jobs (id, name, version, definition_hash, created_at, cursor) VALUES ('j', 'j', 1, 'h', 0, 0)";
  const before = open('old.db', 70);
  before.exec(addJob);
  for (const each of runs) {
    const columns = { id: each.id, job_id: 'j', job_name: 'j', job_title: '', work_kind: 'command', version: 1, definition_hash: 'h', key: each.id, state: each.state, trigger: 'schedule', created_at: 0, started_at: each.startedAt, ended_at: each.endedAt, active_ms: each.activeMs, test: Number(each.test), by: '', reason: '', missed: each.missed && JSON.stringify(each.missed) };
    before.prepare(`INSERT INTO runs (${Object.keys(columns).join(', ')}) VALUES (${Object.keys(columns).map(() => '?').join(', ')})`).run(...Object.values(columns));
  }
  before.close();
  const brought = open('old.db', 78);
  const counted = open('new.db', 78);
  counted.exec(addJob);
  const store = createRunStore(counted);
  for (const each of runs) {
    store.countMissed(each);
    if (each.endedAt !== null) store.countEnd(each);
  }
  const expected = { jobs: [{ jobId: 'j', what: 'failed', count: 1 }, { jobId: 'j', what: 'missed', count: 1 }, { jobId: 'j', what: 'missed-times', count: 7 }, { jobId: 'j', what: 'succeeded', count: 2 }], durations: { counts: [0, 1, 1, 0, 0, 0, 0, 0, 0, 1], seconds: 100_019 } };
  expect(store.tallies()).toEqual(expected);
  expect(createRunStore(brought).tallies()).toEqual(expected);
  brought.close();
  counted.close();
});
