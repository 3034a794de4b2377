// Runs, jobs and facts as tests want them; what a test does not name is unremarkable.
import { JobDefinition } from '../../../../contract/jobs.ts';
import type { Run, RunState } from '../../../../contract/runs.ts';
import type { Facts, JobFact, KnownJob, Mark } from '../facts.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** A Saturday. */
export const noon = Date.UTC(2026, 10, 21, 12);
export const at = (ms: number): string => new Date(ms).toISOString();

let counter = 0;
export const testId = (): string => `01932b6e-5a1c-7000-8000-${(++counter).toString(16).padStart(12, '0')}`;

export type DefinitionInput = Partial<Omit<JobDefinition, 'alerts'>> & { alerts?: Partial<JobDefinition['alerts']> };

export function definition({ alerts, ...given }: DefinitionInput = {}): JobDefinition {
  const usual = { failureAfter: null, staleAfterSeconds: null, startGraceSeconds: 900, duration: true, volume: null, partialIsSuccess: false };
  return JobDefinition.parse({ name: 'thesis-daily', work: { kind: 'command', argv: ['true'] }, schedule: { kind: 'cron', expression: '0 3 * * *', zone: 'UTC' }, ...given, alerts: { ...usual, ...alerts } });
}

export interface RunInput {
  state?: RunState;
  /** Milliseconds before the present. */
  ago?: number;
  took?: number;
  items?: number | null;
  metrics?: Record<string, number>;
  cause?: Run['cause'];
  change?: Partial<Run>;
}

export function runOf(jobId: string, { state = 'succeeded', ago = hour, took = 120_000, items = null, metrics = {}, cause = null, change = {} }: RunInput = {}, nowMs = noon): Run {
  const ended = nowMs - ago;
  return {
    id: testId(), jobId, jobName: 'thesis-daily', jobTitle: 'Thesis', workKind: 'command', state, cause, trigger: 'schedule', occurrence: at(ended - took), createdAt: at(ended - took), startedAt: at(ended - took), endedAt: at(ended), activeMs: took, attempts: 1,
    dueAt: null, test: false, by: 'varve', reason: '', replayOf: null, otherRun: null, missed: null, waitingFor: null, flags: [], version: 1, definitionHash: '0'.repeat(64), exit: null, result: items === null && Object.keys(metrics).length === 0 ? null : { items, metrics }, failure: null, note: null, reclassified: null, ...change
  };
}

export interface JobInput {
  definition?: DefinitionInput;
  /** Newest first. */
  runs?: RunInput[];
  active?: RunInput[];
  change?: Partial<JobFact>;
}

export function knownJob(input: JobInput = {}): KnownJob {
  const made = definition(input.definition);
  return { id: testId(), name: made.name, title: 'Thesis', definition: made, createdAt: at(noon - 100 * day), paused: false, pausedSince: null, pausedUntil: null, overdueAt: null, scheduleGapMs: day, longestGapMs: day, lastGoodAt: null };
}

export function jobOf(input: JobInput = {}): JobFact {
  const job = knownJob(input);
  const { runs = [], active = [], change = {} } = input;
  return { ...job, runs: runs.map((run) => runOf(job.id, run)), active: active.map((run) => ({ ...runOf(job.id, run), endedAt: null })), repository: null, network: false, ...change };
}

export function factsOf(change: Partial<Facts> & { marks?: Record<string, Mark> } = {}): Facts {
  const { marks = {}, ...given } = change;
  return {
    nowMs: noon, watchedMs: hour, jobs: [], scheduler: { scheduling: true, lastTickAt: at(noon - 20_000), paused: false, quietMs: 0 }, output: { overBytes: 0, limitBytes: 2e9 }, record: undefined, repositories: [], home: { path: '/home/ana/varve', freeBytes: 4e11, totalBytes: 1e12 }, secrets: [], online: true, lowBytes: 20e9, fullBytes: 5e9,
    mark: (code, runId) => marks[`${code} ${runId}`], ...given
  };
}
