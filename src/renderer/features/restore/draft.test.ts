import { describe, expect, it } from 'vitest';
import { canGo, freshWizard, reduceWizard, suggestTarget, type Wizard } from './draft.ts';

const answered: Wizard = { ...freshWizard, source: 'plan', snapshotId: 'a'.repeat(64), target: '/home/ana/Restored/x' };

describe('the restore wizard', () => {
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

  it('suggests a new folder of its own, in the computer\'s way of writing paths', () => {
    const now = new Date(2026, 10, 21, 2, 51);
    expect(suggestTarget('/home/ana/', 'thesis', now)).toBe('/home/ana/Restored/thesis 2026-11-21 0251');
    expect(suggestTarget('C:\\Users\\Ana', 'thesis', now)).toBe('C:\\Users\\Ana\\Restored\\thesis 2026-11-21 0251');
  });
});
