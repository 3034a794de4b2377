// Varve's own work as a run: the same calls a person would make, each followed as the task it is. Nothing here knows of schedules or tries.
import type { CallContext, EngineApi } from '../../../../contract/index.ts';
import type { HttpWork as HttpWorkSchema, Work } from '../../../../contract/jobs.ts';
import type { TaskResult, TaskState } from '../../../../contract/events.ts';
import type { RunResult } from '../../../../contract/runs.ts';
import { cancelled, fail, fromWire } from '../../kit/errors.ts';
import type { Clock, Net } from '../../ports.ts';
import type { LookAtPlan } from '../../snapshots/index.ts';
import type { Tasks } from '../../system/tasks.ts';
import { outcome, type Outcome } from './outcome.ts';
import { carryOutWatch } from './watch-work.ts';

export type OwnWork = Exclude<Work, { kind: 'command' | 'external' }>;
type HttpWork = ReturnType<typeof HttpWorkSchema.parse>;

export interface OwnWorkDeps {
  clock: Pick<Clock, 'monotonicMs'>;
  net: Net;
  tasks: Pick<Tasks, 'watch' | 'cancel'>;
  api: {
    take: EngineApi['snapshots']['take'];
    check: EngineApi['repositories']['check'];
    prune: EngineApi['maintenance']['prune'];
    forget: EngineApi['keeping']['forget'];
    drill: EngineApi['drills']['start'];
    verify: EngineApi['log']['verify'];
    pack: EngineApi['packages']['create'];
    restore: EngineApi['restores']['start'];
    undo: EngineApi['restores']['undo'];
    look: LookAtPlan;
  };
  /** A secret's value, after its use was recorded. */
  secret(name: string, purpose: string): Promise<string>;
}

export interface OwnContext {
  signal: AbortSignal;
  /** In whose name. */
  actor: string;
  /** What is under way, for whoever looks at the run. */
  onTask(taskId: string): void;
}

/** Resolves with how it ended; rejects with what kept it from being done. */
export async function carryOut(deps: OwnWorkDeps, work: OwnWork, context: OwnContext): Promise<Outcome> {
  const { api } = deps;
  const call: CallContext = { actor: context.actor, via: 'api', scope: 'owner', signal: context.signal };
  const follow = async ({ taskId }: { taskId: string }): Promise<{ state: TaskState; result: TaskResult }> => {
    context.onTask(taskId);
    return followTask(deps.tasks, taskId, context.signal);
  };
  const prune = async (repository: string): Promise<RunResult['metrics']> => {
    const { result } = await follow(await api.prune({ repository, dryRun: false, maxUnused: { kind: 'percent', percent: 5 } }, call));
    return result.kind === 'prune' ? { freedBytes: result.report.bytes.freed, packsRemoved: result.report.packs.removed } : {};
  };
  switch (work.kind) {
    case 'snapshot': {
      const { state, result } = await follow(await api.take({ plan: work.plan, tags: [] }, call));
      if (result.kind !== 'snapshot') return outcome('failed', 'error');
      const { gapCount, snapshot } = result.result;
      const { summary } = snapshot;
      const metrics = { ...(summary && { filesNew: summary.filesNew, filesChanged: summary.filesChanged, addedBytes: summary.dataAdded, totalFiles: summary.totalFiles, totalBytes: summary.totalBytes }), gaps: gapCount };
      return outcome(state.state === 'gaps' ? 'partial' : 'succeeded', 'exit', { result: { items: summary?.totalFiles ?? null, metrics }, ...(gapCount > 0 && { detail: `${gapCount} could not be read` }) });
    }
    case 'check': {
      const { result } = await follow(await api.check({ repository: work.repository, readData: work.read === 'all', ...(work.read === 'share' && { readWithinDays: work.withinDays }) }, call));
      if (result.kind !== 'check') return outcome('failed', 'error');
      const { ok, errors, bytesRead, packs, findings } = result.report;
      const metrics = { errors, bytesRead, packs };
      return ok ? outcome('succeeded', 'exit', { result: { items: packs, metrics } }) : outcome('failed', 'damage', { result: { items: packs, metrics }, code: 'REPOSITORY_DAMAGED', detail: findings.find(({ severity }) => severity === 'error')?.what ?? null });
    }
    case 'prune':
      return outcome('succeeded', 'exit', { result: { items: null, metrics: await prune(work.repository) } });
    case 'forget': {
      const preview = await api.forget.preview({ plan: work.plan }, call);
      let removed = 0;
      if (preview.removeCount > 0) {
        const { result } = await follow(await api.forget.run({ plan: work.plan, token: preview.token }, call));
        if (result.kind === 'forget') removed = result.report.removed.length;
      }
      const freed = work.prune ? await prune(preview.repositoryId) : {};
      return outcome('succeeded', 'exit', { result: { items: removed, metrics: { removed, kept: preview.keepCount, ...freed } } });
    }
    case 'drill': {
      const { result } = await follow(await api.drill({ snapshot: `${work.plan}@latest`, share: work.share, check: true }, call));
      if (result.kind !== 'drill') return outcome('failed', 'error');
      const { ok, files, bytes, failedCount, failed, check } = result.report;
      const numbers = { items: files, metrics: { files, bytes, failed: failedCount } };
      return ok ? outcome('succeeded', 'exit', { result: numbers }) : outcome('failed', 'damage', { result: numbers, detail: failed[0] === undefined ? (check?.reason ?? null) : `${failed[0].path}: ${failed[0].reason}` });
    }
    case 'watch':
      return carryOutWatch(
        {
          look: (plan) => api.look(plan, context.signal),
          bringBack: async (plan, treePath) => {
            const { result } = await follow(await api.restore({ snapshot: `${plan}@last-valid`, include: [treePath], exclude: [], target: null, conflict: 'replace', choices: [], deleteExtra: false, modes: true }, call));
            return result.kind === 'restore' ? result.report : fail('INTERNAL', 'a restore ended as something else', { what: 'restore' });
          },
          undo: async (restore) => void (await follow(await api.undo({ restore }, call)))
        },
        work
      );
    case 'verify-log': {
      const { result } = await follow(await api.verify({ mode: 'full' }, call));
      if (result.kind !== 'verify') return outcome('failed', 'error');
      const { verdict } = result;
      const numbers = { items: verdict.entries, metrics: { entries: verdict.entries } };
      return verdict.kind === 'broken' || verdict.kind === 'behind' ? outcome('failed', 'damage', { result: numbers, code: 'LOG_DAMAGED', detail: verdict.kind === 'broken' ? verdict.detail : null }) : outcome('succeeded', 'exit', { result: numbers });
    }
    case 'package': {
      const source = work.plan === null ? ({ kind: 'log' } as const) : { kind: 'snapshot' as const, snapshot: `${work.plan}@latest`, paths: [] };
      const { result } = await follow(await api.pack({ source, ...(work.format !== null && { format: work.format }), ...(work.folder !== null && { folder: work.folder }), ...(work.keep !== null && { keep: work.keep }) }, call));
      if (result.kind !== 'package') return outcome('failed', 'error');
      const { package: made, removed, skippedCount } = result.report;
      const numbers = { items: made.files, metrics: { bytes: made.bytes, files: made.files, removed: removed.length, skipped: skippedCount, ...(made.events !== null && { events: made.events }) } };
      if (made.chainValid === false) return outcome('failed', 'damage', { result: numbers, code: 'LOG_DAMAGED', detail: 'the record did not hold when it was packed' });
      return outcome(skippedCount > 0 ? 'partial' : 'succeeded', 'exit', { result: numbers, ...(skippedCount > 0 && { detail: `${skippedCount} could not be read` }) });
    }
    case 'http':
      return askHttp(deps, work, context.signal);
  }
}

