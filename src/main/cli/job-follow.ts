// Follows a run to its end: what it prints as it comes, Ctrl+C asks it to stop, its state becomes the exit code (rule 6.5).
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from '../../contract/copy/values.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { VarveClient } from '../../contract/index.ts';
import { finalStates, type OutputRow, type Run, type RunState } from '../../contract/runs.ts';
import { withoutColours } from '../engine/jobs/index.ts';
import { exitCodes } from './failure.ts';
import { describeFailure, exactOr, shortId, spanOf } from './job-words.ts';
import type { Output } from './output.ts';

const firstLookMs = 60;
const slowestLookMs = 1_000;

export function isOver({ state }: Pick<Run, 'state'>): boolean {
  return (finalStates as readonly RunState[]).includes(state);
}

export function exitOf({ state, cause }: Pick<Run, 'state' | 'cause'>): number {
  if (state === 'succeeded') return exitCodes.done;
  if (state === 'partial') return exitCodes.gaps;
  if (state === 'timed_out') return exitCodes.timedOut;
  if (state === 'stopped') return exitCodes.interrupted;
  if (state === 'rejected') return exitCodes.needsApproval;
  return state === 'skipped' && (cause === 'overlap' || cause === 'too_many' || cause === 'superseded') ? exitCodes.conflict : exitCodes.failed;
}

/** `show`: what the program prints goes to the terminal as it comes. Resolves with the run when it is over. */
export async function followRun(client: VarveClient, begun: Run, { output, signal, show }: { output: Output; signal: AbortSignal; show: boolean }): Promise<Run> {
  const { say } = output.words;
  const name = { id: shortId(begun.id), name: begun.jobName };
  let run = begun;
  let shown = 0;
  let printing = Promise.resolve();
  const over = new AbortController();
  const stop = (): void => {
    if (!output.json) output.note(say('jobAsked', name));
    // It may have ended this moment: the next look says so.
    void client.runs.stop({ run: begun.id, force: false }).catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    let said = '';
    for (let wait = firstLookMs; ; wait = Math.min(wait * 1.3, slowestLookMs)) {
      const standing = run.state === 'queued' ? `queued ${run.waitingFor ?? ''}` : run.state === 'retry_wait' ? `retry ${run.attempts}` : '';
      if (standing !== said && !output.json) {
        if (run.state === 'queued' && run.waitingFor !== null) output.note(say('jobQueued', { ...name, why: say(`jobWaits_${run.waitingFor}`) }));
        if (run.state === 'retry_wait') output.note(say('jobRetry', { attempt: run.attempts, at: exactOr(output.words, run.dueAt) }));
        said = standing;
      }
      // A try's output is there once it runs; each has its own.
      if (show && run.workKind === 'command' && run.attempts > shown && run.startedAt !== null && run.state !== 'starting') {
        shown = run.attempts;
        const attempt = shown;
        printing = printing.then(() => print(client, { run: run.id, attempt }, output, over.signal));
      }
      if (isOver(run)) break;
      await sleep(wait);
      ({ run } = await client.runs.get({ run: begun.id }));
    }
    await printing;
    return run;
  } finally {
    over.abort();
    signal.removeEventListener('abort', stop);
  }
}

async function print(client: VarveClient, of: { run: string; attempt: number }, output: Output, signal: AbortSignal): Promise<void> {
  for await (const { rows } of await client.runs.output.follow({ ...of, from: 0 }, { signal })) showRows(output, rows);
}

/** Lines where the program wrote them: standard output or standard error. */
export function showRows(output: Output, rows: readonly OutputRow[]): void {
  const { say, language } = output.words;
  for (const row of rows) {
    if ('gap' in row) output.note(say('jobGap', { lines: row.gap.lines, bytes: formatBytes(language, row.gap.bytes) }));
    else if (row.stream === 'out') output.say(visibleText(withoutColours(row.text)));
    else output.note(visibleText(withoutColours(row.text)));
  }
}

/** The first thing a person reads of a run that is over (rule 6.6). */
export function showEnd(output: Output, run: Run): void {
  const { say } = output.words;
  output.say(say('jobEnded', { id: shortId(run.id), name: run.jobName, state: say(`jobState_${run.state}`), span: spanOf(output.words, run.activeMs) }));
  if (run.state === 'succeeded') return;
  const reason = describeFailure(output, run);
  if (reason !== undefined) output.say(say('jobEndedWhy', { reason: visibleText(reason, true) }));
  if (run.failure !== null) {
    if (run.failure.lastLine !== null) output.say(say('jobEndedLast', { line: visibleText(run.failure.lastLine, true) }));
    output.say(run.failure.lastGoodAt === null ? say('jobEndedNever') : say('jobEndedGood', { at: exactOr(output.words, run.failure.lastGoodAt) }));
    if (run.workKind === 'command' && run.attempts > 0) output.say(say('jobEndedLook', { id: shortId(run.id) }));
  }
}
