import BetterSqlite3 from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobDefinition } from '../../../../contract/jobs.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { openDatabase, type Database } from '../../store/index.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { stateMigrations } from '../../state-migrations.ts';
import { statePieces, type StateProblem } from './dump.ts';
import { loadState, parseState, pausedReason, type LoadedState } from './load.ts';
import { carriedTables, leftOut } from './tables.ts';

const files = createNodeFiles();
const known = stateMigrations.map(({ version }) => version);
const where = { path: '/p.tar.gz', known };
const pause = { by: 'Ada', at: '2026-11-28T00:00:00.000Z', reason: pausedReason.en, until: null };
const home = { id: '0123456789abcdef0123456789abcdef', createdAt: '2026-11-21T00:00:00.000Z' };
const id = (no: number): string => `01932b6e-5a1c-7000-8000-${String(no).padStart(12, '0')}`;
const at = '2026-11-21T00:00:00.000Z';
const hash = 'ab'.repeat(32);
const definition = JobDefinition.parse({ name: 'nightly', work: { kind: 'command', argv: ['/bin/true'] }, schedule: { kind: 'manual' } });

let folder: TestFolder;
let db: Database;

const open = (name: string): Database => openDatabase({ path: folder.at(name), files, migrations: stateMigrations, kind: 'state' });
beforeEach(() => {
  folder = createTestFolder();
  db = open('home/state.db');
});
afterEach(() => {
  if (db.open) db.close();
  folder.remove();
});

const put = (table: string, row: Record<string, unknown>): void => void db.prepare(`INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?').join(', ')})`).run(...Object.values(row));

/** A home with one of everything, and with secrets in all the places that stay behind. */
function fill(): void {
  put('repositories', { id: 'r1', name: 'safe', path: '"/mnt/safe"', append_only: 0, password_from: 'environment', password_place: 'SAFE_PASSWORD', added_at: at });
  put('plans', {
    id: id(1), name: 'thesis', title: 'Thesis', repository_id: 'r1', paths: '["/home/ada/thesis"]', excludes: '[]', tags: '["phd"]', zone: 'America/Sao_Paulo', created_at: at,
    hooks: JSON.stringify({ before: { argv: ['/bin/evil'], timeLimitSeconds: 5, environment: [] } }), snapshot_on_quit: 1
  });
  put('plan_retention', { plan_id: id(1), policy: '{"keepDaily":7}' });
  put('removed_plans', { id: id(2), name: 'old', removed_at: at, event_id: id(3), plan: JSON.stringify({ id: id(2), name: 'old', paths: ['/x'], hooks: { before: null, after: null, check: { argv: ['/bin/evil'], timeLimitSeconds: 5, environment: [] } } }) });
  put('snapshot_notes', { lineage: hash, note: 'before the review', written_at: at, event_id: id(4) });
  put('job_definitions', { hash, definition: JSON.stringify(definition) });
  put('jobs', { id: id(5), name: 'nightly', version: 1, definition_hash: hash, created_at: 5, cursor: 6, from_file: 1 });
  put('job_versions', { job_id: id(5), version: 1, definition_hash: hash, at: 5, by: 'Ada' });
  put('alert_channels', { id: id(6), name: 'mail', enabled: 1, target: JSON.stringify({ kind: 'webhook', url: 'https://example.org/hook' }), secret_from: 'kept' });
  put('alert_silences', { id: id(7), matchers: '{"job":"nightly"}', reason: 'away', by: 'Ada', created_at: 1, until: 2 });
  put('alert_settings', { id: 1, settings: '{"ping":"https://example.org/ping"}' });
  put('log_views', { id: id(8), name: 'errors', filter: '{"level":["error"]}', changed_at: at });
  put('named_secrets', { name: 'api-key', created_at: at, last_version: 1 });
  put('named_secret_versions', { name: 'api-key', version: 1, created_at: at, maskable: 1 });
  put('packages', { id: id(9), kind: 'log', source: '/home/ada/varve', path: '"/mnt/backup-eventlog-20261121-120000.tar.gz"', state: 'made', sealed: 0, created_at: at, bytes: 9, files: 3, sha256: hash, events: 7, chain_valid: 1 });
  put('tokens', { id: 't1', label: 'LEAKED-label', scope: 'owner', hash: Buffer.alloc(32, 7), created_at: at });
  put('outbox', { id: 'o1', event: '{"text":"LEAKED"}' });
  put('run_attempts', { run_id: 'x', attempt: 1, started_at: 1, output: 'LEAKED' });
  db.exec('UPDATE scheduler SET max_running = 4');
  writeFileSync(folder.at('home/settings.json'), JSON.stringify({ version: 1, language: 'pt-BR', openAtLogin: true, jobsFile: '/etc/evil.json', gateway: { host: '0.0.0.0', port: 80 } }));
}

