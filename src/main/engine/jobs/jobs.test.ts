// Jobs through the whole engine: real processes, a real state.db, the record.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
const manual = { kind: 'manual' };
const command = (script: string, more: object = {}, work: object = {}): JobDefinition => JobDefinition.parse({ name: 'nightly', work: { kind: 'command', argv: [node, '-e', script], ...work }, schedule: manual, retries: { most: 0 }, ...more });
const add = (definition: JobDefinition): Promise<unknown> => Promise.resolve(test.api.jobs.add({ definition }, test.context));
const begin = async (job = 'nightly'): Promise<Run> => test.api.jobs.run({ job, reason: '', whenBusy: 'refuse', test: false }, test.context);

async function until(id: string, holds: (run: Run) => boolean): Promise<Run> {
  for (;;) {
    const { run } = await test.api.runs.get({ run: id }, test.context);
    if (holds(run)) return run;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
const ended = (id: string): Promise<Run> => until(id, ({ state }) => isFinal(state));

async function output(id: string): Promise<string[]> {
  const { rows } = await test.api.runs.output.page({ run: id, from: 0, count: 1000 }, test.context);
  return rows.flatMap((row) => ('text' in row ? [`${row.stream} ${row.text}`] : []));
}

async function recorded(id: string): Promise<string[]> {
  const { entries } = await test.api.log.list({ filter: { category: ['job'] }, order: 'oldest', limit: 1000 }, test.context);
  return entries.flatMap(({ action, payload }) => ((payload as { run?: string } | null)?.run === id ? [action] : []));
}

it('runs a program, keeps what it said and what it did, and records each step', async () => {
  await add(command("console.log('read 340 files'); console.error('one was odd'); require('fs').writeFileSync(process.env.VARVE_RESULT_FILE, JSON.stringify({ items: 340, metrics: { odd: 1 } }))"));
  const { id } = await test.api.jobs.run({ job: 'nightly', reason: 'to see it', whenBusy: 'refuse', test: false }, test.context);
  const run = await ended(id);
  expect(run).toMatchObject({ state: 'succeeded', cause: 'exit', exit: { code: 0, signal: null }, result: { items: 340, metrics: { odd: 1 } }, attempts: 1, by: 'tester', reason: 'to see it', trigger: 'manual' });
  expect(new Set(await output(id))).toEqual(new Set(['err one was odd', 'out read 340 files']));
  const [job] = await test.api.jobs.list({} as never, test.context);
  expect(job).toMatchObject({ failures: 0, active: [], lastGoodAt: run.endedAt, marks: [{ id, state: 'succeeded' }] });
  expect(await recorded(id)).toEqual(['run.queued', 'run.starting', 'run.running', 'run.succeeded']);
});

it('says of a failed program what it said last, since when, and how often in a row', async () => {
  await add(command("console.error('Error: the disk /data is full'); process.exit(4)"));
  const first = await ended((await begin()).id);
  const second = await ended((await begin()).id);
  expect(first).toMatchObject({ state: 'failed', cause: 'exit', exit: { code: 4 }, failure: { detail: 'ended with 4', lastLine: 'Error: the disk /data is full', inARow: 1, lastGoodAt: null } });
  expect(second.failure).toMatchObject({ since: first.endedAt, inARow: 2 });
  expect((await test.api.jobs.get({ job: 'nightly' }, test.context)).failures).toBe(2);
});

it('opens an output at its first error, and one without any at its end with what stands before it', async () => {
  await add(command("for (let i = 0; i < 700; i += 1) console.log(i === 300 ? 'Error: no room' : 'line ' + i)"));
  const opened = async (): Promise<{ openAt: number; total: number; first: number; rows: number }> => {
    const { id } = await ended((await begin()).id);
    const { openAt, total, rows } = await test.api.runs.output.page({ run: id, count: 500 }, test.context);
    return { openAt, total, first: rows[0]?.seq ?? -1, rows: rows.length };
  };
  expect(await opened()).toEqual({ openAt: 300, total: 700, first: 200, rows: 500 });
  await test.api.jobs.edit({ job: 'nightly', definition: command("for (let i = 0; i < 700; i += 1) console.log('line ' + i)") }, test.context);
  expect(await opened()).toEqual({ openAt: 699, total: 700, first: 200, rows: 500 });
});

it('gives a secret to a program without ever keeping it', async () => {
  await test.api.secrets.set({ name: 'door', value: 'correct horse battery', expiresAt: null } as never, test.context);
  await add(command("console.log('the password is ' + process.env.DOOR)", {}, { secrets: [{ secret: 'door', into: { kind: 'environment', name: 'DOOR' } }] }));
  const run = await ended((await begin()).id);
  expect(run).toMatchObject({ state: 'succeeded', flags: ['redacted'] });
  expect(await output(run.id)).toEqual(['out the password is [secret:door]']);
  const uses = await test.api.secrets.uses({ name: 'door', limit: 10 } as never, test.context);
  expect(JSON.stringify(uses)).toContain(run.id);
  await expect(test.api.secrets.remove({ name: 'door' } as never, test.context)).rejects.toMatchObject({ code: 'SECRET_IN_USE' });
});

it('stops a program that a person stops, and a program that takes too long, and tells the two apart', async () => {
  await add(command('setInterval(() => {}, 1000)', { stopGraceSeconds: 5 }));
  const one = await begin();
  await until(one.id, ({ state }) => state === 'running');
  await test.api.runs.stop({ run: one.id, force: false }, test.context);
  expect(await ended(one.id)).toMatchObject({ state: 'stopped', cause: 'user' });
  await test.api.jobs.edit({ job: 'nightly', definition: command('setInterval(() => {}, 1000)', { timeoutSeconds: 1, stopGraceSeconds: 5 }) }, test.context);
  expect(await ended((await begin()).id)).toMatchObject({ state: 'timed_out', cause: 'timeout' });
});

it('lets a program go on while Varve is closed, and knows afterwards how it ended', async () => {
  await add(command("setTimeout(() => { console.log('done at last'); process.exit(3) }, 1500)", {}, { partialCodes: [3] }));
  const { id } = await begin();
  await until(id, ({ state }) => state === 'running');
  const { keyring, folder } = test;
  await test.engine.stop();
  await test.ports.workers.close();
  test = await createTestEngine({ keyring, folder });
  expect(await ended(id)).toMatchObject({ state: 'partial', exit: { code: 3 }, attempts: 1 });
  expect(await output(id)).toEqual(['out done at last']);
  await test.close();
  test = await createTestEngine({ keyring });
});

it('takes a snapshot by the same way a person does, and waits for its drive as long as that is away', async () => {
  const work = join(test.folder, 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'notes.txt'), 'first');
  const place = join(test.folder, 'drive');
  writeFileSync(join(test.folder, 'password'), 'p');
  await test.api.repositories.add({ name: 'drive', path: place, mode: 'create', password: { kind: 'file', path: join(test.folder, 'password') } } as never, test.context);
  await test.api.plans.add({ name: 'thesis', repository: 'drive', paths: [work], excludes: [], tags: [] } as never, test.context);
  const [daily] = await test.api.jobs.defaults({ plan: 'thesis' }, test.context);
  expect(daily).toMatchObject({ name: 'thesis-daily', work: { kind: 'snapshot', plan: 'thesis' } });
  // Two plans on one repository: one check of it, whichever proposes it first, and none where there is one.
  await test.api.plans.add({ name: 'notes', repository: 'drive', paths: [work], excludes: [], tags: [] } as never, test.context);
  const checkOf = async (plan: string): Promise<unknown> => (await test.api.jobs.defaults({ plan }, test.context)).find((each) => each.work.kind === 'check');
  expect(await checkOf('notes')).toEqual(await checkOf('thesis'));
  await add({ ...((await checkOf('notes')) as never as object), name: 'weekly' } as never);
  expect([await checkOf('notes'), await checkOf('thesis')]).toEqual([undefined, undefined]);
  // One package of the record for the home, and none where a job makes one already; one of a plan's snapshot is another thing.
  const packageOf = async (plan: string): Promise<object | undefined> => (await test.api.jobs.defaults({ plan }, test.context)).find((each) => each.work.kind === 'package');
  await add(JobDefinition.parse({ name: 'thesis-zip', work: { kind: 'package', plan: 'thesis', format: 'zip' }, schedule: manual }));
  const proposed = await packageOf('thesis');
  expect(proposed).toMatchObject({ name: 'record-package', work: { kind: 'package', plan: null }, schedule: { kind: 'cron', expression: expect.stringMatching(/^\d+ 16 \* \* SUN$/) as string } });
  expect(await packageOf('notes')).toEqual(proposed);
  await add({ ...proposed, name: 'cold' } as never);
  expect([await packageOf('notes'), await packageOf('thesis')]).toEqual([undefined, undefined]);
  await add(daily as JobDefinition);
  expect(await ended((await begin('thesis-daily')).id)).toMatchObject({ state: 'succeeded', result: { metrics: { filesNew: 1 } } });
  renameSync(place, `${place}-away`);
  await new Promise((resolve) => setTimeout(resolve, 2100)); // what is known of a place is two seconds old at most
  const waiting = await begin('thesis-daily');
  await until(waiting.id, ({ waitingFor }) => waitingFor === 'drive');
  renameSync(`${place}-away`, place);
  expect(await ended(waiting.id)).toMatchObject({ state: 'succeeded' });
  expect(readFileSync(join(work, 'notes.txt'), 'utf8')).toBe('first');
});

it('takes what was done elsewhere for a run, gives up one that never told its end, and starts nothing by itself', async () => {
  await test.api.jobs.add({ definition: JobDefinition.parse({ name: 'nas', work: { kind: 'external' }, schedule: { kind: 'interval', everyMs: 60_000, anchor: '2026-01-01T00:00:00.000Z' } }) }, test.context);
  const ping = async (what: 'start' | 'end', exitCode = 0): Promise<Run> => test.api.jobs.ping({ job: 'nas', what, exitCode, message: '' }, test.context);
  const first = await ping('start');
  expect(first).toMatchObject({ state: 'running', trigger: 'api', workKind: 'external' });
  const second = await ping('start');
  expect((await test.api.runs.get({ run: first.id }, test.context)).run).toMatchObject({ state: 'unknown', cause: 'crash' });
  expect(await ping('end', 23)).toMatchObject({ id: second.id, state: 'failed', exit: { code: 23, signal: null }, failure: { detail: 'ended with 23', inARow: 2 } });
  expect(await ping('end')).toMatchObject({ state: 'succeeded', attempts: 1 });
  await expect(test.api.jobs.run({ job: 'nas', reason: '', whenBusy: 'refuse', test: false }, test.context)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await test.api.jobs.add({ definition: command('') }, test.context);
  await expect(test.api.jobs.ping({ job: 'nightly', what: 'end', exitCode: 0, message: '' }, test.context)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it('watches over a folder, says that it is gone, and brings it back by itself only where it was told to', async () => {
  const work = join(test.folder, 'projects', 'work');
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'notes.txt'), 'years of it');
  writeFileSync(join(test.folder, 'projects', 'other.txt'), 'beside it');
  writeFileSync(join(test.folder, 'password'), 'p');
  await test.api.repositories.add({ name: 'drive', path: join(test.folder, 'drive'), mode: 'create', password: { kind: 'file', path: join(test.folder, 'password') } } as never, test.context);
  await test.api.plans.add({ name: 'thesis', repository: 'drive', paths: [work], excludes: [], tags: [] } as never, test.context);
  await add(JobDefinition.parse({ name: 'daily', work: { kind: 'snapshot', plan: 'thesis' }, schedule: manual }));
  await add(JobDefinition.parse({ name: 'watch', work: { kind: 'watch', plan: 'thesis' }, schedule: manual }));
  const watched = async (): Promise<Run> => ended((await begin('watch')).id);
  expect(await ended((await begin('daily')).id)).toMatchObject({ state: 'succeeded' });
  expect(await watched()).toMatchObject({ state: 'succeeded' });

  rmSync(work, { recursive: true });
  expect(await watched()).toMatchObject({ state: 'failed', cause: 'damage', failure: { detail: `${work} is gone` } });
  expect(existsSync(work)).toBe(false);

  await test.api.jobs.edit({ job: 'watch', definition: JobDefinition.parse({ name: 'watch', work: { kind: 'watch', plan: 'thesis', bringBack: true }, schedule: manual }) }, test.context);
  expect((await watched()).failure?.detail).toMatch(/was brought back by itself; undo [0-9a-f-]{13}$/);
  expect(readFileSync(join(work, 'notes.txt'), 'utf8')).toBe('years of it');
  expect(await watched()).toMatchObject({ state: 'succeeded' });

  // All around it is gone as well: that is a drive that is away, and nothing is written where it was.
  renameSync(join(test.folder, 'projects'), join(test.folder, 'away'));
  mkdirSync(join(test.folder, 'projects'));
  expect((await watched()).failure?.detail).toBe(`${work} is away, and so is what lay around it`);
  expect(readdirSync(join(test.folder, 'projects'))).toEqual([]);
});

it('puts a folder back as it was when the check fails also after it was brought back', async () => {
  const work = join(test.folder, 'projects');
  mkdirSync(work);
  writeFileSync(join(work, 'data.txt'), 'sound');
  writeFileSync(join(test.folder, 'password'), 'p');
  await test.api.repositories.add({ name: 'drive', path: join(test.folder, 'drive'), mode: 'create', password: { kind: 'file', path: join(test.folder, 'password') } } as never, test.context);
  const checkOf = (script: string): object => ({ before: null, after: null, check: { argv: [node, '-e', script], timeLimitSeconds: 60, environment: [] } });
  await test.api.plans.add({ name: 'thesis', repository: 'drive', paths: [work], excludes: [], tags: [], hooks: checkOf("process.exit(require('fs').readFileSync('data.txt', 'utf8') === 'sound' ? 0 : 1)") } as never, test.context);
  await add(JobDefinition.parse({ name: 'daily', work: { kind: 'snapshot', plan: 'thesis' }, schedule: manual }));
  await add(JobDefinition.parse({ name: 'watch', work: { kind: 'watch', plan: 'thesis', bringBack: true }, schedule: manual }));
  await ended((await begin('daily')).id);
  writeFileSync(join(work, 'data.txt'), 'spoiled');
  expect((await ended((await begin('watch')).id)).failure?.detail).toContain('was brought back by itself');
  expect(readFileSync(join(work, 'data.txt'), 'utf8')).toBe('sound');

  await test.api.plans.edit({ plan: 'thesis', hooks: checkOf('process.exit(1)') } as never, test.context);
  writeFileSync(join(work, 'data.txt'), 'spoiled again');
  expect((await ended((await begin('watch')).id)).failure?.detail).toContain('it was put back as it was');
  expect(readFileSync(join(work, 'data.txt'), 'utf8')).toBe('spoiled again');
});
