import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../contract/log.ts';
import { leaveOutNothing, noHooks, type Plan } from '../../../contract/snapshots.ts';
import { addInput, changesOf, draftOf, editInput, linesOf, nameOf, newDraft, policyOf, problemsOf, tagsOf, type PlanDraft } from './draft.ts';
import { sizeOf, sizeText } from './size.ts';
import { listDifference, versionsOf } from './versions.ts';

const plan: Plan = {
  id: '019a9000-0000-7000-8000-000000000001', name: 'thesis', title: 'Thesis', repositoryId: 'r', repositoryName: 'usb', paths: ['/home/ana/thesis'], excludes: ['*.tmp', '!keep.tmp'],
  leaveOut: { ...leaveOutNothing, caches: true, ifPresent: ['.nobackup'], largerThan: 2 * 1024 ** 3 },
  hooks: { ...noHooks, before: { argv: ['/usr/bin/pg_dump', '-f', ' /srv/a b.sql', ''], timeLimitSeconds: 600, environment: ['PGPASSFILE'] } },
  tags: ['phd', 'lab 2'], gentle: false, snapshotOnQuit: true, zone: 'America/Sao_Paulo', createdAt: '2026-01-01T00:00:00.000Z', retention: { keepDaily: 7, keepLast: -1, keepWithin: '1y6m', keepTags: [['v1', 'final'], ['x']] }, version: 3, lastSnapshot: null
};

describe('a plan in the fields', () => {
  it('is the same plan when nothing is touched', () => {
    expect(changesOf(draftOf(plan), plan)).toEqual({ plan: false, retention: false });
    expect(policyOf(draftOf(plan).retention)).toEqual(plan.retention);
    expect(editInput(draftOf(plan), plan)).toMatchObject({ plan: plan.id, version: 3, excludes: plan.excludes, leaveOut: plan.leaveOut, tags: plan.tags, snapshotOnQuit: true });
    expect(problemsOf(draftOf(plan), false, [])).toEqual([]);
  });

  it('hands a program its arguments as they were written, line by line', () => {
    const draft: PlanDraft = { ...draftOf(plan), before: { lines: '/bin/sync\n  two words \n', limit: '10', environment: 'A, B_1 C' } };
    expect(editInput(draft, plan).hooks?.before).toEqual({ argv: ['/bin/sync', '  two words '], timeLimitSeconds: 10, environment: ['A', 'B_1', 'C'] });
    expect(editInput({ ...draft, before: { lines: ' \n', limit: '', environment: '' } }, plan).hooks?.before).toBeNull();
  });

  it('tells each thing that cannot be, at its field', () => {
    const draft: PlanDraft = { ...draftOf(plan), paths: [], largerThan: 'huge', tags: 'varve-pin', before: { lines: 'x', limit: '0', environment: '1A' }, retention: { ...draftOf(plan).retention, rules: { ...draftOf(plan).retention.rules, keepDaily: 'many', keepWithin: 'a year' } } };
    expect(problemsOf(draft, false, []).map(({ field }) => field)).toEqual(['paths', 'largerThan', 'tags', 'before', 'before', 'keepDaily', 'keepWithin']);
    expect(problemsOf({ ...draftOf(plan), name: 'Bad Name' }, true, []).map(({ field }) => field)).toEqual(['name']);
    expect(problemsOf({ ...draftOf(plan), name: 'thesis' }, true, ['thesis']).map(({ field }) => field)).toEqual(['name']);
    const nothingKept = { byRules: true, rules: Object.fromEntries(Object.keys(draftOf(plan).retention.rules).map((rule) => [rule, ''])) as PlanDraft['retention']['rules'], tags: '' };
    expect(problemsOf({ ...draftOf(plan), retention: nothingKept }, false, [])).toMatchObject([{ field: 'retention' }]);
  });

  it('says all of a kind in both languages', () => {
    const { retention } = draftOf(plan);
    for (const word of ['all', 'Todos', '-1']) expect(policyOf({ ...retention, tags: '', rules: { ...retention.rules, keepLast: word, keepWithin: '' } })).toEqual({ keepLast: -1, keepDaily: 7 });
  });

  it('gets a short name from its title or first folder, free among the others', () => {
    const draft = { ...newDraft('r', 'UTC'), title: 'Dados da tese', paths: ['/home/ana/x'] };
    expect(addInput(draft, ['dados-da-tese'])).toMatchObject({ name: 'dados-da-tese-2', title: 'Dados da tese', repository: 'r' });
    expect(addInput(draft, [])).not.toHaveProperty('retention');
    expect(nameOf({ name: '', title: '', paths: ['/home/ana/Lab Books/'] }, [])).toBe('lab-books');
  });

  it('reads lines and tags without empty ones, each once', () => {
    expect(linesOf(' *.tmp \n\n!a\n*.tmp')).toEqual(['*.tmp', '!a']);
    expect(tagsOf('a, b ,,a')).toEqual(['a', 'b']);
  });
});

