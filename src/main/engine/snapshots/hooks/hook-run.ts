// The hooks of one snapshot: the first must succeed, or none is taken; the second runs once after everything is read, and also where the snapshot
// failed or was cancelled, because it may undo what the first did. It is never cancelled, only limited in time.
import type { SnapshotResult } from '../../../../contract/snapshots.ts';
import { fail, toWire } from '../../kit/errors.ts';
import type { Programs } from '../../ports.ts';
import type { PlanRow } from '../model.ts';
import { runHook, type Metrics } from './run-hook.ts';

export interface HookRunDeps {
  programs: Programs;
  environment: Readonly<Record<string, string | undefined>>;
}

export class HookRun {
  readonly #deps: HookRunDeps;
  readonly #plan: PlanRow;
  readonly #repository: string;
  #ready = false;
  #after: Promise<void> | undefined;
  metrics: Metrics | null = null;
  readonly warnings: SnapshotResult['hookWarnings'] = [];

  constructor(deps: HookRunDeps, plan: PlanRow, repository: string) {
    this.#deps = deps;
    this.#plan = plan;
    this.#repository = repository;
  }

  /** Throws HOOK_FAILED when it does not succeed, CANCELLED. */
  async before(signal: AbortSignal): Promise<void> {
    const hook = this.#plan.hooks.before;
    if (hook !== null) {
      const outcome = await runHook(this.#deps.programs, hook, this.#facts('before'), this.#deps.environment, signal);
      if (outcome.failure !== undefined) {
        // What it complained about is for the person; the record keeps only how it ended.
        const [ended = ''] = outcome.failure.reason.split(':');
        fail('HOOK_FAILED', `the program before the snapshot ${ended}`, { plan: this.#plan.name, program: hook.argv[0] ?? '', ...outcome.failure });
      }
      this.#take('before', outcome);
    }
    this.#ready = true;
  }

  /** Never throws: what went wrong is a warning. Runs once, however often it is asked for. */
  after(): Promise<void> {
    this.#after ??= this.#runAfter();
    return this.#after;
  }

  async #runAfter(): Promise<void> {
    const hook = this.#plan.hooks.after;
    if (hook === null || !this.#ready) return;
    try {
      this.#take('after', await runHook(this.#deps.programs, hook, this.#facts('after'), this.#deps.environment, undefined));
    } catch (error) {
      this.warnings.push({ hook: 'after', reason: toWire(error).code });
    }
  }

  #take(hook: 'before' | 'after', outcome: Awaited<ReturnType<typeof runHook>>): void {
    if (outcome.metrics !== undefined) this.metrics = { ...this.metrics, ...outcome.metrics };
    for (const said of [outcome.failure, outcome.warning]) if (said !== undefined) this.warnings.push({ hook, ...said });
  }

  #facts(hook: 'before' | 'after'): { plan: string; hook: 'before' | 'after'; repository: string } {
    return { plan: this.#plan.name, hook, repository: this.#repository };
  }
}
