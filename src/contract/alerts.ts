// Alerts: conditions that need a person. Each opens once, is told through channels within a rate, and resolves itself when its condition ends.
// The numbers a rule judged by travel with the alert, so that a person can see why it fired and what would make it fire less.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant, Name, Uuid7 } from './ids.ts';

export const Severity = z.enum(['critical', 'warning', 'info']);
export type Severity = z.infer<typeof Severity>;

const job = { jobId: Uuid7, jobName: Name, jobTitle: z.string() };
const repository = { repository: z.string() };
const measured = z.number();

/** What was found, by rule, with the thresholds it was judged by. */
export const AlertFacts = z.discriminatedUnion('code', [
  z.object({ code: z.literal('failure'), ...job, runId: Uuid7, inARow: Count, threshold: Count, since: Instant, lastGoodAt: Instant.nullable(), failure: z.string().nullable(), cause: z.string().nullable() }),
  z.object({ code: z.literal('stale'), ...job, lastGoodAt: Instant.nullable(), since: Instant, limitMs: Count }),
  z.object({ code: z.literal('late_start'), ...job, plannedAt: Instant, graceMs: Count, waitingFor: z.string().nullable() }),
  z.object({ code: z.literal('too_long'), ...job, runId: Uuid7, running: z.boolean(), tookMs: Count, usualMs: Count, limitMs: Count, runs: Count }),
  z.object({ code: z.literal('too_short'), ...job, runId: Uuid7, tookMs: Count, usualMs: Count, limitMs: Count, runs: Count }),
  z.object({ code: z.literal('volume'), ...job, runId: Uuid7, metric: z.string(), value: measured, usual: measured, low: measured, high: measured, minAbsolute: measured, runs: Count, season: z.enum(['none', 'weekday']) }),
  z.object({ code: z.literal('audit'), ...job, runId: Uuid7, local: z.string(), remote: z.string(), localValue: measured.nullable(), remoteValue: measured.nullable(), share: measured.nullable(), limit: measured }),
  z.object({ code: z.literal('overlap'), ...job, runId: Uuid7, inARow: Count, threshold: Count }),
  z.object({ code: z.literal('stuck'), ...job, runId: Uuid7 }),
  z.object({ code: z.literal('paused_long'), ...job, since: Instant, until: Instant.nullable(), limitMs: Count }),
  z.object({ code: z.literal('prints_secret'), ...job, runId: Uuid7 }),
  z.object({ code: z.literal('output_room'), overBytes: Count, limitBytes: Count }),
  z.object({ code: z.literal('secret_expiry'), secret: z.string(), expiresAt: Instant, daysLeft: z.number().int(), step: z.number().int() }),
  z.object({ code: z.literal('integrity_record'), verdict: z.enum(['broken', 'behind']), entry: Count.nullable(), entries: Count }),
  z.object({ code: z.literal('integrity_repository'), ...repository, checkedAt: Instant, errors: Count }),
  z.object({ code: z.literal('disk_space'), place: z.string(), holds: z.enum(['home', 'repository']), name: z.string(), freeBytes: Count, totalBytes: Count.nullable(), limitBytes: Count }),
  z.object({ code: z.literal('unreachable'), ...repository, path: z.string() }),
  z.object({ code: z.literal('no_network'), waiting: z.array(z.string()) }),
  z.object({ code: z.literal('scheduler_stopped'), lastTickAt: Instant, quietMs: Count, limitMs: Count })
]);
export type AlertFacts = z.infer<typeof AlertFacts>;
export type AlertCode = AlertFacts['code'];

export const RuleState = z.enum(['ok', 'pending', 'firing', 'resolved', 'unknown', 'learning']);
export type RuleState = z.infer<typeof RuleState>;

/** What an alert is about: its identity, by which silences match it. */
export const Labels = z.record(z.string().max(40), z.string().max(300));
export type Labels = z.infer<typeof Labels>;

/** Why nobody is told of it now. */
export const Quiet = z.discriminatedUnion('by', [
  z.object({ by: z.literal('acknowledged'), who: z.string(), at: Instant, note: z.string(), until: Instant }),
  z.object({ by: z.literal('silence'), silenceId: Uuid7, who: z.string(), reason: z.string(), until: Instant }),
  /** Another one explains it: `paused`, or the code of an alert. */
  z.object({ by: z.literal('inhibited'), why: z.enum(['paused', 'no_network', 'unreachable']), alertId: Uuid7.nullable() })
]);
export type Quiet = z.infer<typeof Quiet>;

