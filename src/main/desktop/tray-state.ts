// From what main knows of the engine to one icon shape and one sentence. Pure.
import { desktopWords } from '../../contract/copy/desktop.ts';
import { formatRelative, formatWhen } from '../../contract/copy/values.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { TaskState } from '../../contract/events.ts';
import type { Language } from '../../contract/ids.ts';
import type { Run } from '../../contract/runs.ts';
import type { Plan } from '../../contract/snapshots.ts';
import { runsToAsk, tasksToAsk } from './work-under-way.ts';

/** Told apart by shape, never by colour: plain, dot (needs you), hollow (paused), line through (not checking), moving (working). */
export type TrayShape = 'plain' | 'dot' | 'hollow' | 'line' | 'working';

export interface TrayFacts {
  engine: 'starting' | 'running' | 'lost';
  /** undefined until the engine has said so. */
  hasHome: boolean | undefined;
  passwordsLocked: boolean;
  recordBroken: boolean;
  plans: readonly Pick<Plan, 'id' | 'name' | 'title' | 'lastSnapshot' | 'snapshotOnQuit'>[];
  running: readonly Pick<TaskState, 'id' | 'kind' | 'subject'>[];
  /** Plan whose newest snapshot attempt failed, by name. */
  failedPlan: string | undefined;
  /** Runs of jobs that are under way or wait. */
  runs: readonly Run[];
  /** They are this program's: none are where `varve serve` owns the home. */
  owns: boolean;
  /** All jobs are paused until then, ISO 8601; null: they are not. */
  pausedUntil: string | null;
}

export const nothingKnown: TrayFacts = { engine: 'starting', hasHome: undefined, passwordsLocked: false, recordBroken: false, plans: [], running: [], failedPlan: undefined, runs: [], owns: false, pausedUntil: null };

export function trayShape(facts: TrayFacts): TrayShape {
  if (facts.engine === 'lost') return 'line';
  if (facts.running.length > 0) return 'working';
  if (facts.recordBroken || facts.passwordsLocked || facts.failedPlan !== undefined) return 'dot';
  return facts.pausedUntil === null ? 'plain' : 'hollow';
}

export function stateLine(language: Language, facts: TrayFacts, now: Date): string {
  if (facts.engine === 'lost') return desktopWords(language, 'stateLost');
  if (facts.engine === 'starting' || facts.hasHome === undefined) return desktopWords(language, 'stateStarting');
  if (!facts.hasHome) return desktopWords(language, 'stateNew');
  if (facts.running.length > 0) return desktopWords(language, 'stateWorking', { what: describeRunning(language, facts) });
  if (facts.recordBroken) return desktopWords(language, 'stateRecordBroken');
  if (facts.passwordsLocked) return desktopWords(language, 'statePasswordsLocked');
  if (facts.failedPlan !== undefined) return desktopWords(language, 'stateFailed', { plan: visibleText(facts.failedPlan, true) });
  if (facts.pausedUntil !== null) return desktopWords(language, 'statePaused', { when: formatWhen(language, new Date(facts.pausedUntil), now) });
  return desktopWords(language, 'stateWell');
}

export function describeRunning(language: Language, facts: TrayFacts): string {
  const words = { snapshot: 'taskSnapshot', restore: 'taskRestore', check: 'taskCheck', verify: 'taskVerify', evidence: 'taskEvidence', prune: 'taskPrune', copy: 'taskCopy', repair: 'taskRepair', forget: 'taskForget', tag: 'taskTag', compare: 'taskCompare', inside: 'taskInside', history: 'taskHistory', find: 'taskFind', drill: 'taskDrill', trial: 'taskTrial', 'trial-run': 'taskTrialRun', promotion: 'taskPromotion', package: 'taskPackage', 'package-check': 'taskPackageCheck', unpack: 'taskUnpack', 'home-restore': 'taskHomeRestore', legacy: 'taskLegacy', 'legacy-restore': 'taskLegacyRestore' } as const;
  return facts.running.map((task) => desktopWords(language, words[task.kind], { subject: visibleText(task.subject, true) })).join(', ');
}

/** What quitting asks about or does first, or stops, or leaves undone. */
export function quitLine(language: Language, facts: TrayFacts): string {
  const last = facts.engine === 'running' ? facts.plans.filter(({ snapshotOnQuit }) => snapshotOnQuit) : [];
  const asked = workLine(language, facts);
  if (asked !== undefined) return desktopWords(language, 'quitAsks', { what: asked });
  const others = facts.running.filter((task) => task.kind !== 'snapshot' || !last.some(({ name }) => name === task.subject));
  if (others.length > 0) return desktopWords(language, 'quitBusy', { what: describeRunning(language, { ...facts, running: others }) });
  if (last.length > 0) return desktopWords(language, 'quitAfter', { plans: last.map((plan) => visibleText(plan.title || plan.name, true)).join(', ') });
  return desktopWords(language, 'quit');
}

/** Runs of jobs by their names, else what a person began; undefined: nothing that would be asked about. */
function workLine(language: Language, facts: TrayFacts): string | undefined {
  if (facts.engine !== 'running' || !facts.owns) return undefined;
  const runs = runsToAsk(facts.runs);
  const tasks = tasksToAsk(facts.running);
  if (runs.length > 0) return runs.map(({ jobTitle, jobName }) => visibleText(jobTitle || jobName, true)).join(', ');
  return tasks.length > 0 ? describeRunning(language, { ...facts, running: tasks }) : undefined;
}

export function lastSnapshotLine(language: Language, facts: TrayFacts, now: Date): string {
  const newest = Math.max(...facts.plans.map((plan) => (plan.lastSnapshot ? Date.parse(plan.lastSnapshot.time) : Number.NEGATIVE_INFINITY)));
  return Number.isFinite(newest) ? desktopWords(language, 'lastSnapshot', { when: formatRelative(language, new Date(newest), now) }) : desktopWords(language, 'noSnapshot');
}
