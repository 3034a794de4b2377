// Names, histories, what differs, metrics and drills in the made-up world: every file there is has a handful of versions, and one gap that may not be one.
import type { EngineEvent, TaskResult, TaskState } from '../../contract/events.ts';
import type { HistoryStretch, HistoryVersion, SeenIn } from '../../contract/history.ts';
import type { InsideRow } from '../../contract/inside.ts';
import type { MetricTable } from '../../contract/metrics.ts';
import type { Snapshot } from '../../contract/snapshots.ts';
import type { Trial } from '../../contract/trials.ts';
import type { World } from './fake-data.ts';

interface Hands {
  world: World;
  announce(event: EngineEvent): void;
  startTask(kind: TaskState['kind'], subject: string, bytesTotal: number, finish: () => TaskResult): { taskId: string };
}

const insideRows: InsideRow[] = [
  { row: 'hunk', beforeLine: 11, beforeLines: 2, afterLine: 11, afterLines: 3 },
  { row: 'lines', same: true, before: { line: 11, text: 'session,mean,n,note' }, after: { line: 11, text: 'session,mean,n,note' }, cut: false },
  { row: 'lines', same: false, before: { line: 12, text: '9,0.412,30,ok' }, after: { line: 12, text: '9,0.409,30,"drift, see note"' }, cut: false },
  { row: 'lines', same: false, before: null, after: { line: 13, text: '10,0.411,31,ok' }, cut: false }
];

const seenIn = ({ id, shortId, at, repositoryName, incomplete }: Snapshot): SeenIn => ({ id, shortId, at, repositoryName, incomplete });
const nowhere = { plan: null, repository: null, unreadable: [], absent: [], durationMs: 12 };
/** Snapshots of one version after another, newest first. */
const lengths = [1, 3, 9, 2, 12, 5];