export const Alert = z.object({
  id: Uuid7,
  /** Of its labels; one open alert each. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  labels: Labels,
  severity: Severity,
  state: z.enum(['firing', 'resolved']),
  facts: AlertFacts,
  /** Since when the condition holds. */
  since: Instant,
  openedAt: Instant,
  changedAt: Instant,
  resolvedAt: Instant.nullable(),
  resolvedBy: z.enum(['itself', 'person']).nullable(),
  quiet: Quiet.nullable(),
  /** What a person can do with it. */
  can: z.object({ silence: z.boolean(), resolve: z.boolean(), expect: z.boolean() }),
  lastToldAt: Instant.nullable()
});
export type Alert = z.infer<typeof Alert>;

export const RuleReport = z.object({ code: z.string(), fingerprint: z.string(), labels: Labels, state: RuleState, since: Instant.nullable() });
export type RuleReport = z.infer<typeof RuleReport>;

export const Silence = z.object({ id: Uuid7, matchers: Labels, reason: z.string(), by: z.string(), createdAt: Instant, until: Instant });
export type Silence = z.infer<typeof Silence>;

const SecretReference = z.string().regex(/^secret:[a-z0-9][a-z0-9._-]{0,62}$/, 'must be secret:NAME');
const MailAddress = z.string().max(254).regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, 'must be an e-mail address');
const WebAddress = z.string().max(2000).regex(/^(https?:\/\/\S+|secret:[a-z0-9][a-z0-9._-]{0,62})$/, 'must begin with http:// or https://, or be secret:NAME');

/** Where messages go. Telegram and ntfy will be further kinds. Passwords are never in here: a reference, or whether one is kept. */
export const ChannelTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('desktop') }),
  z.strictObject({ kind: z.literal('email'), host: z.string().min(1).max(255), port: z.number().int().min(1).max(65_535), security: z.enum(['tls', 'starttls', 'none']), user: z.string().max(300).nullable().default(null), from: MailAddress, to: z.array(MailAddress).min(1).max(20) }),
  z.strictObject({ kind: z.literal('webhook'), url: WebAddress })
]);
export type ChannelTarget = z.infer<typeof ChannelTarget>;
export type ChannelKind = ChannelTarget['kind'];

/** The password of the mail server, or the key that signs what a webhook gets. */
export const ChannelSecret = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('value'), value: z.string().min(1).max(10_000) }), z.strictObject({ kind: z.literal('reference'), secret: SecretReference })]);
export type ChannelSecret = z.infer<typeof ChannelSecret>;

export const Delivery = z.object({ id: Uuid7, at: Instant, ok: z.boolean(), attempts: Count, error: z.string().nullable() });
export type Delivery = z.infer<typeof Delivery>;

export const Channel = z.object({
  id: Uuid7,
  name: Name,
  enabled: z.boolean(),
  target: ChannelTarget,
  secretFrom: z.enum(['none', 'kept', 'reference']),
  secretReference: z.string().nullable(),
  /** Told in its place when it cannot be reached. */
  fallback: Name.nullable(),
  lastDelivery: Delivery.nullable(),
  /** Since when nothing gets through. */
  deadSince: Instant.nullable(),
  /** Messages that wait: for a retry, the rate, or the morning. */
  waiting: Count
});
export type Channel = z.infer<typeof Channel>;

const ChannelInput = { name: Name, enabled: z.boolean().default(true), target: ChannelTarget, secret: ChannelSecret.nullable().optional(), fallback: Name.nullable().default(null) };

export const Ticket = z.object({
  id: Uuid7,
  jobId: Uuid7,
  jobName: Name,
  jobTitle: z.string(),
  openedAt: Instant,
  since: Instant,
  lastGoodAt: Instant.nullable(),
  failures: Count,
  runId: Uuid7,
  /** The last lines of what it printed, secrets masked. */
  lines: z.array(z.string()),
  updates: z.array(z.object({ at: Instant, runId: Uuid7, failures: Count })),
  closedAt: Instant.nullable(),
  closedByRun: Uuid7.nullable(),
  /** By a person, with a word; only failures after that open another one. Neither a run nor a person: its job was removed. */
  closedBy: z.string().nullable(),
  closeNote: z.string()
});
export type Ticket = z.infer<typeof Ticket>;

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

export const AlertSettings = z.strictObject({
  /** Between these hours what is not critical waits for one message in the morning. */
  quietHours: z.strictObject({ from: ClockTime, to: ClockTime }).nullable(),
  /** Failed runs in a row after which a ticket is opened. */
  ticketAfter: z.number().int().min(1).max(100),
  /** Free space below which a place is nearly full, and full. */
  lowBytes: Count,
  fullBytes: Count,
  /** An outside checker that hears every five minutes that Varve watches: its address, or secret:NAME. */
  ping: WebAddress.nullable()
});
export type AlertSettings = z.infer<typeof AlertSettings>;

export const Ping = z.object({ jobId: Uuid7.nullable(), at: Instant, ok: z.boolean(), error: z.string().nullable() });
export type Ping = z.infer<typeof Ping>;

