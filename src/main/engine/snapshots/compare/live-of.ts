// The folders on this computer that a snapshot was taken of.
import { leaveOutNothing, type Snapshot } from '../../../../contract/snapshots.ts';
import { fail } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { Machine } from '../../ports.ts';
import type { Repositories } from '../../repository/index.ts';
import { namesOf } from '../browse/view.ts';
import type { PlanService } from '../plans/service.ts';
import type { TrialCopy } from '../trials/service.ts';
import type { LiveFolders } from './live-side.ts';

/** `trial`: its copy instead of the folders, as if its folder were the top. */
export type LiveOf = (snapshot: Snapshot, signal: AbortSignal, trial?: TrialCopy) => Promise<{ folders: LiveFolders; plan: string | null }>;

/** By the rules the snapshot's plan has now, or had last; of a snapshot of no plan of this home by its paths alone. */
export function createLiveOf({ machine, repositories, plans }: { machine: Pick<Machine, 'platform'>; repositories: Pick<Repositories, 'protectedPlaces'>; plans: Pick<PlanService, 'known'> }): LiveOf {
  const system = pathsOf(machine.platform);
  return async (snapshot, signal, trial) => {
    const plan = snapshot.planName === null ? undefined : plans.known(snapshot.planId ?? '');
    const places = await repositories.protectedPlaces(signal);
    const skip = places.flatMap(({ device, inode }) => (device === null || inode === null ? [] : [`${device}:${inode}`]));
    const absolute = snapshot.paths.filter((path) => system.isAbsolute(path));
    if (absolute.length === 0) fail('BAD_INPUT', 'the snapshot was taken elsewhere', { field: 'to', reason: 'none of the folders of the snapshot can lie on this computer' });
    return { folders: { paths: absolute, excludes: plan?.excludes ?? [], leaveOut: plan?.leaveOut ?? leaveOutNothing, skip, ...(trial && { only: { path: trial.copy, names: namesOf(trial.path) } }) }, plan: plan?.name ?? null };
  };
}
