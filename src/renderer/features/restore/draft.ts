// The restore wizard's state and its steps. Pure.
import type { Conflict, ConflictChoice, RestoreInput } from '../../../contract/snapshots.ts';

export const steps = ['what', 'when', 'where', 'check', 'done'] as const;
export type Step = (typeof steps)[number];

export interface Wizard {
  step: Step;
  /** A plan's id, or a repository's id for snapshots without a plan. */
  source: string | null;
  /** Several of them, as they all were at one moment; null: one source. */
  plans: readonly string[] | null;
  /** That moment, as it stands in a field of the page: local time without a zone. */
  at: string;
  some: boolean;
  include: string[];
  snapshotId: string | null;
  /** In its place the newest one of the plan that is whole. */
  sound: boolean;
  /** To where the files came from; `target` then says nothing. */
  inPlace: boolean;
  target: string;
  conflict: Conflict;
  deleteExtra: boolean;
  /** Who may read, write and run the files comes back with them. */
  modes: boolean;
  /** Who they belong to; `usual`: only where Varve runs as the administrator. */
  owners: 'usual' | 'back' | 'mine';
  /** Made in the check, for single files. */
  choices: ConflictChoice[];
  taskId: string | null;
  /** Of several plans, each with its task, or with why it could not begin. */
  taskIds: readonly SetTask[];
  /** The task is what the check showed, no undoing. */
  checked: boolean;
}

export interface SetTask {
  source: string;
  taskId: string | undefined;
  error: unknown;
}

export type WizardChange = { kind: 'set'; change: Partial<Wizard> } | { kind: 'suggest'; target: string } | { kind: 'go'; step: Step } | { kind: 'choose'; choice: ConflictChoice } | { kind: 'started'; taskId: string } | { kind: 'set-started'; taskIds: readonly SetTask[] } | { kind: 'recheck' } | { kind: 'again' };

export const freshWizard: Wizard = { step: 'what', source: null, plans: null, at: '', some: false, include: [], snapshotId: null, sound: false, inPlace: false, target: '', conflict: 'keep', deleteExtra: false, modes: true, owners: 'usual', choices: [], taskId: null, taskIds: [], checked: false };

export function canLeave(wizard: Wizard): boolean {
  switch (wizard.step) {
    case 'what':
      if (wizard.plans !== null) return wizard.plans.length > 0;
      return wizard.source !== null && wizard.snapshotId !== null && (!wizard.some || wizard.include.length > 0);
    case 'when':
      return wizard.plans === null ? wizard.snapshotId !== null : momentOf(wizard.at) !== undefined;
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
  if (wizard.taskId !== null || wizard.taskIds.length > 0 || to === 'done') return false;
  if (target <= from) return true;
  return steps.slice(from, target).every((step) => canLeave({ ...wizard, step }));
}

export function reduceWizard(wizard: Wizard, change: WizardChange): Wizard {
  switch (change.kind) {
    case 'set':
      // Choices are about the files of what was answered before.
      return { ...wizard, choices: [], ...change.change };
    case 'suggest':
      // What a person typed meanwhile stands.
      return wizard.target === '' ? { ...wizard, target: change.target } : wizard;
    case 'choose':
      return { ...wizard, choices: [...wizard.choices.filter(({ path }) => path !== change.choice.path), change.choice] };
    case 'go':
      return canGo(wizard, change.step) ? { ...wizard, step: change.step } : wizard;
    case 'started':
      return { ...wizard, step: 'done', taskId: change.taskId, taskIds: [], checked: wizard.step === 'check' };
    case 'set-started':
      return { ...wizard, step: 'done', taskIds: change.taskIds };
    case 'recheck':
      return wizard.checked ? { ...wizard, step: 'check', taskId: null } : wizard;
    case 'again':
      return { ...freshWizard, source: wizard.source, at: wizard.at, snapshotId: wizard.snapshotId, target: wizard.target };
  }
}

/** The last millisecond that a minute of the page means; undefined for none. */
export function momentOf(at: string): number | undefined {
  const start = Date.parse(at);
  return Number.isNaN(start) ? undefined : start + 59_999;
}

/** For a field of the page. */
export function fieldOf(moment: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(moment.getFullYear()).padStart(4, '0')}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The newest at or before the moment; `snapshots` newest first. */
export function snapshotAt<S extends { at: string }>(snapshots: readonly S[], at: string): S | undefined {
  const moment = momentOf(at);
  return moment === undefined ? undefined : snapshots.find((snapshot) => Date.parse(snapshot.at) <= moment);
}

/** What the answers mean for the engine. */
export function inputOf(wizard: Wizard): RestoreInput {
  return { ...common(wizard), snapshot: wizard.sound ? `${wizard.source ?? ''}@last-valid` : (wizard.snapshotId ?? ''), include: wizard.some ? wizard.include : [], target: wizard.inPlace ? null : wizard.target.trim(), choices: wizard.choices };
}

/** The same for one of several plans, which gets a folder of its name. */
export function setInputOf(wizard: Wizard, snapshotId: string, name: string): RestoreInput {
  return { ...common(wizard), snapshot: snapshotId, include: [], target: wizard.inPlace ? null : below(wizard.target.trim(), name) };
}

function common({ conflict, deleteExtra, modes, owners }: Wizard): Pick<RestoreInput, 'conflict' | 'deleteExtra' | 'modes' | 'owners'> {
  return { conflict, deleteExtra, modes, ...(owners !== 'usual' && { owners: owners === 'back' }) };
}

function separatorOf(path: string): string {
  return path.includes('\\') && !path.includes('/') ? '\\' : '/';
}

function below(folder: string, name: string): string {
  return `${folder.replace(/[\\/]+$/, '')}${separatorOf(folder)}${name}`;
}

/** A folder of its own for this restore: `…/Restored/thesis 2026-11-21 0251`. */
export function suggestTarget(home: string, name: string, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const stamp = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}${two(now.getMinutes())}`;
  return below(below(home, 'Restored'), `${name} ${stamp}`);
}
