// Worker task `log.verify-range`: reads the entries of a part of the record, so that a full run uses two processors. The parts fit together because
// each begins with the stored chain hash that the part before it ends with and has recomputed.
import { VarveError, cancelled, fromWire, throwIfAborted, toWire } from '../../kit/errors.ts';
import type { WorkerTask, Workers } from '../../ports.ts';
import { openReadable } from '../open-readable.ts';
import { openWithKeys } from '../sealed/check.ts';
import type { DayKey } from '../sealed/payload-keys.ts';
import { HashList } from './list.ts';
import { readRows, type RowRange, type RowReport } from './rows.ts';

export interface RangeInput {
  path: string;
  origin: string;
  range: RowRange;
  /** As for the whole; overwritten in this thread when the reading ends. */
  payloadKeys: readonly DayKey[];
}

type RangeMessage = { kind: 'progress'; reached: number } | { kind: 'report'; report: RowReport } | { kind: 'failed'; error: ReturnType<typeof toWire> };

export const rangeTask: WorkerTask = async (context, input) => {
  const { path, origin, range, payloadKeys } = input as RangeInput;
  const post = (message: RangeMessage): void => context.post(message);
  try {
    const { db, cleanUp } = openReadable({ ...context, path, temporaryFolder: context.machine.temporaryFolder });
    try {
      db.exec('BEGIN');
      const list = new HashList(db, range.from);
      const pause = async (reached: number): Promise<void> => {
        throwIfAborted(context.closing);
        post({ kind: 'progress', reached });
        await new Promise((resolve) => setImmediate(resolve));
      };
      post({ kind: 'report', report: await readRows(db, range, { judge: (seq, leaf) => list.leaf(seq) === leaf, open: openWithKeys({ db, origin, payloadKeys }), pause }) });
    } finally {
      db.raw.close();
      cleanUp();
      for (const { key } of payloadKeys) key.fill(0);
    }
  } catch (error) {
    post({ kind: 'failed', error: toWire(error) });
  }
};

/** A reading that goes on in another thread. */
export interface RangeReading {
  from: number;
  report: Promise<RowReport>;
  /** How far it has come. */
  reached(): number;
  /** Told from now on how far it has come. */
  onProgress(listener: (reached: number) => void): void;
  /** Ends it; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export function readElsewhere(workers: Workers, input: RangeInput): RangeReading {
  const worker = workers.spawn('log.verify-range', input);
  const { from } = input.range;
  let reached = from;
  let listener: ((reached: number) => void) | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<RowReport>();
  // Whoever stops it does not wait for it.
  promise.catch(() => undefined);
  worker.onMessage((raw) => {
    const message = raw as RangeMessage;
    if (message.kind === 'progress') {
      reached = message.reached;
      listener?.(reached);
    } else if (message.kind === 'report') resolve(message.report);
    else reject(fromWire(message.error));
  });
  worker.onExit((error) => reject(error ?? new VarveError('INTERNAL', 'the reading of a range ended without a word', { what: 'log.verify-range' })));
  return {
    from,
    report: promise,
    reached: () => reached,
    onProgress(told) {
      listener = told;
    },
    async stop() {
      reject(cancelled());
      await worker.close();
    }
  };
}

/** Two parts as one; the upper one began at `from`, where the lower one must have come to. */
export function joinReports(lower: RowReport, upper: RowReport, from: number): RowReport {
  if (lower.stop) return lower;
  if (lower.reached !== from) return { ...lower, stop: { by: 'chain' } };
  const [a, b] = [lower.payloads, upper.payloads];
  return {
    reached: upper.reached,
    head: upper.head,
    stop: upper.stop,
    payloads: { intact: a.intact + b.intact, locked: a.locked + b.locked, erased: a.erased + b.erased, none: a.none + b.none },
    gone: [...lower.gone, ...upper.gone],
    nameless: [...lower.nameless, ...upper.nameless],
    introduced: lower.introduced + upper.introduced,
    began: lower.began
  };
}
