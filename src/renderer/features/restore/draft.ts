// The restore wizard's state and its steps. Pure.
import type { Conflict, ConflictChoice } from '../../../contract/snapshots.ts';

export const steps = ['what', 'when', 'where', 'check', 'done'] as const;
export type Step = (typeof steps)[number];

export interface Wizard {
  step: Step;
  /** A plan's id, or a repository's id for snapshots without a plan. */
  source: string | null;
  some: boolean;
  include: string[];
  snapshotId: string | null;
  /** To where the files came from; `target` then says nothing. */
  inPlace: boolean;
  target: string;
  conflict: Conflict;
  deleteExtra: boolean;
  /** Made in the check, for single files. */
  choices: ConflictChoice[];
  taskId: string | null;
  /** The task is what the check showed, no undoing. */
  checked: boolean;
}

export type WizardChange = { kind: 'set'; change: Partial<Wizard> } | { kind: 'go'; step: Step } | { kind: 'choose'; choice: ConflictChoice } | { kind: 'started'; taskId: string } | { kind: 'recheck' } | { kind: 'again' };

export const freshWizard: Wizard = { step: 'what', source: null, some: false, include: [], snapshotId: null, inPlace: false, target: '', conflict: 'keep', deleteExtra: false, choices: [], taskId: null, checked: false };

export function canLeave(wizard: Wizard): boolean {
  switch (wizard.step) {
    case 'what':
      return wizard.source !== null && wizard.snapshotId !== null && (!wizard.some || wizard.include.length > 0);
    case 'when':
      return wizard.snapshotId !== null;
    case 'where':
      return wizard.inPlace || wizard.target.trim() !== '';
    case 'check':
    case 'done':
      return false;
  }
}

/** Backwards always while nothing runs; forwards only over answered steps, and never into `done`. */
export function canGo(wizard: Wizard, to: Step): boolean {
  const from = steps.indexOf(wizard.step);
  const target = steps.indexOf(to);
  if (wizard.taskId !== null || to === 'done') return false;
  if (target <= from) return true;
  return steps.slice(from, target).every((step) => canLeave({ ...wizard, step }));
}

export function reduceWizard(wizard: Wizard, change: WizardChange): Wizard {
  switch (change.kind) {
    case 'set':
      // Choices are about the files of what was answered before.
      return { ...wizard, choices: [], ...change.change };
    case 'choose':
      return { ...wizard, choices: [...wizard.choices.filter(({ path }) => path !== change.choice.path), change.choice] };
    case 'go':
      return canGo(wizard, change.step) ? { ...wizard, step: change.step } : wizard;
    case 'started':
      return { ...wizard, step: 'done', taskId: change.taskId, checked: wizard.step === 'check' };
    case 'recheck':
      return wizard.checked ? { ...wizard, step: 'check', taskId: null } : wizard;
    case 'again':
      return { ...freshWizard, source: wizard.source, snapshotId: wizard.snapshotId, target: wizard.target };
  }
}

/** A folder of its own for this restore: `…/Restored/thesis 2026-11-21 0251`. */
export function suggestTarget(home: string, name: string, now: Date): string {
  const separator = home.includes('\\') && !home.includes('/') ? '\\' : '/';
  const two = (value: number): string => String(value).padStart(2, '0');
  const stamp = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}${two(now.getMinutes())}`;
  return [home.replace(/[\\/]+$/, ''), 'Restored', `${name} ${stamp}`].join(separator);
}
