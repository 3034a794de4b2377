// Definitions in files and out of crontabs, the look from outside, a program tried again, and old runs that go: by hand, with real programs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import { hasTerminal, runOnTerminal } from './harness/terminal.ts';
import { createWorld, type World } from './harness/world.ts';

let world: World;

beforeAll(async () => {
  world = createWorld();
  await world.well(['init', '--store', 'vault']);
});
afterAll(() => world?.dispose());

it('takes a crontab over after showing what will differ, and runs its lines as cron did', async () => {
  const crontab = ['# my jobs', 'MAILTO=me@example.org', 'CRON_TZ=Europe/Lisbon', '0 3 * * * cat; echo "$(date +\\%Y)" > /dev/null%from stdin', '0 25 * * * never'].join('\n');
  const shown = await world.run(['job', 'import', '--crontab', '-', '--dry-run'], { input: crontab });
  expect(shown.code).toBe(3);
  for (const words of ['+ cat', 'MAILTO', '! 5:', 'standard input']) expect(shown.stdout).toContain(words);
  expect((await world.run(['job', 'import', '--crontab', '-'], { input: crontab })).code).toBe(2);
  expect((await world.run(['job', 'import', '--crontab', '-', '--yes'], { input: crontab })).code).toBe(3);
  expect((await world.well(['job', 'run', 'cat'])).stdout.split('\n')[0]).toBe('from stdin');
  await world.well(['job', 'export', world.path('jobs.json')]);
  expect(JSON.parse(readFileSync(world.path('jobs.json'), 'utf8'))).toMatchObject({ format: 'varve-jobs', jobs: [{ name: 'cat', schedule: { zone: 'Europe/Lisbon' } }] });
  expect((await world.well(['job', 'import', world.path('jobs.json'), '--json'])).json()).toMatchObject({ add: [], change: [], same: ['cat'] });
});

it('says from outside that nobody looks at the clock', async () => {
  const guard = await world.run(['job', 'guard']);
  expect([guard.code, guard.stdout.startsWith('scheduler:')]).toEqual([1, true]);
});

it('tries a program again without any home, and ends as its last try did', async () => {
  const count = world.path('tries');
  const script = `n=$(cat ${count} 2>/dev/null || echo 0); echo $((n+1)) > ${count}; echo "try $n"; [ $n -ge 1 ]`;
  const env = { VARVE_HOME: world.path('nowhere') };
  const well = await world.run(['run-with-retry', '--base', '1s', '--', '/bin/sh', '-c', script], { env });
  expect([well.code, well.stdout, existsSync(world.path('nowhere'))]).toEqual([0, 'try 0\ntry 1\n', false]);
  expect((await world.run(['run-with-retry', '--retries', '1', '--base', '1s', '--', '/bin/sh', '-c', 'exit 9'], { env })).code).toBe(9);
  expect((await world.run(['run-with-retry', '--retries', '0', '--timeout', '1s', '--', '/bin/sleep', '60'], { env })).code).toBe(124);
  expect((await world.run(['run-with-retry', '--', world.path('missing')], { env })).code).toBe(127);
});

it.skipIf(!hasTerminal())('purges only what was typed, and leaves a copy', async () => {
  await world.well(['job', 'add', 'nas', '--external']);
  for (const code of ['1', '0', '0']) await world.well(['ping', 'nas', '--exit', code]);
  expect((await world.run(['job', 'purge', 'nas', '--before', '0s', '--confirm', 'other'])).code).toBe(2);
  const asked = await runOnTerminal(world, ['job', 'purge', 'nas', '--before', '0s'], { answers: [{ question: /delete them: /, text: 'nas' }] });
  expect(asked.code).toBe(0);
  const file = /copy: (\S+\.gz)/.exec(asked.shown.replaceAll('\r\n', ''))?.[1] ?? '';
  expect(existsSync(file)).toBe(true);
  expect((await world.well(['job', 'show', 'nas', '--json'])).json<Job>().marks).toHaveLength(2);
});

it('follows jobs.json in the home while it is served', async () => {
  writeFileSync(world.path('home', 'jobs.json'), JSON.stringify({ format: 'varve-jobs', version: 1, jobs: [{ name: 'tick', work: { kind: 'command', argv: ['true'] }, schedule: { kind: 'interval', everyMs: 60_000, anchor: '2026-01-01T00:00:00.000Z' } }] }));
  const serve = world.start(['serve', '--port', '0'], { env: { VARVE_TOKEN: 'a-token-for-this-test-only' } });
  await serve.shown('Varve serves');
  expect((await world.well(['job', 'show', 'tick', '--json'])).json<Job>()).toMatchObject({ fromFile: true, paused: null });
  expect((await world.run(['job', 'edit', 'tick', '--every', '5m'])).code).toBe(8);
  serve.child.kill('SIGTERM');
  expect((await serve.done).code).toBe(0);
});
