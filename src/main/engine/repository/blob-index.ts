// Which blob lies where. Every index file of a repository in one hash table of plain numbers: about 60 bytes a blob, no object per
// blob. A blob is (type, id); several copies are legal. Ids are 64 hex digits or 32 raw bytes.
import type { BlobType } from './format/ids.ts';
import type { IndexBlob, IndexPack } from './format/index-file.ts';

/** One place where a blob lies. Bytes: `length` as stored, seal included; `uncompressedLength` of the plaintext, 0 = not compressed. */
export interface BlobLocation {
  pack: string;
  offset: number;
  length: number;
  uncompressedLength: number;
}

// A row is 12 numbers: 8 of the id, then type (1 bit) and pack number, offset, stored length, uncompressed length.
const rowWords = 12;
const pageBits = 12;
const pageRows = 1 << pageBits;
const rowMask = pageRows - 1;
const chainEnd = 0xffff_ffff;

/** How large the tables are: entries, packs, and places of the hash table. */
export interface IndexSizes {
  rows: number;
  packs: number;
  slots: number;
}

export class BlobIndex {
  #pages: Uint32Array[] = [];
  #rows = 0;
  /** Open addressing; row + 1, 0 = free. A power of two, at most 3/4 full. */
  #slots = new Uint32Array(1024);
  #packNumbers = new Map<string, number>();
  #packIds: string[] = [];
  /** First row and number of rows of each pack; rows of one pack are adjacent. */
  #packRows: number[] = [];
  readonly #scratch = Buffer.alloc(32);
  readonly #words = new Uint32Array(this.#scratch.buffer, this.#scratch.byteOffset, 8);

  /** Number of entries; copies count. */
  get count(): number {
    return this.#rows;
  }

  get packCount(): number {
    return this.#packIds.length;
  }

  // ---- as bytes, for a cache ----

