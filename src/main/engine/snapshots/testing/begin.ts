// What tests on a whole engine begin with: a repository, and snapshots of a plan.
import type { TaskState } from '../../../../contract/events.ts';
import type { SnapshotResult } from '../../../../contract/snapshots.ts';
import { createLocalBackend } from '../../repository/index.ts';
import { createOn, files, random } from '../../repository/testing/index.ts';
import { taskEnd, testContext, type TestEngine } from '../../testing/index.ts';

type Api = Pick<TestEngine, 'api'>;

/** A new repository at `path`, with a key that is derived at once: nothing here is about its cost. */
export async function addRepository({ api }: Api, name: string, path: string): Promise<void> {
  await createOn(createLocalBackend({ files, random, path }), 'secret');
  await api.repositories.add({ name, path, mode: 'open', password: { kind: 'value', password: 'secret' } }, testContext);
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
