// A repository in memory, for tests of everything above the back end.
import { throwIfAborted } from '../../kit/errors.ts';
import { isFileName } from '../format/ids.ts';
import { fileMissing, pieces, type Backend, type ByteRange, type FileKind, type StoredFile } from './backend.ts';

export class MemoryBackend implements Backend {
  readonly location: string;
  /** `<kind>/<name>` -> bytes. Tests look into it and change it. */
  readonly stored = new Map<string, Uint8Array>();

  constructor(location = 'memory') {
    this.location = location;
  }

  async *list(kind: FileKind, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    throwIfAborted(signal);
    for (const [key, bytes] of [...this.stored]) {
      throwIfAborted(signal);
      const [folder, name] = key.split('/') as [FileKind, string];
      if (folder === kind && kind !== 'config' && isFileName(name) && this.stored.has(key)) yield { name, size: bytes.length };
    }
  }

  async read(kind: FileKind, name: string, range: ByteRange = {}, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal);
    const offset = range.offset ?? 0;
    return this.#get(kind, name).slice(offset, range.length === undefined ? undefined : offset + range.length);
  }

  async size(kind: FileKind, name: string, signal?: AbortSignal): Promise<number> {
    throwIfAborted(signal);
    return this.#get(kind, name).length;
  }

  async has(kind: FileKind, name: string, signal?: AbortSignal): Promise<boolean> {
    throwIfAborted(signal);
    return this.stored.has(keyOf(kind, name));
  }

  async write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const whole = Buffer.concat(pieces(bytes));
    // As on a disk, the file is there some time after the call.
    await Promise.resolve();
    throwIfAborted(signal);
    this.stored.set(keyOf(kind, name), new Uint8Array(whole));
  }

  async remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (!this.stored.delete(keyOf(kind, name))) fileMissing(kind, name);
  }

  async create(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
  }

  #get(kind: FileKind, name: string): Uint8Array {
    return this.stored.get(keyOf(kind, name)) ?? fileMissing(kind, name);
  }
}

function keyOf(kind: FileKind, name: string): string {
  return kind === 'config' ? 'config/config' : `${kind}/${name}`;
}
