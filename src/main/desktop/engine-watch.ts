// Main as a client of the engine: keeps the few facts that tray, theme and close-to-tray follow, and starts "Back up now".
import type { VarveClient } from '../../contract/index.ts';
import type { EngineEvent, TaskState } from '../../contract/events.ts';
import type { SchedulerState } from '../../contract/jobs.ts';
import { pauseEnd, type PauseSpan } from '../../contract/pause.ts';
import type { Settings } from '../../contract/system.ts';
import { nothingKnown, type TrayFacts } from './tray-state.ts';
import { runsToAsk, tasksToAsk } from './work-under-way.ts';

export interface EngineWatchDeps {
  onFacts(facts: TrayFacts): void;
  onSettings(settings: Settings): void;
  /** Something needs a person: told now, whoever looks. */
  onNotice(notice: { title: string; body: string }): void;
  /** A snapshot that was started here, from the tray, has ended. */
  onBackUpEnded(task: TaskState): void;
  onBackUpRefused(planName: string, error: unknown): void;
  report(message: string): void;
}

export class EngineWatch {
  #deps: EngineWatchDeps;
  #client: VarveClient | undefined;
  #facts: TrayFacts = nothingKnown;
  #tasks = new Map<string, TaskState>();
  #startedHere = new Set<string>();
  /** Failed plans by name; cleared by the plan's next good snapshot. */
  #failed = new Set<string>();

  constructor(deps: EngineWatchDeps) {
    this.#deps = deps;
  }

  /** The line to the engine that runs now. */
  get client(): VarveClient | undefined {
    return this.#client;
  }

  wantsLastSnapshots(): boolean {
    return this.#facts.engine === 'running' && this.#facts.plans.some(({ snapshotOnQuit }) => snapshotOnQuit);
  }

  /** Something that would end, or could be waited for, when this program ends. */
  hasWork(): boolean {
    const { engine, owns, runs, running } = this.#facts;
    return engine === 'running' && owns && (runsToAsk(runs).length > 0 || tasksToAsk(running).length > 0);
  }

  get running(): TaskState[] {
    return [...this.#tasks.values()].filter(({ state }) => state === 'running');
  }

  get facts(): TrayFacts {
    return this.#facts;
  }

  /** A new engine runs behind this client; the one before is forgotten. */
  attach(client: VarveClient): void {
    this.#client = client;
    this.#tasks.clear();
    this.#tell({ engine: 'starting' });
    void this.#follow(client);
  }

  lose(): void {
    this.#client = undefined;
    this.#tasks.clear();
    this.#tell({ engine: 'lost', running: [], runs: [] });
  }

  backUp(planId: string, planName: string): void {
    const client = this.#client;
    if (!client) return this.#deps.onBackUpRefused(planName, undefined);
    client.snapshots.take({ plan: planId, wait: true }).then(
      ({ taskId }) => {
        this.#startedHere.add(taskId);
        const known = this.#tasks.get(taskId);
        if (known) this.#hearTask(known); // it may have ended before its id came back
      },
      (error: unknown) => this.#deps.onBackUpRefused(planName, error)
    );
  }

  /** All jobs, until a moment by this computer's clock. */
  pause(span: PauseSpan): void {
    this.#ask((client) => client.jobs.pauseAll({ until: pauseEnd(span, new Date()).toISOString() }));
  }

  resume(): void {
    this.#ask((client) => client.jobs.resumeAll({}));
  }

  #ask(question: (client: VarveClient) => Promise<SchedulerState>): void {
    const client = this.#client;
    if (!client) return;
    question(client).then(
      ({ paused }) => this.#client === client && this.#tell({ pausedUntil: paused?.until ?? null }),
      (error: unknown) => this.#deps.report(`pausing jobs: ${messageOf(error)}`)
    );
  }

  /** The stream first, then the state: nothing that happens in between is missed. Ends when the line closes. */
  async #follow(client: VarveClient): Promise<void> {
    try {
      const events = await client.system.events({});
      await this.#refresh(client, ['home', 'settings', 'plans']);
      const known = await client.system.tasks.list({});
      for (const task of known.toSorted((a, b) => (a.endedAt ?? '~').localeCompare(b.endedAt ?? '~'))) this.#hearTask(task);
      for await (const event of events) {
        if (this.#client !== client) return;
        await this.#hear(client, event);
      }
    } catch (error) {
      // The line also closes when the engine ends: the host then says so itself.
      if (this.#client === client) this.#deps.report(`the engine's events ended: ${messageOf(error)}`);
    }
  }

  async #hear(client: VarveClient, event: EngineEvent): Promise<void> {
    if (event.kind === 'task') this.#hearTask(event.task);
    else if (event.kind === 'notify') this.#deps.onNotice({ title: event.title, body: event.body });
    else if (event.kind === 'changed') {
      // One question that fails must not make the tray deaf to everything after it.
      await this.#refresh(client, [event.what]).catch((error: unknown) => this.#deps.report(`asking the engine after a change of ${event.what}: ${messageOf(error)}`));
    }
  }

  async #refresh(client: VarveClient, what: readonly Extract<EngineEvent, { kind: 'changed' }>['what'][]): Promise<void> {
    const has = (...names: typeof what): boolean => names.some((name) => what.includes(name));
    if (has('home', 'verify', 'sample')) {
      const status = await client.system.status({});
      if (this.#client !== client) return;
      const locked = status.secretStore !== null && status.secretStore.state !== 'open';
      this.#tell({ engine: 'running', owns: status.host === 'desktop', hasHome: status.home !== null, passwordsLocked: locked, recordBroken: status.verify?.verdict?.kind === 'broken' || status.verify?.verdict?.kind === 'behind' });
    }
    // Without a home there is nothing more to ask: settings, too, live in it.
    if (!this.#facts.hasHome) return;
    if (has('home', 'settings')) {
      const settings = await client.system.settings.get({});
      if (this.#client === client) this.#deps.onSettings(settings);
    }
    if (has('home', 'jobs', 'runs')) {
      const { paused, active } = await client.jobs.scheduler({});
      if (this.#client === client) this.#tell({ pausedUntil: paused?.until ?? null, runs: active });
    }
    if (has('home', 'plans', 'snapshots', 'sample', 'repositories')) {
      const plans = await client.plans.list({});
      if (this.#client === client) this.#tell({ plans });
    }
  }

  #hearTask(task: TaskState): void {
    this.#tasks.set(task.id, task);
    if (task.kind === 'snapshot' && task.state !== 'running') {
      if (task.state === 'failed') this.#failed.add(task.subject);
      else if (task.state !== 'cancelled' && task.state !== 'waiting') this.#failed.delete(task.subject);
      if (this.#startedHere.delete(task.id)) this.#deps.onBackUpEnded(task);
    }
    this.#forgetOld();
    this.#tell({ running: this.running, failedPlan: [...this.#failed][0] });
  }

  /** Ended tasks are kept a little, because the answer of `take` can come after the task's end. */
  #forgetOld(): void {
    const ended = [...this.#tasks.values()].filter((one) => one.state !== 'running');
    for (const one of ended.slice(0, Math.max(0, ended.length - 50))) this.#tasks.delete(one.id);
  }

  #tell(change: Partial<TrayFacts>): void {
    this.#facts = { ...this.#facts, ...change };
    this.#deps.onFacts(this.#facts);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
