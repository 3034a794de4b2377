// Orders the work of this process on one repository before any lock file is written: many may share, one alone may have it to itself,
// first come first served, so that an exclusive one is not starved by a stream of readers.
import { cancelled } from '../kit/errors.ts';

export interface QueueRequest {
  exclusive: boolean;
  /** What for, in a word or two; shown to whoever waits. */
  what: string;
  signal?: AbortSignal | undefined;
  /** Called when it cannot start at once, with what is in the way. */
  onWaiting?: (behind: readonly string[]) => void;
  /** Called while it runs, once, when somebody waits who needs the repository alone: leave soon, if that costs nothing. */
  yieldTo?: () => void;
}

interface Waiting {
  request: QueueRequest;
  enter: () => void;
}

export class RepositoryQueue {
  #running: QueueRequest[] = [];
  #waiting: Waiting[] = [];

  /** What runs and what waits, in order; for people. */
  state(): { running: readonly string[]; waiting: readonly string[] } {
    return { running: this.#running.map((request) => request.what), waiting: this.#waiting.map(({ request }) => request.what) };
  }

  /** Runs `work` when its turn has come. CANCELLED when the signal fires before that. */
  async run<R>(request: QueueRequest, work: () => Promise<R>): Promise<R> {
    const leave = await this.enter(request);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Resolves with the function that gives the place back; calling it twice is harmless. */
  async enter(request: QueueRequest): Promise<() => void> {
    if (request.signal?.aborted) throw cancelled();
    if (this.#waiting.length === 0 && this.#fits(request)) this.#running.push(request);
    else await this.#wait(request);
    return () => {
      if (!this.#running.includes(request)) return;
      this.#running = this.#running.filter((other) => other !== request);
      this.#admit();
    };
  }

  #fits(request: QueueRequest): boolean {
    return request.exclusive ? this.#running.length === 0 : this.#running.every((other) => !other.exclusive);
  }

  #wait(request: QueueRequest): Promise<void> {
    request.onWaiting?.([...this.#running, ...this.#waiting.map((waiting) => waiting.request)].map((other) => other.what));
    if (request.exclusive) for (const other of this.#running) other.yieldTo?.();
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(cancelled());
        this.#admit();
      };
      const waiting: Waiting = {
        request,
        enter: () => {
          request.signal?.removeEventListener('abort', giveUp);
          resolve();
        }
      };
      this.#waiting.push(waiting);
      request.signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#fits((this.#waiting[0] as Waiting).request)) {
      const next = this.#waiting.shift() as Waiting;
      this.#running.push(next.request);
      next.enter();
    }
  }
}

/** Runs `work` when its turn has come at every repository: entered in the order of their ids by everybody, so that no two wait for each other. */
export async function runInAll<R>(places: readonly { id: string; queue: Pick<RepositoryQueue, 'enter'>; exclusive: boolean }[], request: Omit<QueueRequest, 'exclusive'>, work: () => Promise<R>): Promise<R> {
  const leaving: (() => void)[] = [];
  try {
    for (const { queue, exclusive } of places.toSorted((a, b) => (a.id < b.id ? -1 : 1))) leaving.push(await queue.enter({ ...request, exclusive }));
    return await work();
  } finally {
    for (const leave of leaving) leave();
  }
}
