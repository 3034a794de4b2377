// The domain's rows in state.db.
import type { RetentionPolicy } from '../../../contract/retention.ts';
import { leaveOutNothing, type LeaveOut, noHooks, type Plan, type PlanHooks, type RestoreReport, type WaitReason } from '../../../contract/snapshots.ts';
import type { Database } from '../store/index.ts';
import type { PlanRow, RemovedPlan } from './model.ts';

export interface RunningRow {
  id: string;
  planId: string;
  repositoryId: string;
  pid: number;
  startedAt: string;
}

/** A snapshot that was asked for and waits for its repository. */
export interface WaitingRow {
  id: string;
  planId: string;
  repositoryId: string;
  actor: string;
  tags: string[];
  note: string | undefined;
  gentle: boolean;
  since: string;
  reason: WaitReason;
  /** How often it was begun without coming to an end. */
  attempts: number;
}

/** A change to the list of snapshots that is under way. */
export interface EditRow {
  id: string;
  kind: 'forget' | 'tag';
  /** Of its events. */
  subject: string;
  startedAt: string;
  facts: Record<string, unknown>;
}

/** A restore that was begun and has not finished. */
export interface UnfinishedRestoreRow {
  id: string;
  /** Of its events. */
  subject: string;
  target: string;
  /** The same for the same snapshot and choice of paths. */
  selection: string;
  facts: Record<string, unknown>;
  startedAt: string;
  /** The record has its end; temporary files may still lie in the target. */
  cut: boolean;
}

/** A restore in place that can be undone. */
export interface UndoableRow {
  id: string;
  at: string;
  /** Of its events. */
  subject: string;
  repositoryId: string;
  snapshotId: string;
  planId: string | null;
  planName: string | null;
  place: string[];
  selection: string;
  safetySnapshot: string | null;
  safetyTree: string | null;
  /** The restore that was cut off and that this one goes on with. */
  continues: string | null;
  finished: boolean;
  undoneAt: string | null;
}

/** What reports of earlier versions of the program do not say. */
const reportDefaults: Pick<RestoreReport, 'passedOver' | 'metadata' | 'deleted' | 'conflict' | 'choices' | 'deleteExtra' | 'safetySnapshotId' | 'undoes'> = { passedOver: [], metadata: 0, deleted: 0, conflict: 'keep', choices: 0, deleteExtra: false, safetySnapshotId: null, undoes: null };

/** Left-overs of older restores are forgotten. */
const mostCutRestores = 100;

export type SnapshotsStore = ReturnType<typeof createSnapshotsStore>;

