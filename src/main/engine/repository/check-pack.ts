// Reads one pack completely and says what is wrong with it: name, header, agreement with the index, every blob. In pieces: a few MiB are in
// memory at a time, or one blob where that is larger.
import { createHash, type Hash } from 'node:crypto';
import { throwIfAborted } from '../kit/errors.ts';
import { isFileMissing, type Backend } from './backend/backend.ts';
import { DamagedError } from './format/damaged.ts';
import type { IndexBlob, IndexPack } from './format/index-file.ts';
import { decodeHeader, locateHeader, packTailBytes, type PlacedEntry } from './format/pack.ts';
import type { Sealer } from './format/seal.ts';
import type { Finding } from '../../../contract/repository.ts';
import { BlobProver, damageOf } from './repository.ts';

const MiB = 1024 * 1024;
/** A pack that is larger than this is not read; no known program writes one. */
const maxReadBytes = 1024 * MiB;
const pieceBytes = 4 * MiB;
/** Ids of damaged blobs that a finding lists. */
const listedBlobs = 5;

export interface PackCheck {
  pack: string;
  findings: Finding[];
  bytesRead: number;
  blobs: number;
}

export interface PackCheckDeps {
  backend: Backend;
  sealer: Sealer;
  signal?: AbortSignal | undefined;
  /** Memory that is used again for pack after pack. */
  tools?: CheckTools;
}

export interface CheckTools {
  room: Uint8Array;
  prover: BlobProver;
}

export function createCheckTools(sealer: Sealer): CheckTools {
  return { room: new Uint8Array(pieceBytes), prover: new BlobProver(sealer) };
}

/** A pack that fails is read a second time before it counts as damaged. */
export async function checkPack(deps: PackCheckDeps, pack: IndexPack): Promise<PackCheck> {
  const result: PackCheck = { pack: pack.id, findings: [], bytesRead: 0, blobs: pack.blobs.length };
  const what = `data/${pack.id}`;
  let problems: string[] = [];
  for (let attempt = 0; attempt < 2; attempt++) {
    throwIfAborted(deps.signal);
    try {
      const size = await deps.backend.size('data', pack.id, deps.signal);
      if (size > maxReadBytes) throw new DamagedError(`${size} bytes, too large for a pack`);
      const { bytesRead, ...found } = await inspect(deps, pack, size);
      result.bytesRead += bytesRead;
      problems = found.problems;
    } catch (error) {
      throwIfAborted(deps.signal);
      if (isFileMissing(error)) return { ...result, findings: [{ severity: 'error', code: 'pack-missing', what, detail: 'is in the index and not in the repository' }] };
      if (!(error instanceof DamagedError) && !isReadError(error)) throw error;
      return { ...result, findings: [{ severity: 'error', code: 'pack-unreadable', what, detail: error instanceof Error ? error.message : String(error) }] };
    }
    if (problems.length === 0) return result;
  }
  result.findings.push({ severity: 'error', code: 'pack-damaged', what, detail: problems.join('; ') });
  return result;
}

function isReadError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NOT_READABLE';
}

async function inspect(deps: PackCheckDeps, pack: IndexPack, size: number): Promise<{ problems: string[]; bytesRead: number }> {
  const reading = new PackReading(deps, pack, size);
  await reading.run();
  const problems: string[] = [];
  if (reading.digest() !== pack.id) problems.push('the content does not match its name');
  const header = await headerProblem(deps, pack, size);
  if (header !== undefined) problems.push(header);
  const damaged = pack.blobs.filter((blob) => !reading.whole.has(blob));
  if (damaged.length > 0) problems.push(`${damaged.length} of ${pack.blobs.length} blobs are damaged: ${listOf(damaged)}`);
  return { problems, bytesRead: reading.bytesRead };
}

async function headerProblem({ backend, sealer, signal }: PackCheckDeps, pack: IndexPack, size: number): Promise<string | undefined> {
  const read = (offset: number, length: number): Promise<Uint8Array> => backend.read('data', pack.id, { offset, length }, signal);
  try {
    const tail = await read(Math.max(0, size - packTailBytes), packTailBytes);
    const place = locateHeader(tail, size);
    return compareWithIndex(decodeHeader(sealer.open(await read(place.offset, place.length)), size), pack.blobs);
  } catch (error) {
    return `header: ${damageOf(error)}`;
  }
}

