// How many entries lie between given moments: what happened from one snapshot to the next.
import type { Clock } from '../../ports.ts';
import { chunkSize } from './columns.ts';
import { createPacer } from './pacer.ts';
import type { Search } from './search.ts';

export interface BetweenInput {
  /** Milliseconds, rising. */
  bounds: readonly number[];
  top: number;
  signal?: AbortSignal | undefined;
}

/** One count more than there are bounds: before the first, from each to the next, from the last on. */
export async function countBetween({ clock, search }: { clock: Pick<Clock, 'monotonicMs'>; search: Search }, { bounds, top, signal }: BetweenInput): Promise<number[]> {
  const pacer = createPacer(clock, signal);
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let part = 0;
  for (let no = 0; no * chunkSize <= top; no++) {
    const chunk = search.columns.chunk(no, top);
    const end = Math.min(chunk.length, top + 1 - chunk.from);
    for (let i = 0; i < end; i++) {
      if (chunk.action[i] === 0) continue;
      const at = chunk.at[i] as number;
      // Nearly all entries come in the order of their times: the part before is nearly always the right one, or the next.
      while (part > 0 && at < (bounds[part - 1] as number)) part -= 1;
      while (part < bounds.length && at >= (bounds[part] as number)) part += 1;
      counts[part] = (counts[part] as number) + 1;
    }
    await pacer.breathe();
  }
  return counts;
}
