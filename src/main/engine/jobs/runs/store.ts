// Runs and their tries in state.db. SQL and nothing else: which move is allowed is the ledger's business.
import type { RunMark } from '../../../../contract/jobs.ts';
import { finalStates, liveStates, type RunState } from '../../../../contract/runs.ts';
import { isoOf } from '../../kit/iso.ts';
import type { Database } from '../../store/index.ts';
import type { AttemptRow, RunRow } from '../model.ts';
import { createRunTallies } from './tallies.ts';

type Row = Record<string, unknown>;

const live = liveStates.map((state) => `'${state}'`).join(', ');
const ended = finalStates.map((state) => `'${state}'`).join(', ');

const columns: Readonly<Record<keyof RunRow, string>> = {
  id: 'id', jobId: 'job_id', jobName: 'job_name', jobTitle: 'job_title', workKind: 'work_kind', version: 'version', definitionHash: 'definition_hash', key: 'key', state: 'state', cause: 'cause', trigger: 'trigger', occurrence: 'occurrence', createdAt: 'created_at',
  startedAt: 'started_at', endedAt: 'ended_at', activeMs: 'active_ms', attempts: 'attempts', dueAt: 'due_at', test: 'test', by: 'by', reason: 'reason', replayOf: 'replay_of', otherRun: 'other_run', missed: 'missed', flags: 'flags', exit: 'exit', result: 'result', failure: 'failure', note: 'note',
  reclassified: 'reclassified', trace: 'trace', call: 'call'
};
const json: ReadonlySet<keyof RunRow> = new Set(['missed', 'flags', 'exit', 'result', 'failure', 'reclassified'] as const);
const runKeys = Object.keys(columns) as (keyof RunRow)[];

export interface RunQuery {
  jobId?: string | undefined;
  states?: readonly RunState[] | undefined;
  /** By the time they were decided. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Id of the last one that is known. */
  before?: string | undefined;
  limit: number;
}

/** Rows are not changed by who gets them. */
export interface Shown {
  last: RunRow | undefined;
  marks: readonly RunMark[];
}

const marksShown = 14;
/** Jobs whose runs are kept in memory, about 4 KB each. */
const mostKept = 2_000;

export type RunStore = ReturnType<typeof createRunStore>;

export function createRunStore(db: Pick<Database, 'prepare'>) {
  const one = (sql: string, ...values: unknown[]): RunRow | undefined => {
    const row = db.prepare(sql).get(...values);
    return row && runOf(row);
  };
  const kept = new Map<string, Shown>();
  const last = (jobId: string): RunRow | undefined => one('SELECT * FROM runs WHERE job_id = ? ORDER BY id DESC LIMIT 1', jobId);
  const marks = (jobId: string, count: number): RunMark[] =>
    db
      .prepare(`SELECT id, state, coalesce(ended_at, created_at) AS at FROM runs WHERE job_id = ? AND test = 0 AND state IN (${ended}) ORDER BY id DESC LIMIT ?`)
      .all(jobId, count)
      .map((row) => ({ id: row['id'] as string, state: row['state'] as RunState, at: isoOf(row['at'] as number), test: false }))
      .reverse();
  return {
    ...createRunTallies(db),
    run: (id: string): RunRow | undefined => one('SELECT * FROM runs WHERE id = ?', id),
    /** By the beginning of its id; the first two that fit. */
    byPrefix: (prefix: string): RunRow[] => db.prepare('SELECT * FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 2').all(prefix, `${prefix}~`).map(runOf),
    byKey: (key: string): RunRow | undefined => one('SELECT * FROM runs WHERE key = ?', key),
    byCall: (call: string): RunRow | undefined => one('SELECT * FROM runs WHERE call = ?', call),
    /** Oldest first. */
    live: (): RunRow[] => db.prepare(`SELECT * FROM runs WHERE state IN (${live}) ORDER BY id`).all().map(runOf),
    /** Those of a job that are not over, oldest first. */
    liveOf: (jobId: string): RunRow[] => db.prepare(`SELECT * FROM runs INDEXED BY runs_live_of WHERE state IN (${live}) AND job_id = ? ORDER BY id`).all(jobId).map(runOf),
    /** Newest first. */
    list: ({ jobId, states, fromMs, toMs, before, limit }: RunQuery): RunRow[] => {
      const clauses: string[] = [];
      const values: unknown[] = [];
      const add = (clause: string, ...more: unknown[]): void => {
        clauses.push(clause);
        values.push(...more);
      };
      if (jobId !== undefined) add('job_id = ?', jobId);
      // An id begins with the time it was made, a moment before the run was written: the primary key finds a time without reading what lies after it.
      if (fromMs !== undefined) add('created_at >= ? AND id >= ?', fromMs, idBeginningOf(fromMs - clockSlackMs));
      if (toMs !== undefined) add('created_at < ? AND id < ?', toMs, idBeginningOf(toMs + clockSlackMs));
      if (before !== undefined) add('id < ?', before);
      const select = (state: RunState | undefined): string => {
        const where = state === undefined ? clauses : [...clauses, `${jobId === undefined ? '' : '+'}state = '${state}'`];
        return `SELECT * FROM runs ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY id DESC LIMIT ?`;
      };
      if (states === undefined || states.length === 0) return states === undefined ? db.prepare(select(undefined)).all(...values, limit).map(runOf) : [];
      // State by state, each by its index: rare ones are found without reading all the others. Of one job its own index is the better one ("+").
      const each = [...new Set(states)].flatMap((state) => db.prepare(select(state)).all(...values, limit).map(runOf));
      return each.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
    },
    last,
    /** The last ones that are over and no test, oldest first. */
    /** As a test, and over. */
    lastTest: (): RunRow | undefined => one(`SELECT * FROM runs WHERE test = 1 AND state IN (${ended}) ORDER BY id DESC LIMIT 1`),
    marks,
    /** What a list of jobs shows of each: its last run and the marks of the last ones that are over. Kept until a run of the job changes. */
    shown: (jobId: string): Shown => {
      const known = kept.get(jobId);
      if (known) return known;
      const found: Shown = { last: last(jobId), marks: marks(jobId, marksShown) };
      if (kept.size >= mostKept) kept.clear();
      kept.set(jobId, found);
      return found;
    },
    /** Runs were removed. */
    forgetShown: (): void => kept.clear(),
    /** Final ones, newest first. */
    recent: (jobId: string, limit: number): RunRow[] => db.prepare(`SELECT * FROM runs WHERE job_id = ? AND state IN (${ended}) ORDER BY id DESC LIMIT ?`).all(jobId, limit).map(runOf),
    insert: (run: RunRow): void => {
      kept.delete(run.jobId);
      db.prepare(`INSERT INTO runs (${runKeys.map((key) => columns[key]).join(', ')}) VALUES (${runKeys.map(() => '?').join(', ')})`).run(...runKeys.map((key) => valueOf(key, run[key])));
    },
    update: (id: string, patch: Partial<RunRow>): void => {
      const keys = (Object.keys(patch) as (keyof RunRow)[]).filter((key) => patch[key] !== undefined);
      if (keys.length === 0) return;
      const of = db.prepare('SELECT job_id FROM runs WHERE id = ?').get<{ job_id: string }>(id);
      if (of) kept.delete(of.job_id);
      db.prepare(`UPDATE runs SET ${keys.map((key) => `${columns[key]} = ?`).join(', ')} WHERE id = ?`).run(...keys.map((key) => valueOf(key, patch[key])), id);
    },
    attempts: (runId: string): AttemptRow[] => db.prepare('SELECT * FROM run_attempts WHERE run_id = ? ORDER BY attempt').all(runId).map(attemptOf),
    attempt: (runId: string, attempt: number): AttemptRow | undefined => {
      const row = db.prepare('SELECT * FROM run_attempts WHERE run_id = ? AND attempt = ?').get(runId, attempt);
      return row && attemptOf(row);
    },
    putAttempt: (row: AttemptRow): void => {
      db.prepare('INSERT OR REPLACE INTO run_attempts (run_id, attempt, started_at, ended_at, identity, exit, cause, detail, output, task_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        row.runId, row.attempt, row.startedAt, row.endedAt, text(row.identity), text(row.exit), row.cause, row.detail, text(row.output), row.taskId
      );
    }
  };
}

