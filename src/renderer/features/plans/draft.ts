// A plan while it is edited: what stands in the fields as text, and what it means for the engine. Pure.
import type { MessageKey } from '../../../contract/copy/catalogue.ts';
import type { Params } from '../../../contract/copy/format.ts';
import { Name, Tag } from '../../../contract/ids.ts';
import type { VarveClient } from '../../../contract/index.ts';
import { RetentionPolicy } from '../../../contract/retention.ts';
import { leaveOutNothing, noHooks, type Hook, type LeaveOut, type Plan, type PlanHooks } from '../../../contract/snapshots.ts';
import { baseName, makeName } from '../../ui/naming.ts';
import { sizeOf, sizeText } from './size.ts';

export interface HookDraft {
  /** The program and its arguments, one a line; empty: no program. */
  lines: string;
  limit: string;
  environment: string;
}

export const countRules = ['keepLast', 'keepHourly', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly'] as const;
export const withinRules = ['keepWithin', 'keepWithinHourly', 'keepWithinDaily', 'keepWithinWeekly', 'keepWithinMonthly', 'keepWithinYearly'] as const;
export type CountRule = (typeof countRules)[number];
export type WithinRule = (typeof withinRules)[number];

export interface RetentionDraft {
  byRules: boolean;
  rules: Record<CountRule | WithinRule, string>;
  /** Tags with commas, one rule a line. */
  tags: string;
}

export interface PlanDraft {
  /** Only of a plan that is being made; empty: made from the title. */
  name: string;
  title: string;
  repositoryId: string;
  paths: readonly string[];
  excludes: string;
  caseless: string;
  ifPresent: string;
  gitignore: boolean;
  caches: boolean;
  oneFileSystem: boolean;
  /** Empty: no limit. */
  largerThan: string;
  before: HookDraft;
  after: HookDraft;
  check: HookDraft;
  tags: string;
  gentle: boolean;
  snapshotOnQuit: boolean;
  zone: string;
  retention: RetentionDraft;
}

export type Field = keyof PlanDraft | CountRule | WithinRule | 'keepTags';
/** A field that cannot be right: in words of the console, or with the reason that the contract gives. */
export type Problem = { field: Field } & ({ key: MessageKey; params?: Params } | { reason: string });

const usualLimitSeconds = 300;
/** What most people want to keep once they let anything go. */
const usualRules = { keepLast: '3', keepDaily: '7', keepWeekly: '5', keepMonthly: '12', keepYearly: '10' };
const noRules = Object.fromEntries([...countRules, ...withinRules].map((rule) => [rule, ''])) as RetentionDraft['rules'];
const noHook: HookDraft = { lines: '', limit: String(usualLimitSeconds), environment: '' };

export function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()).filter((line) => line !== ''))];
}

export function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}

function hookDraft(hook: Hook | null): HookDraft {
  return hook === null ? noHook : { lines: hook.argv.join('\n'), limit: String(hook.timeLimitSeconds), environment: hook.environment.join(', ') };
}

function retentionDraft(policy: RetentionPolicy | undefined): RetentionDraft {
  if (policy === undefined) return { byRules: false, rules: { ...noRules, ...usualRules }, tags: '' };
  const counts = countRules.map((rule) => [rule, policy[rule] === undefined ? '' : policy[rule] === -1 ? 'all' : String(policy[rule])]);
  const spans = withinRules.map((rule) => [rule, policy[rule] ?? '']);
  return { byRules: true, rules: Object.fromEntries([...counts, ...spans]) as RetentionDraft['rules'], tags: (policy.keepTags ?? []).map((tags) => tags.join(', ')).join('\n') };
}

