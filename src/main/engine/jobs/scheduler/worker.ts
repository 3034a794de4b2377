// Carrying out one run at a time: the intent, the start, the end, each durable before the next (rules 4.2, 4.3). What a stop after each leaves:
//   1. `starting` with the try's row          -> the next start finds no identity: `unknown`, cause `crash_at_start`
//   2. the process, or the task, has begun    -> the same; a program started through the shim is looked for by its run's id
//   3. `running` with the identity            -> adopted, or `unknown` with the cause
//   4. its end, with all the numbers          -> done
import { createHash } from 'node:crypto';
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { RunCause } from '../../../../contract/runs.ts';
import { toWire } from '../../kit/errors.ts';
import { chanceOf } from '../../kit/retry-delay.ts';
import type { Clock, Files, Logger, Random } from '../../ports.ts';
import type { JobStore } from '../definitions/store.ts';
import type { Executor, Started, Try } from '../kinds/executor.ts';
import { outcome as outcomeAs, type Outcome } from '../kinds/outcome.ts';
import { graceMs, runFields, type RunRow } from '../model.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { RunStore } from '../runs/store.ts';
import { applyChecks, failureOf, settle } from './settle.ts';

export interface WorkerDeps {
  clock: Pick<Clock, 'now' | 'setTimer'>;
  random: Random;
  files: Pick<Files, 'stat'>;
  logger: Logger;
  jobs: JobStore;
  runs: RunStore;
  ledger: Ledger;
  executorFor(definition: JobDefinition): Executor;
  /** Takes what is known of secrets out of what a try says of its end (rule 10.6). */
  mask<T>(value: T): T;
  /** Something ended, or could not begin: others may have their turn. */
  onFree(): void;
  /** Part of the transaction that a run fails in (rule 7.5). */
  onFailed(run: RunRow): void;
  /** Part of the transaction in which nobody knows any more how a run ended (rule 4.5). */
  onLost(run: RunRow): void;
}

/** What could not be written is tried again. */
const writeAgainMs = 10_000;

export type StopCause = Extract<RunCause, 'user' | 'timeout' | 'idle' | 'replaced' | 'quit' | 'shutdown'>;

export type Worker = ReturnType<typeof createWorker>;