/** Between an id and the time written beside it. */
const clockSlackMs = 60_000;

function idBeginningOf(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8, 12)}`;
}

const text = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));
const parsed = (value: unknown): never => (value === null ? null : JSON.parse(value as string)) as never;

function valueOf(key: keyof RunRow, value: unknown): unknown {
  if (json.has(key)) return text(value);
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Key by key: a list of jobs makes one of each. */
function runOf(row: Row): RunRow {
  const as = <K extends keyof RunRow>(column: string): RunRow[K] => row[column] as RunRow[K];
  return {
    id: as<'id'>('id'), jobId: as<'jobId'>('job_id'), jobName: as<'jobName'>('job_name'), jobTitle: as<'jobTitle'>('job_title'), workKind: as<'workKind'>('work_kind'), version: as<'version'>('version'), definitionHash: as<'definitionHash'>('definition_hash'), key: as<'key'>('key'), state: as<'state'>('state'),
    cause: as<'cause'>('cause'), trigger: as<'trigger'>('trigger'), occurrence: as<'occurrence'>('occurrence'), createdAt: as<'createdAt'>('created_at'), startedAt: as<'startedAt'>('started_at'), endedAt: as<'endedAt'>('ended_at'), activeMs: as<'activeMs'>('active_ms'), attempts: as<'attempts'>('attempts'),
    dueAt: as<'dueAt'>('due_at'), test: row['test'] === 1, by: as<'by'>('by'), reason: as<'reason'>('reason'), replayOf: as<'replayOf'>('replay_of'), otherRun: as<'otherRun'>('other_run'), missed: parsed(row['missed']), flags: parsed(row['flags']), exit: parsed(row['exit']), result: parsed(row['result']),
    failure: parsed(row['failure']), note: as<'note'>('note'), reclassified: parsed(row['reclassified']), trace: as<'trace'>('trace'), call: as<'call'>('call')
  };
}

function attemptOf(row: Row): AttemptRow {
  return {
    runId: row['run_id'] as string,
    attempt: row['attempt'] as number,
    startedAt: row['started_at'] as number,
    endedAt: row['ended_at'] as number | null,
    identity: parsed(row['identity']),
    exit: parsed(row['exit']),
    cause: row['cause'] as AttemptRow['cause'],
    detail: row['detail'] as string | null,
    output: parsed(row['output']),
    taskId: row['task_id'] as string | null
  };
}
