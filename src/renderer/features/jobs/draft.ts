// A job as it is edited: text as it was typed, so that nothing is lost, and what it means as one pure function. What the editor does not show is kept.
import { JobDefinition, type RunCheck, type SecretUse, type WorkKind } from '../../../contract/jobs.ts';
import type { PackageFormat } from '../../../contract/packages.ts';
import type { Schedule } from '../../../contract/schedule.ts';
import type { MessageKey } from '../../../contract/copy/catalogue.ts';
import { parseSpan, writeSpan } from './span.ts';

export const workKinds: readonly WorkKind[] = ['snapshot', 'check', 'forget', 'prune', 'drill', 'watch', 'verify-log', 'package', 'http', 'command', 'external'];

export interface SecretDraft {
  secret: string;
  into: SecretUse['into']['kind'];
  name: string;
}

export interface CheckDraft {
  kind: RunCheck['kind'];
  severity: 'error' | 'warn';
  minSeconds: string;
  min: string;
  max: string;
  path: string;
  written: boolean;
  local: string;
  remote: string;
}

export interface JobDraft {
  title: string;
  name: string;
  kind: WorkKind;
  plan: string;
  repository: string;
  prune: boolean;
  read: 'structure' | 'share' | 'all';
  withinDays: string;
  /** Per cent of the files. */
  share: string;
  bringBack: boolean;
  /** Empty: as the settings say. */
  packageFolder: string;
  packageFormat: '' | PackageFormat;
  packageKeep: string;
  url: string;
  method: 'GET' | 'POST';
  expectStatus: string;
  expectText: string;
  bearerSecret: string;
  argv: readonly string[];
  folder: string;
  environment: string;
  inherit: string;
  secrets: readonly SecretDraft[];
  successCodes: string;
  partialCodes: string;
  noRetryCodes: string;
  stopSignal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT';
  schedule: Schedule;
  catchUp: 'latest' | 'skip' | 'all';
  catchUpWindow: string;
  catchUpMost: string;
  jitter: string;
  startDeadline: string;
  overlap: JobDefinition['overlap']['policy'];
  overlapMost: string;
  locks: string;
  retries: string;
  retryBase: string;
  retryTimeout: boolean;
  timeout: string;
  idleTimeout: string;
  stopGrace: string;
  idempotent: boolean;
  needsFolder: string;
  mainsPower: boolean;
  network: string;
  freePath: string;
  freeSpace: string;
  checks: readonly CheckDraft[];
  failureAfter: string;
  staleAfter: string;
  watchDuration: boolean;
  volumeMetric: string;
  partialIsSuccess: boolean;
  pauseAfter: string;
  satisfiesSchedule: boolean;
  ping: string;
}

export type Field = keyof JobDraft;

export interface Problem {
  field: Field;
  key: MessageKey;
}

export const emptyCheck: CheckDraft = { kind: 'items', severity: 'error', minSeconds: '', min: '', max: '', path: '', written: true, local: '', remote: '' };

const optional = (value: number | null): string => (value === null ? '' : String(value));
const spanOrEmpty = (seconds: number | null): string => (seconds === null ? '' : writeSpan(seconds));

function checkDraft(check: RunCheck): CheckDraft {
  const base = { ...emptyCheck, kind: check.kind, severity: check.severity };
  switch (check.kind) {
    case 'duration':
      return { ...base, minSeconds: writeSpan(check.minSeconds) };
    case 'items':
      return { ...base, min: optional(check.min), max: optional(check.max) };
    case 'file':
      return { ...base, path: check.path, written: check.written };
    case 'audit':
      return { ...base, local: check.local, remote: check.remote };
  }
}

