// Jobs: what Varve does by itself and when. Each field of a definition follows a numbered rule of docs/jobs.md; unknown keys are refused, not ignored.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Hex64, Instant, Name, SecretNameText, Uuid7 } from './ids.ts';
import { PackageFormat } from './packages.ts';
import { Run, RunState } from './runs.ts';
import { Schedule } from './schedule.ts';

const EnvironmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'must be letters, digits and "_", not beginning with a digit');
const noNul = (text: string): boolean => !text.includes('\0');
const Argument = z.string().max(32_768).refine(noNul, 'holds a NUL character');
export { SecretNameText };

/** How a secret reaches a program: never as an argument. `file`: the variable holds the path of a file that only this user can read, removed at the end. */
export const SecretUse = z.strictObject({
  secret: SecretNameText,
  into: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('environment'), name: EnvironmentName }), z.strictObject({ kind: z.literal('file'), name: EnvironmentName }), z.strictObject({ kind: z.literal('stdin') })])
});
export type SecretUse = z.infer<typeof SecretUse>;

const ExitCode = z.number().int().min(0).max(255);

export const CommandWork = z.strictObject({
  kind: z.literal('command'),
  /** The program and its arguments, as they are: no shell reads them. */
  argv: z.array(Argument).min(1).max(200).refine(([program]) => program !== '', 'names no program'),
  /** Where it stands; the person's home folder when not given. */
  folder: FilePath.nullable().default(null),
  environment: z.record(EnvironmentName, z.string().max(32_768).refine(noNul, 'holds a NUL character')).default({}),
  /** Variables of Varve's own environment that it may see, beside PATH, HOME and the like. */
  inherit: z.array(EnvironmentName).max(100).default([]),
  secrets: z.array(SecretUse).max(50).default([]),
  /** 0 always is. */
  successCodes: z.array(ExitCode).max(50).default([]),
  partialCodes: z.array(ExitCode).max(50).default([]),
  noRetryCodes: z.array(ExitCode).max(50).default([]),
  stopSignal: z.enum(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']).default('SIGTERM')
});
export type CommandWork = z.infer<typeof CommandWork>;

export const HttpWork = z.strictObject({
  kind: z.literal('http'),
  url: z.string().max(2000).regex(/^https?:\/\//, 'must begin with http:// or https://'),
  method: z.enum(['GET', 'POST']).default('GET'),
  /** What counts as well; any 2xx when empty. */
  expectStatus: z.array(z.number().int().min(100).max(599)).max(20).default([]),
  /** Must stand in the answer. */
  expectText: z.string().max(1000).nullable().default(null),
  /** Sent as `Authorization: Bearer …`. */
  bearerSecret: SecretNameText.nullable().default(null)
});

/** Plans and repositories by name, which never changes, so that a file of definitions can be read and moved. */
export const Work = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('snapshot'), plan: Name }),
  z.strictObject({ kind: z.literal('forget'), plan: Name, prune: z.boolean().default(true) }),
  z.strictObject({ kind: z.literal('check'), repository: Name, read: z.enum(['structure', 'share', 'all']).default('structure'), withinDays: z.number().int().min(1).max(3650).default(28) }),
  z.strictObject({ kind: z.literal('prune'), repository: Name }),
  z.strictObject({ kind: z.literal('drill'), plan: Name, share: z.number().gt(0).max(1).default(0.05) }),
  /** Whether the folders of the plan are there and its check is content with them. `bringBack`: where not, the newest whole snapshot is brought back in place, with a safety snapshot before it. */
  z.strictObject({ kind: z.literal('watch'), plan: Name, bringBack: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('verify-log') }),
  /** A cold package: of the plan's newest snapshot, or of the record where no plan is named. What is null is as the settings say. */
  z.strictObject({ kind: z.literal('package'), plan: Name.nullable().default(null), format: PackageFormat.nullable().default(null), folder: FilePath.nullable().default(null), keep: z.number().int().min(1).max(10_000).nullable().default(null) }),
  HttpWork,
  CommandWork,
  /** Done elsewhere: by cron, on another computer. Never started here; each ping that tells of it is a run. The schedule says when one is expected. */
  z.strictObject({ kind: z.literal('external') })
]);
export type Work = z.infer<typeof Work>;
export type WorkKind = Work['kind'];

