// Plans: what is protected, and where it goes.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { type LeaveOut, leaveOutNothing, noHooks, type Plan, type PlanHooks, type PlanPreview } from '../../../../contract/snapshots.ts';
import { errnoOf, fail } from '../../kit/errors.ts';
import { homeMarker, isInside, pathsOf, resolveUserPath } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import type { Repositories, RepositoryRow } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import { countInThread } from '../../kit/count-in-thread.ts';
import { excludeProblem } from '../archive/excludes.ts';
import { markerProblem } from '../archive/leave-out/markers.ts';
import type { PreviewInput } from '../archive/leave-out/preview-task.ts';
import { reducePaths } from '../archive/targets.ts';
import type { Tasks } from '../../system/tasks.ts';
import { carriedName } from '../carried.ts';
import { parsePolicy, tidyPolicy } from '../keeping/policy.ts';
import { isReservedTag, isZone, type PlanRow, type RemovedPlan } from '../model.ts';
import type { SnapshotsStore } from '../store.ts';
import { changesBetween } from './changes.ts';
import { createRemove } from './remove.ts';
import { logged, wellFormed } from './words.ts';

export { wellFormed };

export interface PlanServiceDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine' | 'workers'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Pick<Repositories, 'find' | 'rows' | 'placeOf'>;
  tasks: Pick<Tasks, 'list'>;
  announce(event: EngineEvent): void;
  homePath: string;
}

export interface PlanService {
  list: EngineApi['plans']['list'];
  add: EngineApi['plans']['add'];
  /** What the plan keeps from now on; null: everything. No snapshot changes by it. */
  setRetention: EngineApi['keeping']['retention']['set'];
  edit: EngineApi['plans']['edit'];
  remove: EngineApi['plans']['remove'];
  preview: EngineApi['plans']['preview'];
  /** By name or id; NOT_FOUND. */
  find(nameOrId: string): PlanRow;
  /** For looking back: also one that was removed, by its id, or by its name where no plan has it now; NOT_FOUND. */
  known(nameOrId: string): PlanRow | RemovedPlan;
  rows(): PlanRow[];
  /** What is known of each plan's newest snapshot; set by the browser whenever it has looked. */
  noteLatest(planId: string, latest: Plan['lastSnapshot']): void;
}

