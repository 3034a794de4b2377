import { describe, expect, it } from 'vitest';
import { canGo, fieldOf, freshWizard, inputOf, reduceWizard, setInputOf, snapshotAt, suggestTarget, type Wizard } from './draft.ts';

const answered: Wizard = { ...freshWizard, source: 'plan', snapshotId: 'a'.repeat(64), target: '/home/ana/Restored/x' };

describe('the restore wizard', () => {
  it('takes a suggested folder only where nobody has typed one', () => {
    expect(reduceWizard({ ...answered, target: '' }, { kind: 'suggest', target: '/suggested' }).target).toBe('/suggested');
    expect(reduceWizard(answered, { kind: 'suggest', target: '/suggested' }).target).toBe('/home/ana/Restored/x');
  });

  it('goes forward only over answered steps', () => {
    expect(canGo(freshWizard, 'when')).toBe(false);
    expect(canGo(answered, 'check')).toBe(true);
    expect(canGo({ ...answered, some: true }, 'when')).toBe(false);
    expect(canGo({ ...answered, target: '  ' }, 'check')).toBe(false);
  });

  it('never reaches the end without a started task, and cannot go back while one runs', () => {
    expect(canGo(answered, 'done')).toBe(false);
    const started = reduceWizard({ ...answered, step: 'check' }, { kind: 'started', taskId: 't' });
    expect(started.step).toBe('done');
    expect(reduceWizard(started, { kind: 'go', step: 'what' })).toBe(started);
  });

  it('goes back to the check after a start that failed, but not after an undoing', () => {
    const started = reduceWizard({ ...answered, step: 'check' }, { kind: 'started', taskId: 't' });
    expect(reduceWizard(started, { kind: 'recheck' })).toMatchObject({ step: 'check', taskId: null });
    const undoing = reduceWizard(started, { kind: 'started', taskId: 'u' });
    expect(reduceWizard(undoing, { kind: 'recheck' })).toBe(undoing);
  });

  it('begins again with the same source and a clean choice', () => {
    const again = reduceWizard({ ...answered, step: 'done', taskId: 't', some: true, include: ['/a'], conflict: 'replace' }, { kind: 'again' });
    expect(again).toMatchObject({ step: 'what', taskId: null, some: false, include: [], conflict: 'keep', source: 'plan' });
  });

  it('needs no folder in place, and forgets choices about files when what is restored changes', () => {
    const inPlace = { ...answered, target: '', inPlace: true };
    expect(canGo(inPlace, 'check')).toBe(true);
    const chosen = reduceWizard(reduceWizard(inPlace, { kind: 'choose', choice: { path: '/a', conflict: 'both' } }), { kind: 'choose', choice: { path: '/a', conflict: 'replace' } });
    expect(chosen.choices).toEqual([{ path: '/a', conflict: 'replace' }]);
    expect(reduceWizard(chosen, { kind: 'set', change: { conflict: 'replace' } }).choices).toEqual([]);
  });

  it('asks the engine for the newest sound snapshot, and for owners and permissions only where they were chosen', () => {
    expect(inputOf(answered)).toMatchObject({ snapshot: 'a'.repeat(64), include: [], target: '/home/ana/Restored/x', modes: true });
    expect(inputOf(answered)).not.toHaveProperty('owners');
    expect(inputOf({ ...answered, sound: true, some: true, include: ['/a'], owners: 'back', modes: false })).toMatchObject({ snapshot: 'plan@last-valid', include: ['/a'], owners: true, modes: false });
    expect(inputOf({ ...answered, inPlace: true, owners: 'mine' })).toMatchObject({ target: null, owners: false });
  });

  it('takes of each of several plans the last snapshot at or before the moment, into a folder of its name', () => {
    const several = { ...answered, plans: ['one'], at: '2026-11-21T10:00', source: null, snapshotId: null };
    expect(canGo(several, 'check')).toBe(true);
    expect(canGo({ ...several, plans: [] }, 'when')).toBe(false);
    expect(canGo({ ...several, at: '' }, 'where')).toBe(false);
    const day = [new Date(2026, 10, 21, 10, 1), new Date(2026, 10, 21, 10, 0, 59, 900), new Date(2026, 10, 20)].map((moment) => ({ at: moment.toISOString() }));
    expect(snapshotAt(day, several.at)).toBe(day[1]);
    expect(snapshotAt(day, '2026-11-19T00:00')).toBeUndefined();
    expect(fieldOf(new Date(2026, 10, 21, 10, 0, 59))).toBe('2026-11-21T10:00');
    expect(setInputOf(several, 'b'.repeat(64), 'one')).toMatchObject({ snapshot: 'b'.repeat(64), target: '/home/ana/Restored/x/one' });
    expect(setInputOf({ ...several, target: 'D:\\back\\' }, 'b'.repeat(64), 'one').target).toBe('D:\\back\\one');
    expect(setInputOf({ ...several, inPlace: true }, 'b'.repeat(64), 'one').target).toBeNull();
    const started = reduceWizard({ ...several, step: 'check' }, { kind: 'set-started', taskIds: [{ source: 'one', taskId: 't', error: undefined }] });
    expect([started.step, canGo(started, 'what')]).toEqual(['done', false]);
  });

  it('suggests a new folder of its own, in the computer\'s way of writing paths', () => {
    const now = new Date(2026, 10, 21, 2, 51);
    expect(suggestTarget('/home/ana/', 'thesis', now)).toBe('/home/ana/Restored/thesis 2026-11-21 0251');
    expect(suggestTarget('C:\\Users\\Ana', 'thesis', now)).toBe('C:\\Users\\Ana\\Restored\\thesis 2026-11-21 0251');
  });
});
