// `event-log-snapshot.json`: settings and what of state.db a fresh home needs (docs/formats/log-package.md). A damaged home still gives what can be read,
// and says what is missing.
import { join } from 'node:path';
import type { ZodError } from 'zod';
import { Settings } from '../../../../contract/system.ts';
import { errnoOf, isVarveError } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import { carriedTables, placeOf, ruleOf, type TableRule } from './tables.ts';

export const stateFormat = 'varve-home-snapshot';
export const stateVersion = 1;
export const statePath = 'event-log-snapshot.json';
/** A longer one is no state of a home; whoever reads a package need not hold more. */
export const stateLimitBytes = 256 * 1024 * 1024;

export interface StateProblem {
  /** A table of state.db, or `state.db`, `settings`, `home`. */
  table: string;
  reason: string;
}

export interface StateSource {
  files: Files;
  homePath: string;
  /** From the home's marker; null when that could not be read. */
  home: { id: string; createdAt: string } | null;
  /** state.db in one read transaction, or why it could not be opened. */
  state: Database | StateProblem;
}

const settingsLimitBytes = 1_048_576;
const pieceCharacters = 64 * 1024;
/** More are not told apart: then nearly nothing of the home is as it should be. */
const namedProblems = 1000;

/** `problems` is told of what could not be read, in the text, too. Asked twice, it is the same text. */
export async function* statePieces({ files, homePath, home, state }: StateSource, turn: () => Promise<void>, problem: (found: StateProblem) => void = () => undefined): AsyncGenerator<Uint8Array, void, void> {
  const problems: StateProblem[] = [];
  const note = (found: StateProblem): void => {
    if (problems.length === namedProblems) return;
    problems.push(found);
    problem(found);
  };
  if (home === null) note({ table: 'home', reason: 'the marker of the home could not be read' });
  const settings = readSettings(files, join(homePath, 'settings.json'), note);
  if ('reason' in state) note(state);
  const db = 'reason' in state ? undefined : state;
  const schema = (db && guarded('schema_migrations', note, () => db.prepare('SELECT version FROM schema_migrations ORDER BY version').all<{ version: number }>().map(({ version }) => version))) ?? [];
  let piece = `{"format":"${stateFormat}","version":${stateVersion},"home":${JSON.stringify(home)},"settings":${JSON.stringify(settings)},"schema":${JSON.stringify(schema)},"tables":{`;
  let separator = '\n';
  for (const table of db ? carriedTables : []) {
    piece += `${separator}${JSON.stringify(table.name)}:[`;
    separator = ',\n';
    let between = '\n';
    for (const row of rowsOf(db as Database, table, note)) {
      piece += `${between}${JSON.stringify(row)}`;
      between = ',\n';
      if (piece.length < pieceCharacters) continue;
      yield Buffer.from(piece, 'utf8');
      piece = '';
      await turn();
    }
    piece += between === '\n' ? ']' : '\n]';
  }
  yield Buffer.from(`${piece}\n},"problems":${JSON.stringify(problems)}}\n`, 'utf8');
}

/**
 * Rows with the columns that this state.db has: an older one may lack some. A row that could not come back is named now and left out, rather than found on the day
 * that the package is needed.
 */
function* rowsOf(db: Database, { name, key, columns }: TableRule, note: (found: StateProblem) => void): Generator<Record<string, unknown>, void, void> {
  try {
    const there = new Set(db.prepare('SELECT name FROM pragma_table_info(?)').all<{ name: string }>(name).map((column) => column.name));
    const wanted = Object.keys(columns).filter((column) => there.has(column));
    if (wanted.length === 0) return;
    for (const row of db.prepare(`SELECT ${wanted.map((column) => `"${column}"`).join(', ')} FROM ${name} ORDER BY ${key}`).iterate<Record<string, unknown>>()) {
      const judged = ruleOf(name)?.safeParse(row);
      if (judged?.success === false) note({ table: name, reason: `a row is left out: it is not as expected at ${placeOf(judged.error as ZodError)}` });
      else yield row;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    note({ table: name, reason: error.message });
  }
}

function readSettings(files: Files, path: string, note: (found: StateProblem) => void): Settings | null {
  try {
    // Without the file the defaults hold.
    if (files.lstat(path) === undefined) return Settings.parse({});
    const settings = Settings.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.readFile(path, settingsLimitBytes))));
    if (settings.success) return settings.data;
    note({ table: 'settings', reason: 'settings.json is not as expected' });
  } catch (error) {
    note({ table: 'settings', reason: errnoOf(error) ?? 'settings.json cannot be read' });
  }
  return null;
}

function guarded<T>(table: string, note: (found: StateProblem) => void, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    note({ table, reason: error.message });
    return undefined;
  }
}

function isDamage(error: unknown): error is Error {
  return isVarveError(error) && error.code === 'HOME_DAMAGED';
}
