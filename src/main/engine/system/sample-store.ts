// Takes the sample's plan and repository out of state.db. The one place that removes a repository's registration: the sample promises to go in one
// click, its snapshots with it. What it did stays in the record.
import { fail } from '../kit/errors.ts';
import type { Secrets } from '../secrets/index.ts';
import type { Database, Outbox, OutboxEvent } from '../store/index.ts';
import type { Tasks } from './tasks.ts';

export interface ForgetDeps {
  db: Database;
  outbox: Outbox;
  secrets: Pick<Secrets, 'delete'>;
  tasks: Pick<Tasks, 'list'>;
  repositories: { rows(): readonly { id: string; name: string; path: string }[] };
}

/** What is the sample's own. */
export interface SamplePlaces {
  /** Name of its plan. */
  plan: string;
  /** The one folder its plan keeps. */
  research: string;
  repository: string;
}

/**
 * Only what lies at the sample's repository goes: a person's own repository or plan of the same name is somebody else's. Throws CONFLICT while
 * it is at work, and, naming the plan, when a person has put a plan of their own onto the sample's repository: its snapshots are not ours to remove.
 */
export async function forgetSample({ db, outbox, secrets, tasks, repositories }: ForgetDeps, places: SamplePlaces, events: readonly OutboxEvent[]): Promise<void> {
  const repository = repositories.rows().find((row) => row.path === places.repository);
  const plans = repository ? db.prepare('SELECT name, paths FROM plans WHERE repository_id = ? ORDER BY name').all<{ name: string; paths: string }>(repository.id) : [];
  const others = plans.filter((plan) => plan.name !== places.plan || plan.paths !== JSON.stringify([places.research]));
  if (others[0]) fail('CONFLICT', `the plan ${others[0].name} keeps its snapshots in the sample's repository`, { kind: 'plan', name: others[0].name });
  const names = new Set([...plans.map((plan) => plan.name), ...(repository ? [repository.name] : [])]);
  if (tasks.list().some((task) => task.state === 'running' && names.has(task.subject))) fail('CONFLICT', 'the sample is at work', { kind: 'task', name: 'sample' });
  outbox.commit(() => {
    if (!repository) return;
    db.prepare('DELETE FROM plans WHERE repository_id = ? OR (name = ? AND paths = ?)').run(repository.id, places.plan, JSON.stringify([places.research]));
    db.prepare('DELETE FROM held_locks WHERE repository_id = ?').run(repository.id);
    db.prepare('DELETE FROM repositories WHERE id = ?').run(repository.id);
  }, events);
  // The password last: without it a repository that is still registered could not be opened.
  if (repository) await secrets.delete({ kind: 'repository', id: repository.id });
}
