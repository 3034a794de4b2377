// What tar and zip have to offer to the writer: members in, the archive's bytes out.
import type { Readable } from 'node:stream';

export interface FormMember {
  path: string;
  mode: number;
  mtimeNs: bigint;
}

export interface ArchiveForm {
  /** The archive, as it grows. Ends after `end`. */
  readonly output: Readable;
  /** The chunks give exactly `size` bytes. */
  file(member: FormMember & { size: number }, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  folder(member: FormMember): Promise<void>;
  symlink(member: FormMember & { target: string }): Promise<void>;
  readonly hasHardLinks: boolean;
  /** Only where it has them. */
  hardLink(member: FormMember & { to: string }): Promise<void>;
  /** No more members. Resolves before the output was read to its end. */
  end(): Promise<void>;
  /** Whoever waits for the form gets this error. */
  destroy(error: Error): void;
}

/** What bytes are given to: Node's streams, and tar-stream's. */
export interface Taker {
  write(bytes: Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** Waits that one failure ends all at once. */
export class Waits {
  readonly #waiting = new Set<(error: Error) => void>();
  #error: Error | undefined;

  fail(error: Error): void {
    this.#error ??= error;
    for (const reject of this.#waiting) reject(this.#error);
    this.#waiting.clear();
  }

  throwIfFailed(): void {
    if (this.#error) throw this.#error;
  }

  until<T>(begin: (done: (value: T) => void) => void): Promise<T> {
    this.throwIfFailed();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      begin((value) => {
        this.#waiting.delete(reject);
        resolve(value);
      });
    });
  }

  /** Gives the stream the bytes, and waits while it has enough. */
  async push(stream: Taker, bytes: Uint8Array): Promise<void> {
    this.throwIfFailed();
    if (!stream.write(bytes)) await this.until<void>((done) => stream.once('drain', done));
  }
}
