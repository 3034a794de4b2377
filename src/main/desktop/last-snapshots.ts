// The last snapshots before the program ends, of each plan that wants one, and the package of the record: with their state for the page, and a person's way
// out of waiting.
import type { LastSnapshot } from '../../contract/desktop.ts';
import type { WireError } from '../../contract/errors.ts';
import type { VarveClient } from '../../contract/index.ts';
import { toWire } from '../engine/kit/errors.ts';
import { fromTyped } from '../transport/router.ts';
import type { QuitAnswer, QuitTalk } from './quit-talk.ts';

type Engine = Pick<VarveClient, 'snapshots' | 'packages' | 'system'>;

export class LastSnapshots {
  #talk: QuitTalk;

  constructor(talk: QuitTalk) {
    this.#talk = talk;
  }

  /** Takes them. `quit` when all are there or a person does not want to wait, `stay` when a person changed their mind. Never rejects. */
  async take(engine: Engine): Promise<QuitAnswer> {
    this.#talk.set({ state: 'saving', work: [], snapshots: [] });
    const answered = this.#talk.next().then(({ answer }) => answer);
    const ended = this.#run(engine).then((allWell): QuitAnswer | Promise<QuitAnswer> => {
      if (allWell) return 'quit';
      this.#talk.set({ state: 'failed' });
      return answered;
    });
    const answer = await Promise.race([answered, ended]);
    // Whoever quits without waiting wants nothing more written; whoever stays gets the snapshot all the same.
    if (answer === 'quit') for (const { taskId, state } of this.#talk.state.snapshots) if (state === 'running' && taskId !== null) engine.system.tasks.cancel({ id: taskId }).catch(() => undefined);
    this.#talk.clear();
    return answer;
  }

  /** True when nothing went wrong; gaps are told in the snapshot and keep nobody here. */
  async #run(engine: Engine): Promise<boolean> {
    const nameless = { planId: '', plan: '', title: '' };
    try {
      const started = await engine.snapshots.takeLast({});
      this.#talk.set({ snapshots: started.map((each) => ({ ...each, what: 'plan', state: 'running', error: null })) });
      await Promise.all(started.map(({ taskId }) => this.#followTask(engine, taskId)));
    } catch (error) {
      this.#talk.set({ snapshots: [...this.#talk.state.snapshots, { ...nameless, what: 'plan', taskId: null, state: 'failed', error: wireOf(error) }] });
      return false; // the engine does not answer: nothing more can be asked of it
    }
    // After the snapshots, so that what is recorded of them goes along.
    try {
      const { taskId } = await engine.packages.createLast({});
      if (taskId !== null) {
        this.#talk.set({ snapshots: [...this.#talk.state.snapshots, { ...nameless, what: 'record', taskId, state: 'running', error: null }] });
        await this.#followTask(engine, taskId);
      }
    } catch (error) {
      this.#talk.set({ snapshots: [...this.#talk.state.snapshots, { ...nameless, what: 'record', taskId: null, state: 'failed', error: wireOf(error) }] });
    }
    return this.#talk.state.snapshots.every(({ state }) => state !== 'failed');
  }

  async #followTask(engine: Engine, taskId: string): Promise<void> {
    try {
      for await (const task of await engine.system.tasks.watch({ id: taskId })) {
        // One that waits for its drive was not taken, which whoever quits should know.
        if (task.result?.kind === 'waiting') this.#note(taskId, { state: 'failed', error: { code: 'REPOSITORY_MISSING', message: '', data: { path: task.result.wait.path } } });
        else if (task.state !== 'running' && task.state !== 'waiting') this.#note(taskId, { state: task.state, error: task.error });
      }
    } catch (error) {
      // The engine ended: nobody knows how far it came.
      this.#note(taskId, { state: 'failed', error: wireOf(error) });
    }
  }

  #note(taskId: string, change: Pick<LastSnapshot, 'state' | 'error'>): void {
    this.#talk.set({ snapshots: this.#talk.state.snapshots.map((each) => (each.taskId === taskId ? { ...each, ...change } : each)) });
  }
}

function wireOf(error: unknown): WireError {
  const wire = toWire(fromTyped(error));
  // A broken line has no code of its own.
  return wire.code === 'INTERNAL' ? { code: 'OWNER_LOST', message: wire.message, data: { owner: 'varve' } } : wire;
}