export function createWorker(deps: WorkerDeps) {
  const { clock, random, files, logger, jobs, runs, ledger } = deps;
  const active = new Map<string, { what: Try; started: Started; sinceMs: number }>();
  /** Between the intent and the start. */
  const starting = new Map<string, Promise<void>>();

  /** Of runs that were asked to stop: gives up what would say that they are stuck. */
  const patience = new Map<string, () => void>();
  const endPatience = (runId: string): void => {
    patience.get(runId)?.();
    patience.delete(runId);
  };
  let closed = false;

  const noteEnd = (what: Try, outcome: Outcome, detail: string | null): void => {
    const row = runs.attempt(what.run.id, what.attempt);
    if (row) runs.putAttempt({ ...row, endedAt: clock.now(), exit: outcome.exit, cause: outcome.cause, detail, output: outcome.output });
  };

  /** 3. Also where it could not be written when it began, or by the process that began it. */
  const noteRunning = ({ run, attempt }: Try, identity: unknown): RunRow => {
    const row = runs.attempt(run.id, attempt);
    return ledger.move(run.id, 'running', { also: () => row && runs.putAttempt({ ...row, identity }) });
  };

  const forget = (runId: string): void => {
    active.delete(runId);
    endPatience(runId);
  };

  /** 4. */
  const finish = (what: Try, said: Outcome, identity: unknown = null): void => {
    const ended = deps.mask(said);
    let before = runs.run(what.run.id);
    if (before?.state === 'starting') before = noteRunning(what, identity);
    if (before === undefined || (before.state !== 'running' && before.state !== 'stopping')) return forget(what.run.id);
    // The shim holds its time limits itself, and a person may cancel the task: what others stopped goes the way of what we stop.
    const run = before.state === 'running' && (ended.state === 'stopped' || ended.state === 'timed_out') && !ended.byItself ? ledger.move(before.id, 'stopping', { cause: ended.cause }) : before;
    const attempt = runs.attempt(run.id, what.attempt);
    const outcome = applyChecks(ended, what.definition.checks, { startedMs: attempt?.startedAt ?? clock.now(), endedMs: clock.now(), result: ended.result, files });
    const settled = settle({ run, definition: what.definition, outcome, nowMs: clock.now(), chance: chanceOf(random) });
    const activeMs = (run.activeMs ?? 0) + outcome.activeMs;
    const flags = outcome.redacted > 0 && !run.flags.includes('redacted') ? [...run.flags, 'redacted' as const] : run.flags;
    const failed = settled.to === 'failed' || settled.to === 'timed_out' || settled.to === 'unknown';
    ledger.move(run.id, settled.to, {
      cause: settled.cause,
      patch: { activeMs, flags, dueAt: settled.dueAt, exit: outcome.exit, result: outcome.result, ...(failed && { failure: failureOf(outcome, settled.detail, jobs.job(run.jobId), clock.now()) }) },
      facts: { durationMs: activeMs, ...(outcome.exit !== null && { exitCode: outcome.exit.code, signal: outcome.exit.signal }), ...(outcome.code !== null && { code: outcome.code }), ...(settled.detail !== null && { reason: settled.detail }), ...(outcome.result !== null && { items: outcome.result.items }) },
      recovering: settled.to === 'unknown',
      also: () => {
        noteEnd(what, outcome, settled.detail);
        if (failed) deps.onFailed(run);
        if (settled.to === 'unknown') deps.onLost(run);
      }
    });
    forget(what.run.id);
    deps.onFree();
  };

  const watch = (what: Try, started: Started): void => {
    active.set(what.run.id, { what, started, sinceMs: clock.now() });
    void started.ended.then((ended) => finishSurely(what, ended, started.identity));
  };

  /** A full disk may have room later. Until its end is written it keeps its place and its locks. */
  const finishSurely = (what: Try, ended: Outcome, identity: unknown): void => {
    if (closed) return; // the next start finds it
    try {
      finish(what, ended, identity);
    } catch (error) {
      logger.error('the end of a run could not be written', { ...runFields(what.run), reason: toWire(error).message });
      clock.setTimer(writeAgainMs, () => finishSurely(what, ended, identity));
    }
  };

  const begin = async (run: RunRow, definition: JobDefinition): Promise<void> => {
    const attempt = run.attempts + 1;
    const at = clock.now();
    const intent = { definitionHash: run.definitionHash, ...(definition.work.kind === 'command' && { argvHash: createHash('sha256').update(JSON.stringify(definition.work.argv)).digest('hex'), ...(definition.work.secrets.length > 0 && { secrets: definition.work.secrets.map(({ secret }) => secret) }) }) };
    const opened = ledger.move(run.id, 'starting', {
      patch: { attempts: attempt, startedAt: run.startedAt ?? at, dueAt: null },
      facts: intent,
      also: () => runs.putAttempt({ runId: run.id, attempt, startedAt: at, endedAt: null, identity: null, exit: null, cause: null, detail: null, output: null, taskId: null })
    }); // 1
    const what: Try = { run: opened, attempt, definition };
    const began = await deps.executorFor(definition).start(what).catch((error: unknown) => ({ kind: 'failed' as const, outcome: outcomeAs('failed', 'spawn', { detail: toWire(error).message, code: toWire(error).code }) })); // 2
    if (began.kind === 'failed') {
      neverBegan(what, began.outcome);
      return;
    }
    const { started } = began;
    const stopWanted = wanted.get(run.id);
    watch(what, started);
    noteRunning(what, started.identity); // 3
    if (stopWanted !== undefined) stop(run.id, stopWanted);
  };

  const neverBegan = (what: Try, said: Outcome): void => {
    if (closed) return;
    const outcome = deps.mask(said);
    const { run } = what;
    // Asked to stop while it was about to begin, and it never did: that is what the person wanted.
    const stopWanted = wanted.get(run.id);
    try {
      if (stopWanted !== undefined) ledger.move(run.id, 'stopped', { cause: stopWanted.cause, by: stopWanted.by, also: () => noteEnd(what, outcome, outcome.detail) });
      else
        ledger.move(run.id, outcome.state === 'unknown' ? 'unknown' : 'failed', {
          cause: outcome.cause,
          // Its keeper ended before it had said anything: a program may have been started or not.
          recovering: outcome.state === 'unknown',
          patch: { exit: outcome.exit, failure: failureOf(outcome, outcome.detail, jobs.job(run.jobId), clock.now()) },
          facts: { ...(outcome.code !== null && { code: outcome.code }), ...(outcome.detail !== null && { reason: outcome.detail }) },
          also: () => {
            noteEnd(what, outcome, outcome.detail);
            deps.onFailed(run);
          }
        });
    } catch (error) {
      logger.error('the end of a run could not be written', { ...runFields(run), reason: toWire(error).message });
      clock.setTimer(writeAgainMs, () => neverBegan(what, outcome));
      return;
    }
    deps.onFree();
  };

  /** Stops that were asked for between 1 and 3. */
  const wanted = new Map<string, { cause: StopCause; force: boolean; by?: string }>();

  /** False: nothing of it is under way here. */
  const stop = (runId: string, { cause, force, by }: { cause: StopCause; force: boolean; by?: string }): boolean => {
    const here = active.get(runId);
    const run = runs.run(runId);
    if (run?.state === 'starting' && starting.has(runId)) {
      wanted.set(runId, { cause, force, ...(by !== undefined && { by }) });
      return true;
    }
    if (here === undefined) return false;
    if (run?.state === 'starting') noteRunning(here.what, here.started.identity);
    if (runs.run(runId)?.state === 'running') ledger.move(runId, 'stopping', { cause, by, facts: force ? { reason: 'force' } : undefined });
    here.started.stop({ force });
    // Varve's own work cannot be killed, only asked; what outlives its grace is said to be stuck.
    patience.get(runId)?.();
    patience.set(
      runId,
      clock.setTimer(graceMs(here.what.definition) + 5_000, () => {
        const late = runs.run(runId);
        if (late?.state === 'stopping' && !late.flags.includes('stuck')) ledger.touch(runId, { flags: [...late.flags, 'stuck'] });
      })
    );
    return true;
  };

  return {
    /** Begins the run, which must be `queued` or `retry_wait`. Never rejects. */
    begin: (run: RunRow, definition: JobDefinition): void => {
      starting.set(run.id, Promise.resolve()); // from the intent on
      const work = begin(run, definition)
        .catch((error: unknown) => logger.error('a run could not be begun', { ...runFields(run), reason: toWire(error).message }))
        .finally(() => {
          starting.delete(run.id);
          wanted.delete(run.id);
        });
      starting.set(run.id, work);
    },
    stop,
    /** Goes on with a try that an earlier process began. */
    adopt: watch,
    /** Settles a try of an earlier process whose end is known now. */
    settleFound: finish,
    /** Rule 5.6: how long each of Varve's own works has been at it, for its time limit. */
    ownActive: (): { run: RunRow; definition: JobDefinition; sinceMs: number }[] => [...active.values()].filter(({ started }) => started.endsWithUs).map(({ what, sinceMs }) => ({ run: what.run, definition: what.definition, sinceMs })),
    isActive: (runId: string): boolean => active.has(runId) || starting.has(runId),
    /** Asks what ends with us to end, and waits; what outlives us goes on and is found at the next start. */
    close: async (cause: StopCause): Promise<void> => {
      await Promise.all(starting.values());
      const own = [...active].filter(([, { started }]) => started.endsWithUs);
      for (const [runId] of own) stop(runId, { cause, force: false });
      await Promise.all(own.map(async ([, { started }]) => started.ended));
      await Promise.resolve(); // their ends are written by those who waited before us
      closed = true;
      for (const { started } of active.values()) started.release();
      for (const runId of patience.keys()) endPatience(runId);
    }
  };
}
