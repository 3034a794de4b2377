// `varve snapshot --wait`: stays until the repository is back and the snapshot is taken, by whichever Varve owns the home. Ctrl+C takes the
// request back.
import { setTimeout as pause } from 'node:timers/promises';
import type { TaskResult } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { WaitingSnapshot } from '../../contract/snapshots.ts';
import { cancelled } from '../engine/kit/errors.ts';
import type { Output } from './output.ts';
import { followTask } from './task-follower.ts';

const askEveryMs = 500;

/** The result that is none yet becomes one; any other comes back as it is. */
export async function waitUntilTaken(client: VarveClient, result: TaskResult, output: Output, signal: AbortSignal): Promise<TaskResult> {
  let last = result;
  let told = false;
  while (last.kind === 'waiting') {
    const { wait } = last;
    if (!told && !output.json) output.note(`varve: ${output.words.say('waitingForDrive', { repository: wait.repositoryName, path: wait.path })}`);
    told = true;
    await untilBegun(client, wait, signal);
    // The request's id is the task's.
    last = await followTask(client, wait.id, output, signal);
  }
  return last;
}

async function untilBegun(client: VarveClient, { id }: WaitingSnapshot, signal: AbortSignal): Promise<void> {
  for (;;) {
    const waits = (await client.snapshots.waiting({})).some((each) => each.id === id);
    if (!waits && (await client.system.tasks.list({})).some((task) => task.id === id)) return;
    if (!waits) throw cancelled(); // somebody else took it back
    await pause(askEveryMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) continue;
    const { stopped } = await client.snapshots.stopWaiting({ id });
    if (stopped) throw cancelled();
  }
}