export function draftOf(plan: Plan): PlanDraft {
  const { leaveOut, hooks } = plan;
  return {
    name: plan.name,
    title: plan.title,
    repositoryId: plan.repositoryId,
    paths: plan.paths,
    excludes: plan.excludes.join('\n'),
    caseless: leaveOut.caseless.join('\n'),
    ifPresent: leaveOut.ifPresent.join('\n'),
    gitignore: leaveOut.gitignore,
    caches: leaveOut.caches,
    oneFileSystem: leaveOut.oneFileSystem,
    largerThan: leaveOut.largerThan === null ? '' : sizeText(leaveOut.largerThan),
    before: hookDraft(hooks.before),
    after: hookDraft(hooks.after),
    check: hookDraft(hooks.check),
    tags: plan.tags.join(', '),
    gentle: plan.gentle,
    snapshotOnQuit: plan.snapshotOnQuit,
    zone: plan.zone,
    retention: retentionDraft(plan.retention)
  };
}

export function newDraft(repositoryId: string, zone: string): PlanDraft {
  return { ...draftOf({ name: '', title: '', repositoryId, paths: [] as string[], excludes: [] as string[], leaveOut: leaveOutNothing, hooks: noHooks, tags: [] as string[], gentle: false, snapshotOnQuit: false, zone } as unknown as Plan) };
}

/** The short name for the command line: as typed, else made from the title or the first folder. */
export function nameOf({ name, title, paths }: Pick<PlanDraft, 'name' | 'title' | 'paths'>, taken: readonly string[]): string {
  return name.trim() === '' ? makeName(title.trim() === '' ? baseName(paths[0] ?? '') : title, 'plan', taken) : name.trim();
}

export function leaveOutOf(draft: PlanDraft): LeaveOut {
  return {
    caseless: linesOf(draft.caseless),
    gitignore: draft.gitignore,
    caches: draft.caches,
    ifPresent: linesOf(draft.ifPresent),
    largerThan: draft.largerThan.trim() === '' ? null : (sizeOf(draft.largerThan) ?? null),
    oneFileSystem: draft.oneFileSystem
  };
}

/** Arguments keep their spaces; only empty lines at the end are nobody's. */
function hookOf({ lines, limit, environment }: HookDraft): Hook | null {
  const argv = lines.replace(/\n+$/, '').split('\n');
  if ((argv[0] ?? '').trim() === '') return null;
  return { argv: [(argv[0] ?? '').trim(), ...argv.slice(1)], timeLimitSeconds: Number(limit), environment: tagsOf(environment.replace(/\s+/g, ',')) };
}

/** All of a kind are written `all` or `todos`. */
function countOf(text: string): number | undefined {
  const clean = text.trim().toLowerCase();
  if (clean === '') return undefined;
  if (clean === 'all' || clean === 'todos' || clean === '-1') return -1;
  return /^\d{1,7}$/.test(clean) ? Number(clean) : Number.NaN;
}

/** null: everything, for ever. */
export function policyOf({ byRules, rules, tags }: RetentionDraft): RetentionPolicy | null {
  if (!byRules) return null;
  const counts = countRules.map((rule) => [rule, countOf(rules[rule])] as const);
  const spans = withinRules.map((rule) => [rule, rules[rule].trim() === '' ? undefined : rules[rule].trim()] as const);
  const keepTags = linesOf(tags).map(tagsOf);
  return Object.fromEntries([...counts, ...spans, ...(keepTags.length > 0 ? [['keepTags', keepTags] as const] : [])].filter(([, value]) => value !== undefined && value !== 0)) as RetentionPolicy;
}

function firstMessage(error: { issues: readonly { message: string }[] } | undefined): string {
  return error?.issues[0]?.message ?? '';
}

