// `event-log-snapshot.json` into a fresh home. A package may come from anybody: only tables and columns that are known come in, each value by its rule, and nothing in it
// runs, sends or opens a door because the package says so. What was switched off is named, for the person to switch on.
import * as z from 'zod';
import { HomeId, Instant, type Language } from '../../../../contract/ids.ts';
import type { Pause } from '../../../../contract/jobs.ts';
import { noHooks, type PlanHooks } from '../../../../contract/snapshots.ts';
import { Settings } from '../../../../contract/system.ts';
import { fail } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { stateFormat, statePath, stateVersion, type StateProblem } from './dump.ts';
import { carriedTables, leftOut, placeOf, ruleOf, type TableRule } from './tables.ts';

export type StateRow = Readonly<Record<string, string | number | null>>;

export interface ParsedState {
  home: { id: string; createdAt: string } | null;
  settings: Settings | null;
  tables: ReadonlyMap<string, readonly StateRow[]>;
  /** What the home could not give when the package was made. */
  problems: StateProblem[];
}

/** What was brought in, and what of it is switched off. */
export interface LoadedState {
  /** To be written as settings.json; what opens the gateway, follows a file or begins with the session is back at its default. */
  settings: Settings;
  /** Fields of `settings` that were put back. */
  settingsReset: string[];
  rows: Record<string, number>;
  /** Names of jobs; all of them are paused. */
  jobs: string[];
  /** Programs that plans ran around their snapshots; they were taken out. */
  hooks: { plan: string; hooks: PlanHooks }[];
  /** Names of channels that were on and are off now; `ping`: the outside checker is not told any more. */
  channels: string[];
  ping: boolean;
  /** Rows that refer to something the package does not have. */
  dropped: { table: string; name: string }[];
}

interface Where {
  /** Of the package, for errors. */
  path: string;
  /** Versions of state.db that this program knows. */
  known: readonly number[];
}

const Shape = z.strictObject({
  format: z.literal(stateFormat),
  version: z.literal(stateVersion),
  home: z.object({ id: HomeId, createdAt: Instant }).nullable(),
  settings: z.unknown(),
  schema: z.array(z.number().int().min(1).max(1_000_000)).max(10_000),
  tables: z.record(z.string().max(100), z.array(z.unknown())),
  problems: z.array(z.object({ table: z.string().max(100), reason: z.string().max(10_000) })).max(1000)
});

/** Reads all of it and writes nothing. Throws PACKAGE_REFUSED. */
export function parseState(content: string, { path, known }: Where): ParsedState {
  const value = parsedJson(content) ?? refuse(path, 'is not JSON');
  refuseNewer(value, { path, known });
  const shape = Shape.safeParse(value);
  if (!shape.success) return refuse(path, `is not as expected at ${placeOf(shape.error)}`);
  const { home, settings, tables, problems } = shape.data;
  const said = settings === null ? null : Settings.safeParse(settings);
  if (said?.success === false) return refuse(path, `is not as expected at ${`settings.${placeOf(said.error)}`}`);
  return { home, settings: said?.data ?? null, problems, tables: new Map(Object.entries(tables).map(([name, rows]) => [name, rows.map((row, at) => parseRow(path, name, row, at))])) };
}

/** What is known of the package itself, which was still being made when what it says of packages was read. */
export interface PackageAtHand {
  bytes: number;
  files: number;
  sha256: string;
  events: number;
}

interface Bringing {
  /** Of the package. */
  path: string;
  /** What every job gets. */
  pause: Pause;
  atHand: PackageAtHand;
}

