import { describe, expect, it } from 'vitest';
import type { EngineEvent, TaskResult, TaskState } from '../../../contract/events.ts';
import { cancelled, VarveError } from '../kit/errors.ts';
import { createFakeClock, createSeededRandom } from '../testing/fake-clock.ts';
import { createTasks, type RunningTask } from './tasks.ts';

const verified: TaskResult = { kind: 'verify', verdict: { kind: 'consistent', entries: 3, head: '00', payloads: { intact: 3, locked: 0, erased: 0, none: 0 } } };

function setUp() {
  const clock = createFakeClock();
  const announced: EngineEvent[] = [];
  const tasks = createTasks({ clock, random: createSeededRandom('tasks'), announce: (event) => announced.push(event) });
  return { clock, announced, tasks };
}

/** A task whose end is in the test's hands. */
function held() {
  let task: RunningTask | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<TaskResult>();
  return { run: (running: RunningTask) => ((task = running), promise), resolve, reject, task: () => task as RunningTask };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function collect(stream: AsyncIterable<TaskState>): Promise<TaskState[]> {
  const out: TaskState[] = [];
  for await (const state of stream) out.push(state);
  return out;
}

describe('tasks', () => {
  it('shows the newest progress at most ten times a second and always the final state', async () => {
    const { clock, announced, tasks } = setUp();
    const work = held();
    const { taskId } = tasks.start({ kind: 'verify', subject: 'log', run: work.run });
    const seen = collect(tasks.watch(taskId));
    await settle();
    for (let i = 1; i <= 1_000; i++) {
      work.task().progress({ filesDone: i });
      clock.advance(1);
    }
    await settle();
    work.resolve(verified);
    const states = await seen;
    expect(announced.length).toBeLessThanOrEqual(13);
    expect(states.at(-1)).toMatchObject({ state: 'done', result: verified, progress: { filesDone: 1_000 } });
    expect(states.at(-1)?.endedAt).not.toBeNull();
  });

  it('gives the final state to one who watches after the end', async () => {
    const { tasks } = setUp();
    const { taskId } = tasks.start({ kind: 'verify', subject: 'log', run: () => Promise.resolve(verified) });
    await settle();
    expect((await collect(tasks.watch(taskId))).map((state) => state.state)).toEqual(['done']);
  });

  it('tells a cancelled task from a failed one and keeps the code of the failure', async () => {
    const { tasks } = setUp();
    const first = tasks.start({ kind: 'check', subject: 'a', run: ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(cancelled()))) });
    const second = tasks.start({ kind: 'check', subject: 'b', run: () => Promise.reject(new VarveError('LOCK_LOST', 'lost', { path: '/r' })) });
    await settle();
    expect(tasks.cancel(first.taskId)).toBe(true);
    await settle();
    expect(tasks.cancel(first.taskId)).toBe(false);
    const states = new Map(tasks.list().map((task) => [task.id, task]));
    expect(states.get(first.taskId)?.state).toBe('cancelled');
    expect(states.get(second.taskId)).toMatchObject({ state: 'failed', error: { code: 'LOCK_LOST', data: { path: '/r' } } });
  });

  it('fails a task whose work throws before it becomes a promise', async () => {
    const { tasks } = setUp();
    tasks.start({ kind: 'check', subject: 'a', run: () => { throw new TypeError('oops'); } });
    await settle();
    expect(tasks.list()[0]).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
  });

  it('calls a snapshot with left-out files done with gaps', async () => {
    const { tasks } = setUp();
    const result = { kind: 'snapshot', result: { gapCount: 2 } } as unknown as TaskResult;
    tasks.start({ kind: 'snapshot', subject: 'p', run: () => Promise.resolve(result) });
    await settle();
    expect(tasks.list()[0]?.state).toBe('gaps');
  });

  it('forgets a task an hour after it ended and not before', async () => {
    const { clock, tasks } = setUp();
    tasks.start({ kind: 'verify', subject: 'log', run: () => Promise.resolve(verified) });
    await settle();
    clock.advance(3_599_000);
    expect(tasks.list()).toHaveLength(1);
    clock.advance(2_000);
    expect(tasks.list()).toHaveLength(0);
  });

  it('ends everything on stop, and does not wait for ever for work that does not listen', async () => {
    const { clock, tasks } = setUp();
    const deaf = held();
    tasks.start({ kind: 'check', subject: 'deaf', run: deaf.run });
    tasks.start({ kind: 'check', subject: 'good', run: ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(cancelled()))) });
    await settle();
    expect(tasks.running()).toBe(2);
    const stopped = tasks.stopAll();
    await settle();
    expect(tasks.running()).toBe(1);
    clock.advance(20_000);
    await stopped;
    expect(() => tasks.start({ kind: 'check', subject: 'late', run: deaf.run })).toThrow('stopping');
  });

  it('ends a watch when the caller leaves', async () => {
    const { tasks } = setUp();
    const work = held();
    const { taskId } = tasks.start({ kind: 'verify', subject: 'log', run: work.run });
    const leave = new AbortController();
    const seen = collect(tasks.watch(taskId, leave.signal));
    await settle();
    leave.abort();
    expect((await seen).map((state) => state.state)).toEqual(['running']);
    expect(() => tasks.watch('nothing')).toThrow('no task');
  });
});

it('are waited for until none runs, those that are started meanwhile too', async () => {
  const { tasks } = setUp();
  const [first, second] = [held(), held()];
  tasks.start({ kind: 'verify', subject: 'a', run: first.run });
  let idle = false;
  const waiting = tasks.idle().then(() => (idle = true));
  tasks.start({ kind: 'verify', subject: 'b', run: second.run });
  await settle();
  first.resolve(verified);
  await settle();
  expect(idle).toBe(false);
  second.resolve(verified);
  await waiting;
  expect(tasks.running()).toBe(0);
});

it('are no longer waited for when the signal fires', async () => {
  const { tasks } = setUp();
  const work = held();
  tasks.start({ kind: 'verify', subject: 'a', run: work.run });
  const abort = new AbortController();
  const waiting = tasks.idle(abort.signal);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  work.resolve(verified);
});