async function askHttp({ net, clock, secret }: OwnWorkDeps, work: HttpWork, signal: AbortSignal): Promise<Outcome> {
  const startedMs = clock.monotonicMs();
  const bearer = work.bearerSecret === null ? undefined : await secret(work.bearerSecret, 'http');
  const { status, body } = await net.request({ method: work.method, url: work.url, ...(bearer !== undefined && { headers: { authorization: `Bearer ${bearer}` } }), timeoutMs: 30_000, limitBytes: 4 * 1024 * 1024, signal }).catch((error: unknown) => {
    if (signal.aborted) throw cancelled();
    return fail('TIMED_OUT', error instanceof Error ? error.message : String(error), { what: work.url }, error);
  });
  const metrics = { status, answerMs: Math.round(clock.monotonicMs() - startedMs), bytes: body.length };
  const expected = work.expectStatus.length === 0 ? status >= 200 && status < 300 : work.expectStatus.includes(status);
  if (!expected) return outcome('failed', 'exit', { result: { items: null, metrics }, detail: `answered with ${status}`, retry: true });
  if (work.expectText !== null && !Buffer.from(body).toString('utf8').includes(work.expectText)) return outcome('failed', 'exit', { result: { items: null, metrics }, detail: `the answer does not hold "${work.expectText}"`, retry: true });
  return outcome('succeeded', 'exit', { result: { items: null, metrics } });
}

/** Follows a task to its end; cancels it when the signal fires. Throws what it ended with. */
async function followTask(tasks: Pick<Tasks, 'watch' | 'cancel'>, taskId: string, signal: AbortSignal): Promise<{ state: TaskState; result: TaskResult }> {
  const cancel = (): void => void tasks.cancel(taskId);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    let last: TaskState | undefined;
    for await (const state of tasks.watch(taskId)) last = state;
    if (last === undefined || last.state === 'running') throw cancelled(); // the engine ends
    if (last.error !== null) throw fromWire(last.error);
    if (last.result === null) throw cancelled();
    return { state: last, result: last.result };
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
