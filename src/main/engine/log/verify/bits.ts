// One bit per entry, for the few things that must be remembered of every one of them.

export class Bits {
  readonly #bytes: Uint8Array;

  constructor(size: number) {
    this.#bytes = new Uint8Array(Math.ceil(size / 8));
  }

  has(index: number): boolean {
    return ((this.#bytes[Math.floor(index / 8)] ?? 0) & (1 << (index % 8))) !== 0;
  }

  add(index: number): void {
    const at = Math.floor(index / 8);
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (index % 8));
  }
}

/** Something that occurred at some places: how often, and where first and last. */
export class Places {
  first = Infinity;
  last = -Infinity;
  count = 0;

  add(place: number): void {
    this.first = Math.min(this.first, place);
    this.last = Math.max(this.last, place);
    this.count += 1;
  }

  join(others: Places): void {
    this.first = Math.min(this.first, others.first);
    this.last = Math.max(this.last, others.last);
    this.count += others.count;
  }

  clear(): void {
    this.first = Infinity;
    this.last = -Infinity;
    this.count = 0;
  }
}
