// One hook of a plan: a program run with a time limit and little environment, and what it says about the snapshot.
import type { Hook } from '../../../../contract/snapshots.ts';
import { plainEnvironment, type Environment } from '../../kit/environment.ts';
import { errnoOf } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { ProgramEnd, Programs } from '../../ports.ts';
import { logged } from '../plans/words.ts';

export type Metrics = Record<string, unknown>;

export interface HookOutcome {
  /** Why it counts as failed. */
  failure: { reason: string } | undefined;
  metrics: Metrics | undefined;
  /** It did its work, but its metrics could not be taken. */
  warning: { reason: string } | undefined;
}

export interface HookFacts {
  plan: string;
  hook: 'before' | 'after' | 'check';
  repository: string;
  /** Of a check: the folder below which everything came back, and where the program stands. */
  restored?: { top: string; folder: string };
}

const outputLimitBytes = 64 * 1024;
const shownErrors = 300;
const deepest = 32;
const longestName = 500;

/** Throws CANCELLED only; everything else is an outcome. */
export async function runHook(programs: Programs, hook: Hook, facts: HookFacts, environment: Environment, signal: AbortSignal | undefined): Promise<HookOutcome> {
  const request = { argv: hook.argv, environment: { ...plainEnvironment(environment, hook.environment), VARVE_PLAN: facts.plan, VARVE_HOOK: facts.hook, VARVE_REPOSITORY: facts.repository, ...(facts.restored && { VARVE_RESTORED: facts.restored.top }) }, ...(facts.restored && { folder: facts.restored.folder }), timeLimitMs: hook.timeLimitSeconds * 1000, outputLimitBytes, signal };
  let end: ProgramEnd;
  try {
    end = await programs.run(request);
  } catch (error) {
    return { failure: notStarted(error), metrics: undefined, warning: undefined };
  }
  const failure = failureOf(end, hook.timeLimitSeconds);
  return { failure, metrics: undefined, warning: undefined, ...(failure === undefined && metricsOf(end)) };
}

/** Throws what is no fault of the program's. */
export function notStarted(error: unknown): { reason: string } {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  return { reason: `could not be started (${code})` };
}

export function failureOf(end: ProgramEnd, limitSeconds: number): { reason: string } | undefined {
  if (end.timedOut) return { reason: `took longer than ${limitSeconds} s` };
  if (end.exitCode === 0) return undefined;
  // The last line it wrote to standard error says more than a number.
  const complaint = displayName(end.errors.trim().split('\n').at(-1)?.trim() ?? '').slice(0, shownErrors);
  const ended = String(end.exitCode ?? end.signal ?? '?');
  return complaint === '' ? { reason: `ended with ${ended}` } : { reason: `ended with ${ended}: ${complaint}` };
}

/** Only a JSON object is metrics; other words are the program's own business. */
function metricsOf(end: ProgramEnd): Partial<HookOutcome> {
  const text = Buffer.from(end.output).toString('utf8').trim();
  if (!text.startsWith('{')) return {};
  if (end.outputTooLong) return { warning: { reason: 'gave more than 64 KiB of metrics' } };
  let metrics: unknown;
  try {
    metrics = JSON.parse(text);
  } catch {
    return { warning: { reason: 'gave metrics that are no JSON' } };
  }
  return canBeKept(metrics, 0) ? { metrics: logged(metrics as Metrics) } : { warning: { reason: 'gave metrics that the record cannot hold: nested too deep, too long a name, or a number beyond all bounds' } };
}

/** What the record would refuse must not fail a snapshot that is taken already. */
function canBeKept(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth < deepest && Object.entries(value).every(([name, inner]) => name.length <= longestName && canBeKept(inner, depth + 1));
}
