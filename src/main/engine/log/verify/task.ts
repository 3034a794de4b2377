// Worker task `log.verify`: opens the log read-only, in place or as a temporary copy, and verifies it.
import type { AnchorInput, Verdict, VerifyMode } from '../../../../contract/verify.ts';
import { VarveError, isVarveError, toWire } from '../../kit/errors.ts';
import type { WorkerContext, WorkerTask } from '../../ports.ts';
import { parseVkey } from '../note/index.ts';
import { openReadable, type Readable } from '../open-readable.ts';
import { openWithKeys } from '../sealed/check.ts';
import type { DayKey } from '../sealed/payload-keys.ts';
import type { Pins } from './keys.ts';
import { readElsewhere } from './range-task.ts';
import type { RowRange } from './rows.ts';
import { verifyRecord, type VerifyProgress } from './verify.ts';

export interface VerifyInput {
  path: string;
  origin: string;
  /** Default: full. */
  mode?: VerifyMode;
  /** Public keys known outside log.db, as verifier keys. Default: none. */
  pins?: { from: Pins['from']; vkeys: readonly string[] };
  anchors?: readonly AnchorInput[];
  /** Use a second thread where at least so many entries are to be read; default: never. */
  twoThreadsFrom?: number;
  /** Where a temporary copy may go; default: the system's own temporary folder. */
  temporaryFolder?: string;
  /** Keys of encrypted payloads; overwritten in this thread when the verification ends. */
  payloadKeys?: readonly DayKey[];
  /** Verify a copy even where the file itself could be read. */
  alwaysCopy?: boolean;
}

export type VerifyMessage = ({ kind: 'progress' } & VerifyProgress) | { kind: 'verdict'; verdict: Verdict } | { kind: 'failed'; error: ReturnType<typeof toWire> };

const progressEveryMs = 100;

export const verifyTask: WorkerTask = async (context, input) => {
  const post = (message: VerifyMessage): void => context.post(message);
  try {
    const verdict = await verifyFile(context, input as VerifyInput, throttled(context, post));
    post({ kind: 'verdict', verdict });
    return verdict;
  } catch (error) {
    post({ kind: 'failed', error: toWire(error) });
    return undefined;
  }
};

function throttled(context: WorkerContext, post: (message: VerifyMessage) => void): (progress: VerifyProgress) => void {
  let lastMs = -Infinity;
  return (progress) => {
    const nowMs = context.clock.monotonicMs();
    if (nowMs - lastMs < progressEveryMs && progress.entriesDone < progress.entriesTotal) return;
    lastMs = nowMs;
    post({ kind: 'progress', ...progress });
  };
}

type FileContext = Pick<WorkerContext, 'files' | 'random' | 'machine' | 'closing'> & Partial<Pick<WorkerContext, 'workers'>>;

/** The verdict on the file at `path`. Throws EVIDENCE_MISSING when it is not there, empty or not sealed, BAD_INPUT for an anchor that is none, HOME_TOO_NEW, CANCELLED. */
export async function verifyFile(context: FileContext, input: VerifyInput, onProgress: (progress: VerifyProgress) => void): Promise<Verdict> {
  const { files, closing } = context;
  const stat = files.stat(input.path);
  if (stat === undefined || stat.type !== 'file' || stat.size === 0) throw new VarveError('EVIDENCE_MISSING', `${input.path} is not there or empty`, { what: `${input.path} is not there or empty` });
  let opened: Readable;
  try {
    opened = openReadable({ ...context, path: input.path, temporaryFolder: input.temporaryFolder ?? context.machine.temporaryFolder, alwaysCopy: input.alwaysCopy ?? false });
  } catch (error) {
    if (isVarveError(error) && error.code === 'LOG_DAMAGED') return unreadableVerdict(error);
    throw error;
  }
  try {
    const { origin, mode = 'full', pins = { from: 'none', vkeys: [] }, anchors = [], payloadKeys = [], twoThreadsFrom } = input;
    const { path } = opened.db;
    const { workers } = context;
    const elsewhere = workers && workers.dataThreads > 1 && twoThreadsFrom !== undefined ? { fromEntries: twoThreadsFrom, read: (range: RowRange) => readElsewhere(workers, { path, origin, range, payloadKeys }) } : undefined;
    const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const openPayload = openWithKeys({ db: opened.db, origin, payloadKeys });
    return await verifyRecord(opened.db, { origin, mode, anchors, pins: { from: pins.from, keys: pins.vkeys.map(parseVkey) }, openPayload, elsewhere, signal: closing, onProgress, pause });
  } finally {
    opened.db.raw.close();
    opened.cleanUp();
    for (const { key } of input.payloadKeys ?? []) key.fill(0);
  }
}

function unreadableVerdict(error: VarveError): Verdict {
  return { kind: 'broken', entries: 0, seq: 0, what: 'unreadable', detail: error.message, trustworthyBelow: 0, restsOn: { kind: 'nothing', size: 0 } };
}
