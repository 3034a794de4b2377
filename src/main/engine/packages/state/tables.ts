// What of state.db goes along in a package of the record: tables and columns by name, each with the rule that a row must keep to get into a home again. What is
// not named here never leaves; why not stands in `leftOut`. A test goes through every table and column there is.
import * as z from 'zod';
import { AlertSettings, ChannelTarget, Labels } from '../../../../contract/alerts.ts';
import { FilePath, Hex64, Name, SecretNameText, Tag, Uuid7 } from '../../../../contract/ids.ts';
import { JobDefinition } from '../../../../contract/jobs.ts';
import { LogFilter } from '../../../../contract/log.ts';
import { PackageKind } from '../../../../contract/packages.ts';
import { RetentionPolicy } from '../../../../contract/retention.ts';
import { LeaveOut, PlanHooks } from '../../../../contract/snapshots.ts';
import { flag, instant, json, text, whole } from './rules.ts';

export interface TableRule {
  name: string;
  /** What rows are ordered by. */
  key: string;
  columns: Readonly<Record<string, z.ZodType>>;
  /** Columns that stay behind, and why. */
  without?: Readonly<Record<string, string>>;
}

const patterns = z.array(z.string().max(1000)).max(100_000);
const paths = z.array(FilePath).min(1).max(100_000);
const hooks = PlanHooks.partial();

/** In the order in which they are brought in again. */
export const carriedTables: readonly TableRule[] = [
  {
    name: 'repositories',
    key: 'id',
    columns: {
      id: text(100), name: Name, path: json(FilePath), restic_id: text(100).nullable(), version: whole.nullable(), append_only: flag,
      // Where the password is asked for, never the password.
      password_from: z.enum(['store', 'file', 'environment']), password_place: text(40_000).nullable(),
      added_at: instant, check_at: instant.nullable(), check_ok: flag.nullable(), check_errors: whole.nullable(), check_read_data: flag.nullable(), config_hash: text(100).nullable()
    }
  },
  {
    name: 'plans',
    key: 'id',
    columns: {
      id: Uuid7, name: Name, title: text(200), repository_id: text(100), paths: json(paths), excludes: json(patterns), tags: json(z.array(Tag).max(1000)), zone: text(100), created_at: instant,
      leave_out: json(LeaveOut.partial()), version: whole, hooks: json(hooks), gentle: flag, snapshot_on_quit: flag, moved: flag
    }
  },
  { name: 'plan_retention', key: 'plan_id', columns: { plan_id: Uuid7, policy: json(RetentionPolicy) } },
  { name: 'removed_plans', key: 'id', columns: { id: Uuid7, name: Name, removed_at: instant, event_id: Uuid7, plan: json(z.looseObject({ id: Uuid7, name: Name, paths, hooks })) } },
  { name: 'snapshot_notes', key: 'lineage', columns: { lineage: Hex64, note: text(100_000), written_at: instant, event_id: Uuid7.nullable() } },
  { name: 'job_definitions', key: 'hash', columns: { hash: Hex64, definition: json(JobDefinition) } },
  {
    name: 'jobs',
    key: 'id',
    columns: {
      id: Uuid7, name: Name, version: whole, definition_hash: Hex64, created_at: whole, cursor: whole, from_file: flag,
      last_good_at: whole.nullable(), failing_since: whole.nullable(), failures: whole, overlap_skips: whole
    },
    without: { paused: 'a job out of a package is paused until a person resumes it' }
  },
  { name: 'job_versions', key: 'job_id, version', columns: { job_id: Uuid7, version: whole, definition_hash: Hex64, at: whole, by: text() } },
  { name: 'scheduler', key: 'one', columns: { one: z.literal(1), max_running: z.number().int().min(1).max(100) }, without: { last_tick_at: 'of a computer at a time', boot_id: 'of a computer at a time', paused: 'jobs are paused one by one' } },
  {
    name: 'alert_channels',
    key: 'id',
    columns: { id: Uuid7, name: Name, enabled: flag, target: json(ChannelTarget), secret_from: z.enum(['none', 'kept', 'reference']), secret_reference: text(100).nullable(), fallback: text(100).nullable() },
    without: { last_delivery: 'of a computer at a time', dead_since: 'of a computer at a time', buckets: 'of a computer at a time' }
  },
  { name: 'alert_silences', key: 'id', columns: { id: Uuid7, matchers: json(Labels), reason: text(10_000), by: text(), created_at: whole, until: whole, ended: flag } },
  { name: 'alert_settings', key: 'id', columns: { id: z.literal(1), settings: json(AlertSettings.partial()) } },
  { name: 'log_views', key: 'id', columns: { id: Uuid7, name: text(), filter: json(LogFilter), changed_at: instant } },
  {
    name: 'packages',
    key: 'id',
    columns: {
      id: Uuid7, kind: PackageKind, source: text(40_000), path: json(FilePath), state: z.enum(['making', 'made', 'removed', 'failed']), sealed: flag, created_at: instant,
      bytes: whole, files: whole, sha256: Hex64.nullable(), events: whole.nullable(), chain_valid: flag.nullable()
    }
  },
  // Names and dates; values lie with the keys.
  { name: 'named_secrets', key: 'name', columns: { name: SecretNameText, created_at: instant, last_version: whole, uses: whole, removed_at: instant.nullable() } },
  { name: 'named_secret_versions', key: 'name, version', columns: { name: SecretNameText, version: whole, created_at: instant, keep_until: instant.nullable(), expires_at: instant.nullable(), maskable: flag } }
];

const rowRules = new Map(carriedTables.map((table) => [table.name, z.strictObject(table.columns).partial()]));

/** What a row of a carried table must be, with no column that is not named; columns of a newer schema may be missing. undefined for any other table. */
export const ruleOf = (table: string): z.ZodType | undefined => rowRules.get(table);

/** Where in a value something is not as it must be. */
export function placeOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...(issue?.path ?? []), ...keys].join('.') || 'the top';
}

const now = 'speaks of programs that run on this computer now';
const again = 'is found out again';
const told = 'what happened stands in the record';

/** Tables that stay behind, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  tokens: 'holds what opens the gateway',
  outbox: 'events that are not recorded yet; they are brought over before a package is made',
  calls_once: 'answers that programs may ask for again for a while',
  held_locks: now,
  running_snapshots: now,
  running_edits: now,
  running_drills: now,
  waiting_snapshots: now,
  unfinished_restores: now,
  purges: now,
  undoable_restores: 'needs files of the home that are in no package',
  trials: 'folders on this computer',
  plan_latest: again,
  pack_readings: again,
  rolling_checks: again,
  restore_reports: told,
  drills: told,
  runs: told,
  run_attempts: 'holds what programs printed',
  job_tallies: again,
  run_durations: again,
  named_secret_uses: told,
  alerts: again,
  alert_dismissed: again,
  alert_marks: again,
  alert_groups: again,
  alert_deliveries: 'messages that were to be sent by this computer',
  alert_told: again,
  alert_pings: 'messages that were to be sent by this computer',
  alert_ping_last: again,
  tickets: told,
  schema_migrations: 'is the list `schema`'
};
