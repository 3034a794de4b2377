// The part of a filter that needs each candidate's payload: conditions on its content and on its state. Never asked for more candidates at
// once than a slice of work may take; who asks comes back for the rest.
import { createTest, type Where } from '../../../../contract/where.ts';
import type { LogEntry } from '../../../../contract/log.ts';
import type { Database } from '../../store/index.ts';
import type { RowTests } from '../filter.ts';
import { looseClause } from './where-sql.ts';

export interface RowTest {
  /** Those of the candidates that pass, in their order, and how many were encrypted and could not be looked into. */
  pass(seqs: readonly number[]): { seqs: number[]; sealed: number };
}

export interface RowTestDeps {
  db: Database;
  stateOf: (seq: number) => LogEntry['payloadState'];
}

export function createRowTest({ db, stateOf }: RowTestDeps, tests: RowTests): RowTest {
  const where = tests.where === undefined ? undefined : createWhereTest(db, tests.where);
  const { states } = tests;
  return {
    pass(seqs) {
      const found = where === undefined ? { seqs: [...seqs], sealed: 0 } : where(seqs);
      return states === undefined ? found : { ...found, seqs: found.seqs.filter((seq) => states.has(stateOf(seq))) };
    }
  };
}

function createWhereTest(db: Database, where: Where): (seqs: readonly number[]) => { seqs: number[]; sealed: number } {
  const holds = createTest(where);
  const loose = looseClause(where);
  const clause = loose === undefined ? '' : ` AND (body IS NULL OR ${loose.text})`;
  const parameters = loose?.parameters ?? [];
  const columns = 'SELECT seq, body, sealed IS NOT NULL AS sealed FROM payloads WHERE';
  const dense = db.prepare(`${columns} seq BETWEEN ? AND ?${clause}`);
  const sparse = db.prepare(`${columns} seq IN (SELECT value FROM json_each(?))${clause}`);
  // `not ...` may hold for an entry that never had a payload; of one whose payload is gone or encrypted nothing can be said.
  const holdsWithout = holds(undefined);
  const without = db.prepare(`SELECT seq FROM entries WHERE seq IN (SELECT value FROM json_each(?)) AND instr(header, '"payload":null,"prev"') > 0`);

  return (seqs) => {
    const wanted = new Set(seqs);
    const low = Math.min(...seqs);
    const high = Math.max(...seqs);
    const rows =
      high - low < 4 * seqs.length
        ? dense.all<{ seq: number; body: string | null; sealed: number }>(low, high, ...parameters)
        : sparse.all<{ seq: number; body: string | null; sealed: number }>(JSON.stringify(seqs), ...parameters);
    const passed = new Set<number>();
    let sealed = 0;
    for (const row of rows) {
      if (!wanted.has(row.seq)) continue;
      if (row.body === null) sealed += row.sealed;
      else if (holdsFor(holds, row.body)) passed.add(row.seq);
    }
    if (holdsWithout) for (const { seq } of without.all<{ seq: number }>(JSON.stringify(seqs))) passed.add(seq);
    return { seqs: seqs.filter((seq) => passed.has(seq)), sealed };
  };
}

/** A payload that cannot be read any more is verification's business, and passes nothing. */
function holdsFor(holds: (payload: unknown) => boolean, body: string): boolean {
  try {
    return holds(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
