// Removing a plan: its future ends, its past stays. The row moves to `removed_plans`, from where its snapshots still get their plan's name.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { fail } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { EventLog } from '../../log/index.ts';
import type { Ports } from '../../ports.ts';
import type { Outbox, OutboxEvent } from '../../store/index.ts';
import type { Tasks } from '../../system/tasks.ts';
import type { PlanRow } from '../model.ts';
import type { SnapshotsStore } from '../store.ts';
import { logged } from './words.ts';

interface RemoveDeps {
  ports: Pick<Ports, 'clock' | 'random'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  tasks: Pick<Tasks, 'list'>;
  announce(event: EngineEvent): void;
  find(nameOrId: string): PlanRow;
  nameOf(repositoryId: string): string;
}

export function createRemove({ ports, store, outbox, tasks, announce, find, nameOf }: RemoveDeps): EngineApi['plans']['remove'] {
  return async (input, context) => {
    const plan = find(input.plan);
    if (input.version !== undefined && input.version !== plan.version) fail('CONFLICT', `plan ${plan.name} was changed meanwhile`, { kind: 'plan', name: plan.name });
    // One that is asked for has its task from that moment on, so nothing begins after this look.
    if (tasks.list().some(({ kind, state, subject }) => kind === 'snapshot' && state === 'running' && subject === plan.name)) fail('PLAN_BUSY', `a snapshot of ${plan.name} is being taken`, { plan: plan.name });
    const removedAt = new Date(ports.clock.now()).toISOString();
    const eventId = createUuid7(ports.clock, ports.random);
    const retention = store.retention(plan.id);
    const names = { plan: plan.name, planId: plan.id };
    const waits = store.waiting().find(({ planId }) => planId === plan.id);
    const common = { actor: context.actor, subject: `plan:${plan.name}` };
    const events: OutboxEvent[] = [
      { ...common, id: eventId, action: 'plan.removed', category: 'plan', payload: { ...names, title: logged(plan.title), version: plan.version, repository: nameOf(plan.repositoryId), repositoryId: plan.repositoryId, ...(retention && { retention }) } }
    ];
    if (waits) events.push({ ...common, action: 'snapshot.waiting-ended', category: 'snapshot', payload: { ...names, repository: nameOf(waits.repositoryId), repositoryId: waits.repositoryId, since: waits.since, why: 'plan-removed' } });
    outbox.commit(() => store.removePlan(plan, removedAt, eventId), events);
    announce({ kind: 'changed', what: 'plans' });
    announce({ kind: 'changed', what: 'snapshots' });
    return { id: plan.id, name: plan.name, version: plan.version, repositoryName: nameOf(plan.repositoryId), removedAt };
  };
}

/** A removed plan whose words were erased in the record leaves the home's own table, too; its snapshots then have the id alone. */
export function forgetErasedPlans({ store, log }: { store: SnapshotsStore; log: Pick<EventLog, 'list'> }): void {
  for (const { planId, eventId } of store.removedPlanEvents()) {
    const [entry] = log.list({ filter: { id: eventId }, order: 'newest', limit: 1 }).entries;
    if (entry?.payloadState === 'erased') store.forgetRemovedPlan(planId);
  }
}
