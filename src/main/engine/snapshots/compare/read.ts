// Pages of a comparison that is kept. Reads only.
import type { Change, ChangeCounts, ChangeKind, ChangeSort, Comparison, EntryFacts } from '../../../../contract/compare.ts';
import { decodeName, displayName, encodeName } from '../../kit/names.ts';
import type { Database } from '../../store/index.ts';
import type { CompareFacts } from './protocol.ts';
import { kindCodes, partBits } from './schema.ts';
import { searchForm } from './search-form.ts';

export interface PageInput {
  sort: ChangeSort;
  descending: boolean;
  offset: number;
  limit: number;
}

export interface ListInput extends PageInput {
  kinds?: readonly ChangeKind[] | undefined;
  suspect?: boolean | undefined;
  search?: string | undefined;
  /** Only what lies below this folder. */
  below?: string | undefined;
}

interface Row {
  path: Buffer;
  is_folder: number;
  kind: number;
  parts: number;
  suspect: number;
  before: string | null;
  after: string | null;
  other: Buffer | null;
  added: number | null;
  removed: number;
  content: number;
  metadata: number;
  type: number;
  moved: number;
  suspects: number;
  bytes_before: number;
  bytes_after: number;
}

const columns = `c.path, c.is_folder, c.kind, c.parts, c.suspect, c.before, c.after, c.other, i.added, i.removed, i.content, i.metadata, i.type, i.moved, i.suspect AS suspects, i.bytes_before, i.bytes_after`;
const before = 'coalesce(i.bytes_before, c.size_before)';
const after = 'coalesce(i.bytes_after, c.size_after)';
const orders: Record<ChangeSort, string> = { path: 'c.path', size: `max(${before}, ${after})`, growth: `CASE c.kind WHEN ${kindCodes.moved} THEN 0 ELSE ${after} - ${before} END` };

export interface ChangePage {
  changes: Change[];
  total: number;
}

/** What changed in one folder, folders first; undefined when the comparison has no such folder. */
export function readFolder(db: Database, path: string, page: PageInput): ChangePage | undefined {
  const names = path.split('/').filter((name) => name !== '');
  const folder = names.length === 0 ? 0 : db.prepare('SELECT no FROM changes WHERE path = ? AND is_folder = 1').get<{ no: number }>(encodeName(`/${names.join('/')}`))?.no;
  if (folder === undefined) return undefined;
  const total = db.prepare('SELECT count(*) AS count FROM changes WHERE folder = ?').get<{ count: number }>(folder)?.count ?? 0;
  return { changes: rows(db, 'c.folder = ?', [folder], page, 'c.is_folder DESC, '), total };
}

/** All that changed as one list, without folders that only hold changes. */
export function readList(db: Database, { kinds, suspect, search, below, ...page }: ListInput): ChangePage {
  const conditions = ['c.kind <> 0'];
  const values: unknown[] = [];
  if (kinds !== undefined) conditions.push(`c.kind IN (${kinds.map((kind) => kindCodes[kind]).join()})`);
  if (suspect === true) conditions.push('c.suspect = 1');
  if (search !== undefined && search !== '') {
    conditions.push('instr(c.words, ?) > 0');
    values.push(searchForm(search));
  }
  if (below !== undefined && below !== '/') {
    // '0' is the character after '/'.
    conditions.push('(c.path = ? OR (c.path > ? AND c.path < ?))');
    values.push(encodeName(below), encodeName(`${below}/`), encodeName(`${below}0`));
  }
  const where = conditions.join(' AND ');
  const total = db.prepare(`SELECT count(*) AS count FROM changes c WHERE ${where}`).get<{ count: number }>(...values)?.count ?? 0;
  return { changes: rows(db, where, values, page, ''), total };
}

function rows(db: Database, where: string, values: readonly unknown[], { sort, descending, offset, limit }: PageInput, first: string): Change[] {
  const direction = descending ? 'DESC' : 'ASC';
  const sql = `SELECT ${columns} FROM changes c LEFT JOIN inside i ON i.folder = c.no WHERE ${where} ORDER BY ${first}${orders[sort]} ${direction}, c.path LIMIT ? OFFSET ?`;
  return db.prepare(sql).all<Row>(...values, limit, offset).map(changeOf);
}

const kindNames = Object.keys(kindCodes) as ChangeKind[];

function changeOf(row: Row): Change {
  const path = decodeName(row.path);
  return {
    path,
    label: displayName(path),
    kind: kindNames[row.kind - 1] ?? null,
    folder: row.is_folder === 1,
    parts: (Object.keys(partBits) as (keyof typeof partBits)[]).filter((part) => (row.parts & partBits[part]) !== 0),
    suspect: row.suspect === 1,
    before: row.before === null ? null : (JSON.parse(row.before) as EntryFacts),
    after: row.after === null ? null : (JSON.parse(row.after) as EntryFacts),
    other: row.other === null ? null : decodeName(row.other),
    inside: row.is_folder === 1 ? insideOf(row) : null
  };
}

function insideOf({ added, removed, content, metadata, type, moved, suspects, bytes_before: bytesBefore, bytes_after: bytesAfter }: Row): ChangeCounts {
  if (added === null) return { added: 0, removed: 0, content: 0, metadata: 0, type: 0, moved: 0, suspect: 0, bytesBefore: 0, bytesAfter: 0 };
  return { added, removed, content, metadata, type, moved, suspect: suspects, bytesBefore, bytesAfter };
}

export function readFolderCounts(db: Database): Comparison['folders'] {
  const counts = new Map(db.prepare('SELECT kind, count(*) AS count FROM changes WHERE is_folder = 1 AND kind <> 0 GROUP BY kind').all<{ kind: number; count: number }>().map(({ kind, count }) => [kind, count]));
  return { added: counts.get(kindCodes.added) ?? 0, removed: counts.get(kindCodes.removed) ?? 0, metadata: counts.get(kindCodes.metadata) ?? 0 };
}

export function readExtensions(db: Database): Comparison['extensions'] {
  const sql = `SELECT extension, count(*) AS files, sum(size_before) AS bytesBefore, sum(size_after) AS bytesAfter FROM changes
    WHERE is_folder = 0 AND kind IN (${kindCodes.added}, ${kindCodes.removed}, ${kindCodes.content}, ${kindCodes.type}) GROUP BY extension ORDER BY max(sum(size_before), sum(size_after)) DESC, extension LIMIT 50`;
  return db.prepare(sql).all<Comparison['extensions'][number]>();
}

export function keepFacts(db: Database, facts: CompareFacts): void {
  db.prepare('INSERT INTO result (only, json) VALUES (1, ?)').run(JSON.stringify(facts));
}

export function readFacts(db: Database): CompareFacts | undefined {
  const row = db.prepare('SELECT json FROM result').get<{ json: string }>();
  return row === undefined ? undefined : (JSON.parse(row.json) as CompareFacts);
}
