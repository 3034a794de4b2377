// A repository in a folder (restic design, "Repository Layout" and the local back end). Reads and metadata are synchronous, because
// heavy work runs in worker threads anyway; only fsync, which waits for the disk, leaves the thread.
import { dirname, join } from 'node:path';
import { errnoOf, fail, throwIfAborted } from '../../kit/errors.ts';
import type { Files, Random } from '../../ports.ts';
import { DamagedError } from '../format/damaged.ts';
import { isFileName } from '../format/ids.ts';
import { fileMissing, pieces, readLimitBytes, type Backend, type ByteRange, type Draft, type FileKind, type StoredFile } from './backend.ts';

export interface LocalBackendDeps {
  files: Files;
  random: Random;
  /** The repository's folder, absolute. */
  path: string;
  /** Default: this computer's, as for the paths. */
  platform?: string | undefined;
}

export function createLocalBackend(deps: LocalBackendDeps): Backend {
  return new LocalBackend(deps);
}

interface Modes {
  folder: number;
  writing: number;
  stored: number;
}

const ownerOnly: Modes = { folder: 0o700, writing: 0o600, stored: 0o400 };
const withGroup: Modes = { folder: 0o770, writing: 0o660, stored: 0o440 };

/** Of a write that was cut off, ours (16 hex digits) or restic's. */
const temporaryName = /^(?:[0-9a-f]{64}|draft)-tmp-[0-9a-f]{1,20}$/;

class LocalBackend implements Backend {
  readonly location: string;
  readonly #files: Files;
  readonly #random: Random;
  readonly #platform: string;
  #modes: Modes | undefined;

  constructor({ files, random, path, platform = process.platform }: LocalBackendDeps) {
    this.#platform = platform;
    this.location = path;
    this.#files = files;
    this.#random = random;
  }

  async *list(kind: FileKind, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    if (kind === 'config') return;
    const folder = join(this.location, kind);
    if (kind !== 'data') {
      yield* this.#listFolder(folder, signal);
      return;
    }
    for (const entry of this.#entries(folder)) {
      if (entry.type === 'dir' || entry.type === 'symlink') yield* this.#listFolder(join(folder, entry.name), signal);
    }
  }

