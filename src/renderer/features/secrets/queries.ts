// Questions about secrets. Their keys begin with `secrets`, so that what the engine announces makes them old. No answer here holds a value.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { VarveClient } from '../../../contract/index.ts';
import type { SecretAccess } from '../../../contract/secrets.ts';
import { useClient } from '../../api/queries.ts';

export type SecretList = Awaited<ReturnType<VarveClient['secrets']['list']>>;

export const accessShown = 50;

export function useSecrets(): UseQueryResult<SecretList> {
  const client = useClient();
  return useQuery({ queryKey: ['secrets', 'list'], queryFn: ({ signal }) => client.secrets.list({}, { signal }) });
}

export function useAccess(name: string): UseQueryResult<SecretAccess[]> {
  const client = useClient();
  return useQuery({ queryKey: ['secrets', 'uses', name], queryFn: ({ signal }) => client.secrets.uses({ name, limit: accessShown }, { signal }) });
}
