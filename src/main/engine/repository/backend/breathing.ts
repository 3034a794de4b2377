// A local folder answers without ever leaving the thread, so that long work on it would let nothing else in: no cancellation, no refresh of
// the lock. In front of it stands this: every so often a call waits for the event loop to come round.
import type { Clock } from '../../ports.ts';
import type { Backend, ByteRange, FileKind, StoredFile } from './backend.ts';

const breatheMs = 30;

export function breathing(backend: Backend, clock: Pick<Clock, 'monotonicMs'>): Backend {
  return new BreathingBackend(backend, clock);
}

class BreathingBackend implements Backend {
  readonly location: string;
  readonly #inner: Backend;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #breathedAt: number;

  constructor(inner: Backend, clock: Pick<Clock, 'monotonicMs'>) {
    this.location = inner.location;
    this.#inner = inner;
    this.#clock = clock;
    this.#breathedAt = clock.monotonicMs();
  }

  async *list(kind: FileKind, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    for await (const file of this.#inner.list(kind, signal)) {
      await this.#breathe();
      yield file;
    }
  }

  async read(kind: FileKind, name: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    await this.#breathe();
    return this.#inner.read(kind, name, range, signal);
  }

  async size(kind: FileKind, name: string, signal?: AbortSignal): Promise<number> {
    await this.#breathe();
    return this.#inner.size(kind, name, signal);
  }

  async has(kind: FileKind, name: string, signal?: AbortSignal): Promise<boolean> {
    await this.#breathe();
    return this.#inner.has(kind, name, signal);
  }

  async write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    await this.#breathe();
    return this.#inner.write(kind, name, bytes, signal);
  }

  async remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void> {
    await this.#breathe();
    return this.#inner.remove(kind, name, signal);
  }

  create(signal?: AbortSignal): Promise<void> {
    return this.#inner.create(signal);
  }

  async sweep(beforeMs: number, signal?: AbortSignal): Promise<void> {
    await this.#inner.sweep?.(beforeMs, signal);
  }

  async #breathe(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#breathedAt < breatheMs) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#breathedAt = this.#clock.monotonicMs();
  }
}
