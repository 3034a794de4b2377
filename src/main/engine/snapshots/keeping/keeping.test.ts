// Keeping through the engine's table: real files, real threads, real databases.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForgetInput, ForgetReport, TagReport } from '../../../../contract/keeping.ts';
import type { RetentionPolicy } from '../../../../contract/retention.ts';
import type { Plan } from '../../../../contract/snapshots.ts';
import { createLocalBackend, Repository, type MasterKey, type SnapshotFile } from '../../repository/index.ts';
import { createRepository, openKey } from '../../repository/keys.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { planTag } from '../model.ts';
import { writeSnapshots, type Wanted } from './testing.ts';

let test: TestEngine;
let plan: Plan;
let key: MasterKey;
let path: string;

const byText = (a = '', b = ''): number => (a < b ? -1 : 1);
const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;
const write = (wanted: readonly Wanted[]): Promise<string[]> => writeSnapshots(test.ports, path, key, wanted);
const days = (count: number): Wanted[] => Array.from({ length: count }, (_, i) => ({ time: new Date(Date.UTC(2026, 0, 1 + i, 12)).toISOString(), tags: [planTag(plan.id)] }));
const stored = (): string[] => readdirSync(join(path, 'snapshots')).sort();
const preview = (input: ForgetInput) => call(test.api.keeping.forget.preview(input, test.context));
const run = async (input: ForgetInput & { token: string }) => taskEnd(test.api, (await call(test.api.keeping.forget.run(input, test.context))).taskId);
const events = async (action: string) => (await call(test.api.log.list({ filter: { action: [action] }, limit: 100, order: 'newest' }, test.context))).entries;

async function fileOf(id: string): Promise<SnapshotFile> {
  const repository = await Repository.open({ backend: createLocalBackend({ files: test.ports.files, random: test.ports.random, path }), masterKey: key, random: test.ports.random, clock: test.ports.clock });
  return repository.loadSnapshot(id);
}

async function clear(): Promise<void> {
  const backend = createLocalBackend({ files: test.ports.files, random: test.ports.random, path });
  for (const name of stored()) await backend.remove('snapshots', name);
}

beforeAll(async () => {
  test = await createTestEngine();
  const { files, random, clock } = test.ports;
  path = join(test.folder, 'repository');
  mkdirSync(path);
  key = (await createRepository({ backend: createLocalBackend({ files, random, path }), password: Buffer.from('secret'), hostname: 'host', username: 'tester', random, clock, scrypt: { N: 2, r: 1, p: 1 } })).masterKey;
  mkdirSync(join(test.folder, 'work'));
  await call(test.api.repositories.add({ name: 'safe', path, mode: 'open', password: { kind: 'value', password: 'secret' } }, test.context));
  plan = await call(test.api.plans.add({ name: 'thesis', repository: 'safe', paths: [join(test.folder, 'work')], excludes: [], tags: [], retention: { keepLast: 2, keepDaily: 0 } }, test.context));
});
afterAll(() => test?.close());

describe('what a plan keeps', () => {
  it('is set with the plan and changed later, both recorded, and shown with it', async () => {
    expect(plan.retention).toEqual({ keepLast: 2 });
    const changed = await call(test.api.keeping.retention.set({ plan: 'thesis', policy: { keepDaily: 3, keepTags: [['v1']] } }, test.context));
    expect(changed.retention).toEqual({ keepDaily: 3, keepTags: [['v1']] });
    expect(await call(test.api.plans.list({}, test.context))).toEqual([changed]);
    const [event] = await events('plan.retention-changed');
    expect(event!.payload).toMatchObject({ plan: 'thesis', from: { keepLast: 2 }, to: { keepDaily: 3, keepTags: [['v1']] } });
    const all = await call(test.api.keeping.retention.set({ plan: plan.id, policy: null }, test.context));
    expect(all).not.toHaveProperty('retention');
  });

  it.each<[string, RetentionPolicy]>([
    ['nothing at all', {}],
    ['only zeros', { keepDaily: 0, keepLast: 0 }],
    ['a length of no length', { keepWithin: '0d' }],
    ['a unit twice', { keepWithinDaily: '1d1d' }]
  ])('is refused as %s', async (_what, policy) => {
    await expect(call(test.api.keeping.retention.set({ plan: 'thesis', policy }, test.context))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'policy' } });
  });
});