  *#listFolder(folder: string, signal: AbortSignal | undefined): Generator<StoredFile> {
    throwIfAborted(signal);
    for (const { name } of this.#entries(folder)) {
      if (!isFileName(name)) continue;
      throwIfAborted(signal);
      const path = join(folder, name);
      const stat = this.#try(path, 'read', () => this.#files.stat(path));
      if (stat?.type === 'file') yield { name, size: stat.size };
    }
  }

  #entries(folder: string): { name: string; type: string }[] {
    try {
      return this.#files.readdir(folder);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOTDIR') return [];
      if (code !== 'ENOENT') return this.#refuse(folder, 'read', error);
      this.#requireRoot();
      return [];
    }
  }

  async read(kind: FileKind, name: string, range: ByteRange = {}, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal);
    const path = this.#pathOf(kind, name);
    return this.#try(path, 'read', () => {
      const fd = this.#open(kind, name, path);
      try {
        const stat = this.#files.fstat(fd);
        if (stat.type !== 'file') throw new DamagedError('is not a file', path);
        const offset = range.offset ?? 0;
        const length = Math.max(0, Math.min(range.length ?? stat.size, stat.size - offset));
        if (length > readLimitBytes(kind)) throw new DamagedError(`${length} bytes, more than such a file may have`, path);
        const { into } = range;
        const bytes = into && into.length >= length ? Buffer.from(into.buffer, into.byteOffset, length) : Buffer.allocUnsafe(length);
        let done = 0;
        while (done < length) {
          const read = this.#files.read(fd, bytes, done, length - done, offset + done);
          if (read === 0) break;
          done += read;
        }
        return done === length ? bytes : bytes.subarray(0, done);
      } finally {
        this.#files.close(fd);
      }
    });
  }

  #open(kind: FileKind, name: string, path: string): number {
    try {
      return this.#files.open(path, 'r');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      this.#requireRoot();
      return fileMissing(kind, name);
    }
  }

  async size(kind: FileKind, name: string, signal?: AbortSignal): Promise<number> {
    throwIfAborted(signal);
    const path = this.#pathOf(kind, name);
    const stat = this.#try(path, 'read', () => this.#files.stat(path));
    if (stat) return stat.size;
    this.#requireRoot();
    return fileMissing(kind, name);
  }

  async has(kind: FileKind, name: string, signal?: AbortSignal): Promise<boolean> {
    throwIfAborted(signal);
    const path = this.#pathOf(kind, name);
    return this.#try(path, 'read', () => this.#files.stat(path)) !== undefined;
  }

  /**
   * 1. write `<name>-tmp-<random>` beside the target, 2. fsync it, 3. rename, 4. fsync the folder, 5. make it read-only (not on
   * Windows, where that is an attribute that keeps other programs from deleting it).
   * Stopped before 3: a temporary that every listing ignores. After 3: the whole file. A failure at 3, 4 or 5 leaves nothing under the name, for
   * whoever is told that a file could not be written must not find it, or half of it, all the same; only a config, which replaces one, stays.
   */
  async write(kind: FileKind, name: string, bytes: Uint8Array | readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const path = this.#pathOf(kind, name);
    const draft = this.#draft(kind, { stem: path, folder: this.#folderOf(kind, name), shown: path, flags: 'wx' });
    try {
      for (const piece of pieces(bytes)) {
        throwIfAborted(signal);
        draft.append(piece);
      }
    } catch (error) {
      draft.discard();
      throw error;
    }
    await draft.finish(name, signal);
  }

  /** As `write`, with `draft-tmp-<random>` in any folder of the kind for the first step. What is appended is on its way to the disk at once. */
  draft(kind: Exclude<FileKind, 'config'>): Draft {
    const [place = 0] = this.#random.bytes(1);
    const folder = this.#folderOf(kind, place.toString(16).padStart(2, '0'));
    return this.#draft(kind, { stem: join(folder, 'draft'), folder, shown: join(this.location, kind), flags: 'wx+' });
  }

  /** `shown`: what errors name, for a temporary's name says nothing to anybody. */
  #draft(kind: FileKind, { stem, folder, shown, flags }: { stem: string; folder: string; shown: string; flags: 'wx' | 'wx+' }): Draft {
    const files = this.#files;
    const modes = this.#modesNow();
    const temporary = `${stem}-tmp-${Buffer.from(this.#random.bytes(8)).toString('hex')}`;
    let fd: number | undefined = this.#try(shown, 'write', () => this.#createFile(temporary, folder, modes, flags));
    let length = 0;
    const drop = (): void => {
      this.#discard(temporary, fd);
      fd = undefined;
    };
    return {
      append: (bytes) => {
        this.#try(shown, 'write', () => files.write(fd as number, bytes, 0, bytes.length, length));
        if (flags === 'wx+') files.startWriteBack(fd as number, length, bytes.length);
        length += bytes.length;
      },
      read: (offset, into) => {
        this.#try(shown, 'read', () => {
          let done = 0;
          for (let count = -1; done < into.length && count !== 0; done += count) count = files.read(fd as number, into, done, into.length - done, offset + done);
          if (done < into.length) throw new DamagedError('ends early', shown);
        });
      },
      finish: async (name, signal) => {
        const path = this.#pathOf(kind, name);
        let named = false;
        try {
          await this.#sync(fd as number);
          files.close(fd as number);
          fd = undefined;
          throwIfAborted(signal);
          named = true;
          this.#rename(temporary, path, this.#folderOf(kind, name), modes);
          files.fsyncFolder(this.#folderOf(kind, name));
          if (this.#platform !== 'win32') this.#setMode(path, modes.stored);
        } catch (error) {
          drop();
          if (named && kind !== 'config') this.#discard(path, undefined);
          return this.#refuse(path, 'write', error);
        }
      },
      discard: () => {
        if (fd !== undefined) drop();
      }
    };
  }

  /** Into a folder that may not be there: some programs make those of `data` when they are needed. */
  #rename(temporary: string, path: string, folder: string, modes: Modes): void {
    try {
      this.#files.rename(temporary, path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      this.#makeFolder(folder, modes);
      this.#files.rename(temporary, path);
    }
  }

  #createFile(temporary: string, folder: string, modes: Modes, flags: 'wx' | 'wx+'): number {
    try {
      return this.#files.open(temporary, flags, modes.writing);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      this.#makeFolder(folder, modes);
      return this.#files.open(temporary, flags, modes.writing);
    }
  }

  #makeFolder(folder: string, modes: Modes): void {
    this.#requireRoot();
    this.#files.mkdirs(folder, modes.folder);
    this.#files.fsyncFolder(dirname(folder));
  }

  async #sync(fd: number): Promise<void> {
    try {
      await this.#files.fsyncAsync(fd);
    } catch (error) {
      // Some file systems have no fsync at all; as restic does, that is taken as it is.
      if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOTTY', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error;
    }
  }

  #discard(path: string, fd: number | undefined): void {
    try {
      if (fd !== undefined) this.#files.close(fd);
    } catch {
      // the first error is the one that is told
    }
    try {
      this.#files.unlink(path);
    } catch {
      // a temporary is ignored by every listing
    }
  }

  /** A snapshot or an index file that is gone stays gone after a power cut: what it named may be removed next. */
  async remove(kind: FileKind, name: string, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const path = this.#pathOf(kind, name);
    try {
      this.#unlink(path);
      if (kind === 'snapshots' || kind === 'index') this.#files.fsyncFolder(this.#folderOf(kind, name));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return fileMissing(kind, name);
      return this.#refuse(path, 'write', error);
    }
  }

  #unlink(path: string): void {
    try {
      this.#files.unlink(path);
    } catch (error) {
      // Windows refuses to delete a read-only file.
      if (errnoOf(error) !== 'EPERM') throw error;
      this.#setMode(path, 0o600);
      this.#files.unlink(path);
    }
  }

  async sweep(beforeMs: number, signal?: AbortSignal): Promise<void> {
    for (const kind of ['data', 'index', 'snapshots'] as const) {
      const top = join(this.location, kind);
      const folders = kind === 'data' ? this.#entries(top).filter(({ type }) => type === 'dir').map(({ name }) => join(top, name)) : [top];
      for (const folder of folders) {
        throwIfAborted(signal);
        for (const { name, type } of this.#entries(folder)) if (type === 'file' && temporaryName.test(name)) this.#sweepOne(join(folder, name), beforeMs);
      }
    }
  }

  #sweepOne(path: string, beforeMs: number): void {
    const stat = this.#try(path, 'read', () => this.#files.lstat(path));
    if (stat !== undefined && Number(stat.mtimeNs / 1_000_000n) < beforeMs) this.#try(path, 'write', () => this.#files.unlink(path));
  }

  async create(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const mode = ownerOnly.folder;
    const make = (path: string): void => this.#try(path, 'write', () => this.#files.mkdirs(path, mode));
    make(this.location);
    for (const kind of ['keys', 'locks', 'snapshots', 'index', 'data']) make(join(this.location, kind));
    for (let i = 0; i < 256; i++) make(join(this.location, 'data', i.toString(16).padStart(2, '0')));
    this.#try(this.location, 'write', () => {
      this.#files.fsyncFolder(join(this.location, 'data'));
      this.#files.fsyncFolder(this.location);
    });
  }

  #folderOf(kind: FileKind, name: string): string {
    if (kind === 'config') return this.location;
    return kind === 'data' ? join(this.location, 'data', name.slice(0, 2)) : join(this.location, kind);
  }

  #pathOf(kind: FileKind, name: string): string {
    if (kind === 'config') return join(this.location, 'config');
    // A name from elsewhere must never become a way out of the folder.
    if (!isFileName(name)) fail('INTERNAL', 'not a name of a stored file', { what: 'not a name of a stored file' });
    return join(this.#folderOf(kind, name), name);
  }

  #modesNow(): Modes {
    if (this.#modes) return this.#modes;
    const config = this.#files.stat(join(this.location, 'config'));
    if (!config) return ownerOnly;
    this.#modes = (config.mode & 0o040) !== 0 ? withGroup : ownerOnly;
    return this.#modes;
  }

  #setMode(path: string, mode: number): void {
    try {
      this.#files.chmod(path, mode);
    } catch (error) {
      if (!['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOENT'].includes(errnoOf(error) ?? '')) this.#refuse(path, 'write', error);
    }
  }

  #requireRoot(): void {
    if (this.#files.stat(this.location)?.type !== 'dir') fail('REPOSITORY_MISSING', `${this.location} is not there`, { path: this.location });
  }

  #try<R>(path: string, doing: 'read' | 'write', work: () => R): R {
    try {
      return work();
    } catch (error) {
      return this.#refuse(path, doing, error);
    }
  }

  /** System errors become errors of the catalogue that name the path; others pass. */
  #refuse(path: string, doing: 'read' | 'write', error: unknown): never {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT') fail('NO_SPACE', `no space left for ${path}`, { path }, error);
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') this.#requireRoot();
    const reason = code;
    if (doing === 'write') fail('NOT_WRITABLE', `${path} cannot be written: ${code}`, { path, reason }, error);
    return fail('NOT_READABLE', `${path} cannot be read: ${code}`, { path, reason }, error);
  }
}
