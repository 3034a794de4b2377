// Maintenance through the engine: real files, real threads, what the record says of it.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../../contract/log.ts';
import type { CopyReport, PruneReport, RepairReport } from '../../../../contract/maintenance.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/test-engine.ts';

let test: TestEngine;
const at = (...names: string[]): string => join(test.folder, ...names);

async function addRepository(name: string): Promise<void> {
  await test.api.repositories.add({ name, path: at(name), mode: 'auto', password: { kind: 'value', password: 'geheim' } }, test.context);
}

async function snapshot(content: Buffer): Promise<string> {
  writeFileSync(at('work', 'file'), content);
  const state = await taskEnd(test.api, (await test.api.snapshots.take({ plan: 'work', tags: [] }, test.context)).taskId);
  if (state.result?.kind !== 'snapshot') throw new Error(JSON.stringify(state.error));
  return state.result.result.snapshot.id;
}

async function prune(dryRun: boolean): Promise<PruneReport> {
  const state = await taskEnd(test.api, (await test.api.maintenance.prune({ repository: 'usb', dryRun, maxUnused: { kind: 'bytes', bytes: 0 } }, test.context)).taskId);
  if (state.result?.kind !== 'prune') throw new Error(JSON.stringify(state.error));
  return state.result.report;
}

async function events(action: string): Promise<LogEntry[]> {
  const { entries } = await test.api.log.list({ filter: {}, order: 'newest', limit: 50 }, test.context);
  return entries.filter((entry) => entry.action === action);
}

beforeEach(async () => {
  test = await createTestEngine();
  mkdirSync(at('work'));
  await addRepository('usb');
  await test.api.plans.add({ name: 'work', title: 'Work', repository: 'usb', paths: [at('work')], excludes: [], tags: [] } as never, test.context);
});
afterEach(() => test.close());

describe('maintenance as tasks', () => {
  it('says what it would free, frees it, records it, and leaves no lock', async () => {
    const first = await snapshot(Buffer.alloc(700_000, 'a'));
    await snapshot(Buffer.from('b'));
    rmSync(at('usb', 'snapshots', first), { force: true });
    const said = await prune(true);
    expect(said).toMatchObject({ dryRun: true, snapshots: 1 });
    expect(await events('repository.pruned')).toEqual([]);
    const done = await prune(false);
    expect(done.bytes.freed).toBeGreaterThan(0);
    const [event] = await events('repository.pruned');
    expect(event).toMatchObject({ category: 'repository', payload: { repository: 'usb', bytes: { freed: done.bytes.freed } } });
    expect(readdirSync(at('usb', 'locks'))).toEqual([]);
    const check = await taskEnd(test.api, (await test.api.repositories.check({ repository: 'usb', readData: true }, test.context)).taskId);
    expect(check.result).toMatchObject({ kind: 'check', report: { ok: true, findings: [] } });
  });

  it('records why it could not, and what to look at', async () => {
    await snapshot(Buffer.from('a'));
    for (const name of readdirSync(at('usb', 'index'))) rmSync(at('usb', 'index', name), { force: true });
    const state = await taskEnd(test.api, (await test.api.maintenance.prune({ repository: 'usb', dryRun: false, maxUnused: { kind: 'unlimited' } }, test.context)).taskId);
    expect(state).toMatchObject({ state: 'failed', error: { code: 'REPOSITORY_DAMAGED' } });
    expect((await events('repository.maintenance-failed'))[0]).toMatchObject({ level: 'error', payload: { work: 'prune', code: 'REPOSITORY_DAMAGED' } });
    expect(readdirSync(at('usb', 'locks'))).toEqual([]);
  });

  it('stops when it is cancelled, records it, and leaves no lock', async () => {
    await snapshot(Buffer.from('a'));
    const { taskId } = await test.api.maintenance.prune({ repository: 'usb', dryRun: false, maxUnused: { kind: 'unlimited' } }, test.context);
    await test.api.system.tasks.cancel({ id: taskId }, test.context);
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'cancelled' });
    expect(await events('repository.maintenance-started')).toHaveLength(1);
    expect((await events('repository.maintenance-failed'))[0]).toMatchObject({ level: 'warn', payload: { work: 'prune', code: 'CANCELLED' } });
    expect(readdirSync(at('usb', 'locks'))).toEqual([]);
    await prune(false);
  });

  it('copies snapshots between two repositories, and back again nothing', async () => {
    const first = await snapshot(Buffer.from('a'));
    await addRepository('nas');
    const copy = async (from: string, to: string): Promise<CopyReport> => {
      const state = await taskEnd(test.api, (await test.api.maintenance.copy({ from, to }, test.context)).taskId);
      if (state.result?.kind !== 'copy') throw new Error(JSON.stringify(state.error));
      return state.result.report;
    };
    const report = await copy('usb', 'nas');
    expect(report).toMatchObject({ present: 0, failed: [], copied: [{ from: first }] });
    expect((await events('repository.copied'))[0]).toMatchObject({ payload: { repository: 'nas', source: 'usb', count: 1, snapshots: report.copied } });
    expect(await copy('nas', 'usb')).toMatchObject({ copied: [], present: 1 });
    for (const name of ['usb', 'nas']) expect(readdirSync(at(name, 'locks'))).toEqual([]);
    await expect(test.api.maintenance.copy({ from: 'usb', to: 'usb' }, test.context)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('repairs what a lost index file broke, and says so', async () => {
    await snapshot(Buffer.from('a'));
    for (const name of readdirSync(at('usb', 'index'))) rmSync(at('usb', 'index', name), { force: true });
    const repair = async (dryRun: boolean): Promise<RepairReport> => {
      const state = await taskEnd(test.api, (await test.api.maintenance.repair({ repository: 'usb', what: 'index', dryRun, forget: false }, test.context)).taskId);
      if (state.result?.kind !== 'repair') throw new Error(JSON.stringify(state.error));
      return state.result.report;
    };
    expect(await repair(true)).toMatchObject({ dryRun: true, gaps: false, count: 2 });
    expect(readdirSync(at('usb', 'index'))).toEqual([]);
    expect(await repair(false)).toMatchObject({ gaps: false, steps: [{ step: 'pack-described' }, { step: 'pack-described' }] });
    expect((await events('repository.repaired'))[0]).toMatchObject({ level: 'notice', payload: { what: 'index', count: 2 } });
    expect(await repair(false)).toMatchObject({ count: 0 });
    expect((await prune(true)).bytes.freed).toBe(0);
  });

  it('needs the owner', async () => {
    await expect(test.api.maintenance.prune({ repository: 'usb', dryRun: true, maxUnused: { kind: 'unlimited' } }, { ...test.context, scope: 'read' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