export const Watch = z.object({
  /** False in a short command: nothing is watched. */
  watching: z.boolean(),
  evaluatedAt: Instant.nullable(),
  /** Since when the scheduler does nothing, when it should. */
  schedulerStoppedSince: Instant.nullable()
});
export type Watch = z.infer<typeof Watch>;

const AlertId = z.string().min(6).max(36);
const byId = z.object({ alert: AlertId });
const note = z.string().max(1000).default('');

export const alerts = {
  /** Newest first. `needs`: told, and nobody is on it; `quiet`: firing, but acknowledged, silenced or explained by another. */
  list: procedure.route({ method: 'GET', path: '/alerts' }).input(z.object({ view: z.enum(['needs', 'quiet', 'solved', 'all']).default('all'), limit: z.number().int().min(1).max(1000).default(200) })).output(z.object({ alerts: z.array(Alert), counts: z.object({ needs: Count, quiet: Count }), watch: Watch })),
  get: procedure.route({ method: 'GET', path: '/alerts/{alert}' }).input(byId).output(Alert),
  /** Stops repeats; ends by itself when it is solved, or after 7 days. */
  acknowledge: procedure.route({ method: 'POST', path: '/alerts/{alert}/acknowledge' }).input(z.object({ alert: AlertId, note })).output(Alert),
  unacknowledge: procedure.route({ method: 'POST', path: '/alerts/{alert}/unacknowledge' }).input(byId).output(Alert),
  /** This alert alone, or with `matchers` all that have these labels. At most 30 days. Not for integrity. */
  silence: procedure.route({ method: 'POST', path: '/alerts/silences' }).input(z.object({ alert: AlertId.optional(), matchers: Labels.optional(), until: Instant, reason: z.string().min(1).max(1000) })).output(Silence),
  unsilence: procedure.route({ method: 'DELETE', path: '/alerts/silences/{silence}' }).input(z.object({ silence: AlertId })).output(Silence),
  silences: procedure.route({ method: 'GET', path: '/alerts/silences' }).output(z.array(Silence)),
  /** For what is about one run: it opens again with the next one like it. CONFLICT for a state that is looked at anew every minute. */
  resolve: procedure.route({ method: 'POST', path: '/alerts/{alert}/resolve' }).input(byId).output(Alert),
  /** "This is right": the value joins what is usual. */
  expected: procedure.route({ method: 'POST', path: '/alerts/{alert}/expected' }).input(byId).output(Alert),
  /** Every rule with its state, also those that are content. */
  rules: procedure.route({ method: 'GET', path: '/alerts/rules' }).output(z.array(RuleReport)),
  channels: {
    list: procedure.route({ method: 'GET', path: '/alerts/channels' }).output(z.array(Channel)),
    add: procedure.route({ method: 'POST', path: '/alerts/channels' }).input(z.object(ChannelInput)).output(Channel),
    /** `secret` left out: as it is; null: none. */
    edit: procedure.route({ method: 'PUT', path: '/alerts/channels/{channel}' }).input(z.object({ channel: z.string().min(1).max(100), ...ChannelInput })).output(Channel),
    remove: procedure.route({ method: 'DELETE', path: '/alerts/channels/{channel}' }).input(z.object({ channel: z.string().min(1).max(100) })),
    /** Sends a real message now, outside rate and quiet hours; answers when it is known how that went. */
    test: procedure.route({ method: 'POST', path: '/alerts/channels/{channel}/test' }).input(z.object({ channel: z.string().min(1).max(100) })).output(Delivery)
  },
  tickets: procedure.route({ method: 'GET', path: '/tickets' }).input(z.object({ open: z.boolean().default(false), limit: z.number().int().min(1).max(1000).default(100) })).output(z.array(Ticket)),
  /** Takes an open ticket off the list before the job has succeeded. BAD_INPUT for one that is closed. */
  closeTicket: procedure.route({ method: 'POST', path: '/tickets/{ticket}/close' }).input(z.object({ ticket: AlertId, note })).output(Ticket),
  /** How the last call to each outside checker went. */
  pings: procedure.route({ method: 'GET', path: '/alerts/pings' }).output(z.array(Ping)),
  /** Calls an outside checker now and answers how that went. Varve's own (null) hears that Varve watches; a job's hears once more how its last run ended. BAD_INPUT where none is named, or the job has not run yet. */
  testPing: procedure.route({ method: 'POST', path: '/alerts/pings/test' }).input(z.object({ jobId: Uuid7.nullable() })).output(Ping),
  settings: {
    get: procedure.route({ method: 'GET', path: '/alerts/settings' }).output(AlertSettings),
    set: procedure.route({ method: 'PUT', path: '/alerts/settings' }).input(AlertSettings.partial()).output(AlertSettings)
  }
};