async function dump(state: Database | StateProblem = db): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of statePieces({ files, homePath: folder.at('home'), home, state }, async () => undefined)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const atHand = { bytes: 812, files: 6, sha256: 'a'.repeat(64), events: 42 };

function loadInto(name: string, text: string): { fresh: Database; loaded: LoadedState } {
  const fresh = open(name);
  return { fresh, loaded: loadState(fresh, parseState(text, where), { path: where.path, pause, atHand }) };
}

describe('the state in a package', () => {
  it('knows of every table and column of state.db whether it goes along, or why not', () => {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").all<{ name: string }>().map(({ name }) => name);
    const carried = new Map(carriedTables.map((table) => [table.name, table]));
    expect(tables.filter((name) => carried.has(name) === Object.hasOwn(leftOut, name))).toEqual([]);
    expect([...carried.keys(), ...Object.keys(leftOut)].filter((name) => !tables.includes(name))).toEqual([]);
    for (const { name, columns, without = {} } of carriedTables) {
      const there = db.prepare('SELECT name FROM pragma_table_info(?)').all<{ name: string }>(name).map((column) => column.name);
      expect([name, [...Object.keys(columns), ...Object.keys(without)].sort()]).toEqual([name, there.sort()]);
    }
  });

  it('comes back row by row in a fresh home, with everything switched off that would run, send or open a door', async () => {
    fill();
    const text = await dump();
    const { fresh, loaded } = loadInto('fresh.db', text);
    expect(loaded.rows).toEqual(Object.fromEntries(carriedTables.map(({ name }) => [name, name === 'alert_channels' ? 2 : 1])));
    expect(loaded).toMatchObject({ jobs: ['nightly'], hooks: [{ plan: 'thesis', hooks: { before: { argv: ['/bin/evil'] }, after: null } }], channels: ['mail'], ping: true, dropped: [], settingsReset: ['jobsFile', 'openAtLogin', 'gateway'] });
    expect(loaded.settings).toMatchObject({ language: 'pt-BR', jobsFile: '', openAtLogin: false, gateway: { host: '127.0.0.1' } });
    const rows = (database: Database, name: string): unknown[] => database.prepare(`SELECT * FROM ${name}`).all();
    const changed = new Set(['plans', 'removed_plans', 'jobs', 'alert_channels', 'alert_settings']);
    for (const { name } of carriedTables) if (!changed.has(name)) expect([name, rows(fresh, name)]).toEqual([name, rows(db, name)]);
    expect(rows(fresh, 'jobs')).toMatchObject([{ name: 'nightly', from_file: 0, paused: JSON.stringify(pause), cursor: 6 }]);
    expect(rows(fresh, 'plans')).toMatchObject([{ name: 'thesis', hooks: '{}', snapshot_on_quit: 0, tags: '["phd"]' }]);
    expect(JSON.stringify(['plans', 'removed_plans'].map((name) => rows(fresh, name)))).not.toContain('evil');
    expect(fresh.prepare('SELECT name, enabled FROM alert_channels ORDER BY name').all()).toEqual([{ name: 'desktop', enabled: 1 }, { name: 'mail', enabled: 0 }]);
    expect(rows(fresh, 'alert_settings')).toEqual([{ id: 1, settings: '{"ping":null}' }]);
    fresh.close();
  });

  it('knows the package it comes out of, which was still being made when it was packed, as whole; another one that was, nobody finished', async () => {
    const making = { source: '/home/ada/varve', path: '"/mnt"', state: 'making', sealed: 0, created_at: '2026-11-28T00:00:00.000Z' };
    put('packages', { ...making, id: id(10), kind: 'log' });
    put('packages', { ...making, id: id(11), kind: 'folder' });
    const { fresh } = loadInto('fresh.db', await dump());
    expect(fresh.prepare('SELECT kind, state, path, bytes, files, sha256, events, chain_valid FROM packages ORDER BY id').all()).toEqual([
      { kind: 'log', state: 'made', path: JSON.stringify(where.path), bytes: 812, files: 6, sha256: 'a'.repeat(64), events: 42, chain_valid: 1 },
      { kind: 'folder', state: 'failed', path: '"/mnt"', bytes: 0, files: 0, sha256: null, events: null, chain_valid: null }
    ]);
    fresh.close();
  });

  it('holds no token, no hash of one, no event that waits, nothing that was printed', async () => {
    fill();
    const text = await dump();
    expect(text).not.toContain('LEAKED');
    expect(text).not.toContain(Buffer.alloc(32, 7).toString('base64'));
    expect(text).not.toContain('07'.repeat(32));
    // Every row is on a line of its own.
    expect(text.split('\n').filter((line) => line.startsWith('{"id":')).length).toBeGreaterThan(5);
  });

  it('is made of a damaged home as far as that goes, and says what is missing', async () => {
    fill();
    db.close();
    const raw = new BetterSqlite3(folder.at('home/state.db'));
    const { rootpage } = raw.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'plans'").get() as { rootpage: number };
    const pageSize = raw.pragma('page_size', { simple: true }) as number;
    raw.pragma('wal_checkpoint(TRUNCATE)');
    raw.close();
    const bytes = readFileSync(folder.at('home/state.db'));
    writeFileSync(folder.at('home/state.db'), bytes.fill(0xff, (rootpage - 1) * pageSize, rootpage * pageSize));
    writeFileSync(folder.at('home/settings.json'), '{"version": 1, "language"');
    db = openDatabase({ path: folder.at('home/state.db'), files, migrations: stateMigrations, kind: 'state', readOnly: true });
    const state = parseState(await dump(), where);
    expect(state.problems.map(({ table }) => table)).toEqual(['settings', 'plans']);
    expect([state.settings, state.tables.get('plans'), state.tables.get('jobs')?.length]).toEqual([null, [], 1]);
    // No state.db at all.
    const without = parseState(await dump({ table: 'state.db', reason: 'is missing' }), where);
    expect([without.tables.size, without.problems.map(({ table }) => table)]).toEqual([0, ['settings', 'state.db']]);
  });

  it('leaves out a row that could not come back, and says so now', async () => {
    fill();
    db.exec("UPDATE log_views SET filter = '{\"nobody\":1}'");
    const state = parseState(await dump(), where);
    expect([state.tables.get('log_views'), state.problems]).toEqual([[], [{ table: 'log_views', reason: 'a row is left out: it is not as expected at filter' }]]);
  });

  it('leaves out jobs whose definition the damaged home could not give', async () => {
    fill();
    db.exec('DELETE FROM job_definitions');
    const { fresh, loaded } = loadInto('fresh.db', await dump());
    expect(loaded.dropped).toEqual([{ table: 'jobs', name: 'nightly' }, { table: 'job_versions', name: id(5) }]);
    expect(fresh.prepare('SELECT count(*) AS count FROM jobs').get()).toEqual({ count: 0 });
    fresh.close();
  });
});

