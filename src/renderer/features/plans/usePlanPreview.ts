// What the rules in the fields would keep and leave out, counted while one looks. A change of the rules ends the count before.
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import type { VarveClient } from '../../../contract/index.ts';
import type { PlanPreview } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';

export type PreviewInput = Parameters<VarveClient['plans']['preview']>[0];

export interface Previewed {
  /** The rules it belongs to, as text. */
  of: string;
  state: PlanPreview | undefined;
  error: unknown;
}

const restMs = 350;

/** Undefined input: nothing to count. `again` counts once more. */
export function usePlanPreview(input: PreviewInput | undefined, again: number): { previewed: Previewed | undefined; counting: boolean } {
  const client = useClient();
  const wanted = input === undefined ? '' : JSON.stringify(input);
  const [asked] = useDebouncedValue(wanted, restMs);
  const [previewed, setPreviewed] = useState<Previewed>();
  const run = useMemo(() => ({ asked, again }), [asked, again]);
  useEffect(() => {
    if (run.asked === '') return;
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const state of await client.plans.preview(JSON.parse(run.asked) as PreviewInput, { signal: stop.signal })) {
        if (!stop.signal.aborted) setPreviewed({ of: run.asked, state, error: undefined });
      }
    };
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) setPreviewed({ of: run.asked, state: undefined, error });
    });
    return () => stop.abort();
  }, [client, run]);
  const mine = previewed?.of === wanted ? previewed : undefined;
  return { previewed: mine ?? (wanted === '' ? undefined : previewed), counting: wanted !== '' && (mine === undefined || (mine.error === undefined && mine.state?.done !== true)) };
}
