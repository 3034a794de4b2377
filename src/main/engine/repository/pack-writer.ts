// Collects new blobs of one type into packs (restic design, "Pack format"). Each blob is sealed, then opened, decompressed and hashed
// again before it counts, so that a broken memory or codec is found now and not on the day of a restore. A blob goes into one of
// several open packs by chance, which hides chunk sizes from whoever watches the storage. Runs in any thread; memory is flat: what is in
// packs that are open or being stored; where the store takes drafts, only the last part of each. The first packs are closed early, one after
// the other, so that from then on they fill up in turn.
import { createHash, type Hash } from 'node:crypto';
import { fail } from '../kit/errors.ts';
import type { Draft } from './backend/backend.ts';
import { BlobCompressor } from './blob-compressor.ts';
import { bytesToHex, sha256Hex, type BlobType, type RandomBytes } from './format/ids.ts';
import type { IndexPack } from './format/index-file.ts';
import { decodeHeader, encodeHeaderLength, maxEntryBytes, maxHeaderEntries, writeEntry } from './format/pack.ts';
import { release } from './format/release.ts';
import { sealOverheadBytes, type Sealer } from './format/seal.ts';
import { decompress } from './format/zstd.ts';
import { Decompressor } from './format/zstd-context.ts';
import { PackBytes, segmentBytes, SegmentPool } from './pack-bytes.ts';

const MiB = 1024 * 1024;
export const defaultPackBytes = 16 * MiB;
/** Largest plaintext of one blob. */
const maxBlobBytes = 1024 * MiB;
/** Asking the system for one byte of chance costs as much as for many. */
const choicesAtOnce = 256;
/** Longer blobs are (de)compressed on their own: their memory is given back at once, and making a context is little beside the work. */
const oneContextBytes = 2 * MiB;
/** Scratch memory up to this size is kept for the next blob: a chunk has at most 8 MiB. */
const keptScratchBytes = 9 * MiB;

export interface PackWriterOptions {
  sealer: Sealer;
  randomBytes: RandomBytes;
  type: BlobType;
  /** Stores a pack durably under its id. The pieces must not be kept after the promise settles. With a draft they are what it still lacks, and it is to be finished. */
  store: (pieces: readonly Uint8Array[], packId: string, draft?: Draft) => Promise<void>;
  /** Begins a draft of a pack that has grown beyond one segment of memory. */
  draft?: () => Draft;
  /** Version of the repository: 1 is written uncompressed. 2 when not given. */
  version?: 1 | 2;
  /** A pack is closed once it reaches this size. */
  packBytes?: number;
  openPacks?: number;
  /** How many packs may be on their way to the store at once; `add` waits beyond that. */
  maxStoring?: number;
  /** Bytes in packs that are open or on their way: beyond that, `add` waits until one of the latter has arrived. Not limited when not given. */
  mostHeldBytes?: number;
}

/** The header's plaintext grows with the pack: one object per blob would live long enough to be moved about by the garbage collector. */
interface OpenPack {
  bytes: PackBytes;
  header: Buffer;
  headerBytes: number;
  blobs: number;
  /** Closed once it reaches this. */
  fullBytes: number;
  /** What has left memory, and its hash so far. */
  draft?: Draft;
  hash?: Hash;
}

export class PackWriter {
  readonly #options: Required<Omit<PackWriterOptions, 'draft'>> & Pick<PackWriterOptions, 'draft'>;
  readonly #segments: SegmentPool;
  readonly #sealed = new Scratch();
  readonly #opened = new Scratch();
  readonly #compressor = new BlobCompressor(oneContextBytes);
  readonly #decompressor = new Decompressor(oneContextBytes);
  #choices: Uint8Array = new Uint8Array(0);
  #choicesAt = 0;
  #open: OpenPack[] = [];
  #begun = 0;
  #heldBytes = 0;
  #storing = new Set<Promise<void>>();
  #finished: IndexPack[] = [];
  #failure: { error: unknown } | undefined;
  #storedBytes = 0;
  #plainBytes = 0;
  #blobs = 0;

  constructor(options: PackWriterOptions) {
    const { openPacks = 2, maxStoring = 2, packBytes = defaultPackBytes } = options;
    const naturalBytes = (openPacks + maxStoring + 1) * packBytes;
    this.#options = { version: 2, mostHeldBytes: naturalBytes, ...options, openPacks, maxStoring, packBytes };
    this.#segments = new SegmentPool(Math.ceil(Math.min(naturalBytes, this.#options.mostHeldBytes + packBytes) / segmentBytes));
  }

