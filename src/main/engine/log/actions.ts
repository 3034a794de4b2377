// What Varve itself records: every action with its category, its level and the exact shape of its payload, rich enough that a
// sentence can be made from the payload alone. Nobody outside the engine can write one of these. Ids are in full, sizes in bytes.
import * as z from 'zod';
import { categories, levels, type Category, type Level } from '../../../contract/log.ts';

const text = z.string().max(32_768);
const name = z.string().max(500);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const durationMs = count;
const instant = z.string().max(40);
const texts = z.array(text).max(10_000);
const targets = z.array(count).min(1).max(10_000);

const repository = { repository: name, repositoryId: name };
const plan = { plan: name, planId: name };
/** The record of a home that came before this one, as a package had it. `checkpoint`: its newest signed note, verbatim. */
const earlier = z.strictObject({ origin: name, events: count, head: name, checkpoint: z.string().max(4096).nullable(), package: name, fileName: name });
/** Of a restore. */
const inPlace = { inPlace: z.boolean().optional(), undoes: name.optional() };
/** `code` of the catalogue of errors, `reason` for the technical reader. */
const trialFacts = { trial: name, ...repository, snapshot: name, plan: name.nullish(), planId: name.nullish(), folder: text };
const failure = { code: z.string().max(60), reason: text };

/** `by`: who or which run. */
const secretReading = { secret: name, version: count, by: name, purpose: text };
const ids = z.array(name).max(1000);
/** The policy or how many were chosen, the snapshots that are to go (the first 500) and how many stay. */
const forgetFacts = { plan: name.optional(), planId: name.optional(), ...repository, policy: z.json().optional(), chosen: count.optional(), remove: ids, removeCount: count, kept: count };
/** A tag change gives a snapshot a new id; its lineage stays. */
const tagFacts = { ...repository, add: texts.optional(), remove: texts.optional(), set: texts.optional(), lineages: ids };
const tagsChanged = { changed: z.array(z.strictObject({ from: name, to: name, lineage: name })).max(1000), changedCount: count, durationMs };
/** What was done before it failed: ids that are gone, and their new ones. */
const editsDone = { done: z.array(z.strictObject({ from: name, to: name.nullable() })).max(1000), doneCount: count };

/** Of a job, and of every step of a run of it (rule 4.2). */
const jobFacts = { job: name, jobId: name };
const moveFacts = {
  run: name, ...jobFacts, from: name, to: name, cause: name.optional(), attempt: count.optional(), trigger: name.optional(), occurrence: instant.optional(), test: z.boolean().optional(), otherRun: name.optional(), replayOf: name.optional(),
  /** Of `starting`: what is about to be run, by hash, and the names of the secrets it gets. */
  definitionHash: name.optional(), argvHash: name.optional(), secrets: z.array(name).max(50).optional(), missed: z.json().optional(), exitCode: z.number().int().nullish(), signal: name.nullish(), code: name.nullish(), reason: text.optional(), durationMs: durationMs.optional(), items: z.number().nullish()
};

/** `rule`: its code; `name`: what it is about. */
const alertFacts = { alert: name, rule: name, name };

const packageKind = z.enum(['log', 'snapshot', 'folder']);
const packageFacts = { package: name, kind: packageKind, source: text, folder: text, sealed: z.boolean() };

export interface ActionRule {
  category: Category;
  level: Level;
  payload: z.ZodType;
}

function action(category: Category, level: Level, payload: z.core.$ZodLooseShape): ActionRule {
  return { category, level, payload: z.strictObject(payload) };
}

