// A data thread of a snapshot: reads, cuts, hashes, looks up, compresses, seals and packs, so that no file's bytes ever cross a thread
// border. Each has its own packs. A pack is written only with the coordinator's permission, which it gives while the lock holds.
import { join } from 'node:path';
import { errnoOf, fail } from '../../kit/errors.ts';
import type { Files, WorkerContext, WorkerTask } from '../../ports.ts';
import type { ChunkScanner } from '../../repository/format/chunker.ts';
import { createLocalBackend, PackWriter, Sealer, sha256Hex } from '../../repository/index.ts';
import { createScanner, eachChunk, type ChunkSource } from './chunks.ts';
import { KnownBlobs } from './known-blobs.ts';
import { copyDatabase, discardCopy } from './databases/copy.ts';
import { canBeDatabase, isDatabaseHeader } from './databases/identity.ts';
import type { DataJob, DataThreadInput, FromData, ReadResult, ToData } from './protocol.ts';

/** Enough to fill packs while one is on its way; what every data thread may take for packs. */
const mostHeldBytes = 34 * 1024 * 1024;

export const dataTask: WorkerTask = async (context, input) => {
  if ((input as DataThreadInput).gentle === true) context.machine.lowerPriority();
  const thread = new DataThread(context, input as DataThreadInput);
  await thread.run();
};

class DataThread {
  readonly #context: WorkerContext;
  readonly #files: Files;
  readonly #known: KnownBlobs;
  readonly #packs: PackWriter;
  readonly #scanner: ChunkScanner;
  readonly #permissions = new Map<number, () => void>();
  #requests = 0;
  readonly #databaseFolder: string | undefined;

