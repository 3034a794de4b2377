// The data blobs that need not be stored again, shared by all threads of one snapshot without messages. A chain of tables in shared
// memory: slots are claimed atomically, the whole 32-byte id lies behind each slot. Only the coordinator adds tables, when the newest
// is half full; a thread that has not heard of the newest table yet may store a blob twice, which the format allows.
const header = 16; // bytes before the slots: [0] entries taken
const pending = -1;
const spare = 64; // room for threads that claim at the same moment

/** One table: `Int32[1 header word x4][slots]` then `capacity x 32` bytes of ids, all in one SharedArrayBuffer. */
class Table {
  readonly memory: SharedArrayBuffer;
  readonly #taken: Int32Array;
  readonly #slots: Int32Array;
  readonly #ids: Int32Array;
  readonly #mask: number;
  readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    const slots = slotsFor(memory.byteLength);
    this.capacity = slots / 2;
    this.#mask = slots - 1;
    this.#taken = new Int32Array(memory, 0, 1);
    this.#slots = new Int32Array(memory, header, slots);
    this.#ids = new Int32Array(memory, header + slots * 4);
  }

  static create(capacity: number): Table {
    let slots = 1 << 10;
    while (slots / 2 < capacity + spare) slots *= 2;
    return new Table(new SharedArrayBuffer(header + slots * 4 + (slots / 2) * 32));
  }

  get taken(): number {
    return Atomics.load(this.#taken, 0);
  }

  has(words: Int32Array): boolean {
    for (let slot = (words[7] as number) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = this.#entry(slot);
      if (entry === 0) return false;
      if (this.#equal(entry, words)) return true;
    }
  }

  /** `true` when the id was not there and is now; `undefined` when the table is full. */
  claim(words: Int32Array): boolean | undefined {
    for (let slot = (words[7] as number) & this.#mask; ; ) {
      const entry = this.#entry(slot);
      if (entry !== 0) {
        if (this.#equal(entry, words)) return false;
        slot = (slot + 1) & this.#mask;
        continue;
      }
      if (this.taken >= this.capacity - spare) return undefined;
      if (Atomics.compareExchange(this.#slots, slot, 0, pending) !== 0) continue; // somebody was faster: look at the same slot again
      const index = Atomics.add(this.#taken, 0, 1) + 1;
      this.#ids.set(words, (index - 1) * 8);
      Atomics.store(this.#slots, slot, index);
      return true;
    }
  }

  #entry(slot: number): number {
    let entry = Atomics.load(this.#slots, slot);
    while (entry === pending) entry = Atomics.load(this.#slots, slot); // another thread is copying 32 bytes
    return entry;
  }

  #equal(entry: number, words: Int32Array): boolean {
    const at = (entry - 1) * 8;
    for (let i = 0; i < 8; i++) if (this.#ids[at + i] !== words[i]) return false;
    return true;
  }
}

/** Slots are a power of two s with header + 4s + 16s bytes in all. */
function slotsFor(byteLength: number): number {
  return (byteLength - header) / 20;
}

export class KnownBlobs {
  readonly #tables: Table[];
  readonly #words = new Int32Array(8);
  readonly #bytes = Buffer.from(this.#words.buffer);

  private constructor(tables: Table[]) {
    this.#tables = tables;
  }

  /** `capacity`: how many ids are expected at least. */
  static create(capacity: number): KnownBlobs {
    return new KnownBlobs([Table.create(capacity)]);
  }

  static attach(memories: readonly SharedArrayBuffer[]): KnownBlobs {
    return new KnownBlobs(memories.map((memory) => new Table(memory)));
  }

  get memories(): SharedArrayBuffer[] {
    return this.#tables.map((table) => table.memory);
  }

  /** Ids are 32 bytes, raw or in hex. */
  has(id: string | Uint8Array): boolean {
    this.#load(id);
    for (const table of this.#tables) if (table.has(this.#words)) return true;
    return false;
  }

  /** True when the caller is the first to name this id and must store the blob. */
  claim(id: string | Uint8Array): boolean {
    this.#load(id);
    const newest = this.#tables.length - 1;
    for (let i = 0; i < newest; i++) if ((this.#tables[i] as Table).has(this.#words)) return false;
    return (this.#tables[newest] as Table).claim(this.#words) ?? true; // full: stored, and known to nobody
  }

  /** Coordinator only: a further table when the newest is more than half full; its memory is to be sent to the others (`addTable`). */
  grow(): SharedArrayBuffer | undefined {
    const newest = this.#tables.at(-1) as Table;
    if (newest.taken * 2 < newest.capacity) return undefined;
    const table = Table.create(newest.capacity * 2);
    this.#tables.push(table);
    return table.memory;
  }

  addTable(memory: SharedArrayBuffer): void {
    this.#tables.push(new Table(memory));
  }

  #load(id: string | Uint8Array): void {
    if (typeof id === 'string') this.#bytes.write(id, 'hex');
    else this.#bytes.set(id);
  }
}
