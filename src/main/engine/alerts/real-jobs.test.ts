// A whole engine with a real job: it fails, is told, rings at an outside checker, and is over with its next success.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobDefinition } from '../../../contract/jobs.ts';
import { createTestEngine, testContext, type TestEngine } from '../testing/index.ts';

let test: TestEngine;
let checker: Server;
const rung: string[] = [];
beforeEach(async () => {
  checker = createServer((request, response) => {
    rung.push(request.url ?? '');
    response.end('ok');
  });
  await new Promise<void>((resolve) => checker.listen(0, '127.0.0.1', resolve));
  test = await createTestEngine();
});
afterEach(async () => {
  await test.close();
  checker.closeAllConnections();
  await new Promise<void>((resolve) => checker.close(() => resolve()));
});

it('11.2, 11.15: a program that ends with 3 opens an alert and rings; its success ends it and rings', async () => {
  const { api } = test;
  const mark = join(test.folder, 'put-right');
  const program = "process.exit(require('fs').existsSync(process.argv[1]) ? 0 : 3)";
  const ping = `http://127.0.0.1:${(checker.address() as AddressInfo).port}/hc`;
  const definition = JobDefinition.parse({ name: 'nightly', title: 'Nightly', work: { kind: 'command', argv: [process.execPath, '-e', program, mark] }, schedule: { kind: 'manual' }, retries: { most: 0, baseSeconds: 1, capSeconds: 1, minSeconds: 0, onTimeout: false }, ping });
  await api.jobs.add({ definition }, testContext);
  await api.jobs.run({ job: 'nightly', reason: '', whenBusy: 'refuse', test: false }, testContext);
  const firing = async () => (await api.alerts.list({ view: 'needs', limit: 10 }, testContext)).alerts.filter(({ facts }) => facts.code === 'failure');
  await expect.poll(firing).toMatchObject([{ severity: 'warning', facts: { jobName: 'nightly', jobTitle: 'Nightly', inARow: 1, cause: 'exit' } }]);
  await expect.poll(() => rung).toEqual(['/hc/start', '/hc/3']);

  writeFileSync(mark, '');
  expect(existsSync(mark)).toBe(true);
  await api.jobs.run({ job: 'nightly', reason: '', whenBusy: 'refuse', test: false }, testContext);
  await expect.poll(firing).toEqual([]);
  await expect.poll(() => rung).toEqual(['/hc/start', '/hc/3', '/hc/start', '/hc']);
  expect((await api.alerts.list({ view: 'solved', limit: 10 }, testContext)).alerts).toMatchObject([{ resolvedBy: 'itself' }]);
  const said = (await api.log.list({ filter: { category: ['alert'] }, order: 'oldest', limit: 100 }, testContext)).entries.map(({ action }) => action);
  expect(said).toEqual(['alert.opened', 'alert.resolved']);
});
