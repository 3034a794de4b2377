// Drives that come and go, through the engine's table: real files, real threads. A folder that is renamed stands for the drive; a full one is a real
// file system where the tests may mount one.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TaskState } from '../../../../contract/events.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { addRepository, takeSnapshot } from '../testing/begin.ts';

let test: TestEngine;
const at = (...parts: string[]): string => join(test.folder, ...parts);

beforeAll(async () => {
  test = await createTestEngine();
  mkdirSync(at('work'));
  writeFileSync(at('work', 'a.txt'), 'first');
  await addRepository(test, 'usb', at('drive'));
  await test.api.plans.add({ name: 'thesis', repository: 'usb', paths: [at('work')], excludes: [], tags: [] }, test.context);
});
afterAll(async () => {
  await test?.close();
  if (test) rmSync(test.folder, { recursive: true, force: true });
});

const take = async (wait: boolean): Promise<TaskState> => takeSnapshot(test, 'thesis', { wait });
const waits = () => Promise.resolve(test.api.snapshots.waiting({}, test.context));
const actions = async (): Promise<string[]> => (await test.api.log.list({ filter: {}, limit: 100, order: 'oldest' }, test.context)).entries.map((entry) => entry.action).filter((action) => action.startsWith('snapshot.'));
const taken = async (): Promise<number> => (await test.api.snapshots.list({ repository: 'usb', limit: 100 }, test.context)).snapshots.length;

async function restart(): Promise<void> {
  const { folder, keyring } = test;
  await test.engine.stop();
  await test.ports.workers.close();
  test = await createTestEngine({ folder, keyring });
}

it('a snapshot that was asked for waits for its drive, over a restart, and is taken when it is back', async () => {
  renameSync(at('drive'), at('away'));
  expect(await take(false)).toMatchObject({ state: 'failed', error: { code: 'REPOSITORY_MISSING' } });
  const task = await take(true);
  expect(task).toMatchObject({ state: 'waiting', error: null, result: { kind: 'waiting', wait: { planName: 'thesis', repositoryName: 'usb', reason: 'absent' } } });
  const [wait] = await waits();
  await restart();
  expect(await waits()).toEqual([wait]);
  renameSync(at('away'), at('drive'));
  await expect.poll(taken).toBe(1);
  await expect.poll(waits).toEqual([]);
  // The task is the one that was promised.
  expect(await taskEnd(test.api, wait?.id ?? '')).toMatchObject({ state: 'done', kind: 'snapshot' });
  expect((await actions()).slice(-3)).toEqual(['snapshot.waiting', 'snapshot.started', 'snapshot.finished']);
});

it('a snapshot taken meanwhile is the one that was waited for', async () => {
  renameSync(at('drive'), at('away'));
  await take(true);
  renameSync(at('away'), at('drive'));
  expect(await take(false)).toMatchObject({ state: 'done' });
  expect(await waits()).toEqual([]);
});

it('a drive that is pulled out in the middle leads back to waiting', async () => {
  // The plan's own program pulls it out, once, after the snapshot has begun.
  const pull = `const fs = require('fs'); const [drive, away, flag] = process.argv.slice(1); if (!fs.existsSync(flag)) { fs.writeFileSync(flag, ''); fs.renameSync(drive, away); }`;
  const before = { argv: [process.execPath, '-e', pull, at('drive'), at('away'), at('pulled')], timeLimitSeconds: 60, environment: [] };
  await test.api.plans.edit({ plan: 'thesis', hooks: { before } }, test.context);
  const count = await taken();
  const task = await take(true);
  expect(task).toMatchObject({ state: 'waiting', result: { wait: { reason: 'absent' } } });
  // It is looked for from now on, and what was known of the place may be two seconds old: a try in vain may have followed already.
  expect((await actions()).join(' ')).toMatch(/snapshot\.started snapshot\.failed snapshot\.waiting( snapshot\.failed)*$/);
  renameSync(at('away'), at('drive'));
  await expect.poll(taken).toBe(count + 1);
  await test.api.plans.edit({ plan: 'thesis', hooks: { before: null } }, test.context);
});

it('another drive at the same place is refused, by name, also when it was exchanged under an open repository', async () => {
  await test.api.repositories.add({ name: 'second', path: at('second'), mode: 'create', password: { kind: 'value', password: 'another secret' } }, test.context);
  expect(await take(false)).toMatchObject({ state: 'done' });
  expect(await taken()).toBeGreaterThan(0);
  renameSync(at('drive'), at('away'));
  renameSync(at('second'), at('drive'));
  await expect.poll(() => take(true)).toMatchObject({ state: 'failed', error: { code: 'REPOSITORY_OTHER', data: { path: at('drive'), repository: 'usb' } } });
  expect((await test.api.repositories.list({}, test.context)).find(({ name }) => name === 'usb')?.state).toBe('other');
  expect(readdirSync(at('drive', 'snapshots'))).toEqual([]);
  expect(readdirSync(at('drive', 'locks'))).toEqual([]);
  renameSync(at('drive'), at('second'));
  renameSync(at('away'), at('drive'));
  await expect.poll(async () => (await take(true)).state).toBe('done');
  await expect.poll(async () => (await test.api.repositories.list({}, test.context)).map(({ state }) => state)).toEqual(['ready', 'ready']);
});