export function createSnapshotsStore(db: Pick<Database, 'prepare'>) {
  const planOf = (row: Record<string, unknown>): PlanRow => ({
    id: row['id'] as string,
    name: row['name'] as string,
    title: row['title'] as string,
    repositoryId: row['repository_id'] as string,
    paths: JSON.parse(row['paths'] as string) as string[],
    excludes: JSON.parse(row['excludes'] as string) as string[],
    leaveOut: { ...leaveOutNothing, ...(JSON.parse(row['leave_out'] as string) as Partial<LeaveOut>) },
    hooks: { ...noHooks, ...(JSON.parse(row['hooks'] as string) as Partial<PlanHooks>) },
    tags: JSON.parse(row['tags'] as string) as string[],
    gentle: row['gentle'] === 1,
    snapshotOnQuit: row['snapshot_on_quit'] === 1,
    zone: row['zone'] as string,
    createdAt: row['created_at'] as string,
    version: row['version'] as number
  });
  const plan = (idOrName: string): PlanRow | undefined => {
    const row = db.prepare('SELECT * FROM plans WHERE id = ? OR name = ?').get(idOrName, idOrName);
    return row && planOf(row);
  };
  const removedPlan = (idOrName: string): RemovedPlan | undefined => {
    const row = db.prepare('SELECT plan, removed_at AS removedAt FROM removed_plans WHERE id = ? OR name = ? ORDER BY id = ? DESC, removed_at DESC, id DESC LIMIT 1').get(idOrName, idOrName, idOrName);
    return row && { ...(JSON.parse(row['plan'] as string) as PlanRow), removedAt: row['removedAt'] as string };
  };
  return {
    plans: (): PlanRow[] => db.prepare('SELECT * FROM plans ORDER BY name').all().map(planOf),
    plan,
    /** By id, else the one of that name that was removed last. */
    removedPlan,
    /** One of the plans, else a removed one. */
    knownPlan: (idOrName: string): PlanRow | RemovedPlan | undefined => plan(idOrName) ?? removedPlan(idOrName),
    /** Its snapshots have gone into one repository from the beginning on; false of a plan that was removed. */
    neverMoved: (planId: string): boolean => db.prepare('SELECT 1 FROM plans WHERE id = ? AND moved = 0').get(planId) !== undefined,
    addPlan: (plan: PlanRow): void => {
      db.prepare('INSERT INTO plans (id, name, title, repository_id, paths, excludes, leave_out, hooks, tags, gentle, snapshot_on_quit, zone, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        plan.id, plan.name, plan.title, plan.repositoryId, JSON.stringify(plan.paths), JSON.stringify(plan.excludes), JSON.stringify(plan.leaveOut), JSON.stringify(plan.hooks), JSON.stringify(plan.tags), Number(plan.gentle), Number(plan.snapshotOnQuit), plan.zone, plan.createdAt
      );
    },
    updatePlan: (plan: PlanRow): void => {
      db.prepare('UPDATE plans SET title = ?, moved = moved OR repository_id <> ?, repository_id = ?, paths = ?, excludes = ?, leave_out = ?, hooks = ?, tags = ?, gentle = ?, snapshot_on_quit = ?, zone = ?, version = ? WHERE id = ?').run(
        plan.title, plan.repositoryId, plan.repositoryId, JSON.stringify(plan.paths), JSON.stringify(plan.excludes), JSON.stringify(plan.leaveOut), JSON.stringify(plan.hooks), JSON.stringify(plan.tags), Number(plan.gentle), Number(plan.snapshotOnQuit), plan.zone, plan.version, plan.id
      );
    },
    /** Takes the plan away with what belongs to its future, and remembers it as it was. */
    removePlan: (plan: PlanRow, removedAt: string, eventId: string): void => {
      db.prepare('INSERT INTO removed_plans (id, name, removed_at, event_id, plan) VALUES (?, ?, ?, ?, ?)').run(plan.id, plan.name, removedAt, eventId, JSON.stringify(plan));
      for (const table of ['plan_retention', 'plan_latest', 'waiting_snapshots']) db.prepare(`DELETE FROM ${table} WHERE plan_id = ?`).run(plan.id);
      db.prepare('DELETE FROM plans WHERE id = ?').run(plan.id);
    },
    /** Those that are gone, the one removed last first. */
    removedPlans: (): RemovedPlan[] => db.prepare('SELECT id FROM removed_plans ORDER BY removed_at DESC, id DESC').all<{ id: string }>().flatMap(({ id }) => removedPlan(id) ?? []),
    /** The events that tell of removed plans, by plan. */
    removedPlanEvents: (): { planId: string; eventId: string }[] => db.prepare('SELECT id AS planId, event_id AS eventId FROM removed_plans').all<{ planId: string; eventId: string }>(),
    forgetRemovedPlan: (planId: string): void => {
      db.prepare('DELETE FROM removed_plans WHERE id = ?').run(planId);
    },
    latest: (planId: string): Plan['lastSnapshot'] => {
      const row = db.prepare('SELECT snapshot FROM plan_latest WHERE plan_id = ?').get(planId);
      return row === undefined ? null : (JSON.parse(row['snapshot'] as string) as Plan['lastSnapshot']);
    },
    setLatest: (planId: string, latest: Plan['lastSnapshot']): void => {
      db.prepare('INSERT INTO plan_latest (plan_id, snapshot) VALUES (?, ?) ON CONFLICT (plan_id) DO UPDATE SET snapshot = excluded.snapshot').run(planId, JSON.stringify(latest));
    },
    running: (): RunningRow[] =>
      db
        .prepare('SELECT * FROM running_snapshots ORDER BY started_at')
        .all()
        .map((row) => ({ id: row['id'] as string, planId: row['plan_id'] as string, repositoryId: row['repository_id'] as string, pid: row['pid'] as number, startedAt: row['started_at'] as string })),
    addRunning: (row: RunningRow): void => {
      db.prepare('INSERT INTO running_snapshots (id, plan_id, repository_id, pid, started_at) VALUES (?, ?, ?, ?, ?)').run(row.id, row.planId, row.repositoryId, row.pid, row.startedAt);
    },
    removeRunning: (id: string): void => {
      db.prepare('DELETE FROM running_snapshots WHERE id = ?').run(id);
    },
    waiting: (): WaitingRow[] => db.prepare('SELECT * FROM waiting_snapshots ORDER BY since, id').all().map(waitingOf),
    putWaiting: (row: WaitingRow): void => {
      db.prepare('DELETE FROM waiting_snapshots WHERE plan_id = ?').run(row.planId);
      db.prepare('INSERT INTO waiting_snapshots (id, plan_id, repository_id, actor, tags, note, gentle, since, reason, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        row.id, row.planId, row.repositoryId, row.actor, JSON.stringify(row.tags), row.note ?? null, row.gentle ? 1 : 0, row.since, row.reason, row.attempts
      );
    },
    /** A snapshot of the plan was taken, or nobody wants it any more. */
    removeWaiting: (planId: string): void => {
      db.prepare('DELETE FROM waiting_snapshots WHERE plan_id = ?').run(planId);
    },
    /** The plan has another repository now: what waits, waits for that one. */
    moveWaiting: (planId: string, repositoryId: string): void => {
      db.prepare('UPDATE waiting_snapshots SET repository_id = ? WHERE plan_id = ?').run(repositoryId, planId);
    },
    setNote: (lineage: string, note: string, at: string, eventId: string): void => {
      db.prepare('INSERT INTO snapshot_notes (lineage, note, written_at, event_id) VALUES (?, ?, ?, ?) ON CONFLICT (lineage) DO UPDATE SET note = excluded.note, written_at = excluded.written_at, event_id = excluded.event_id').run(lineage, note, at, eventId);
    },
    /** The events that hold the words of notes, by lineage. */
    noteEvents: (): { lineage: string; eventId: string }[] => db.prepare('SELECT lineage, event_id AS eventId FROM snapshot_notes WHERE event_id IS NOT NULL').all<{ lineage: string; eventId: string }>(),
    note: (lineage: string): string | undefined => db.prepare('SELECT note FROM snapshot_notes WHERE lineage = ?').get(lineage)?.['note'] as string | undefined,
    removeNote: (lineage: string): void => {
      db.prepare('DELETE FROM snapshot_notes WHERE lineage = ?').run(lineage);
    },
    retention: (planId: string): RetentionPolicy | undefined => {
      const row = db.prepare('SELECT policy FROM plan_retention WHERE plan_id = ?').get(planId);
      return row && (JSON.parse(row['policy'] as string) as RetentionPolicy);
    },
    setRetention: (planId: string, policy: RetentionPolicy | null): void => {
      if (policy === null) db.prepare('DELETE FROM plan_retention WHERE plan_id = ?').run(planId);
      else db.prepare('INSERT INTO plan_retention (plan_id, policy) VALUES (?, ?) ON CONFLICT (plan_id) DO UPDATE SET policy = excluded.policy').run(planId, JSON.stringify(policy));
    },
    edits: (): EditRow[] =>
      db
        .prepare('SELECT * FROM running_edits ORDER BY started_at')
        .all()
        .map((row) => ({ id: row['id'] as string, kind: row['kind'] as EditRow['kind'], subject: row['subject'] as string, startedAt: row['started_at'] as string, facts: JSON.parse(row['facts'] as string) as Record<string, unknown> })),
    addEdit: (row: EditRow): void => {
      db.prepare('INSERT INTO running_edits (id, kind, subject, started_at, facts) VALUES (?, ?, ?, ?, ?)').run(row.id, row.kind, row.subject, row.startedAt, JSON.stringify(row.facts));
    },
    removeEdit: (id: string): void => {
      db.prepare('DELETE FROM running_edits WHERE id = ?').run(id);
    },
    unfinishedRestores: (): UnfinishedRestoreRow[] =>
      db
        .prepare('SELECT * FROM unfinished_restores ORDER BY started_at, id')
        .all()
        .map((row) => ({
          id: row['id'] as string,
          subject: row['subject'] as string,
          target: JSON.parse(row['target'] as string) as string,
          selection: row['selection'] as string,
          facts: JSON.parse(row['facts'] as string) as Record<string, unknown>,
          startedAt: row['started_at'] as string,
          cut: row['cut'] === 1
        })),
    addRestore: (row: Omit<UnfinishedRestoreRow, 'cut'>): void => {
      db.prepare('INSERT INTO unfinished_restores (id, subject, target, selection, facts, started_at) VALUES (?, ?, ?, ?, ?, ?)').run(row.id, row.subject, JSON.stringify(row.target), row.selection, JSON.stringify(row.facts), row.startedAt);
    },
    cutRestore: (id: string): void => {
      db.prepare('UPDATE unfinished_restores SET cut = 1 WHERE id = ?').run(id);
      db.prepare('DELETE FROM unfinished_restores WHERE cut = 1 AND id NOT IN (SELECT id FROM unfinished_restores WHERE cut = 1 ORDER BY started_at DESC, id DESC LIMIT ?)').run(mostCutRestores);
    },
    removeRestore: (id: string): void => {
      db.prepare('DELETE FROM unfinished_restores WHERE id = ?').run(id);
    },
    addReport: (at: string, report: RestoreReport): void => {
      db.prepare('INSERT INTO restore_reports (id, at, report) VALUES (?, ?, ?)').run(report.id, at, JSON.stringify(report));
    },
    reports: (limit: number): { at: string; report: RestoreReport }[] =>
      db
        .prepare('SELECT at, report FROM restore_reports ORDER BY at DESC, id DESC LIMIT ?')
        .all(limit)
        .map((row) => ({ at: row['at'] as string, report: { ...reportDefaults, ...(JSON.parse(row['report'] as string) as RestoreReport) } })),
    addUndoable: (row: Omit<UndoableRow, 'finished' | 'undoneAt'>): void => {
      db.prepare('INSERT INTO undoable_restores (id, at, subject, repository_id, snapshot_id, plan_id, plan_name, place, selection, safety_snapshot, safety_tree, continues) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        row.id, row.at, row.subject, row.repositoryId, row.snapshotId, row.planId, row.planName, JSON.stringify(row.place), row.selection, row.safetySnapshot, row.safetyTree, row.continues
      );
    },
    /** Newest first. */
    undoables: (): UndoableRow[] => db.prepare('SELECT * FROM undoable_restores ORDER BY id DESC').all().map(undoableOf),
    finishUndoable: (id: string): void => {
      db.prepare('UPDATE undoable_restores SET finished = 1 WHERE id = ?').run(id);
    },
    setUndone: (id: string, at: string): void => {
      db.prepare('UPDATE undoable_restores SET undone_at = ? WHERE id = ?').run(at, id);
    },
    removeUndoable: (id: string): void => {
      db.prepare('DELETE FROM undoable_restores WHERE id = ?').run(id);
    }
  };
}

function undoableOf(row: Record<string, unknown>): UndoableRow {
  return {
    id: row['id'] as string,
    at: row['at'] as string,
    subject: row['subject'] as string,
    repositoryId: row['repository_id'] as string,
    snapshotId: row['snapshot_id'] as string,
    planId: row['plan_id'] as string | null,
    planName: row['plan_name'] as string | null,
    place: JSON.parse(row['place'] as string) as string[],
    selection: row['selection'] as string,
    safetySnapshot: row['safety_snapshot'] as string | null,
    safetyTree: row['safety_tree'] as string | null,
    continues: row['continues'] as string | null,
    finished: row['finished'] === 1,
    undoneAt: row['undone_at'] as string | null
  };
}

function waitingOf(row: Record<string, unknown>): WaitingRow {
  return {
    id: row['id'] as string,
    planId: row['plan_id'] as string,
    repositoryId: row['repository_id'] as string,
    actor: row['actor'] as string,
    tags: JSON.parse(row['tags'] as string) as string[],
    note: (row['note'] as string | null) ?? undefined,
    gentle: row['gentle'] === 1,
    since: row['since'] as string,
    reason: row['reason'] as WaitReason,
    attempts: row['attempts'] as number
  };
}
