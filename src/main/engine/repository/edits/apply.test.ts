// A stop or a failing store at every step: no snapshot is ever lost by a change of tags, and a second try ends what the first began.
import { describe, expect, it } from 'vitest';
import type { Backend, FileKind } from '../backend/backend.ts';
import { MemoryBackend } from '../backend/memory.ts';
import { parseTime } from '../format/time.ts';
import type { SnapshotFile } from '../format/snapshot.ts';
import { createOn, identity, openOn } from '../testing/index.ts';
import { applyEdits, type EditDone, type SnapshotEdit } from './apply.ts';

const tree = 'ac08ce34ba4f8123618661bef2425f7028ffb9ac740578a3ee88684d2523fee8';
const never = new AbortController().signal;

async function setUp(count: number): Promise<{ backend: MemoryBackend; ids: string[] }> {
  const backend = new MemoryBackend();
  const repository = await createOn(backend, 'secret');
  const ids: string[] = [];
  for (let day = 1; day <= count; day++) ids.push(await repository.saveSnapshot({ time: parseTime(`2026-01-0${day}T12:00:00Z`), tree, paths: ['/work'], tags: ['old'] }));
  return { backend, ids };
}

/** The same store, which fails the write or removal of a snapshot file with this number, before or after it is done. */
class FailingAt extends MemoryBackend {
  readonly #at: number;
  readonly #after: boolean;
  #calls = 0;

  constructor(of: MemoryBackend, at: number, after: boolean) {
    super();
    for (const [name, bytes] of of.stored) this.stored.set(name, bytes);
    this.#at = at;
    this.#after = after;
  }

  override write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    return this.#step(kind, () => super.write(kind, name, bytes, signal));
  }

  override remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void> {
    return this.#step(kind, () => super.remove(kind, name, signal));
  }

  async #step(kind: FileKind, work: () => Promise<void>): Promise<void> {
    const isIt = kind === 'snapshots' && ++this.#calls === this.#at;
    if (isIt && !this.#after) throw new Error('the store failed');
    await work();
    if (isIt) throw new Error('the store failed late');
  }
}

async function edit(backend: Backend, edits: readonly SnapshotEdit[], options: { signal?: AbortSignal; onDone?: (done: EditDone) => void } = {}): Promise<EditDone[]> {
  const repository = await openOn(backend, 'secret');
  const lock = await repository.lock({ exclusive: true, identity, onLost: () => undefined });
  const done: EditDone[] = [];
  try {
    const { snapshots } = await repository.loadSnapshots();
    const onDone = (one: EditDone): void => {
      done.push(one);
      options.onDone?.(one);
    };
    await applyEdits(repository, new Map(snapshots.map(({ id, file }) => [id, file])), edits, { signal: options.signal ?? never, onDone });
    return done;
  } finally {
    await lock.release();
  }
}

async function filesOf(backend: Backend): Promise<{ id: string; file: SnapshotFile }[]> {
  return (await (await openOn(backend, 'secret')).loadSnapshots()).snapshots;
}

describe('a change of tags', () => {
  it.each([1, 2, 3, 4].flatMap((at) => [{ at, after: false }, { at, after: true }]))('that fails at step $at (late: $after) loses nothing, and the second try completes it', async ({ at, after }) => {
    const { backend: sound, ids } = await setUp(2);
    const backend = new FailingAt(sound, at, after);
    const edits = ids.map((id) => ({ kind: 'tags' as const, id, tags: ['new'] }));
    await expect(edit(backend, edits)).rejects.toThrow('the store failed');
    const halfway = await filesOf(backend);
    // Every day is still there, in one of its two forms at least.
    expect(new Set(halfway.map(({ id, file }) => file.original ?? id))).toEqual(new Set(ids));
    await edit(backend, halfway.map(({ id }) => ({ kind: 'tags' as const, id, tags: ['new'] })));
    const end = await filesOf(backend);
    expect(end).toHaveLength(2);
    expect(end.every(({ file }) => file.tags?.join() === 'new')).toBe(true);
    expect(new Set(end.map(({ file }) => file.original))).toEqual(new Set(ids));
  });

  it('keeps the first version’s id through any number of changes', async () => {
    const { backend, ids } = await setUp(1);
    let id = ids[0]!;
    for (const tags of [['a'], ['a', 'b'], []]) id = (await edit(backend, [{ kind: 'tags', id, tags }]))[0]!.to!;
    const [only, ...others] = await filesOf(backend);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id, file: { original: ids[0] } });
    expect(only!.file.tags).toBeUndefined();
  });
});

describe('removing', () => {
  it('stops between two snapshots when cancelled, and says which are gone', async () => {
    const { backend, ids } = await setUp(3);
    const stop = new AbortController();
    const done: EditDone[] = [];
    const onDone = (one: EditDone): void => {
      done.push(one);
      stop.abort();
    };
    await expect(edit(backend, ids.map((id) => ({ kind: 'remove' as const, id })), { signal: stop.signal, onDone })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(done).toEqual([{ id: ids[0] }]);
    expect((await filesOf(backend)).map(({ id }) => id).sort()).toEqual(ids.slice(1).sort());
  });

  it('goes on where somebody else has removed one already', async () => {
    const { backend, ids } = await setUp(2);
    const repository = await openOn(backend, 'secret');
    const { snapshots } = await repository.loadSnapshots();
    await backend.remove('snapshots', ids[0]!);
    const done: EditDone[] = [];
    await applyEdits(repository, new Map(snapshots.map(({ id, file }) => [id, file])), ids.map((id) => ({ kind: 'remove' as const, id })), { signal: never, onDone: (one) => void done.push(one) });
    expect(done).toHaveLength(2);
    expect(await filesOf(backend)).toEqual([]);
  });
});