/** One pass over a pack's bytes, in order, each read once: all go into the hash, and blobs are opened as they pass. */
class PackReading {
  readonly #deps: PackCheckDeps;
  readonly #pack: IndexPack;
  readonly #size: number;
  readonly #tools: CheckTools;
  readonly #hash: Hash = createHash('sha256');
  #at = 0;
  /** The file ended before its size. */
  #short = false;
  readonly whole = new Set<IndexBlob>();
  bytesRead = 0;

  constructor(deps: PackCheckDeps, pack: IndexPack, size: number) {
    this.#deps = deps;
    this.#pack = pack;
    this.#size = size;
    this.#tools = deps.tools ?? createCheckTools(deps.sealer);
  }

  async run(): Promise<void> {
    const inside = this.#pack.blobs.filter((blob) => blob.offset + blob.length <= this.#size).sort((a, b) => a.offset - b.offset);
    // Blobs that lie over each other exist only in a wrong index; whichever comes second is read on its own.
    const overlapping: IndexBlob[] = [];
    let group: IndexBlob[] = [];
    let groupEnd = 0;
    for (const blob of inside) {
      if (blob.offset < groupEnd) {
        overlapping.push(blob);
        continue;
      }
      if (group[0] && blob.offset + blob.length - group[0].offset > pieceBytes) {
        await this.#takeBlobs(group);
        group = [];
      }
      group.push(blob);
      groupEnd = blob.offset + blob.length;
    }
    await this.#takeBlobs(group);
    await this.#skipTo(this.#size);
    for (const blob of overlapping) this.#open(blob, await this.#deps.backend.read('data', this.#pack.id, { offset: blob.offset, length: blob.length }, this.#deps.signal));
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  async #takeBlobs(blobs: readonly IndexBlob[]): Promise<void> {
    const [first, last] = [blobs[0], blobs.at(-1)];
    if (!first || !last) return;
    await this.#skipTo(first.offset);
    const bytes = await this.#next(last.offset + last.length - first.offset);
    for (const blob of blobs) this.#open(blob, bytes.subarray(blob.offset - first.offset, blob.offset - first.offset + blob.length));
  }

  async #skipTo(end: number): Promise<void> {
    while (this.#at < end && !this.#short) await this.#next(Math.min(pieceBytes, end - this.#at));
  }

  async #next(length: number): Promise<Uint8Array> {
    throwIfAborted(this.#deps.signal);
    if (this.#short) return new Uint8Array(0);
    const bytes = await this.#deps.backend.read('data', this.#pack.id, { offset: this.#at, length, into: this.#tools.room }, this.#deps.signal);
    this.#hash.update(bytes);
    this.#at += bytes.length;
    this.bytesRead += bytes.length;
    this.#short = bytes.length < length;
    return bytes;
  }

  #open(blob: IndexBlob, stored: Uint8Array): void {
    if (stored.length < blob.length) return;
    try {
      this.#tools.prover.prove(stored, blob.id, blob.uncompressedLength);
      this.whole.add(blob);
    } catch (error) {
      damageOf(error);
    }
  }
}

function compareWithIndex(entries: readonly PlacedEntry[], blobs: readonly IndexBlob[]): string | undefined {
  // Nearly always the same, and in the same order.
  if (entries.length === blobs.length && entries.every((entry, i) => isSame(entry, blobs[i] as IndexBlob))) return undefined;
  const key = (type: string, id: string, offset: number, length: number, plain: number): string => `${type} ${id} ${offset} ${length} ${plain}`;
  const inHeader = new Set(entries.map((entry) => key(entry.type, entry.id, entry.offset, entry.storedLength, entry.uncompressedLength)));
  const unknown = blobs.filter((blob) => !inHeader.delete(key(blob.type, blob.id, blob.offset, blob.length, blob.uncompressedLength)));
  if (unknown.length > 0) return `${unknown.length} blobs of the index are not in the pack's header`;
  return inHeader.size > 0 ? `${inHeader.size} blobs of the pack's header are not in the index` : undefined;
}

function isSame(entry: PlacedEntry, blob: IndexBlob): boolean {
  return entry.id === blob.id && entry.type === blob.type && entry.offset === blob.offset && entry.storedLength === blob.length && entry.uncompressedLength === blob.uncompressedLength;
}

function listOf(blobs: readonly IndexBlob[]): string {
  const listed = blobs.slice(0, listedBlobs).map((blob) => `${blob.type} ${blob.id}`);
  return blobs.length > listedBlobs ? `${listed.join(', ')}, ...` : listed.join(', ');
}
