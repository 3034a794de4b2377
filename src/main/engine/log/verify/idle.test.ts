// When verification runs by itself, on a clock that stands still until it is told.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Verdict, VerifyMode, VerifyState } from '../../../../contract/verify.ts';
import { VarveError, cancelled } from '../../kit/errors.ts';
import { createTestClock } from '../testing.ts';
import { createIdleVerifier, fullEveryMs, quietMs, type IdleVerifier } from './idle.ts';

const dayMs = 86_400_000;
let clock: ReturnType<typeof createTestClock>;
let state: VerifyState;
let runs: { mode: VerifyMode; signal: AbortSignal; end(outcome?: Verdict | Error): Promise<void> }[];
let warnings: number;
let changes: number;
let busy: boolean;
let onMains: boolean | undefined;
let idle: IdleVerifier;

const sound: Verdict = { kind: 'consistent', entries: 10, head: '', payloads: { intact: 10, locked: 0, erased: 0, none: 0 } };
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const at = (msAgo: number): string => new Date(clock.now() - msAgo).toISOString();
/** Time goes on in small steps, as timers see it. */
const wait = (ms: number): void => {
  for (let done = 0; done < ms; done += 1000) clock.advance(Math.min(1000, ms - done));
};

beforeEach(() => {
  clock = createTestClock();
  [runs, warnings, changes, busy, onMains] = [[], 0, 0, false, true];
  state = { verdict: null, at: null, entries: 10, running: false, full: null, newer: null, anchored: null, failure: null };
  const verify = ({ mode = 'full', signal, byItself }: { mode?: VerifyMode | undefined; signal?: AbortSignal | undefined; byItself?: boolean }): Promise<Verdict> => {
    expect(byItself).toBe(true);
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    signal?.addEventListener('abort', () => reject(cancelled()));
    runs.push({
      mode,
      signal: signal as AbortSignal,
      async end(outcome = sound) {
        if (outcome instanceof Error) reject(outcome);
        else {
          if (outcome.kind === 'consistent') state = { ...state, verdict: outcome, at: at(0), ...(mode === 'full' ? { full: { at: at(0), entries: state.entries }, newer: null } : { newer: { at: at(0), from: 10, entries: state.entries } }) };
          else state = { ...state, verdict: outcome, at: at(0) };
          resolve(outcome);
        }
        await settle();
      }
    });
    return promise;
  };
  idle = createIdleVerifier({ clock, power: { onMains: () => onMains }, logger: { warn: () => void warnings++ }, log: { verify, verifyState: () => state }, busy: () => busy, onChanged: () => void changes++ });
});

describe('verification by itself', () => {
  it('runs after a minute without work: everything the first time, then what is new each time there is something new', async () => {
    wait(quietMs - 1000);
    expect(runs).toHaveLength(0);
    wait(1000);
    expect(runs.map(({ mode }) => mode)).toEqual(['full']);
    await runs[0]?.end();
    expect(changes).toBe(2);
    wait(10 * quietMs);
    expect(runs).toHaveLength(1); // nothing new
    state = { ...state, entries: 12 };
    wait(2 * quietMs);
    expect(runs.map(({ mode }) => mode)).toEqual(['full', 'new']);
    await runs[1]?.end();
    wait(10 * quietMs);
    expect(runs).toHaveLength(2);
  });

  it('reads everything again when the last full run is older than a week', async () => {
    state = { ...state, verdict: sound, at: at(0), full: { at: at(6 * dayMs), entries: 10 } };
    wait(3 * quietMs);
    expect(runs).toHaveLength(0);
    clock.advance(fullEveryMs - 6 * dayMs);
    wait(2 * quietMs);
    expect(runs.map(({ mode }) => mode)).toEqual(['full']);
  });

  it('does not believe a last run that lies in the future', () => {
    state = { ...state, verdict: sound, at: at(0), full: { at: at(-3 * dayMs), entries: 10 } };
    wait(2 * quietMs);
    expect(runs.map(({ mode }) => mode)).toEqual(['full']);
  });

  it('waits while work runs and for a minute after it', () => {
    busy = true;
    wait(10 * quietMs);
    expect(runs).toHaveLength(0);
    idle.disturb();
    busy = false;
    wait(quietMs - 1000);
    expect(runs).toHaveLength(0);
    wait(2000);
    expect(runs).toHaveLength(1);
  });

  it('stops at once when work comes, and begins anew a minute after it', async () => {
    wait(quietMs);
    idle.disturb();
    expect(runs[0]?.signal.aborted).toBe(true);
    await settle();
    expect(warnings).toBe(0);
    wait(quietMs - 2000);
    expect(runs).toHaveLength(1);
    wait(3000);
    expect(runs).toHaveLength(2);
  });

  it('runs on mains only; where the computer does not tell, that counts as mains', () => {
    onMains = false;
    wait(5 * quietMs);
    expect(runs).toHaveLength(0);
    onMains = undefined;
    wait(quietMs);
    expect(runs).toHaveLength(1);
  });

  it('leaves a verification that somebody asked for alone', () => {
    state = { ...state, running: true };
    wait(5 * quietMs);
    expect(runs).toHaveLength(0);
  });

  it('takes a small part of the time even where it takes long', async () => {
    wait(quietMs);
    wait(10 * quietMs); // the run takes ten minutes
    await runs[0]?.end();
    state = { ...state, entries: 11 };
    wait(100 * quietMs);
    expect(runs).toHaveLength(1);
    wait(101 * quietMs);
    expect(runs).toHaveLength(2);
  });

  it('does not try again what gave no verdict before there is something new', async () => {
    wait(quietMs);
    await runs[0]?.end(new VarveError('EVIDENCE_MISSING', 'never sealed', { what: 'never sealed' }));
    expect(warnings).toBe(1);
    wait(50 * quietMs);
    expect(runs).toHaveLength(1);
    state = { ...state, entries: 11 };
    wait(2 * quietMs);
    expect(runs).toHaveLength(2);
  });

  it('does not repeat bad news every minute, but looks once a week whether it is still so', async () => {
    wait(quietMs);
    await runs[0]?.end({ kind: 'broken', entries: 10, seq: 3, what: 'edited', detail: '', trustworthyBelow: 3 });
    state = { ...state, entries: 20 };
    wait(50 * quietMs);
    expect(runs).toHaveLength(1);
    clock.advance(fullEveryMs);
    wait(2 * quietMs);
    expect(runs.map(({ mode }) => mode)).toEqual(['full', 'full']);
  });

  it('ends when it is told to, and nothing of it begins afterwards', async () => {
    wait(quietMs);
    const stopping = idle.stop();
    expect(runs[0]?.signal.aborted).toBe(true);
    await stopping;
    wait(50 * quietMs);
    expect(runs).toHaveLength(1);
  });
});