export const builtInActions: Readonly<Record<string, ActionRule>> = {
  'home.created': action('home', 'notice', { homeId: name, version: name, platform: name, secretStore: z.enum(['keyring', 'vault']).optional(), schema: count.optional(), after: earlier.optional() }),
  'home.opened': action('home', 'info', { version: name, host: z.enum(['desktop', 'serve', 'cli']), platform: name.optional() }),
  'home.closed': action('home', 'info', { version: name, host: z.enum(['desktop', 'serve', 'cli']), openMs: durationMs.optional() }),
  'settings.changed': action('settings', 'notice', { changes: z.array(z.strictObject({ setting: name, from: z.json().optional(), to: z.json().optional() })).max(1000) }),
  'keys.exported': action('access', 'notice', { keys: count.optional(), fileName: name.optional() }),

  'repository.added': action('repository', 'notice', { ...repository, path: text, created: z.boolean(), resticId: name.nullish(), passwordFrom: z.enum(['store', 'file', 'environment', 'secret']).optional(), snapshots: count.optional() }),
  'repository.checked': action('repository', 'info', {
    ...repository, ok: z.boolean(), errors: count, hints: count.optional(), readData: z.boolean(), snapshots: count.optional(), trees: count.optional(), packs: count.optional(), blobs: count.optional(), bytesRead: count.optional(), packsRead: count.optional(), durationMs: durationMs.optional(),
    findings: z.array(z.strictObject({ severity: z.enum(['error', 'hint']), code: name, what: text, detail: text.optional() })).max(100).optional()
  }),
  'repository.pruned': action('repository', 'notice', {
    ...repository, snapshots: count, packs: z.record(z.string(), count), bytes: z.record(z.string(), count), blobs: z.record(z.string(), count), indexFiles: z.record(z.string(), count),
    reasons: z.array(z.strictObject({ reason: name, packs: count, bytes: count })).max(100), durationMs: durationMs.optional()
  }),
  'repository.copied': action('repository', 'notice', {
    ...repository, source: name, sourceId: name, count, present: count, failed: count, blobs: z.record(z.string(), count), bytes: z.record(z.string(), count), snapshots: z.array(z.strictObject({ from: name, to: name })).max(1000), durationMs: durationMs.optional()
  }),
  'repository.repaired': action('repository', 'notice', {
    ...repository, what: z.enum(['index', 'packs', 'snapshots']), count, gaps: z.boolean(), durationMs: durationMs.optional(),
    steps: z.array(z.strictObject({ step: name, id: name, to: name.optional(), kept: count.optional(), lost: count.optional(), reason: text.optional() })).max(1000)
  }),
  'repository.maintenance-started': action('repository', 'info', { ...repository, work: name }),
  'repository.maintenance-failed': action('repository', 'error', { ...repository, work: name, ...failure, durationMs: durationMs.optional() }),
  'repository.key-added': action('repository', 'notice', { ...repository, key: name }),
  'repository.key-removed': action('repository', 'notice', { ...repository, key: name }),
  'repository.password-used': action('repository', 'notice', { ...repository, key: name, passwordFrom: z.enum(['store', 'file', 'environment', 'secret']) }),
  'repository.password-changed': action('repository', 'notice', { ...repository, key: name, passwordFrom: z.enum(['store', 'file', 'environment', 'secret']) }),
  'repository.unlocked': action('repository', 'notice', { ...repository, lock: name, hostname: name.optional(), pid: count.optional(), createdAt: instant.optional(), stale: z.boolean() }),
  'lock.removed': action('repository', 'notice', { ...repository, lock: name, hostname: name.optional(), pid: count.optional(), createdAt: instant.optional(), reason: text.optional() }),

  'plan.added': action('plan', 'notice', { ...plan, title: name, ...repository, paths: texts, excludes: texts, leaveOut: z.record(name, z.json()).optional(), hooks: z.record(name, z.json()).optional(), tags: texts, gentle: z.boolean().optional(), snapshotOnQuit: z.boolean().optional(), zone: name.optional(), retention: z.json().optional() }),
  'plan.changed': action('plan', 'notice', { ...plan, version: count, changes: z.array(z.strictObject({ setting: name, from: z.json().optional(), to: z.json().optional() })).max(100), fromRepositoryId: name.optional(), toRepositoryId: name.optional() }),
  'plan.removed': action('plan', 'notice', { ...plan, title: name, version: count, ...repository, retention: z.json().optional() }),
  'plan.retention-changed': action('plan', 'notice', { ...plan, from: z.json().nullable(), to: z.json().nullable() }),

  'snapshot.forget-started': action('snapshot', 'notice', forgetFacts),
  'snapshot.forgotten': action('snapshot', 'notice', { ...forgetFacts, durationMs }),
  'snapshot.forget-failed': action('snapshot', 'error', { ...forgetFacts, ...failure, ...editsDone, durationMs }),
  'snapshot.forget-interrupted': action('snapshot', 'warn', { ...forgetFacts, startedAt: instant }),
  'snapshot.tagged': action('snapshot', 'notice', { ...tagFacts, ...tagsChanged }),
  'snapshot.pinned': action('snapshot', 'notice', { ...tagFacts, ...tagsChanged }),
  'snapshot.unpinned': action('snapshot', 'notice', { ...tagFacts, ...tagsChanged }),
  'snapshot.tag-failed': action('snapshot', 'error', { ...tagFacts, ...failure, ...editsDone, durationMs }),
  'snapshot.tag-interrupted': action('snapshot', 'warn', { ...tagFacts, startedAt: instant }),
  'snapshot.noted': action('snapshot', 'info', { ...repository, snapshot: name, lineage: name, note: text }),

  'snapshot.waiting': action('snapshot', 'notice', { ...plan, ...repository, reason: z.enum(['absent', 'other', 'password']) }),
  'snapshot.waiting-ended': action('snapshot', 'notice', { ...plan, ...repository, since: instant, why: z.enum(['withdrawn', 'cut-off', 'plan-removed']) }),
  'snapshot.started': action('snapshot', 'info', { ...plan, ...repository, waitedSince: instant.optional(), run: name.optional(), tags: texts.optional(), paths: texts.optional() }),
  'snapshot.finished': action('snapshot', 'info', {
    ...plan, ...repository, snapshot: name, parent: name.nullish(), run: name.optional(), filesNew: count, filesChanged: count, filesUnmodified: count, dirsNew: count.optional(), dirsChanged: count.optional(), dirsUnmodified: count.optional(),
    dataAdded: count, dataAddedPacked: count.optional(), totalFiles: count.optional(), totalBytes: count, gaps: count, degraded: z.record(z.string(), count).optional(), databases: count.optional(), databasesRaw: count.optional(), metrics: z.record(text, z.json()).optional(), hookWarnings: z.array(z.strictObject({ hook: name, reason: text })).max(10).optional(), tags: texts.optional(), note: text.optional(), durationMs
  }),
  'snapshot.failed': action('snapshot', 'error', { ...plan, ...repository, ...failure, run: name.optional(), durationMs: durationMs.optional() }),
  'snapshot.interrupted': action('snapshot', 'warn', { ...plan, ...repository, run: name.optional(), startedSeq: count.optional(), startedAt: instant.optional() }),
  'access.snapshot-opened': action('access', 'info', { ...repository, snapshot: name.optional(), plan: name.nullish(), planId: name.nullish() }),

  'restore.started': action('restore', 'notice', { restore: name, ...repository, snapshot: name, target: text, include: texts, includeCount: count.optional(), exclude: texts, excludeCount: count.optional(), conflict: name, passedOver: count.optional(), choices: count.optional(), deleteExtra: z.boolean().optional(), plan: name.nullish(), planId: name.nullish(), ...inPlace }),
  'restore.finished': action('restore', 'notice', {
    restore: name, ...repository, snapshot: name, target: text, files: count, identical: count, folders: count.optional(), links: count.optional(), bytes: count, kept: count, replaced: count, beside: count, metadata: count.optional(), deleted: count.optional(), skipped: count, conflict: name.optional(), safetySnapshot: name.nullish(),
    degraded: z.record(z.string(), count).optional(), writeMs: durationMs.optional(), verifyMs: durationMs.optional(), durationMs: durationMs.optional(), plan: name.nullish(), planId: name.nullish(), ...inPlace
  }),
  'restore.failed': action('restore', 'error', { restore: name, ...repository, snapshot: name, target: text, ...failure, files: count.optional(), durationMs: durationMs.optional(), plan: name.nullish(), planId: name.nullish(), ...inPlace }),
  'restore.interrupted': action('restore', 'warn', { restore: name, ...repository, snapshot: name, target: text, startedAt: instant, plan: name.nullish(), planId: name.nullish(), ...inPlace }),

  'secret.set': action('settings', 'notice', { secret: name, version: count, expiresAt: instant.nullable() }),
  'secret.rotated': action('settings', 'notice', { secret: name, version: count, before: count, keepUntil: instant, tested: z.boolean().optional(), back: z.boolean().optional(), expiresAt: instant.nullable() }),
  'secret.expiry-changed': action('settings', 'notice', { secret: name, version: count, expiresAt: instant.nullable() }),
  'secret.version-removed': action('settings', 'info', { secret: name, version: count }),
  'secret.removed': action('settings', 'notice', { secret: name, version: count, users: count }),
  'secret.used': action('access', 'info', secretReading),
  'secret.revealed': action('access', 'notice', secretReading),
  'secret.refused': action('access', 'warn', { ...secretReading, code: z.string().max(60) }),

  'job.added': action('job', 'notice', { ...jobFacts, version: count, definition: z.json() }),
  'job.changed': action('job', 'notice', { ...jobFacts, version: count, changes: z.array(z.strictObject({ setting: name, from: z.json().optional(), to: z.json().optional() })).max(1000), definition: z.json() }),
  'job.removed': action('job', 'notice', jobFacts),
  'job.paused': action('job', 'notice', { ...jobFacts, reason: text, until: instant.nullish() }),
  'job.resumed': action('job', 'notice', { ...jobFacts, catchUp: z.boolean().optional() }),
  'job.file-refused': action('job', 'warn', { path: text, reason: text }),
  'scheduler.paused': action('job', 'notice', { reason: text, until: instant }),
  'scheduler.resumed': action('job', 'notice', {}),
  'scheduler.limited': action('job', 'notice', { most: count }),
  'run.queued': action('job', 'info', moveFacts),
  'run.awaiting-approval': action('job', 'notice', moveFacts),
  'run.starting': action('job', 'info', moveFacts),
  'run.running': action('job', 'info', moveFacts),
  'run.stopping': action('job', 'notice', moveFacts),
  'run.retry-wait': action('job', 'warn', moveFacts),
  'run.succeeded': action('job', 'info', moveFacts),
  'run.partial': action('job', 'warn', moveFacts),
  'run.failed': action('job', 'error', moveFacts),
  'run.timed-out': action('job', 'error', moveFacts),
  'run.stopped': action('job', 'notice', moveFacts),
  'run.skipped': action('job', 'notice', moveFacts),
  'run.missed': action('job', 'warn', moveFacts),
  'run.rejected': action('job', 'notice', moveFacts),
  'run.unknown': action('job', 'error', moveFacts),
  'run.noted': action('job', 'notice', { run: name, ...jobFacts, note: text }),
  'run.reclassified': action('job', 'notice', { run: name, ...jobFacts, was: name, as: name, reason: text }),
  'run.swept': action('job', 'info', { runs: count, outputs: count, outputBytes: count, overBytes: count }),
  'run.purged': action('job', 'notice', { job: name.optional(), runs: count, outputBytes: count, file: text, sha256: name, until: instant }),
  'drill.started': action('restore', 'info', { drill: name, ...repository, snapshot: name, plan: name.nullish(), planId: name.nullish(), all: z.boolean() }),
  'drill.finished': action('restore', 'info', { drill: name, ...repository, snapshot: name, plan: name.nullish(), planId: name.nullish(), ok: z.boolean(), files: count, ofFiles: count, bytes: count, failed: count, check: z.boolean().optional(), durationMs }),
  'drill.failed': action('restore', 'error', { drill: name, ...repository, snapshot: name, plan: name.nullish(), planId: name.nullish(), ...failure, durationMs }),
  'drill.interrupted': action('restore', 'warn', { drill: name, ...repository, snapshot: name, plan: name.nullish(), planId: name.nullish(), startedAt: instant }),

  'trial.started': action('restore', 'info', trialFacts),
  'trial.ready': action('restore', 'info', { ...trialFacts, files: count, bytes: count, skipped: count }),
  'trial.failed': action('restore', 'error', { ...trialFacts, ...failure }),
  'trial.interrupted': action('restore', 'warn', { ...trialFacts, startedAt: instant }),
  'trial.ran': action('restore', 'info', { ...trialFacts, program: text, exitCode: z.number().int().nullable() }),
  'trial.promoted': action('restore', 'notice', { ...trialFacts, check: z.boolean().optional() }),
  'trial.undone': action('restore', 'notice', { ...trialFacts, why: z.enum(['asked', 'check', 'cut-off']), reason: text.optional() }),
  'trial.discarded': action('restore', 'notice', { ...trialFacts, former: z.boolean() }),

  'access.payload-opened': action('access', 'info', { seqs: z.array(count).max(10_000), purpose: text.optional() }),
  'access.evidence-exported': action('access', 'notice', {
    kind: z.enum(['proof', 'bundle', 'tiles']), entries: count, size: count, disclosure: z.enum(['payloads', 'commitments']), seq: count.optional(), filter: z.json().optional(), protected: count.optional(), purpose: text.optional()
  }),
  'access.payloads-searched': action('access', 'info', { scanned: count, found: z.array(count).max(1000), purpose: text }),
  'access.log-exported': action('access', 'notice', { entries: count, format: name, filter: z.json().optional(), purpose: text.optional(), to: name.optional() }),

  'gateway.started': action('gateway', 'notice', { address: name, port: count, console: z.boolean().optional(), tls: z.boolean().optional() }),
  'gateway.stopped': action('gateway', 'info', { address: name, port: count, openMs: durationMs.optional() }),
  'gateway.token-created': action('gateway', 'notice', { tokenId: name, label: name, scope: z.enum(['owner', 'read', 'append']), expiresAt: instant.nullable() }),
  'gateway.token-revoked': action('gateway', 'notice', { tokenId: name, label: name }),
  'gateway.refused': action('gateway', 'warn', { reason: text, remote: name.optional(), method: name.optional(), path: text.optional(), count: count.optional() }),

  'log.verified': action('record', 'info', {
    verdict: z.enum(['anchored', 'consistent', 'behind', 'broken', 'missing']), entries: count, head: name.nullish(), seq: count.nullish(), what: name.nullish(), checkpoint: count.optional(), readFrom: count.optional(),
    anchors: z.array(z.strictObject({ source: name, size: count, form: z.enum(['note', 'short']), outcome: z.enum(['fits', 'ahead', 'forked']) })).max(100).optional(), durationMs: durationMs.optional()
  }),
  'log.restored': action('record', 'notice', { ...earlier.shape, packedAt: instant.nullish() }),
  // entries: what the record had when it went on; of these, how many from the package and how many more from the damaged file. tail: what could still be read behind them.
  'log.recovered': action('record', 'warn', {
    entries: count, head: name, fromPackage: count, fromFile: count, package: name.nullable(), fileName: name.nullable(), damagedFile: name, damagedSha256: name, what: text, tail: z.strictObject({ read: count, imported: count, source: name.nullable() }),
    lostCheckpoint: z.strictObject({ size: count, note: z.string().max(4096) }).nullable()
  }),
  'log.namespace-declared': action('record', 'notice', { prefix: name, schema: z.json().nullable() }),
  'log.encryption-changed': action('record', 'notice', { category: z.enum(categories), encrypts: z.boolean() }),
  'log.key-rotated': action('record', 'notice', { vkey: name, previous: name, reason: name.optional() }),
  'log.anchored': action('record', 'notice', {
    kind: z.enum(['paper', 'file', 'mail', 'git', 'other', 'printed', 'witness', 'snapshot']), outcome: z.enum(['fits', 'behind', 'other-history', 'foreign-key']), form: z.enum(['signed', 'unsigned', 'short', 'claim']),
    size: count, root: name, entries: count, outside: z.boolean(), note: text.optional(), label: name.optional(), witness: name.optional(), witnessedAt: instant.optional(), repository: name.optional(), repositoryId: name.optional(), snapshot: name.optional()
  }),
  'log.witness-added': action('record', 'notice', { vkey: z.string().max(4096), url: z.string().max(2000).optional() }),
  'log.witness-removed': action('record', 'notice', { vkey: z.string().max(4096) }),
  'alert.opened': action('alert', 'warn', { ...alertFacts, severity: z.enum(['critical', 'warning', 'info']), since: instant, facts: z.json() }),
  'alert.resolved': action('alert', 'notice', { ...alertFacts, by: z.enum(['itself', 'person']), durationMs }),
  'alert.acknowledged': action('alert', 'notice', { ...alertFacts, note: text }),
  'alert.unacknowledged': action('alert', 'notice', alertFacts),
  'alert.expected': action('alert', 'notice', { ...alertFacts, run: name, value: z.number().nullable() }),
  'alert.silenced': action('alert', 'notice', { silence: name, matchers: z.record(name, name), until: instant, reason: text }),
  'alert.unsilenced': action('alert', 'notice', { silence: name }),
  'alert.delivery-failed': action('alert', 'error', { channel: name, kind: name, attempts: count, reason: text, gaveUp: z.boolean(), fallback: name.optional() }),
  'alert.channel-added': action('alert', 'notice', { channel: name, kind: name }),
  'alert.channel-changed': action('alert', 'notice', { channel: name, kind: name }),
  'alert.channel-removed': action('alert', 'notice', { channel: name, kind: name }),
  'alert.settings-changed': action('alert', 'notice', { changes: z.array(z.strictObject({ setting: name })).max(100) }),
  'alert.ticket-opened': action('alert', 'warn', { ticket: name, ...jobFacts, failures: count, run: name }),
  'alert.ticket-closed': action('alert', 'notice', { ticket: name, ...jobFacts, failures: count, run: name, note: text.optional() }),

  'log.masked': action('record', 'notice', { findings: z.array(z.strictObject({ seq: count, rule: name, field: name, count, sample: z.boolean() })).min(1).max(1000) }),
  'log.imported': action('record', 'notice', {
    source: name, file: name, bytes: count, sha256: name, lines: count, imported: count, present: count, blank: count, refused: count, mapping: z.json().optional(), chain: z.strictObject({ state: name, line: count.optional(), checked: count, rule: text.optional() }),
    refusals: z.array(z.strictObject({ line: count, code: name, detail: name })).max(100).optional(), masked: z.array(z.strictObject({ rule: name, count })).max(1000).optional(), claimedFrom: name.nullable(), claimedTo: name.nullable(), quarantine: name.nullable(), report: name.nullable()
  }),
  'log.follow-added': action('record', 'notice', { source: name, path: text }),
  'log.follow-removed': action('record', 'notice', { source: name, path: text, taken: count, refused: count }),
  'log.follow-gap': action('record', 'warn', { source: name, path: text, what: name, offset: count, line: count }),
  'log.name-introduced': action('record', 'info', { kind: z.enum(['actor', 'subject']), name: z.string().max(500) }),
  // The two that explain a missing payload. What carries out retention comes later; the record already knows how to read it. altered: entries that
  // did not fit their commitment any more when they were erased.
  'log.erasure': action('record', 'notice', { seqs: z.array(count).min(1).max(10_000), reason: name, basis: name, request: name.optional(), altered: z.array(count).max(10_000).optional() }),
  'log.retention': action('record', 'notice', { category: z.enum(categories), from: count, to: count, rule: name }),

  // On other entries. A note's words are its payload, so they can be erased like any; review/annotations.ts keeps what is where.
  'note.added': action('note', 'info', { seqs: targets, text: text.min(1) }),
  'note.removed': action('note', 'info', { seqs: targets, note: count }),
  'review.marked': action('note', 'info', { seqs: targets }),
  'review.unmarked': action('note', 'info', { seqs: targets }),

  // What was there before Varve: copied before anything is changed, taken over, put back.
  'legacy.copied': action('home', 'notice', { copy: name, folder: text, path: text.optional(), crontab: z.boolean(), files: count, bytes: count, skipped: count }),
  'legacy.migrated': action('home', 'notice', { copy: name, jobs: count, report: text }),
  'legacy.restored': action('home', 'notice', { copy: name, target: text.optional(), movedAside: text.optional(), crontab: z.boolean(), files: count, paused: count }),
  // `path`: where it lies. Of the record: how many events it holds and whether its chain held then.
  'package.made': action('home', 'notice', { ...packageFacts, path: text, bytes: count, files: count, sha256: name, events: count.optional(), chainValid: z.boolean().optional(), skipped: count, removed: count, durationMs }),
  'package.failed': action('home', 'error', { ...packageFacts, ...failure }),
  'package.interrupted': action('home', 'warn', { package: name, kind: packageKind, source: text, folder: text, startedAt: instant }),

  'sample.created': action('home', 'info', { path: text, planId: name.optional(), repositoryId: name.optional() }),
  'sample.removed': action('home', 'info', { path: text.optional() })
};

/** First words of action names that are Varve's, now or later; nobody can declare one of them. */
export const reservedPrefixes: ReadonlySet<string> = new Set([
  ...Object.keys(builtInActions).map((each) => each.slice(0, each.indexOf('.'))),
  'varve', 'system', 'secret', 'secrets', 'job', 'jobs', 'run', 'alert', 'alerts', 'package', 'packages', 'proposal', 'proposals', 'checkpoint', 'anchor', 'drill', 'import', 'legacy', 'erasure', 'retention', 'key-rotation', 'desktop', 'note', 'decision', 'review', 'mcp'
]);

/** The one namespace that is open to everybody without being declared. */
export const openPrefix = 'app';

export const levelNames: readonly Level[] = levels;

/** Part of an action before the first dot, or all of it. */
export function prefixOf(actionName: string): string {
  const dot = actionName.indexOf('.');
  return dot < 0 ? actionName : actionName.slice(0, dot);
}