  /** What was added so far: blobs, their plaintext, and their bytes as stored (headers not counted). */
  get added(): { blobs: number; plainBytes: number; storedBytes: number } {
    return { blobs: this.#blobs, plainBytes: this.#plainBytes, storedBytes: this.#storedBytes };
  }

  /**
   * Adds a blob whose id is the SHA-256 of `plain` (hex or raw; the caller has hashed it; it is checked). Returns a promise only when the
   * caller must wait for the store. Whether the blob is known already is the caller's question. Throws what an earlier store failed with.
   */
  add(id: string | Uint8Array, plain: Uint8Array): void | Promise<void> {
    this.#check();
    if (plain.length === 0 || plain.length > maxBlobBytes) throw new RangeError(`a blob of ${plain.length} bytes`);
    const { type, version, packBytes } = this.#options;
    const hex = typeof id === 'string' ? id : bytesToHex(id);
    const frame = version === 1 ? undefined : this.#compressor.compress(plain);
    const content = frame?.bytes ?? Buffer.from(plain.buffer, plain.byteOffset, plain.length);
    const storedLength = content.length + sealOverheadBytes;
    const uncompressedLength = version === 1 ? 0 : plain.length;
    const pack = storedLength >= packBytes ? this.#newPack() : this.#choose();
    try {
      const sealed = this.#sealInto(pack, content, storedLength);
      this.#verify(hex, sealed, frame === undefined ? this.#opened.take(plain.length) : content.fill(0), uncompressedLength);
    } catch (error) {
      this.#failure = { error }; // the pack has a gap now
      throw error;
    }
    if (frame?.own === true) release(content);
    addEntry(pack, writeEntry({ type, id: hex, storedLength, uncompressedLength }, headerRoom(pack), pack.headerBytes));
    this.#blobs += 1;
    this.#plainBytes += plain.length;
    this.#storedBytes += storedLength;
    this.#heldBytes += storedLength;
    this.#spill(pack);
    if (pack.bytes.length >= pack.fullBytes || pack.blobs >= maxHeaderEntries) this.#close(pack);
    return this.#mustWait() ? this.#wait() : undefined;
  }

  /** Stores what is open, under-filled packs merged, and resolves when everything is durable. */
  async flush(): Promise<void> {
    this.#check();
    while (this.#open.length > 0) {
      const target = this.#open[0] as OpenPack;
      for (const other of this.#open.slice(1)) {
        if (target.bytes.length + other.bytes.length > this.#options.packBytes || target.blobs + other.blobs > maxHeaderEntries) continue;
        this.#copySpilled(other, target);
        this.#drop(other);
        target.bytes.adopt(other.bytes);
        target.header = Buffer.concat([target.header.subarray(0, target.headerBytes), other.header.subarray(0, other.headerBytes)]);
        target.headerBytes = target.header.length;
        target.blobs += other.blobs;
      }
      this.#close(target);
      if (this.#mustWait()) await this.#wait();
    }
    await this.settle();
    this.#check();
    this.#segments.clear();
  }

  /** Resolves when nothing is on its way to the store any more, however it ended, and nothing is there in part. For giving up. */
  async settle(): Promise<void> {
    for (const { draft } of this.#open) draft?.discard();
    await Promise.allSettled(this.#storing);
  }

  /** Packs that are durable since the last call: these may go into an index. */
  takeFinished(): IndexPack[] {
    return this.#finished.splice(0);
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #choose(): OpenPack {
    const { openPacks, randomBytes } = this.#options;
    if (openPacks > 1 && this.#choicesAt === this.#choices.length) {
      this.#choices = randomBytes(choicesAtOnce);
      this.#choicesAt = 0;
    }
    const choice = openPacks === 1 ? 0 : (this.#choices[this.#choicesAt++] as number) % openPacks;
    return this.#open[choice] ?? this.#newPack();
  }

  #newPack(): OpenPack {
    const { openPacks, packBytes } = this.#options;
    const fullBytes = Math.min(packBytes, (packBytes * ++this.#begun) / openPacks);
    const pack: OpenPack = { bytes: new PackBytes(this.#segments), header: Buffer.allocUnsafeSlow(4096), headerBytes: 0, blobs: 0, fullBytes };
    this.#open.push(pack);
    return pack;
  }

  /** Seals into the pack and returns the sealed bytes as they lie there (copied together when they lie in several segments). */
  #sealInto(pack: OpenPack, content: Uint8Array, storedLength: number): Uint8Array {
    const { sealer } = this.#options;
    const pieces = pack.bytes.extend(storedLength);
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) {
      sealer.sealInto(content, only, 0);
      return only;
    }
    const sealed = this.#sealed.take(storedLength);
    sealer.sealInto(content, sealed, 0);
    let at = 0;
    for (const piece of pieces) at += sealed.copy(piece, 0, at, at + piece.length);
    at = 0;
    for (const piece of pieces) at += piece.copy(sealed, at);
    return sealed;
  }

  /** What will be read back later must be what was given. `opened` has room for the unsealed bytes and nothing of them in it. */
  #verify(id: string, sealed: Uint8Array, opened: Buffer, uncompressedLength: number): void {
    this.#options.sealer.openInto(sealed, opened);
    const kept = uncompressedLength === 0 ? opened : this.#decompressor.decompress(opened, uncompressedLength);
    const plain = kept ?? decompress(opened, uncompressedLength, maxBlobBytes);
    const found = sha256Hex(plain);
    if (kept === undefined) release(plain);
    if (found !== id) fail('INTERNAL', 'a new blob does not read back as it was', { what: 'a new blob does not read back as it was' });
  }

  /** Full segments leave memory; they have been verified there. */
  #spill(pack: OpenPack): void {
    const { draft } = this.#options;
    if (draft === undefined) return;
    try {
      pack.bytes.spill((bytes) => {
        pack.draft ??= draft();
        pack.hash ??= createHash('sha256');
        pack.hash.update(bytes);
        pack.draft.append(bytes);
        this.#heldBytes -= bytes.length;
      });
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** What of `other` is no longer in memory, into `target`; it must be what it was there. */
  #copySpilled(other: OpenPack, target: OpenPack): void {
    const { bytes, draft, hash } = other;
    if (draft === undefined || hash === undefined) return;
    const found = createHash('sha256');
    const piece = Buffer.allocUnsafeSlow(segmentBytes);
    for (let at = 0; at < bytes.spilled; at += segmentBytes) {
      draft.read(at, piece);
      found.update(piece);
      target.bytes.copyIn(piece);
      this.#heldBytes += piece.length;
      this.#spill(target);
    }
    if (!found.digest().equals(hash.digest())) fail('INTERNAL', 'a pack does not read back as it was written', { what: 'a pack does not read back as it was written' });
    draft.discard();
  }

  #drop(pack: OpenPack): void {
    this.#open = this.#open.filter((other) => other !== pack);
  }

  #close(pack: OpenPack): void {
    this.#drop(pack);
    const { sealer, store } = this.#options;
    const header = pack.header.subarray(0, pack.headerBytes);
    const sealedHeader = sealer.seal(header);
    const whole = [...pack.bytes.pieces, sealedHeader, encodeHeaderLength(sealedHeader.length)];
    const opened = sealer.open(sealedHeader);
    const placed = decodeHeader(opened, pack.bytes.length + sealedHeader.length + 4);
    if (!opened.equals(header) || placed.length !== pack.blobs) fail('INTERNAL', 'a new pack header does not read back as it was', { what: 'a new pack header does not read back as it was' });
    const heldBytes = pack.bytes.length - pack.bytes.spilled;
    const hash = pack.hash ?? createHash('sha256');
    for (const piece of whole) hash.update(piece);
    const id = hash.digest('hex');
    const stored = store(whole, id, pack.draft).then(
      () => {
        this.#finished.push({ id, blobs: placed.map(({ storedLength, ...entry }) => ({ ...entry, length: storedLength })) });
      },
      (error: unknown) => {
        pack.draft?.discard();
        this.#failure ??= { error };
      }
    );
    const tracked = stored.finally(() => {
      this.#storing.delete(tracked);
      this.#heldBytes -= heldBytes;
      pack.bytes.release();
    });
    this.#storing.add(tracked);
  }

  #mustWait(): boolean {
    const { maxStoring, mostHeldBytes } = this.#options;
    return this.#storing.size > maxStoring || (this.#storing.size > 0 && this.#heldBytes > mostHeldBytes);
  }

  async #wait(): Promise<void> {
    while (this.#mustWait()) await Promise.race(this.#storing);
    this.#check();
  }
}

/** The pack's header with room for one entry more. */
function headerRoom(pack: OpenPack): Buffer {
  if (pack.headerBytes + maxEntryBytes > pack.header.length) {
    const larger = Buffer.allocUnsafeSlow(pack.header.length * 2);
    pack.header.copy(larger, 0, 0, pack.headerBytes);
    pack.header = larger;
  }
  return pack.header;
}

function addEntry(pack: OpenPack, entryBytes: number): void {
  pack.headerBytes += entryBytes;
  pack.blobs += 1;
}

/** Memory for one blob at a time that is used again and again. */
class Scratch {
  #memory = Buffer.alloc(0);

  /** Valid until the next call. */
  take(bytes: number): Buffer {
    if (bytes > keptScratchBytes) return Buffer.allocUnsafeSlow(bytes);
    if (bytes > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(Math.min(keptScratchBytes, Math.max(bytes * 2, 64 * 1024)));
    return this.#memory.subarray(0, bytes);
  }
}
