// Forgetting: which snapshots a policy keeps and why, and taking the others, or chosen ones, away. Always in two steps: a preview, which writes nothing, and a
// run that carries out exactly what the preview named, decided again under the exclusive lock. Only snapshot files go; the data they alone
// used stays until a prune.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import type { ForgetPreview, ForgetReport, KeepReason, RetentionGroup } from '../../../../contract/keeping.ts';
import type { RetentionPolicy } from '../../../../contract/retention.ts';
import { Uuid7 } from '../../../../contract/ids.ts';
import { fail } from '../../kit/errors.ts';
import type { Ports } from '../../ports.ts';
import type { Repositories, RepositoryRow, RetentionReason } from '../../repository/index.ts';
import type { Tasks } from '../../system/tasks.ts';
import type { BrowseService } from '../browse/service.ts';
import { planIdOf, type PlanRow } from '../model.ts';
import type { PlanService } from '../plans/service.ts';
import type { SnapshotsStore } from '../store.ts';
import { mostNamed, refuseUnreadable, type Decided, type Editor } from './edits.ts';
import { groupsOf, judge, judgeChosen, tokenOf, type Judged, type Listed } from './groups.ts';
import { parsePolicy, tidyPolicy } from './policy.ts';

export interface ForgetDeps {
  ports: Pick<Ports, 'clock'>;
  store: SnapshotsStore;
  repositories: Repositories;
  tasks: Pick<Tasks, 'start'>;
  announce(event: EngineEvent): void;
  plans: PlanService;
  browse: Pick<BrowseService, 'view'>;
  editor: Editor;
}

/** What is judged, and by what. */
interface Selection {
  /** A plan of this home, or the id of one that this home does not know; undefined: what no plan took. */
  plan: Pick<PlanRow, 'id' | 'name'> | undefined;
  repository: RepositoryRow;
  by: { policy: RetentionPolicy } | { chosen: ReadonlySet<string> };
}

type Input = Parameters<EngineApi['keeping']['forget']['preview']>[0];