  constructor(context: WorkerContext, input: DataThreadInput) {
    this.#context = context;
    this.#files = context.files;
    this.#known = KnownBlobs.attach(input.known);
    this.#databaseFolder = input.databaseFolder;
    this.#scanner = createScanner(input.polynomial, input.chunker);
    const randomBytes = (length: number): Uint8Array => context.random.bytes(length);
    const backend = createLocalBackend({ files: context.files, random: context.random, path: input.repositoryPath });
    const draft = backend.draft?.bind(backend, 'data');
    this.#packs = new PackWriter({
      sealer: new Sealer(input.masterKey, randomBytes),
      randomBytes,
      type: 'data',
      version: input.version,
      maxStoring: 2,
      mostHeldBytes,
      ...(draft && { draft }),
      store: async (pieces, packId, begun) => {
        await this.#mayStore();
        if (begun === undefined) return backend.write('data', packId, pieces, context.closing);
        for (const piece of pieces) begun.append(piece);
        await begun.finish(packId, context.closing);
      }
    });
  }

  /** Works off jobs in the order they come, until `finish`. */
  run(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let line = Promise.resolve();
    // However it ends, a pack on its way to the store is waited for: a thread that ended in the middle would leave its temporary file behind.
    const giveUp = (error: unknown): void => void this.#packs.settle().then(() => reject(error));
    this.#context.closing.addEventListener('abort', () => void line.catch(() => undefined).then(() => this.#packs.settle()).then(resolve), { once: true });
    this.#context.onMessage((value) => {
      const message = value as ToData;
      if (message.kind === 'may-store') this.#permissions.get(message.request)?.();
      else if (message.kind === 'table') this.#known.addTable(message.memory);
      else if (message.kind === 'job') line = line.then(() => this.#work(message.job, message.work));
      else line = line.then(() => this.#finish()).then(resolve);
      line.catch(giveUp);
    });
    return promise;
  }

  async #work(job: number, work: DataJob): Promise<void> {
    if (this.#context.closing.aborted) return;
    const results: ReadResult[] = [];
    if (work.kind === 'files') {
      for (const path of work.paths) {
        if (this.#context.closing.aborted) return;
        results.push(await this.#guarded(() => this.#readFile(path, work.asIs === true)));
      }
    } else if (work.kind === 'range') results.push(await this.#guarded(() => this.#readRange(work.path, work.from, work.lengths)));
    else if (work.kind === 'zeros') results.push({ content: [await this.#add(new Uint8Array(work.length))], sizeBytes: work.length });
    else for (const bytes of work.files) results.push({ content: [await this.#add(bytes)], sizeBytes: bytes.length });
    this.#post({ kind: 'result', job, results, packs: this.#packs.takeFinished() });
  }

  async #finish(): Promise<void> {
    await this.#packs.flush();
    this.#post({ kind: 'finished', packs: this.#packs.takeFinished(), added: this.#packs.added });
  }

  /** What the system refuses is the file's fault and is reported; everything else ends the snapshot. */
  async #guarded(read: () => Promise<ReadResult>): Promise<ReadResult> {
    try {
      return await read();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      return { errno };
    }
  }

  /** The file is what is found when it is opened: it may have grown, shrunk or become something else since it was listed. */
  async #readFile(path: string, asIs: boolean): Promise<ReadResult> {
    let isDatabase = false;
    const result = await this.#opened(path, async (fd, size) => {
      const source: ChunkSource = { read: (buffer, offset, length, position) => this.#files.read(fd, buffer, offset, length, position) };
      if (asIs || this.#databaseFolder === undefined || !canBeDatabase(size)) return this.#readAll(source);
      isDatabase = this.#beginsAsDatabase(source);
      return isDatabase ? { content: [], sizeBytes: 0 } : this.#readAll(source);
    });
    // Only now, with the file closed: closing it would give up the locks SQLite takes.
    return isDatabase ? this.#readDatabase(path, this.#databaseFolder as string) : result;
  }

  #beginsAsDatabase(source: ChunkSource): boolean {
    const header = new Uint8Array(16);
    return source.read(header, 0, header.length, 0) === header.length && isDatabaseHeader(header);
  }

  /** The content of a consistent copy; what could not be copied is read as it lies there, with the reason. */
  async #readDatabase(path: string, folder: string): Promise<ReadResult> {
    const target = join(folder, Buffer.from(this.#context.random.bytes(8)).toString('hex'));
    const copy = await copyDatabase({ files: this.#files, clock: this.#context.clock, signal: this.#context.closing }, path, target);
    try {
      const result = await this.#opened('path' in copy ? copy.path : path, (fd) => this.#readAll({ read: (buffer, offset, length, position) => this.#files.read(fd, buffer, offset, length, position) }));
      if ('errno' in result) return result;
      return { ...result, database: 'path' in copy ? { file: copy.file, wal: copy.wal } : copy };
    } finally {
      discardCopy(this.#files, target);
    }
  }

  async #readAll(source: ChunkSource): Promise<ReadResult> {
    const content: string[] = [];
    let sizeBytes = 0;
    for (const { start, end } of eachChunk(this.#scanner, source, 0)) {
      content.push(await this.#add(this.#scanner.buffer.subarray(start, end)));
      sizeBytes += end - start;
    }
    return { content, sizeBytes };
  }

  async #readRange(path: string, from: number, lengths: readonly number[]): Promise<ReadResult> {
    return this.#opened(path, async (fd) => {
      const content: string[] = [];
      let sizeBytes = 0;
      for (const length of lengths) {
        let have = 0;
        for (let count = -1; have < length && count !== 0; have += count) count = this.#files.read(fd, this.#scanner.buffer, have, length - have, from + sizeBytes + have);
        if (have > 0) content.push(await this.#add(this.#scanner.buffer.subarray(0, have)));
        sizeBytes += have;
        if (have < length) break; // the file shrank meanwhile
      }
      return { content, sizeBytes };
    });
  }

  async #opened(path: string, read: (fd: number, size: number) => Promise<ReadResult>): Promise<ReadResult> {
    const fd = this.#files.open(path, 'rn');
    try {
      const { type, size } = this.#files.fstat(fd);
      return type === 'file' ? await read(fd, size) : { errno: 'ECHANGED' };
    } finally {
      this.#files.close(fd);
    }
  }

  async #add(bytes: Uint8Array): Promise<string> {
    const id = sha256Hex(bytes);
    if (this.#known.claim(id)) {
      try {
        await this.#packs.add(id, bytes);
      } catch (error) {
        rethrowAsFatal(error);
      }
    }
    return id;
  }

  async #mayStore(): Promise<void> {
    const request = ++this.#requests;
    await new Promise<void>((resolve, reject) => {
      this.#permissions.set(request, resolve);
      this.#context.closing.addEventListener('abort', () => reject(new Error('closing')), { once: true });
      this.#post({ kind: 'ask-store', request });
    });
    this.#permissions.delete(request);
  }

  #post(message: FromData): void {
    this.#context.post(message);
  }
}

/** A full disk or a lost repository is not the fault of the file that was being read. */
function rethrowAsFatal(error: unknown): never {
  if (errnoOf(error) === undefined) throw error;
  fail('INTERNAL', `storing a pack failed: ${String(error)}`, { what: String(error) }, error);
}
