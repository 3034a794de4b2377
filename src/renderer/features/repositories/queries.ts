// Questions about one repository. Their keys begin with `repositories`, so that what the engine announces makes them old.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { KeyInfo, LockInfo } from '../../../contract/keeping.ts';
import type { Repository, RepositoryUsage } from '../../../contract/repository.ts';
import { isFailure } from '../../api/failure.ts';
import { useClient } from '../../api/queries.ts';

/** Counted by names and sizes; asked only of a place that is there. */
export function useUsage({ id, state }: Repository): UseQueryResult<RepositoryUsage> {
  const client = useClient();
  return useQuery({ queryKey: ['repositories', 'usage', id], queryFn: ({ signal }) => client.repositories.usage({ repository: id }, { signal }), enabled: state === 'ready' });
}

export function useKeys({ id, state }: Repository): UseQueryResult<KeyInfo[]> {
  const client = useClient();
  return useQuery({ queryKey: ['repositories', 'keys', id], queryFn: ({ signal }) => client.keeping.keys.list({ repository: id }, { signal }), enabled: state === 'ready', retry: false });
}

export function useLocks({ id, state }: Repository): UseQueryResult<LockInfo[]> {
  const client = useClient();
  return useQuery({ queryKey: ['repositories', 'locks', id], queryFn: ({ signal }) => client.keeping.locks.list({ repository: id }, { signal }), enabled: state === 'ready', retry: false });
}

/** The password is wrong, gone or locked away: nothing of the repository can be read until that is put right. */
export function isSealed(error: unknown): boolean {
  return isFailure(error, 'WRONG_PASSWORD') || isFailure(error, 'SECRET_MISSING') || isFailure(error, 'VAULT_LOCKED');
}
