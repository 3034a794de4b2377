// From the sources to facts. What one source cannot say now is undefined; the others still count.
import type { Run } from '../../../contract/runs.ts';
import type { Logger } from '../ports.ts';
import type { Facts, JobFact, KnownJob, RepositoryFacts, Sources } from './facts.ts';

/** Enough for the last 8 of a weekday of a job that runs three times a day. */
const runsLooked = 200;

type Gathered = Pick<Facts, 'jobs' | 'output' | 'record' | 'repositories' | 'home' | 'secrets' | 'online'>;

export interface Gather {
  (nowMs: number): Promise<Gathered>;
  /** Runs of this job have changed; without one, of all. */
  forget(jobId?: string): void;
}

export function createGather(sources: Sources, logger: Pick<Logger, 'warn'>): Gather {
  /** Final runs do not change by themselves. */
  const runsOf = new Map<string, readonly Run[]>();

  const unasked = (what: string, error: unknown): undefined => logger.warn('a source of alerts could not be asked', { what, reason: error instanceof Error ? error.message : String(error) }) as undefined;

  const told = <T>(what: string, ask: () => T): T | undefined => {
    try {
      return ask();
    } catch (error) {
      return unasked(what, error);
    }
  };

  const recent = (jobId: string): readonly Run[] => {
    const known = runsOf.get(jobId);
    if (known) return known;
    const runs = sources.jobs.recentRuns(jobId, runsLooked).filter((run) => !run.test);
    runsOf.set(jobId, runs);
    return runs;
  };

  const jobFacts = (repositories: readonly RepositoryFacts[] | undefined): JobFact[] => {
    const jobs = sources.jobs.jobs();
    const active = Map.groupBy(sources.jobs.activeRuns(), ({ jobId }) => jobId);
    for (const id of runsOf.keys()) if (!jobs.some((job) => job.id === id)) runsOf.delete(id);
    return jobs.map((job) => {
      const repository = repositoryOf(sources, job.definition);
      const network = job.definition.work.kind === 'http' || job.definition.conditions.network !== null || repositories?.find(({ name }) => name === repository)?.network === true;
      return { ...job, runs: recent(job.id), active: active.get(job.id) ?? [], repository, network };
    });
  };

  const gather = async (nowMs: number): Promise<Gathered> => {
    const repositories = await sources.repositories().catch((error: unknown) => unasked('repositories', error));
    return {
      repositories,
      jobs: jobFacts(repositories),
      output: sources.jobs.outputRoom(),
      record: told('record', () => sources.record()),
      home: told('home', () => sources.homeSpace()),
      secrets: told('secrets', () => sources.secrets.expiring(nowMs)),
      online: told('network', () => sources.online())
    };
  };
  return Object.assign(gather, { forget: (jobId?: string) => (jobId === undefined ? runsOf.clear() : void runsOf.delete(jobId)) });
}

function repositoryOf(sources: Pick<Sources, 'repositoryOfPlan'>, { work }: KnownJob['definition']): string | null {
  if ('plan' in work) return work.plan === null ? null : (sources.repositoryOfPlan(work.plan) ?? null);
  return 'repository' in work ? work.repository : null;
}
