// Intake through the engine: what the console and programs call, and who may.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportReport, ImportStep } from '../../../../contract/intake.ts';
import { createTestEngine, testContext, type TestEngine } from '../../testing/index.ts';

let home: TestEngine;
let old: string;
beforeAll(async () => {
  home = await createTestEngine();
  old = join(home.folder, 'old.jsonl');
}, 60_000);
afterAll(() => home.close());

async function importOld(options: object = {}): Promise<ImportReport> {
  const steps: ImportStep[] = [];
  for await (const step of home.api.intake.import({ path: old, dryRun: false, ...options }, testContext)) steps.push(step);
  const last = steps.at(-1);
  if (last?.kind !== 'done') throw new Error('no report');
  return last.report;
}
const lines = (count: number, action = 'lab.ran'): string => Array.from({ length: count }, (_, i) => `${JSON.stringify({ action, payload: { i } })}\n`).join('');

describe('intake through the engine', () => {
  it('imports in steps and writes its report in the language of the home', async () => {
    writeFileSync(old, lines(900));
    await home.api.system.settings.set({ language: 'pt-BR' }, testContext);
    const report = await importOld();
    expect(report).toMatchObject({ imported: 900, refused: 0 });
    expect(readFileSync(report.report ?? '', 'utf8')).toContain('Importação');
    expect(await importOld()).toMatchObject({ imported: 0, present: 900 });
  });

  it('exports in pieces and says at the end what is in them; the record says that it went to this caller', async () => {
    let text = '';
    let end: unknown;
    for await (const piece of home.api.intake.export({ format: 'jsonl', purpose: 'a look', filter: { action: 'app.lab.ran' }, bom: false }, testContext)) {
      if (piece.kind === 'text') text += piece.text;
      else end = piece;
    }
    expect(text.trimEnd().split('\n')).toHaveLength(902);
    expect(end).toMatchObject({ meta: { entries: 900 }, end: { entries: 900 } });
    expect((await home.api.log.list({ filter: { action: 'access.log-exported' }, limit: 1, order: 'newest' }, testContext)).entries[0]).toMatchObject({ actorName: 'tester', payload: { to: 'cli', purpose: 'a look' } });
  });

  it('follows by itself while the engine runs', async () => {
    const path = join(home.folder, 'live.jsonl');
    writeFileSync(path, lines(1, 'live.step'));
    const added = await home.api.intake.follow.add({ path }, testContext);
    expect(added).toMatchObject({ file: { path }, report: { imported: 1 } });
    const seen = home.api.log.tail({ filter: { action: 'app.live.step' } }, { ...testContext, signal: AbortSignal.timeout(30_000) })[Symbol.asyncIterator]();
    const next = seen.next();
    appendFileSync(path, lines(1, 'live.step'));
    expect((await next).value).toMatchObject({ action: 'app.live.step' });
    await seen.return?.();
    expect(await home.api.intake.follow.list({}, testContext)).toMatchObject([{ path, taken: 1 }]);
    expect(await home.api.intake.follow.remove({ path }, testContext)).toEqual({ removed: true });
  }, 60_000);

  it('lets a program that may append do that and nothing else, and one that may read nothing of this', async () => {
    const append = { ...testContext, scope: 'append', actor: 'robot' } as const;
    const { events } = await home.api.intake.appendMany({ events: [{ action: 'app.a', category: 'app', level: 'info' }, { action: 'app.b', category: 'app', level: 'info', actor: 'grace' }] }, append);
    expect((await home.api.log.show({ seq: events[1]?.seq ?? 0 }, testContext)).entry.actorName).toBe('grace (by robot)');
    for (const context of [append, { ...testContext, scope: 'read' } as const]) {
      expect(() => home.api.intake.import({ path: old, dryRun: false }, context)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
      expect(() => home.api.intake.export({ format: 'csv', purpose: 'x', filter: {}, bom: false }, context)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
      for (const call of [() => home.api.intake.follow.list({}, context), () => home.api.intake.follow.add({ path: old }, context), () => home.api.intake.follow.run({}, context)]) await expect(Promise.resolve(call())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await expect(Promise.resolve(home.api.intake.appendMany({ events: [{ action: 'app.a', category: 'app', level: 'info' }] }, { ...testContext, scope: 'read' }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('in a mapping that a program sends is checked as one from a file is', async () => {
    const mapping = { format: 'varve-mapping', version: 1, encoding: 'utf-8', action: { fixed: 'snapshot.finished' }, category: 'ingest', level: { fixed: 'info' }, chain: 'auto' } as const;
    await expect(importOld({ mapping })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'mapping.action' } });
    await expect(Promise.resolve(home.api.intake.follow.add({ path: old, mapping }, testContext))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