export function createPlanService(deps: PlanServiceDeps): PlanService {
  const { ports, store, outbox, repositories, announce, homePath } = deps;

  const nameOf = (repositoryId: string): string => repositories.rows().find(({ id }) => id === repositoryId)?.name ?? '';

  const view = (row: PlanRow): Plan => {
    const retention = store.retention(row.id);
    return {
      ...row,
      repositoryName: nameOf(row.repositoryId),
      ...(retention && { retention }),
      lastSnapshot: store.latest(row.id)
    };
  };

  const find = (nameOrId: string): PlanRow => store.plan(nameOrId) ?? fail('NOT_FOUND', `no plan ${nameOrId}`, { kind: 'plan', name: nameOrId });

  /** The path as the file system itself spells it, which must exist now. */
  const realPath = (typed: string): string => {
    const { files, machine } = ports;
    const path = resolveUserPath(typed, { platform: machine.platform, userHome: machine.userHome });
    try {
      if (files.lstat(path) === undefined) fail('PATH_MISSING', `${path} does not exist`, { path });
      return files.realpath(path);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT' || errno === 'ENOTDIR') fail('PATH_MISSING', `${path} does not exist`, { path }, error);
      if (errno !== undefined) fail('NOT_READABLE', `${path} cannot be looked at: ${errno}`, { path, reason: errno }, error);
      throw error;
    }
  };

  const refuseForbidden = (path: string, repositoryPath: string): void => {
    const { files, machine } = ports;
    if (isInside(homePath, path, machine.platform) || files.lstat(pathsOf(machine.platform).join(path, homeMarker))?.type === 'file') {
      fail('BAD_INPUT', `${path} is a home of Varve`, { field: 'paths', reason: `${path} is a home of Varve, which no plan keeps` });
    }
    // Snapshots carry something of Varve's own under that name.
    if (machine.platform !== 'win32' && isInside(`/${carriedName}`, path, machine.platform)) fail('BAD_INPUT', `${path} is reserved`, { field: 'paths', reason: `${path} is a name that Varve keeps for itself in snapshots; rename the folder` });
    if (isInside(repositoryPath, path, machine.platform)) fail('BAD_INPUT', `${path} lies in the repository itself`, { field: 'paths', reason: `${path} lies in the repository itself` });
  };

  const refuseAllForbidden = (paths: readonly string[], ...repositoryPaths: string[]): void => {
    for (const path of paths) for (const repositoryPath of repositoryPaths) refuseForbidden(path, repositoryPath);
  };

  /** Paths as the file system spells them, each once, none of them forbidden. */
  const keepable = async (typed: readonly string[], repository: RepositoryRow, signal: AbortSignal | undefined): Promise<string[]> => {
    const paths = reducePaths(typed.map(realPath), pathsOf(ports.machine.platform));
    const { real } = await repositories.placeOf(repository, { signal });
    refuseAllForbidden(paths, repository.path, real);
    return paths;
  };

  /** A path of the plan that is not there at the moment may stay as it is, but not in a repository that is another one now. */
  const editedPaths = async (plan: PlanRow, typed: readonly string[], repository: RepositoryRow, signal: AbortSignal | undefined): Promise<string[]> => {
    const kept = typed.filter((path) => plan.paths.includes(path));
    const added = typed.filter((path) => !plan.paths.includes(path));
    const checked = added.length === 0 ? [] : await keepable(added, repository, signal);
    if (repository.id !== plan.repositoryId) refuseAllForbidden(kept, repository.path, (await repositories.placeOf(repository, { signal })).real);
    return reducePaths([...kept, ...checked], pathsOf(ports.machine.platform));
  };

  return {
    find,
    known: (nameOrId) => store.knownPlan(nameOrId) ?? find(nameOrId),
    rows: () => store.plans(),
    noteLatest: (planId, snapshot) => {
      if (JSON.stringify(store.latest(planId)) !== JSON.stringify(snapshot)) store.setLatest(planId, snapshot);
    },
    list: async () => store.plans().map(view),
    add: async (input, context) => {
      const repository = repositories.find(input.repository);
      if (store.plan(input.name) !== undefined) fail('CONFLICT', `a plan ${input.name} exists already`, { kind: 'plan', name: input.name });
      refuseRules(input.excludes, input.leaveOut ?? {});
      refuseReserved(input.tags);
      refuseHooks(input.hooks ?? {});
      const zone = input.zone ?? ports.clock.zone();
      if (input.retention !== undefined) parsePolicy(input.retention);
      const retention = input.retention && tidyPolicy(input.retention);
      refuseZone(zone);
      const paths = await keepable(input.paths, repository, context.signal);
      const row: PlanRow = {
        id: createUuid7(ports.clock, ports.random),
        name: input.name,
        title: input.title ?? input.name,
        repositoryId: repository.id,
        paths,
        excludes: unique(input.excludes),
        leaveOut: { ...leaveOutNothing, ...input.leaveOut },
        hooks: { ...noHooks, ...input.hooks },
        tags: unique(input.tags),
        gentle: input.gentle ?? false,
        snapshotOnQuit: input.snapshotOnQuit ?? false,
        zone,
        createdAt: new Date(ports.clock.now()).toISOString(),
        version: 1
      };
      outbox.commit(
        () => {
          store.addPlan(row);
          if (retention) store.setRetention(row.id, retention);
        },
        [
          {
            action: 'plan.added',
            category: 'plan',
            actor: context.actor,
            subject: `plan:${row.name}`,
            payload: { plan: row.name, planId: row.id, title: row.title, repository: repository.name, repositoryId: repository.id, paths: logged(row.paths), excludes: logged(row.excludes), leaveOut: logged(row.leaveOut), hooks: logged(row.hooks), tags: row.tags, gentle: row.gentle, snapshotOnQuit: row.snapshotOnQuit, zone: row.zone, ...(retention && { retention }) }
          }
        ]
      );
      announce({ kind: 'changed', what: 'plans' });
      return view(row);
    },
    setRetention: async ({ plan, policy }, context) => {
      const row = find(plan);
      if (policy !== null) parsePolicy(policy);
      const to = policy && tidyPolicy(policy);
      const from = store.retention(row.id) ?? null;
      if (JSON.stringify(from) === JSON.stringify(to)) return view(row);
      outbox.commit(
        () => store.setRetention(row.id, to),
        [{ action: 'plan.retention-changed', category: 'plan', actor: context.actor, subject: `plan:${row.name}`, payload: { plan: row.name, planId: row.id, from, to } }]
      );
      announce({ kind: 'changed', what: 'plans' });
      return view(row);
    },
    edit: async (input, context) => {
      const plan = find(input.plan);
      refuseRules(input.excludes ?? [], input.leaveOut ?? {});
      refuseReserved(input.tags ?? []);
      refuseHooks(input.hooks ?? {});
      if (input.zone !== undefined) refuseZone(input.zone);
      const repository = input.repository === undefined ? undefined : repositories.find(input.repository);
      const moves = repository !== undefined && repository.id !== plan.repositoryId;
      const paths = input.paths === undefined && !moves ? plan.paths : await editedPaths(plan, input.paths ?? plan.paths, repository ?? repositories.find(plan.repositoryId), context.signal);
      // Somebody else may have edited it while a path was looked at.
      const now = find(plan.id);
      if (now.version !== (input.version ?? plan.version)) fail('CONFLICT', `plan ${plan.name} was changed meanwhile`, { kind: 'plan', name: plan.name });
      const edited: PlanRow = {
        ...now,
        title: input.title ?? now.title,
        repositoryId: repository?.id ?? now.repositoryId,
        paths,
        excludes: unique(input.excludes ?? now.excludes),
        leaveOut: { ...now.leaveOut, ...input.leaveOut },
        hooks: { ...now.hooks, ...input.hooks },
        tags: unique(input.tags ?? now.tags),
        gentle: input.gentle ?? now.gentle,
        snapshotOnQuit: input.snapshotOnQuit ?? now.snapshotOnQuit,
        zone: input.zone ?? now.zone
      };
      const changes = changesBetween(now, edited, nameOf);
      if (changes.length === 0) return view(now);
      edited.version = now.version + 1;
      outbox.commit(
        () => {
          store.updatePlan(edited);
          if (moves) store.moveWaiting(edited.id, edited.repositoryId);
        },
        [{ action: 'plan.changed', category: 'plan', actor: context.actor, subject: `plan:${edited.name}`, payload: { plan: edited.name, planId: edited.id, version: edited.version, changes, ...(moves && { fromRepositoryId: now.repositoryId, toRepositoryId: edited.repositoryId }) } }]
      );
      announce({ kind: 'changed', what: 'plans' });
      return view(edited);
    },
    remove: createRemove({ ...deps, find, nameOf }),
    preview: (input, context) => {
      const plan = input.plan === undefined ? undefined : find(input.plan);
      const paths = input.paths?.map(realPath) ?? plan?.paths ?? fail('BAD_INPUT', 'no plan and no paths', { field: 'paths', reason: 'name a plan, or folders' });
      const excludes = input.excludes ?? plan?.excludes ?? [];
      const leaveOut = { ...leaveOutNothing, ...plan?.leaveOut, ...input.leaveOut };
      refuseRules(excludes, leaveOut);
      return countInThread<PlanPreview>(ports.workers, 'snapshots.preview', { paths, excludes, leaveOut } satisfies PreviewInput, context.signal);
    }
  };
}

