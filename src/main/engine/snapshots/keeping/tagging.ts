// Tags, pins and notes. Tags are part of a snapshot's file, so a change of them gives it a new id (its lineage stays); a pin is the tag
// `varve-pin`, so that any restic can respect it; a note is kept at home by lineage and never changes the repository.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import type { TagReport } from '../../../../contract/keeping.ts';
import { fail } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import type { EventLog } from '../../log/index.ts';
import type { EditDone, RepositoryRow, SnapshotFile } from '../../repository/index.ts';
import type { Outbox } from '../../store/index.ts';
import type { Tasks } from '../../system/tasks.ts';
import type { BrowseService, FoundSnapshot } from '../browse/service.ts';
import { isReservedTag, pinTag } from '../model.ts';
import type { PlanService } from '../plans/service.ts';
import type { SnapshotsStore } from '../store.ts';
import { mostNamed, type Decided, type Editor } from './edits.ts';
import type { Listed } from './groups.ts';

export interface TaggingDeps {
  ports: Pick<Ports, 'clock' | 'random'>;
  store: SnapshotsStore;
  outbox: Pick<Outbox, 'commit'>;
  tasks: Pick<Tasks, 'start'>;
  announce(event: EngineEvent): void;
  plans: PlanService;
  browse: Pick<BrowseService, 'find' | 'view'>;
  editor: Editor;
}

/** The tags a snapshot is to have, from those it has. */
type Retag = (tags: readonly string[]) => string[];

interface Wish {
  retag: Retag;
  action: 'snapshot.tagged' | 'snapshot.pinned' | 'snapshot.unpinned';
  /** What was asked for, for the events. */
  asked: Record<string, unknown>;
}

