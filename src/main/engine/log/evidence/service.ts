// Evidence out of an open log. Every export is an event that says who and why, recorded before anything leaves; and it covers what was signed
// last, so that it signs first whatever is new, where the keys are at hand.
import { isAbsolute } from 'node:path';
import type { BundleRequest, Disclosure, ExportReport } from '../../../../contract/evidence.ts';
import type { LogFilter } from '../../../../contract/log.ts';
import { VarveError, isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { openDatabase } from '../../store/index.ts';
import type { LogContext } from '../context.ts';
import { createReader } from '../read.ts';
import { purposeOf } from '../sealed/opening.ts';
import { logMigrations } from '../schema.ts';
import type { Checkpoints } from '../tree/checkpoints.ts';
import { createTreeStore } from '../tree/store.ts';
import { prepareBundle, type PreparedBundle } from './build-bundle.ts';
import { exportTiles } from './export-tiles.ts';
import { writePieces } from './piece-file.ts';
import { proveConsistency, proveEntry } from './prove.ts';
import { missing } from './refuse.ts';
import { createSource, type EvidenceSource } from './source.ts';

export interface ProofText {
  fileName: string;
  text: string;
  /** Entries that the checkpoint in it covers. */
  size: number;
}

export interface ExportRun {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

type Request = Omit<BundleRequest, 'held' | 'disclosure' | 'protected'> & { held?: readonly string[] | undefined } & Asked;

/** What of the contents goes along. Encrypted ones only when `protected` is asked for, and then with a purpose. */
interface Asked {
  disclosure?: Disclosure | undefined;
  protected?: boolean | undefined;
  purpose?: string | undefined;
}

export interface Evidence {
  /** The proof file of one entry. Throws NOT_FOUND, EVIDENCE_MISSING, LOG_DAMAGED, NOT_WRITABLE on a log that is only read; for encrypted contents also BAD_INPUT without a purpose, VAULT_LOCKED, SECRET_MISSING, SECRET_STORE_UNAVAILABLE without keys. */
  prove(input: { seq: number } & Asked, actor: string): Promise<ProofText>;
  /** `older`: a size or a signed checkpoint; `newer`: the size of a checkpoint, default the newest. Hashes alone leave, so no event. Throws NOT_FOUND, BAD_INPUT, EVIDENCE_REFUSED, EVIDENCE_MISSING. */
  consistency(older: number | string, newer: number | undefined): ProofText & { oldSize: number };
  /** A bundle in a new file. Throws also CONFLICT, PATH_MISSING, NO_SPACE, CANCELLED. */
  bundle(request: Request & { path: string }, actor: string, run: ExportRun): Promise<ExportReport>;
  /** The same as pieces of text. */
  download(request: Request, actor: string, signal: AbortSignal | undefined): AsyncIterable<{ text: string }>;
  /** Brings a folder of tiles up to date. */
  tiles(request: { path: string; purpose?: string | undefined }, actor: string, run: ExportRun): Promise<ExportReport>;
}

/** What keeps keys from being used now; the newest checkpoint serves then, if there is one. */
const keyTroubles: ReadonlySet<string> = new Set(['VAULT_LOCKED', 'SECRET_MISSING', 'SECRET_STORE_UNAVAILABLE']);

/** `findKey`: day keys of encrypted payloads, as far as they are open. */
export function createEvidence(context: LogContext, checkpoints: Pick<Checkpoints, 'latest' | 'signNow'>, findKey: (id: string) => Uint8Array | undefined): Evidence {
  const { clock, files, origin, path, random } = context;
  const shortName = origin.slice(origin.indexOf('/') + 1).slice(0, 8);
  const firstKey = (): Uint8Array | undefined => context.keys.pinned()[0];
  const current = (asked: Asked = {}): EvidenceSource => createSource({ db: context.db, origin, firstKey: firstKey(), reader: context.reader, tree: context.tree, findKey: asked.protected ? findKey : undefined });

  function requireWritable(): void {
    if (context.readOnly) throw new VarveError('NOT_WRITABLE', `${path} was opened for reading only, and an export is an entry of the record`, { path, reason: 'opened for reading only' });
  }

  /** What was asked for can be done and will be recorded. Encrypted contents need a purpose, as everywhere, and the keys. */
  async function begin({ protected: opens, purpose }: Asked): Promise<void> {
    requireWritable();
    if (opens !== true) return;
    purposeOf(purpose ?? '');
    await context.keys.load();
  }

  /** Signs what is new; without keys the newest checkpoint must do. */
  async function signNew(): Promise<void> {
    try {
      await checkpoints.signNow();
    } catch (error) {
      if (!isVarveError(error) || !keyTroubles.has(error.code) || checkpoints.latest() === undefined) throw error;
    }
  }

  /** One state of the log from here to the end, on a connection of its own: what is appended meanwhile waits for nobody. */
  function openSnapshot(asked: Asked): { source: EvidenceSource; close(): void } {
    const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log', readOnly: true });
    try {
      db.exec('BEGIN');
      const source = createSource({ db, origin, firstKey: firstKey(), reader: createReader({ db, origin }), tree: createTreeStore(db), findKey: asked.protected ? findKey : undefined });
      return { source, close: () => db.close() };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  async function withSnapshot<T>(asked: Asked, work: (source: EvidenceSource) => Promise<T>): Promise<T> {
    const { source, close } = openSnapshot(asked);
    try {
      return await work(source);
    } finally {
      close();
    }
  }

  const newest = (source: EvidenceSource): { size: number; note: string } => source.checkpoint() ?? missing('checkpoint');

  function record(actor: string, payload: { kind: 'proof' | 'bundle' | 'tiles'; entries: number; size: number } & Record<string, unknown>): void {
    context.append([{ action: 'access.evidence-exported', category: 'access', actor, payload }]);
  }

  const turn = (signal: AbortSignal | undefined): Promise<void> => {
    throwIfAborted(signal);
    return new Promise((resolve) => setImmediate(resolve));
  };

  async function prepare(source: EvidenceSource, { filter: wanted, disclosure = 'payloads', held = [], purpose, protected: opens }: Request, actor: string, signal: AbortSignal | undefined): Promise<PreparedBundle> {
    const filter = wanted && (Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as LogFilter);
    const created = new Date(Math.floor(clock.now())).toISOString();
    const prepared = await prepareBundle(source, newest(source), { filter, disclosure, held, created }, () => turn(signal));
    record(actor, { kind: 'bundle', entries: prepared.entries, size: prepared.size, disclosure, ...(prepared.complete ? {} : { filter }), ...(opens && prepared.protected > 0 ? { protected: prepared.protected } : {}), ...(purpose === undefined ? {} : { purpose }) });
    return prepared;
  }

  return {
    async prove({ seq, ...asked }, actor) {
      const { disclosure = 'payloads', purpose } = asked;
      await begin(asked);
      current().entry(seq);
      if (seq >= (checkpoints.latest()?.size ?? 0)) await signNew();
      const source = current(asked);
      const checkpoint = newest(source);
      const text = proveEntry(source, checkpoint, { seq, disclosure });
      record(actor, { kind: 'proof', entries: 1, size: checkpoint.size, seq, disclosure, ...(asked.protected && disclosure === 'payloads' && source.protectedOf([seq]) > 0 ? { protected: 1 } : {}), ...(purpose === undefined ? {} : { purpose }) });
      return { fileName: `varve-${shortName}-entry-${seq}.tlog-proof`, text, size: checkpoint.size };
    },
    consistency(older, newer) {
      const { oldSize, size, text } = proveConsistency(current(), older, newer);
      return { fileName: `varve-${shortName}-${oldSize}-${size}.consistency`, text, size, oldSize };
    },
    async bundle(request, actor, { signal, onProgress }) {
      requireAbsolute(request.path);
      await begin(request);
      const uncovered = context.tree.size();
      await signNew();
      return withSnapshot(request, async (source) => {
        const prepared = await prepare(source, request, actor, signal);
        const pieces = prepared.text((done) => {
          onProgress?.(done, prepared.entries);
          return turn(signal);
        });
        const { bytes, sha256 } = await writePieces(files, random, request.path, pieces);
        return { path: request.path, entries: prepared.entries, size: prepared.size, bytes, sha256, uncovered: Math.max(0, uncovered - prepared.size) };
      });
    },
    async *download(request, actor, signal) {
      await begin(request);
      await signNew();
      const { source, close } = openSnapshot(request);
      try {
        const prepared = await prepare(source, request, actor, signal);
        for await (const text of prepared.text(() => turn(signal))) yield { text };
      } finally {
        close();
      }
    },
    async tiles({ path: folder, purpose }, actor, { signal, onProgress }) {
      requireAbsolute(folder);
      requireWritable();
      const uncovered = context.tree.size();
      await signNew();
      return withSnapshot({}, async (source) => {
        const checkpoint = newest(source);
        record(actor, { kind: 'tiles', entries: checkpoint.size, size: checkpoint.size, disclosure: 'commitments', ...(purpose === undefined ? {} : { purpose }) });
        const written = await exportTiles({ files, random }, source, checkpoint, folder, (done) => {
          onProgress?.(done, checkpoint.size);
          return turn(signal);
        });
        return { path: folder, entries: checkpoint.size, size: checkpoint.size, bytes: written.bytes, sha256: null, uncovered: Math.max(0, uncovered - checkpoint.size) };
      });
    }
  };
}

/** What is relative to the person's folder is not relative to the engine's. */
function requireAbsolute(path: string): void {
  if (!isAbsolute(path)) throw new VarveError('BAD_INPUT', 'not an absolute path', { field: 'path', reason: `${path} is not an absolute path` });
}
