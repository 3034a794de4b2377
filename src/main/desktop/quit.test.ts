// The order in which the program ends, and the last snapshots before it.
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { QuitState } from '../../contract/desktop.ts';
import type { TaskState } from '../../contract/events.ts';
import { LastSnapshots } from './last-snapshots.ts';
import { arrangeQuit } from './quit.ts';
import { QuitTalk } from './quit-talk.ts';

/** As Electron's: `quit` asks before-quit, then will-quit; either can be prevented. */
class FakeApp extends EventEmitter {
  ended = false;
  ask(name: string): boolean {
    let prevented = false;
    this.emit(name, { preventDefault: () => (prevented = true) });
    return !prevented;
  }
  quit(): void {
    if (this.ask('before-quit') && this.ask('will-quit')) this.ended = true;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('quitting', () => {
  const arrange = (before: () => Promise<'quit' | 'stay'> | undefined) => {
    const app = new FakeApp();
    const seen: string[] = [];
    const quitting = arrangeQuit(app as never, { before, askedAgain: () => seen.push('again'), stopEngine: async () => void seen.push('engine'), removeTray: () => seen.push('tray'), report: () => {} });
    return { app, seen, quitting };
  };

  it('ends at once where nothing comes before', async () => {
    const { app, seen, quitting } = arrange(() => undefined);
    app.quit();
    expect(quitting.begun()).toBe(true);
    await settle();
    expect([app.ended, seen]).toEqual([true, ['engine', 'tray']]);
  });

  it('waits for the last snapshots, once, and a second wish does not begin anew', async () => {
    const last = Promise.withResolvers<'quit' | 'stay'>();
    const { app, seen, quitting } = arrange(() => last.promise);
    app.quit();
    app.quit();
    expect([quitting.begun(), app.ended, seen]).toEqual([false, false, ['again']]);
    last.resolve('quit');
    await settle();
    expect([quitting.begun(), app.ended, seen]).toEqual([true, true, ['again', 'engine', 'tray']]);
  });

  it('goes on when a person changes their mind, and asks anew the next time', async () => {
    const answers = ['stay', 'quit'] as const;
    let asked = 0;
    const { app, quitting } = arrange(() => Promise.resolve(answers[asked++] ?? 'quit'));
    app.quit();
    await settle();
    expect([quitting.begun(), app.ended]).toEqual([false, false]);
    app.quit();
    await settle();
    expect([app.ended, asked]).toEqual([true, 2]);
  });

  it('does not keep a session of the computer waiting that ends', async () => {
    let asked = 0;
    const { app, seen, quitting } = arrange(() => ((asked += 1), Promise.resolve('quit')));
    quitting.sessionEnds();
    app.quit();
    await settle();
    expect([app.ended, asked, seen]).toEqual([true, 0, ['engine', 'tray']]);
  });
});

describe('the last snapshots', () => {
  const task = (id: string, state: TaskState['state'], code?: string): TaskState => ({ id, kind: 'snapshot', subject: 'thesis', state, startedAt: '', endedAt: null, progress: {} as never, bytesPerSecond: null, secondsLeft: null, result: null, error: code === undefined ? null : ({ code, message: '' } as never) });
  const engineOf = (ends: Record<string, Promise<TaskState>>, cancelled: string[] = [], packed: string | null = null) =>
    ({
      snapshots: { takeLast: async () => Object.keys(ends).filter((taskId) => taskId !== packed).map((taskId) => ({ planId: taskId, plan: taskId, title: taskId, taskId })) },
      packages: { createLast: async () => ({ taskId: packed }) },
      system: {
        tasks: {
          watch: async ({ id }: { id: string }) => (async function* () {
            yield task(id, 'running');
            yield await ends[id]!;
          })(),
          cancel: async ({ id }: { id: string }) => (cancelled.push(id), { cancelled: true })
        }
      }
    }) as never;

  it('end the wait when all are there, gaps or not', async () => {
    const talk = new QuitTalk();
    const last = new LastSnapshots(talk);
    const states: QuitState['state'][] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const { state } of talk.follow(stop.signal)) states.push(state);
    })();
    await settle();
    expect(await last.take(engineOf({ a: Promise.resolve(task('a', 'done')), b: Promise.resolve(task('b', 'gaps')) }))).toBe('quit');
    await settle();
    stop.abort();
    await following;
    expect([states[0], states.includes('saving'), states.includes('failed'), states.at(-1)]).toEqual(['none', true, false, 'none']);
  });

  it('are followed by the package of the record, and wait for a person when that fails', async () => {
    const talk = new QuitTalk();
    const last = new LastSnapshots(talk);
    const taken = last.take(engineOf({ a: Promise.resolve(task('a', 'done')), p: Promise.resolve(task('p', 'failed', 'NO_SPACE')) }, [], 'p'));
    await expect.poll(() => talk.state.state).toBe('failed');
    expect(talk.state.snapshots).toMatchObject([{ what: 'plan', taskId: 'a', state: 'done' }, { what: 'record', taskId: 'p', state: 'failed', error: { code: 'NO_SPACE' } }]);
    talk.answer('quit');
    expect(await taken).toBe('quit');
  });

  it('that fail wait for a person, and say why', async () => {
    const talk = new QuitTalk();
    const last = new LastSnapshots(talk);
    const taken = last.take(engineOf({ a: Promise.resolve(task('a', 'failed', 'REPOSITORY_MISSING')), b: Promise.resolve(task('b', 'done')) }));
    await expect.poll(() => talk.state.state).toBe('failed');
    expect(talk.state.snapshots).toMatchObject([{ taskId: 'a', state: 'failed', error: { code: 'REPOSITORY_MISSING' } }, { taskId: 'b', state: 'done' }]);
    talk.answer('stay');
    expect(await taken).toBe('stay');
    expect(talk.state.state).toBe('none');
  });

  it('are cancelled by a person who does not want to wait', async () => {
    const talk = new QuitTalk();
    const last = new LastSnapshots(talk);
    const cancelled: string[] = [];
    const taken = last.take(engineOf({ a: new Promise(() => {}) }, cancelled));
    await expect.poll(() => talk.state.snapshots.length).toBe(1);
    talk.answer('quit');
    expect(await taken).toBe('quit');
    expect(cancelled).toEqual(['a']);
  });

  it('of an engine that ended are not taken for done', async () => {
    const talk = new QuitTalk();
    const last = new LastSnapshots(talk);
    const taken = last.take({ snapshots: { takeLast: () => Promise.reject(new Error('closed')) }, system: {} } as never);
    await expect.poll(() => talk.state.state).toBe('failed');
    expect(talk.state.snapshots).toMatchObject([{ state: 'failed', error: { code: 'OWNER_LOST' } }]);
    talk.answer('quit');
    expect(await taken).toBe('quit');
  });
});
