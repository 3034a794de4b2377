// Verification that runs by itself: after a minute without work, on mains power, what is new each time there is something new, and everything once a
// week. Any work that begins stops it at once; it takes a small part of the time even where it is slow. Only for hosts that stay.
import type { VerifyMode } from '../../../../contract/verify.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Clock, Logger, Power } from '../../ports.ts';
import type { Verifier } from './verifier.ts';

export const quietMs = 60_000;
export const fullEveryMs = 7 * 86_400_000;
/** After a run at least so many times its duration nothing runs. */
const restFactor = 20;

export interface IdleDeps {
  clock: Pick<Clock, 'now' | 'monotonicMs' | 'setTimer'>;
  power: Power;
  logger: Pick<Logger, 'warn'>;
  log: { verify: Verifier['verify']; verifyState: Verifier['state'] };
  /** Does work run now? */
  busy(): boolean;
  /** Called when a run begins and when it has ended. */
  onChanged(): void;
}

export interface IdleVerifier {
  /** Work has begun, goes on, or has ended just now. */
  disturb(): void;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

export function createIdleVerifier({ clock, power, logger, log, busy, onChanged }: IdleDeps): IdleVerifier {
  let lastWorkMs = clock.monotonicMs();
  let restUntilMs = 0;
  /** Entries there were when the last attempt gave no verdict: as long as there are no others, neither does the next one. */
  let failedAt: number | undefined;
  let cancelTimer: (() => void) | undefined;
  let current: { abort: AbortController; ended: Promise<void> } | undefined;
  let stopped = false;

  const arm = (delayMs: number): void => {
    cancelTimer?.();
    cancelTimer = stopped ? undefined : clock.setTimer(delayMs, look);
  };

  function look(): void {
    const nowMs = clock.monotonicMs();
    if (busy()) lastWorkMs = nowMs;
    const waitMs = Math.max(lastWorkMs + quietMs, restUntilMs) - nowMs;
    if (waitMs > 0) return arm(waitMs);
    const mode = stateAllows();
    // What a computer does not tell (undefined) counts as mains.
    if (mode === undefined || power.onMains() === false) return arm(quietMs);
    current = start(mode);
  }

  /** A log that cannot even be asked now is not the matter of a timer: whoever uses it is told. */
  function stateAllows(): VerifyMode | undefined {
    try {
      return wanted();
    } catch (error) {
      if (isVarveError(error)) return undefined;
      throw error;
    }
  }

  /** undefined while there is nothing to do. */
  function wanted(): VerifyMode | undefined {
    const { verdict, at, entries, full, newer, running } = log.verifyState();
    if (running || entries === failedAt) return undefined;
    // Damage is said already; whether it is still there is looked at once a week.
    const damaged = verdict?.kind === 'broken' && verdict.what !== 'forked';
    if (isOld(damaged ? at : (full?.at ?? null))) return 'full';
    return !damaged && entries > (newer?.entries ?? full?.entries ?? 0) ? 'new' : undefined;
  }

  /** A time that lies ahead is from a clock that was wrong, then or now. */
  function isOld(at: string | null): boolean {
    const ageMs = at === null ? Infinity : clock.now() - Date.parse(at);
    return ageMs > fullEveryMs || ageMs < -quietMs;
  }

  function start(mode: VerifyMode): { abort: AbortController; ended: Promise<void> } {
    const abort = new AbortController();
    const startedMs = clock.monotonicMs();
    const { entries } = log.verifyState();
    const run = log.verify({ mode, byItself: true, signal: abort.signal });
    onChanged();
    const ended = run
      .then(
        () => {
          failedAt = undefined;
        },
        (error: unknown) => {
          if (isVarveError(error) && error.code === 'CANCELLED') return;
          failedAt = entries;
          logger.warn('the record could not be verified while idle', { reason: error instanceof Error ? error.message : String(error) });
        }
      )
      .then(() => {
        current = undefined;
        const nowMs = clock.monotonicMs();
        restUntilMs = nowMs + restFactor * (nowMs - startedMs);
        onChanged();
        arm(quietMs);
      });
    return { abort, ended };
  }

  arm(quietMs);
  return {
    disturb() {
      lastWorkMs = clock.monotonicMs();
      current?.abort.abort();
    },
    async stop() {
      stopped = true;
      cancelTimer?.();
      current?.abort.abort();
      await current?.ended;
    }
  };
}