export function draftOf(job: JobDefinition): JobDraft {
  const { work } = job;
  const command = work.kind === 'command' ? work : undefined;
  const http = work.kind === 'http' ? work : undefined;
  return {
    title: job.title,
    name: job.name,
    kind: work.kind,
    plan: 'plan' in work ? (work.plan ?? '') : '',
    repository: 'repository' in work ? work.repository : '',
    prune: work.kind === 'forget' ? work.prune : true,
    read: work.kind === 'check' ? work.read : 'share',
    withinDays: work.kind === 'check' ? String(work.withinDays) : '84',
    bringBack: work.kind === 'watch' && work.bringBack,
    share: work.kind === 'drill' ? String(Math.round(work.share * 10_000) / 100) : '5',
    packageFolder: work.kind === 'package' ? (work.folder ?? '') : '',
    packageFormat: work.kind === 'package' ? (work.format ?? '') : '',
    packageKeep: work.kind === 'package' ? optional(work.keep) : '',
    url: http?.url ?? '',
    method: http?.method ?? 'GET',
    expectStatus: http?.expectStatus.join(', ') ?? '',
    expectText: http?.expectText ?? '',
    bearerSecret: http?.bearerSecret ?? '',
    argv: command?.argv ?? [''],
    folder: command?.folder ?? '',
    environment: Object.entries(command?.environment ?? {}).map(([name, value]) => `${name}=${value}`).join('\n'),
    inherit: command?.inherit.join(' ') ?? '',
    secrets: command?.secrets.map(({ secret, into }) => ({ secret, into: into.kind, name: 'name' in into ? into.name : '' })) ?? [],
    successCodes: command?.successCodes.join(', ') ?? '',
    partialCodes: command?.partialCodes.join(', ') ?? '',
    noRetryCodes: command?.noRetryCodes.join(', ') ?? '',
    stopSignal: command?.stopSignal ?? 'SIGTERM',
    schedule: job.schedule,
    catchUp: job.catchUp.policy,
    catchUpWindow: spanOrEmpty(job.catchUp.windowSeconds),
    catchUpMost: String(job.catchUp.most),
    jitter: writeSpan(job.jitterSeconds),
    startDeadline: writeSpan(job.startDeadlineSeconds),
    overlap: job.overlap.policy,
    overlapMost: String(job.overlap.most),
    locks: job.locks.join('\n'),
    retries: String(job.retries.most),
    retryBase: writeSpan(job.retries.baseSeconds),
    retryTimeout: job.retries.onTimeout,
    timeout: writeSpan(job.timeoutSeconds),
    idleTimeout: writeSpan(job.idleTimeoutSeconds),
    stopGrace: spanOrEmpty(job.stopGraceSeconds),
    idempotent: job.idempotent,
    needsFolder: job.conditions.folder ?? '',
    mainsPower: job.conditions.mainsPower,
    network: job.conditions.network ?? '',
    freePath: job.conditions.freeSpace?.path ?? '',
    freeSpace: job.conditions.freeSpace === null ? '' : String(job.conditions.freeSpace.bytes / 1e9),
    checks: job.checks.map(checkDraft),
    failureAfter: optional(job.alerts.failureAfter),
    staleAfter: spanOrEmpty(job.alerts.staleAfterSeconds),
    watchDuration: job.alerts.duration,
    volumeMetric: job.alerts.volume?.metric ?? '',
    partialIsSuccess: job.alerts.partialIsSuccess,
    pauseAfter: optional(job.pauseAfter),
    satisfiesSchedule: job.satisfiesSchedule,
    ping: job.ping ?? ''
  };
}

/** A job that is being made: a snapshot of the only plan there is, each noon. */
export function newDraft(plans: readonly string[], repositories: readonly string[], zone: string): JobDraft {
  const definition = JobDefinition.parse({ name: 'x', work: { kind: 'snapshot', plan: plans[0] ?? 'x' }, schedule: { kind: 'cron', expression: '0 12 * * *', zone } });
  return { ...draftOf(definition), name: '', plan: plans.length === 1 ? (plans[0] ?? '') : '', repository: repositories.length === 1 ? (repositories[0] ?? '') : '' };
}

