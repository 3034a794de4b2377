// Judged by restic: it opens with the passwords we add and no longer with those we take away, and we see its locks and its keys as it does.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../testing/index.ts';
import { hasRestic, restic, resticPath } from '../testing/index.ts';

const withRestic = hasRestic();
let test: TestEngine;
let path: string;

beforeAll(async () => {
  if (!withRestic) return;
  test = await createTestEngine();
  path = join(test.folder, 'repository');
  const made = restic(path, 'first', 'init');
  if (made.code !== 0) throw new Error(made.err);
  await test.api.repositories.add({ name: 'safe', path, mode: 'open', password: { kind: 'value', password: 'first' } }, test.context);
});
afterAll(() => test?.close());

const opens = (password: string): boolean => restic(path, password, 'snapshots').code === 0;
const value = (password: string) => ({ kind: 'value' as const, password });
const keys = () => test.api.keeping.keys.list({ repository: 'safe' }, test.context);
const locks = () => test.api.keeping.locks.list({ repository: 'safe' }, test.context);

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 200 && !(await what()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await what()).toBe(true);
}

describe.runIf(withRestic)('passwords', () => {
  it('of ours open restic, and end for it, too', async () => {
    const { id } = await test.api.keeping.keys.add({ repository: 'safe', password: value('zwölf Übungen ✓') }, test.context);
    expect(opens('zwölf Übungen ✓')).toBe(true);
    expect(restic(path, 'zwölf Übungen ✓', 'key', 'list').out).toContain(`*${id.slice(0, 8)}`);
    await test.api.keeping.keys.change({ repository: 'safe', password: value('next') }, test.context);
    expect([opens('first'), opens('next'), opens('zwölf Übungen ✓')]).toEqual([false, true, true]);
    await test.api.keeping.keys.remove({ repository: 'safe', key: id }, test.context);
    expect([opens('next'), opens('zwölf Übungen ✓')]).toEqual([true, false]);
  });

  it('of restic are listed with who made them, and can go', async () => {
    writeFileSync(join(test.folder, 'theirs'), 'theirs\n');
    expect(restic(path, 'next', 'key', 'add', '--new-password-file', join(test.folder, 'theirs')).code).toBe(0);
    const theirs = (await keys()).find(({ current }) => !current);
    expect(theirs).toMatchObject({ hostname: hostname(), damage: null });
    await test.api.keeping.keys.remove({ repository: 'safe', key: theirs!.id.slice(0, 10) }, test.context);
    expect([opens('next'), opens('theirs')]).toEqual([true, false]);
    expect(restic(path, 'next', 'check').code).toBe(0);
  });
});

describe.runIf(withRestic)('a lock of restic', () => {
  /** restic that waits for standard input with its lock held. */
  function busy(): ChildProcess {
    mkdirSync(join(test.folder, 'cache'), { recursive: true });
    return spawn(resticPath, ['--no-cache', '-r', path, 'backup', '--stdin', '-q'], { env: { PATH: process.env['PATH'] ?? '', HOME: test.folder, RESTIC_PASSWORD: 'next' }, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  it('is shown with its process, stays while that lives, and goes when it is gone', async () => {
    const child = busy();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      await until(() => readdirSync(join(path, 'locks')).length === 1);
      const [lock] = await locks();
      expect(lock).toMatchObject({ pid: child.pid, hostname: hostname(), exclusive: false, alive: true, mine: false, stale: false, damage: null });
      expect(Math.abs(Date.parse(lock!.since!) - Date.now())).toBeLessThan(60_000);
      const nothing = await test.api.keeping.locks.remove({ repository: 'safe', which: 'stale' }, test.context);
      expect(nothing).toMatchObject({ removed: [], left: [{ id: lock!.id }] });
      expect(existsSync(join(path, 'locks', lock!.id))).toBe(true);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    expect(await locks()).toMatchObject([{ alive: false, stale: true }]);
    expect((await test.api.keeping.locks.remove({ repository: 'safe', which: 'stale' }, test.context)).removed).toHaveLength(1);
    expect(readdirSync(join(path, 'locks'))).toEqual([]);
    expect(restic(path, 'next', 'check').code).toBe(0);
    const { entries } = await test.api.log.list({ filter: { action: ['repository.unlocked'] }, limit: 10, order: 'newest' }, test.context);
    expect(entries).toMatchObject([{ payload: { repository: 'safe', pid: child.pid, stale: true } }]);
  });

  it('that lives goes only with all of them', async () => {
    const child = busy();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      await until(() => readdirSync(join(path, 'locks')).length === 1);
      expect((await test.api.keeping.locks.remove({ repository: 'safe', which: 'all' }, test.context)).removed).toMatchObject([{ pid: child.pid }]);
      expect(readdirSync(join(path, 'locks'))).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
});
