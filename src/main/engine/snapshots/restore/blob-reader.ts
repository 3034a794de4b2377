// Blobs of a repository, read in long pieces: whoever asks for files in the order of their first blobs finds most of them in memory. A blob is
// hashed once, when what was written of it is read back: that proves the stored bytes, the writing and the reading together.
import type { BlobIndex, BlobLocation, Repository } from '../../repository/index.ts';
import { Decompressor, openBlob, roomFor } from '../../repository/index.ts';

const pieceBytes = 2 * 1024 * 1024;
/** A large file's chunks lie in as many packs as threads and open packs wrote it. */
const keptPieces = 4;

interface Piece {
  pack: string;
  offset: number;
  bytes: Uint8Array;
  /** Where they lie; taken for the next piece when this one is given up. */
  memory: Buffer;
}

export class BlobReader {
  readonly #repository: Repository;
  readonly #signal: AbortSignal;
  readonly #decompressor = new Decompressor();
  #opened = Buffer.alloc(0);
  #pieces: Piece[] = [];
  /** Where the last wanted byte of a pack lies, when that is known. */
  #ends: ReadonlyMap<string, number> | undefined;

  constructor(repository: Repository, signal: AbortSignal) {
    this.#repository = repository;
    this.#signal = signal;
  }

  get index(): BlobIndex {
    return this.#repository.index;
  }

  /** From now on only these blobs are asked for. */
  expect(index: BlobIndex, ends: ReadonlyMap<string, number>): void {
    this.#repository.useIndex(index);
    this.#ends = ends;
  }

  /** What the seal holds, of the length that the index states, when it is in memory: nearly always, and then nothing needs to wait. Not hashed; valid until the next call. */
  held(id: string): Buffer | undefined {
    const place = this.#repository.index.find('data', id)[0];
    const piece = place && this.#held(place);
    if (piece === undefined) return undefined;
    try {
      return this.#open(piece, place as BlobLocation, id);
    } catch {
      return undefined; // `load` tries again and has the real error
    }
  }

  /** As `held`, from the disk where need be; proven where the first copy cannot be opened. Throws REPOSITORY_DAMAGED when none can. */
  async load(id: string): Promise<Buffer> {
    const place = this.#repository.index.find('data', id)[0];
    if (place !== undefined) {
      try {
        return this.#open(await this.#piece(place), place, id);
      } catch (error) {
        if (this.#signal.aborted) throw error;
      }
    }
    return this.loadProven(id);
  }

  /** The plaintext, hashed: other copies, other attempts, and the real error. */
  loadProven(id: string): Promise<Buffer> {
    return this.#repository.loadBlob('data', id, this.#signal);
  }

  #open(piece: Piece, place: BlobLocation, id: string): Buffer {
    const from = place.offset - piece.offset;
    const stored = piece.bytes.subarray(from, from + place.length);
    if (this.#opened.length < stored.length) this.#opened = Buffer.allocUnsafeSlow(roomFor(stored.length));
    const opened = this.#opened.subarray(0, this.#repository.sealer.openInto(stored, this.#opened));
    if (place.uncompressedLength === 0) return opened;
    return this.#decompressor.decompress(opened, place.uncompressedLength) ?? openBlob(this.#repository.sealer, stored, id, place.uncompressedLength);
  }

  #held({ pack, offset, length }: BlobLocation): Piece | undefined {
    const at = this.#pieces.findIndex((piece) => piece.pack === pack && offset >= piece.offset && offset + length <= piece.offset + piece.bytes.length);
    if (at < 0) return undefined;
    const piece = this.#pieces[at] as Piece;
    if (at < this.#pieces.length - 1) this.#pieces.push(...this.#pieces.splice(at, 1));
    return piece;
  }

  async #piece(place: BlobLocation): Promise<Piece> {
    const held = this.#held(place);
    if (held !== undefined) return held;
    const { pack, offset, length } = place;
    const wanted = Math.max(length, Math.min(pieceBytes, (this.#ends?.get(pack) ?? Number.POSITIVE_INFINITY) - offset));
    const given = this.#pieces.length < keptPieces ? undefined : (this.#pieces.shift() as Piece).memory;
    const memory = given !== undefined && given.length >= wanted ? given : Buffer.allocUnsafeSlow(Math.max(pieceBytes, wanted));
    const bytes = await this.#repository.backend.read('data', pack, { offset, length: wanted, into: memory }, this.#signal);
    const piece = { pack, offset, bytes, memory };
    this.#pieces.push(piece);
    return piece;
  }
}
