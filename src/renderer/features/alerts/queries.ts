// Questions of this screen.
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import type { AlertSettings, Channel, Ping, Silence, Ticket } from '../../../contract/alerts.ts';
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

export function useSilences(): UseQueryResult<Silence[]> {
  const client = useClient();
  return useQuery({ queryKey: ['alerts', 'silences'], queryFn: ({ signal }) => client.alerts.silences({}, { signal }) as Promise<Silence[]> });
}

/** Open ones first, each with the newest first. */
export function useTickets(): UseQueryResult<Ticket[]> {
  const client = useClient();
  return useQuery({ queryKey: ['alerts', 'tickets'], queryFn: ({ signal }) => client.alerts.tickets({ limit: 200 }, { signal }) as Promise<Ticket[]> });
}

/** How the last call to each outside checker went. */
export function usePings(): UseQueryResult<Ping[]> {
  const client = useClient();
  return useQuery({ queryKey: ['alerts', 'pings'], queryFn: ({ signal }) => client.alerts.pings({}, { signal }) as Promise<Ping[]> });
}

/** Something a person says; everything about alerts, and the jobs that name a checker, is asked for again afterwards. */
export function useSay<T = unknown>(): UseMutationResult<T, Error, (client: VarveClient) => Promise<T>> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({ mutationFn: (work: (client: VarveClient) => Promise<T>) => work(client), onSuccess: async () => void (await Promise.all([queries.invalidateQueries({ queryKey: ['alerts'] }), queries.invalidateQueries({ queryKey: ['jobs'] })])) });
}