/** `db`: state.db of a home that has just been made. All or nothing. Throws PACKAGE_REFUSED. */
export function loadState(db: Database, state: ParsedState, bringing: Bringing): LoadedState {
  const { path } = bringing;
  const { settings, reset } = harmlessSettings(state.settings ?? Settings.parse({}));
  const loaded: LoadedState = { settings, settingsReset: reset, rows: {}, jobs: [], hooks: [], channels: [], ping: false, dropped: [] };
  const refusal: { table?: string } = {};
  try {
    db.transaction(() => {
      for (const table of carriedTables) {
        refusal.table = table.name;
        bringIn(db, table, state, bringing, loaded);
      }
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT')) return refuse(path, `has rows of ${refusal.table ?? ''} that do not fit together`);
    throw error;
  }
  return loaded;
}

/** A short text about why jobs are paused, for the screen. */
export const pausedReason: Readonly<Record<Language, string>> = { en: 'came back from a package; look at it, then resume', 'pt-BR': 'voltou de um pacote; confira e depois retome' };

function bringIn(db: Database, table: TableRule, state: ParsedState, bringing: Bringing, loaded: LoadedState): void {
  const rows = state.tables.get(table.name);
  if (rows === undefined) return;
  const { name } = table;
  // A new home begins with rows of its own: the desktop's channel, the scheduler's line.
  if (name === 'alert_channels' || name === 'scheduler') db.exec(`DELETE FROM ${name}`);
  const definitions = new Set(state.tables.get('job_definitions')?.map((row) => row['hash']));
  let count = 0;
  for (const row of rows) {
    if ((name === 'jobs' || name === 'job_versions') && !definitions.has(row['definition_hash'] as string)) {
      loaded.dropped.push({ table: name, name: String(row['name'] ?? row['job_id']) });
      continue;
    }
    const harmless = harmlessRow(name, row, bringing, loaded);
    const columns = Object.keys(harmless);
    db.prepare(`INSERT INTO ${name} (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(...Object.values(harmless));
    count += 1;
  }
  loaded.rows[name] = count;
}

/** The row with what it could set going switched off. */
function harmlessRow(table: string, row: StateRow, { path, pause, atHand }: Bringing, loaded: LoadedState): StateRow {
  switch (table) {
    case 'jobs':
      loaded.jobs.push(String(row['name']));
      // The file that it was kept in is not here.
      return { ...row, paused: JSON.stringify(pause), from_file: 0 };
    case 'packages':
      if (row['state'] !== 'making') return row;
      if (row['kind'] !== 'log') return { ...row, state: 'failed' };
      return { ...row, state: 'made', path: JSON.stringify(path), bytes: atHand.bytes, files: atHand.files, sha256: atHand.sha256, events: atHand.events, chain_valid: 1 };
    case 'plans': {
      const hooks = { ...noHooks, ...(JSON.parse(String(row['hooks'] ?? '{}')) as Partial<PlanHooks>) };
      if (hooks.before || hooks.after || hooks.check) loaded.hooks.push({ plan: String(row['name']), hooks });
      // Of a package from before it was noted nobody knows.
      return { ...row, hooks: '{}', snapshot_on_quit: 0, moved: row['moved'] ?? 1 };
    }
    case 'removed_plans':
      return { ...row, plan: JSON.stringify({ ...(JSON.parse(String(row['plan'])) as object), hooks: noHooks }) };
    case 'alert_channels': {
      const desktop = (JSON.parse(String(row['target'])) as { kind: string }).kind === 'desktop';
      if (row['enabled'] === 1 && !desktop) loaded.channels.push(String(row['name']));
      return { ...row, enabled: desktop ? (row['enabled'] ?? 1) : 0 };
    }
    case 'alert_settings': {
      const settings = JSON.parse(String(row['settings'])) as { ping?: string | null };
      if (typeof settings.ping === 'string') loaded.ping = true;
      return { ...row, settings: JSON.stringify({ ...settings, ping: null }) };
    }
    default:
      return row;
  }
}

/** A followed file of jobs, an open gateway, a start with the session: a package does not decide these. */
function harmlessSettings(settings: Settings): { settings: Settings; reset: string[] } {
  const { jobsFile, openAtLogin, gateway } = Settings.parse({});
  const harmless = { ...settings, jobsFile, openAtLogin, gateway };
  const reset = (['jobsFile', 'openAtLogin', 'gateway'] as const).filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(harmless[field]));
  return { settings: harmless, reset };
}

function parseRow(path: string, table: string, row: unknown, at: number): StateRow {
  const rule = ruleOf(table);
  if (rule === undefined) return refuse(path, Object.hasOwn(leftOut, table) ? `holds the table ${table}, which no package may bring in` : `holds a table ${table} that this program does not know`);
  const parsed = rule.safeParse(row);
  if (!parsed.success) return refuse(path, `is not as expected at ${`tables.${table}.${at}.${placeOf(parsed.error)}`}`);
  return parsed.data as StateRow;
}

/** Said before anything else: what a newer program wrote may look like anything. */
function refuseNewer(value: unknown, { path, known }: Where): void {
  const { version, schema } = value as { version?: unknown; schema?: unknown };
  if (typeof version === 'number' && version > stateVersion) refuse(path, `has version ${version}; this program knows up to ${stateVersion}`);
  const newer = Array.isArray(schema) ? schema.filter((one) => typeof one === 'number' && !known.includes(one)) : [];
  if (newer.length > 0) refuse(path, `was made by a newer Varve (schema ${newer.join(', ')})`);
}

function parsedJson(content: string): object | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // the parser's message would quote the text
  }
}

function refuse(path: string, reason: string): never {
  return fail('PACKAGE_REFUSED', `${path}: ${statePath} ${reason}`, { path, member: statePath, reason });
}
