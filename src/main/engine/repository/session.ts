// Looking into a repository: the caller's side of the thread `repository.session` (session-task.ts). One thread per repository, started
// by the first question, with the index loaded and a shared lock held; after 60 s without a question it releases the lock and ends, and
// the next question starts it again.
import { cancelled, fail, fromWire, isVarveError, throwIfAborted } from '../kit/errors.ts';
import type { Clock, WorkerHandle, Workers } from '../ports.ts';
import type { TreeNode } from './format/tree.ts';
import type { FolderAsk, FolderPage } from './folder-page.ts';
import { takeLockNote } from './lock-notes.ts';
import type { UnlockedRepository } from './model.ts';
import type { QueueRequest, RepositoryQueue } from './queue.ts';
import type { LoadedSnapshots } from './repository.ts';
import type { FileRange, ResolvedPath, SessionCall, SessionInput, SessionMessage, SessionResults } from './session-wire.ts';

const idleMs = 60_000;

export interface BrowseSessionDeps {
  workers: Workers;
  clock: Clock;
  queue: RepositoryQueue;
  unlock: (signal?: AbortSignal) => Promise<UnlockedRepository>;
  onLock: (lockId: string, written: boolean) => void;
  /** For tests; 60 s when not given. */
  idleMs?: number;
}

interface Pending {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

interface Live {
  handle: WorkerHandle;
  leaveQueue: () => void;
  pending: Map<number, Pending>;
  ended: Promise<void>;
  closing: boolean;
}

export class BrowseSession {
  readonly #deps: BrowseSessionDeps;
  #live: Promise<Live> | undefined;
  #calls = 0;
  #inFlight = 0;
  #yielding = false;
  #cancelIdle: () => void = () => undefined;
  #closed = false;

  constructor(deps: BrowseSessionDeps) {
    this.#deps = deps;
  }

  /** All snapshot files as they are now. */
  loadSnapshots(signal?: AbortSignal): Promise<LoadedSnapshots> {
    return this.#call({ what: 'snapshots' }, signal);
  }

  /** A page of a folder as people read it. A large folder stays in the thread until another one is asked for: its next page costs next to nothing. */
  folder(treeId: string, ask: FolderAsk, signal?: AbortSignal): Promise<FolderPage> {
    return this.#call({ what: 'folder', treeId, ...ask }, signal);
  }

  /** All nodes of a folder. */
  tree(treeId: string, signal?: AbortSignal): Promise<TreeNode[]> {
    return this.#call({ what: 'tree', treeId }, signal);
  }

  /** Walks down from a snapshot's tree by names; an empty list is the top itself. NOT_FOUND (kind `path`). */
  resolvePath(treeId: string, names: readonly string[], signal?: AbortSignal): Promise<ResolvedPath> {
    return this.#call({ what: 'resolve', treeId, names: [...names] }, signal);
  }

  /** Bytes of a file from its list of blobs; fewer than asked for at its end. */
  readFile(content: readonly string[], range: { offset: number; length: number }, signal?: AbortSignal): Promise<FileRange> {
    return this.#call({ what: 'read', content: [...content], ...range }, signal);
  }

  /** Releases the lock and ends the thread; the session can be used again afterwards. */
  async release(): Promise<void> {
    this.#cancelIdle();
    const live = this.#live;
    this.#live = undefined;
    if (!live) return;
    const { handle, ended, leaveQueue } = await live.catch(() => ({ handle: undefined, ended: undefined, leaveQueue: undefined }));
    await handle?.close();
    await ended;
    leaveQueue?.();
  }

  /** For good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.release();
  }

  async #call<C extends SessionCall>(call: C, signal: AbortSignal | undefined): Promise<SessionResults[C['what']]> {
    throwIfAborted(signal);
    this.#cancelIdle();
    this.#inFlight += 1;
    try {
      const live = await this.#start(signal);
      return await this.#ask(live, call, signal);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#rest();
    }
  }

  #rest(): void {
    if (this.#yielding) {
      this.#yielding = false;
      void this.release();
      return;
    }
    this.#cancelIdle();
    this.#cancelIdle = this.#deps.clock.setTimer(this.#deps.idleMs ?? idleMs, () => void this.release());
  }

  async #start(signal: AbortSignal | undefined): Promise<Live> {
    if (this.#closed) throw cancelled();
    const started = (this.#live ??= this.#open(signal));
    try {
      return await started;
    } catch (error) {
      if (this.#live === started) this.#live = undefined;
      // The opening belonged to somebody who cancelled; this caller did not.
      if (isVarveError(error) && error.code === 'CANCELLED' && !signal?.aborted && !this.#closed) return this.#start(signal);
      throw error;
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<Live> {
    const { workers, queue, unlock, onLock } = this.#deps;
    const { path, masterKey, indexCache } = await unlock(signal);
    const place: QueueRequest = { exclusive: false, what: 'browse', signal, yieldTo: () => this.#yield() };
    const leaveQueue = await queue.enter(place);
    const pending = new Map<number, Pending>();
    const input: SessionInput = { path, masterKey, indexCache };
    const handle = workers.spawn('repository.session', input);
    return new Promise<Live>((resolve, reject) => {
      let opened = false;
      let onEnded: () => void = () => undefined;
      const live: Live = { handle, leaveQueue, pending, closing: false, ended: new Promise((done) => (onEnded = done)) };
      const abort = (): void => void handle.close();
      signal?.addEventListener('abort', abort, { once: true });
      handle.onMessage((value) => {
        const message = value as SessionMessage;
        if (message.kind === 'lock') {
          takeLockNote(message, onLock, (noted) => handle.post(noted));
        } else if (message.kind === 'open') {
          opened = true;
          signal?.removeEventListener('abort', abort);
          resolve(live);
        } else {
          const waiting = pending.get(message.call);
          pending.delete(message.call);
          if (message.kind === 'answer') waiting?.resolve(message.value as never);
          else waiting?.reject(fromWire(message.error));
        }
      });
      handle.onExit((error) => {
        signal?.removeEventListener('abort', abort);
        leaveQueue();
        onEnded();
        const reason = signal?.aborted && !opened ? cancelled() : (error ?? cancelled());
        if (!opened) reject(reason);
        for (const waiting of pending.values()) waiting.reject(reason);
        pending.clear();
        void this.#live?.then((current) => {
          if (current === live) this.#live = undefined;
        }, () => undefined);
      });
    });
  }

  #ask<C extends SessionCall>(live: Live, call: C, signal: AbortSignal | undefined): Promise<SessionResults[C['what']]> {
    const number = ++this.#calls;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (!live.pending.delete(number)) return;
        live.handle.post({ kind: 'cancel', call: number });
        reject(cancelled());
      };
      signal?.addEventListener('abort', abort, { once: true });
      live.pending.set(number, {
        resolve: (value) => {
          signal?.removeEventListener('abort', abort);
          resolve(value);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', abort);
          reject(error);
        }
      });
      try {
        live.handle.post({ kind: 'call', call: number, ask: call });
      } catch (error) {
        live.pending.delete(number);
        fail('INTERNAL', 'the browsing thread is gone', { what: 'the browsing thread is gone' }, error);
      }
    });
  }

  /** Somebody waits for the repository alone: idle sessions give way at once, busy ones after their last answer. */
  #yield(): void {
    if (this.#inFlight === 0) void this.release();
    else this.#yielding = true;
  }
}
