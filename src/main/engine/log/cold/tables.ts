// `event-log-tables.jsonl` (docs/formats/log-package.md): what log.db knows beside its events. None of it is evidence and nothing signs it, so each value is
// looked at, and files that were followed are named instead of followed: nothing is read only because a package says so.
import type { Category } from '../../../../contract/log.ts';
import { canonicalize } from '../jcs.ts';
import { parseIJson } from '../json-text.ts';
import { categoryRules } from '../model.ts';
import { keepEncrypting } from '../sealed/sealing.ts';
import { logMigrations } from '../schema.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { BadLine, linesOf } from './member-lines.ts';

type Kind = 'text' | 'text?' | 'number' | 'number?' | 'bytes';

/** Columns in the order of the format. */
export const carriedTables: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  meta: { key: 'text', value: 'text' },
  payload_keys: { id: 'text', first: 'number' },
  sources: { no: 'number', name: 'text', run: 'number' },
  source_lines: { source: 'number', digest: 'bytes', copies: 'number', run: 'number', seen: 'number' },
  source_entries: { seq: 'number', source: 'number', digest: 'bytes' },
  source_files: { source: 'number', sha256: 'text', event: 'number' },
  followed: { no: 'number', source: 'number', path: 'text', mapping: 'text', actor: 'text', taken: 'number', refused: 'number', quarantine: 'text', quarantine_bytes: 'number' },
  followed_files: { no: 'number', followed: 'number', rotated: 'number', name: 'text', device: 'text', inode: 'text', head_bytes: 'number', head: 'text', tail_bytes: 'number', tail: 'text', offset: 'number', line: 'number' },
  anchors: { no: 'number', event: 'number', kind: 'text', outcome: 'text', form: 'text', size: 'number', root: 'text', entries: 'number', outside: 'number', note: 'text?', at_ms: 'number' },
  witnesses: { vkey: 'text', url: 'text?', size: 'number', asked: 'number?', added_ms: 'number' }
};

const lineLimitBytes = 1024 * 1024;
const newestSchema = logMigrations.reduce((newest, { version }) => Math.max(newest, version), 0);
const followedOnly = new Set(['followed', 'followed_files']);

export interface TablesFound {
  rows: number;
  /** Paths of files that were followed. */
  followed: string[];
  /** Tables that could not be read whole when the package was made. */
  incomplete: string[];
}

function bad(line: number, reason: string): never {
  throw new BadLine(line, reason);
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function cell(value: unknown, kind: Kind): unknown {
  const optional = kind.endsWith('?');
  if (value === null) return optional ? null : undefined;
  if (kind.startsWith('text')) return typeof value === 'string' ? value : undefined;
  if (kind.startsWith('number')) return Number.isSafeInteger(value) ? value : undefined;
  const base64 = objectOf(value)?.['base64'];
  if (typeof base64 !== 'string') return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

export interface TablesReader {
  /** Throws BadLine. */
  line(text: string, number: number): void;
  end(lines: number): TablesFound;
}

/** Puts the rows into `db`; without one they are only checked. */
function createTablesReader(db: Database | undefined, origin: string): TablesReader {
  const found: TablesFound = { rows: 0, followed: [], incomplete: [] };
  let ended = false;

  function first(text: string): void {
    const head = objectOf(parse(text, 1));
    if (head?.['format'] !== 'varve-log-tables' || typeof head['version'] !== 'number') bad(1, 'does not begin as it must');
    if (head?.['version'] !== 1) bad(1, `is of version ${String(head?.['version'])}; this program reads version 1`);
    if (head?.['origin'] !== origin) bad(1, `belongs to ${String(head?.['origin'])}, not to ${origin}`);
    if (typeof head?.['schema'] !== 'number' || head['schema'] > newestSchema) bad(1, `is from a newer log.db (${String(head?.['schema'])}; this program knows ${newestSchema})`);
  }

  function row(table: string, given: Record<string, unknown>, number: number): void {
    const columns = (Object.hasOwn(carriedTables, table) ? carriedTables[table] : undefined) ?? bad(number, `is of table "${table.slice(0, 60)}", which is not known`);
    const names = Object.keys(columns);
    if (canonicalize(Object.keys(given)) !== canonicalize(names)) bad(number, `has other columns than table "${table}"`);
    const values = names.map((name) => cell(given[name], columns[name] as Kind));
    if (values.includes(undefined)) bad(number, `has a value of another kind than column "${names[values.indexOf(undefined)]}" of table "${table}" holds`);
    found.rows += 1;
    if (table === 'followed') found.followed.push(given['path'] as string);
    if (db === undefined || followedOnly.has(table)) return;
    if (table === 'meta') return encrypting(db, given as { key: string; value: string }, number);
    const conflict = table === 'payload_keys' ? ' ON CONFLICT (id) DO UPDATE SET first = min(first, excluded.first)' : '';
    try {
      db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})${conflict}`).run(...values);
    } catch (error) {
      bad(number, `does not fit into table "${table}": ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Never less than what the events say: what was to be encrypted must not be kept in the clear because of a line that nobody signed. */
  function encrypting(into: Database, { key, value }: { key: string; value: string }, number: number): void {
    if (key !== 'encrypting') bad(number, `names "${key.slice(0, 60)}", which is not carried over`);
    const known = into.prepare("SELECT value FROM meta WHERE key = 'encrypting'").get<{ value: string }>()?.value;
    const chosen = [...new Set([known ?? '', value].flatMap((each) => (each === '' ? [] : each.split(','))))];
    if (!chosen.every((name): name is Category => Object.hasOwn(categoryRules, name))) bad(number, 'names a category that is not known');
    keepEncrypting(into, chosen as Category[]);
  }

  return {
    line(text, number) {
      if (number === 1) return first(text);
      if (ended) bad(number, 'stands behind its end');
      const value = objectOf(parse(text, number)) ?? bad(number, 'is no row');
      if (value['end'] === true) {
        if (value['rows'] !== found.rows) bad(number, `says that it has ${String(value['rows'])} rows, and has ${found.rows}`);
        ended = true;
      } else if (typeof value['table'] !== 'string') bad(number, 'is no row');
      else if (typeof value['problem'] === 'string') found.incomplete.push(value['table']);
      else row(value['table'], objectOf(value['row']) ?? bad(number, 'is no row'), number);
    },
    end(lines) {
      if (!ended) bad(lines, 'ends too early');
      return found;
    }
  };
}

function parse(text: string, number: number): unknown {
  try {
    return parseIJson(text);
  } catch (error) {
    if (!isVarveError(error)) throw error;
    return bad(number, `is not JSON: ${(error.data as { reason: string }).reason}`);
  }
}

const rowsPerStep = 2000;

/** Reads it all. Throws BadLine with the line that is not as it must be; what was put in until then stays in `db`. */
export async function readTables(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, { db, origin }: { db: Database | undefined; origin: string }): Promise<TablesFound> {
  const reader = createTablesReader(db, origin);
  let held: { text: string; number: number }[] = [];
  let lines = 0;
  const step = (): void => {
    const now = held;
    held = [];
    const work = (): void => now.forEach(({ text, number }) => reader.line(text, number));
    if (db === undefined) work();
    else db.transaction(work);
  };
  for await (const { text, number, cut } of linesOf(chunks, lineLimitBytes)) {
    if (cut) bad(number, 'ends too early');
    lines = number;
    held.push({ text, number });
    if (held.length >= rowsPerStep) step();
  }
  step();
  return reader.end(lines);
}
