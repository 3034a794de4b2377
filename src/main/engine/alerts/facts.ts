// What the rules judge by, and where it comes from. The sources are what this domain needs of others; none of them is imported here, so that each can be
// a fake in tests and can be missing in a home that has no jobs yet.
import type { JobDefinition } from '../../../contract/jobs.ts';
import type { Repository } from '../../../contract/repository.ts';
import type { Run } from '../../../contract/runs.ts';
import type { VerifyState } from '../../../contract/verify.ts';

export interface KnownJob {
  id: string;
  name: string;
  title: string;
  definition: JobDefinition;
  createdAt: string;
  paused: boolean;
  /** Since when it is, of its own pause. */
  pausedSince: string | null;
  pausedUntil: string | null;
  /** The newest time that has passed by more than its grace and that nothing stands for. */
  overdueAt: string | null;
  /** Shortest gap between its occurrences; null: not by time. */
  scheduleGapMs: number | null;
  /** The longest of its last few; null: not by time. */
  longestGapMs: number | null;
  /** Of its last success, however long ago. */
  lastGoodAt: string | null;
}

/** As the jobs domain tells it. */
export interface JobsFacts {
  jobs(): KnownJob[];
  /** Final ones, newest first, tests included. */
  recentRuns(jobId: string, limit: number): Run[];
  activeRuns(): Run[];
  /** What jobs printed, beyond what may be kept of it, as the last sweep found; undefined: none yet. */
  outputRoom(): { overBytes: number; limitBytes: number } | undefined;
  onRunStarted(listener: (run: Run) => void): () => void;
  onRunEnded(listener: (run: Run) => void): () => void;
  /** `scheduling` false: this program starts nothing by time. */
  schedulerState(): { scheduling: boolean; lastTickAt: string | null; paused: boolean };
  /** Of what it printed, the last lines, secrets masked. */
  outputTail(runId: string, lines: number): readonly string[] | Promise<readonly string[]>;
}

export interface Sources {
  jobs: JobsFacts;
  record(): VerifyState;
  /** Throws, or rejects, when they cannot be looked at now: what was known then stays. */
  repositories(): Promise<RepositoryFacts[]>;
  /** Name of the repository a plan keeps its snapshots in. */
  repositoryOfPlan(plan: string): string | undefined;
  homeSpace(): { path: string; freeBytes: number; totalBytes: number };
  /** Secrets that expire, each once. */
  secrets: { expiring(nowMs: number): { name: string; expiresAt: string }[] };
  /** undefined: the computer does not tell. */
  online(): boolean | undefined;
}

export interface RepositoryFacts {
  name: string;
  path: string;
  state: Repository['state'];
  network: boolean;
  lastCheck: Repository['lastCheck'];
  freeBytes: number | null;
  totalBytes: number | null;
}

export interface JobFact extends KnownJob {
  /** Final ones, newest first, without tests. */
  runs: readonly Run[];
  active: readonly Run[];
  repository: string | null;
  /** Its work needs another computer. */
  network: boolean;
}

/** A run that a rule found unusual stays out of what is usual, unless a person said that it is right. */
export type Mark = 'unusual' | 'expected';

export interface Facts {
  nowMs: number;
  /** Awake time since this program began to watch. */
  watchedMs: number;
  jobs: readonly JobFact[];
  scheduler: {
    scheduling: boolean;
    lastTickAt: string | null;
    paused: boolean;
    /** Awake time for which it has not ticked, as far as it was watched. */
    quietMs: number;
  };
  output: { overBytes: number; limitBytes: number } | undefined;
  record: VerifyState | undefined;
  repositories: readonly RepositoryFacts[] | undefined;
  home: { path: string; freeBytes: number; totalBytes: number } | undefined;
  secrets: readonly { name: string; expiresAt: string }[] | undefined;
  online: boolean | undefined;
  lowBytes: number;
  fullBytes: number;
  mark(code: string, runId: string): Mark | undefined;
}
