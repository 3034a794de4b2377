// What tests on a whole engine begin with: a repository, and snapshots of a plan.
import type { TaskState } from '../../../../contract/events.ts';
import type { SnapshotResult } from '../../../../contract/snapshots.ts';
import { taskEnd, testContext, type TestEngine } from '../../testing/index.ts';

type Api = Pick<TestEngine, 'api'>;

/** A new repository at `path`. */
export async function addRepository({ api }: Api, name: string, path: string): Promise<void> {
  await api.repositories.add({ name, path, mode: 'create', password: { kind: 'value', password: 'secret' } }, testContext);
}

/** How the taking of one ended. */
export async function takeSnapshot({ api }: Api, plan: string, more: { tags?: string[]; wait?: boolean } = {}): Promise<TaskState> {
  return taskEnd(api, (await api.snapshots.take({ plan, tags: [], ...more }, testContext)).taskId);
}

/** One that must be taken. */
export async function snapshotOf(test: Api, plan: string, tags: string[] = []): Promise<SnapshotResult> {
  const { result, error } = await takeSnapshot(test, plan, { tags });
  if (result?.kind !== 'snapshot') throw new Error(`no snapshot of ${plan}: ${JSON.stringify(error)}`);
  return result.result;
}