/** A short name out of what the person calls it, or out of its work; not one that is taken. */
export function nameOf(draft: JobDraft, taken: readonly string[]): string {
  const source = draft.name.trim() || draft.title.trim() || ({ snapshot: `${draft.plan} daily`, forget: `${draft.plan} tidy`, drill: `${draft.plan} drill`, watch: `${draft.plan} watch`, check: `${draft.repository} check`, prune: `${draft.repository} tidy`, 'verify-log': 'record check', package: `${draft.plan || 'record'} package`, http: 'ask address', external: 'elsewhere', command: draft.argv[0]?.split(/[/\\]/).at(-1) || 'program' } as const)[draft.kind];
  const plain = source.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '').slice(0, 58) || 'job';
  if (draft.name.trim() !== '' || !taken.includes(plain)) return plain;
  for (let n = 2; ; n += 1) if (!taken.includes(`${plain}-${n}`)) return `${plain}-${n}`;
}

export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

const listed = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');

/** Arguments as they are; an empty one at the end is a field that was not used. */
export function argvOf(fields: readonly string[]): string[] {
  let end = fields.length;
  while (end > 1 && fields[end - 1] === '') end -= 1;
  return fields.slice(0, end);
}

/** What the draft means, or what is wrong with it. `base`: the definition that is edited; what the editor does not show stays as it is there. */
export function read(draft: JobDraft, base: JobDefinition | undefined, taken: readonly string[]): { definition: JobDefinition; problems: [] } | { definition: undefined; problems: Problem[] } {
  const problems: Problem[] = [];
  const wrong = (field: Field, key: MessageKey): void => void problems.push({ field, key });
  const span = (field: Field, text: string): number => {
    const seconds = parseSpan(text);
    if (seconds === undefined) wrong(field, 'jobs.bad.span');
    return seconds ?? 0;
  };
  const optionalSpan = (field: Field, text: string): number | null => (text.trim() === '' ? null : span(field, text));
  const number = (field: Field, text: string, least = 0): number => {
    const value = Number(text.trim().replace(',', '.'));
    if (text.trim() === '' || !Number.isFinite(value) || value < least) wrong(field, 'jobs.bad.number');
    return value;
  };
  const optionalNumber = (field: Field, text: string, least = 0): number | null => (text.trim() === '' ? null : number(field, text, least));
  const codes = (field: Field, text: string, [least, most]: [number, number] = [0, 255]): number[] =>
    listed(text).map((code) => {
      const value = Number(code);
      if (!Number.isInteger(value) || value < least || value > most) wrong(field, 'jobs.bad.codes');
      return value;
    });
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const needed = (field: Field, value: string, key: MessageKey): string => {
    if (value.trim() === '') wrong(field, key);
    return value.trim();
  };

  const work = (): unknown => {
    const { kind } = draft;
    const plan = (): string => needed('plan', draft.plan, 'jobs.bad.plan');
    const repository = (): string => needed('repository', draft.repository, 'jobs.bad.repository');
    switch (kind) {
      case 'snapshot':
        return { kind, plan: plan() };
      case 'forget':
        return { kind, plan: plan(), prune: draft.prune };
      case 'watch':
        return { kind, plan: plan(), bringBack: draft.bringBack };
      case 'drill': {
        const share = number('share', draft.share) / 100;
        if (share <= 0 || share > 1) wrong('share', 'jobs.bad.share');
        return { kind, plan: plan(), share };
      }
      case 'check':
        return { kind, repository: repository(), read: draft.read, withinDays: draft.read === 'share' ? number('withinDays', draft.withinDays, 1) : base?.work.kind === 'check' ? base.work.withinDays : 28 };
      case 'prune':
        return { kind, repository: repository() };
      case 'external':
      case 'verify-log':
        return { kind };
      case 'package':
        return { kind, plan: text(draft.plan), format: draft.packageFormat === '' || draft.plan === '' ? null : draft.packageFormat, folder: text(draft.packageFolder), keep: optionalNumber('packageKeep', draft.packageKeep, 1) };
      case 'http':
        if (!/^https?:\/\//.test(draft.url.trim())) wrong('url', 'jobs.bad.url');
        return { kind, url: draft.url.trim(), method: draft.method, expectStatus: codes('expectStatus', draft.expectStatus, [100, 599]), expectText: draft.expectText === '' ? null : draft.expectText, bearerSecret: text(draft.bearerSecret) };
      case 'command': {
        const argv = argvOf(draft.argv);
        if ((argv[0] ?? '').trim() === '') wrong('argv', 'jobs.bad.program');
        const environment: Record<string, string> = {};
        // Values of several lines are not told apart in one field: what was not touched stays as it is.
        if (base?.work.kind === 'command' && draft.environment === draftOf(base).environment) Object.assign(environment, base.work.environment);
        else for (const line of draft.environment.split('\n').filter((each) => each.trim() !== '')) {
          const cut = line.indexOf('=');
          if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(line.slice(0, Math.max(0, cut)).trim())) wrong('environment', 'jobs.bad.environment');
          else environment[line.slice(0, cut).trim()] = line.slice(cut + 1);
        }
        if (draft.secrets.some(({ secret, into, name }) => secret === '' || (into !== 'stdin' && !/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)))) wrong('secrets', 'jobs.bad.secrets');
        return {
          kind, argv, folder: text(draft.folder), environment, inherit: listed(draft.inherit),
          secrets: draft.secrets.map(({ secret, into, name }) => ({ secret, into: into === 'stdin' ? { kind: into } : { kind: into, name } })),
          successCodes: codes('successCodes', draft.successCodes), partialCodes: codes('partialCodes', draft.partialCodes), noRetryCodes: codes('noRetryCodes', draft.noRetryCodes), stopSignal: draft.stopSignal
        };
      }
    }
  };
  const check = (each: CheckDraft): unknown => {
    const { kind, severity } = each;
    if (kind === 'duration') return { kind, severity, minSeconds: span('checks', each.minSeconds) };
    if (kind === 'items') {
      if (each.min.trim() === '' && each.max.trim() === '') wrong('checks', 'jobs.bad.checkItems');
      return { kind, severity, min: optionalNumber('checks', each.min), max: optionalNumber('checks', each.max) };
    }
    if (kind === 'file') return { kind, severity, path: needed('checks', each.path, 'jobs.bad.checkPath'), written: each.written };
    return { kind, severity, local: needed('checks', each.local, 'jobs.bad.checkNames'), remote: needed('checks', each.remote, 'jobs.bad.checkNames') };
  };

  if (base === undefined && draft.name.trim() !== '' && taken.includes(draft.name.trim())) wrong('name', 'jobs.bad.nameTaken');
  if ((draft.freePath.trim() === '') !== (draft.freeSpace.trim() === '')) wrong('freeSpace', 'jobs.bad.freeSpace');
  const blank = base ?? JobDefinition.parse({ name: 'x', work: { kind: 'verify-log' }, schedule: { kind: 'manual' } });
  const candidate = {
    ...blank,
    name: base?.name ?? nameOf(draft, taken),
    title: draft.title.trim(),
    work: work(),
    schedule: draft.schedule,
    catchUp: { ...blank.catchUp, policy: draft.catchUp, windowSeconds: optionalSpan('catchUpWindow', draft.catchUpWindow), most: draft.catchUp === 'all' ? number('catchUpMost', draft.catchUpMost, 1) : blank.catchUp.most },
    jitterSeconds: span('jitter', draft.jitter),
    startDeadlineSeconds: span('startDeadline', draft.startDeadline),
    overlap: { policy: draft.overlap, most: draft.overlap === 'parallel' ? number('overlapMost', draft.overlapMost, 1) : blank.overlap.most },
    locks: linesOf(draft.locks),
    retries: { ...blank.retries, most: number('retries', draft.retries), baseSeconds: span('retryBase', draft.retryBase), onTimeout: draft.retryTimeout },
    timeoutSeconds: span('timeout', draft.timeout),
    idleTimeoutSeconds: span('idleTimeout', draft.idleTimeout),
    stopGraceSeconds: optionalSpan('stopGrace', draft.stopGrace),
    idempotent: draft.idempotent,
    conditions: { folder: text(draft.needsFolder), mainsPower: draft.mainsPower, network: text(draft.network), freeSpace: draft.freePath.trim() === '' || draft.freeSpace.trim() === '' ? null : { path: draft.freePath.trim(), bytes: Math.round(number('freeSpace', draft.freeSpace) * 1e9) } },
    checks: draft.checks.map(check),
    alerts: {
      ...blank.alerts, failureAfter: optionalNumber('failureAfter', draft.failureAfter, 1), staleAfterSeconds: optionalSpan('staleAfter', draft.staleAfter), duration: draft.watchDuration, partialIsSuccess: draft.partialIsSuccess,
      volume: draft.volumeMetric.trim() === '' ? null : { ...(blank.alerts.volume ?? { minAbsolute: 10, season: 'none' }), metric: draft.volumeMetric.trim() }
    },
    pauseAfter: optionalNumber('pauseAfter', draft.pauseAfter, 1),
    satisfiesSchedule: draft.satisfiesSchedule,
    ping: text(draft.ping)
  };
  if (problems.length > 0) return { definition: undefined, problems };
  const parsed = JobDefinition.safeParse(candidate);
  if (parsed.success) return { definition: parsed.data, problems: [] };
  return { definition: undefined, problems: parsed.error.issues.map((issue) => ({ field: fieldAt(issue.path.map(String)), key: 'jobs.bad.value' as const })) };
}

