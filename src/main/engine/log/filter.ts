// A filter of the contract as SQL over `facts` (alias f) and `search`. One index drives, the other conditions are only tested per row
// (the unary plus keeps SQLite from choosing otherwise), so rows come out in order and a page stops early. Pages by offset, counts per value
// and the histogram are the business of review/.
import { describeBadWhere } from '../../../contract/copy/where.ts';
import type { LogFilter, PayloadState } from '../../../contract/log.ts';
import { BadWhere, parseWhere, type Where } from '../../../contract/where.ts';
import type * as z from 'zod';
import { VarveError } from '../kit/errors.ts';
import type { Database } from '../store/index.ts';
import { blocksOf, inBlock, isBlocked, piecesOf, whole, withBlocks, withinFacts, type SeqRange } from './fact-blocks.ts';
import { categoryRules, levelCodes } from './model.ts';
import { numbersOf } from './names.ts';
import { annotatedSql } from './review/annotations.ts';
import { hasReviewTables } from './review/tables.ts';

export interface Condition {
  column: 'id' | 'trace' | 'subject' | 'actor' | 'action' | 'level' | 'category' | 'session';
  /** Allowed values; none at all means that nothing can match. */
  values: readonly (number | Buffer)[];
}

/** What no column of `facts` can answer: each candidate's payload is looked at. */
export interface RowTests {
  where: Where | undefined;
  states: ReadonlySet<z.infer<typeof PayloadState>> | undefined;
}

export interface Plan {
  conditions: readonly Condition[];
  sinceMs: number | undefined;
  untilMs: number | undefined;
  /** First and last seq, both included. */
  fromSeq: number | undefined;
  toSeq: number | undefined;
  /** A quoted FTS5 expression, or undefined without words. */
  match: string | undefined;
  reviewed: boolean | undefined;
  noted: boolean | undefined;
  rows: RowTests | undefined;
  /** True when some condition has no value that could match. */
  nothing: boolean;
}

/** Throws BAD_INPUT when the condition on payloads cannot be read. */
export function planFilter(db: Database, filter: LogFilter): Plan {
  const conditions: Condition[] = [];
  const add = (column: Condition['column'], values: Condition['values'] | undefined): void => {
    if (values !== undefined) conditions.push({ column, values });
  };
  const each = (wanted: string | readonly string[] | undefined, find: (one: string) => number[]): number[] | undefined => (wanted === undefined ? undefined : [...new Set([wanted].flat().flatMap(find))]);
  add('id', filter.id === undefined ? undefined : [Buffer.from(filter.id.replaceAll('-', ''), 'hex')]);
  add('trace', filter.trace === undefined ? undefined : [Buffer.from(filter.trace, 'hex')]);
  add('subject', each(filter.subject, (name) => numbersOf(db, 'subject', name)));
  add('actor', each(filter.actor, (name) => numbersOf(db, 'actor', name)));
  add('action', each(filter.action, (name) => actionNumbers(db, name)));
  add('session', each(filter.session, (name) => sessionNumbers(db, name)));
  if (filter.level !== undefined && filter.level.length > 0) add('level', filter.level.map((level) => levelCodes[level]));
  if (filter.category !== undefined && filter.category.length > 0) add('category', filter.category.map((category) => categoryRules[category].code));
  const where = readWhere(filter.where);
  // Before there were notes and marks, nothing was noted and nothing reviewed.
  const annotated = hasReviewTables(db);
  const unheard = !annotated && (filter.reviewed === true || filter.noted === true || filter.trace !== undefined);
  const states = filter.payload === undefined || filter.payload.length === 0 ? undefined : new Set(filter.payload);
  return {
    conditions,
    sinceMs: filter.since === undefined ? undefined : Date.parse(filter.since),
    untilMs: filter.until === undefined ? undefined : Date.parse(filter.until),
    fromSeq: filter.fromSeq,
    toSeq: filter.toSeq,
    match: matchExpression(filter.text),
    reviewed: annotated ? filter.reviewed : undefined,
    noted: annotated ? filter.noted : undefined,
    rows: where === undefined && states === undefined ? undefined : { where, states },
    nothing: unheard || conditions.some((condition) => condition.values.length === 0)
  };
}