  get sizes(): IndexSizes {
    return { rows: this.#rows, packs: this.#packIds.length, slots: this.#slots.length };
  }

  /** How many bytes `tables` gives for these sizes. */
  static bytesOf({ rows, packs, slots }: IndexSizes): number {
    return packs * 8 + rows * rowWords * 4 + slots * 4;
  }

  /** Everything but the packs' names, in the machine's byte order. */
  *tables(): Generator<Uint8Array> {
    const bytes = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    yield bytes(Uint32Array.from(this.#packRows));
    for (let first = 0; first < this.#rows; first += pageRows) yield bytes((this.#pages[first >>> pageBits] as Uint32Array).subarray(0, Math.min(pageRows, this.#rows - first) * rowWords));
    yield bytes(this.#slots);
  }

  /** The inverse: `fill` gives the next bytes, or false when there are no more. undefined then, and for sizes that cannot be. The bytes themselves are trusted. */
  static fromTables({ rows, packs, slots }: IndexSizes, packIds: readonly string[], fill: (into: Uint8Array) => boolean): BlobIndex | undefined {
    const isPower = slots >= 1024 && slots <= 2 ** 31 && (slots & (slots - 1)) === 0;
    if (!isPower || rows * 4 > slots * 3 || packIds.length !== packs) return undefined;
    const index = new BlobIndex();
    const words = (count: number, room = count): Uint32Array<ArrayBuffer> | undefined => {
      const made = new Uint32Array(room);
      return fill(new Uint8Array(made.buffer, 0, count * 4)) ? made : undefined;
    };
    const packRows = words(packs * 2);
    if (packRows === undefined) return undefined;
    for (let first = 0; first < rows; first += pageRows) {
      const page = words(Math.min(pageRows, rows - first) * rowWords, pageRows * rowWords);
      if (page === undefined) return undefined;
      index.#pages.push(page);
    }
    const places = words(slots);
    if (places === undefined) return undefined;
    index.#rows = rows;
    index.#slots = places;
    index.#packIds = [...packIds];
    index.#packNumbers = new Map(packIds.map((id, number) => [id, number]));
    index.#packRows = [...packRows];
    return index;
  }

  /** Bytes the table itself takes, without the packs' names. */
  get sizeBytes(): number {
    return this.#pages.length * pageRows * rowWords * 4 + this.#slots.byteLength;
  }

  has(type: BlobType, id: string | Uint8Array): boolean {
    return this.#load(id) && this.#next(typeBit(type), this.#start(typeBit(type))) !== chainEnd;
  }

  /** Every place of the blob, empty when unknown. */
  find(type: BlobType, id: string | Uint8Array): BlobLocation[] {
    const found: BlobLocation[] = [];
    if (!this.#load(id)) return found;
    const bit = typeBit(type);
    for (let slot = this.#next(bit, this.#start(bit)); slot !== chainEnd; slot = this.#next(bit, (slot + 1) & (this.#slots.length - 1))) {
      found.push(this.#location((this.#slots[slot] as number) - 1));
    }
    return found;
  }

  /** Bytes of the plaintext, undefined when unknown. */
  plainLength(type: BlobType, id: string | Uint8Array): number | undefined {
    if (!this.#load(id)) return undefined;
    const bit = typeBit(type);
    const slot = this.#next(bit, this.#start(bit));
    if (slot === chainEnd) return undefined;
    const row = (this.#slots[slot] as number) - 1;
    const page = this.#pages[row >>> pageBits] as Uint32Array;
    const at = (row & rowMask) * rowWords;
    return (page[at + 11] as number) || (page[at + 10] as number) - 32;
  }

  // ---- by number: for walks that keep a bit or a number for each entry ----

  /** Number of the blob's first entry, -1 when unknown. Entries count from 0 to `count` - 1 in the order they were added; later ones change no number. */
  firstEntry(type: BlobType, id: string | Uint8Array): number {
    if (!this.#load(id)) return -1;
    return this.#firstRow(typeBit(type));
  }

  /** Number of the first entry of the same blob. */
  firstCopy(entry: number): number {
    return this.#firstRow(this.#loadRow(entry));
  }

  /** Numbers of all entries of the same blob. */
  copies(entry: number): number[] {
    const bit = this.#loadRow(entry);
    const found: number[] = [];
    for (let slot = this.#next(bit, this.#start(bit)); slot !== chainEnd; slot = this.#next(bit, (slot + 1) & (this.#slots.length - 1))) found.push((this.#slots[slot] as number) - 1);
    return found;
  }

  /** Number of the pack an entry lies in; packs count from 0 to `packCount` - 1. */
  packOf(entry: number): number {
    return ((this.#pages[entry >>> pageBits] as Uint32Array)[(entry & rowMask) * rowWords + 8] as number) >>> 1;
  }

  blobAt(entry: number): IndexBlob {
    return this.#blob(entry);
  }

  packId(pack: number): string {
    return this.#packIds[pack] as string;
  }

  /** -1 when unknown. */
  packNumber(pack: string): number {
    return this.#packNumbers.get(pack) ?? -1;
  }

  /** The entries of a pack lie one after the other, except those of another description that contradicts the first. */
  entriesOf(pack: number): { first: number; count: number } {
    return { first: this.#packRows[pack * 2] as number, count: this.#packRows[pack * 2 + 1] as number };
  }

  hasPack(pack: string): boolean {
    return this.#packNumbers.has(pack);
  }

  packs(): IterableIterator<string> {
    return this.#packNumbers.keys();
  }

  /** The blobs of a pack in the order they were added; empty when unknown. Of a pack that files disagree about, the first description. */
  blobsOf(pack: string): IndexBlob[] {
    const number = this.#packNumbers.get(pack);
    if (number === undefined) return [];
    const first = this.#packRows[number * 2] as number;
    const blobs: IndexBlob[] = [];
    for (let row = first; row < first + (this.#packRows[number * 2 + 1] as number); row++) blobs.push(this.#blob(row));
    return blobs;
  }

  *entries(): Generator<{ type: BlobType; id: string; location: BlobLocation }> {
    for (let row = 0; row < this.#rows; row++) {
      const { type, id } = this.#blob(row);
      yield { type, id, location: this.#location(row) };
    }
  }

  /** All ids of a type, 32 bytes each, one after the other; copies repeat. For a set shared between threads. */
  ids(type: BlobType): Uint8Array {
    const bit = typeBit(type);
    let found = 0;
    this.#eachRow((page, at) => (found += +(((page[at + 8] as number) & 1) === bit)));
    const ids = new Uint8Array(found * 32);
    let to = 0;
    this.#eachRow((page, at) => {
      if (((page[at + 8] as number) & 1) !== bit) return;
      ids.set(new Uint8Array(page.buffer, page.byteOffset + at * 4, 32), to);
      to += 32;
    });
    return ids;
  }

  /**
   * Adds what one index file says about one pack. `same`: it was known already exactly so; `conflict`: it was known otherwise (the new
   * entries are still added, so that a reader may try them).
   */
  addPack(pack: IndexPack): 'added' | 'same' | 'conflict' {
    const known = this.#packNumbers.get(pack.id);
    if (known === undefined) {
      const number = this.#packIds.length;
      this.#packNumbers.set(pack.id, number);
      this.#packIds.push(pack.id);
      this.#packRows.push(this.#rows, pack.blobs.length);
      for (const blob of pack.blobs) this.#insert(blob, number);
      return 'added';
    }
    const missing = pack.blobs.filter((blob) => !this.find(blob.type, blob.id).some((place) => place.pack === pack.id && samePlace(place, blob)));
    if (missing.length === 0 && pack.blobs.length === this.#packRows[known * 2 + 1]) return 'same';
    for (const blob of missing) this.#insert(blob, known);
    return 'conflict';
  }

  #eachRow(visit: (page: Uint32Array, at: number) => void): void {
    for (let row = 0; row < this.#rows; row++) visit(this.#pages[row >>> pageBits] as Uint32Array, (row & rowMask) * rowWords);
  }

  #insert(blob: IndexBlob, packNumber: number): void {
    if (!this.#load(blob.id)) throw new RangeError('a blob id is 32 bytes');
    if ((this.#rows + 1) * 4 > this.#slots.length * 3) this.#grow();
    if (this.#rows >>> pageBits === this.#pages.length) this.#pages.push(new Uint32Array(pageRows * rowWords));
    const row = this.#rows;
    const page = this.#pages[row >>> pageBits] as Uint32Array;
    const at = (row & rowMask) * rowWords;
    const bit = typeBit(blob.type);
    page.set(this.#words, at);
    page[at + 8] = packNumber * 2 + bit;
    page[at + 9] = blob.offset;
    page[at + 10] = blob.length;
    page[at + 11] = blob.uncompressedLength;
    this.#rows += 1;
    this.#place(row, this.#start(bit));
  }

  #place(row: number, from: number): void {
    const mask = this.#slots.length - 1;
    let slot = from;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row + 1;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    let row = 0;
    this.#eachRow((page, at) => {
      this.#place(row, slotOf(page[at] as number, page[at + 1] as number, (page[at + 8] as number) & 1, mask));
      row += 1;
    });
  }

  /** Puts the id into the scratch words; false when it is no id. */
  #load(id: string | Uint8Array): boolean {
    if (typeof id === 'string') return id.length === 64 && this.#scratch.write(id, 0, 'hex') === 32;
    if (id.length !== 32) return false;
    this.#scratch.set(id);
    return true;
  }

  /** Puts an entry's id into the scratch words and returns its type's bit. */
  #loadRow(row: number): number {
    const page = this.#pages[row >>> pageBits] as Uint32Array;
    const at = (row & rowMask) * rowWords;
    this.#words.set(page.subarray(at, at + 8));
    return (page[at + 8] as number) & 1;
  }

  #firstRow(bit: number): number {
    const slot = this.#next(bit, this.#start(bit));
    return slot === chainEnd ? -1 : (this.#slots[slot] as number) - 1;
  }

  #start(bit: number): number {
    return slotOf(this.#words[0] as number, this.#words[1] as number, bit, this.#slots.length - 1);
  }

  /** The next slot from `slot` on that holds the id in the scratch words, or chainEnd. */
  #next(bit: number, slot: number): number {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    for (let at = slot; ; at = (at + 1) & mask) {
      const taken = this.#slots[at] as number;
      if (taken === 0) return chainEnd;
      const page = this.#pages[(taken - 1) >>> pageBits] as Uint32Array;
      const base = ((taken - 1) & rowMask) * rowWords;
      if (((page[base + 8] as number) & 1) !== bit) continue;
      let i = 0;
      while (i < 8 && page[base + i] === words[i]) i += 1;
      if (i === 8) return at;
    }
  }

  #location(row: number): BlobLocation {
    const page = this.#pages[row >>> pageBits] as Uint32Array;
    const at = (row & rowMask) * rowWords;
    return {
      pack: this.#packIds[(page[at + 8] as number) >>> 1] as string,
      offset: page[at + 9] as number,
      length: page[at + 10] as number,
      uncompressedLength: page[at + 11] as number
    };
  }

  #blob(row: number): IndexBlob {
    const page = this.#pages[row >>> pageBits] as Uint32Array;
    const at = (row & rowMask) * rowWords;
    return {
      type: ((page[at + 8] as number) & 1) === 1 ? 'tree' : 'data',
      id: Buffer.from(page.buffer, page.byteOffset + at * 4, 32).toString('hex'),
      offset: page[at + 9] as number,
      length: page[at + 10] as number,
      uncompressedLength: page[at + 11] as number
    };
  }
}

function typeBit(type: BlobType): number {
  return type === 'tree' ? 1 : 0;
}

// Ids are hashes, so two of their words spread well; the second keeps a made-up set of equal beginnings from piling up in one place.
function slotOf(first: number, second: number, bit: number, mask: number): number {
  return (first ^ Math.imul(second, 0x9e3779b1) ^ (bit * 0x5bd1e995)) & mask;
}

function samePlace(a: BlobLocation, b: IndexBlob): boolean {
  return a.offset === b.offset && a.length === b.length && a.uncompressedLength === b.uncompressedLength;
}