describe('a state that somebody made', () => {
  const changed = async (change: (value: { version: number; schema: number[]; settings: unknown; tables: Record<string, Record<string, unknown>[]> }) => void): Promise<string> => {
    fill();
    const value = JSON.parse(await dump()) as Parameters<typeof change>[0];
    change(value);
    return JSON.stringify(value);
  };
  const refused = { code: 'PACKAGE_REFUSED' };

  it.each<[string, Parameters<typeof changed>[0], string]>([
    ['a table that never leaves a home', ({ tables }) => void (tables['tokens'] = [{ id: 't', label: 'x', scope: 'owner' }]), 'holds the table tokens, which no package may bring in'],
    ['a table nobody knows', ({ tables }) => void (tables['sqlite_schema'] = [{}]), 'holds a table sqlite_schema that this program does not know'],
    ['a column nobody knows', ({ tables }) => void ((tables['plans']?.[0] ?? {})['"; DROP TABLE plans; --'] = 1), 'is not as expected at tables.plans.0."; DROP TABLE plans; --'],
    ['a column that stays behind', ({ tables }) => void ((tables['jobs']?.[0] ?? {})['paused'] = null), 'is not as expected at tables.jobs.0.paused'],
    ['a value of another kind', ({ tables }) => void ((tables['jobs']?.[0] ?? {})['cursor'] = '7'), 'is not as expected at tables.jobs.0.cursor'],
    ['a definition that is none', ({ tables }) => void ((tables['job_definitions']?.[0] ?? {})['definition'] = '{"name":"x"}'), 'is not as expected at tables.job_definitions.0.definition'],
    ['two plans of one name', ({ tables }) => void tables['plans']?.push({ ...tables['plans'][0], id: id(9) }), 'has rows of plans that do not fit together'],
    ['a row without what it needs', ({ tables }) => void delete (tables['plans']?.[0] ?? {})['zone'], 'has rows of plans that do not fit together'],
    ['settings that are none', (value) => void (value.settings = { version: 1, theme: 'blue' }), 'is not as expected at settings.theme'],
    ['a newer form', (value) => void (value.version = 2), 'has version 2; this program knows up to 1'],
    ['a newer schema', ({ schema }) => void schema.push(999), 'was made by a newer Varve (schema 999)']
  ])('is refused with %s, and nothing is written', async (_what, change, reason) => {
    const text = await changed(change);
    const fresh = open('fresh.db');
    expect(() => loadState(fresh, parseState(text, where), { path: where.path, pause, atHand })).toThrow(expect.objectContaining({ ...refused, data: { path: where.path, member: 'event-log-snapshot.json', reason } }));
    expect(fresh.prepare('SELECT (SELECT count(*) FROM repositories) + (SELECT count(*) FROM jobs) AS count').get()).toEqual({ count: 0 });
    fresh.close();
  });

  it('is refused when it is no JSON at all', () => {
    for (const text of ['', '[', 'null', '7']) expect(() => parseState(text, where)).toThrow(expect.objectContaining(refused));
  });
});