export function createFakeFiles({ world, announce, startTask }: Hands) {
  const thesis = (): Snapshot[] => world.snapshots.filter(({ planId }) => planId === world.plans[0]?.id);

  const history = (path: string): TaskResult => {
    const snapshots = thesis();
    const versions: HistoryVersion[] = [];
    const stretches: HistoryStretch[] = [];
    let from = 0;
    for (const [index, length] of lengths.entries()) {
      const part = snapshots.slice(from, from + length);
      const [newest, oldest] = [part[0], part.at(-1)];
      if (!newest || !oldest) break;
      const ends = { newest: seenIn(newest), oldest: seenIn(oldest), snapshotCount: part.length };
      const state = index === 0 ? ('absent' as const) : index === 3 ? ('unsure' as const) : ('held' as const);
      stretches.push({ state, version: state === 'held' ? versions.length : null, label: path, ...ends, reason: null });
      if (state === 'held') versions.push({ type: 'file', sizeBytes: 12_000 - index * 300, modifiedAt: oldest.at, linkTarget: null, places: [{ path, label: path }], ...ends, snapshots: part.map(seenIn), metadata: index === 4 ? ['mode'] : [] });
      from += length;
    }
    return { kind: 'history', history: { ...nowhere, path, label: path, plan: 'thesis', looked: from, elsewhere: 0, versions, versionCount: versions.length, stretches, stretchCount: stretches.length, lost: [] } };
  };

  const find = (pattern: string, limit: number, after?: string): TaskResult => {
    const [newest, second] = thesis();
    const oldest = thesis().at(-1);
    const all = newest && second && oldest ? [...world.files.values()].flat().filter(({ name, path }) => name.toLowerCase().includes(pattern.toLowerCase()) && (after === undefined || path > after)).sort((a, b) => (a.path < b.path ? -1 : 1)) : [];
    const matches = all.slice(0, limit).flatMap(({ path, type, sizeBytes, modifiedAt }, index) => (newest && second && oldest ? [{ path, label: path, type, sizeBytes, modifiedAt: new Date(modifiedAt).toISOString(), newest: seenIn(index % 3 === 1 ? second : newest), oldest: seenIn(oldest), snapshotCount: 32 - (index % 7) }] : []));
    return { kind: 'find', names: { ...nowhere, pattern, looked: world.snapshots.length, matches, total: all.length, holders: thesis().filter((_, index) => all.length > 0 && index % 2 === 0).map(({ id }) => id), gaps: [], gapCount: 0, foldersRead: 0 } };
  };

  const metrics = (plan: string): MetricTable => {
    const told = world.snapshots.filter(({ planId }) => planId === plan && planId === world.plans[0]?.id).reverse();
    return { plan: 'thesis', snapshots: told.map((snapshot, index) => ({ in: seenIn(snapshot), metrics: { loss: Number((0.4 + 30 / (40 + index)).toFixed(3)), sessions: 12 + Math.floor(index / 9), model: 'gru-3' }, reason: null })), olderCount: 0, names: [], nameCount: 3, unreadable: [], absent: [] };
  };

  const inside = (path: string): TaskResult => {
    const side = { encoding: 'utf-8' as const, endings: 'lf' as const, finalNewline: true };
    const file = { path, label: path, sizeBytes: 12_000 };
    return { kind: 'inside', inside: { id: 'i1', before: file, after: file, same: false, facts: { kind: 'text', before: side, after: side, added: 2, removed: 1, coarse: false, firstLine: 1 }, fallback: null, rows: insideRows.length, rowsLeftOut: 0, unread: { before: 0, after: 0 }, durationMs: 8 } };
  };

  const drill = (id: string): TaskResult => {
    const snapshot = world.snapshots.find((each) => each.id === id) as Snapshot;
    const at = new Date().toISOString();
    Object.assign(snapshot, { tested: { at, ok: true, files: 77, ofFiles: 1530 } });
    announce({ kind: 'changed', what: 'snapshots' });
    return { kind: 'drill', report: { id: '019a9000-0000-7000-8000-0000000000d1', snapshotId: id, snapshotShortId: snapshot.shortId, planId: snapshot.planId, planName: snapshot.planName, at, ok: true, files: 77, ofFiles: 1530, bytes: 12_000_000, seed: 'a'.repeat(32), failed: [], failedCount: 0, check: null, durationMs: 900 } };
  };

  const trials = (): Trial[] => {
    const snapshot = world.snapshots[0];
    if (snapshot === undefined) return [];
    const common = { snapshotId: snapshot.id, snapshotShortId: snapshot.shortId, planId: snapshot.planId, planName: snapshot.planName, taskId: null };
    return [
      { ...common, id: '019a9000-0000-7000-8000-0000000000e1', at: new Date().toISOString(), original: '/home/ana/thesis', folder: '/home/ana/thesis (trial 000000e1)', copy: '/home/ana/thesis (trial 000000e1)/home/ana/thesis', state: 'ready', files: 1530, bytes: 3_100_000_000, lastRun: { program: 'make', exitCode: 2, at: new Date().toISOString() } },
      { ...common, id: '019a9000-0000-7000-8000-0000000000e0', at: '2026-11-20T10:00:00.000Z', original: '/home/ana/analysis', folder: '/home/ana/analysis (trial 000000e0)', copy: '/home/ana/analysis', state: 'promoted', files: 12, bytes: 40_000, lastRun: null }
    ];
  };

  return {
    trials: { list: async () => trials() },
    drills: { start: async ({ snapshot }: { snapshot: string }) => startTask('drill', snapshot.slice(0, 8), 0, () => drill(snapshot)) },
    inside: { start: async ({ path }: { path: string }) => startTask('inside', path, 0, () => inside(path)), rows: async () => ({ rows: insideRows, total: insideRows.length }) },
    metrics: { list: async ({ plan }: { plan: string }) => metrics(plan) },
    history: { start: async ({ path }: { path: string }) => startTask('history', path, 0, () => history(path)) },
    names: { find: async ({ pattern, limit = 1000, after }: { pattern: string; limit?: number; after?: string }) => startTask('find', pattern, 0, () => find(pattern, limit, after)) }
  };
}
