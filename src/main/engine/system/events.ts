// The announcements of the engine: one bus, any number of listeners. A slow listener never holds the engine up: its queue keeps only the
// newest state of each task and of each kind of change, and loses the oldest beyond its limit.
import type { EngineEvent } from '../../../contract/events.ts';
import { AsyncQueue } from '../kit/async.ts';
import type { Clock } from '../ports.ts';

const heartbeatMs = 20_000;
const queueLimit = 1_000;

export interface Announcer {
  announce(event: EngineEvent): void;
  /** Everything announced from now on and a heartbeat every 20 s, until the signal fires or the engine stops. */
  subscribe(signal: AbortSignal | undefined): AsyncIterable<EngineEvent>;
  /** Says `stopping` to everyone and ends all streams. */
  stop(): void;
}

export function createAnnouncer({ clock }: { clock: Clock }): Announcer {
  const queues = new Set<AsyncQueue<EngineEvent>>();
  let stopped = false;

  const announce = (event: EngineEvent): void => {
    for (const queue of queues) queue.push(event);
  };

  return {
    announce,
    subscribe: (signal) => {
      // Listening starts here and not at the first pull, so that nothing is missed in between.
      const queue = new AsyncQueue<EngineEvent>({ limit: queueLimit, coalesce: keyOf });
      if (stopped || signal?.aborted) queue.end();
      else queues.add(queue);
      return iterate(queue, clock, signal, () => queues.delete(queue));
    },
    stop: () => {
      if (stopped) return;
      announce({ kind: 'stopping' });
      stopped = true;
      for (const queue of queues) queue.end();
      queues.clear();
    }
  };
}

function keyOf(event: EngineEvent): string {
  if (event.kind === 'task') return `task:${event.task.id}`;
  if (event.kind === 'notify') return `notify:${event.id}`;
  if (event.kind === 'changed') return `changed:${event.what}`;
  return event.kind;
}

async function* iterate(queue: AsyncQueue<EngineEvent>, clock: Clock, signal: AbortSignal | undefined, leave: () => void): AsyncGenerator<EngineEvent, void, void> {
  const end = (): void => queue.end();
  let cancelBeat = (): void => {};
  const beat = (): void => {
    if (queue.push({ kind: 'heartbeat', at: new Date(clock.now()).toISOString() })) cancelBeat = clock.setTimer(heartbeatMs, beat);
  };
  signal?.addEventListener('abort', end, { once: true });
  cancelBeat = clock.setTimer(heartbeatMs, beat);
  try {
    yield* queue;
  } finally {
    cancelBeat();
    signal?.removeEventListener('abort', end);
    leave();
  }
}
