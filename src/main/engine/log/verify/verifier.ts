// Verification as part of an open log: runs it in a worker thread, remembers what it said, and records the verdict as an event. What runs by itself
// records only full runs and bad news; otherwise each run would itself be something new to verify.
import type { AnchorInput, CheckedAnchor, Verdict, VerifyMode, VerifyState } from '../../../../contract/verify.ts';
import { isVarveError, toWire } from '../../kit/errors.ts';
import type { WireError } from '../../../../contract/errors.ts';
import { readClock } from '../append.ts';
import type { LogContext } from '../context.ts';
import type { DayKey } from '../sealed/payload-keys.ts';
import { choosePins } from './pins.ts';
import { runVerify } from './run.ts';
import { afterVerdict, keepState, nothingStored, storedState } from './state.ts';
import type { VerifyProgress } from './verify.ts';

export interface VerifyRequest {
  /** Default: full. */
  mode?: VerifyMode | undefined;
  /** Checkpoints brought from outside now. */
  anchors?: readonly AnchorInput[] | undefined;
  /** Verifier keys held outside; they take the place of those in keys.json. */
  keys?: readonly string[] | undefined;
  /** True when nobody asked for it. */
  byItself?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

export interface Verifier {
  /** Throws EVIDENCE_MISSING when there is nothing to verify or nothing that seals it, BAD_INPUT for an anchor or a key that is none, CANCELLED. */
  verify(request: VerifyRequest): Promise<Verdict>;
  state(): VerifyState;
  /** Keeps and records a verdict that was found elsewhere. */
  remember(verdict: Verdict, how: { request: VerifyRequest; durationMs: number }): void;
}

type VerifierContext = Pick<LogContext, 'db' | 'clock' | 'workers' | 'path' | 'origin' | 'keys' | 'reader' | 'readOnly' | 'append'> & {
  /** Keys of encrypted payloads, as far as they are at hand; copies, which the verifying thread overwrites. */
  payloadKeys: () => readonly DayKey[];
};

export function createVerifier(context: VerifierContext): Verifier {
  const { db, clock, readOnly, reader, append } = context;
  let running = 0;

  const now = (): string => new Date(readClock(clock)).toISOString();

  function remember(verdict: Verdict, { request, durationMs }: { request: VerifyRequest; durationMs: number }): void {
    const byItself = request.byItself === true;
    const at = now();
    keepState(db, afterVerdict(storedState(db), verdict, { at, asked: !byItself }), at);
    const full = (verdict.kind === 'consistent' || verdict.kind === 'anchored') && verdict.readFrom === 0;
    if (byItself && !full && verdict.kind === 'consistent') return;
    append([{ action: 'log.verified', category: 'record', level: verdict.kind === 'broken' || verdict.kind === 'behind' ? 'error' : 'info', payload: { ...factsOf(verdict), durationMs } }]);
  }

  function keepFailure(failure: WireError): void {
    const before = storedState(db);
    keepState(db, { ...nothingStored, ...withoutTime(before), failure }, before?.at ?? now());
  }

  return {
    remember,
    async verify(request) {
      const { signal, onProgress } = request;
      const startedMs = clock.monotonicMs();
      running += 1;
      try {
        const verdict = await runVerify(context.workers, { ...inputOf(context, request), payloadKeys: context.payloadKeys() }, { signal, onProgress });
        try {
          if (!readOnly) remember(verdict, { request, durationMs: Math.round(clock.monotonicMs() - startedMs) });
        } catch (error) {
          // A broken log may not take another entry. The verdict matters more than the note about it; a sound log that refuses is a fault.
          if (verdict.kind !== 'broken' || !isVarveError(error)) throw error;
        }
        return verdict;
      } catch (error) {
        if (!readOnly && isVarveError(error) && error.code === 'EVIDENCE_MISSING') keepFailure(toWire(error));
        throw error;
      } finally {
        running -= 1;
      }
    },
    state() {
      const stored = storedState(db);
      const { verdict, full, newer, anchored, failure } = stored ?? nothingStored;
      return { verdict, at: verdict === null ? null : (stored?.at ?? null), entries: reader.entries(), running: running > 0, full, newer, anchored, failure };
    }
  };
}

/** What somebody waits for may take two processors; a thread costs more than it saves where there is little to read. */
const twoThreadsFrom = 50_000;

export function inputOf({ path, origin, keys }: Pick<LogContext, 'path' | 'origin' | 'keys'>, { mode, anchors, keys: given, byItself }: VerifyRequest): Parameters<typeof runVerify>[1] {
  return { path, origin, mode: mode ?? 'full', anchors: anchors ?? [], pins: choosePins({ given: given ?? [], keys, origin }), ...(byItself !== true && { twoThreadsFrom }) };
}

function factsOf(verdict: Verdict): Record<string, unknown> {
  const brought = (anchors: readonly CheckedAnchor[]): object => (anchors.length === 0 ? {} : { anchors: anchors.map(({ source, size, form, outcome }) => ({ source, size, form, outcome })) });
  const { kind: said, entries } = verdict;
  switch (verdict.kind) {
    case 'broken':
      return { verdict: said, entries, seq: verdict.seq, what: verdict.what, ...brought(verdict.anchors ?? []) };
    case 'behind':
      return { verdict: said, entries, ...brought(verdict.anchors) };
    case 'consistent':
    case 'anchored':
      return { verdict: said, entries, head: verdict.head, ...(verdict.checkpoint && { checkpoint: verdict.checkpoint.size }), readFrom: verdict.readFrom ?? 0, ...(verdict.kind === 'anchored' && brought(verdict.anchors)) };
  }
}

function withoutTime<T extends { at: string }>(stored: T | undefined): Omit<T, 'at'> | undefined {
  if (stored === undefined) return undefined;
  const { at: _at, ...rest } = stored;
  return rest;
}
