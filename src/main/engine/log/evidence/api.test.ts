// Evidence through the engine's procedures: who may ask for it, files and folders as tasks, and the stream for a browser.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleRequest } from '../../../../contract/evidence.ts';
import type { CallContext } from '../../../../contract/index.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { verify } from './testing.ts';

let test: TestEngine;
let keys: string[];
beforeAll(async () => {
  test = await createTestEngine();
  for (let i = 0; i < 5; i++) await test.api.log.append({ action: 'app.note', category: 'note', level: 'info', payload: { i } }, test.context);
  keys = (await test.api.checkpoints.keys({}, test.context)).map(({ vkey }) => vkey);
});
afterAll(() => test.close());

const request = { disclosure: 'payloads', protected: false, held: [] } satisfies BundleRequest;
const code = async (work: () => unknown): Promise<unknown> => {
  try {
    const answer = await work();
    if (answer !== null && typeof answer === 'object' && Symbol.asyncIterator in answer) await (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]().next();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('evidence', () => {
  it('streams to a browser as text that verifies', async () => {
    let whole = '';
    for await (const { text } of test.api.evidence.download(request, test.context)) whole += text;
    expect(await verify(whole, { keys })).toMatchObject({ verdict: 'verified', complete: true });
  });
  it('is written into a file and a folder as tasks that end with a report', async () => {
    const path = join(test.folder, 'whole.varve-evidence');
    const bundle = await taskEnd(test.api, (await test.api.evidence.bundle({ ...request, path }, test.context)).taskId);
    expect(bundle).toMatchObject({ kind: 'evidence', state: 'done', subject: path, result: { kind: 'evidence', report: { path, uncovered: 0 } } });
    expect(existsSync(path)).toBe(true);
    const again = await taskEnd(test.api, (await test.api.evidence.bundle({ ...request, path }, test.context)).taskId);
    expect(again).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } });
    const tiles = await taskEnd(test.api, (await test.api.evidence.tiles({ path: join(test.folder, 'tiles') }, test.context)).taskId);
    expect(tiles).toMatchObject({ state: 'done', result: { report: { sha256: null } } });
    expect(existsSync(join(test.folder, 'tiles/checkpoint'))).toBe(true);
  });
  it('goes nowhere but to an absolute path', async () => {
    const ended = await taskEnd(test.api, (await test.api.evidence.bundle({ ...request, path: 'here.varve-evidence' }, test.context)).taskId);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'BAD_INPUT' } });
  });
  it('is for the owner to hand out; whoever may read may see that checkpoints agree', async () => {
    for (const scope of ['read', 'append'] as const) {
      const context: CallContext = { ...test.context, scope };
      expect(await code(() => test.api.evidence.prove({ seq: 1, disclosure: 'commitments', protected: false }, context)), scope).toBe('FORBIDDEN');
      expect(await code(() => test.api.evidence.download(request, context)), scope).toBe('FORBIDDEN');
      expect(await code(() => test.api.evidence.bundle({ ...request, path: join(test.folder, 'theirs') }, context)), scope).toBe('FORBIDDEN');
      expect(await code(() => test.api.evidence.tiles({ path: join(test.folder, 'theirs') }, context)), scope).toBe('FORBIDDEN');
      expect(await code(() => test.api.evidence.consistency({ old: 1 }, context)), scope).toBe(scope === 'read' ? undefined : 'FORBIDDEN');
    }
    expect(existsSync(join(test.folder, 'theirs'))).toBe(false);
  });
});
