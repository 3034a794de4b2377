// Questions of this screen.
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import type { AlertSettings, Channel } from '../../../contract/alerts.ts';
import type { VarveClient } from '../../../contract/index.ts';
import { useClient } from '../../api/queries.ts';

export function useChannels(): UseQueryResult<Channel[]> {
  const client = useClient();
  return useQuery({ queryKey: ['alerts', 'channels'], queryFn: ({ signal }) => client.alerts.channels.list({}, { signal }) as Promise<Channel[]> });
}

export function useAlertSettings(): UseQueryResult<AlertSettings> {
  const client = useClient();
  return useQuery({ queryKey: ['alerts', 'settings'], queryFn: ({ signal }) => client.alerts.settings.get({}, { signal }) });
}

/** Something a person says; everything about alerts is asked for again afterwards. */
export function useSay<T = unknown>(): UseMutationResult<T, Error, (client: VarveClient) => Promise<T>> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({ mutationFn: (work: (client: VarveClient) => Promise<T>) => work(client), onSuccess: () => queries.invalidateQueries({ queryKey: ['alerts'] }) });
}