function readWhere(text: string | undefined): Where | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return parseWhere(text);
  } catch (error) {
    if (error instanceof BadWhere) throw new VarveError('BAD_INPUT', `where: ${error.message}`, { field: 'where', reason: describeBadWhere('en', error) }, { cause: error });
    throw error;
  }
}

function sessionNumbers(db: Database, wanted: string): number[] {
  if (!hasReviewTables(db)) return [];
  return db.prepare('SELECT no FROM sessions WHERE name = ?').all<{ no: number }>(wanted).map((row) => row.no);
}

/** An action by its whole name, or everything below a prefix: `snapshot.*` (also written `snapshot.`). */
function actionNumbers(db: Database, wanted: string): number[] {
  const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : wanted.endsWith('.') ? wanted : undefined;
  const rows =
    prefix === undefined
      ? db.prepare('SELECT no FROM actions WHERE name = ?').all<{ no: number }>(wanted)
      : db.prepare('SELECT no FROM actions WHERE substr(name, 1, ?) = ?').all<{ no: number }>(prefix.length, prefix);
  return rows.map((row) => row.no);
}

/**
 * What a person typed, never FTS5 syntax: each word quoted, all must occur; a `*` at the end of a word means that it may go on (costs a walk over
 * all hits, so it is never assumed). A word of marks alone has no token to look for and is left out; when nothing is left, there is no text condition.
 */
export function matchExpression(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const words = text.replaceAll('\0', ' ').split(/\s+/u).filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word));
  if (words.length === 0) return undefined;
  return words.map((word) => `"${word.replaceAll('"', '""')}"${word.endsWith('*') ? ' *' : ''}`).join(' AND ');
}

export interface Sql {
  text: string;
  parameters: (string | number | Buffer)[];
}

/** Conditions on f's columns, except `driver`'s, each with a leading AND. */
export function residual(plan: Plan, driver: Condition | undefined): Sql {
  let text = '';
  const parameters: (number | Buffer)[] = [];
  for (const condition of plan.conditions) {
    if (condition === driver) continue;
    text += ` AND +f.${condition.column} IN (${condition.values.map(() => '?').join(',')})`;
    parameters.push(...condition.values);
  }
  if (plan.sinceMs !== undefined) {
    text += ' AND +f.at_ms >= ?';
    parameters.push(plan.sinceMs);
  }
  if (plan.untilMs !== undefined) {
    text += ' AND +f.at_ms < ?';
    parameters.push(plan.untilMs);
  }
  if (plan.fromSeq !== undefined) {
    text += ' AND f.seq >= ?';
    parameters.push(plan.fromSeq);
  }
  if (plan.toSeq !== undefined) {
    text += ' AND f.seq <= ?';
    parameters.push(plan.toSeq);
  }
  for (const clause of annotatedSql(plan)) text += ` AND ${clause}`;
  return { text, parameters };
}

/** How many values one driving index is asked for, each in its own ordered piece. */
const maxDrivenValues = 20;

/** `session` has no index. */
function chooseDriver(plan: Plan): Condition | undefined {
  return plan.conditions.find((condition) => condition.column !== 'session' && condition.values.length <= maxDrivenValues);
}

export interface Range extends SeqRange {
  order: 'newest' | 'oldest';
  limit: number;
}

/** Seqs that match, in order, at most `limit`. */
export function findSeqs(db: Database, plan: Plan, range: Range): number[] {
  if (plan.nothing) return [];
  const read = ({ text, parameters }: Sql): number[] => db.prepare(text).all<{ seq: number }>(...parameters).map(({ seq }) => seq);
  const wanted = { ...range, above: Math.max(range.above, (plan.fromSeq ?? 0) - 1), below: Math.min(range.below, (plan.toSeq ?? Number.MAX_SAFE_INTEGER - 1) + 1) };
  const driver = plan.match === undefined ? chooseDriver(plan) : undefined;
  if (driver === undefined || !isBlocked(driver.column)) return read(selectSeqs(plan, driver, wanted));
  const found: number[] = [];
  for (const piece of piecesOf(withinFacts(db, wanted), range.order)) {
    for (const seq of read(selectInBlocks(plan, driver, { ...wanted, ...piece, limit: range.limit - found.length }))) found.push(seq);
    if (found.length >= range.limit) break;
  }
  return found;
}

