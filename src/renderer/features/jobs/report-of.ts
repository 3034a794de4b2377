// Where the report of Varve's own work is: of the very task where the engine still knows it, else the screen of what it worked on. Pure.
import type { TaskState } from '../../../contract/events.ts';
import type { Work } from '../../../contract/jobs.ts';

export type Report = { kind: 'snapshot' | 'snapshots' | 'repository' | 'record' | 'packages'; href: string };

export function reportOf(workKind: string, work: Work | undefined, task: TaskState | undefined): Report | undefined {
  const { result } = task ?? {};
  if (result?.kind === 'snapshot') return { kind: 'snapshot', href: `/snapshots/${result.result.snapshot.id}` };
  if (result?.kind === 'drill') return { kind: 'snapshot', href: `/snapshots/${result.report.snapshotId}` };
  if (workKind === 'verify-log') return { kind: 'record', href: '/log' };
  if (workKind === 'package') return { kind: 'packages', href: '/packages' };
  if (work !== undefined && 'repository' in work) return { kind: 'repository', href: `/repositories/${work.repository}` };
  if (work !== undefined && 'plan' in work) return { kind: 'snapshots', href: '/snapshots' };
  return undefined;
}
