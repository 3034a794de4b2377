// A program as a try: kept by the shim, so that it outlives this process. What it may see is put together here (rules 2.8, 5.4, 10.7); how it ended is read
// from its exit by rule 6.
import type { CommandWork } from '../../../../contract/jobs.ts';
import { toWire } from '../../kit/errors.ts';
import { plainEnvironment, type Environment } from '../../kit/environment.ts';
import type { Logger } from '../../ports.ts';
import type { Attempts, AttemptRequest, AttemptResult, SpawnError } from '../attempt/index.ts';
import { withoutColours } from '../attempt/index.ts';
import { graceMs, runFields, traceIdOf, type RunRow } from '../model.ts';
import type { Executor, Started, Try } from './executor.ts';
import { outcome, outcomeOfError, type Outcome } from './outcome.ts';

export interface CommandExecutorDeps {
  attempts: Attempts;
  environment: Environment;
  userHome: string;
  logger: Logger;
  /** A secret's value and all that must be masked with it, after its use was recorded. */
  secret(name: string, by: string, purpose: string): Promise<{ value: string; masks: readonly { name: string; value: string }[] }>;
  /** The last lines of a try that has ended. */
  onTail(runId: string, lines: readonly string[]): void;
  programName(path: string): string;
}

export function createCommandExecutor(deps: CommandExecutorDeps): Executor {
  const { attempts, logger } = deps;

  const started = (what: Try, identity: unknown): Started => {
    const { run, attempt, definition } = what;
    const work = definition.work as CommandWork;
    const released = new AbortController();
    const ended = attempts
      .ended(run.id, attempt, released.signal)
      .then(async (end): Promise<Outcome> => ('result' in end ? outcomeOf(deps, work, end.result, await lastLineOf(deps, run.id, attempt)) : outcome('unknown', end.gone, { byItself: true })))
      .catch((error: unknown): Outcome | Promise<never> => (released.signal.aborted ? new Promise<never>(() => undefined) : { ...outcomeOfError(error), state: 'unknown', retry: false }));
    return {
      identity,
      ended,
      stop: ({ force }) => void attempts.stop(run.id, attempt, { force, graceMs: graceMs(definition) }).catch((error: unknown) => logger.error('a run could not be asked to stop', { ...runFields(run), reason: toWire(error).message })),
      release: () => released.abort(),
      endsWithUs: false
    };
  };

  return {
    start: async (what) => {
      const request = await requestOf(deps, what);
      const began = await attempts.start(request);
      if ('identity' in began) return { kind: 'started', started: started(what, began.identity) };
      if ('lost' in began) return { kind: 'failed', outcome: outcome('unknown', 'crash_at_start') };
      return { kind: 'failed', outcome: notSpawned(what, began.spawnFailed) };
    },
    find: async (what) => {
      const { run, attempt } = what;
      const found = await attempts.find(run.id, attempt);
      if ('result' in found) return { kind: 'ended', outcome: found.result.spawnError === null ? outcomeOf(deps, what.definition.work as CommandWork, found.result, await lastLineOf(deps, run.id, attempt)) : notSpawned(what, found.result.spawnError) };
      if ('gone' in found) return { kind: 'gone', cause: found.gone };
      if ('alive' in found && !found.orphan) return { kind: 'alive', started: started(what, found.alive) };
      if ('alive' in found) {
        const orphan = started(what, found.alive);
        return { kind: 'orphan', ended: orphan.ended.then(() => undefined), stop: orphan.stop, release: orphan.release };
      }
      return { kind: 'gone', cause: 'crash_at_start' };
    }
  };
}

function notSpawned({ definition }: Try, { code, at }: SpawnError): Outcome {
  const program = (definition.work as CommandWork).argv[0] ?? '';
  return outcome('failed', 'spawn', { detail: at === 'folder' ? `the folder it is to stand in cannot be used: ${code}` : at === 'program' ? `${program} could not be started: ${code}` : `it could not be watched over: ${code}` });
}

/** Rule 2.8: what a run knows of itself. */
export function runEnvironment(run: RunRow, attempt: number): Record<string, string> {
  return {
    VARVE_JOB: run.jobName,
    VARVE_TRIGGER: run.trigger,
    VARVE_SCHEDULED_AT: new Date(run.occurrence ?? run.createdAt).toISOString(),
    VARVE_STARTED_AT: new Date(run.startedAt ?? run.createdAt).toISOString(),
    VARVE_RUN_ID: run.id,
    VARVE_ATTEMPT: String(attempt),
    VARVE_IDEMPOTENCY_KEY: run.key,
    TRACEPARENT: `00-${traceIdOf(run)}-${run.key.slice(0, 16)}-01`,
    ...(run.test && { VARVE_DRY_RUN: '1' })
  };
}

