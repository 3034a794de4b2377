// Writes one file so that its name never stands for half of it: under a temporary name in the same folder, content, holes, read back and
// compared, metadata, then renamed. A stop before the rename leaves the temporary, removed when the restore is cancelled, or by the next one.
import { dirname, join } from 'node:path';
import type { Clock, Files } from '../../ports.ts';
import type { BlobReader } from './blob-reader.ts';
import { WriteProblem } from './failures.ts';
import { applyMetadata, type Degraded } from './metadata.ts';
import { ReadBack } from './read-back.ts';
import { requireSeen } from './seen.ts';
import type { RestoredNode } from './select.ts';
import { temporaryName } from './temporaries.ts';
import { cancelled } from '../../kit/errors.ts';

const holeBytes = 16 * 1024;
/** So much of a file is on its way to the disk while the next is written; the sync at the end need not wait for it. */
const writeBackBytes = 256 * 1024;
const zeros = Buffer.alloc(holeBytes);

export interface WriteDeps {
  files: Files;
  /** Of the temporary files; different in each thread of each restore. */
  mark: string;
  clock: Clock;
  reader: BlobReader;
  zeroChunk: string;
  owners: boolean;
  degraded: Degraded;
  /** Asked between chunks. */
  stopped(): boolean;
}

export interface Target {
  path: string;
  node: RestoredNode;
  /** Something may lie at `path` and is replaced, durably (fsync before rename); otherwise what has appeared there meanwhile is left alone and EEXIST is the problem. */
  replaces: boolean;
  /** Of what is replaced, as it was decided: whatever else lies there by now is left alone. */
  seen?: string;
}

/** A file under its temporary name. */
export interface OpenFile {
  temporary: string;
  fd: number;
}

/** A chunk in the file that is to be read back. */
interface Written {
  id: string;
  position: number;
  length: number;
  /** The file ends with it. */
  last: boolean;
}

/** Writes many files; one in each thread. */
export class FileWriter {
  readonly #deps: WriteDeps;
  readonly #readBack: ReadBack;
  #count = 0;
  /** Milliseconds spent on reading back what was written. */
  verifyMs = 0;

  constructor(deps: WriteDeps) {
    this.#deps = deps;
    this.#readBack = new ReadBack(deps.files);
  }