const Severity = z.enum(['error', 'warn']);
/** What is looked at after the work ended well. `error` makes the run failed, `warn` done with gaps. */
export const RunCheck = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('duration'), minSeconds: z.number().min(0).max(1e7), severity: Severity.default('error') }),
  z.strictObject({ kind: z.literal('items'), min: z.number().min(0).nullable().default(null), max: z.number().min(0).nullable().default(null), severity: Severity.default('error') }),
  z.strictObject({ kind: z.literal('file'), path: FilePath, written: z.boolean().default(true), severity: Severity.default('error') }),
  /** Two metrics of the result that must agree within 5 %. */
  z.strictObject({ kind: z.literal('audit'), local: z.string().min(1).max(100), remote: z.string().min(1).max(100), severity: Severity.default('error') })
]);
export type RunCheck = z.infer<typeof RunCheck>;

const seconds = (most: number): z.ZodNumber => z.number().int().min(0).max(most);

export const JobDefinition = z.strictObject({
  schemaVersion: z.literal(1).default(1),
  name: Name,
  /** What the person calls it; the name when empty. */
  title: z.string().max(200).default(''),
  work: Work,
  schedule: Schedule,
  /** What to do about runs whose time passed while the computer slept or Varve was closed. */
  catchUp: z.strictObject({ policy: z.enum(['latest', 'skip', 'all']).default('latest'), /** Older ones are never run; null: 7 days for `latest`, 1 day for `all`. */ windowSeconds: seconds(31_536_000).nullable().default(null), /** For `all`. */ most: z.number().int().min(1).max(100).default(10) }).default({ policy: 'latest', windowSeconds: null, most: 10 }),
  jitterSeconds: seconds(3600).default(0),
  /** A run that waited longer than this for its turn is skipped. */
  startDeadlineSeconds: seconds(31_536_000).default(86_400),
  overlap: z.strictObject({ policy: z.enum(['skip', 'queue', 'queueAll', 'parallel', 'replace']).default('skip'), /** For `parallel`. */ most: z.number().int().min(1).max(16).default(2) }).default({ policy: 'skip', most: 2 }),
  /** Runs that share one of these names are never under way together. */
  locks: z.array(z.string().min(1).max(100)).max(20).default([]),
  retries: z.strictObject({ most: z.number().int().min(0).max(10).default(2), baseSeconds: seconds(86_400).default(30), capSeconds: seconds(86_400).default(3600), minSeconds: seconds(86_400).default(1), onTimeout: z.boolean().default(false) }).default({ most: 2, baseSeconds: 30, capSeconds: 3600, minSeconds: 1, onTimeout: false }),
  /** Of a try, while the computer is awake; 0: none. */
  timeoutSeconds: seconds(31_536_000).default(14_400),
  /** Without a word of output; 0: none. */
  idleTimeoutSeconds: seconds(31_536_000).default(0),
  /** Between the request to stop and the kill; null: 10 s, or 60 s for what writes to a repository. */
  stopGraceSeconds: seconds(86_400).nullable().default(null),
  /** Running it twice for one occasion leaves the same result as once. */
  idempotent: z.boolean().default(false),
  conditions: z
    .strictObject({
      /** This folder must be there: a drive. Jobs on a repository wait for its drive by themselves. */
      folder: FilePath.nullable().default(null),
      mainsPower: z.boolean().default(false),
      /** Host and port that must answer. */
      network: z.string().max(300).regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be HOST:PORT').nullable().default(null),
      freeSpace: z.strictObject({ path: FilePath, bytes: Count }).nullable().default(null)
    })
    .default({ folder: null, mainsPower: false, network: null, freeSpace: null }),
  checks: z.array(RunCheck).max(20).default([]),
  alerts: z
    .strictObject({
      /** Failed runs in a row; null: 1, or 2 for jobs that run hourly or more often. */
      failureAfter: z.number().int().min(1).max(100).nullable().default(null),
      /** Without success; null: 7 days, or twice the gap of the schedule where that is shorter; 0: never. */
      staleAfterSeconds: seconds(31_536_000).nullable().default(null),
      startGraceSeconds: seconds(86_400).default(900),
      duration: z.boolean().default(true),
      /** Watches how much a run did: `items`, or one of the metrics of its result. */
      volume: z.strictObject({ metric: z.string().min(1).max(100).default('items'), minAbsolute: z.number().min(0).default(10), season: z.enum(['none', 'weekday']).default('none') }).nullable().default(null),
      /** Done with gaps counts as success for staleness. */
      partialIsSuccess: z.boolean().default(false)
    })
    .default({ failureAfter: null, staleAfterSeconds: null, startGraceSeconds: 900, duration: true, volume: null, partialIsSuccess: false }),
  /** Pauses itself after so many failed runs in a row. */
  pauseAfter: z.number().int().min(1).max(100).nullable().default(null),
  /** A run by hand counts as the next scheduled one. */
  satisfiesSchedule: z.boolean().default(false),
  /** An outside checker that is told of each start and end: its address, or `secret:NAME`. */
  ping: z.string().max(2000).regex(/^(https?:\/\/|secret:)/, 'must begin with http://, https:// or secret:').nullable().default(null)
});
export type JobDefinition = z.infer<typeof JobDefinition>;

