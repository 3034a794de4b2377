// What must hold before a run begins: a drive, mains power, a network, room on a disk. Asked when its turn has come; what does not hold is waited for.
import type { JobDefinition, Work } from '../../../../contract/jobs.ts';
import { errnoOf } from '../../kit/errors.ts';
import type { Files, Power } from '../../ports.ts';
import type { Repositories } from '../../repository/index.ts';
import type { WaitingFor } from './pick.ts';

export interface ConditionDeps {
  files: Pick<Files, 'space'>;
  power: Power;
  /** Whether somebody answers there within a few seconds. */
  reaches(host: string, port: number, signal: AbortSignal): Promise<boolean>;
  repositories: Pick<Repositories, 'rows' | 'placeOf'>;
  /** Name of the repository that a plan uses; undefined when there is no such plan. */
  repositoryOfPlan(plan: string): string | undefined;
}

/** undefined: it may begin. */
export async function unmetCondition(deps: ConditionDeps, { conditions, work }: Pick<JobDefinition, 'conditions' | 'work'>, signal: AbortSignal): Promise<WaitingFor | undefined> {
  const { folder, mainsPower, network, freeSpace } = conditions;
  // A desktop without a battery does not know; it is not on battery, though.
  if (mainsPower && deps.power.onMains() === false) return 'power';
  // As for a repository's place: never asked on this thread, and an empty mount point is no drive.
  if (folder !== null && (await deps.repositories.placeOf({ path: folder }, { signal })).state === 'absent') return 'drive';
  const repository = repositoryOf(deps, work);
  if (repository !== undefined) {
    const row = deps.repositories.rows().find(({ name }) => name === repository);
    if (row !== undefined && (await deps.repositories.placeOf(row, { signal })).state === 'absent') return 'drive';
  }
  if (freeSpace !== null && freeBytes(deps.files, freeSpace.path) < freeSpace.bytes) return 'space';
  if (network !== null) {
    const at = network.lastIndexOf(':');
    if (!(await deps.reaches(network.slice(0, at).replace(/^\[|\]$/g, ''), Number(network.slice(at + 1)), signal))) return 'network';
  }
  return undefined;
}

/** The repository that a work is done at. */
export function repositoryOf({ repositoryOfPlan }: Pick<ConditionDeps, 'repositoryOfPlan'>, work: Work): string | undefined {
  if (work.kind === 'check' || work.kind === 'prune') return work.repository;
  if (work.kind === 'package') return work.plan === null ? undefined : repositoryOfPlan(work.plan);
  return work.kind === 'snapshot' || work.kind === 'forget' || work.kind === 'drill' || (work.kind === 'watch' && work.bringBack) ? repositoryOfPlan(work.plan) : undefined;
}

function freeBytes(files: Pick<Files, 'space'>, path: string): number {
  try {
    return files.space(path).freeBytes;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return 0;
  }
}