  /** A name in the same folder that nothing has. */
  temporaryPath(path: string): string {
    this.#count += 1;
    return join(dirname(path), temporaryName(this.#deps.mark, this.#count));
  }

  /** The whole of a file. Returns its bytes. */
  async write(target: Target): Promise<number> {
    const content = target.node.content ?? [];
    const file = this.create(target.path);
    try {
      const { length, short, left } = await this.#writeChunks(file.fd, 0, content, true);
      if (short) this.#deps.files.truncate(file.fd, length);
      await this.#verifyAll(file.fd, left);
      this.#startWriteBack(file.fd, 0, length);
      this.finish(file, target);
      return length;
    } catch (error) {
      this.discard(file);
      throw error;
    }
  }

  create(path: string): OpenFile {
    const temporary = this.temporaryPath(path);
    return { temporary, fd: this.#deps.files.open(temporary, 'wx+', 0o600) };
  }

  /** A part of a large file, of which other threads write other parts at the same time. Returns its bytes. */
  async writePiece(fd: number, from: number, content: readonly string[]): Promise<number> {
    const { files } = this.#deps;
    const { length, short, left } = await this.#writeChunks(fd, from, content, false);
    // Where it ends in a hole the file may not reach that far yet. Its length is not set here: another thread may have made it longer meanwhile.
    if (short && files.fstat(fd).size < from + length) files.write(fd, zeros, 0, 1, from + length - 1);
    await this.#verifyAll(fd, left);
    this.#startWriteBack(fd, from, length);
    return length;
  }

  /**
   * Chunks one after the other from `from` on, each read back while it is fresh. `short`: the last bytes were a hole, so that the length must be set;
   * `left`: what can be read back only then. With `whole` the file must end where the last chunk does.
   */
  async #writeChunks(fd: number, from: number, content: readonly string[], whole: boolean): Promise<{ length: number; short: boolean; left: Written[] }> {
    const { files, reader, zeroChunk, stopped } = this.#deps;
    const left: Written[] = [];
    let position = from;
    let short = false;
    for (const [i, id] of content.entries()) {
      if (stopped()) throw cancelled();
      const last = whole && i === content.length - 1;
      if (id === zeroChunk) {
        const length = this.#lengthOf(id);
        left.push({ id, position, length, last });
        position += length;
        short = true;
      } else {
        const bytes = reader.held(id) ?? (await reader.load(id));
        short = writeSparse(files, fd, bytes, position);
        const written = { id, position, length: bytes.length, last };
        if (short) left.push(written);
        else await this.#verify(fd, written);
        position += bytes.length;
      }
    }
    return { length: position - from, short, left };
  }

  async #verifyAll(fd: number, all: readonly Written[]): Promise<void> {
    for (const written of all) {
      if (this.#deps.stopped()) throw cancelled();
      await this.#verify(fd, written);
    }
  }

  /** Reads back and compares; throws when the file has other bytes, or more than these after its last. */
  async #verify(fd: number, { id, position, length, last }: Written): Promise<void> {
    const { clock, files, zeroChunk } = this.#deps;
    // Nothing was written there: where the system keeps it as a hole there is nothing to be read, however long it is.
    if (id === zeroChunk && files.isHole(fd, position, position + length) && (!last || files.fstat(fd).size === position + length)) return;
    const startedMs = clock.monotonicMs();
    if (!this.#readBack.holds(fd, position, length, id, last)) await this.#again(fd, position, length, id, last);
    this.verifyMs += clock.monotonicMs() - startedMs;
  }

  #startWriteBack(fd: number, from: number, length: number): void {
    if (length >= writeBackBytes) this.#deps.files.startWriteBack(fd, from, length);
  }

  /** A chunk that was not read back as what it should be: either the repository gave something else, which another copy may mend, or the disk did not keep it. */
  async #again(fd: number, position: number, length: number, id: string, last: boolean): Promise<void> {
    const bytes = await this.#deps.reader.loadProven(id);
    if (bytes.length !== length) throw new WriteProblem(`damaged: chunk ${id.slice(0, 8)} has another length`);
    this.#deps.files.write(fd, bytes, 0, length, position);
    if (!this.#readBack.holds(fd, position, length, id, last)) throw new WriteProblem('read back different from what was written');
  }

  /** Closes it, gives it what belongs to it, and its name. What was verified must not have been closed since. */
  finish(file: OpenFile, { path, node, replaces, seen }: Target): void {
    const { files } = this.#deps;
    if (replaces) files.fsync(file.fd);
    const { fd } = file;
    file.fd = closed;
    files.close(fd);
    applyMetadata(files, file.temporary, node, this.#deps);
    this.putInPlace(file.temporary, path, replaces, seen);
    if (replaces) files.fsyncFolder(dirname(path));
  }

  putInPlace(temporary: string, path: string, replaces: boolean, seen?: string): void {
    const { files } = this.#deps;
    if (replaces) {
      if (seen !== undefined) requireSeen(files, path, seen);
      files.rename(temporary, path);
    } else files.renameNew(temporary, path);
  }

  discard(file: OpenFile): void {
    if (file.fd !== closed) {
      this.#deps.files.close(file.fd);
      file.fd = closed;
    }
    discard(this.#deps.files, file.temporary);
  }

  #lengthOf(id: string): number {
    const length = this.#deps.reader.index.plainLength('data', id);
    if (length === undefined) throw new WriteProblem(`damaged: chunk ${id.slice(0, 8)} is missing`);
    return length;
  }
}

const closed = -1;

export function discard(files: Files, temporary: string): void {
  try {
    files.unlink(temporary);
  } catch {
    // it was never made, or the folder is gone; the first error is the one that matters
  }
}

/** Skips what is zero in whole blocks of the file. True when the last block was skipped. */
function writeSparse(files: Files, fd: number, bytes: Buffer, position: number): boolean {
  let from = 0;
  let skipped = false;
  let at = 0;
  while (at < bytes.length) {
    const length = Math.min(holeBytes - ((position + at) % holeBytes), bytes.length - at);
    const isZero = length === holeBytes && bytes[at] === 0 && bytes[at + length - 1] === 0 && bytes.compare(zeros, 0, holeBytes, at, at + holeBytes) === 0;
    if (isZero) {
      if (from < at) files.write(fd, bytes, from, at - from, position + from);
      from = at + length;
    }
    skipped = isZero;
    at += length;
  }
  if (from < bytes.length) files.write(fd, bytes, from, bytes.length - from, position + from);
  return skipped;
}
