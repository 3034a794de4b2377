// The options by which a definition is made or changed, and the definition they stand for. Each belongs to one setting of the contract; what is not
// named stays as it was.
import { Option, type Command } from 'commander';
import * as z from 'zod';
import { JobDefinition, type CommandWork, type SecretUse } from '../../contract/jobs.ts';
import type { DayMatch } from '../../contract/schedule.ts';
import { PackageFormat } from '../../contract/packages.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, wholeNumber } from './command.ts';
import { absolutePath } from './paths.ts';
import { parseSize, secondsOption } from './typed-values.ts';
import type { Words } from './words.ts';

export type Draft = z.input<typeof JobDefinition>;

export interface DefinitionOptions {
  title?: string;
  snapshot?: string;
  forget?: string;
  prune?: string;
  giveBack?: boolean;
  check?: string;
  drill?: string;
  verifyLog?: boolean;
  http?: string;
  external?: boolean;
  read?: string;
  withinDays?: number;
  share?: number;
  package?: string | true;
  packageFormat?: string;
  packageFolder?: string;
  packageKeep?: number;
  watch?: string;
  bringBack?: boolean;
  method?: string;
  expectStatus?: number[];
  expectText?: string;
  bearer?: string;
  cron?: string;
  tz?: string;
  dayMatch?: string;
  every?: number;
  atStart?: boolean;
  manual?: boolean;
  folder?: string;
  env?: string[];
  inherit?: string[];
  secret?: string[];
  successCode?: number[];
  partialCode?: number[];
  noRetryCode?: number[];
  stopSignal?: string;
  retries?: number;
  retryBase?: number;
  retryCap?: number;
  retryOnTimeout?: boolean;
  timeout?: number;
  idleTimeout?: number;
  grace?: number;
  catchUp?: string;
  catchUpWindow?: number;
  catchUpMost?: number;
  overlap?: string;
  parallel?: number;
  lock?: string[];
  jitter?: number;
  startDeadline?: number;
  idempotent?: boolean;
  needsFolder?: string;
  onMains?: boolean;
  network?: string;
  freeSpace?: string;
  expectFile?: string[];
  expectSeconds?: number;
  pauseAfter?: number;
  failAfter?: number;
  staleAfter?: number;
  startGrace?: number;
  ping?: string;
  satisfiesSchedule?: boolean;
}