export const Pause = z.object({ by: z.string(), at: Instant, reason: z.string(), until: Instant.nullable() });
export type Pause = z.infer<typeof Pause>;

/** One of the last runs, for a mark. */
export const RunMark = z.object({ id: Uuid7, state: RunState, at: Instant, test: z.boolean() });
export type RunMark = z.infer<typeof RunMark>;

export const Job = z.object({
  id: Uuid7,
  definition: JobDefinition,
  /** Counts its edits, from 1 on. */
  version: Count,
  definitionHash: Hex64,
  createdAt: Instant,
  /** It came from a file that is followed, and is changed there. */
  fromFile: z.boolean(),
  paused: Pause.nullable(),
  /** Why it cannot run as it is, in a word: its plan, repository or secret is gone. */
  broken: z.object({ kind: z.enum(['plan', 'repository', 'secret']), name: z.string() }).nullable(),
  /** null: nothing is planned (by hand, at start, paused). */
  nextAt: Instant.nullable(),
  /** Live ones, oldest first. */
  active: z.array(Run),
  lastRun: Run.nullable(),
  lastGoodAt: Instant.nullable(),
  /** Failed ones in a row, tests left out. */
  failures: Count,
  /** The last 14, oldest first, tests left out. */
  marks: z.array(RunMark)
});
export type Job = z.infer<typeof Job>;

/** A file of definitions, for version control (docs/jobs.schema.json). */
export const JobsFile = z.strictObject({ $schema: z.string().max(500).optional(), format: z.literal('varve-jobs'), version: z.literal(1), jobs: z.array(JobDefinition).max(5000) });
export type JobsFile = z.infer<typeof JobsFile>;

/** What will not be as cron had it: words in the copy catalogue. */
export const ImportNote = z.enum(['shell', 'mail', 'percent', 'path', 'zone', 'reboot', 'environment', 'user', 'days']);
export type ImportNote = z.infer<typeof ImportNote>;

/** The text itself, so that what is refused can be named by its line or place. `system`: as /etc/crontab, with a user on each line. `zone`: of lines without CRON_TZ. */
const ImportSource = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('file'), text: z.string().max(8_388_608) }), z.strictObject({ kind: z.literal('crontab'), text: z.string().max(8_388_608), system: z.boolean().default(false), zone: z.string().max(100).optional() })]);

export const ImportPreview = z.object({
  add: z.array(JobDefinition),
  change: z.array(z.object({ name: Name, before: JobDefinition, after: JobDefinition })),
  same: z.array(Name),
  /** Lines of a crontab, and jobs that something is missing for; the others still can be taken. */
  refused: z.array(z.object({ at: z.string(), text: z.string(), reason: z.string() })),
  notes: z.array(z.object({ name: Name, note: ImportNote })),
  token: z.string()
});
export type ImportPreview = z.infer<typeof ImportPreview>;

const JobName = z.string().min(1).max(200);

export const SchedulerState = z.object({
  /** False in a short command: nothing is started by time. */
  scheduling: z.boolean(),
  lastTickAt: Instant.nullable(),
  paused: Pause.nullable(),
  /** The next planned runs, at most ten. */
  next: z.array(z.object({ jobId: Uuid7, name: Name, title: z.string(), at: Instant })),
  active: z.array(Run),
  maxRunning: z.number().int().min(1).max(16)
});
export type SchedulerState = z.infer<typeof SchedulerState>;

