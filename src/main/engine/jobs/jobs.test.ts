// Jobs through the whole engine: real processes, a real state.db, the record.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobDefinition } from '../../../contract/jobs.ts';
import type { Run } from '../../../contract/runs.ts';
import { createTestEngine, type TestEngine } from '../testing/index.ts';
import { isFinal } from './runs/states.ts';

let test: TestEngine;
beforeEach(async () => {
  test = await createTestEngine();
});
afterEach(() => test.close());

const node = process.execPath;
const command = (script: string, more: object = {}): JobDefinition => JobDefinition.parse({ name: 'nightly', work: { kind: 'command', argv: [node, '-e', script] }, schedule: { kind: 'manual' }, retries: { most: 0 }, ...more });

async function ended(id: string): Promise<Run> {
  for (;;) {
    const { run } = await test.api.runs.get({ run: id }, test.context);
    if (isFinal(run.state)) return run;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function states(id: string): Promise<string[]> {
  const page = await test.api.log.list({ filter: { categories: ['job'] }, limit: 100 } as never, test.context);
  return page.entries.filter((entry) => (entry.payload as { run?: string } | null)?.run === id).map((entry) => entry.action);
}

it('runs a program, keeps what it said and what it did, and records each step', async () => {
  await test.api.jobs.add({ definition: command("console.log('read 340 files'); console.error('one was odd'); require('fs').writeFileSync(process.env.VARVE_RESULT_FILE, JSON.stringify({ items: 340, metrics: { odd: 1 } }))") }, test.context);
  const begun = await test.api.jobs.run({ job: 'nightly', reason: 'to see it', whenBusy: 'refuse', test: false }, test.context);
  const run = await ended(begun.id);
  expect(run).toMatchObject({ state: 'succeeded', cause: 'exit', exit: { code: 0, signal: null }, result: { items: 340, metrics: { odd: 1 } }, attempts: 1, by: 'tester', reason: 'to see it', trigger: 'manual' });
  const page = await test.api.runs.output.page({ run: run.id, count: 100 }, test.context);
  expect(page.rows.map((row) => ('text' in row ? [row.stream, row.text] : row)).toSorted()).toEqual([['err', 'one was odd'], ['out', 'read 340 files']]);
  const [job] = await test.api.jobs.list({} as never, test.context);
  expect(job).toMatchObject({ failures: 0, active: [], lastGoodAt: run.endedAt, marks: [{ id: run.id, state: 'succeeded' }] });
});
