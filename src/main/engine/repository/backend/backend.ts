// Where a repository's files lie. Designed for stores that are slow and fail; a local folder is the easy case. Names are what the
// format says (restic design, "Repository Layout"): 64 hex digits, `config` alone has a fixed name.
import { fail, VarveError } from '../../kit/errors.ts';

export type FileKind = 'data' | 'index' | 'snapshots' | 'keys' | 'locks' | 'config';

export interface StoredFile {
  name: string;
  /** Bytes. */
  size: number;
}

/** Which bytes of a file; without `length`, all from `offset` on. */
export interface ByteRange {
  offset?: number;
  length?: number;
  /** Room for the bytes: where they fit, the answer may be a view on it. For readers that would otherwise leave much behind. */
  into?: Uint8Array;
}

/**
 * Failures: NOT_FOUND (kind is the FileKind) when the file is not there, REPOSITORY_MISSING when the whole place is gone,
 * NOT_READABLE, NOT_WRITABLE and NO_SPACE with the path, CANCELLED, and REPOSITORY_DAMAGED for a file larger than its kind may be.
 */
export interface Backend {
  /** For people and errors: the folder's path, a URL without secrets. */
  readonly location: string;
  /** Files of a kind with a valid name, in no particular order. A missing folder is empty. `config` lists nothing. */
  list(kind: FileKind, signal?: AbortSignal): AsyncIterable<StoredFile>;
  /** The bytes of the range. Fewer than asked for only when the file ends there. */
  read(kind: FileKind, name: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
  size(kind: FileKind, name: string, signal?: AbortSignal): Promise<number>;
  has(kind: FileKind, name: string, signal?: AbortSignal): Promise<boolean>;
  /** Durable when it resolves; before that nothing, or nothing under this name. The pieces are written one after the other and not kept. */
  write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
  /** A file that is written while it grows, before its name is known. A store that has no such thing leaves it out; what is to be stored is then kept in memory. */
  draft?(kind: Exclude<FileKind, 'config'>): Draft;
  /** Removing what is not there is NOT_FOUND. */
  remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void>;
  /** Removes what writes that were cut off have left, last written to before this time (milliseconds since 1970). Only under an exclusive lock: nobody else may be writing. */
  sweep?(beforeMs: number, signal?: AbortSignal): Promise<void>;
  /** Makes the empty layout (all 256 data folders). Existing folders are fine; whether a repository may be made here is the caller's question. */
  create(signal?: AbortSignal): Promise<void>;
}

/** What was appended lies under no name until `finish`. Whoever does not finish it discards it. */
export interface Draft {
  append(bytes: Uint8Array): void;
  /** Fills `into` with what was appended from `offset` on. */
  read(offset: number, into: Uint8Array): void;
  /** Durable under this name when it resolves; on failure nothing is left. */
  finish(name: string, signal?: AbortSignal): Promise<void>;
  /** Leaves nothing. After `finish` it does nothing. */
  discard(): void;
}

const MiB = 1024 * 1024;

/** Largest file of a kind that is read whole. A repository is somebody else's input: its sizes are not believed. */
export function readLimitBytes(kind: FileKind): number {
  switch (kind) {
    case 'config':
    case 'keys':
    case 'locks':
      return MiB;
    case 'snapshots':
      return 64 * MiB;
    case 'index':
      return 256 * MiB;
    case 'data':
      return 0xffff_ffff;
  }
}

export function pieces(bytes: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  return bytes instanceof Uint8Array ? [bytes] : bytes;
}

export function fileMissing(kind: FileKind, name: string): never {
  fail('NOT_FOUND', `${kind}/${name} is not in the repository`, { kind, name });
}

export function isFileMissing(error: unknown): boolean {
  return error instanceof VarveError && error.code === 'NOT_FOUND';
}