export function addDefinitionOptions(command: Command, words: Words, edits: boolean): Command {
  const { say } = words;
  const seconds = secondsOption(words);
  const number = (name: string) => wholeNumber(`--${name}`);
  const numbers = (name: string) => (value: string, before: number[] | undefined): number[] => [...(before ?? []), wholeNumber(`--${name}`)(value)];
  command
    .option('--title <text>', say('optionJobTitle'))
    .option('--snapshot <plan>', say('optionJobSnapshot'))
    .option('--forget <plan>', say('optionJobForget'))
    .option('--no-give-back', say('optionJobNoPrune'))
    .option('--check <repository>', say('optionJobCheck'))
    .option('--read <how>', say('optionJobRead'))
    .option('--within-days <number>', say('optionJobWithinDays'), number('within-days'))
    .option('--prune <repository>', say('optionJobPrune'))
    .option('--drill <plan>', say('optionJobDrill'))
    .option('--watch <plan>', say('optionJobWatch'))
    .option('--bring-back', say('optionJobBringBack'))
    .option('--share <percent>', say('optionJobShare'), number('share'))
    .option('--verify-log', say('optionJobVerifyLog'))
    .option('--package [plan]', say('optionJobPackage'))
    .addOption(new Option('--package-format <format>', say('optionJobPackageFormat')).choices(PackageFormat.options))
    .option('--package-folder <folder>', say('optionJobPackageFolder'))
    .option('--package-keep <number>', say('optionJobPackageKeep'), number('package-keep'))
    .option('--http <url>', say('optionJobHttp'))
    .option('--method <method>', say('optionJobMethod'))
    .option('--expect-status <number>', say('optionJobExpectStatus'), numbers('expect-status'))
    .option('--expect-text <text>', say('optionJobExpectText'))
    .option('--bearer <secret>', say('optionJobBearer'))
    .option('--external', say('optionJobExternal'))
    .option('--cron <expression>', say('optionJobCron'))
    .option('--tz <zone>', say('optionJobTz'))
    .option('--day-match <or|and>', say('optionJobDayMatch'))
    .option('--every <time>', say('optionJobEvery'), seconds)
    .option('--at-start', say('optionJobAtStart'))
    .option('--manual', say('optionJobManual'))
    .option('--folder <folder>', say('optionJobFolder'))
    .option('--env <name=value>', say('optionJobEnv'), collect)
    .option('--inherit <name>', say('optionJobInherit'), collect)
    .option('--secret <secret=name>', say('optionJobSecret'), collect)
    .option('--success-code <code>', say('optionJobSuccessCode'), numbers('success-code'))
    .option('--partial-code <code>', say('optionJobPartialCode'), numbers('partial-code'))
    .option('--no-retry-code <code>', say('optionJobNoRetryCode'), numbers('no-retry-code'))
    .option('--stop-signal <signal>', say('optionJobStopSignal'))
    .option('--retries <number>', say('optionJobRetries'), number('retries'))
    .option('--retry-base <time>', say('optionJobRetryBase'), seconds)
    .option('--retry-cap <time>', say('optionJobRetryCap'), seconds)
    .option('--retry-on-timeout', say('optionJobRetryOnTimeout'))
    .option('--timeout <time>', say('optionJobTimeout'), seconds)
    .option('--idle-timeout <time>', say('optionJobIdleTimeout'), seconds)
    .option('--grace <time>', say('optionJobGrace'), seconds)
    .option('--catch-up <policy>', say('optionJobCatchUp'))
    .option('--catch-up-window <time>', say('optionJobCatchUpWindow'), seconds)
    .option('--catch-up-most <number>', say('optionJobCatchUpMost'), number('catch-up-most'))
    .option('--overlap <policy>', say('optionJobOverlap'))
    .option('--parallel <number>', say('optionJobParallel'), number('parallel'))
    .option('--lock <name>', say('optionJobLock'), collect)
    .option('--jitter <time>', say('optionJobJitter'), seconds)
    .option('--start-deadline <time>', say('optionJobStartDeadline'), seconds)
    .option('--idempotent', say('optionJobIdempotent'))
    .option('--needs-folder <folder>', say('optionJobNeedsFolder'))
    .option('--on-mains', say('optionJobOnMains'))
    .option('--network <host:port>', say('optionJobNetwork'))
    .option('--free-space <path=size>', say('optionJobFreeSpace'))
    .option('--expect-file <file>', say('optionJobExpectFile'), collect)
    .option('--expect-seconds <number>', say('optionJobExpectSeconds'), number('expect-seconds'))
    .option('--pause-after <number>', say('optionJobPauseAfter'), number('pause-after'))
    .option('--fail-after <number>', say('optionJobFailAfter'), number('fail-after'))
    .option('--stale-after <time>', say('optionJobStaleAfter'), seconds)
    .option('--start-grace <time>', say('optionJobStartGrace'), seconds)
    .option('--ping <url>', say('optionJobPing'))
    .option('--satisfies-schedule', say('optionJobSatisfies'));
  if (edits) for (const name of ['retry-on-timeout', 'idempotent', 'on-mains', 'satisfies-schedule']) command.addOption(new Option(`--no-${name}`, say('optionJobNoLonger')));
  return command.option('--from-json <file|->', say('optionJobFromJson'));
}

