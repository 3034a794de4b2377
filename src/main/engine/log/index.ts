// The record: public face. Opened by every process that works with a home, without owning it; many may append at once.
import { dirname } from 'node:path';
import { type AppendInput, type LogEntry, type LogFilter } from '../../../contract/log.ts';
import type { Verdict, VerifyState } from '../../../contract/verify.ts';
import { VarveError, isVarveError } from '../kit/errors.ts';
import type { Clock, Files, Random, Workers } from '../ports.ts';
import { createAnchors, type Anchors } from './anchors/anchors.ts';
import { createAppender, checkEvent, readClock } from './append.ts';
import { sessionPattern } from './header.ts';
import { createIntake, type AppendedOutside, type Caller, type Intake } from './intake/index.ts';
import { originOf, type Appended, type NewEvent } from './model.ts';
import { createNamespaces, type NamespaceRow } from './namespaces.ts';
import type { LogContext } from './context.ts';
import { createEvidence, type Evidence } from './evidence/service.ts';
import { openLogFile } from './open-file.ts';
import { createReader, type ListInput, type ListPage, type ShownEntry } from './read.ts';
import { createErasures, type Erasures } from './erase/index.ts';
import { createSealedPayloads, openSealing, payloadKeysAtHand, type SealedPayloads } from './sealed/index.ts';
import { createReview, type Review } from './review/index.ts';
import { createViews, type Views } from './review/views.ts';
import { createGrowth, followLog } from './tail.ts';
import { createCheckpoints, type Checkpoints } from './tree/checkpoints.ts';
import { noKeys, type LogKeys } from './tree/keys.ts';
import { createTreeStore } from './tree/store.ts';
import { runVerify } from './verify/run.ts';
import { createVerifier, inputOf, type Verifier, type VerifyRequest } from './verify/verifier.ts';
import type { Database } from '../store/index.ts';

export { builtInActions, type ActionRule } from './actions.ts';
export { createLogApi, type LogApi } from './api.ts';
export { createRecordReader, isRecordMember, openRebuild, rescueInto, type ColdCheckpoint, type ColdEntry, type Rebuild, type RecordFound, type RecordReaderOptions, type RecordReader, type Rescued } from './cold/index.ts';
export { runVerify } from './verify/run.ts';
export { openColdRecord, segmentEvents, type ColdMember, type ColdRecord, type ColdRecordOptions, type ColdSummary } from './cold/index.ts';
export { createIntakeApi, readMapping, type AppendedOutside, type Intake } from './intake/index.ts';
export { parseIJson } from './json-text.ts';
export { canonicalize } from './jcs.ts';
export { categoryRules, originOf, type Appended, type NewEvent } from './model.ts';
export { createCheckpointsApi } from './tree/api.ts';
export type { Anchors } from './anchors/anchors.ts';
export { createAnchorsApi } from './anchors/api.ts';
export { createEvidenceApi } from './evidence/api.ts';
export type { Evidence } from './evidence/service.ts';
export { verifyEvidenceFile } from './evidence/verify-file.ts';
export type { Checkpoints, SignedCheckpoint, SigningKey } from './tree/checkpoints.ts';
export { noKeys, type LogKeys, type OpenLogKeys } from './tree/keys.ts';
export { createErasureApi } from './erase/api.ts';
export type { PackedCopy } from './erase/out-of-reach.ts';
export { createSealedApi } from './sealed/api.ts';
export { payloadKeysName, readPayloadKeys, writePayloadKeys } from './sealed/index.ts';
export type { SealedPayloads } from './sealed/index.ts';
export type { TreeStore } from './tree/store.ts';
export type { NamespaceRow } from './namespaces.ts';
export type { ListInput, ListPage, ShownEntry } from './read.ts';
export { createReviewApi } from './review/api.ts';
export type { Review, RowsAnswer } from './review/index.ts';
export { viewMigrations, type Views } from './review/views.ts';
export { createIdleVerifier, type IdleVerifier } from './verify/idle.ts';
export type { VerifyRequest } from './verify/verifier.ts';
export type { VerifyProgress } from './verify/verify.ts';