export function createTagging({ ports, store, outbox, tasks, announce, plans, browse, editor }: TaggingDeps): Pick<EngineApi['keeping'], 'tags' | 'notes'> {
  const decideNow = (repository: RepositoryRow, wanted: readonly FoundSnapshot[], wish: Wish, snapshots: readonly Listed[]): Decided<TagReport> => {
    const meant = [...new Set(wanted.map((each) => nowOf(each, snapshots)))];
    const files = new Map(meant.map(({ id, file }) => [id, file]));
    const changes = meant.flatMap(({ id, file }) => {
      const before = file.tags ?? [];
      const tags = wish.retag(before);
      return tags.length === before.length && tags.every((tag, i) => tag === before[i]) ? [] : [{ id, tags }];
    });
    const facts = { repository: repository.name, repositoryId: repository.id, ...wish.asked, lineages: meant.slice(0, mostNamed).map(lineageOf) };
    const changeOf = ({ id, to }: EditDone) => ({ from: id, to: to as string, lineage: lineageOf({ id, file: files.get(id) as SnapshotFile }), tags: changes.find((each) => each.id === id)?.tags ?? [] });
    return {
      edits: changes.map(({ id, tags }) => ({ kind: 'tags', id, tags })),
      facts,
      finished: (done, durationMs) => {
        const changed = done.map(changeOf);
        return {
          event: { action: wish.action, category: 'snapshot', payload: { ...facts, changed: changed.slice(0, mostNamed).map(({ from, to, lineage }) => ({ from, to, lineage })), changedCount: changed.length, durationMs } },
          change: () => noteNewIds(changed),
          result: { changed, unchanged: meant.length - changed.length }
        };
      }
    };
  };

  /** The overview's note of a plan's newest snapshot follows its new id. */
  const noteNewIds = (changed: TagReport['changed']): void => {
    for (const { id } of plans.rows()) {
      const latest = store.latest(id);
      const change = latest && changed.find(({ from }) => from === latest.id);
      if (latest && change) store.setLatest(id, { ...latest, id: change.to });
    }
  };

  const start = async (names: readonly string[], wish: Wish, actor: string, signal: AbortSignal | undefined): Promise<{ taskId: string }> => {
    const found: FoundSnapshot[] = [];
    for (const name of names) found.push(await browse.find(name, signal));
    const groups = [...Map.groupBy(found, ({ repository }) => repository.id).values()];
    const subject = [...new Set(found.map(({ repository }) => repository.name))].join(', ');
    return tasks.start({
      kind: 'tag',
      subject,
      run: async (task) => {
        const report: TagReport = { changed: [], unchanged: 0 };
        try {
          for (const group of groups) {
            const { repository } = group[0] as FoundSnapshot;
            const part = await editor.run({ kind: 'tag', repository, actor, subject: `repository:${repository.name}`, what: `tags in ${repository.name}`, decide: (snapshots) => decideNow(repository, group, wish, snapshots) }, task);
            report.changed.push(...part.changed);
            report.unchanged += part.unchanged;
          }
          return { kind: 'tag', report };
        } finally {
          announce({ kind: 'changed', what: 'snapshots' });
          announce({ kind: 'changed', what: 'plans' });
        }
      }
    });
  };

  return {
    tags: {
      change: async ({ snapshots, add, remove, set }, context) => {
        if (add.length === 0 && remove.length === 0 && set === undefined) fail('BAD_INPUT', 'no tags', { field: 'tags', reason: 'name a tag to add, to remove or to set' });
        if (set !== undefined && add.length + remove.length > 0) fail('BAD_INPUT', 'set with add or remove', { field: 'tags', reason: 'setting tags goes alone, without adding or removing' });
        const reserved = [...add, ...remove, ...(set ?? [])].find(isReservedTag);
        if (reserved !== undefined) fail('BAD_INPUT', `the tag ${reserved} is reserved`, { field: 'tags', reason: `"${reserved}" cannot be used: tags that begin with "varve-" are reserved` });
        const retag: Retag = (tags) => (set ? replaced(tags, set) : changed(tags, add, remove));
        return start(snapshots, { retag, action: 'snapshot.tagged', asked: set ? { set } : { add, remove } }, context.actor, context.signal);
      },
      pin: async ({ snapshots, pinned }, context) => {
        const retag: Retag = (tags) => (pinned ? changed(tags, [pinTag], []) : changed(tags, [], [pinTag]));
        return start(snapshots, { retag, action: pinned ? 'snapshot.pinned' : 'snapshot.unpinned', asked: {} }, context.actor, context.signal);
      }
    },
    notes: {
      set: async ({ snapshot, text }, context) => {
        const found = await browse.find(snapshot, context.signal);
        const lineage = lineageOf(found);
        if ((store.note(lineage) ?? '') === text) return browse.view(found);
        const { planName } = browse.view(found);
        const id = createUuid7(ports.clock, ports.random);
        const at = new Date(ports.clock.now()).toISOString();
        outbox.commit(
          () => (text === '' ? store.removeNote(lineage) : store.setNote(lineage, text, at, id)),
          [
            {
              id,
              action: 'snapshot.noted',
              category: 'snapshot',
              actor: context.actor,
              subject: planName === null ? `repository:${found.repository.name}` : `plan:${planName}`,
              payload: { repository: found.repository.name, repositoryId: found.repository.id, snapshot: found.id, lineage, note: text }
            }
          ]
        );
        announce({ kind: 'changed', what: 'snapshots' });
        return browse.view(found);
      }
    }
  };
}

function lineageOf({ id, file }: Listed): string {
  return file.original ?? id;
}

/** Words that were erased in the record leave the home's own table of notes, too. */
export function forgetErasedNotes({ store, log }: { store: SnapshotsStore; log: Pick<EventLog, 'list'> }): void {
  for (const { lineage, eventId } of store.noteEvents()) {
    const [entry] = log.list({ filter: { id: eventId }, order: 'newest', limit: 1 }).entries;
    if (entry?.payloadState === 'erased') store.removeNote(lineage);
  }
}

/** The snapshot as it is now: somebody may have changed its tags, and with them its id, since a person named it. */
function nowOf(found: FoundSnapshot, snapshots: readonly Listed[]): Listed {
  const same = snapshots.find(({ id }) => id === found.id);
  if (same) return same;
  const [heir, ...others] = snapshots.filter((each) => lineageOf(each) === lineageOf(found));
  return heir && others.length === 0 ? heir : fail('NOT_FOUND', `no snapshot ${found.id}`, { kind: 'snapshot', name: found.id });
}

/** As restic: new tags at the end, in the order given, each once; then those that go. */
function changed(tags: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  return [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag));
}

/** What Varve itself put there says which plan it was, what is missing and what is pinned; that is nobody's to replace. */
function replaced(tags: readonly string[], set: readonly string[]): string[] {
  return [...new Set([...tags.filter(isReservedTag), ...set])];
}
