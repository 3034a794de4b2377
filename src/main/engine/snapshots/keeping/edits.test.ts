// What the record says of a change that fails half-way, and that a change nobody wants costs no event. The thread is a stand-in.
import { describe, expect, it } from 'vitest';
import { VarveError } from '../../kit/errors.ts';
import type { WorkerHandle } from '../../ports.ts';
import { RepositoryQueue, type EditMessage, type Repositories, type RepositoryRow } from '../../repository/index.ts';
import type { OutboxEvent } from '../../store/outbox.ts';
import { createFakeClock, createSeededRandom } from '../../testing/index.ts';
import type { EditRow, SnapshotsStore } from '../store.ts';
import { createEditor, type Decided } from './edits.ts';

const repository = { id: 'r', name: 'safe' } as RepositoryRow;
const facts = { repository: 'safe', repositoryId: 'r', policy: { keepLast: 1 }, remove: ['a', 'b'], removeCount: 2, kept: 1 };
const decided: Decided<string> = {
  edits: [{ kind: 'remove', id: 'a' }, { kind: 'remove', id: 'b' }],
  facts,
  started: { action: 'snapshot.forget-started', category: 'snapshot', payload: facts },
  finished: (done) => ({ event: { action: 'snapshot.forgotten', category: 'snapshot', payload: { ...facts, durationMs: 0 } }, result: done.map(({ id }) => id).join() })
};

/** A thread that says these things when it is told the edits, then ends. */
function setUp(answers: readonly EditMessage[], end?: Error) {
  const events: OutboxEvent[] = [];
  const rows = new Map<string, EditRow>();
  const told: unknown[] = [];
  const spawn = (): WorkerHandle => {
    let listen: (message: unknown) => void = () => undefined;
    let exit: (error: Error | undefined) => void = () => undefined;
    queueMicrotask(() => listen({ kind: 'loaded', loaded: { snapshots: [], unreadable: [] } } satisfies EditMessage));
    return {
      post: (message) => {
        told.push(message);
        queueMicrotask(() => {
          for (const answer of answers) listen(answer);
          exit(end);
        });
      },
      onMessage: (listener) => ((listen = listener), () => undefined),
      onExit: (listener) => ((exit = listener), () => undefined),
      close: async () => exit(undefined)
    };
  };
  const queue = new RepositoryQueue();
  const editor = createEditor({
    ports: { clock: createFakeClock(), random: createSeededRandom('edits'), workers: { spawn } as never },
    store: { addEdit: (row: EditRow) => rows.set(row.id, row), removeEdit: (id: string) => rows.delete(id), edits: () => [...rows.values()] } as unknown as SnapshotsStore,
    outbox: { commit: (change, more) => (events.push(...(more as OutboxEvent[])), change()) },
    repositories: { queue: () => queue, unlockKey: async () => ({ path: '/r', masterKey: {}, keyId: '' }) } as unknown as Repositories
  });
  const run = (decide: () => Decided<string>) => editor.run({ kind: 'forget', repository, actor: 'ana', subject: 'plan:thesis', what: 'forget of thesis', decide }, { signal: new AbortController().signal, progress: () => undefined });
  return { run, events, rows, told };
}

describe('a change of snapshots', () => {
  it('is recorded before and after, and leaves no row', async () => {
    const { run, events, rows, told } = setUp([{ kind: 'edited', done: { id: 'a' } }, { kind: 'edited', done: { id: 'b' } }, { kind: 'finished' }]);
    expect(await run(() => decided)).toBe('a,b');
    expect(events.map(({ action, actor, subject }) => [action, actor, subject])).toEqual([['snapshot.forget-started', 'ana', 'plan:thesis'], ['snapshot.forgotten', 'ana', 'plan:thesis']]);
    expect(told).toEqual([{ kind: 'edits', edits: decided.edits }]);
    expect(rows.size).toBe(0);
  });

  it('that fails half-way says what was done', async () => {
    const { run, events, rows } = setUp([{ kind: 'edited', done: { id: 'a' } }], new VarveError('LOCK_LOST', 'lost', { path: '/r' }));
    await expect(run(() => decided)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(events.at(-1)).toMatchObject({ action: 'snapshot.forget-failed', payload: { ...facts, code: 'LOCK_LOST', done: [{ from: 'a', to: null }], doneCount: 1 } });
    expect(rows.size).toBe(0);
  });

  it('that is decided against leaves no trace', async () => {
    const { run, events } = setUp([]);
    await expect(run(() => { throw new VarveError('PREVIEW_OUTDATED', 'changed', { name: 'thesis' }); })).rejects.toMatchObject({ code: 'PREVIEW_OUTDATED' });
    const nothing = setUp([{ kind: 'finished' }]);
    expect(await nothing.run(() => ({ ...decided, edits: [] }))).toBe('');
    expect([...events, ...nothing.events]).toEqual([]);
  });
});
