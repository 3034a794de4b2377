// Index files: which blob lies where. The effective index is the union of all files. Ids are hex strings.
import { DamagedError, UnsupportedError } from './damaged.ts';
import { asObject, parseJson, stringifyGo } from './go-json.ts';
import { isFileName, type BlobType } from './ids.ts';

export interface IndexBlob {
  id: string;
  type: BlobType;
  /** Place in the pack, bytes. */
  offset: number;
  /** Bytes in the pack, seal included. */
  length: number;
  /** Bytes of the plaintext when compressed, else 0. */
  uncompressedLength: number;
}

export interface IndexPack {
  id: string;
  blobs: IndexBlob[];
}

export interface IndexFile {
  packs: IndexPack[];
  /** Legacy field; a superseded index counts until its file is gone. */
  supersedes: string[];
  /** Rustic's packs marked for deletion: not part of `packs`, never looked up. */
  hasPacksToDelete: boolean;
  /** Names of top-level fields this program would lose by rewriting the file. */
  unknownFields: string[];
}

const sealBytes = 32;
const u32Max = 0xffff_ffff;

/** Reads the JSON of an index file. Throws UnsupportedError for the form before restic 0.2, DamagedError for nonsense. */
export function parseIndex(plain: Uint8Array): IndexFile {
  const value = parseJson(plain, 'index');
  if (Array.isArray(value)) throw new UnsupportedError('an index in the form before restic 0.2; rebuild it with "restic repair index"');
  const root = asObject(value, 'index');
  const packs = list(root['packs']).map(parsePack);
  const supersedes = list(root['supersedes']).map(id);
  const unknownFields = Object.keys(root).filter((key) => key !== 'packs' && key !== 'supersedes');
  return { packs, supersedes, hasPacksToDelete: list(root['packs_to_delete']).length > 0, unknownFields };
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new DamagedError('index: not a list');
  return value;
}

function id(value: unknown): string {
  if (typeof value !== 'string' || !isFileName(value)) throw new DamagedError('index: not an id');
  return value;
}

function parsePack(value: unknown): IndexPack {
  const raw = asObject(value, 'index pack');
  const blobs: IndexBlob[] = [];
  let end = 0;
  let ascending = true;
  for (const item of list(raw['blobs'])) {
    const blob = parseBlob(item);
    if (blob.offset < end) ascending = false;
    end = blob.offset + blob.length;
    blobs.push(blob);
  }
  // Any order is legal, but no two blobs may share bytes.
  if (!ascending) {
    end = 0;
    for (const blob of [...blobs].sort((a, b) => a.offset - b.offset)) {
      if (blob.offset < end) throw new DamagedError('index: blobs of a pack overlap');
      end = blob.offset + blob.length;
    }
  }
  return { id: id(raw['id']), blobs };
}

function parseBlob(value: unknown): IndexBlob {
  const raw = asObject(value, 'index blob');
  const type = raw['type'];
  if (type !== 'data' && type !== 'tree') throw new DamagedError('index: unknown type of blob');
  const offset = u32(raw['offset']);
  const length = u32(raw['length']);
  if (length < sealBytes || offset + length > u32Max) throw new DamagedError('index: a blob outside of any possible pack');
  return { id: id(raw['id']), type, offset, length, uncompressedLength: u32(raw['uncompressed_length'] ?? 0) };
}

function u32(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > u32Max) throw new DamagedError('index: a length out of range');
  return value;
}

/** Longest text of a pack without its blobs, and of a blob: ids of 64 digits, numbers of at most 10. */
const packTextBytes = 88;
const blobTextBytes = 168;

/** The JSON of an index file, newline included, as restic writes it. Written piece by piece: as one text, a full index is several times its size. */
export function encodeIndex(packs: readonly IndexPack[], extra: Record<string, unknown> = {}): Buffer {
  const others = Object.entries(extra).map(([key, value]) => `,${JSON.stringify(key)}:${stringifyGo(value)}`);
  const end = Buffer.from(`]${others.join('')}}\n`);
  const blobs = packs.reduce((sum, pack) => sum + pack.blobs.length, 0);
  const bytes = Buffer.allocUnsafeSlow(16 + packs.length * packTextBytes + blobs * blobTextBytes + end.length);
  let at = bytes.write('{"packs":[', 'latin1');
  for (const [i, pack] of packs.entries()) {
    at += bytes.write(`${i === 0 ? '' : ','}{"id":"${pack.id}","blobs":[`, at, 'latin1');
    for (const [j, blob] of pack.blobs.entries()) at += bytes.write(j === 0 ? encodeBlob(blob) : `,${encodeBlob(blob)}`, at, 'latin1');
    at += bytes.write(']}', at, 'latin1');
  }
  at += end.copy(bytes, at);
  return bytes.subarray(0, at);
}

function encodeBlob(blob: IndexBlob): string {
  const tail = blob.uncompressedLength === 0 ? '' : `,"uncompressed_length":${blob.uncompressedLength}`;
  return `{"id":"${blob.id}","type":"${blob.type}","offset":${blob.offset},"length":${blob.length}${tail}}`;
}
