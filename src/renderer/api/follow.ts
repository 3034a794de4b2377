// Follows everything the engine announces, for as long as the page lives: reconnects with a growing delay, notices a silent line,
// and says in `line.state` whether the page may be out of date.
import type { EngineEvent } from '../../contract/events.ts';
import type { Line } from './line.ts';

const firstDelayMs = 500;
const longestDelayMs = 10_000;
/** Heartbeats come every 20 s; two missed ones mean the line is dead. */
const silenceMs = 50_000;

interface FollowOptions {
  line: Line;
  onEvent(event: EngineEvent): void;
  /** The stream (again) runs: whatever was shown before may be old. */
  onConnected(): void;
  signal: AbortSignal;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

async function followOnce({ line, onEvent, onConnected, signal }: FollowOptions): Promise<void> {
  const silence = new AbortController();
  const both = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const events = await line.client.system.events({}, { signal: both });
    line.state.set({ kind: 'connected' });
    onConnected();
    for await (const event of events) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      onEvent(event);
    }
  } finally {
    clearTimeout(timer);
  }
}

export async function followEngine(options: FollowOptions): Promise<void> {
  const { line, signal } = options;
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    try {
      await followOnce({ ...options, onConnected: () => {
        delayMs = firstDelayMs;
        options.onConnected();
      } });
    } catch {
      // The reason does not matter here: whatever ended the stream, the line is not there and is tried again.
    }
    const state = line.state.get();
    if (signal.aborted || state.kind === 'signed-out' || state.kind === 'ended') return;
    if (state.kind !== 'lost') line.state.set({ kind: 'lost', since: new Date() });
    await pause(delayMs, signal);
    delayMs = Math.min(longestDelayMs, delayMs * 2);
  }
}