export const jobs = {
  list: procedure.route({ method: 'GET', path: '/jobs' }).output(z.array(Job)),
  get: procedure.route({ method: 'GET', path: '/jobs/{job}' }).input(z.object({ job: JobName })).output(Job),
  add: procedure.route({ method: 'POST', path: '/jobs' }).input(z.object({ definition: JobDefinition })).output(Job),
  /** `version`: the one that was seen; CONFLICT when it has changed since. */
  edit: procedure.route({ method: 'PUT', path: '/jobs/{job}' }).input(z.object({ job: JobName, version: Count.optional(), definition: JobDefinition })).output(Job),
  /** The runs it had stay until they are purged. CONFLICT while one is under way. */
  remove: procedure.route({ method: 'DELETE', path: '/jobs/{job}' }).input(z.object({ job: JobName })),
  versions: procedure.route({ method: 'GET', path: '/jobs/{job}/versions' }).input(z.object({ job: JobName })).output(z.array(z.object({ version: Count, at: Instant, by: z.string(), definition: JobDefinition }))),
  /** The jobs a new plan gets, as proposals: those it has not, and no second check of its repository. */
  defaults: procedure.route({ method: 'GET', path: '/jobs/defaults/{plan}' }).input(z.object({ plan: JobName })).output(z.array(JobDefinition)),
  pause: procedure.route({ method: 'POST', path: '/jobs/{job}/pause' }).input(z.object({ job: JobName, reason: z.string().max(1000).default(''), until: Instant.optional() })).output(Job),
  /** `catchUp`: one run for the newest time that passed meanwhile. */
  resume: procedure.route({ method: 'POST', path: '/jobs/{job}/resume' }).input(z.object({ job: JobName, catchUp: z.boolean().default(false) })).output(Job),
  /** At most 30 days. */
  pauseAll: procedure.route({ method: 'POST', path: '/scheduler/pause' }).input(z.object({ until: Instant, reason: z.string().max(1000).default('') })).output(SchedulerState),
  resumeAll: procedure.route({ method: 'POST', path: '/scheduler/resume' }).output(SchedulerState),
  scheduler: procedure.route({ method: 'GET', path: '/scheduler' }).output(SchedulerState),
  setMaxRunning: procedure.route({ method: 'POST', path: '/scheduler/limit' }).input(z.object({ most: z.number().int().min(1).max(16) })).output(SchedulerState),
  /** `whenBusy`: what to do while a run of it is under way. CONFLICT with kind `run` and its id for `refuse`. `test`: VARVE_DRY_RUN=1, left out of every count. */
  run: procedure.route({ method: 'POST', path: '/jobs/{job}/run' }).input(z.object({ job: JobName, reason: z.string().max(1000).default(''), whenBusy: z.enum(['refuse', 'wait', 'anyway']).default('refuse'), test: z.boolean().default(false) })).output(Run),
  /** All definitions, or those that are named, as a file of them. */
  export: procedure.route({ method: 'GET', path: '/job-definitions' }).input(z.object({ jobs: z.array(JobName).max(5000).optional() })).output(JobsFile),
  import: {
    /** Throws BAD_INPUT that names the place for a file that is not one of definitions. Jobs that are not in it stay as they are. */
    preview: procedure.route({ method: 'POST', path: '/job-definitions/preview' }).input(z.object({ source: ImportSource })).output(ImportPreview),
    /** With the token of the preview; PREVIEW_OUTDATED when a job it touches has changed since. All or nothing. */
    apply: procedure.route({ method: 'POST', path: '/job-definitions' }).input(z.object({ source: ImportSource, token: z.string() })).output(z.object({ added: z.array(Name), changed: z.array(Name), same: z.array(Name) }))
  },
  /** Of a job whose work is done elsewhere. `start` opens a run and gives up one that never told its end; `end` closes it, or stands for a whole run. */
  ping: procedure.route({ method: 'POST', path: '/jobs/{job}/ping' }).input(z.object({ job: JobName, what: z.enum(['start', 'end']), /** 0 is well. */ exitCode: ExitCode.default(0), message: z.string().max(1000).default('') })).output(Run)
};