async function requestOf(deps: CommandExecutorDeps, { run, attempt, definition }: Try): Promise<AttemptRequest> {
  const work = definition.work as CommandWork;
  const masks: { name: string; value: string }[] = [];
  const environment: Record<string, string> = { ...plainEnvironment(deps.environment, work.inherit), ...work.environment, ...runEnvironment(run, attempt) };
  const secretFiles: { name: string; variable: string; value: string }[] = [];
  let stdin: string | undefined;
  for (const { secret, into } of work.secrets) {
    const { value, masks: more } = await deps.secret(secret, `run:${run.id}`, `job:${run.jobName}`);
    masks.push(...more);
    if (into.kind === 'environment') environment[into.name] = value;
    else if (into.kind === 'file') secretFiles.push({ name: secret, variable: into.name, value });
    else stdin = value;
  }
  return {
    runId: run.id, attempt, argv: work.argv, folder: work.folder ?? deps.userHome, environment, stdin, secretFiles, secrets: masks,
    timeoutMs: definition.timeoutSeconds * 1000, idleTimeoutMs: definition.idleTimeoutSeconds * 1000, stopSignal: work.stopSignal, graceMs: graceMs(definition)
  };
}

/** Rule 6.3: what restic means by its codes, where the definition says nothing of its own. */
const resticCodes = { partial: [3], noRetry: [10, 12] };

/** Rules 6.1 to 6.3. */
export function outcomeOf({ programName }: Pick<CommandExecutorDeps, 'programName'>, work: CommandWork, result: AttemptResult, lastLine: string | null): Outcome {
  const { exit, stoppedBy } = result;
  const preset = programName(work.argv[0] ?? '') === 'restic';
  const partialCodes = work.partialCodes.length === 0 && preset ? resticCodes.partial : work.partialCodes;
  const noRetry = [126, 127, ...(work.noRetryCodes.length === 0 && preset ? resticCodes.noRetry : work.noRetryCodes)];
  const common: Partial<Outcome> = {
    exit, activeMs: Math.round(result.activeMs), output: { lines: result.lines, bytes: result.bytes.out + result.bytes.err, redacted: result.redacted.total, removed: false }, redacted: result.redacted.total, result: result.report, byItself: stoppedBy === null, lastLine
  };
  if (stoppedBy === 'timeout' || stoppedBy === 'idle_timeout') return outcome('timed_out', stoppedBy === 'timeout' ? 'timeout' : 'idle', common);
  if (stoppedBy !== null) return outcome('stopped', stoppedBy === 'shutdown' ? 'shutdown' : 'user', common);
  const code = exit?.code ?? null;
  if (code === 0 || (code !== null && work.successCodes.includes(code))) return outcome('succeeded', 'exit', common);
  if (code !== null && partialCodes.includes(code)) return outcome('partial', 'exit', common);
  if (code === null) return outcome('failed', 'signal', { ...common, detail: `ended by ${String(exit?.signal)}`, retry: true });
  return outcome('failed', 'exit', { ...common, detail: `ended with ${code}`, retry: !noRetry.includes(code) });
}

const shownLine = 300;
const tailLines = 50;

/** What it said last, on standard error if it said anything there among its last lines. */
async function lastLineOf({ attempts, onTail }: Pick<CommandExecutorDeps, 'attempts' | 'onTail'>, runId: string, attempt: number): Promise<string | null> {
  try {
    const reader = attempts.output(runId, attempt);
    const { lines } = await reader.refresh();
    const { rows } = await reader.page(Math.max(0, lines - tailLines), tailLines);
    const said = rows.flatMap((row) => ('gap' in row || row.text.trim() === '' ? [] : [{ stream: row.stream, text: withoutColours(row.text).trimEnd().slice(0, shownLine) }]));
    onTail(runId, said.map(({ text }) => text));
    const line = said.findLast(({ stream }) => stream === 'err') ?? said.at(-1);
    return line?.text.trim() ?? null;
  } catch {
    return null; // the exit says enough; the output says itself that it cannot be read
  }
}