export function createForget({ ports, store, repositories, tasks, announce, plans, browse, editor }: ForgetDeps): EngineApi['keeping']['forget'] {
  const selectionOf = (input: Input): Selection => {
    if (input.snapshots !== undefined) return chosenOf(input, input.snapshots);
    if (input.plan === undefined && input.repository === undefined) return fail('BAD_INPUT', 'nothing named', { field: 'plan', reason: 'name a plan or a repository' });
    const plan = input.plan === undefined ? undefined : (foreignPlan(input) ?? plans.find(input.plan));
    const repository = repositories.find(input.repository ?? plans.find((plan as Selection['plan'] & object).id).repositoryId);
    const policy = input.policy ?? (plan && store.retention(plan.id));
    if (policy === undefined) return fail('BAD_INPUT', 'no policy', { field: 'policy', reason: plan ? `the plan ${plan.name} keeps everything; say what to keep` : 'say what to keep' });
    parsePolicy(policy);
    return { plan, repository, by: { policy: tidyPolicy(policy) } };
  };

  const chosenOf = ({ plan, policy, repository }: Input, snapshots: readonly string[]): Selection => {
    if (plan !== undefined || policy !== undefined) return fail('BAD_INPUT', 'snapshots with a plan or a policy', { field: 'snapshots', reason: 'snapshots that are named go alone, without a plan or a rule' });
    if (repository === undefined) return fail('BAD_INPUT', 'no repository', { field: 'repository', reason: 'name the repository that holds the snapshots' });
    return { plan: undefined, repository: repositories.find(repository), by: { chosen: new Set(snapshots) } };
  };

  /** A plan that was removed, or of another home: its snapshots are there. It has no rules any more, and a person must name the repository, too. */
  const foreignPlan = ({ plan: id = '', repository }: Input): Selection['plan'] => (repository !== undefined && store.plan(id) === undefined && Uuid7.safeParse(id).success ? { id, name: store.removedPlan(id)?.name ?? id } : undefined);

  const judgeAll = ({ plan, by }: Selection, snapshots: readonly Listed[]): Judged[] => {
    const nowNs = ports.clock.nowNs();
    if ('chosen' in by) return [judgeChosen(snapshots.filter(({ id }) => by.chosen.has(id)), nowNs)];
    const parsed = parsePolicy(by.policy);
    const groups = groupsOf(snapshots, plan?.id).map((group) => judge(group, parsed, nowNs));
    const emptied = groups.find(({ keep }) => keep.length === 0);
    if (emptied) {
      const whose = plan?.name ?? `${emptied.hostname} ${emptied.paths.join(', ')}`.trim();
      fail('BAD_INPUT', `nothing of ${whose} would stay`, { field: 'policy', reason: `keeps no snapshot of ${whose}; the last one is never taken away by a rule` });
    }
    return groups;
  };

  /** How many stay: of those a policy judges, or of all where snapshots are named. */
  const keptOf = ({ by }: Selection, groups: readonly Judged[], snapshots: readonly Listed[]): number =>
    'chosen' in by ? snapshots.length - removedOf(groups).length : groups.reduce((sum, { keep }) => sum + keep.length, 0);

  const viewOf = (selection: Selection, groups: readonly Judged[], snapshots: readonly Listed[]): ForgetPreview => {
    const { plan, repository, by } = selection;
    const view = (snapshot: Listed) => browse.view({ repository, ...snapshot });
    const shown = groups.map(
      ({ planId, hostname, paths, keep, remove }): RetentionGroup => ({
        planId: planId ?? null,
        planName: plan && store.knownPlan(plan.id) ? plan.name : null,
        hostname,
        paths: [...paths],
        keep: keep.map(({ snapshot, reasons }) => ({ snapshot: view(snapshot), reasons: reasons.map(reasonView) })),
        remove: remove.map(view)
      })
    );
    return {
      repositoryId: repository.id,
      repositoryName: repository.name,
      policy: 'policy' in by ? by.policy : null,
      groups: shown,
      keepCount: keptOf(selection, groups, snapshots),
      removeCount: removedOf(groups).length,
      emptied: store.plans().filter(({ id }) => isEmptied(id, removedOf(groups), snapshots)).map(({ name }) => name),
      token: tokenOf(repository.id, groups)
    };
  };

  const decideNow = (selection: Selection, token: string, snapshots: readonly Listed[]): Decided<ForgetReport> => {
    const { plan, repository, by } = selection;
    const groups = judgeAll(selection, snapshots);
    const name = plan?.name ?? repository.name;
    if (tokenOf(repository.id, groups) !== token) fail('PREVIEW_OUTDATED', `the snapshots of ${name} have changed since the preview`, { name });
    const remove = removedOf(groups).map(({ id }) => id);
    const kept = keptOf(selection, groups, snapshots);
    const how = 'policy' in by ? { policy: by.policy } : { chosen: remove.length };
    const facts = { ...(plan && { plan: plan.name, planId: plan.id }), repository: repository.name, repositoryId: repository.id, ...how, remove: remove.slice(0, mostNamed), removeCount: remove.length, kept };
    return {
      edits: remove.map((id) => ({ kind: 'remove', id })),
      facts,
      started: { action: 'snapshot.forget-started', category: 'snapshot', payload: facts },
      finished: (done, durationMs) => ({
        event: { action: 'snapshot.forgotten', category: 'snapshot', payload: { ...facts, durationMs } },
        change: () => noteNewest(repository, removedOf(groups), snapshots),
        result: { repositoryId: repository.id, repositoryName: repository.name, removed: done.map(({ id }) => id), kept, durationMs }
      })
    };
  };

  /** What is known of the newest snapshot of each plan that lost some. */
  const noteNewest = (repository: RepositoryRow, removed: readonly Listed[], snapshots: readonly Listed[]): void => {
    const gone = new Set(removed.map(({ id }) => id));
    const touched = new Set(removed.map(({ file }) => planIdOf(file.tags)));
    for (const plan of store.plans()) {
      // Of a plan that goes elsewhere now only where the newest that is known was here.
      if (!touched.has(plan.id) || (plan.repositoryId !== repository.id && !gone.has(store.latest(plan.id)?.id ?? ''))) continue;
      const [newest] = snapshots.filter(({ id, file }) => planIdOf(file.tags) === plan.id && !gone.has(id)).sort((a, b) => (a.file.time.ns < b.file.time.ns ? 1 : -1));
      const shown = newest && browse.view({ repository, ...newest });
      plans.noteLatest(plan.id, shown ? { id: shown.id, time: shown.time, incomplete: shown.incomplete } : null);
    }
  };

  return {
    preview: async (input, context) => {
      const selection = selectionOf(input);
      const { repository } = selection;
      const session = await repositories.withBrowser(repository.id, context.signal);
      const { snapshots, unreadable } = await session.loadSnapshots(context.signal);
      refuseUnreadable(repository.path, unreadable);
      // Known since the key was opened, at the latest for this look.
      if (repositories.find(repository.id).appendOnly) fail('NOT_SUPPORTED', `${repository.name} is append-only`, { what: `the repository at ${repository.path} is marked append-only, so nothing is taken out of it` });
      const { by } = selection;
      const missing = 'chosen' in by ? [...by.chosen].find((name) => !snapshots.some(({ id }) => id === name)) : undefined;
      if (missing !== undefined) fail('NOT_FOUND', `no snapshot ${missing}`, { kind: 'snapshot', name: missing });
      return viewOf(selection, judgeAll(selection, snapshots), snapshots);
    },
    run: async ({ token, ...input }, context) => {
      const selection = selectionOf(input);
      const { plan, repository } = selection;
      const name = plan?.name ?? repository.name;
      const subject = plan ? `plan:${plan.name}` : `repository:${repository.name}`;
      return tasks.start({
        kind: 'forget',
        subject: name,
        run: async (task) => {
          try {
            return { kind: 'forget', report: await editor.run({ kind: 'forget', repository, actor: context.actor, subject, what: `forget of ${name}`, decide: (snapshots) => decideNow(selection, token, snapshots) }, task) };
          } finally {
            announce({ kind: 'changed', what: 'snapshots' });
            announce({ kind: 'changed', what: 'plans' });
          }
        }
      });
    }
  };
}

function removedOf(groups: readonly Judged[]): Listed[] {
  return groups.flatMap(({ remove }) => remove);
}

function isEmptied(planId: string, removed: readonly Listed[], snapshots: readonly Listed[]): boolean {
  const count = (of: readonly Listed[]): number => of.filter(({ file }) => planIdOf(file.tags) === planId).length;
  return count(removed) > 0 && count(removed) === count(snapshots);
}

function reasonView(reason: RetentionReason): KeepReason {
  if (reason.rule === 'held') return { rule: 'pin', oldest: false, within: null, tags: [] };
  if (reason.rule === 'tags') return { rule: 'tags', oldest: false, within: null, tags: [...reason.tags] };
  return { rule: reason.rule, oldest: 'oldest' in reason && reason.oldest, within: 'within' in reason ? reason.within : null, tags: [] };
}
