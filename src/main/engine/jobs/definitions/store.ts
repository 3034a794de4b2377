// Jobs, their definitions and versions, and what the scheduler knows beyond them, in state.db.
import { JobDefinition, type Pause } from '../../../../contract/jobs.ts';
import type { Database } from '../../store/index.ts';
import type { JobRow } from '../model.ts';

type Row = Record<string, unknown>;

export interface VersionRow {
  version: number;
  at: number;
  by: string;
  definition: JobDefinition;
}

export interface SchedulerRow {
  lastTickAt: number | null;
  /** Of the boot that the last tick was in. */
  bootId: string | null;
  paused: Pause | null;
  maxRunning: number;
}

export type JobStore = ReturnType<typeof createJobStore>;

const select = 'SELECT jobs.*, job_definitions.definition FROM jobs JOIN job_definitions ON job_definitions.hash = jobs.definition_hash';

export function createJobStore(db: Pick<Database, 'prepare'>) {
  /** By hash: checked once, not at every tick. A later version of the program may have written keys that this one does not know. */
  const checked = new Map<string, JobDefinition>();
  const definitionOf = (hash: string, text: string): JobDefinition => {
    const known = checked.get(hash);
    if (known) return known;
    const definition = JobDefinition.parse(JSON.parse(text));
    checked.set(hash, definition);
    return definition;
  };
  const jobOf = (row: Row): JobRow => ({
    id: row['id'] as string,
    name: row['name'] as string,
    version: row['version'] as number,
    definitionHash: row['definition_hash'] as string,
    definition: definitionOf(row['definition_hash'] as string, row['definition'] as string),
    createdAt: row['created_at'] as number,
    cursor: row['cursor'] as number,
    paused: pauseOf(row['paused']),
    fromFile: row['from_file'] === 1,
    lastGoodAt: row['last_good_at'] as number | null,
    failingSince: row['failing_since'] as number | null,
    failures: row['failures'] as number,
    overlapSkips: row['overlap_skips'] as number
  });
  const keepDefinition = (hash: string, definition: JobDefinition): void => void db.prepare('INSERT OR IGNORE INTO job_definitions (hash, definition) VALUES (?, ?)').run(hash, JSON.stringify(definition));
  const keepVersion = ({ id, version, definitionHash }: Pick<JobRow, 'id' | 'version' | 'definitionHash'>, at: number, by: string): void =>
    void db.prepare('INSERT INTO job_versions (job_id, version, definition_hash, at, by) VALUES (?, ?, ?, ?, ?)').run(id, version, definitionHash, at, by);
  return {
    /** By name. */
    all: (): JobRow[] => db.prepare(`${select} ORDER BY name`).all().map(jobOf),
    /** By id or name. */
    job: (idOrName: string): JobRow | undefined => {
      const row = db.prepare(`${select} WHERE jobs.id = ? OR jobs.name = ?`).get(idOrName, idOrName);
      return row && jobOf(row);
    },
    definition: (hash: string): JobDefinition | undefined => {
      const row = db.prepare('SELECT definition FROM job_definitions WHERE hash = ?').get<{ definition: string }>(hash);
      return row && definitionOf(hash, row.definition);
    },
    add: (job: JobRow, by: string): void => {
      keepDefinition(job.definitionHash, job.definition);
      db.prepare('INSERT INTO jobs (id, name, version, definition_hash, created_at, cursor, paused, from_file) VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
        job.id, job.name, job.version, job.definitionHash, job.createdAt, job.cursor, pauseText(job.paused), Number(job.fromFile)
      );
      keepVersion(job, job.createdAt, by);
    },
    change: (job: Pick<JobRow, 'id' | 'name' | 'version' | 'definitionHash' | 'definition' | 'cursor' | 'fromFile'>, at: number, by: string): void => {
      keepDefinition(job.definitionHash, job.definition);
      db.prepare('UPDATE jobs SET name = ?, version = ?, definition_hash = ?, cursor = ?, from_file = ? WHERE id = ?').run(job.name, job.version, job.definitionHash, job.cursor, Number(job.fromFile), job.id);
      keepVersion(job, at, by);
    },
    remove: (id: string): void => {
      db.prepare('DELETE FROM jobs WHERE id = ?').run(id);
      db.prepare('DELETE FROM job_tallies WHERE job_id = ?').run(id);
    },
    versions: (id: string): VersionRow[] =>
      db
        .prepare('SELECT version, at, by, hash, definition FROM job_versions JOIN job_definitions ON hash = definition_hash WHERE job_id = ? ORDER BY version DESC')
        .all(id)
        .map((row) => ({ version: row['version'] as number, at: row['at'] as number, by: row['by'] as string, definition: definitionOf(row['hash'] as string, row['definition'] as string) })),
    setCursor: (id: string, cursor: number): void => {
      db.prepare('UPDATE jobs SET cursor = ? WHERE id = ?').run(cursor, id);
    },
    setPaused: (id: string, paused: Pause | null): void => {
      db.prepare('UPDATE jobs SET paused = ? WHERE id = ?').run(pauseText(paused), id);
    },
    setFromFile: (id: string, fromFile: boolean): void => {
      db.prepare('UPDATE jobs SET from_file = ? WHERE id = ?').run(Number(fromFile), id);
    },
    setTally: (id: string, { lastGoodAt, failingSince, failures, overlapSkips }: Pick<JobRow, 'lastGoodAt' | 'failingSince' | 'failures' | 'overlapSkips'>): void => {
      db.prepare('UPDATE jobs SET last_good_at = ?, failing_since = ?, failures = ?, overlap_skips = ? WHERE id = ?').run(lastGoodAt, failingSince, failures, overlapSkips, id);
    },
    scheduler: (): SchedulerRow => {
      const row = db.prepare('SELECT * FROM scheduler WHERE one = 1').get() ?? {};
      return { lastTickAt: row['last_tick_at'] as number | null, bootId: row['boot_id'] as string | null, paused: pauseOf(row['paused']), maxRunning: row['max_running'] as number };
    },
    noteTick: (at: number, bootId: string | undefined): void => {
      db.prepare('UPDATE scheduler SET last_tick_at = ?, boot_id = ? WHERE one = 1').run(at, bootId ?? null);
    },
    pauseAll: (paused: Pause | null): void => {
      db.prepare('UPDATE scheduler SET paused = ? WHERE one = 1').run(pauseText(paused));
    },
    setMaxRunning: (most: number): void => {
      db.prepare('UPDATE scheduler SET max_running = ? WHERE one = 1').run(most);
    }
  };
}

const pauseText = (paused: Pause | null): string | null => (paused === null ? null : JSON.stringify(paused));
const pauseOf = (text: unknown): Pause | null => (typeof text === 'string' ? (JSON.parse(text) as Pause) : null);
