// The contract's own paths through an engine: saved views in state.db, the export of the access list, and who may call what.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../testing/index.ts';

describe('reviewing through the engine', () => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await createTestEngine();
  });
  afterAll(() => test.close());

  it('keeps views by name, replaces one of the same name, and gives them back after a restart', async () => {
    const { views } = test.api.review;
    await views.save({ name: 'This week', filter: { category: ['note'], where: 'payload.x > 1' } }, test.context);
    await views.save({ name: 'Álgebra', filter: {} }, test.context);
    await views.save({ name: 'This week', filter: { reviewed: false } }, test.context);
    await test.engine.stop();
    const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
    const kept = await again.api.review.views.list({}, again.context);
    expect(kept.map(({ name, filter }) => [name, filter])).toEqual([['This week', { reviewed: false }], ['Álgebra', {}]]);
    await again.api.review.views.remove({ name: 'Álgebra' }, again.context);
    await expect(again.api.review.views.remove({ name: 'Álgebra' }, again.context)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(again.api.review.views.save({ name: 'bad', filter: { where: 'x' } }, again.context)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    test = { ...again, close: async () => (await again.close(), test.ports.files.removeTree(test.folder)) };
  });

  it('gives the access list as CSV that no spreadsheet takes for formulas, and records that it did', async () => {
    await test.api.log.append({ action: 'app.x', category: 'app', level: 'info', payload: {} }, test.context);
    test.engine.record({ action: 'access.payload-opened', category: 'access', actor: '=cmd', payload: { seqs: [1, 2], purpose: 'ethics "review", step 2' } });
    const csv = await test.api.review.accessCsv({ filter: { category: ['app'] }, purpose: 'yearly report' }, { ...test.context, actor: 'grace' });
    expect(csv.content.split('\r\n')).toEqual([
      'entry,time_utc,who,action,what,entries,purpose',
      expect.stringMatching(/^\d+,\d{4}-.*Z,'=cmd,access\.payload-opened,1 2,2,"ethics ""review"", step 2"$/),
      ''
    ]);
    const [newest] = (await test.api.review.rows({ filter: { category: ['access'] }, offset: 0, limit: 1 }, test.context)).rows;
    expect(newest?.entry).toMatchObject({ action: 'access.log-exported', actorName: 'grace', payload: { entries: 1, format: 'access-csv', purpose: 'yearly report' } });
  });

  it('lets a reader look and nobody but the owner write', async () => {
    const reader = { ...test.context, scope: 'read' as const };
    expect((await test.api.review.rows({ filter: {}, offset: 0, limit: 1 }, reader)).total).toBeGreaterThan(0);
    for (const call of [
      () => test.api.review.note({ seqs: [1], text: 'x' }, reader),
      () => test.api.review.removeNote({ note: 1 }, reader),
      () => test.api.review.mark({ seqs: [1], reviewed: true }, reader),
      () => test.api.review.views.save({ name: 'x', filter: {} }, reader),
      () => test.api.review.accessCsv({ filter: {}, purpose: 'x' }, reader)
    ]) await expect(call()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('writes notes in the name of whoever calls', async () => {
    const { seq } = await test.api.review.note({ seqs: [1], text: 'seen' }, { ...test.context, actor: 'grace' });
    expect((await test.api.review.annotations({ seq: 1 }, test.context)).notes).toMatchObject([{ seq, actorName: 'grace', text: 'seen' }]);
    expect((await test.api.review.mark({ seqs: [1], reviewed: true }, test.context)).seq).toBe(seq + 1);
    expect((await test.api.review.mark({ seqs: [1], reviewed: true }, test.context)).seq).toBeNull();
  });
});