/** What `program` and the options name, over `before`. Throws BAD_INPUT for what does not go together. */
export function applyOptions(before: Draft, program: readonly string[], options: DefinitionOptions, { words, zone, nowMs }: { words: Words; zone: string; nowMs: number }): Draft {
  const work = workOf(before.work, program, options, words);
  const schedule = scheduleOf(before.schedule, options, { words, zone, nowMs });
  const some = <T extends object>(value: T): Partial<T> => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
  const merged = <T extends object>(old: T | undefined, patch: Partial<Record<string, unknown>>): T | undefined => {
    const known = some(patch);
    return Object.keys(known).length === 0 ? old : ({ ...old, ...known } as T);
  };
  const checks = [...(options.expectFile ?? []).map((path) => ({ kind: 'file' as const, path: absolutePath(path) })), ...(options.expectSeconds === undefined ? [] : [{ kind: 'duration' as const, minSeconds: options.expectSeconds }])];
  return some({
    ...before,
    ...some({
      title: options.title,
      work,
      schedule,
      jitterSeconds: options.jitter,
      startDeadlineSeconds: options.startDeadline,
      locks: options.lock,
      timeoutSeconds: options.timeout,
      idleTimeoutSeconds: options.idleTimeout,
      stopGraceSeconds: options.grace,
      idempotent: options.idempotent,
      pauseAfter: options.pauseAfter === 0 ? null : options.pauseAfter,
      satisfiesSchedule: options.satisfiesSchedule,
      ping: options.ping === '' ? null : options.ping,
      checks: checks.length === 0 ? undefined : checks
    }),
    catchUp: merged(before.catchUp, { policy: options.catchUp, windowSeconds: options.catchUpWindow, most: options.catchUpMost }),
    overlap: merged(before.overlap, { policy: options.overlap ?? (options.parallel === undefined ? undefined : 'parallel'), most: options.parallel }),
    retries: merged(before.retries, { most: options.retries, baseSeconds: options.retryBase, capSeconds: options.retryCap, onTimeout: options.retryOnTimeout }),
    conditions: merged(before.conditions, { folder: options.needsFolder === undefined ? undefined : options.needsFolder === '' ? null : absolutePath(options.needsFolder), mainsPower: options.onMains, network: options.network === '' ? null : options.network, freeSpace: options.freeSpace === undefined ? undefined : spaceOf(options.freeSpace, words) }),
    alerts: merged(before.alerts, { failureAfter: options.failAfter, staleAfterSeconds: options.staleAfter, startGraceSeconds: options.startGrace })
  }) as Draft;
}

const works = ['snapshot', 'forget', 'check', 'prune', 'drill', 'watch', 'verifyLog', 'package', 'http', 'external'] as const;
const dashed = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function workOf(before: Draft['work'] | undefined, program: readonly string[], options: DefinitionOptions, { say }: Words): Draft['work'] | undefined {
  const named = works.filter((name) => options[name] !== undefined && options[name] !== false);
  const list = [...works.map(dashed), '-- PROGRAM'].join(', ');
  if (named.length + (program.length > 0 ? 1 : 0) > 1) fail('BAD_INPUT', 'more than one kind of work', { field: named.map(dashed).join(' '), reason: say('jobTwoWorks', { list }) });
  const [kind] = named;
  const base = program.length > 0 ? commandBase(before, program) : kind === undefined ? before : newWork(kind, options);
  if (base === undefined) return undefined;
  refuseStray(base, options, say);
  if (base.kind === 'command') return withProgramOptions(base, options, say);
  if (base.kind === 'check') return { ...base, ...(options.read !== undefined && { read: options.read as never }), ...(options.withinDays !== undefined && { withinDays: options.withinDays, ...(options.read === undefined && { read: 'share' as const }) }) };
  if (base.kind === 'drill') return { ...base, ...(options.share !== undefined && { share: options.share / 100 }) };
  if (base.kind === 'package')
    return { ...base, ...(options.packageFormat !== undefined && { format: options.packageFormat as never }), ...(options.packageFolder !== undefined && { folder: options.packageFolder === '' ? null : absolutePath(options.packageFolder) }), ...(options.packageKeep !== undefined && { keep: options.packageKeep }) };
  if (base.kind === 'watch') return { ...base, ...(options.bringBack !== undefined && { bringBack: options.bringBack }) };
  if (base.kind === 'forget') return { ...base, ...(options.giveBack === false && { prune: false }) };
  if (base.kind === 'http')
    return { ...base, ...(options.method !== undefined && { method: options.method as never }), ...(options.expectStatus && { expectStatus: options.expectStatus }), ...(options.expectText !== undefined && { expectText: options.expectText }), ...(options.bearer !== undefined && { bearerSecret: options.bearer }) };
  return base;
}

function commandBase(before: Draft['work'] | undefined, program: readonly string[]): Draft['work'] {
  return before?.kind === 'command' ? { ...before, argv: [...program] } : { kind: 'command', argv: [...program] };
}

function newWork(kind: (typeof works)[number], options: DefinitionOptions): Draft['work'] {
  const value = String(options[kind]);
  if (kind === 'snapshot' || kind === 'forget' || kind === 'drill' || kind === 'watch') return { kind, plan: value };
  if (kind === 'check' || kind === 'prune') return { kind, repository: value };
  if (kind === 'http') return { kind, url: value };
  if (kind === 'package') return { kind, plan: typeof options.package === 'string' ? options.package : null };
  return kind === 'external' ? { kind } : { kind: 'verify-log' };
}