describe('a size', () => {
  it('is read as people write it', () => {
    expect(['500 MB', '2GB', '1,5 gb', '2 GiB', '10', '7k'].map(sizeOf)).toEqual([500e6, 2e9, 1.5e9, 2 * 1024 ** 3, 10, 7000]);
    expect(['', 'big', '1 XB', '-3 MB', '1 i', '1..2 MB'].map(sizeOf)).toEqual(Array(6).fill(undefined));
  });

  it('comes back exactly as it was (seed 7)', () => {
    expect([sizeText(2 * 1024 ** 3), sizeText(2e9), sizeText(1)]).toEqual(['2 GiB', '2 GB', '1 B']);
    fc.assert(fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), (bytes) => sizeOf(sizeText(bytes)) === bytes), { seed: 7 });
  });
});

describe('the versions of a plan', () => {
  const entry = (seq: number, action: string, payload: unknown, more: Partial<LogEntry> = {}): LogEntry => ({ seq, id: '', ts: '2026-01-01T00:00:00.000Z', actor: '', actorName: 'ana', category: 'plan', action, subject: '', subjectName: 'plan:thesis', level: 'info', payloadState: 'intact', payload, hash: '', ...more });

  it('tell what each edit changed, parts of a setting one by one', () => {
    const versions = versionsOf(
      [
        entry(9, 'plan.retention-changed', { planId: plan.id, from: null, to: { keepDaily: 7 } }),
        entry(8, 'plan.changed', { planId: plan.id, version: 2, changes: [{ setting: 'leaveOut', from: { caches: false, gitignore: false }, to: { caches: true, gitignore: false } }, { setting: 'tags', from: ['a'], to: ['a', 'b'] }] }),
        entry(3, 'plan.added', { planId: plan.id }),
        entry(2, 'plan.added', { planId: 'another that had the name' })
      ],
      plan.id
    );
    expect(versions.map(({ seq, kind, version }) => [seq, kind, version])).toEqual([[9, 'retention', null], [8, 'changed', 2], [3, 'added', 1]]);
    expect(versions[1]?.changes).toEqual([{ setting: 'leaveOut.caches', from: false, to: true }, { setting: 'tags', from: ['a'], to: ['a', 'b'] }]);
    expect(listDifference(['a'], ['b', 'a'])).toEqual({ added: ['b'], removed: [] });
    expect(listDifference(null, ['a'])).toBeUndefined();
  });

  it('that were erased are still there, and strange payloads do no harm', () => {
    expect(versionsOf([entry(4, 'plan.changed', null, { payloadState: 'erased', actorName: null })], plan.id)).toMatchObject([{ unreadable: true, version: null, by: null, changes: [] }]);
    expect(versionsOf([entry(5, 'plan.changed', { planId: plan.id, version: 'x', changes: [1, null, { setting: 3 }, { setting: 'hooks', from: 'x', to: [] }] })], plan.id)).toMatchObject([{ version: null, changes: [] }]);
  });
});
