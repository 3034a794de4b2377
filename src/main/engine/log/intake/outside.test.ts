// What comes from outside: keys and tokens never reach the file, and whoever sent them is told; several events are one.
import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { isVarveError } from '../../kit/errors.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog } from '../index.ts';
import { openTestLog } from '../testing.ts';
import { makeTokens } from './mask/testing.ts';

const files = createNodeFiles();
const owner = { actor: 'ada', scope: 'owner' } as const;
let folder: TestFolder;
let log: EventLog;

beforeEach(() => {
  folder = createTestFolder();
  ({ log } = openTestLog({ files, path: folder.at('log.db') }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const newest = (count: number) => log.list({ limit: count, order: 'newest' }).entries.reverse();
const refusal = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVENT_REFUSED') return error.data;
    throw error;
  }
};

describe('an event with keys in it', () => {
  it('is recorded without them, in payload, names of members, subject and actor, and none of them is in any file', async () => {
    const [github = ''] = makeTokens('outside')['github-token'] ?? [];
    const [aws = ''] = makeTokens('outside')['aws-key-id'] ?? [];
    const appended = log.appendFromOutside({ action: 'app.tried', subject: `deploy ${github}`, actor: `bot ${aws}`, payload: { headers: [`token ${github}`], [aws]: true, fine: 'text' } }, owner);
    expect(appended.masked).toEqual([
      { rule: 'github-token', field: '/subject', count: 1, sample: false }, { rule: 'aws-key-id', field: '/actor', count: 1, sample: false },
      { rule: 'github-token', field: '/payload/headers/0', count: 1, sample: false }, { rule: 'aws-key-id', field: '/payload/[AWS-KEY]', count: 1, sample: false }
    ]);
    expect(log.show(appended.seq).entry).toMatchObject({ subjectName: 'deploy [GITHUB-TOKEN]', actorName: 'bot [AWS-KEY]', payload: { headers: ['token [GITHUB-TOKEN]'], '[AWS-KEY]': true, fine: 'text' } });
    const [masked] = newest(1);
    expect(masked).toMatchObject({ action: 'log.masked', category: 'record', payload: { findings: appended.masked?.map((finding) => ({ seq: appended.seq, ...finding })) } });
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
    log.close();
    for (const name of readdirSync(folder.path)) for (const secret of [github, aws]) expect(readFileSync(folder.at(name)).includes(secret), name).toBe(false);
    ({ log } = openTestLog({ files, path: folder.at('log.db') }));
  });

  it('that documentation prints is told as a sample, left as it is, and no event is made of it', () => {
    const sample = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
    const appended = log.appendFromOutside({ action: 'app.read', payload: { text: sample } }, owner);
    expect(appended.masked).toEqual([{ rule: 'aws-key-id', field: '/payload/text', count: 1, sample: true }]);
    expect(newest(1)[0]).toMatchObject({ seq: appended.seq, payload: { text: sample } });
  });

  it('in very many places is told in events that hold it', () => {
    const tokens = Object.values(makeTokens('many')).flat().slice(4, 30);
    const inputs = Array.from({ length: 40 }, (_, n) => ({ action: 'app.many', payload: Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`${'field'.repeat(60)}${i}`, tokens[(i + n) % tokens.length] as string])) }));
    const appended = log.appendManyFromOutside(inputs, owner);
    const told = newest(200).filter(({ action }) => action === 'log.masked').flatMap(({ payload }) => (payload as { findings: { seq: number; count: number }[] }).findings);
    expect(new Set(told.map(({ seq }) => seq))).toEqual(new Set(appended.map(({ seq }) => seq)));
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(appended.flatMap(({ masked = [] }) => masked).reduce((sum, { count }) => sum + count, 0));
  });

  it('is refused for what is wrong with it all the same, and nothing is kept', () => {
    const [github = ''] = makeTokens('wrong')['github-token'] ?? [];
    const entries = log.entries();
    expect(refusal(() => log.appendFromOutside({ action: 'snapshot.taken', payload: github }, owner))).toMatchObject({ field: 'action' });
    expect(refusal(() => log.appendFromOutside({ action: 'app.x', payload: { [github]: '\ud800' } }, owner))).toMatchObject({ field: expect.stringContaining('payload') });
    expect(log.entries()).toBe(entries);
  });
});

describe('several events from outside', () => {
  it('come in together and in order', () => {
    const appended = log.appendManyFromOutside([{ action: 'app.a', payload: 1 }, { action: 'app.b', category: 'note', payload: 2 }, { action: 'app.c' }], owner);
    expect(appended.map(({ seq }) => seq - (appended[0]?.seq ?? 0))).toEqual([0, 1, 2]);
    expect(newest(3).map(({ action, payload }) => [action, payload])).toEqual([['app.a', 1], ['app.b', 2], ['app.c', null]]);
    expect(log.appendManyFromOutside([], owner)).toEqual([]);
  });

  it.each([
    ['a built-in action', { action: 'snapshot.finished' }, 'events/1/action'],
    ['a payload that JSON cannot hold', { action: 'app.x', payload: { deep: '\udfff' } }, 'events/1/payload/deep'],
    ['a category of Varve', { action: 'app.x', category: 'record' }, 'events/1/category']
  ])('are all refused for %s, which is named', (_name, bad, field) => {
    const entries = log.entries();
    expect(refusal(() => log.appendManyFromOutside([{ action: 'app.a' }, bad as never, { action: 'app.c' }], owner))).toMatchObject({ field });
    expect(log.entries()).toBe(entries);
  });

  it('from a program that may only append keep its name', () => {
    const [one] = log.appendManyFromOutside([{ action: 'app.a', actor: 'grace' }], { actor: 'logger', scope: 'append' });
    expect(log.show(one?.seq ?? 0).entry.actorName).toBe('grace (by logger)');
  });
});
