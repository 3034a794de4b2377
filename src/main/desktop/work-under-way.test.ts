// Work under way when the program is to end: what is asked, and what becomes of each answer.
import { describe, expect, it } from 'vitest';
import type { TaskState } from '../../contract/events.ts';
import type { Run, RunState } from '../../contract/runs.ts';
import { QuitTalk } from './quit-talk.ts';
import { WorkUnderWay } from './work-under-way.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function arrange() {
  const runs = new Map<string, Run>();
  const tasks = new Map<string, TaskState>();
  const asked: string[] = [];
  const run = (id: string, workKind: string, state: RunState = 'running'): Run => {
    const made = { id, jobName: id, jobTitle: '', workKind, state, startedAt: null } as Run;
    runs.set(id, made);
    return made;
  };
  const task = (id: string, kind: TaskState['kind'], subject = id): TaskState => {
    const made = { id, kind, subject, state: 'running', startedAt: '' } as TaskState;
    tasks.set(id, made);
    return made;
  };
  const end = (id: string, state: RunState = 'succeeded'): void => {
    const before = runs.get(id);
    if (before) runs.set(id, { ...before, state });
    tasks.delete(id);
  };
  const engine = {
    runs: {
      get: async ({ run: id }: { run: string }) => ({ run: runs.get(id), attempts: [{ taskId: runs.get(id)?.workKind === 'snapshot' ? `task of ${id}` : null }] }),
      stop: async ({ run: id }: { run: string }) => void asked.push(`stop ${id}`)
    },
    system: { tasks: { list: async () => [...tasks.values()], cancel: async ({ id }: { id: string }) => void asked.push(`cancel ${id}`) } }
  } as never;
  const talk = new QuitTalk();
  const work = new WorkUnderWay(talk, settled);
  return { run, task, end, asked, talk, settle: () => work.settle(engine, [...runs.values()], [...tasks.values()]) };
}

describe('4.9 work under way at a quit', () => {
  it('is asked about, run by run; programs can go on, and what waits, was done elsewhere or only reads is no question', async () => {
    const { run, task, talk, settle } = arrange();
    run('sync', 'command');
    run('nightly', 'snapshot');
    run('later', 'command', 'queued');
    run('cron', 'external');
    task('task of nightly', 'snapshot');
    task('by hand', 'restore');
    task('a look', 'find');
    const settling = settle();
    await expect.poll(() => talk.state.state).toBe('asking');
    expect(talk.state.work.map(({ id, of, outlives, choice }) => [id, of, outlives, choice])).toEqual([
      ['sync', 'run', true, 'keep'],
      ['nightly', 'run', false, 'wait'],
      ['by hand', 'task', false, 'wait']
    ]);
    talk.answer('stay');
    expect(await settling).toBe('stay');
    expect(talk.state).toEqual({ state: 'none', work: [], snapshots: [] });
  });

  it('is stopped, waited for or left running as it was answered, and the end comes when nothing is waited for any more', async () => {
    const { run, task, end, asked, talk, settle } = arrange();
    run('sync', 'command');
    run('scrub', 'command');
    run('nightly', 'snapshot');
    task('by hand', 'copy');
    const settling = settle();
    await expect.poll(() => talk.state.state).toBe('asking');
    talk.answer('quit', new Map([['scrub', 'stop'], ['by hand', 'stop'], ['nightly', 'keep']]));
    await expect.poll(() => asked).toEqual(['stop scrub', 'cancel by hand']);
    const states = (): string[] => talk.state.work.map(({ id, choice, state }) => `${id} ${choice} ${state}`);
    // Varve's own work cannot go on without it, whatever is asked for.
    await expect.poll(states).toEqual(['sync keep active', 'scrub stop stopping', 'nightly wait active', 'by hand stop stopping']);
    end('scrub', 'stopped');
    end('by hand');
    await expect.poll(states).toEqual(['sync keep active', 'scrub stop ended', 'nightly wait active', 'by hand stop ended']);
    end('nightly', 'retry_wait');
    expect(await settling).toBe('quit');
  });

  it('is no longer asked about when it is over before the answer', async () => {
    const { run, end, talk, settle } = arrange();
    run('nightly', 'snapshot');
    const settling = settle();
    await expect.poll(() => talk.state.state).toBe('asking');
    end('nightly');
    expect(await settling).toBe('quit');
  });

  it('keeps nobody who does not want to wait any longer', async () => {
    const { run, talk, settle } = arrange();
    run('nightly', 'snapshot');
    const settling = settle();
    await expect.poll(() => talk.state.state).toBe('asking');
    talk.answer('quit');
    await expect.poll(() => talk.state.state).toBe('waiting');
    talk.answer('quit');
    expect(await settling).toBe('quit');
  });

  it('of an engine that is gone ends the question', async () => {
    const { run, talk } = arrange();
    const gone = new WorkUnderWay(talk, settled).settle({ runs: { get: () => Promise.reject(new Error('closed')) }, system: {} } as never, [run('nightly', 'snapshot')], []);
    await expect(gone).rejects.toThrow('closed');
    expect(talk.state.state).toBe('none');
  });
});
