// What comes before `varve serve` ends: the last snapshots, only where a person ended it at the keyboard (a service manager and a shutdown have a deadline and
// nobody to see), and the package of the record, for which those are kept waiting a little, too.
import { describeError } from '../../contract/copy/errors.ts';
import type { VarveClient } from '../../contract/index.ts';
import { VarveError } from '../engine/kit/errors.ts';
import { fromTyped } from '../transport/router.ts';
import type { Output } from './output.ts';
import { followTask } from './task-follower.ts';

/** Never rejects: what goes wrong is said and ends nothing. `skip`: a person does not want to wait. */
export async function takeLastSnapshots(client: VarveClient, output: Output, skip: AbortSignal): Promise<void> {
  const { language, say } = output.words;
  const sayFailure = (plan: string, error: unknown): void => {
    const { code, data } = fromTyped(error);
    output.note(code === 'CANCELLED' ? say('lastSkipped', { plan }) : say('lastFailed', { plan, reason: describeError(language, code, data).title }));
  };
  try {
    const started = await client.snapshots.takeLast({});
    if (started.length === 0) return;
    output.note(say('lastSnapshots', { plans: started.map(({ plan }) => plan).join(', ') }));
    // One after the other on the screen; they run side by side.
    for (const { plan, taskId } of started) {
      await followTask(client, taskId, output, skip).then(
        (result) => (result.kind === 'waiting' ? sayFailure(plan, new VarveError('REPOSITORY_MISSING', 'it waits for its drive', { path: result.wait.path })) : output.note(say('lastDone', { plan }))),
        (error: unknown) => sayFailure(plan, error)
      );
    }
  } catch (error) {
    sayFailure('', error);
  }
}

/** Packs the record where the settings want that. Never rejects: what goes wrong is said and ends nothing. `skip`: nobody waits any longer. */
export async function packLast(client: VarveClient, output: Output, skip: AbortSignal): Promise<void> {
  const { language, say } = output.words;
  try {
    const { taskId } = await client.packages.createLast({});
    if (taskId === null) return;
    const result = await followTask(client, taskId, output, skip);
    if (result.kind === 'package') output.note(say('packageMade', { path: result.report.package.path }));
  } catch (error) {
    const { code, data } = fromTyped(error);
    output.note(code === 'CANCELLED' ? say('packageSkippedLast') : say('packageFailedLast', { reason: describeError(language, code, data).title }));
  }
}
