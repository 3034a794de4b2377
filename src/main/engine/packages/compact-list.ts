// A list that only grows, of things that have a path: millions of them in little memory, since of each path only what differs from the one before is kept. A
// million files of a snapshot take some 50 MB.

const blockBytes = 1 << 20;

export interface ListCodec<T extends { path: string }> {
  /** What is kept beside the path. */
  write(value: T): Uint8Array;
  read(path: string, kept: Buffer): T;
}

/** Reads a list from its beginning; undefined at its end, which may come to lie further on. */
export interface ListCursor<T> {
  next(): T | undefined;
}

export class CompactList<T extends { path: string }> implements Iterable<T> {
  readonly #codec: ListCodec<T>;
  readonly #blocks: Buffer[] = [];
  #used = blockBytes;
  #last: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(codec: ListCodec<T>) {
    this.#codec = codec;
  }

  get length(): number {
    return this.#length;
  }

  add(value: T): void {
    const path = Buffer.from(value.path);
    const kept = this.#codec.write(value);
    let shared = 0;
    const most = Math.min(path.length, this.#last.length);
    while (shared < most && path[shared] === this.#last[shared]) shared += 1;
    const head = [shared, path.length - shared, kept.length].flatMap(varint);
    this.#write(Buffer.from(head));
    this.#write(path.subarray(shared));
    this.#write(kept);
    this.#last = path;
    this.#length += 1;
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#used === blockBytes) {
        this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes));
        this.#used = 0;
      }
      const part = bytes.subarray(at, at + blockBytes - this.#used);
      (this.#blocks.at(-1) as Buffer).set(part, this.#used);
      this.#used += part.length;
      at += part.length;
    }
  }

  cursor(): ListCursor<T> {
    let [done, block, at] = [0, 0, 0];
    let last: Buffer = Buffer.alloc(0);
    const byte = (): number => {
      if (at === blockBytes) [block, at] = [block + 1, 0];
      return (this.#blocks[block] as Buffer)[at++] as number;
    };
    const number = (): number => {
      let [value, scale] = [0, 1];
      for (;;) {
        const next = byte();
        value += (next & 0x7f) * scale;
        if (next < 0x80) return value;
        scale *= 0x80;
      }
    };
    const take = (into: Buffer, from: number): Buffer => {
      for (let filled = from; filled < into.length; ) {
        if (at === blockBytes) [block, at] = [block + 1, 0];
        const count = (this.#blocks[block] as Buffer).copy(into, filled, at, at + into.length - filled);
        filled += count;
        at += count;
      }
      return into;
    };
    return {
      next: () => {
        if (done === this.#length) return undefined;
        done += 1;
        const [shared, rest, kept] = [number(), number(), number()];
        const path = Buffer.allocUnsafe(shared + rest);
        last.copy(path, 0, 0, shared);
        last = take(path, shared);
        return this.#codec.read(path.toString(), take(Buffer.allocUnsafe(kept), 0));
      }
    };
  }

  *[Symbol.iterator](): Generator<T> {
    const cursor = this.cursor();
    for (let value = cursor.next(); value !== undefined; value = cursor.next()) yield value;
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  bytes.push(value);
  return bytes;
}
