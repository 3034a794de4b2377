// Questions about jobs and runs, and what can be done with them. Keys begin with `jobs` or `runs`, which announcements make old.
import { keepPreviousData, skipToken, useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import type { VarveClient } from '../../../contract/index.ts';
import type { Job, JobDefinition } from '../../../contract/jobs.ts';
import type { Run, RunState } from '../../../contract/runs.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';

export type RunDetails = Awaited<ReturnType<VarveClient['runs']['get']>>;
export type JobVersions = Awaited<ReturnType<VarveClient['jobs']['versions']>>;

export function useJob(job: string | undefined): UseQueryResult<Job> {
  const client = useClient();
  return useQuery({ queryKey: ['jobs', 'one', job], queryFn: job === undefined ? skipToken : ({ signal }) => client.jobs.get({ job }, { signal }), retry: false });
}

export function useRun(run: string): UseQueryResult<RunDetails> {
  const client = useClient();
  return useQuery({ queryKey: ['runs', 'one', run], queryFn: ({ signal }) => client.runs.get({ run }, { signal }), retry: false });
}

export const runsAtOnce = 200;

/** A job's runs, newest first, in pages. */
export function useRuns(job: string, states: readonly RunState[] | undefined): UseInfiniteQueryResult<InfiniteData<Run[]>> {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: ['runs', 'of', job, states],
    queryFn: ({ pageParam, signal }) => client.runs.list({ job, limit: runsAtOnce, ...(states && { states: [...states] }), ...(pageParam !== undefined && { before: pageParam }) }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < runsAtOnce ? undefined : page.at(-1)?.id),
    placeholderData: keepPreviousData
  });
}

const mostOfDay = 1000;

/** Runs that were decided in this span, the newest first; `cut` when there were more than are shown. */
export function useRunsBetween(from: Date, to: Date): UseQueryResult<{ runs: Run[]; cut: boolean }> {
  const client = useClient();
  return useQuery({
    queryKey: ['runs', 'between', from.toISOString(), to.toISOString()],
    queryFn: async ({ signal }) => {
      const runs = await client.runs.list({ from: from.toISOString(), to: to.toISOString(), limit: mostOfDay }, { signal });
      return { runs, cut: runs.length === mostOfDay };
    },
    placeholderData: keepPreviousData
  });
}

export function useVersions(job: string): UseQueryResult<JobVersions> {
  const client = useClient();
  return useQuery({ queryKey: ['jobs', 'versions', job], queryFn: ({ signal }) => client.jobs.versions({ job }, { signal }) });
}

/** Names of secrets, for choosing; values stay where they are. */
export function useSecretNames(): string[] {
  const client = useClient();
  return useQuery({ queryKey: ['secrets', 'names'], queryFn: async ({ signal }) => (await client.secrets.list({}, { signal })).secrets.map(({ name }) => name) }).data ?? [];
}

/** What is proposed for plans that have no job, by plan. */
export function useProposals(plans: readonly Plan[]): { plan: Plan; definitions: JobDefinition[] }[] {
  const client = useClient();
  const answers = useQueries({ queries: plans.map((plan) => ({ queryKey: ['jobs', 'defaults', plan.id], queryFn: () => client.jobs.defaults({ plan: plan.id }) })) });
  const proposed = new Set<string>();
  return plans.flatMap((plan, index) => {
    // Two plans on one repository propose the same check of it.
    const definitions = (answers[index]?.data ?? []).filter(({ name }) => !proposed.has(name));
    for (const { name } of definitions) proposed.add(name);
    return definitions.length === 0 ? [] : [{ plan, definitions }];
  });
}

/** One of the verbs on jobs and runs; what is shown is asked for anew when it is done. */
export function useDo<T, I = void>(act: (client: VarveClient, input: I) => Promise<T>): UseMutationResult<T, unknown, I> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: I) => act(client, input),
    onSuccess: async () => {
      await Promise.all(['jobs', 'runs', 'scheduler'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    }
  });
}
