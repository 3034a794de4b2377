// The bytes of a pack that is being filled, in segments of one size. A pack takes memory as it grows and gives it back whole when it is
// stored, so that what is resident is what is used, not what the largest pack might need.
export const segmentBytes = 1024 * 1024;

/**
 * Segments that no pack uses at the moment. `most` of them are parts of one large piece of memory: only what is used of it is resident, and
 * it lies apart from short-lived blobs, between which single segments would keep holes from being given back. Beyond that, segments are
 * made singly and left to the garbage collector.
 */
export class SegmentPool {
  readonly #most: number;
  #slab: Buffer | undefined;
  #cut = 0;
  readonly #free: Buffer[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  take(): Buffer {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#cut === this.#most) return Buffer.allocUnsafeSlow(segmentBytes);
    this.#slab ??= Buffer.allocUnsafeSlow(this.#most * segmentBytes);
    const from = segmentBytes * this.#cut++;
    return this.#slab.subarray(from, from + segmentBytes);
  }

  give(segments: readonly Buffer[]): void {
    for (const segment of segments) if (segment.buffer === this.#slab?.buffer) this.#free.push(segment);
  }

  /** Lets go of everything; what is given back afterwards is not kept. */
  clear(): void {
    this.#free.length = 0;
    this.#slab = undefined;
    this.#cut = 0;
  }
}

export class PackBytes {
  readonly #pool: SegmentPool;
  #segments: { memory: Buffer; used: number }[] = [];
  #length = 0;
  #spilled = 0;

  constructor(pool: SegmentPool) {
    this.#pool = pool;
  }

  /** Of all bytes, in memory or not. */
  get length(): number {
    return this.#length;
  }

  /** Bytes from the beginning on that are elsewhere. */
  get spilled(): number {
    return this.#spilled;
  }

  /** Hands on the segments that are full, and takes their memory back. */
  spill(keep: (bytes: Uint8Array) => void): void {
    for (let first = this.#segments[0]; first?.used === segmentBytes; first = this.#segments[0]) {
      keep(first.memory);
      this.#segments.shift();
      this.#spilled += segmentBytes;
      this.#pool.give([first.memory]);
    }
  }

  /** What is in memory, in order. Valid until `release`. */
  get pieces(): Uint8Array[] {
    return this.#segments.map(({ memory, used }) => memory.subarray(0, used));
  }

  /** Takes `bytes` bytes and returns where they lie: one piece where they fit into the segment that is being filled. To be written at once. */
  extend(bytes: number): Buffer[] {
    const pieces: Buffer[] = [];
    for (let missing = bytes; missing > 0; ) {
      const segment = this.#withRoom();
      const taken = Math.min(missing, segmentBytes - segment.used);
      pieces.push(segment.memory.subarray(segment.used, segment.used + taken));
      segment.used += taken;
      missing -= taken;
    }
    this.#length += bytes;
    return pieces;
  }

  /** Appends bytes of another pack that are not in memory. */
  copyIn(bytes: Uint8Array): void {
    let at = 0;
    for (const piece of this.extend(bytes.length)) {
      piece.set(bytes.subarray(at, at + piece.length));
      at += piece.length;
    }
  }

  /** Appends what another pack has in memory; it is empty afterwards. Nothing is copied. */
  adopt(other: PackBytes): void {
    this.#segments.push(...other.#segments);
    this.#length += other.#length - other.#spilled;
    other.#segments = [];
    other.#length = 0;
  }

  release(): void {
    this.#pool.give(this.#segments.map(({ memory }) => memory));
    this.#segments = [];
    this.#length = 0;
  }

  #withRoom(): { memory: Buffer; used: number } {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.used < segmentBytes) return last;
    const segment = { memory: this.#pool.take(), used: 0 };
    this.#segments.push(segment);
    return segment;
  }
}
