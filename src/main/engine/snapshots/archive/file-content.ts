// The content of files, as the data threads read it: small ones in batches, large ones in pieces whose cuts are found here, and further names of an inode by
// what its first one gave. A folder is told when one of its files is done.
import type { TaskProgress } from '../../../../contract/events.ts';
import type { Breath } from '../../kit/breath.ts';
import { errnoOf, throwIfAborted } from '../../kit/errors.ts';
import type { Files, FileStat } from '../../ports.ts';
import type { ChunkScanner } from '../../repository/format/chunker.ts';
import type { TreeNode } from '../../repository/index.ts';
import type { ChunkSizes } from './chunks.ts';
import type { DataThreads } from './data-threads.ts';
import { canBeDatabase, isDatabase } from './databases/identity.ts';
import type { DatabaseNotes, SideFiles } from './databases/notes.ts';
import { piecesOf } from './large-file.ts';
import type { OpenFolder } from './open-folder.ts';
import type { ReadResult } from './protocol.ts';
import type { SaveTally } from './save-tally.ts';

const largeBytes = 4 * 1024 * 1024;
const batchFiles = 256;
const batchBytes = 8 * 1024 * 1024;

export interface FileContentDeps {
  files: Files;
  data: DataThreads;
  scanner: () => ChunkScanner;
  sizes: ChunkSizes;
  signal: AbortSignal;
  /** Id of the chunk of `sizes.minBytes` zeros. */
  zeroChunk: string;
  databases?: DatabaseNotes | undefined;
  tally: SaveTally;
  breath: Breath;
  /** One thing less is missing in the folder. */
  settle(folder: OpenFolder): void;
  onProgress(update: Partial<TaskProgress>): void;
}

export interface WaitingFile {
  folder: OpenFolder;
  slot: number;
  node: TreeNode;
  path: string;
  isNew: boolean;
  /** Set when other names of the same inode take their content from this one. */
  shared?: SharedContent;
  /** What lies beside it, which waits for how it is read. */
  sides?: SideFiles | undefined;
}

/** The content of an inode with several names: read once. */
interface SharedContent {
  stat: FileStat;
  result: ReadResult | undefined;
  waiting: ((result: ReadResult) => void)[];
}

export class FileContent {
  readonly #deps: FileContentDeps;
  #batch: WaitingFile[] = [];
  #batchBytes = 0;
  readonly #links = new Map<string, SharedContent>();

  constructor(deps: FileContentDeps) {
    this.#deps = deps;
  }

  /** Files wait for their batch to be full. */
  get waiting(): boolean {
    return this.#batch.length > 0;
  }

  /** Takes a file on: its folder is settled when its content is known. */
  async take(file: WaitingFile, stat: FileStat): Promise<void> {
    if (stat.links > 1 && this.#sharesContent(file, stat)) return;
    if (stat.size === 0) return this.#finish(file, { content: [], sizeBytes: 0 });
    if (stat.size > largeBytes) return this.#saveLarge(file);
    this.#batch.push(file);
    this.#batchBytes += stat.size;
    if (this.#batch.length >= batchFiles || this.#batchBytes >= batchBytes) await this.sendBatch();
  }

  async sendBatch(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    await this.#deps.data.submit({ kind: 'files', paths: batch.map((file) => file.path) }, (results) => {
      for (const [i, file] of batch.entries()) this.#finish(file, results[i] as ReadResult);
    });
    throwIfAborted(this.#deps.signal);
  }

  /** True when another name of the same inode is being read or was: its content is taken. */
  #sharesContent(file: WaitingFile, stat: FileStat): boolean {
    const key = inodeKey(stat);
    const known = this.#links.get(key);
    if (known !== undefined && known.stat.size === stat.size && known.stat.mtimeNs === stat.mtimeNs && known.stat.ctimeNs === stat.ctimeNs) {
      const take = (result: ReadResult): void => this.#finish(file, result);
      if (known.result === undefined) known.waiting.push(take);
      else take(known.result);
      return true;
    }
    // The object travels with the file: the inode may change while it is read, and its later names then begin a content of their own.
    file.shared = { stat, result: undefined, waiting: [] };
    this.#links.set(key, file.shared);
    return false;
  }

  /** Finds the cuts here and has the pieces read by the data threads. */
  async #saveLarge(file: WaitingFile): Promise<void> {
    const { files, data, sizes, zeroChunk, scanner, signal } = this.#deps;
    const parts: (readonly string[])[] = [];
    let sizeBytes = 0;
    let open = 1;
    let errno: string | undefined;
    const settle = (): void => {
      open -= 1;
      if (open === 0) this.#finish(file, errno === undefined ? { content: parts.flat(), sizeBytes } : { errno });
    };
    const onPart = (part: number) => (results: readonly ReadResult[]): void => {
      const result = results[0] as ReadResult;
      if ('errno' in result) errno ??= result.errno;
      else {
        parts[part] = result.content;
        sizeBytes += result.sizeBytes;
        this.#deps.onProgress({ bytesDone: this.#deps.tally.counts.totalBytes + sizeBytes });
      }
      settle();
    };
    let whole = false;
    let fd: number | undefined;
    try {
      fd = files.open(file.path, 'rn');
      if (files.fstat(fd).type !== 'file') errno = 'ECHANGED';
      else if (this.#deps.databases !== undefined && canBeDatabase(files.fstat(fd).size) && isDatabase(files, file.path)) whole = true;
      else {
        for (const piece of piecesOf(files, fd, scanner(), sizes)) {
          throwIfAborted(signal);
          const part = parts.push([]) - 1;
          if (piece.kind === 'range') {
            open += 1;
            await data.submit({ kind: 'range', path: file.path, from: piece.from, lengths: piece.lengths }, onPart(part));
          } else {
            parts[part] = new Array<string>(piece.chunks).fill(zeroChunk);
            sizeBytes += piece.bytes;
            open += 1;
            await data.submit({ kind: 'zeros', length: sizes.minBytes }, settle);
          }
          const breath = this.#deps.breath.take();
          if (breath !== undefined) await breath;
        }
      }
    } catch (error) {
      errno = errnoOf(error);
      if (errno === undefined) throw error;
    } finally {
      if (fd !== undefined) files.close(fd);
    }
    // A database is read from a copy, by the thread that makes it.
    if (whole) await data.submit({ kind: 'files', paths: [file.path] }, (results) => this.#finish(file, results[0] as ReadResult));
    else settle();
  }

  #finish(file: WaitingFile, result: ReadResult): void {
    const { node, folder } = file;
    if (file.shared !== undefined) {
      file.shared.result = result;
      for (const take of file.shared.waiting.splice(0)) take(result);
    }
    if (!('errno' in result) && result.database !== undefined) this.#deps.databases?.take(file.path, result.database);
    file.sides?.decide(!('errno' in result) && result.database !== undefined && !('reason' in result.database));
    if ('errno' in result || result.database !== undefined) folder.fingerprint = undefined;
    if ('errno' in result) {
      if (result.errno !== 'ENOENT') this.#deps.tally.gap(file.path, result.errno);
    } else {
      node.content = result.content;
      node.size = result.sizeBytes;
      folder.nodes[file.slot] = node;
      this.#deps.tally.read(file.isNew, result.sizeBytes, file.path);
    }
    this.#deps.settle(folder);
  }
}

export function inodeKey(stat: FileStat): string {
  return `${stat.device}:${stat.inode}`;
}
