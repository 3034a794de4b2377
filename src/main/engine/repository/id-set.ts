// A set of 32-byte ids in plain memory, about 45 bytes each: for walks over millions of trees.
export class IdSet {
  #ids = new Uint32Array(1024 * 8);
  #slots = new Uint32Array(2048);
  #count = 0;
  readonly #scratch = Buffer.alloc(32);
  readonly #words = new Uint32Array(this.#scratch.buffer, this.#scratch.byteOffset, 8);

  get size(): number {
    return this.#count;
  }

  /** False when the id (64 hex digits) was there already. */
  add(id: string): boolean {
    if (id.length !== 64 || this.#scratch.write(id, 0, 'hex') !== 32) throw new RangeError('not an id');
    const mask = this.#slots.length - 1;
    let slot = this.#slotOf(this.#words, 0, mask);
    for (let taken = this.#slots[slot] as number; taken !== 0; taken = this.#slots[slot] as number) {
      if (this.#equals((taken - 1) * 8)) return false;
      slot = (slot + 1) & mask;
    }
    if ((this.#count + 1) * 8 > this.#ids.length) this.#growIds();
    this.#ids.set(this.#words, this.#count * 8);
    this.#count += 1;
    this.#slots[slot] = this.#count;
    if (this.#count * 4 > this.#slots.length * 3) this.#growSlots();
    return true;
  }

  #equals(at: number): boolean {
    for (let i = 0; i < 8; i++) if (this.#ids[at + i] !== this.#words[i]) return false;
    return true;
  }

  #slotOf(words: Uint32Array, at: number, mask: number): number {
    return ((words[at] as number) ^ Math.imul(words[at + 1] as number, 0x9e3779b1)) & mask;
  }

  #growIds(): void {
    const larger = new Uint32Array(this.#ids.length + Math.max(8192, (this.#ids.length >>> 5) * 8));
    larger.set(this.#ids);
    this.#ids = larger;
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let i = 0; i < this.#count; i++) {
      let slot = this.#slotOf(this.#ids, i * 8, mask);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = i + 1;
    }
    this.#slots = slots;
  }
}
