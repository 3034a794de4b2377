// The daily sweep (rule 9.9): rows of runs, and what they printed, that nobody needs any more. Never the last success, the last failure, a live run, one that an open ticket names, nor output
// younger than a week: what is too much of that is counted, and an alert tells of it.
import type { Clock, Logger } from '../../ports.ts';
import { toWire } from '../../kit/errors.ts';
import type { Outbox } from '../../store/index.ts';
import type { Attempts } from '../attempt/index.ts';
import type { HousekeepingStore } from './store.ts';

export interface SweepDeps {
  clock: Clock;
  logger: Logger;
  store: HousekeepingStore;
  attempts: Pick<Attempts, 'sizes' | 'remove'>;
  outbox: Pick<Outbox, 'commit'>;
  onChanged(): void;
}

export interface KeepSweepingDeps extends SweepDeps {
  /** Told of each sweep. */
  onSwept(swept: Swept): void;
}

export interface Swept {
  runs: number;
  outputs: number;
  outputBytes: number;
  /** Bytes above the limit that are too young to go. */
  overBytes: number;
}

const day = 86_400_000;
const rowsMs = 365 * day;
const rowsKept = 100;
const outputMs = 30 * day;
const outputsKept = 20;
/** Of all that runs printed, together. */
export const outputLimitBytes = 2 * 1024 ** 3;
const youngMs = 7 * day;
const firstMs = 10 * 60_000;

/** What goes now. Each output is deleted before its row says so; a stop in between leaves rows whose output is found missing by the next sweep. */
export async function sweep({ clock, store, attempts, outbox, onChanged }: Omit<SweepDeps, 'logger'>, limitBytes = outputLimitBytes): Promise<Swept> {
  const now = clock.now();
  const never = new Set<string>();
  const rows: string[] = [];
  const withOutput = new Set<string>();
  for (const jobId of store.jobIds()) {
    for (const { id } of [...store.live(jobId), ...store.kept(jobId)]) never.add(id);
    const lately = new Set(store.newest(jobId, rowsKept));
    rows.push(...store.endedBefore(jobId, now - rowsMs).filter((id) => !lately.has(id) && !never.has(id)));
    for (const id of store.newest(jobId, outputsKept)) withOutput.add(id);
  }
  const gone = new Set(rows);
  const sizes = (await attempts.sizes()).flatMap(({ runId, bytes }) => {
    const place = store.place(runId);
    return place === undefined ? [] : [{ runId, bytes, at: place.endedAt ?? place.createdAt }];
  });
  sizes.sort((a, b) => a.at - b.at || (a.runId < b.runId ? -1 : 1));
  const outputs = new Map(sizes.filter(({ runId, at }) => gone.has(runId) || (!never.has(runId) && !withOutput.has(runId) && now - at > outputMs)).map(({ runId, bytes }) => [runId, bytes]));
  let left = sizes.reduce((sum, { runId, bytes }) => sum + (outputs.has(runId) ? 0 : bytes), 0);
  for (const { runId, bytes, at } of sizes) {
    if (left <= limitBytes) break;
    if (outputs.has(runId) || never.has(runId) || now - at <= youngMs) continue;
    outputs.set(runId, bytes);
    left -= bytes;
  }
  for (const runId of outputs.keys()) await attempts.remove(runId);
  const swept: Swept = { runs: rows.length, outputs: outputs.size, outputBytes: [...outputs.values()].reduce((sum, bytes) => sum + bytes, 0), overBytes: Math.max(0, left - limitBytes) };
  if (swept.runs + swept.outputs + swept.overBytes === 0) return swept;
  outbox.commit(() => {
    for (const runId of outputs.keys()) store.outputGone(runId);
    store.deleteRuns(rows);
  }, [{ action: 'run.swept', category: 'job', payload: swept }]);
  onChanged();
  return swept;
}

/** Sweeps ten minutes after the start and each day after; returns how to end that. */
export function keepSweeping(deps: KeepSweepingDeps): () => void {
  let cancel = (): void => undefined;
  const after = (ms: number): void => {
    cancel = deps.clock.setTimer(ms, () => {
      void sweep(deps)
        .then(deps.onSwept)
        .catch((error: unknown) => deps.logger.error('old runs could not be swept', { reason: toWire(error).message }))
        .finally(() => !ended && after(day));
    });
  };
  let ended = false;
  after(firstMs);
  return () => {
    ended = true;
    cancel();
  };
}
