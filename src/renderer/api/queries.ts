// One hook per question to the engine. Keys begin with the domain, so that announcements can make a whole domain old.
import { keepPreviousData, useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import type { Alert, Watch } from '../../contract/alerts.ts';
import type { AnchorStatus } from '../../contract/anchors.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Job, SchedulerState } from '../../contract/jobs.ts';
import type { LogEntry, VerifyState } from '../../contract/log.ts';
import type { Repository } from '../../contract/repository.ts';
import type { Plan, WaitingSnapshot } from '../../contract/snapshots.ts';
import type { Settings, Status } from '../../contract/system.ts';
import type { TaskState } from '../../contract/events.ts';
import { useEngine } from './engine.tsx';

export type SnapshotList = Awaited<ReturnType<VarveClient['snapshots']['list']>>;

export function useClient(): VarveClient {
  return useEngine().line.client;
}

export function useStatus(): UseQueryResult<Status> {
  const client = useClient();
  return useQuery({ queryKey: ['status'], queryFn: ({ signal }) => client.system.status({}, { signal }) });
}

export function useSettings(enabled = true): UseQueryResult<Settings> {
  const client = useClient();
  return useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => client.system.settings.get({}, { signal }), enabled });
}

export function useSaveSettings(): UseMutationResult<Settings, unknown, Partial<Settings>> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({ mutationFn: (change: Partial<Settings>) => client.system.settings.set(change), onSuccess: (settings) => queries.setQueryData(['settings'], settings) });
}

export function usePlans(): UseQueryResult<Plan[]> {
  const client = useClient();
  return useQuery({ queryKey: ['plans'], queryFn: ({ signal }) => client.plans.list({}, { signal }) });
}

/** `enabled: false` where there may be no home yet. */
export function useRepositories(enabled = true): UseQueryResult<Repository[]> {
  const client = useClient();
  return useQuery({ queryKey: ['repositories'], queryFn: ({ signal }) => client.repositories.list({}, { signal }), enabled });
}

/** All snapshots, newest first; screens filter what they have. */
export function useSnapshots(): UseQueryResult<SnapshotList> {
  const client = useClient();
  return useQuery({ queryKey: ['snapshots', 'list'], queryFn: ({ signal }) => client.snapshots.list({ limit: 10_000 }, { signal }), placeholderData: keepPreviousData });
}

/** Snapshots that wait for their repository. */
export function useWaiting(): UseQueryResult<WaitingSnapshot[]> {
  const client = useClient();
  return useQuery({ queryKey: ['snapshots', 'waiting'], queryFn: ({ signal }) => client.snapshots.waiting({}, { signal }) });
}

export function useStopWaiting(): UseMutationResult<unknown, unknown, string> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({ mutationFn: (id: string) => client.snapshots.stopWaiting({ id }), onSettled: () => queries.invalidateQueries({ queryKey: ['snapshots', 'waiting'] }) });
}

export function useVerifyState(): UseQueryResult<VerifyState> {
  const client = useClient();
  return useQuery({ queryKey: ['verify'], queryFn: ({ signal }) => client.log.verifyState({}, { signal }) });
}

export function useAnchorStatus(): UseQueryResult<AnchorStatus> {
  const client = useClient();
  return useQuery({ queryKey: ['anchors', 'status'], queryFn: ({ signal }) => client.anchors.status({}, { signal }) });
}

export function useLatestEntries(limit: number): UseQueryResult<LogEntry[]> {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'latest', limit], queryFn: async ({ signal }) => (await client.log.list({ filter: {}, limit }, { signal })).entries, placeholderData: keepPreviousData });
}

export function useSample(): UseQueryResult<{ present: boolean; path: string | null }> {
  const client = useClient();
  return useQuery({ queryKey: ['sample'], queryFn: ({ signal }) => client.system.sample.state({}, { signal }) });
}

/** Starts long work and follows it to its end; resolves as soon as it has started. */
export function useStartTask(): UseMutationResult<string, unknown, (client: VarveClient) => Promise<{ taskId: string }>> {
  const { line, board } = useEngine();
  return useMutation({
    mutationFn: async (start: (client: VarveClient) => Promise<{ taskId: string }>) => {
      const { taskId } = await start(line.client);
      board.follow(taskId).catch(() => {
        // A task that the engine no longer knows: its last state is what the board has.
      });
      return taskId;
    }
  });
}

export function isRunning(task: TaskState): boolean {
  return task.state === 'running';
}

/** The lists of alerts. */
export type AlertView = 'needs' | 'quiet' | 'solved';
export interface AlertList {
  alerts: Alert[];
  counts: { needs: number; quiet: number };
  watch: Watch;
}

export function useAlerts(view: AlertView): UseQueryResult<AlertList> {
  const client = useClient();
  return useQuery({ queryKey: ['alerts', view], queryFn: ({ signal }) => client.alerts.list({ view, limit: 200 }, { signal }) });
}

export function useJobs(): UseQueryResult<Job[]> {
  const client = useClient();
  return useQuery({ queryKey: ['jobs', 'list'], queryFn: ({ signal }) => client.jobs.list({}, { signal }) });
}

/** Whether jobs are started by time, whether all are paused, and what comes next. */
export function useScheduler(): UseQueryResult<SchedulerState> {
  const client = useClient();
  return useQuery({ queryKey: ['scheduler'], queryFn: ({ signal }) => client.jobs.scheduler({}, { signal }) });
}
