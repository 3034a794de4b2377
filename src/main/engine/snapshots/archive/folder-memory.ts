// What the last snapshot of a plan saw in each folder, so that a folder in which nothing happened costs its listing alone: neither the parent's tree nor
// its files' nodes are read again. Lies in the home's cache; without it, or with one that does not fit, the parent's trees are read as ever.
//
// The file: a line of JSON (`FolderMemoryHead`), then the folders one after the other, then SHA-256 of everything before. A folder: tree id (32 bytes),
// fingerprint (32), files of its own (uint32), their bytes (float64), number of subfolders (uint32), their tree ids in order (32 each). Little-endian.
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Files } from '../../ports.ts';

const formatName = 'varve-folders/1';
const hashBytes = 32;
const fixedBytes = 2 * hashBytes + 4 + 8 + 4;
/** More folders than this are not remembered: what they take in memory. */
const mostFolders = 250_000;
const fileLimitBytes = 256 * 1024 * 1024;

export interface FolderMemoryHead {
  /** Whose nodes these are: another version may write others. */
  program: string;
  /** The snapshot that saw this. */
  snapshot: string;
  /** Index files that together name everything in it. While all of them are there, nothing of it is lost to the index. */
  indexes: readonly string[];
}

export interface RememberedFolder {
  fingerprint: Buffer;
  /** Files that lie in it, and their bytes. */
  files: number;
  bytes: number;
  /** Trees of its subfolders, in the order of their names. */
  children: readonly string[];
}

/** The memory cannot be used after all: the snapshot is begun again without it. */
export class FolderMemoryError extends Error {
  override readonly name = 'FolderMemoryError';
}

/** What was seen, by the id of the folder's tree. */
export class FolderMemory {
  readonly #bytes: Buffer;
  readonly #places = new Map<string, number>();

  private constructor(bytes: Buffer, from: number) {
    this.#bytes = bytes;
    for (let at = from; at < bytes.length; at += fixedBytes + hashBytes * bytes.readUInt32LE(at + fixedBytes - 4)) this.#places.set(bytes.toString('hex', at, at + hashBytes), at);
  }

  /** undefined when there is none, when it is damaged, or when it is of another snapshot, another program, or an index that is gone. */
  static read(files: Pick<Files, 'stat' | 'readFile'>, path: string, wanted: { program: string; snapshot: string; indexes: ReadonlySet<string> }): FolderMemory | undefined {
    if (files.stat(path) === undefined) return undefined;
    const whole = Buffer.from(files.readFile(path, fileLimitBytes));
    const bytes = whole.subarray(0, Math.max(0, whole.length - hashBytes));
    if (!sha256(bytes).equals(whole.subarray(bytes.length))) return undefined;
    const end = bytes.indexOf(0x0a);
    const head = parseHead(bytes.toString('utf8', 0, Math.max(0, end)));
    const fits = head !== undefined && head.program === wanted.program && head.snapshot === wanted.snapshot && head.indexes.every((id) => wanted.indexes.has(id));
    return fits ? new FolderMemory(bytes, end + 1) : undefined;
  }

  get(treeId: string): RememberedFolder | undefined {
    const at = this.#places.get(treeId);
    if (at === undefined) return undefined;
    const bytes = this.#bytes;
    const children = Array.from({ length: bytes.readUInt32LE(at + fixedBytes - 4) }, (_, i) => bytes.toString('hex', at + fixedBytes + i * hashBytes, at + fixedBytes + (i + 1) * hashBytes));
    return { fingerprint: bytes.subarray(at + hashBytes, at + 2 * hashBytes), files: bytes.readUInt32LE(at + 2 * hashBytes), bytes: bytes.readDoubleLE(at + 2 * hashBytes + 4), children };
  }
}

/** Collects what this snapshot sees, for the next one. */
export class FolderNotes {
  #pieces: Buffer[] = [];
  #count = 0;

  add(treeId: string, { fingerprint, files, bytes, children }: RememberedFolder): void {
    this.#count += 1;
    if (this.#count > mostFolders) return void (this.#pieces = []);
    const piece = Buffer.alloc(fixedBytes + hashBytes * children.length);
    piece.write(treeId, 0, 'hex');
    fingerprint.copy(piece, hashBytes);
    piece.writeUInt32LE(files, 2 * hashBytes);
    piece.writeDoubleLE(bytes, 2 * hashBytes + 4);
    piece.writeUInt32LE(children.length, fixedBytes - 4);
    for (const [i, child] of children.entries()) piece.write(child, fixedBytes + i * hashBytes, 'hex');
    this.#pieces.push(piece);
  }

  /** Replaces the file. Not flushed to the disk: one that a power cut left half written does not fit its hash. */
  write(files: Pick<Files, 'mkdirs' | 'open' | 'write' | 'close' | 'rename'>, path: string, head: FolderMemoryHead): void {
    if (this.#count > mostFolders) return;
    const body = Buffer.concat([Buffer.from(`${JSON.stringify({ format: formatName, ...head })}\n`, 'utf8'), ...this.#pieces]);
    files.mkdirs(dirname(path), 0o700);
    const partial = `${path}.new`;
    const fd = files.open(partial, 'w', 0o600);
    try {
      for (const bytes of [body, sha256(body)]) files.write(fd, bytes, 0, bytes.length, null);
    } finally {
      files.close(fd);
    }
    files.rename(partial, path);
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function parseHead(line: string): FolderMemoryHead | undefined {
  let head: Partial<FolderMemoryHead & { format: string }> | null;
  try {
    head = JSON.parse(line) as typeof head;
  } catch {
    return undefined; // not one of ours
  }
  const { format, program, snapshot, indexes } = head ?? {};
  if (format !== formatName || typeof program !== 'string' || typeof snapshot !== 'string' || !Array.isArray(indexes)) return undefined;
  return { program, snapshot, indexes };
}
