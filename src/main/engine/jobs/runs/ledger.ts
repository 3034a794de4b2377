// The only writer of a run's state. Each move is one transaction of state.db with its event (rule 4.2), refused when rule 4 does not know it. Tallies of the
// job (last good run, failures in a row) are written in the same transaction, so that a stop in between leaves nothing that disagrees.
import type { RunCause, RunState } from '../../../../contract/runs.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { toWire } from '../../kit/errors.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { JobStore } from '../definitions/store.ts';
import { runFields, type JobRow, type RunRow } from '../model.ts';
import type { RunStore } from './store.ts';
import { isFailure, isFinal, mayMove } from './states.ts';

export interface LedgerDeps {
  clock: Pick<Clock, 'now'>;
  logger: Pick<Logger, 'error'>;
  runs: RunStore;
  jobs: JobStore;
  outbox: Pick<Outbox, 'commit'>;
  announce(event: EngineEvent): void;
}

export interface Move {
  cause?: RunCause | undefined;
  /** Who asked for it; Varve itself when not given. */
  by?: string | undefined;
  patch?: Partial<RunRow> | undefined;
  /** More facts for the event. */
  facts?: Readonly<Record<string, unknown>> | undefined;
  recovering?: boolean | undefined;
  /** Further changes of state.db in the same transaction. */
  also?: (() => void) | undefined;
}

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger({ clock, logger, runs, jobs, outbox, announce }: LedgerDeps) {
  const ended = new Set<(run: RunRow) => void>();
  const started = new Set<(run: RunRow) => void>();

  const eventOf = (run: RunRow, from: string, { cause, by, facts }: Move) => ({
    action: `run.${run.state.replaceAll('_', '-')}`,
    category: 'job' as const,
    ...(by !== undefined && { actor: by }),
    subject: `job:${run.jobName}`,
    payload: {
      run: run.id, job: run.jobName, jobId: run.jobId, from, to: run.state,
      ...(cause !== undefined && { cause }),
      ...(run.attempts > 0 && { attempt: run.attempts }),
      ...(from === 'new' && { trigger: run.trigger, ...(run.occurrence !== null && { occurrence: new Date(run.occurrence).toISOString() }), ...(run.test && { test: true }), ...(run.replayOf !== null && { replayOf: run.replayOf }), ...(run.missed !== null && { missed: run.missed }) }),
      ...(run.otherRun !== null && { otherRun: run.otherRun }),
      ...(run.reason !== '' && from === 'new' && { reason: run.reason }),
      ...facts
    }
  });

  /** What the job's own row says of its history after this run. Tests and what never ran leave it as it is. */
  const tally = (run: RunRow): void => {
    runs.countEnd(run);
    const job = jobs.job(run.jobId);
    if (job === undefined || run.test) return;
    const next = tallyAfter(job, run);
    if (next !== undefined) jobs.setTally(job.id, next);
  };

  /** After the transaction it may be part of; what was rolled back with that one is told to nobody. */
  const told = (run: RunRow, before: RunState | 'new'): void =>
    queueMicrotask(() => {
      try {
        const state = runs.run(run.id)?.state;
        if (state !== undefined && state !== before) tell(run, before);
      } catch (error) {
        // The change stands whatever those who are told make of it.
        logger.error('a change of a run could not be told', { ...runFields(run), reason: toWire(error).message });
      }
    });

  const tell = (run: RunRow, before: RunState | 'new'): void => {
    announce({ kind: 'changed', what: 'runs' });
    if (run.state === 'running' && before === 'starting') for (const listener of started) listener(run);
    if (isFinal(run.state)) for (const listener of ended) listener(run);
  };

  return {
    /** Writes a run for the first time; undefined when one with its key is there already (rule 8.1). */
    open: (run: RunRow, move: Move = {}): RunRow | undefined => {
      if (!mayMove('new', run.state)) throw new Error(`a run cannot begin as ${run.state}`);
      if (runs.byKey(run.key) !== undefined) {
        move.also?.();
        return undefined;
      }
      outbox.commit(() => {
        runs.insert(run);
        runs.countMissed(run);
        if (isFinal(run.state)) tally(run);
        move.also?.();
      }, [eventOf(run, 'new', { cause: run.cause ?? undefined, by: run.trigger === 'manual' || run.trigger === 'api' || run.trigger === 'replay' ? run.by : undefined, ...move })] as never);
      told(run, 'new');
      return run;
    },
    /** Throws when rule 4 does not know the move: a defect of the caller, and nothing is written. */
    move: (id: string, to: RunState, move: Move = {}): RunRow => {
      const before = runs.run(id);
      if (before === undefined) throw new Error(`no run ${id}`);
      if (!mayMove(before.state, to, move.recovering)) throw new Error(`a run cannot go from ${before.state} to ${to}`);
      const patch: Partial<RunRow> = { ...move.patch, state: to, cause: move.cause ?? null, ...(isFinal(to) && { endedAt: clock.now() }) };
      const after = { ...before, ...patch } as RunRow;
      outbox.commit(() => {
        runs.update(id, patch);
        if (isFinal(to)) tally(after);
        move.also?.();
      }, [eventOf(after, before.state, move)] as never);
      told(after, before.state);
      return after;
    },
    /** Changes facts of a run that are no state; no event. */
    touch: (id: string, patch: Partial<Pick<RunRow, 'flags' | 'dueAt'>>): void => {
      runs.update(id, patch);
      announce({ kind: 'changed', what: 'runs' });
    },
    onEnded: (listener: (run: RunRow) => void): (() => void) => {
      ended.add(listener);
      return () => void ended.delete(listener);
    },
    onStarted: (listener: (run: RunRow) => void): (() => void) => {
      started.add(listener);
      return () => void started.delete(listener);
    }
  };
}

/** Rule 7.4 and 11.3; undefined: it changes nothing. */
export function tallyAfter(job: Pick<JobRow, 'definition' | 'lastGoodAt' | 'failingSince' | 'failures' | 'overlapSkips'>, run: Pick<RunRow, 'state' | 'cause' | 'endedAt' | 'createdAt'>): Pick<JobRow, 'lastGoodAt' | 'failingSince' | 'failures' | 'overlapSkips'> | undefined {
  const at = run.endedAt ?? run.createdAt;
  const { lastGoodAt, failingSince, failures, overlapSkips } = job;
  if (run.state === 'succeeded') return { lastGoodAt: at, failingSince: null, failures: 0, overlapSkips: 0 };
  if (run.state === 'partial') return { lastGoodAt: job.definition.alerts.partialIsSuccess ? at : lastGoodAt, failingSince: null, failures: 0, overlapSkips: 0 };
  if (isFailure(run.state)) return { lastGoodAt, failingSince: failingSince ?? at, failures: failures + 1, overlapSkips: 0 };
  if (run.state === 'skipped' && run.cause === 'overlap') return { lastGoodAt, failingSince, failures, overlapSkips: overlapSkips + 1 };
  return undefined;
}