export interface OpenLogOptions {
  files: Files;
  clock: Clock;
  random: Random;
  workers: Workers;
  /** Where log.db is, or will be. */
  path: string;
  homeId: string;
  /** Random id of this run of the program. */
  session: string;
  /** Who acts when an event does not say. */
  actorName: string;
  /** Signing and sealing keys; without them nothing is signed. */
  keys?: LogKeys;
  onMigrated?: (applied: readonly number[], copy: string | undefined) => void;
  /**
   * Reads and never writes: everything that would add to the log throws NOT_WRITABLE, and `verify` keeps its verdict to itself. Where the file
   * cannot be read in place (read-only media) a copy in `temporaryFolder` is read, `-wal` included, until `close`.
   */
  readOnly?: { temporaryFolder: string; alwaysCopy?: boolean };
}

export interface EventLog {
  readonly path: string;
  readonly origin: string;
  readonly checkpoints: Checkpoints;
  readonly anchors: Anchors;
  readonly evidence: Evidence;
  readonly sealed: SealedPayloads;
  readonly erasures: Erasures;
  /** Imports, followed files, exports. */
  readonly intake: Intake;
  /** Throws EVENT_REFUSED when the event could not be appended: never, or (field `ts`) not while the clock is wrong. */
  check(event: NewEvent): void;
  /** Durable when it returns. An `id` that is in the log already, with the same content, is returned, not appended again. Throws EVENT_REFUSED, HOME_BUSY, NO_SPACE, NOT_WRITABLE. */
  append(event: NewEvent): Appended;
  /** All or none, in one transaction. */
  appendMany(events: readonly NewEvent[]): Appended[];
  /**
   * For people and programs outside the engine: built-in actions and undeclared namespaces are refused, with the next step in the reason. Keys and
   * tokens are replaced before anything is hashed; `masked` says which.
   */
  appendFromOutside(input: AppendInput, caller: Caller): AppendedOutside;
  /** The same for several, in one transaction: all or none. */
  appendManyFromOutside(inputs: readonly AppendInput[], caller: Caller): AppendedOutside[];
  list(input: ListInput): ListPage;
  show(seq: number): ShownEntry;
  /** Pages by offset, facets, histogram, hints, notes and marks. */
  readonly review: Review;
  /** Saved views, kept in the home's state.db. */
  views(state: Database): Views;
  /** Entries above `after` (default: from now on) and each new one, by any process, until the signal fires. */
  tail(filter: LogFilter, after: number | undefined, signal: AbortSignal | undefined): AsyncIterable<LogEntry>;
  /** How many entries there are. */
  entries(): number;
  head(): { seq: number; hash: string } | undefined;
  /** Called after the log has grown, by any process; returns the disposer. */
  onGrowth(listener: () => void): () => void;
  /**
   * Verifies in a worker thread; remembers and records the verdict unless the log is open for reading only. Throws EVIDENCE_MISSING when there is
   * nothing to verify or nothing that seals it, BAD_INPUT for an anchor or a key that is none, CANCELLED.
   */
  verify(request: VerifyRequest): Promise<Verdict>;
  verifyState(): VerifyState;
  namespaces(): NamespaceRow[];
  /** Declares, or declares anew, a namespace of the person's own. Throws BAD_INPUT. */
  declareNamespace(prefix: string, schema?: unknown, actor?: string): { prefix: string };
  close(): void;
}

/** Opens the log, making or migrating the file as needed. Throws LOG_DAMAGED, HOME_TOO_NEW, HOME_BUSY, NOT_WRITABLE; with `readOnly` also PATH_MISSING. */
export function openLog(options: OpenLogOptions): EventLog {
  return openWithin(options).log;
}