function refuseReserved(tags: readonly string[]): void {
  const reserved = tags.find(isReservedTag);
  if (reserved !== undefined) fail('BAD_INPUT', `the tag ${reserved} is reserved`, { field: 'tags', reason: `"${reserved}" cannot be used: tags that begin with "varve-" are reserved` });
}

/** Varve's own variables may hold a passphrase or a token. */
function refuseHooks(hooks: Partial<PlanHooks>): void {
  const own = [hooks.before, hooks.after, hooks.check].flatMap((hook) => hook?.environment ?? []).find((name) => name.toUpperCase().startsWith('VARVE_'));
  if (own !== undefined) fail('BAD_INPUT', `${own} is not for hooks`, { field: 'environment', reason: `${own} is one of the variables of Varve itself, which may hold a secret` });
}

function refuseZone(zone: string): void {
  if (!isZone(zone)) fail('BAD_INPUT', `${zone} is no time zone`, { field: 'zone', reason: `"${zone}" is not a time zone` });
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Throws BAD_INPUT for what could not be understood when a snapshot is taken. */
function refuseRules(excludes: readonly string[], leaveOut: Partial<LeaveOut>): void {
  for (const pattern of [...excludes, ...(leaveOut.caseless ?? [])]) {
    const problem = excludeProblem(pattern);
    if (problem !== undefined) fail('BAD_INPUT', `exclude ${pattern}: ${problem}`, { field: 'excludes', reason: `"${pattern}": ${problem}` });
  }
  for (const marker of leaveOut.ifPresent ?? []) {
    const problem = markerProblem(marker);
    if (problem !== undefined) fail('BAD_INPUT', `marker ${marker}: ${problem}`, { field: 'excludes', reason: `"${marker}": ${problem}` });
  }
}
