// Jobs by hand: definitions from options and files, runs followed to their end with the exit code that tells how, what they said, and what is done elsewhere.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import type { Run } from '../../src/contract/runs.ts';
import { createWorld, type World } from './harness/world.ts';

const node = process.execPath;
let world: World;

beforeAll(async () => {
  world = createWorld();
  await world.well(['init', '--store', 'vault']);
});
afterAll(() => world?.dispose());

const add = (name: string, script: string, ...options: string[]): Promise<unknown> => world.well(['job', 'add', name, '--retries', '0', ...options, '--', node, '-e', script]);

it('ends with the code of the run: 0, 3, 1 and 124, and shows what the program prints', async () => {
  await add('well', "console.log('340 files read'); console.error('one was odd')", '--cron', '30 2 * * *', '--tz', 'America/Sao_Paulo');
  await add('gaps', 'process.exit(3)', '--partial-code', '3');
  await add('bad', "console.error('no such table'); process.exit(7)");
  await add('slow', 'setTimeout(() => {}, 60000)', '--timeout', '1s', '--grace', '1s');
  const well = await world.run(['job', 'run', 'well']);
  expect([well.code, well.stdout.split('\n')[0]]).toEqual([0, '340 files read']);
  expect(well.stderr).toContain('one was odd');
  expect((await world.run(['job', 'run', 'gaps', '--json'])).json<Run>()).toMatchObject({ state: 'partial', exit: { code: 3, signal: null } });
  const bad = await world.run(['job', 'run', 'bad']);
  expect([bad.code, bad.stdout.includes('no such table'), bad.stdout.includes('never ended well')]).toEqual([1, true, true]);
  expect((await world.run(['job', 'run', 'slow'])).code).toBe(124);
  const listed = (await world.well(['job', 'list', '--json'])).json<Job[]>();
  expect(listed.map(({ definition, lastRun }) => [definition.name, lastRun?.state])).toEqual([['bad', 'failed'], ['gaps', 'partial'], ['slow', 'timed_out'], ['well', 'succeeded']]);
  expect(listed[3]?.definition.schedule).toEqual({ kind: 'cron', expression: '30 2 * * *', zone: 'America/Sao_Paulo', dayMatch: 'or' });
  expect((await world.well(['job', 'output', 'bad', '--search', 'TABLE'])).stdout).toBe('0: no such table\n');
  expect((await world.well(['job', 'history', '--state', 'failed', '--json'])).json<Run[]>()).toHaveLength(1);
  // What Varve would not do is said before anything is made.
  const unknown = await world.run(['job', 'edit', 'well', '--read', 'all']);
  expect([unknown.code, unknown.stderr.includes('--check')]).toEqual([2, true]);
  expect((await world.run(['job', 'run', 'well', '--no-wait'])).code).toBe(2);
});

it('is stopped by Ctrl+C, which the record says, and refuses a second run beside it with 8', async () => {
  const marker = world.path('began');
  await add('long', `require('fs').writeFileSync(${JSON.stringify(marker)}, ''); console.log('at it'); setTimeout(() => {}, 60000)`, '--grace', '2s');
  const running = world.start(['job', 'run', 'long']);
  await running.shown('at it');
  expect(existsSync(marker)).toBe(true);
  const second = await world.run(['job', 'run', 'long']);
  expect([second.code, second.stderr.includes('under way')]).toEqual([8, true]);
  running.child.kill('SIGINT');
  expect((await running.done).code).toBe(130);
  expect((await world.well(['job', 'result', 'long', '--json'])).json<{ run: Run }>().run).toMatchObject({ state: 'stopped', cause: 'user' });
});

it('takes a definition from a file, changes only what is named, and refuses an unknown key with its place', async () => {
  const file = world.path('fetch.json');
  writeFileSync(file, JSON.stringify({ work: { kind: 'command', argv: [node, '-e', ''] }, schedule: { kind: 'interval', everyMs: 900_000, anchor: '2026-01-01T00:00:00.000Z' }, timeoutSeconds: 60 }));
  await world.well(['job', 'add', 'fetch', '--from-json', file, '--overlap', 'queue']);
  await world.well(['job', 'edit', 'fetch', '--timeout', '5m']);
  expect((await world.well(['job', 'show', 'fetch', '--json'])).json<Job>()).toMatchObject({ version: 2, definition: { timeoutSeconds: 300, overlap: { policy: 'queue' }, schedule: { kind: 'interval', everyMs: 900_000 } } });
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), timeout: 60 }));
  const refused = await world.run(['job', 'add', 'other', '--from-json', file, '--json']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('timeout');
});

it('records what was done elsewhere', async () => {
  await world.well(['job', 'add', 'rsync', '--external', '--cron', '@hourly']);
  await world.well(['ping', 'rsync', '--start']);
  await world.well(['ping', 'rsync']);
  await world.well(['ping', 'rsync', '--exit', '23', '--message', 'partial transfer']);
  expect((await world.run(['job', 'run', 'rsync'])).code).toBe(2);
  expect((await world.well(['job', 'history', 'rsync', '--json'])).json<Run[]>().map(({ state, exit, failure }) => [state, exit?.code, failure?.detail])).toEqual([['failed', 23, 'partial transfer'], ['succeeded', 0, undefined]]);
});
