// Trials in state.db. Paths as JSON, for names that are no text.
import type { Database } from '../../store/index.ts';

/** `swapping`, `returning`: a promotion, or its undoing, is under way; a start that finds one puts everything back as it was before. */
export type TrialRowState = 'making' | 'ready' | 'swapping' | 'promoted' | 'returning';

export interface TrialRow {
  id: string;
  at: string;
  repositoryId: string;
  snapshotId: string;
  planId: string | null;
  planName: string | null;
  original: string;
  folder: string;
  state: TrialRowState;
  /** What came back; null until it has. */
  files: number | null;
  bytes: number | null;
  lastRun: { program: string; exitCode: number | null; at: string } | null;
}

export type TrialStore = ReturnType<typeof createTrialStore>;

export function createTrialStore(db: Pick<Database, 'prepare'>) {
  const rowOf = (row: Record<string, unknown>): TrialRow => ({
    id: row['id'] as string,
    at: row['at'] as string,
    repositoryId: row['repository_id'] as string,
    snapshotId: row['snapshot_id'] as string,
    planId: row['plan_id'] as string | null,
    planName: row['plan_name'] as string | null,
    original: JSON.parse(row['original'] as string) as string,
    folder: JSON.parse(row['folder'] as string) as string,
    state: row['state'] as TrialRowState,
    files: row['files'] as number | null,
    bytes: row['bytes'] as number | null,
    lastRun: row['last_run'] === null ? null : (JSON.parse(row['last_run'] as string) as TrialRow['lastRun'])
  });
  return {
    all: (): TrialRow[] => db.prepare('SELECT * FROM trials ORDER BY id DESC').all().map(rowOf),
    add: (row: TrialRow): void => {
      db.prepare('INSERT INTO trials (id, at, repository_id, snapshot_id, plan_id, plan_name, original, folder, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(row.id, row.at, row.repositoryId, row.snapshotId, row.planId, row.planName, JSON.stringify(row.original), JSON.stringify(row.folder), row.state);
    },
    setState: (id: string, state: TrialRowState): void => {
      db.prepare('UPDATE trials SET state = ? WHERE id = ?').run(state, id);
    },
    setReady: (id: string, { files, bytes }: { files: number; bytes: number }): void => {
      db.prepare("UPDATE trials SET state = 'ready', files = ?, bytes = ? WHERE id = ?").run(files, bytes, id);
    },
    setLastRun: (id: string, lastRun: TrialRow['lastRun']): void => {
      db.prepare('UPDATE trials SET last_run = ? WHERE id = ?').run(JSON.stringify(lastRun), id);
    },
    remove: (id: string): void => {
      db.prepare('DELETE FROM trials WHERE id = ?').run(id);
    }
  };
}
