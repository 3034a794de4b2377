// Who may call what: the one table. `owner` may everything; `read` only what is listed here as reading; `append` only add to the log.
// What is not listed needs `owner`, so that a new procedure is closed until somebody decides otherwise.
import type { CallContext } from '../../../contract/index.ts';
import { fail } from '../kit/errors.ts';

export type Scope = CallContext['scope'];

// Looking around the computer's folders (system.folders, repositories.probe, restores.preview) is not in this list on purpose:
// it reaches beyond what Varve keeps.
export const readingProcedures: ReadonlySet<string> = new Set([
  'system.status',
  'system.secretStores',
  'system.settings.get',
  'system.doctor',
  'system.tasks.list',
  'system.tasks.watch',
  'system.events',
  'system.sample.state',
  'log.list',
  'log.show',
  'log.tail',
  'log.verifyState',
  'log.namespaces',
  'checkpoints.latest',
  'checkpoints.list',
  'checkpoints.keys',
  'sealed.encryption',
  'anchors.status',
  'anchors.list',
  'anchors.witnesses.list',
  'evidence.consistency',
  'review.rows',
  'review.newer',
  'review.locate',
  'review.context',
  'review.facets',
  'review.histogram',
  'review.between',
  'review.hints',
  'review.inclusion',
  'review.annotations',
  'review.views.list',
  'repositories.list',
  'repositories.usage',
  'plans.list',
  'snapshots.list',
  'snapshots.waiting',
  'snapshots.get',
  'snapshots.tree',
  'snapshots.read',
  'compare.folder',
  'compare.list',
  'restores.reports',
  'secrets.list',
  'packages.list',
  'packages.place',
  'legacy.list',
  'jobs.list',
  'jobs.get',
  'jobs.scheduler',
  'runs.list',
  'runs.get',
  'runs.stats',
  'runs.output.page',
  'runs.output.search',
  'runs.output.text',
  'runs.output.follow',
  'alerts.list',
  'alerts.get',
  'alerts.rules',
  'alerts.silences',
  'alerts.tickets'
]);

/** The scope a call of this procedure needs; `path` as in the contract, for example `['log', 'append']`. */
export function requiredScope(path: readonly string[]): Scope {
  const name = path.join('.');
  if (name === 'log.append' || name === 'intake.appendMany') return 'append';
  return readingProcedures.has(name) ? 'read' : 'owner';
}

export function mayCall(scope: Scope, path: readonly string[]): boolean {
  return scope === 'owner' || scope === requiredScope(path);
}

/** Throws FORBIDDEN, naming the scope that would be needed. */
export function requireScope(scope: Scope, path: readonly string[]): void {
  if (mayCall(scope, path)) return;
  const needed = requiredScope(path);
  fail('FORBIDDEN', `${path.join('.')} needs the scope ${needed}`, { scope: needed });
}