const belongTo = { read: ['check'], withinDays: ['check'], share: ['drill'], packageFormat: ['package'], packageFolder: ['package'], packageKeep: ['package'], bringBack: ['watch'], method: ['http'], expectStatus: ['http'], expectText: ['http'], bearer: ['http'] } as const;
const ofPrograms = ['folder', 'env', 'inherit', 'secret', 'successCode', 'partialCode', 'noRetryCode', 'stopSignal'] as const;

/** An option that would change nothing is a mistake. */
function refuseStray(work: Draft['work'], options: DefinitionOptions, say: Words['say']): void {
  for (const name of ofPrograms) if (options[name] !== undefined && work.kind !== 'command') fail('BAD_INPUT', 'of programs only', { field: dashed(name), reason: say('jobOnlyCommand') });
  for (const [name, [kind]] of Object.entries(belongTo)) if (options[name as keyof typeof belongTo] !== undefined && work.kind !== kind) fail('BAD_INPUT', 'of another kind of work', { field: dashed(name), reason: say('jobOnlyWith', { option: `--${kind}` }) });
}

function withProgramOptions(work: z.input<typeof CommandWork>, options: DefinitionOptions, say: Words['say']): Draft['work'] {
  return {
    ...work,
    ...(options.folder !== undefined && { folder: absolutePath(options.folder) }),
    ...(options.env && { environment: { ...work.environment, ...Object.fromEntries(options.env.map((text) => pair('--env', text, 'NAME=VALUE', say))) } }),
    ...(options.inherit && { inherit: options.inherit }),
    ...(options.secret && { secrets: options.secret.map((text) => secretUse(text, say)) }),
    ...(options.successCode && { successCodes: options.successCode }),
    ...(options.partialCode && { partialCodes: options.partialCode }),
    ...(options.noRetryCode && { noRetryCodes: options.noRetryCode }),
    ...(options.stopSignal !== undefined && { stopSignal: options.stopSignal as never })
  };
}

function pair(option: string, text: string, form: string, say: Words['say']): [string, string] {
  const at = text.indexOf('=');
  return at > 0 ? [text.slice(0, at), text.slice(at + 1)] : fail('BAD_INPUT', 'not a pair', { field: option, reason: say('jobBadPair', { text, form }) });
}

function secretUse(text: string, say: Words['say']): SecretUse {
  const [secret, into] = pair('--secret', text, 'SECRET=NAME', say);
  if (into === 'stdin') return { secret, into: { kind: 'stdin' } };
  return into.startsWith('file:') ? { secret, into: { kind: 'file', name: into.slice(5) } } : { secret, into: { kind: 'environment', name: into } };
}

function spaceOf(text: string, { say }: Words): { path: string; bytes: number } | null {
  if (text === '') return null;
  const [path, size] = pair('--free-space', text, 'PATH=SIZE', say);
  const bytes = parseSize(size) ?? fail('BAD_INPUT', 'no size', { field: '--free-space', reason: say('jobBadSize', { text: size }) });
  return { path: absolutePath(path), bytes };
}

function scheduleOf(before: Draft['schedule'] | undefined, { cron, tz, dayMatch, every, atStart, manual }: DefinitionOptions, { words: { say }, zone, nowMs }: { words: Words; zone: string; nowMs: number }): Draft['schedule'] | undefined {
  if ([cron, every, atStart, manual].filter((each) => each !== undefined).length > 1) fail('BAD_INPUT', 'more than one time', { field: 'schedule', reason: say('jobTwoTimes') });
  const old = before?.kind === 'cron' ? before : undefined;
  if (every !== undefined) return { kind: 'interval', everyMs: every * 1000, anchor: new Date(nowMs).toISOString() };
  if (atStart === true) return { kind: 'startup' };
  if (manual === true) return { kind: 'manual' };
  if (cron === undefined && tz === undefined && dayMatch === undefined) return undefined;
  const expression = cron ?? old?.expression ?? fail('BAD_INPUT', 'no cron expression', { field: tz === undefined ? '--day-match' : '--tz', reason: say('jobOnlyWith', { option: '--cron' }) });
  return { kind: 'cron', expression, zone: tz ?? old?.zone ?? zone, dayMatch: (dayMatch ?? old?.dayMatch ?? 'or') as DayMatch };
}
