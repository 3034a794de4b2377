// Work under way when the program is to end: runs of jobs, and long work a person began. Each is asked about (rule 4.9): wait for it, stop it, or let it go on
// without Varve where a process of its own keeps it. What only reads is not asked about: it can be done again at any time.
import type { QuitChoice, QuitWork } from '../../contract/desktop.ts';
import type { TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { liveStates, type Run } from '../../contract/runs.ts';
import type { Answered, QuitAnswer, QuitTalk } from './quit-talk.ts';

type Engine = Pick<VarveClient, 'runs' | 'system'>;

const lookMs = 500;
const writing: ReadonlySet<TaskState['kind']> = new Set(['snapshot', 'restore', 'prune', 'copy', 'repair', 'forget', 'tag', 'evidence', 'trial', 'trial-run', 'promotion', 'package', 'unpack', 'legacy', 'legacy-restore']);
const begun: ReadonlySet<Run['state']> = new Set(['starting', 'running', 'stopping']);

/** Runs that have begun and are Varve's to end; what waits goes on waiting by itself. */
export function runsToAsk(active: readonly Run[]): Run[] {
  return active.filter(({ state, workKind }) => begun.has(state) && workKind !== 'external');
}

/** Of what is running, what would be asked about; long work of a run is asked about as the run. */
export function tasksToAsk<T extends Pick<TaskState, 'kind'>>(running: readonly T[]): T[] {
  return running.filter(({ kind }) => writing.has(kind));
}

export class WorkUnderWay {
  #talk: QuitTalk;
  #pause: (ms: number) => Promise<void>;

  constructor(talk: QuitTalk, pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))) {
    this.#talk = talk;
    this.#pause = pause;
  }

  /** Asks, then does as it was answered. `quit`: nothing is in the way any more, or a person does not want to wait. Rejects when the engine is gone. */
  async settle(engine: Engine, active: readonly Run[], running: readonly TaskState[]): Promise<QuitAnswer> {
    try {
      const work = await describe(engine, runsToAsk(active), tasksToAsk(running));
      if (work.length === 0) return 'quit';
      this.#talk.set({ state: 'asking', work, snapshots: [] });
      const asked = await Promise.race([this.#talk.next(), this.#untilOver(engine, new Set(work.map(({ id }) => id)))]);
      if (asked === 'over') return 'quit';
      if (asked.answer === 'stay') return 'stay';
      return await this.#carryOut(engine, asked.choices);
    } finally {
      this.#talk.clear();
    }
  }

  async #carryOut(engine: Engine, choices: Answered['choices']): Promise<QuitAnswer> {
    const work = this.#talk.state.work.map((each) => ({ ...each, choice: chosen(each, choices.get(each.id)) }));
    this.#talk.set({ state: 'waiting', work });
    const answered = this.#talk.next();
    for (const each of work) if (each.choice === 'stop' && each.state === 'active') await this.#stop(engine, each);
    const first = await Promise.race([answered.then(({ answer }) => answer), this.#untilOver(engine, new Set(work.filter(({ choice }) => choice !== 'keep').map(({ id }) => id)))]);
    return first === 'over' ? 'quit' : first;
  }

  async #stop(engine: Engine, work: QuitWork): Promise<void> {
    // One that has just ended cannot be stopped any more, which is as well.
    await (work.of === 'run' ? engine.runs.stop({ run: work.id }) : engine.system.tasks.cancel({ id: work.id })).catch(() => undefined);
    this.#note(work.id, 'stopping');
  }

  /** Looks until all of these are over, or nobody asks any more. */
  async #untilOver(engine: Engine, ids: ReadonlySet<string>): Promise<'over'> {
    while (this.#talk.state.work.some(({ id, state }) => ids.has(id) && state !== 'ended')) {
      await this.#pause(lookMs);
      for (const work of this.#talk.state.work) if (work.state !== 'ended' && (await isOver(engine, work))) this.#note(work.id, 'ended');
    }
    return 'over';
  }

  #note(id: string, state: QuitWork['state']): void {
    const { work } = this.#talk.state;
    if (work.some((each) => each.id === id && each.state !== state)) this.#talk.set({ work: work.map((each) => (each.id === id ? { ...each, state } : each)) });
  }
}

/** Nothing is lost by what is chosen beforehand: a program goes on, other work is waited for. */
function chosen({ outlives, choice }: QuitWork, wanted: QuitChoice | undefined): QuitChoice {
  if (wanted === undefined) return choice;
  return wanted === 'keep' && !outlives ? 'wait' : wanted;
}

async function describe(engine: Engine, runs: readonly Run[], tasks: readonly TaskState[]): Promise<QuitWork[]> {
  const asked: QuitWork[] = await Promise.all(
    runs.map(async ({ id, jobName, jobTitle, workKind, startedAt, state }): Promise<QuitWork> => {
      const outlives = workKind === 'command';
      const taskId = outlives ? null : ((await engine.runs.get({ run: id })).attempts.at(-1)?.taskId ?? null);
      return { id, of: 'run', title: jobTitle || jobName, kind: workKind, taskId, startedAt, outlives, choice: outlives && state !== 'stopping' ? 'keep' : 'wait', state: state === 'stopping' ? 'stopping' : 'active' };
    })
  );
  const ofRuns = new Set(asked.map(({ taskId }) => taskId));
  const others = tasks.filter(({ id }) => !ofRuns.has(id)).map(({ id, subject, kind, startedAt }): QuitWork => ({ id, of: 'task', title: subject, kind, taskId: id, startedAt, outlives: false, choice: 'wait', state: 'active' }));
  return [...asked, ...others];
}

async function isOver(engine: Engine, { of, id }: QuitWork): Promise<boolean> {
  if (of === 'task') return !(await engine.system.tasks.list({})).some((task) => task.id === id && task.state === 'running');
  const { state } = (await engine.runs.get({ run: id })).run;
  // A try that is to be repeated later is over for now.
  return state === 'retry_wait' || state === 'queued' || !(liveStates as readonly string[]).includes(state);
}
