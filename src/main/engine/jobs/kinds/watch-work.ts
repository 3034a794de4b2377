// Watching what a plan keeps: a folder that is gone, or that the plan's check is not content with, makes the run fail, and so the alert. Where the job was told to, the
// newest whole snapshot is brought back in place first: with a safety snapshot before it, undone by itself when the check fails after it as well.
import { treePathOf } from '../../../../contract/tree-path.ts';
import type { RestoreReport } from '../../../../contract/snapshots.ts';
import { toWire } from '../../kit/errors.ts';
import type { WatchFinding } from '../../snapshots/index.ts';
import { outcome, type Outcome } from './outcome.ts';

export interface WatchDeps {
  look(plan: string): Promise<WatchFinding[]>;
  /** In place, what lies there replaced, nothing deleted; from the newest whole snapshot of the plan. */
  bringBack(plan: string, treePath: string): Promise<RestoreReport>;
  undo(restoreId: string): Promise<void>;
}

export async function carryOutWatch({ look, bringBack, undo }: WatchDeps, { plan, bringBack: wanted }: { plan: string; bringBack: boolean }): Promise<Outcome> {
  const found = await look(plan);
  const [first] = found;
  if (first === undefined) return outcome('succeeded', 'exit', { result: { items: null, metrics: { problems: 0 } } });
  const failed = (detail: string): Outcome => outcome('failed', 'damage', { detail, result: { items: null, metrics: { problems: found.length } } });
  const reachable = found.filter(({ what }) => what !== 'away');
  if (!wanted || reachable.length === 0) return failed(complaint(first));
  const done: { path: string; id: string }[] = [];
  for (const finding of reachable) {
    let report: RestoreReport;
    try {
      report = await bringBack(plan, treePathOf(finding.path));
    } catch (error) {
      const { code, message } = toWire(error);
      if (code === 'CANCELLED') throw error;
      return failed(`${finding.path} could not be brought back: ${message}`);
    }
    if (finding.what === 'check' && (await look(plan)).some(({ what }) => what === 'check')) {
      await undo(report.id);
      return failed(`${finding.path}: the check fails also after it was brought back; it was put back as it was`);
    }
    done.push({ path: finding.path, id: report.id.slice(0, 13) });
  }
  const [one, ...more] = done as [{ path: string; id: string }, ...{ path: string; id: string }[]];
  return failed(more.length === 0 ? `${one.path} was brought back by itself; undo ${one.id}` : `${one.path} and ${more.length} more were brought back by themselves; undo ${one.id}`);
}

function complaint({ path, what, reason }: WatchFinding): string {
  if (what === 'missing') return `${path} is gone`;
  return what === 'away' ? `${path} is away, and so is what lay around it` : `${path}: the check is not content: ${reason ?? ''}`;
}
