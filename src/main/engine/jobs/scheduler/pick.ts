// Which of the waiting runs may begin now, and what the others wait for (rules 2.7, 3.1, 3.3, 3.4). Pure.
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { Run } from '../../../../contract/runs.ts';
import { byHand, byTurn, longestRetryMs, type RunRow } from '../model.ts';
import { occupying, type LiveState } from '../runs/states.ts';

export interface Candidate {
  run: RunRow;
  /** Of the run; undefined: its job is gone. */
  definition: JobDefinition | undefined;
  /** Its job, or everything, is paused. */
  paused: boolean;
  /** It is no candidate now: what it waits for was looked at a moment ago, or it is not this process's to begin. It keeps others of its job waiting all the same. */
  resting?: boolean;
}

export type WaitingFor = Exclude<Run['waitingFor'], null>;

export interface Picked {
  /** May begin as far as the queue knows, in order; conditions of the world are looked at after. */
  begin: Candidate[];
  waiting: { run: RunRow; for: WaitingFor; other?: string }[];
  /** Rule 3.4: they waited too long. */
  expired: RunRow[];
  orphaned: RunRow[];
  /** When the next of those that wait will have waited too long. */
  nextExpiryMs: number;
}

/** Rule 3.4: from this moment on it has waited too long; between two tries only a pause counts. */
function expiryOf(run: RunRow, { startDeadlineSeconds }: JobDefinition, paused: boolean): number {
  if (byHand(run) || (run.state === 'retry_wait' && (!paused || run.dueAt === null))) return Number.POSITIVE_INFINITY;
  const sinceMs = run.state === 'retry_wait' ? (run.dueAt ?? 0) : Math.max(run.createdAt, run.dueAt ?? 0);
  return sinceMs + startDeadlineSeconds * 1000 + 1;
}

/** `catchUpFromMs`: rule 2.7, nothing is caught up before. */
export function pick(live: readonly Candidate[], { nowMs, maxRunning, catchUpFromMs = 0 }: { nowMs: number; maxRunning: number; catchUpFromMs?: number }): Picked {
  const picked: Picked = { begin: [], waiting: [], expired: [], orphaned: [], nextExpiryMs: Number.POSITIVE_INFINITY };
  const running = live.filter(({ run }) => occupying.includes(run.state as LiveState) && run.workKind !== 'external');
  const held = new Set(running.flatMap(({ definition }) => definition?.locks ?? []));
  const holders = [...running];
  let free = maxRunning - running.length;
  let catchingUp = running.some(({ run }) => run.trigger === 'catch_up');
  const candidates = live.filter(({ run, resting }) => resting !== true && (run.state === 'queued' || run.state === 'retry_wait')).sort((a, b) => byTurn(a.run, b.run));
  for (const candidate of candidates) {
    const { run, definition, paused } = candidate;
    const wait = (reason: WaitingFor, other?: string): void => void picked.waiting.push({ run, for: reason, ...(other !== undefined && { other }) });
    if (definition === undefined) {
      picked.orphaned.push(run);
      continue;
    }
    const expiresMs = expiryOf(run, definition, paused);
    if (nowMs < expiresMs) picked.nextExpiryMs = Math.min(picked.nextExpiryMs, expiresMs);
    if (nowMs >= expiresMs) picked.expired.push(run);
    else if (paused && !byHand(run)) wait('paused');
    else if (run.state === 'queued' && run.trigger === 'catch_up' && catchUpFromMs > nowMs) wait('catch_up');
    else if (run.state === 'retry_wait' && run.dueAt !== null && run.dueAt > nowMs && run.dueAt - nowMs <= longestRetryMs(definition.retries)) continue;
    else {
      const rival = rivalOf(candidate, holders, live);
      if (rival !== undefined) wait('other_run', rival.id);
      else if (run.trigger === 'catch_up' && catchingUp) wait('catch_up');
      else if (definition.locks.some((lock) => held.has(lock))) wait('lock', holders.find((holder) => holder.definition?.locks.some((lock) => definition.locks.includes(lock)))?.run.id);
      else if (free <= 0) wait('slot');
      else {
        free -= 1;
        if (run.trigger === 'catch_up') catchingUp = true;
        for (const lock of definition.locks) held.add(lock);
        holders.push(candidate);
        picked.begin.push(candidate);
      }
    }
  }
  return picked;
}

/** A run of the same job that keeps this one from beginning: one under way, or one between its tries. Jobs that run side by side have a number of places. */
function rivalOf({ run, definition }: Candidate, holders: readonly Candidate[], live: readonly Candidate[]): RunRow | undefined {
  const same = holders.filter((holder) => holder.run.jobId === run.jobId && holder.run.id !== run.id).map((holder) => holder.run);
  if (run.flags.includes('anyway')) return undefined;
  if (definition?.overlap.policy === 'parallel') return same.length >= definition.overlap.most ? same[0] : undefined;
  const between = live.find((other) => other.run.jobId === run.jobId && other.run.id !== run.id && other.run.state === 'retry_wait')?.run;
  return same[0] ?? (run.state === 'retry_wait' ? undefined : between);
}