function selectSeqs(plan: Plan, driver: Condition | undefined, { above, below, order, limit }: Range): Sql {
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  const rest = residual(plan, driver);
  if (plan.match !== undefined) {
    return {
      text: `SELECT search.rowid AS seq FROM search CROSS JOIN facts f ON f.seq = search.rowid WHERE search MATCH ? AND search.rowid > ${whole} AND search.rowid < ${whole}${rest.text} ORDER BY search.rowid ${direction} LIMIT ?`,
      parameters: [plan.match, above, below, ...rest.parameters, limit]
    };
  }
  if (driver === undefined) {
    return { text: `SELECT f.seq AS seq FROM facts f WHERE f.seq > ? AND f.seq < ?${rest.text} ORDER BY f.seq ${direction} LIMIT ?`, parameters: [above, below, ...rest.parameters, limit] };
  }
  const piece = `SELECT f.seq AS seq FROM facts f WHERE f.${driver.column} = ? AND f.seq > ? AND f.seq < ?${rest.text} ORDER BY f.seq ${direction} LIMIT ?`;
  const pieces = driver.values.map((value) => ({ text: `SELECT seq FROM (${piece})`, parameters: [value, above, below, ...rest.parameters, limit] }));
  return { text: `${pieces.map((each) => each.text).join(' UNION ALL ')} ORDER BY seq ${direction} LIMIT ?`, parameters: [...pieces.flatMap((each) => each.parameters), limit] };
}

const oneOf = ({ column, values }: Condition): string => `f.${column} IN (${values.map(() => '?').join(',')})`;

function selectInBlocks(plan: Plan, driver: Condition, range: Range): Sql {
  const rest = residual(plan, driver);
  return {
    text: `${withBlocks} SELECT f.seq AS seq FROM block CROSS JOIN facts f WHERE ${inBlock} AND ${oneOf(driver)}${rest.text} ORDER BY f.seq ${range.order === 'newest' ? 'DESC' : 'ASC'} LIMIT ?`,
    parameters: [...blocksOf(range), range.above, range.below, ...driver.values, ...rest.parameters, range.limit]
  };
}

/** How many match above `above`; what `rows` asks is left out. */
export function countSeqs(db: Database, plan: Plan, above: number): number {
  const { text, parameters } = countMatches(db, plan, above);
  return db.prepare(text).get<{ count: number }>(...parameters)?.count ?? 0;
}

/** Without a column that is looked for by blocks no index is forced: SQLite may use what covers best. */
function countMatches(db: Database, plan: Plan, above: number): Sql {
  const driver = plan.match === undefined ? chooseDriver(plan) : undefined;
  if (driver !== undefined && isBlocked(driver.column)) {
    const range = withinFacts(db, { above, below: Infinity });
    const rest = residual(plan, driver);
    return { text: `${withBlocks} SELECT count(*) AS count FROM block CROSS JOIN facts f WHERE ${inBlock} AND ${oneOf(driver)}${rest.text}`, parameters: [...blocksOf(range), range.above, range.below, ...driver.values, ...rest.parameters] };
  }
  const clauses: string[] = [];
  const parameters: (string | number | Buffer)[] = [];
  let from = 'facts f';
  if (plan.match !== undefined) {
    from = 'search CROSS JOIN facts f ON f.seq = search.rowid';
    clauses.push('search MATCH ?', `search.rowid > ${whole}`);
    parameters.push(plan.match, above);
  } else if (above >= 0) {
    clauses.push('f.seq > ?');
    parameters.push(above);
  }
  for (const condition of plan.conditions) {
    clauses.push(oneOf(condition));
    parameters.push(...condition.values);
  }
  if (plan.sinceMs !== undefined) {
    clauses.push('f.at_ms >= ?');
    parameters.push(plan.sinceMs);
  }
  if (plan.untilMs !== undefined) {
    clauses.push('f.at_ms < ?');
    parameters.push(plan.untilMs);
  }
  if (plan.fromSeq !== undefined) {
    clauses.push('f.seq >= ?');
    parameters.push(plan.fromSeq);
  }
  if (plan.toSeq !== undefined) {
    clauses.push('f.seq <= ?');
    parameters.push(plan.toSeq);
  }
  clauses.push(...annotatedSql(plan));
  return { text: `SELECT count(*) AS count FROM ${from}${clauses.length > 0 ? ` WHERE ${clauses.join(' AND ')}` : ''}`, parameters };
}