it('what waits goes with its plan: to its other repository, and not at all when the plan is removed', async () => {
  await test.api.plans.add({ name: 'moving', repository: 'usb', paths: [at('work')], excludes: [], tags: [] }, test.context);
  const wish = async () => takeSnapshot(test, 'moving', { wait: true });
  renameSync(at('drive'), at('away'));
  expect(await wish()).toMatchObject({ state: 'waiting' });
  await test.api.plans.edit({ plan: 'moving', repository: 'second' }, test.context);
  await expect.poll(waits).toEqual([]);
  await expect.poll(async () => (await test.api.snapshots.list({ repository: 'second', limit: 10 }, test.context)).snapshots.map(({ planName }) => planName)).toEqual(['moving']);
  renameSync(at('second'), at('second away'));
  expect(await wish()).toMatchObject({ state: 'waiting' });
  await test.api.plans.remove({ plan: 'moving' }, test.context);
  expect(await waits()).toEqual([]);
  renameSync(at('second away'), at('second'));
  renameSync(at('away'), at('drive'));
  const { entries } = await test.api.log.list({ filter: { subject: 'plan:moving' }, limit: 2, order: 'newest' }, test.context);
  expect(entries.map(({ action, payload }) => [action, (payload as { why?: string }).why])).toEqual([['snapshot.waiting-ended', 'plan-removed'], ['plan.removed', undefined]]);
});

it('what standard input gives cannot wait', async () => {
  await expect(Promise.resolve(test.api.snapshots.take({ plan: 'thesis', tags: [], wait: true, streams: [{ name: 'x', path: at('work', 'a.txt') }] }, test.context))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'wait' } });
});

it('a drive that fills up says what would make room, and keeps nothing half-written', async ({ skip }) => {
  const drive = at('small');
  mkdirSync(drive);
  try {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error('not the administrator of Linux');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', drive], { stdio: 'ignore' });
  } catch {
    skip('needs to mount a small file system');
  }
  try {
    await addRepository(test, 'small', join(drive, 'repository'));
    await test.api.plans.add({ name: 'big', repository: 'small', paths: [at('work')], excludes: [], tags: [], retention: { keepLast: 1 } }, test.context);
    const bytes = (megabytes: number): Buffer => Buffer.concat(Array.from({ length: megabytes * 64 }, () => test.ports.random.bytes(16_384)));
    const snapshot = async (): Promise<TaskState> => takeSnapshot(test, 'big');
    for (const name of ['one', 'two']) {
      writeFileSync(at('work', 'data'), bytes(2));
      expect(await snapshot(), name).toMatchObject({ state: 'done' });
    }
    const { snapshots } = await test.api.snapshots.list({ repository: 'small', limit: 10 }, test.context);
    writeFileSync(join(drive, 'film.bin'), bytes(4));
    writeFileSync(at('work', 'data'), bytes(8));
    const full = await snapshot();
    expect(full).toMatchObject({ state: 'failed', error: { code: 'NO_SPACE' } });
    const data = full.error?.data as { prunableBytes: number; forgettable: number; otherBytes: number };
    // What the failed one stored in whole packs is nobody's, and one of two snapshots is more than the rule keeps.
    expect(data.prunableBytes).toBeGreaterThanOrEqual(0);
    expect(data.forgettable).toBe(1);
    expect(data.otherBytes).toBeGreaterThanOrEqual(4 << 20);
    const left = execFileSync('find', [drive, '-name', '*tmp*', '-type', 'f'], { encoding: 'utf8' });
    expect(left).toBe('');
    rmSync(join(drive, 'film.bin'));
    const check = await taskEnd(test.api, (await test.api.repositories.check({ repository: 'small', readData: true }, test.context)).taskId);
    expect(check.result).toMatchObject({ kind: 'check', report: { ok: true, snapshots: snapshots.length } });
    writeFileSync(at('work', 'data'), bytes(1));
    expect(await snapshot()).toMatchObject({ state: 'done' });
  } finally {
    // The engine's threads may still look at it for a moment.
    if (existsSync(drive)) execFileSync('umount', ['-l', drive]);
  }
});
