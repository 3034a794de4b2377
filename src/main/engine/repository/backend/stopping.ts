// A store for tests that counts every change (a file written, a file removed) and stops at a chosen one: as a process that is killed there
// (`dies`: nothing works afterwards), or as a fault of the disk that happens once (`fails`). The change itself took effect or did not.
import { VarveError } from '../../kit/errors.ts';
import type { Backend, ByteRange, FileKind, StoredFile } from './backend.ts';

export interface Stop {
  /** Number of the change, from 1 on. */
  at: number;
  how: 'dies' | 'fails';
  tookEffect: boolean;
}

export class StoppingBackend implements Backend {
  readonly location: string;
  readonly #inner: Backend;
  readonly #stop: Stop | undefined;
  #dead = false;
  /** `write data/ab12...`, in order. */
  readonly changes: string[] = [];

  constructor(inner: Backend, stop?: Stop) {
    this.#inner = inner;
    this.#stop = stop;
    this.location = inner.location;
  }

  async *list(kind: FileKind, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    this.#refuseDead();
    yield* this.#inner.list(kind, signal);
  }

  async read(kind: FileKind, name: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    this.#refuseDead();
    return this.#inner.read(kind, name, range, signal);
  }

  async size(kind: FileKind, name: string, signal?: AbortSignal): Promise<number> {
    this.#refuseDead();
    return this.#inner.size(kind, name, signal);
  }

  async has(kind: FileKind, name: string, signal?: AbortSignal): Promise<boolean> {
    this.#refuseDead();
    return this.#inner.has(kind, name, signal);
  }

  async write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    await this.#change(`write ${kind}/${name}`, () => this.#inner.write(kind, name, bytes, signal));
  }

  async remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void> {
    await this.#change(`remove ${kind}/${name}`, () => this.#inner.remove(kind, name, signal));
  }

  async create(signal?: AbortSignal): Promise<void> {
    this.#refuseDead();
    await this.#inner.create(signal);
  }

  async #change(what: string, change: () => Promise<void>): Promise<void> {
    this.#refuseDead();
    this.changes.push(what);
    if (this.#stop?.at !== this.changes.length) return change();
    if (this.#stop.how === 'dies') this.#dead = true;
    if (this.#stop.tookEffect) await change();
    throw new VarveError('NOT_WRITABLE', 'stopped here', { path: what, reason: 'EIO' });
  }

  #refuseDead(): void {
    if (this.#dead) throw new VarveError('NOT_WRITABLE', 'stopped before', { path: this.location, reason: 'EIO' });
  }
}
