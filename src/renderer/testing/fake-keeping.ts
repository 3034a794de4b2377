// Tags, pins, notes and forgetting in the made-up world: the newest few stay.
import type { EngineEvent, TaskResult, TaskState } from '../../contract/events.ts';
import type { ForgetInput, ForgetPreview } from '../../contract/keeping.ts';
import type { RetentionPolicy } from '../../contract/retention.ts';
import type { Snapshot } from '../../contract/snapshots.ts';
import type { World } from './fake-data.ts';

interface Hands {
  world: World;
  announce(event: EngineEvent): void;
  startTask(kind: TaskState['kind'], subject: string, bytesTotal: number, finish: () => TaskResult): { taskId: string };
}

const kept = 12;

export function createFakeKeeping({ world, announce, startTask }: Hands) {
  const retag = (ids: readonly string[], change: (tags: readonly string[]) => string[]): TaskResult => {
    for (const snapshot of world.snapshots) if (ids.includes(snapshot.id)) snapshot.tags = change(snapshot.tags);
    announce({ kind: 'changed', what: 'snapshots' });
    return { kind: 'tag', report: { changed: [], unchanged: 0 } };
  };
  const preview = ({ plan, policy, snapshots }: ForgetInput): ForgetPreview => {
    const meant = world.snapshots.filter((snapshot) => (snapshots ? snapshots.includes(snapshot.id) : snapshot.planId === plan));
    const goes = (snapshot: Snapshot, index: number): boolean => !snapshot.tags.includes('varve-pin') && (snapshots !== undefined || index >= kept);
    const remove = meant.filter(goes);
    const keep = meant.filter((snapshot, index) => !goes(snapshot, index)).map((snapshot) => ({ snapshot, reasons: [{ rule: snapshots ? ('pin' as const) : ('daily' as const), oldest: false, within: null, tags: [] }] }));
    return { repositoryId: 'r', repositoryName: 't7-drive', policy: snapshots ? null : (policy ?? world.plans.find(({ id }) => id === plan)?.retention ?? { keepLast: kept }), groups: [{ planId: plan ?? null, planName: plan ?? null, hostname: '', paths: [], keep, remove }], keepCount: keep.length, removeCount: remove.length, emptied: [], token: '0'.repeat(64) };
  };
  return {
    retention: {
      set: async ({ plan: id, policy }: { plan: string; policy: RetentionPolicy | null }) => {
        const plan = world.plans.find((each) => each.id === id);
        if (plan && policy) plan.retention = policy;
        else delete plan?.retention;
        announce({ kind: 'changed', what: 'plans' });
        return plan;
      }
    },
    forget: {
      preview: async (input: ForgetInput) => preview(input),
      run: async (input: ForgetInput) => startTask('forget', 't7-drive', 0, () => {
        const removed = new Set(preview(input).groups.flatMap(({ remove }) => remove.map(({ id }) => id)));
        world.snapshots = world.snapshots.filter(({ id }) => !removed.has(id));
        announce({ kind: 'changed', what: 'snapshots' });
        return { kind: 'forget', report: { repositoryId: 'r', repositoryName: 't7-drive', removed: [...removed], kept: world.snapshots.length, durationMs: 900 } };
      })
    },
    tags: {
      change: async ({ snapshots, add = [], remove = [] }: { snapshots: string[]; add?: string[]; remove?: string[] }) => startTask('tag', 't7-drive', 0, () => retag(snapshots, (tags) => [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag)))),
      pin: async ({ snapshots, pinned }: { snapshots: string[]; pinned: boolean }) => startTask('tag', 't7-drive', 0, () => retag(snapshots, (tags) => [...tags.filter((tag) => tag !== 'varve-pin'), ...(pinned ? ['varve-pin'] : [])]))
    },
    notes: {
      set: async ({ snapshot: id, text }: { snapshot: string; text: string }) => {
        const snapshot = world.snapshots.find((each) => each.id === id);
        if (snapshot && text !== '') snapshot.note = text;
        else delete snapshot?.note;
        announce({ kind: 'changed', what: 'snapshots' });
        return snapshot;
      }
    }
  };
}