function openWithin(options: OpenLogOptions): { log: EventLog; remember: Verifier['remember'] } {
  const { clock, random, workers, path, homeId, session, actorName } = options;
  if (!sessionPattern.test(session)) throw new TypeError('a session id is up to 64 letters, digits, "-" and "_"');
  const origin = originOf(homeId);
  const readOnly = options.readOnly !== undefined;
  const { db, close } = openLogFile(options, origin);
  const keys = options.keys ?? noKeys;
  const tree = createTreeStore(db);
  const { sealing, payloadKeys } = openSealing({ db, files: options.files, random, path, homeId, origin, keys });
  const appender = createAppender({ db, clock, random, origin, session, actorName, tree, sealing, onGrown: (size) => checkpoints.grown(size) });
  const reader = createReader({ db, origin });
  const namespaces = createNamespaces({ db });
  const growth = createGrowth({ db, clock });

  function appendMany(events: readonly NewEvent[], inside?: (appended: readonly Appended[]) => void): Appended[] {
    if (readOnly) throw new VarveError('NOT_WRITABLE', `${path} was opened for reading only`, { path, reason: 'opened for reading only' });
    const checked = events.map((event) => checkEvent(event, actorName));
    if (checked.length === 0) return [];
    const appended = appender.append(checked, inside);
    if (!db.raw.inTransaction) growth.announce();
    return appended;
  }

  function check(event: NewEvent): void {
    checkEvent(event, actorName);
    readClock(clock);
  }

  function transaction<T>(work: () => T): T {
    const result = db.transaction(work);
    growth.announce();
    return result;
  }

  const context: LogContext = { db, files: options.files, clock, random, workers, path, homeId, origin, keys, tree, reader, readOnly, append: appendMany, check, transaction };
  const checkpoints = createCheckpoints(context);
  const anchors = createAnchors(context, checkpoints);
  const evidence = createEvidence(context, checkpoints, (id) => payloadKeys.find(id));
  const verifier = createVerifier({ ...context, payloadKeys: () => payloadKeys.all() });
  const sealed = createSealedPayloads(context, sealing, payloadKeys);
  const erasures = createErasures(context, { sealing, checkpoints });
  if (!readOnly) erasures.residue.resume();
  const intake = createIntake(context, { namespaces, checkpoints });

  const appendOne = (event: NewEvent, inside?: (appended: readonly Appended[]) => void): Appended => appendMany([event], inside)[0] as Appended;

  const review = createReview({ ...context, checkpoints, append: (event) => appendOne(event) });

  const log: EventLog = {
    path,
    origin,
    checkpoints,
    anchors,
    evidence,
    sealed,
    erasures,
    intake,
    check,
    append: (event) => appendOne(event),
    appendMany: (events) => appendMany(events),
    appendFromOutside: (input, caller) => intake.outside.append([input], caller)[0] as AppendedOutside,
    appendManyFromOutside: (inputs, caller) => intake.outside.append(inputs, caller),
    list: (input) => reader.list(input),
    show: (seq) => reader.show(seq),
    review,
    views: (state) => createViews({ db: state, log: db, clock, random }),
    tail: (filter, after, signal) => followLog({ reader, growth }, filter, after ?? reader.entries() - 1, signal),
    entries: () => reader.entries(),
    head: () => reader.head(),
    onGrowth: (listener) => growth.onGrowth(listener),
    verify: verifier.verify,
    verifyState: verifier.state,
    namespaces: () => namespaces.list(),
    declareNamespace(prefix, schema, actor) {
      const text = namespaces.checkDeclaration(prefix, schema);
      const event: NewEvent = { action: 'log.namespace-declared', category: 'record', payload: { prefix, schema: text === null ? null : (JSON.parse(text) as unknown) }, ...(actor === undefined ? {} : { actor }) };
      appendOne(event, (appended) => namespaces.keep(prefix, text, (appended[0] as Appended).seq));
      return { prefix };
    },
    close() {
      growth.stop();
      erasures.residue.stop();
      review.close();
      close();
      erasures.residue.release();
    }
  };
  return { log, remember: verifier.remember };
}

/**
 * Verifies a log that may lie anywhere and be in any state: by a worker thread first, which needs nothing but to read it. Only then is the log
 * opened, to record the verdict; `unrecorded` is why that could not be done, and takes nothing from the verdict. Throws as `verify` does.
 */
export async function verifyLog(options: Omit<OpenLogOptions, 'readOnly'>, request: VerifyRequest): Promise<{ verdict: Verdict; unrecorded: VarveError | undefined }> {
  const { clock, workers, path, homeId, keys = noKeys } = options;
  const startedMs = clock.monotonicMs();
  const payloadKeys = await payloadKeysAtHand({ files: options.files, homePath: dirname(path), homeId, keys });
  const verdict = await runVerify(workers, { ...inputOf({ path, origin: originOf(homeId), keys }, request), payloadKeys }, request);
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  // Opening for writing would make new tables where damage took the old ones.
  if (verdict.kind === 'broken' && verdict.what === 'unreadable') return { verdict, unrecorded: new VarveError('LOG_DAMAGED', verdict.detail, { what: verdict.detail }) };
  try {
    const { log, remember } = openWithin(options);
    try {
      remember(verdict, { request, durationMs });
    } finally {
      log.close();
    }
    return { verdict, unrecorded: undefined };
  } catch (error) {
    if (!isVarveError(error)) throw error;
    return { verdict, unrecorded: error };
  }
}
