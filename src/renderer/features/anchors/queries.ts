// Questions of this screen.
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Anchor, Witness } from '../../../contract/anchors.ts';
import type { SigningKey } from '../../../contract/checkpoints.ts';
import { useClient } from '../../api/queries.ts';

export function useAnchors(): UseQueryResult<Anchor[]> {
  const client = useClient();
  return useQuery({ queryKey: ['anchors', 'list'], queryFn: ({ signal }) => client.anchors.list({ limit: 200 }, { signal }) });
}

export function useWitnesses(): UseQueryResult<Witness[]> {
  const client = useClient();
  return useQuery({ queryKey: ['anchors', 'witnesses'], queryFn: ({ signal }) => client.anchors.witnesses.list({}, { signal }) });
}

export function useSigningKeys(): UseQueryResult<SigningKey[]> {
  const client = useClient();
  return useQuery({ queryKey: ['anchors', 'keys'], queryFn: ({ signal }) => client.checkpoints.keys({}, { signal }) });
}

/** After anything was compared: the list, the state and the reminder are asked for again. */
export function useRefreshAnchors(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ queryKey: ['anchors'] }), [queries]);
}
