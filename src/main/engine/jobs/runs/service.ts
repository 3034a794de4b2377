// The verbs on runs: look, stop, replay, read what they said, judge anew.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import type { OutputRow as WireRow, Run, Usual } from '../../../../contract/runs.ts';
import { fail } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { AttemptOutput, Attempts, OutputLine, OutputRow } from '../attempt/index.ts';
import type { JobStore } from '../definitions/store.ts';
import type { JobRow, RunRow } from '../model.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { createFirstErrors } from './first-errors.ts';
import { median, medianMs } from '../../kit/median.ts';
import { isFinal } from './states.ts';
import { statsOf } from './stats.ts';
import type { RunStore } from './store.ts';
import { viewAttempt, viewRun } from './view.ts';

export interface RunServiceDeps {
  clock: Clock;
  jobs: JobStore;
  runs: RunStore;
  outbox: Pick<Outbox, 'commit'>;
  scheduler: Scheduler;
  attempts: Attempts;
  announce(event: EngineEvent): void;
}

/** Rule 11.4: what is usual is judged by this many that ended well. */
const usualRuns = 20;
const readersKept = 8;

export function createRunService(deps: RunServiceDeps) {
  const { clock, jobs, runs, outbox, scheduler, attempts, announce } = deps;
  const firstErrors = createFirstErrors();
  const view = (run: RunRow): Run => viewRun(run, scheduler.waitingFor(run.id));

  const findJob = (idOrName: string): JobRow => jobs.job(idOrName) ?? fail('NOT_FOUND', `no job ${idOrName}`, { kind: 'job', name: idOrName });

  const find = (idOrPrefix: string): RunRow => {
    const [first, second] = runs.byPrefix(idOrPrefix);
    if (first === undefined) return fail('NOT_FOUND', `no run ${idOrPrefix}`, { kind: 'run', name: idOrPrefix });
    if (second !== undefined && first.id !== idOrPrefix) fail('AMBIGUOUS', `${idOrPrefix} begins several runs`, { kind: 'run', name: idOrPrefix, matches: [first.id, second.id] });
    return first;
  };

  /** The last try unless another is named. */
  /** Whoever reads an output asks for many pages of it: where its lines are is found once, and only what was written since is looked at again. */
  const readers = new Map<string, AttemptOutput>();
  const readerOf = (runId: string, attempt: number): AttemptOutput => {
    const key = `${runId} ${attempt}`;
    const reader = readers.get(key) ?? attempts.output(runId, attempt);
    readers.delete(key);
    readers.set(key, reader);
    const [oldest] = readers.keys();
    if (readers.size > readersKept && oldest !== undefined) readers.delete(oldest);
    return reader;
  };

  const outputOf = (idOrPrefix: string, attempt: number | undefined): { run: RunRow; attempt: number; output: AttemptOutput } => {
    const run = find(idOrPrefix);
    const number = attempt ?? run.attempts;
    if (run.workKind !== 'command' || number < 1 || number > run.attempts) fail('NOT_FOUND', `no output of try ${number} of ${run.id}`, { kind: 'output', name: `${run.jobName} ${number}` });
    if (runs.attempt(run.id, number)?.output?.removed === true) fail('NOT_FOUND', `the output of ${run.id} was removed`, { kind: 'removed output', name: `${run.jobName} ${number}` });
    return { run, attempt: number, output: readerOf(run.id, number) };
  };

  const usualOf = (jobId: string): Usual => {
    const good = runs.recent(jobId, 200).filter((run) => run.state === 'succeeded' && !run.test).slice(0, usualRuns);
    const names = new Set(good.flatMap((run) => Object.keys(run.result?.metrics ?? {})));
    const metrics = Object.fromEntries(
      [...names].flatMap((name) => {
        const middle = median(good.flatMap((run) => run.result?.metrics[name] ?? []));
        return middle === null ? [] : [[name, middle]];
      })
    );
    const items = median(good.flatMap((run) => run.result?.items ?? []));
    return { runs: good.length, medianMs: medianMs(good.flatMap((run) => run.activeMs ?? [])), metrics: items === null ? metrics : { items, ...metrics } };
  };

  const api = {
    list: async ({ job, states, from, to, before, limit }) => runs.list({ jobId: job === undefined ? undefined : (jobs.job(job)?.id ?? job), states, fromMs: from === undefined ? undefined : Date.parse(from), toMs: to === undefined ? undefined : Date.parse(to), before, limit }).map(view),
    get: async ({ run }) => {
      const row = find(run);
      return { run: view(row), attempts: runs.attempts(row.id).map(viewAttempt), usual: usualOf(row.jobId) };
    },
    stop: async ({ run, force }, { actor }) => {
      const row = find(run);
      if (isFinal(row.state)) fail('CONFLICT', `the run ${row.id} is over`, { kind: 'ended run', name: row.jobName });
      // Begun by a process that is gone, and not yet looked for: a host that stays finds out at its start.
      if (!scheduler.stopRun(row.id, { cause: 'user', force, by: actor })) fail('CONFLICT', `the run ${row.id} is not watched by this process`, { kind: 'unwatched run', name: row.jobName });
      return view(find(row.id));
    },
    replay: async ({ run, as, reason }, { actor, trace, callId }) => {
      const asked = callId === undefined ? undefined : runs.byCall(callId);
      if (asked !== undefined) return view(asked);
      const row = find(run);
      if (!isFinal(row.state)) fail('CONFLICT', `the run ${row.id} is under way`, { kind: 'run', name: row.id });
      const job = findJob(row.jobId);
      if (row.workKind === 'external') fail('BAD_INPUT', `${row.jobName} is done elsewhere`, { field: 'run', reason: 'is done elsewhere and reported with varve ping' });
      const opened = scheduler.enqueue(job, { trigger: 'replay', by: actor, reason, replayOf: row.id, test: row.test, ...(trace !== undefined && { trace }), ...(callId !== undefined && { call: callId }), ...(row.occurrence !== null && { occurrence: row.occurrence }), ...(as === 'was' && { as: { version: row.version, definitionHash: row.definitionHash } }) });
      return opened === undefined ? fail('CONFLICT', 'the run was decided before', { kind: 'run', name: row.id }) : view(runs.run(opened.id) ?? opened);
    },
    note: async ({ run, note }, { actor }) => {
      const row = find(run);
      const text = note.trim() === '' ? null : note;
      outbox.commit(() => runs.update(row.id, { note: text }), [{ action: 'run.noted', category: 'job', actor, subject: `job:${row.jobName}`, payload: { run: row.id, job: row.jobName, jobId: row.jobId, note: text ?? '' } }]);
      announce({ kind: 'changed', what: 'runs' });
      return view(find(row.id));
    },
    reclassify: async ({ run, as, reason }, { actor }) => {
      const row = find(run);
      if (!isFinal(row.state)) fail('CONFLICT', `the run ${row.id} is under way`, { kind: 'run', name: row.id });
      outbox.commit(
        () => runs.update(row.id, { reclassified: { as, by: actor, at: new Date(clock.now()).toISOString(), reason } }),
        [{ action: 'run.reclassified', category: 'job', actor, subject: `job:${row.jobName}`, payload: { run: row.id, job: row.jobName, jobId: row.jobId, was: row.state, as, reason } }]
      );
      announce({ kind: 'changed', what: 'runs' });
      return view(find(row.id));
    },
    output: {
      page: async ({ run, attempt, from, count }) => {
        const { run: row, attempt: number, output } = outputOf(run, attempt);
        const { lines } = await output.refresh();
        const openAt = await firstErrors.of(`${row.id} ${number}`, lines, () => output.firstError());
        // Opened at the end, the page is what stands before it.
        const { rows, nextSeq } = await output.page(from ?? Math.max(0, Math.min(openAt - 20, lines - count)), count);
        return { rows: rows.map(wireRow), total: lines, next: nextSeq ?? null, openAt, live: !isFinal(row.state) };
      },
      search: async ({ run, attempt, text, from, limit }) => {
        const { output } = outputOf(run, attempt);
        await output.refresh();
        const { hits, nextSeq } = await output.search(text, from, limit);
        return { hits: hits.map(wireLine), next: nextSeq ?? null };
      },
      text: async function* ({ run, attempt }) {
        const { output } = outputOf(run, attempt);
        await output.refresh();
        for await (const text of output.text({ gap: ({ lines, bytes }) => `[${lines} lines, ${bytes} bytes are not kept]`, cut: (bytes) => `[${bytes} bytes of this line are not kept]` })) yield { text };
      },
      follow: async function* ({ run, attempt, from }, { signal }) {
        const { output } = outputOf(run, attempt);
        for await (const rows of output.follow(from, signal ?? new AbortController().signal)) yield { rows: rows.map(wireRow) };
      }
    },
    stats: async ({ job, by, zone, limit }) => statsOf(runs, findJob(job).id, { by, zone: zone ?? clock.zone(), limit })
  } satisfies Omit<EngineApi['runs'], 'purge'>;

  return { api, find };
}

function wireLine({ seq, t, stream, text }: OutputLine): { seq: number; t: string; stream: OutputLine['stream']; text: string } {
  return { seq, t: new Date(t).toISOString(), stream, text };
}

function wireRow(row: OutputRow): WireRow {
  return 'gap' in row ? { seq: row.seq, gap: { lines: row.gap.lines, bytes: row.gap.bytes } } : wireLine(row);
}
