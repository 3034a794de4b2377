// Whether what a plan keeps is still there, and content with its own check. Looks, and runs the plan's check in the place itself; changes nothing.
import { errnoOf } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { Ports } from '../../ports.ts';
import { runHook } from '../hooks/run-hook.ts';
import type { PlanRow } from '../model.ts';

export interface WatchDeps {
  ports: Pick<Ports, 'files' | 'machine' | 'programs'>;
  environment: Readonly<Record<string, string | undefined>>;
  find(plan: string): PlanRow;
  repositoryName(repositoryId: string): string;
}

/**
 * `missing`: the folder is gone from where it was. `away`: so is all around it, as when a drive is not connected: nothing may be written there.
 * `check`: the plan's check, run in its first folder, was not content.
 */
export interface WatchFinding {
  path: string;
  what: 'missing' | 'away' | 'check';
  /** Of `check`: what it said. */
  reason: string | null;
}

export type LookAtPlan = (plan: string, signal: AbortSignal | undefined) => Promise<WatchFinding[]>;

/** Throws NOT_FOUND for a plan that is not there, and CANCELLED. */
export function createLookAtPlan({ ports, environment, find, repositoryName }: WatchDeps): LookAtPlan {
  const { files, machine, programs } = ports;
  const paths = pathsOf(machine.platform);

  const typeAt = (path: string): string | undefined => {
    try {
      return files.stat(path)?.type;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return 'unreadable'; // something is there: not ours to bring back
    }
  };

  /** An empty folder around it is the mount point of a drive that is away, or a folder whose whole content is gone: that is not told apart, and not touched. */
  const isAway = (path: string): boolean => {
    const around = paths.dirname(path);
    try {
      return typeAt(around) !== 'dir' || files.readdir(around).length === 0;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return true;
    }
  };

  return async (name, signal) => {
    const plan = find(name);
    const missing = plan.paths.filter((path) => typeAt(path) === undefined).map((path): WatchFinding => ({ path, what: isAway(path) ? 'away' : 'missing', reason: null }));
    const [first] = plan.paths;
    const { check } = plan.hooks;
    if (check === null || first === undefined || missing.some(({ path }) => path === first)) return missing;
    const folder = typeAt(first) === 'dir' ? first : paths.dirname(first);
    const { failure } = await runHook(programs, check, { plan: plan.name, hook: 'check', repository: repositoryName(plan.repositoryId), restored: { top: paths.parse(folder).root, folder } }, environment, signal);
    return failure === undefined ? missing : [...missing, { path: first, what: 'check', reason: failure.reason }];
  };
}
