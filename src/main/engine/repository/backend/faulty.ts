// A store that fails, by seed, for tests: calls that fail before or after they took effect, writes that leave half a file under a
// temporary name, reads that come back short or changed once, and delays. What a back end promises still holds: a write that failed
// never leaves a broken file under its final name.
import { throwIfAborted, VarveError } from '../../kit/errors.ts';
import type { Backend, ByteRange, FileKind, StoredFile } from './backend.ts';

export interface FaultOptions {
  /** Numbers in [0, 1) in a fixed order: the seed. */
  next: () => number;
  /** Chance of each fault, 0 to 1. */
  failRead?: number;
  failWrite?: number;
  /** The write took effect and still reports a failure, as when an answer is lost. */
  failAfterWrite?: number;
  failRemove?: number;
  failList?: number;
  /** Fewer bytes than asked for. */
  shortRead?: number;
  /** One byte changed. */
  tornRead?: number;
  slow?: { chance: number; wait: () => Promise<void> };
}

export class FaultyBackend implements Backend {
  readonly location: string;
  readonly #inner: Backend;
  readonly #options: FaultOptions;
  /** How often each fault happened. */
  readonly faults = new Map<string, number>();
  /** Switched off, everything works. */
  active = true;

  constructor(inner: Backend, options: FaultOptions) {
    this.#inner = inner;
    this.#options = options;
    this.location = inner.location;
  }

  async *list(kind: FileKind, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    await this.#delay();
    for await (const file of this.#inner.list(kind, signal)) {
      if (this.#happens('failList')) throw this.#error('NOT_READABLE', kind);
      yield file;
    }
  }

  async read(kind: FileKind, name: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    await this.#delay();
    if (this.#happens('failRead')) throw this.#error('NOT_READABLE', `${kind}/${name}`);
    const bytes = new Uint8Array(await this.#inner.read(kind, name, range, signal));
    if (bytes.length > 0 && this.#happens('shortRead')) return bytes.subarray(0, Math.floor(this.#options.next() * bytes.length));
    if (bytes.length > 0 && this.#happens('tornRead')) {
      const at = Math.floor(this.#options.next() * bytes.length);
      bytes[at] = (bytes[at] as number) ^ 1;
    }
    return bytes;
  }

  async size(kind: FileKind, name: string, signal?: AbortSignal): Promise<number> {
    await this.#delay();
    if (this.#happens('failRead')) throw this.#error('NOT_READABLE', `${kind}/${name}`);
    return this.#inner.size(kind, name, signal);
  }

  async has(kind: FileKind, name: string, signal?: AbortSignal): Promise<boolean> {
    await this.#delay();
    if (this.#happens('failRead')) throw this.#error('NOT_READABLE', `${kind}/${name}`);
    return this.#inner.has(kind, name, signal);
  }

  async write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    await this.#delay();
    throwIfAborted(signal);
    if (this.#happens('failWrite')) throw this.#error('NO_SPACE', `${kind}/${name}`);
    await this.#inner.write(kind, name, bytes, signal);
    if (this.#happens('failAfterWrite')) throw this.#error('NOT_WRITABLE', `${kind}/${name}`);
  }

  async remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void> {
    await this.#delay();
    if (this.#happens('failRemove')) throw this.#error('NOT_WRITABLE', `${kind}/${name}`);
    return this.#inner.remove(kind, name, signal);
  }

  async create(signal?: AbortSignal): Promise<void> {
    if (this.#happens('failWrite')) throw this.#error('NOT_WRITABLE', 'create');
    return this.#inner.create(signal);
  }

  async #delay(): Promise<void> {
    const { slow } = this.#options;
    if (this.active && slow && this.#options.next() < slow.chance) await slow.wait();
  }

  #happens(fault: 'failRead' | 'failWrite' | 'failAfterWrite' | 'failRemove' | 'failList' | 'shortRead' | 'tornRead'): boolean {
    const chance = this.#options[fault] ?? 0;
    if (!this.active || chance === 0 || this.#options.next() >= chance) return false;
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    return true;
  }

  #error(code: 'NOT_READABLE' | 'NOT_WRITABLE' | 'NO_SPACE', path: string): VarveError {
    return new VarveError(code, `injected: ${code} at ${path}`, code === 'NO_SPACE' ? { path } : { path, reason: 'EIO' });
  }
}
