// What log.db knows beside the events and cannot be computed from them, a row to a line.
import type { Database } from '../../store/index.ts';
import { hasTable } from '../verify/list.ts';
import { isDamage } from './entry-rows.ts';
import { coldTables, coldVersion, tablesFormat } from './format.ts';

const pieceCharacters = 128 * 1024;

/** `turn` is awaited between pieces. */
export async function* tablePieces(db: Database, origin: string, turn: () => Promise<void>): AsyncGenerator<Uint8Array, void, void> {
  const schema = db.prepare('SELECT max(version) AS version FROM schema_migrations').get<{ version: number }>()?.version ?? 0;
  let piece = `${JSON.stringify({ format: tablesFormat, version: coldVersion, origin, schema })}\n`;
  let rows = 0;
  for (const table of coldTables) {
    for (const line of tableLines(db, table)) {
      if (line.row) rows += 1;
      piece += line.text;
      if (piece.length < pieceCharacters) continue;
      yield Buffer.from(piece, 'utf8');
      piece = '';
      await turn();
    }
  }
  yield Buffer.from(`${piece}${JSON.stringify({ end: true, rows })}\n`, 'utf8');
}

/** A table of a log that was kept by an older program may not be there yet: then it has no rows. */
function* tableLines(db: Database, table: { name: string; columns: readonly string[]; key: string; where?: string }): Generator<{ text: string; row: boolean }, void, void> {
  try {
    if (!hasTable(db, table.name)) return;
    const sql = `SELECT ${table.columns.map((column) => `"${column}"`).join(', ')} FROM ${table.name}${table.where === undefined ? '' : ` WHERE ${table.where}`} ORDER BY ${table.key}`;
    for (const row of db.prepare(sql).iterate<Record<string, unknown>>()) yield { text: `${JSON.stringify({ table: table.name, row: plain(row) })}\n`, row: true };
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield { text: `${JSON.stringify({ table: table.name, problem: error.message })}\n`, row: false };
  }
}

function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value]));
}
