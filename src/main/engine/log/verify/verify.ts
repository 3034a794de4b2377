// Verifies the record in one state of log.db, from the outside in: who may seal it, its checkpoints against the stored list of leaf hashes, every
// entry against that list, and what was brought from outside against all of it. Runs in a worker thread on a read-only connection; knows no clock
// and no files. What is found wrong is named by judge.ts.
import type { AnchorInput, CheckedAnchor, Verdict, VerifyMode } from '../../../../contract/verify.ts';
import { cancelled, isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { typedFailure, type Database } from '../../store/index.ts';
import { chainHashSql } from '../chain-column.ts';
import { createHasher, genesisHash } from '../hash.ts';
import { readAnchor, signatureOf, type Anchor } from './anchors.ts';
import { Judge } from './judge.ts';
import { chainKeys, isChain, readRotations, type KeyChain, type KeyFault, type Pins } from './keys.ts';
import { HashList } from './list.ts';
import { OwnTree } from './own-tree.ts';
import type { OpenPayload } from './payloads.ts';
import { joinReports, type RangeReading } from './range-task.ts';
import { noEvidence, readRows, type LeafJudge, type RowRange, type RowReport } from './rows.ts';
import { searchState, type SearchState } from './search.ts';
import { walkSeals } from './seal-walk.ts';
import { SealReader, type Seal } from './seals.ts';
import { continuesFrom, startAt, type Start } from './start.ts';
import { storedState } from './state.ts';
import { brokenVerdict, soundVerdict } from './verdicts.ts';

export interface VerifyProgress {
  entriesDone: number;
  entriesTotal: number;
}

export interface VerifyOptions {
  origin: string;
  pins: Pins;
  mode: VerifyMode;
  anchors: readonly AnchorInput[];
  /** Opens payloads that are not kept as text; default: they stay locked. */
  openPayload?: OpenPayload;
  /** Reads a range in another thread, where at least so many entries are to be read. Without it everything is read in this one. */
  elsewhere?: { fromEntries: number; read(range: RowRange): RangeReading } | undefined;
  signal?: AbortSignal;
  onProgress?: (progress: VerifyProgress) => void;
  /** Lets the thread hear that it should stop; awaited between pages. */
  pause: () => Promise<void>;
}

/** The lower part is a little shorter: its thread also walks the tree. */
const lowerShare = 0.46;

const unreadable: ReadonlySet<string> = new Set(['LOG_DAMAGED', 'NOT_READABLE']);

/**
 * The verdict. Throws EVIDENCE_MISSING when there is nothing to verify or nothing that seals it, BAD_INPUT for an anchor that is none, CANCELLED; a
 * file that cannot be read is a verdict (`unreadable`).
 */
export async function verifyRecord(db: Database, options: VerifyOptions): Promise<Verdict> {
  const run = new Run(db, options);
  try {
    // One state of the log from here to the end; whoever opened the connection closes it, and this transaction with it.
    db.exec('BEGIN');
    return await run.run();
  } catch (cause) {
    const error = typedFailure(cause, db);
    if (isVarveError(error)) {
      if (unreadable.has(error.code)) return run.unreadable(error.message);
      throw error;
    }
    if (isForeignShape(error)) return run.unreadable(`what lies there is not what a record consists of: ${error.message}`);
    throw error;
  }
}

/** Tables and columns that are not there, and values of another kind than the tables of a record can hold: somebody made them. */
function isForeignShape(error: unknown): error is Error {
  return error instanceof Error && (('code' in error && error.code === 'SQLITE_ERROR') || error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError);
}

class Run {
  /** All entries below it have passed. */
  reached = 0;
  /** The newest checkpoint that holds, once that is known. */
  #good: Seal | undefined;
  readonly #db: Database;
  readonly #options: VerifyOptions;
  readonly #anchors: readonly (Anchor & { signature: CheckedAnchor['signature'] })[];
  #total = 0;

  constructor(db: Database, options: VerifyOptions) {
    this.#db = db;
    this.#options = options;
    this.#anchors = options.anchors.map((input) => ({ ...readAnchor(input, options.origin), signature: 'unknown' as const }));
  }

  async run(): Promise<Verdict> {
    const last = this.#db.prepare('SELECT max(seq) AS seq FROM entries').get<{ seq: number | null }>()?.seq ?? -1;
    if (!Number.isSafeInteger(last)) throw new TypeError('an entry has a place that is no number');
    this.#total = last + 1;
    const seals = new SealReader(this.#db);
    const judge = new Judge({ db: this.#db, total: this.#total, pause: this.#pause });
    if (this.#total <= 0 && new HashList(this.#db).size === 0 && !seals.any() && judge.leftover === undefined) throw noEvidence('the record has no entries');
    const { pins, origin } = this.#options;
    const keys = chainKeys({ pins, rotations: readRotations(this.#db, createHasher(), this.#total), origin, seals });
    const start = this.#start(keys, seals);
    const verdict = await this.#from(start, { seals, judge, keys });
    // What rests on an earlier run is only sound when nothing is wrong; what is wrong is named from the whole record.
    return start !== undefined && verdict.kind === 'broken' ? this.#from(undefined, { seals, judge, keys }) : verdict;
  }

  /** What can be said when the file itself gave out. */
  unreadable(detail: string): Verdict {
    const size = this.#good?.size ?? 0;
    return brokenVerdict(this.#total, { seq: this.reached, what: 'unreadable', detail, trustworthyBelow: Math.min(this.reached, size), restsOn: size > 0 ? { kind: 'list', size } : { kind: 'nothing', size: 0 } });
  }

  async #from(start: Start | undefined, { seals, judge, keys }: { seals: SealReader; judge: Judge; keys: KeyChain | KeyFault | undefined }): Promise<Verdict> {
    const { origin } = this.#options;
    const chain = isChain(keys) ? keys : undefined;
    for (const anchor of this.#anchors) anchor.signature = signatureOf(anchor, chain);
    const range = { from: start?.seal.size ?? 0, to: this.#total, head: start?.head ?? genesisHash(origin) };
    this.reached = range.from;
    const list = new HashList(this.#db, range.from);
    const upper = this.#upperPart(range);
    try {
      const walk = await walkSeals({ list, seals, keys: chain, origin, start, anchors: this.#anchors.filter(({ size }) => size > range.from), pause: this.#pause });
      this.#good = walk.good;
      // With a list that was signed the entries only have to be the listed ones; otherwise they have to have the signed roots themselves.
      const own = walk.misfit && chain ? new OwnTree(list, seals, chain, origin) : undefined;
      const rows = own ? await this.#read(range, (seq, leaf) => own.take(seq, leaf)) : await this.#readParts(range, upper, (seq, leaf) => list.leaf(seq) === leaf);
      const found = await judge.find({ list, rows, walk, own, keyFault: isChain(keys) ? undefined : keys, from: range.from });
      if (found) return brokenVerdict(this.#total, found);
      if (!rows.began) throw noEvidence('the record does not begin with the making of its home');
      const search = (): SearchState | undefined => (start ? undefined : searchState(this.#db, { entries: rows.reached, erased: rows.payloads.erased }));
      return soundVerdict({ rows, walk, pinned: chain?.pinned ?? 'none', anchors: this.#anchors, readFrom: range.from, search });
    } finally {
      await upper?.stop();
    }
  }

  /** The upper part of a long range, already being read elsewhere. */
  #upperPart({ from, to }: RowRange): RangeReading | undefined {
    const { elsewhere } = this.#options;
    if (!elsewhere || to - from < elsewhere.fromEntries) return undefined;
    const middle = from + Math.floor((to - from) * lowerShare);
    const head = this.#db.prepare(`SELECT ${chainHashSql(this.#db)} AS hash FROM entries WHERE seq = ?`).get<{ hash: string }>(middle - 1)?.hash;
    return head === undefined ? undefined : elsewhere.read({ from: middle, to, head });
  }

  async #readParts(range: RowRange, upper: RangeReading | undefined, judge: LeafJudge): Promise<RowReport> {
    if (upper === undefined) return this.#read(range, judge);
    const lower = await this.#read({ ...range, to: upper.from }, judge, () => upper.reached() - upper.from);
    if (lower.stop) return lower;
    upper.onProgress((reached) => this.#progress(reached));
    return joinReports(lower, await orAborted(upper.report, this.#options.signal), upper.from);
  }

  /** `besides`: how many entries another thread has read meanwhile. */
  #read(range: RowRange, judge: LeafJudge, besides: () => number = () => 0): Promise<RowReport> {
    const pause = async (reached: number): Promise<void> => {
      this.reached = reached;
      this.#progress(reached + besides());
      await this.#pause();
    };
    return readRows(this.#db, range, { judge, open: this.#options.openPayload, pause });
  }

  #progress(entriesDone: number): void {
    this.#options.onProgress?.({ entriesDone, entriesTotal: this.#total });
  }

  #start(keys: KeyChain | KeyFault | undefined, seals: SealReader): Start | undefined {
    if (this.#options.mode === 'full' || !isChain(keys)) return undefined;
    const size = storedState(this.#db)?.checkedTo;
    const start = size === undefined || size > this.#total ? undefined : startAt(size, { db: this.#db, origin: this.#options.origin, keys, seals });
    return start && this.#anchors.every((anchor) => anchor.size > start.seal.size || continuesFrom(start, anchor, this.#db)) ? start : undefined;
  }

  readonly #pause = async (): Promise<void> => {
    throwIfAborted(this.#options.signal);
    await this.#options.pause();
  };
}

/** Rejects CANCELLED as soon as the signal fires. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(cancelled());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
