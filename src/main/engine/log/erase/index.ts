// Erasing what entries hold (evidence format, section 8): payloads, names and words go, in transactions that each record what went and why; then
// a checkpoint is signed over it, the raw files are cleaned, and a report says what could not be reached.
import { dirname } from 'node:path';
import { EraseInput, type ErasureResult } from '../../../../contract/erasure.ts';
import { fail, isVarveError, throwIfAborted } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { createHasher } from '../hash.ts';
import type { Sealing } from '../sealed/sealing.ts';
import type { Checkpoints } from '../tree/checkpoints.ts';
import { createCarryOut, RecordMoved, type Grounds } from './carry-out.ts';
import { findOutOfReach, type PackedCopy } from './out-of-reach.ts';
import { planErasure, type ErasurePlan } from './plan.ts';
import { keepReport, writeReport } from './report.ts';
import { createResidue, type Residue } from './residue.ts';
import { createTargets } from './targets.ts';

export interface EraseOptions {
  /** Who erases; default: who this process works for. */
  actor?: string;
  signal?: AbortSignal | undefined;
  /** Cleans other files of the home that events pass through; false when that has to wait. */
  cleanOthers?: () => Promise<boolean>;
  /** Cold packages of the record that may still be somewhere: made and not known to be gone, and those that are being made. Asked after the erasure. */
  packages?: () => readonly PackedCopy[];
}

export interface Erasures {
  /**
   * Entries, a subject or an actor. Up to 1,000 entries are one transaction; more are erased in several, each whole, oldest first, a name last. Throws
   * NOT_FOUND, ERASED_ALREADY, ERASE_PROTECTED, NOTHING_TO_ERASE and LOG_DAMAGED before anything is erased, and CANCELLED between transactions.
   */
  erase(input: EraseInput, options?: EraseOptions): Promise<ErasureResult>;
  readonly residue: Pick<Residue, 'resume' | 'resumed' | 'stop' | 'release'>;
}

/** As many entries are named in the answer. */
const namedEntries = 10_000;
const triesInMotion = 20;

export function createErasures(context: LogContext, { sealing, checkpoints }: { sealing: Sealing; checkpoints: Pick<Checkpoints, 'sign'> }): Erasures {
  const { db, files, random, clock, path, keys, reader, readOnly } = context;
  const targets = createTargets({ db, reader, sealing, hasher: createHasher() });
  const residue = createResidue(context);
  const carryOut = createCarryOut(context, residue);

  async function carryOutAll(plan: ErasurePlan, grounds: Grounds, { actor, signal }: EraseOptions): Promise<{ events: number[]; seqs: number[]; altered: number[] }> {
    const all = { events: [] as number[], seqs: [] as number[], altered: [] as number[] };
    for (let moved = 0; ; ) {
      throwIfAborted(signal);
      const piece = plan.next();
      if (piece === undefined) return { ...all, seqs: all.seqs.sort((a, b) => a - b) };
      try {
        all.events.push(carryOut(piece, grounds, actor, piece.whole));
        plan.done(piece);
        all.seqs.push(...piece.seqs);
        all.altered.push(...piece.altered);
      } catch (error) {
        if (!(error instanceof RecordMoved) || ++moved > triesInMotion) throw error;
        plan.renew();
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** On the side: what was asked for is done, and must not fail because the keys are not at hand. */
  async function sign(): Promise<number | null> {
    try {
      await keys.load();
      return checkpoints.sign().size;
    } catch (error) {
      if (!isVarveError(error)) throw error;
      return null;
    }
  }

  async function cleanAll({ cleanOthers }: EraseOptions): Promise<'gone' | 'waiting'> {
    const others = await (cleanOthers?.() ?? true);
    const own = await residue.clean();
    return others ? own : 'waiting';
  }

  return {
    residue,
    async erase(raw, options = {}) {
      const { language, dryRun, ...input } = EraseInput.parse(raw);
      if (readOnly) fail('NOT_WRITABLE', `${path} was opened for reading only`, { path, reason: 'opened for reading only' });
      const plan = planErasure(targets, input);
      const common = { names: plan.names.length, kept: plan.kept };
      if (dryRun) {
        const seqs = [...plan.seqs].sort((a, b) => a - b);
        const nothing = { events: [], checkpoint: null, residue: 'gone', report: { path: null, text: '' } } as const;
        return { ...common, ...nothing, events: [], dryRun, entries: seqs.length, seqs: seqs.slice(0, namedEntries), altered: targets.altered(seqs), outOfReach: findOutOfReach(context, seqs, options.packages?.() ?? []) };
      }
      const grounds = { reason: input.reason, basis: input.basis, request: input.request };
      const { events, seqs, altered } = await carryOutAll(plan, grounds, options);
      const checkpoint = await sign();
      const cleaned = await cleanAll(options);
      const facts = { ...common, entries: seqs.length, seqs: seqs.slice(0, namedEntries), altered, events, checkpoint, residue: cleaned, outOfReach: findOutOfReach(context, seqs, options.packages?.() ?? []) };
      const atMs = clock.now();
      const text = writeReport(language, { ...facts, atMs, grounds, home: dirname(path), residueReason: residue.failure });
      return { ...facts, dryRun, report: { path: keepReport({ files, random, logPath: path, atMs, text }), text } };
    }
  };
}