function policyProblems(draft: RetentionDraft): Problem[] {
  const policy = policyOf(draft);
  if (policy === null) return [];
  if (Object.keys(policy).length === 0) return [{ field: 'retention', reason: 'keeps nothing; name at least one rule, for example 7 daily snapshots' }];
  const problems: Problem[] = [];
  for (const rule of countRules) {
    const count = policy[rule];
    if (count !== undefined && !RetentionPolicy.shape[rule].safeParse(count).success) problems.push({ field: rule, key: 'plans.badCount' });
  }
  for (const rule of withinRules) {
    const parsed = RetentionPolicy.shape[rule].safeParse(policy[rule]);
    if (!parsed.success) problems.push({ field: rule, reason: firstMessage(parsed.error) });
  }
  for (const tag of (policy.keepTags ?? []).flat()) if (!Tag.safeParse(tag).success) problems.push({ field: 'keepTags', reason: firstMessage(Tag.safeParse(tag).error) });
  return problems;
}

/** What can be told without asking the engine. */
export function problemsOf(draft: PlanDraft, isNew: boolean, taken: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (isNew) {
    const name = nameOf(draft, taken);
    const parsed = Name.safeParse(name);
    if (!parsed.success) problems.push({ field: 'name', reason: firstMessage(parsed.error) });
    else if (taken.includes(name)) problems.push({ field: 'name', key: 'plans.nameTaken' });
  }
  if (draft.paths.length === 0) problems.push({ field: 'paths', key: 'plans.noFolders' });
  if (draft.largerThan.trim() !== '' && sizeOf(draft.largerThan) === undefined) problems.push({ field: 'largerThan', key: 'plans.badSize' });
  for (const tag of tagsOf(draft.tags)) if (tag.startsWith('varve-')) problems.push({ field: 'tags', reason: `"${tag}" cannot be used: tags that begin with "varve-" are reserved` });
  for (const field of ['before', 'after', 'check'] as const) {
    const hook = hookOf(draft[field]);
    if (hook === null) continue;
    if (!Number.isInteger(hook.timeLimitSeconds) || hook.timeLimitSeconds < 1 || hook.timeLimitSeconds > 86_400) problems.push({ field, key: 'plans.badLimit' });
    const odd = hook.environment.find((name) => !/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name));
    if (odd !== undefined) problems.push({ field, key: 'plans.badVariable', params: { name: odd } });
  }
  return [...problems, ...policyProblems(draft.retention)];
}

function hooksOf(draft: PlanDraft): PlanHooks {
  return { before: hookOf(draft.before), after: hookOf(draft.after), check: hookOf(draft.check) };
}

type AddInput = Parameters<VarveClient['plans']['add']>[0];
type EditInput = Parameters<VarveClient['plans']['edit']>[0];

const common = (draft: PlanDraft) => ({
  paths: [...draft.paths],
  excludes: linesOf(draft.excludes),
  leaveOut: leaveOutOf(draft),
  hooks: hooksOf(draft),
  tags: tagsOf(draft.tags),
  gentle: draft.gentle,
  snapshotOnQuit: draft.snapshotOnQuit,
  zone: draft.zone.trim()
});

export function addInput(draft: PlanDraft, taken: readonly string[]): AddInput {
  const retention = policyOf(draft.retention);
  const title = draft.title.trim();
  return { ...common(draft), name: nameOf(draft, taken), ...(title !== '' && { title }), repository: draft.repositoryId, ...(retention && { retention }) };
}

export function editInput(draft: PlanDraft, plan: Plan): EditInput {
  return { ...common(draft), plan: plan.id, version: plan.version, title: draft.title.trim(), repository: draft.repositoryId };
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
}

/** Whether something was typed for a plan that is being made. */
export function isTouched(draft: PlanDraft): boolean {
  return sortedJson(draft) !== sortedJson(newDraft('', draft.zone));
}

/** Whether saving would change anything: of the plan itself, and of what it keeps. */
export function changesOf(draft: PlanDraft, plan: Plan): { plan: boolean; retention: boolean } {
  const { plan: _id, version: _version, ...now } = editInput(draft, plan);
  const { plan: _was, version: _old, ...before } = editInput(draftOf(plan), plan);
  return { plan: sortedJson(now) !== sortedJson(before), retention: sortedJson(policyOf(draft.retention)) !== sortedJson(policyOf(retentionDraft(plan.retention))) };
}