describe('forgetting', () => {
  it('shows first what goes and why the rest stays, then takes exactly that away and says so', async () => {
    await clear();
    const ids = await write([...days(6), { time: '2026-01-01T12:30:00Z', tags: ['by-restic'] }, { time: '2025-12-24T12:00:00Z', tags: [planTag(plan.id), 'varve-pin'] }]);
    const policy: RetentionPolicy = { keepLast: 1, keepDaily: 2 };
    const before = stored();
    const shown = await preview({ plan: 'thesis', policy });
    expect(stored()).toEqual(before);
    expect(shown).toMatchObject({ repositoryName: 'safe', keepCount: 3, removeCount: 4 });
    const [group, ...others] = shown.groups;
    expect(others).toEqual([]);
    expect(group!.keep.map(({ snapshot, reasons }) => [snapshot.id, reasons.map(({ rule }) => rule)])).toEqual([
      [ids[5], ['last', 'daily']],
      [ids[4], ['daily']],
      [ids[7], ['pin']]
    ]);
    const state = await run({ plan: 'thesis', policy, token: shown.token });
    expect(state).toMatchObject({ state: 'done', result: { kind: 'forget', report: { kept: 3 } } });
    expect((state.result as { report: ForgetReport }).report.removed.sort()).toEqual(ids.slice(0, 4).sort());
    expect(stored()).toEqual([ids[4], ids[5], ids[6], ids[7]].toSorted(byText));
    expect(readdirSync(join(path, 'locks'))).toEqual([]);
    const [started] = await events('snapshot.forget-started');
    const [forgotten] = await events('snapshot.forgotten');
    expect(started!.payload).toMatchObject({ plan: 'thesis', remove: expect.arrayContaining(ids.slice(0, 4)) as string[], removeCount: 4, kept: 3, policy });
    expect(forgotten!.payload).toMatchObject({ removeCount: 4 });
    expect(forgotten!.actor).toBe(started!.actor);
    expect((await call(test.api.plans.list({}, test.context)))[0]!.lastSnapshot).toMatchObject({ id: ids[5] });
  });

  it('by the plan’s own policy needs one', async () => {
    await call(test.api.keeping.retention.set({ plan: 'thesis', policy: null }, test.context));
    await expect(preview({ plan: 'thesis' })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'policy' } });
    await call(test.api.keeping.retention.set({ plan: 'thesis', policy: { keepLast: 2 } }, test.context));
    expect(await preview({ plan: 'thesis' })).toMatchObject({ policy: { keepLast: 2 }, keepCount: 3, removeCount: 0 });
  });

  it('carries out nothing when the snapshots are not those of the preview any more', async () => {
    await clear();
    await write(days(4));
    const policy: RetentionPolicy = { keepLast: 2 };
    const { token } = await preview({ plan: 'thesis', policy });
    await write([{ time: '2026-01-09T12:00:00Z', tags: [planTag(plan.id)] }]);
    const before = stored();
    expect(await run({ plan: 'thesis', policy, token })).toMatchObject({ state: 'failed', error: { code: 'PREVIEW_OUTDATED' } });
    expect(stored()).toEqual(before);
    expect(readdirSync(join(path, 'locks'))).toEqual([]);
  });

  it('never takes the last snapshot of a group away, nor anything with a policy that keeps nothing', async () => {
    await clear();
    await write(days(3));
    await expect(preview({ plan: 'thesis', policy: { keepTags: [['nobody']] } })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { reason: expect.stringContaining('keeps no snapshot of thesis') as string } });
    await expect(preview({ plan: 'thesis', policy: {} })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(preview({ policy: { keepLast: 1 } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(stored()).toHaveLength(3);
  });

  it('in a repository means what no plan took, by host and folders', async () => {
    await clear();
    const foreign = [
      { time: '2026-01-02T12:00:00Z', hostname: 'a', paths: ['/x', '/y'] },
      { time: '2026-01-01T12:00:00Z', hostname: 'a', paths: ['/y', '/x'] },
      { time: '2026-01-01T12:00:00Z', hostname: 'b', paths: ['/x', '/y'] }
    ];
    const ids = await write([...foreign, ...days(2), { time: '2020-01-01T12:00:00Z', tags: [planTag('01932b6e-0000-7000-8000-00000000000f')] }]);
    const shown = await preview({ repository: 'safe', policy: { keepLast: 1 } });
    expect(shown.groups.map(({ hostname, paths, keep, remove }) => [hostname, paths, keep.length, remove.map(({ id }) => id)])).toEqual([
      ['a', ['/x', '/y'], 1, [ids[1]]],
      ['b', ['/x', '/y'], 1, []]
    ]);
    expect(await run({ repository: 'safe', policy: { keepLast: 1 }, token: shown.token })).toMatchObject({ state: 'done' });
    expect(stored()).toHaveLength(5);
  });

  it('takes a plan of another home by its id, when the repository is named', async () => {
    await clear();
    const foreign = '01932b6e-0000-7000-8000-00000000000f';
    const ids = await write([{ time: '2026-01-01T12:00:00Z', tags: [planTag(foreign)] }, { time: '2026-01-02T12:00:00Z', tags: [planTag(foreign)] }, ...days(2)]);
    const input = { plan: foreign, repository: 'safe', policy: { keepLast: 1 } };
    const shown = await preview(input);
    expect(shown.groups).toMatchObject([{ planId: foreign, remove: [{ id: ids[0] }] }]);
    expect(await run({ ...input, token: shown.token })).toMatchObject({ state: 'done' });
    expect(stored()).toEqual(ids.slice(1).sort());
    await expect(preview({ plan: foreign, policy: { keepLast: 1 } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // A plan of this home in a repository that is named, too.
    expect(await preview({ plan: 'thesis', repository: 'safe', policy: { keepLast: 1 } })).toMatchObject({ keepCount: 1, removeCount: 1 });
  });

  it('respects what rustic marked never to be deleted, or not yet', async () => {
    await clear();
    const mark = (day: number, wish: unknown): Wanted => ({ time: `2026-01-0${day}T12:00:00Z`, tags: [planTag(plan.id)], extra: { delete: wish } });
    const ids = await write([mark(1, 'Never'), mark(2, { After: '2999-01-01T00:00:00Z' }), mark(3, { After: '2020-01-01T00:00:00Z' }), mark(4, 'NotSet'), mark(5, 'NotSet')]);
    const shown = await preview({ plan: 'thesis', policy: { keepLast: 1 } });
    expect(shown.groups[0]!.remove.map(({ id }) => id).sort()).toEqual([ids[2], ids[3]].toSorted(byText));
  });

  it('takes away exactly the snapshots that a person chose, but none that is pinned, and says which plan is left without one', async () => {
    await clear();
    const ids = await write([...days(3), { time: '2026-01-09T12:00:00Z', tags: ['by-restic'] }, { time: '2026-01-05T12:00:00Z', tags: [planTag(plan.id), 'varve-pin'] }]);
    const chosen = { repository: 'safe', snapshots: [ids[2]!, ids[3]!, ids[4]!] };
    const shown = await preview(chosen);
    expect(shown).toMatchObject({ policy: null, keepCount: 3, removeCount: 2, emptied: [], groups: [{ keep: [{ snapshot: { id: ids[4] }, reasons: [{ rule: 'pin' }] }] }] });
    expect(await run({ ...chosen, token: shown.token })).toMatchObject({ state: 'done', result: { report: { kept: 3 } } });
    expect(stored()).toEqual([ids[0], ids[1], ids[4]].toSorted(byText));
    const [forgotten] = await events('snapshot.forgotten');
    expect(forgotten!.payload).toMatchObject({ repository: 'safe', chosen: 2, removeCount: 2, kept: 3 });
    expect((await call(test.api.plans.list({}, test.context)))[0]!.lastSnapshot).toMatchObject({ id: ids[4] });
    expect(await run({ ...chosen, token: shown.token })).toMatchObject({ state: 'failed', error: { code: 'PREVIEW_OUTDATED' } });
    await expect(preview(chosen)).rejects.toMatchObject({ code: 'NOT_FOUND', data: { kind: 'snapshot' } });
    await expect(preview({ ...chosen, plan: 'thesis' })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'snapshots' } });
    await expect(preview({ snapshots: [ids[0]!] })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'repository' } });

    await clear();
    const last = await write(days(2));
    const all = { repository: 'safe', snapshots: last };
    const everything = await preview(all);
    expect(everything).toMatchObject({ emptied: ['thesis'], keepCount: 0, removeCount: 2 });
    expect(await run({ ...all, token: everything.token })).toMatchObject({ state: 'done' });
    expect((await call(test.api.plans.list({}, test.context)))[0]!.lastSnapshot).toBeNull();
  });

  it('stops while a snapshot cannot be read', async () => {
    await clear();
    await write(days(3));
    const { token } = await preview({ plan: 'thesis', policy: { keepLast: 1 } });
    const broken = join(path, 'snapshots', 'ab'.repeat(32));
    writeFileSync(broken, 'not a snapshot at all, and long enough to be one');
    await expect(preview({ plan: 'thesis', policy: { keepLast: 1 } })).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED', data: { path: broken } });
    expect(await run({ plan: 'thesis', policy: { keepLast: 1 }, token })).toMatchObject({ state: 'failed', error: { code: 'REPOSITORY_DAMAGED' } });
    expect(stored()).toHaveLength(4);
  });

  it('that was cut off is told of at the next start', async () => {
    const other = await createTestEngine();
    const { homePath, folder, keyring } = other;
    await other.engine.stop();
    await other.ports.workers.close();
    const Sqlite = (await import('better-sqlite3')).default;
    const db = new Sqlite(join(homePath, 'state.db'));
    const facts = { plan: 'thesis', planId: 'x', repository: 'safe', repositoryId: 'y', policy: { keepLast: 1 }, remove: ['a'.repeat(64)], removeCount: 1, kept: 3 };
    db.prepare('INSERT INTO running_edits (id, kind, subject, started_at, facts) VALUES (?, ?, ?, ?, ?)').run('1', 'forget', 'plan:thesis', '2026-01-01T00:00:00.000Z', JSON.stringify(facts));
    db.close();
    const again = await createTestEngine({ folder, keyring });
    try {
      const { entries } = await call(again.api.log.list({ filter: { action: ['snapshot.forget-interrupted'] }, limit: 10, order: 'newest' }, again.context));
      expect(entries).toHaveLength(1);
    } finally {
      await again.close();
      await other.close();
    }
  });
});