const places: readonly [string, Field][] = [
  ['work.plan', 'plan'], ['work.repository', 'repository'], ['work.share', 'share'], ['work.withinDays', 'withinDays'], ['work.url', 'url'], ['work.expectStatus', 'expectStatus'], ['work.expectText', 'expectText'], ['work.bearerSecret', 'bearerSecret'], ['work.argv', 'argv'], ['work.folder', 'folder'], ['work.keep', 'packageKeep'], ['work.format', 'packageFormat'],
  ['work.environment', 'environment'], ['work.inherit', 'inherit'], ['work.secrets', 'secrets'], ['work.successCodes', 'successCodes'], ['work.partialCodes', 'partialCodes'], ['work.noRetryCodes', 'noRetryCodes'], ['schedule', 'schedule'], ['catchUp.windowSeconds', 'catchUpWindow'], ['catchUp.most', 'catchUpMost'],
  ['jitterSeconds', 'jitter'], ['startDeadlineSeconds', 'startDeadline'], ['overlap', 'overlapMost'], ['locks', 'locks'], ['retries.most', 'retries'], ['retries.baseSeconds', 'retryBase'], ['timeoutSeconds', 'timeout'], ['idleTimeoutSeconds', 'idleTimeout'], ['stopGraceSeconds', 'stopGrace'],
  ['conditions.folder', 'needsFolder'], ['conditions.network', 'network'], ['conditions.freeSpace', 'freeSpace'], ['checks', 'checks'], ['alerts.failureAfter', 'failureAfter'], ['alerts.staleAfterSeconds', 'staleAfter'], ['alerts.volume', 'volumeMetric'], ['pauseAfter', 'pauseAfter'], ['ping', 'ping'], ['title', 'title'], ['name', 'name']
];

/** The field that a place in the definition is edited by; the name where there is none. */
export function fieldAt(path: readonly string[]): Field {
  const whole = path.filter((part) => part !== 'definition').join('.');
  return places.find(([place]) => whole === place || whole.startsWith(`${place}.`))?.[1] ?? 'name';
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
}

export function isSame(a: unknown, b: unknown): boolean {
  return sortedJson(a) === sortedJson(b);
}

/** What stands under "Details": unfolded where one of these is wrong. */
export const detailFields: ReadonlySet<Field> = new Set<Field>(['catchUpWindow', 'catchUpMost', 'jitter', 'startDeadline', 'overlap', 'overlapMost', 'locks', 'retries', 'retryBase', 'timeout', 'idleTimeout', 'stopGrace', 'needsFolder', 'network', 'freePath', 'freeSpace', 'checks', 'failureAfter', 'staleAfter', 'volumeMetric', 'pauseAfter', 'ping', 'successCodes', 'partialCodes', 'noRetryCodes', 'inherit']);
