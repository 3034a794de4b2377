// The loaded index as one file in the home's cache, so that a large repository opens without reading all its index files again. It stands for a set of
// index files, which never change; it is good while all of them are there, and what is new is read beside it. As secret as the index itself: sealed with
// a key from the repository's own. It can be thrown away at any time.
//
// The file: `magic`, nonce (12 bytes), then AES-256-GCM over: length of the head (uint32), the head (JSON), ids of packs (32 bytes each), and the tables of
// `BlobIndex`; then the tag (16). Little-endian. The repository's id is authenticated along with it.
import { createCipheriv, createDecipheriv, hkdfSync, type CipherGCM, type DecipherGCM } from 'node:crypto';
import { dirname } from 'node:path';
import { sweepTemporary } from '../kit/durable.ts';
import { errnoOf } from '../kit/errors.ts';
import type { Files, Random } from '../ports.ts';
import { BlobIndex, type IndexSizes } from './blob-index.ts';
import type { MasterKey } from './format/seal.ts';

export interface IndexCachePlace {
  files: Files;
  path: string;
}

export interface CachedIndex {
  index: BlobIndex;
  /** The index files it stands for. */
  names: Set<string>;
}

interface Sealing {
  masterKey: MasterKey;
  /** The repository's id (its `config`). */
  repositoryId: string;
}

interface Head extends IndexSizes {
  names: readonly string[];
}

const magic = Buffer.from('varve-index/1\n', 'latin1');
const nonceBytes = 12;
const tagBytes = 16;
const idBytes = 32;
const pieceBytes = 1024 * 1024;
const headLimitBytes = 64 * 1024 * 1024;

/** undefined when there is none or it is not one of this repository, whole and unchanged. Throws what the system says of a file that cannot be read. */
export function readIndexCache({ files, path }: IndexCachePlace, sealing: Sealing): CachedIndex | undefined {
  let fd: number;
  try {
    fd = files.open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const size = files.fstat(fd).size;
    const start = magic.length + nonceBytes;
    if (size < start + 4 + tagBytes) return undefined;
    const at = (position: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return files.read(fd, bytes, 0, length, position) === length ? bytes : Buffer.alloc(0);
    };
    if (!at(0, magic.length).equals(magic)) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', keyOf(sealing), at(magic.length, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(sealing.repositoryId, 'utf8'));
    decipher.setAuthTag(at(size - tagBytes, tagBytes));
    return unpack(openedBytes(files, fd, decipher, start, size - tagBytes));
  } finally {
    files.close(fd);
  }
}

/** What was sealed, in order. Not proven before `end`. */
interface Opened {
  left(): number;
  /** False when there is not so much. */
  fill(into: Uint8Array): boolean;
  /** True when all of it was read and is what was sealed. */
  end(): boolean;
}

function openedBytes(files: IndexCachePlace['files'], fd: number, decipher: DecipherGCM, from: number, to: number): Opened {
  let position = from;
  const scratch = Buffer.alloc(Math.min(pieceBytes, to - from));
  return {
    left: () => to - position,
    fill(into) {
      if (into.length > to - position) return false;
      for (let done = 0; done < into.length; ) {
        const wanted = Math.min(scratch.length, into.length - done);
        if (files.read(fd, scratch, 0, wanted, position) !== wanted) return false;
        into.set(decipher.update(scratch.subarray(0, wanted)), done);
        done += wanted;
        position += wanted;
      }
      return true;
    },
    end() {
      if (position !== to) return false;
      try {
        decipher.final();
        return true;
      } catch {
        return false; // the tag does not fit: the one reason it throws here
      }
    }
  };
}

function unpack(opened: Opened): CachedIndex | undefined {
  const length = Buffer.alloc(4);
  if (!opened.fill(length) || length.readUInt32LE() > Math.min(opened.left(), headLimitBytes)) return undefined;
  const headJson = Buffer.alloc(length.readUInt32LE());
  if (!opened.fill(headJson)) return undefined;
  const head = parseHead(headJson.toString('utf8'));
  // Nothing is put into memory that the file does not hold.
  if (head === undefined || opened.left() !== head.packs * idBytes + BlobIndex.bytesOf(head)) return undefined;
  const ids = Buffer.alloc(head.packs * idBytes);
  if (!opened.fill(ids)) return undefined;
  const packs = Array.from({ length: head.packs }, (_, i) => ids.toString('hex', i * idBytes, (i + 1) * idBytes));
  const index = BlobIndex.fromTables(head, packs, (into) => opened.fill(into));
  return index !== undefined && opened.end() ? { index, names: new Set(head.names) } : undefined;
}

function parseHead(json: string): Head | undefined {
  let head: Partial<Head> | null;
  try {
    head = JSON.parse(json) as typeof head;
  } catch {
    return undefined; // not one of ours
  }
  const { names, rows, packs, slots } = head ?? {};
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return isCount(rows) && isCount(packs) && isCount(slots) && Array.isArray(names) ? { names, rows, packs, slots } : undefined;
}

/** Replaces the file. Not flushed to the disk: one that a power cut left half written does not fit its tag. */
export function writeIndexCache({ files, path, random, nowMs }: IndexCachePlace & { random: Random; nowMs: number }, sealing: Sealing, { index, names }: CachedIndex): void {
  const nonce = random.bytes(nonceBytes);
  const cipher: CipherGCM = createCipheriv('aes-256-gcm', keyOf(sealing), nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(sealing.repositoryId, 'utf8'));
  const head: Head = { names: [...names], ...index.sizes };
  const headJson = Buffer.from(JSON.stringify(head), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(headJson.length);
  files.mkdirs(dirname(path), 0o700);
  sweepTemporary(files, dirname(path), { olderThanMs: 3_600_000, nowMs });
  const partial = `${path}.tmp-${Buffer.from(random.bytes(8)).toString('hex')}`;
  const fd = files.open(partial, 'wx', 0o600);
  let open = true;
  try {
    const put = (bytes: Uint8Array): void => files.write(fd, bytes, 0, bytes.length, null);
    put(magic);
    put(nonce);
    for (const bytes of [length, headJson, Buffer.from([...index.packs()].join(''), 'hex'), ...index.tables()]) put(cipher.update(bytes));
    cipher.final();
    put(cipher.getAuthTag());
    open = false;
    files.close(fd);
    files.rename(partial, path);
  } catch (error) {
    if (open) files.close(fd);
    files.unlink(partial);
    throw error;
  }
}

function keyOf({ masterKey: { encrypt, macK, macR } }: Sealing): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.concat([encrypt, macK, macR]), new Uint8Array(0), Buffer.from('varve/index-cache/v1', 'utf8'), 32));
}
