// Metrics over snapshots. They lie in `/.varve/metrics` of each; a tree's id stands for its content, so what was read once is not read again.
import type { EngineApi } from '../../../../contract/index.ts';
import type { SnapshotMetrics } from '../../../../contract/metrics.ts';
import { isVarveError, throwIfAborted } from '../../kit/errors.ts';
import type { BrowseSession, Repositories } from '../../repository/index.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { carriedName, isCarried } from '../carried.ts';
import { seenIn, unreadableOf } from '../history/seen.ts';
import type { PlanService } from '../plans/service.ts';
import { metricNames, readMetrics } from './flatten.ts';

export interface MetricsServiceDeps {
  repositories: Pick<Repositories, 'withBrowser' | 'rows'>;
  browse: Pick<BrowseService, 'select' | 'find' | 'view' | 'noteOpened' | 'noteSearched'>;
  plans: Pick<PlanService, 'known'>;
}

type Read = Pick<SnapshotMetrics, 'metrics' | 'reason'>;

const limitBytes = 256 * 1024;
const mostNames = 500;
const mostRemembered = 5000;
/** For snapshots that a person asks for, a disk may take this long to wake up. */
const patientLimitMs = 15_000;

export function createMetricsService({ repositories, browse, plans }: MetricsServiceDeps): EngineApi['metrics'] {
  const remembered = new Map<string, Read>();

  const readIn = async (session: BrowseSession, tree: string, signal: AbortSignal | undefined): Promise<Read> => {
    const folder = (await session.tree(tree, signal)).find(({ name }) => name === carriedName);
    if (folder?.subtree === undefined || !isCarried(folder)) return { metrics: null, reason: null };
    const file = (await session.tree(folder.subtree, signal)).find(({ name, type }) => name === 'metrics' && type === 'file');
    if (file === undefined) return { metrics: null, reason: null };
    const { bytes, end } = await session.readFile(file.content ?? [], { offset: 0, length: limitBytes }, signal);
    const metrics = end ? readMetrics(bytes) : undefined;
    return metrics === undefined ? { metrics: null, reason: 'what it carries as metrics is no JSON object' } : { metrics, reason: null };
  };

  const read = async ({ repository, file }: FoundSnapshot, signal: AbortSignal | undefined): Promise<Read> => {
    const key = `${repository.id} ${file.tree}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    throwIfAborted(signal);
    try {
      const found = await readIn(await repositories.withBrowser(repository.id, signal), file.tree, signal);
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(key, found);
      return found;
    } catch (error) {
      // One damaged snapshot hides none of the others.
      if (!isVarveError(error) || (error.code !== 'REPOSITORY_DAMAGED' && error.code !== 'NOT_FOUND')) throw error;
      return { metrics: null, reason: `damaged: ${'what' in (error.data ?? {}) ? (error.data as { what: string }).what : error.message}` };
    }
  };

  return {
    list: async ({ plan: named, repository, limit }, { signal, actor }) => {
      const plan = plans.known(named);
      const selected = await browse.select({ planId: plan.id, repository }, { fresh: true, limitMs: patientLimitMs, signal });
      const [failure] = selected.failures.values();
      if (selected.snapshots.length === 0 && failure !== undefined) throw failure;
      for (const row of new Map(selected.snapshots.map((found) => [found.repository.id, found.repository])).values()) browse.noteSearched(row, plan, actor);
      const snapshots: SnapshotMetrics[] = [];
      for (const found of selected.snapshots.slice(0, limit)) snapshots.push({ in: seenIn(browse.view(found)), ...(await read(found, signal)) });
      const names = metricNames(snapshots.map(({ metrics }) => metrics));
      return { plan: plan.name, snapshots: snapshots.reverse(), olderCount: Math.max(0, selected.snapshots.length - limit), names: names.slice(0, mostNames), nameCount: names.length, unreadable: unreadableOf(selected.unreadable, repositories.rows()), absent: selected.absent };
    },
    of: async ({ snapshot }, { signal, actor }) => {
      const found = await browse.find(snapshot, signal);
      browse.noteOpened(found, actor);
      return { in: seenIn(browse.view(found)), ...(await read(found, signal)) };
    }
  };
}
