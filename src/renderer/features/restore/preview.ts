// What a restore would do, asked again whenever the answers change. The newest sound snapshot is looked for once: finding it means reading it.
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useRef } from 'react';
import type { PassedOver, RestoreInput, RestorePreview } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';

export function isSoundSearch({ snapshot }: RestoreInput): boolean {
  return snapshot.endsWith('@last-valid');
}

export function usePreview(input: RestoreInput): UseQueryResult<RestorePreview> {
  const client = useClient();
  const found = useRef<{ asked: string; snapshotId: string; passedOver: PassedOver[] }>(undefined);
  return useQuery({
    queryKey: ['restore-preview', input],
    queryFn: async ({ signal }) => {
      if (!isSoundSearch(input)) return client.restores.preview(input, { signal });
      // Sound is a snapshot for what is chosen of it.
      const asked = JSON.stringify([input.snapshot, input.include, input.exclude]);
      const known = found.current?.asked === asked ? found.current : undefined;
      const preview = await client.restores.preview({ ...input, snapshot: known?.snapshotId ?? input.snapshot }, { signal });
      found.current = known ?? { asked, snapshotId: preview.snapshot.id, passedOver: preview.passedOver };
      return { ...preview, passedOver: found.current.passedOver };
    },
    staleTime: 0,
    gcTime: 0,
    retry: false,
    placeholderData: keepPreviousData
  });
}

/** Exactly what was shown, or nothing. */
export function confirmed(input: RestoreInput, preview: RestorePreview): RestoreInput {
  return { ...input, snapshot: preview.snapshot.id, token: preview.token };
}
