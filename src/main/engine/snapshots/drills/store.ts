// Drills in state.db: those under way, and what the last ones found.
import type { DrillReport, Tested } from '../../../../contract/drills.ts';
import type { Database } from '../../store/index.ts';

export interface RunningDrill {
  id: string;
  /** The temporary folder. */
  place: string;
  /** Of its events. */
  subject: string;
  facts: Record<string, unknown>;
  startedAt: string;
}

/** Older reports are forgotten, but never the last one of a snapshot. */
const mostReports = 1000;

export type DrillStore = ReturnType<typeof createDrillStore>;

export function createDrillStore(db: Pick<Database, 'prepare'>) {
  return {
    running: (): RunningDrill[] =>
      db
        .prepare('SELECT * FROM running_drills ORDER BY id')
        .all()
        .map((row) => ({ id: row['id'] as string, place: JSON.parse(row['place'] as string) as string, subject: row['subject'] as string, facts: JSON.parse(row['facts'] as string) as Record<string, unknown>, startedAt: row['started_at'] as string })),
    addRunning: ({ id, place, subject, facts, startedAt }: RunningDrill): void => {
      db.prepare('INSERT INTO running_drills (id, place, subject, facts, started_at) VALUES (?, ?, ?, ?, ?)').run(id, JSON.stringify(place), subject, JSON.stringify(facts), startedAt);
    },
    removeRunning: (id: string): void => {
      db.prepare('DELETE FROM running_drills WHERE id = ?').run(id);
    },
    /** `lineage`: of the snapshot, which keeps it when its tags change. */
    add: (report: DrillReport, lineage: string): void => {
      db.prepare('INSERT INTO drills (id, lineage, plan_id, report) VALUES (?, ?, ?, ?)').run(report.id, lineage, report.planId, JSON.stringify(report));
      db.prepare('DELETE FROM drills WHERE id NOT IN (SELECT id FROM drills ORDER BY id DESC LIMIT ?) AND id NOT IN (SELECT max(id) FROM drills GROUP BY lineage)').run(mostReports);
    },
    list: (planId: string | undefined, limit: number): DrillReport[] =>
      (planId === undefined ? db.prepare('SELECT report FROM drills ORDER BY id DESC LIMIT ?').all(limit) : db.prepare('SELECT report FROM drills WHERE plan_id = ? ORDER BY id DESC LIMIT ?').all(planId, limit)).map((row) => JSON.parse(row['report'] as string) as DrillReport),
    tested: (lineage: string): Tested | undefined => {
      const row = db.prepare('SELECT report FROM drills WHERE lineage = ? ORDER BY id DESC LIMIT 1').get(lineage);
      if (row === undefined) return undefined;
      const { at, ok, files, ofFiles } = JSON.parse(row['report'] as string) as DrillReport;
      return { at, ok, files, ofFiles };
    }
  };
}