describe('tags', () => {
  const retag = async (input: { snapshots: string[]; add?: string[]; remove?: string[]; set?: string[] }) => taskEnd(test.api, (await call(test.api.keeping.tags.change({ add: [], remove: [], ...input }, test.context))).taskId);
  const pin = async (snapshots: string[], pinned: boolean) => taskEnd(test.api, (await call(test.api.keeping.tags.pin({ snapshots, pinned }, test.context))).taskId);
  const reportOf = (state: Awaited<ReturnType<typeof retag>>): TagReport => {
    expect(state.error).toBeNull();
    return (state.result as { report: TagReport }).report;
  };

  it('are added, removed and set in a new file that names the first, and the old one goes', async () => {
    await clear();
    const [id] = await write([{ time: '2026-01-01T12:00:00Z', tags: [planTag(plan.id), 'draft'], extra: { label: 'x', delete: { After: '2030-01-01T00:00:00Z' } } }]);
    const added = reportOf(await retag({ snapshots: [id!], add: ['v1', 'draft', 'v2'] }));
    expect(added).toMatchObject({ changed: [{ from: id, lineage: id, tags: [planTag(plan.id), 'draft', 'v1', 'v2'] }], unchanged: 0 });
    const removed = reportOf(await retag({ snapshots: [added.changed[0]!.to], remove: ['draft'], add: ['v3'] }));
    const set = reportOf(await retag({ snapshots: ['thesis@latest'], set: ['done'] }));
    expect(set.changed).toEqual([{ from: removed.changed[0]!.to, to: expect.any(String) as string, lineage: id, tags: [planTag(plan.id), 'done'] }]);
    const now = set.changed[0]!.to;
    expect(stored()).toEqual([now]);
    expect(await fileOf(now)).toMatchObject({ original: id, tags: [planTag(plan.id), 'done'], extra: { label: 'x', delete: { After: '2030-01-01T00:00:00Z' } } });
    const [event] = await events('snapshot.tagged');
    expect(event!.payload).toMatchObject({ repository: 'safe', set: ['done'], changed: [{ to: now, lineage: id }] });
    expect((await call(test.api.plans.list({}, test.context)))[0]!.lastSnapshot).toMatchObject({ id: now });
  });

  it('that are there already change nothing', async () => {
    const before = stored();
    expect(reportOf(await retag({ snapshots: ['latest'], add: ['done'] }))).toEqual({ changed: [], unchanged: 1 });
    expect(stored()).toEqual(before);
  });

  it('left twice by a stop half-way become one again at the next try', async () => {
    await clear();
    const [id] = await write([{ time: '2026-01-01T12:00:00Z', tags: [planTag(plan.id)] }]);
    copyFileSync(join(path, 'snapshots', id!), join(test.folder, 'old'));
    const { changed } = reportOf(await retag({ snapshots: [id!], add: ['v1'] }));
    copyFileSync(join(test.folder, 'old'), join(path, 'snapshots', id!)); // as a stop between the two steps leaves it
    expect(stored()).toHaveLength(2);
    expect(reportOf(await retag({ snapshots: [id!], add: ['v1'] }))).toEqual({ changed, unchanged: 0 });
    expect(stored()).toEqual([changed[0]!.to]);
  });

  it('of Varve’s own are nobody’s to change', async () => {
    await expect(retag({ snapshots: ['latest'], add: ['varve-pin'] })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'tags' } });
    await expect(retag({ snapshots: ['latest'], remove: [planTag(plan.id)] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(retag({ snapshots: ['latest'] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(retag({ snapshots: ['latest'], add: ['a'], set: ['b'] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('pin a snapshot against every policy until it is unpinned, with the note it has', async () => {
    await clear();
    const ids = await write(days(3));
    await call(test.api.keeping.notes.set({ snapshot: ids[0]!, text: 'before the review' }, test.context));
    const pinned = reportOf(await pin([ids[0]!], true)).changed[0]!;
    expect(pinned.tags).toEqual([planTag(plan.id), 'varve-pin']);
    const shown = await preview({ plan: 'thesis', policy: { keepLast: 1 } });
    expect(shown.groups[0]!.remove.map(({ id }) => id)).toEqual([ids[1]]);
    expect(shown.groups[0]!.keep.at(-1)).toMatchObject({ snapshot: { id: pinned.to, note: 'before the review' }, reasons: [{ rule: 'pin' }] });
    const unpinned = reportOf(await pin([pinned.to], false)).changed[0]!;
    expect((await fileOf(unpinned.to)).tags).toEqual([planTag(plan.id)]);
    expect(await call(test.api.snapshots.get({ snapshot: unpinned.to }, test.context))).toMatchObject({ lineage: ids[0], note: 'before the review' });
    await call(test.api.keeping.notes.set({ snapshot: unpinned.to, text: '' }, test.context));
    expect(await call(test.api.snapshots.get({ snapshot: unpinned.to }, test.context))).not.toHaveProperty('note');
    const noted = await events('snapshot.noted');
    expect(noted[0]!.payload).toMatchObject({ note: '', lineage: ids[0] });
    expect(existsSync(join(path, 'snapshots', unpinned.to))).toBe(true);
  });
});

describe('a note', () => {
  it('whose words are erased in the record leaves no file of the home', async () => {
    await clear();
    const [id] = await write([{ time: '2026-01-01T12:00:00Z', tags: [planTag(plan.id)] }]);
    const words = 'a very recognisable sentence 4471';
    await call(test.api.keeping.notes.set({ snapshot: id!, text: words }, test.context));
    const [noted] = await events('snapshot.noted');
    const result = await call(test.api.erasure.erase({ seqs: [noted!.seq], reason: 'subject-request', basis: 'none', nameOnly: false, language: 'en', dryRun: false }, test.context));
    expect(result).toMatchObject({ entries: 1, residue: 'gone' });
    expect(await call(test.api.snapshots.get({ snapshot: id! }, test.context))).not.toHaveProperty('note');
    for (const name of readdirSync(test.homePath)) if (name.includes('.db')) expect(readFileSync(join(test.homePath, name)).includes(words), name).toBe(false);
  });
});

describe('a repository that rustic marked append-only', () => {
  it('loses nothing to forgetting or tags', async () => {
    const { files, random, clock } = test.ports;
    const where = join(test.folder, 'append-only');
    mkdirSync(where);
    const backend = createLocalBackend({ files, random, path: where });
    const made = await createRepository({ backend, password: Buffer.from('secret'), hostname: 'host', username: 'tester', random, clock, scrypt: { N: 2, r: 1, p: 1 } });
    expect((await openKey({ backend, password: Buffer.from('secret') })).keyId).toBe(made.keyId);
    const { Sealer } = await import('../../repository/index.ts');
    await backend.remove('config', 'config');
    await backend.write('config', 'config', new Sealer(made.masterKey, (length) => random.bytes(length)).seal(Buffer.from(JSON.stringify({ version: 2, id: made.config.id, chunker_polynomial: '3da3358b4dc173', append_only: true }))));
    const ids = await writeSnapshots(test.ports, where, made.masterKey, [{ time: '2026-01-01T12:00:00Z' }, { time: '2026-01-02T12:00:00Z' }]);
    await call(test.api.repositories.add({ name: 'only-more', path: where, mode: 'open', password: { kind: 'value', password: 'secret' } }, test.context));
    await expect(preview({ repository: 'only-more', policy: { keepLast: 1 } })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    expect(await run({ repository: 'only-more', policy: { keepLast: 1 }, token: '0'.repeat(64) })).toMatchObject({ state: 'failed', error: { code: 'NOT_SUPPORTED' } });
    const { taskId } = await call(test.api.keeping.tags.pin({ snapshots: [ids[0]!], pinned: true }, test.context));
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'failed', error: { code: 'NOT_SUPPORTED' } });
    expect(readdirSync(join(where, 'snapshots')).sort()).toEqual([...ids].sort());
  });
});
