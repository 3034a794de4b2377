// The thread `repository.session`: an open repository that answers small questions (see session.ts). Reads only; holds a shared lock
// where the place can be written, none on read-only media, as restic's --no-lock.
import { cancelled, fail, isVarveError, toWire } from '../kit/errors.ts';
import type { WorkerContext } from '../ports.ts';
import { createLocalBackend } from './backend/local.ts';
import { ByteCache } from './byte-cache.ts';
import { DamagedError } from './format/damaged.ts';
import { parseTree, type TreeNode } from './format/tree.ts';
import { folderPage, sortForPeople, type FolderAsk, type FolderPage } from './folder-page.ts';
import { lockIdentity } from './model.ts';
import { Repository, type LoadedSnapshots } from './repository.ts';
import { lockNotes } from './lock-notes.ts';
import { lockForReading } from './read-lock.ts';
import type { FileRange, ResolvedPath, SessionCall, SessionInput, SessionMessage, SessionRequest, SessionResults } from './session-wire.ts';

const MiB = 1024 * 1024;
const treeCacheBytes = 64 * MiB;
const dataCacheBytes = 64 * MiB;
const maxReadBytes = 8 * MiB;
/** A parsed tree takes about this much more memory than its JSON. */
const parsedFactor = 3;

export async function sessionTask(context: WorkerContext, input: unknown): Promise<void> {
  const { path, masterKey, indexCache } = input as SessionInput;
  const { files, random, clock, machine, logger, closing } = context;
  const post = (message: SessionMessage): void => context.post(message);
  const ended = new AbortController();
  const signal = AbortSignal.any([closing, ended.signal]);
  const repository = await Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey, random, clock, signal, indexCache: { files, path: indexCache } });
  const lock = await lockForReading(repository, {
    identity: lockIdentity(machine),
    logger,
    signal,
    settleLater: true,
    onLost: () => ended.abort(),
    ...lockNotes(context)
  });
  try {
    const session = new Session(repository, signal);
    const running = new Map<number, AbortController>();
    const stopListening = context.onMessage((value) => {
      const request = value as SessionRequest;
      if (request.kind === 'cancel') running.get(request.call)?.abort();
      else if (request.kind === 'call') void answer(session, request.call, request.ask, running, signal, post);
    });
    post({ kind: 'open' });
    await untilAborted(signal);
    stopListening();
    if (!closing.aborted) await lock?.ready(); // says why, unless it was held and then lost
    if (!closing.aborted) fail('LOCK_LOST', `the lock on ${path} was lost`, { path });
  } finally {
    await lock?.release();
  }
}

async function answer(session: Session, call: number, ask: SessionCall, running: Map<number, AbortController>, closing: AbortSignal, post: (message: SessionMessage) => void): Promise<void> {
  const own = new AbortController();
  running.set(call, own);
  try {
    post({ kind: 'answer', call, value: await session.answer(ask, AbortSignal.any([own.signal, closing])) });
  } catch (error) {
    post({ kind: 'failed', call, error: toWire(error) });
  } finally {
    running.delete(call);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The questions, on an open repository. Snapshots and trees never change under their id, so both are kept. */
export class Session {
  readonly #repository: Repository;
  readonly #signal: AbortSignal;
  readonly #trees = new ByteCache<TreeNode[]>(treeCacheBytes);
  readonly #data = new ByteCache<Buffer>(dataCacheBytes);
  /** Folders that are being read, and the one too large for `#trees` that was read last, as people read it. */
  readonly #folders = new Map<string, Promise<TreeNode[]>>();
  #snapshots = new Map<string, LoadedSnapshots['snapshots'][number]>();
  #index: Promise<void> | undefined;

  /** `signal` ends the whole session. */
  constructor(repository: Repository, signal: AbortSignal) {
    this.#repository = repository;
    this.#signal = signal;
  }

  async answer(ask: SessionCall, signal: AbortSignal): Promise<SessionResults[SessionCall['what']]> {
    if (ask.what === 'snapshots') return this.snapshots(signal);
    if (ask.what === 'tree') return this.tree(ask.treeId, signal);
    if (ask.what === 'folder') return this.folder(ask.treeId, ask, signal);
    if (ask.what === 'resolve') return this.resolve(ask.treeId, ask.names, signal);
    return this.read(ask, signal);
  }

  async snapshots(signal: AbortSignal): Promise<LoadedSnapshots> {
    const loaded = await this.#repository.loadSnapshots(signal, this.#snapshots);
    this.#snapshots = new Map(loaded.snapshots.map((snapshot) => [snapshot.id, snapshot]));
    return loaded;
  }

  async tree(id: string, signal: AbortSignal): Promise<TreeNode[]> {
    const kept = this.#trees.get(id);
    if (kept) return kept;
    const bytes = await this.#blob('tree', id, signal);
    const nodes = parseTree(bytes);
    this.#trees.set(id, nodes, bytes.length * parsedFactor);
    return nodes;
  }

  async folder(id: string, ask: FolderAsk, signal: AbortSignal): Promise<FolderPage> {
    const small = this.#trees.get(id);
    const sorted = small ? sortForPeople(small) : await this.#largeFolder(id);
    if (signal.aborted) throw cancelled();
    return folderPage(sorted, ask);
  }

  /** Belongs to the session, not to the question that was first: other pages of it are being asked for, too. */
  #largeFolder(id: string): Promise<TreeNode[]> {
    const known = this.#folders.get(id);
    if (known) return known;
    const read = async (): Promise<TreeNode[]> => {
      try {
        const sorted = sortForPeople(await this.tree(id, this.#signal));
        if (this.#trees.get(id)) this.#folders.delete(id);
        else for (const other of this.#folders.keys()) if (other !== id) this.#folders.delete(other);
        return sorted;
      } catch (error) {
        this.#folders.delete(id);
        throw error;
      }
    };
    const reading = read();
    this.#folders.set(id, reading);
    return reading;
  }

  async resolve(treeId: string, names: readonly string[], signal: AbortSignal): Promise<ResolvedPath> {
    let node: TreeNode | undefined;
    let subtree: string | undefined = treeId;
    for (const [depth, name] of names.entries()) {
      const missing = (): never => fail('NOT_FOUND', 'no such path in the snapshot', { kind: 'path', name: `/${names.slice(0, depth + 1).join('/')}` });
      if (subtree === undefined) return missing();
      const nodes: TreeNode[] = await (this.#folders.get(subtree) ?? this.tree(subtree, signal));
      node = nodes.find((other) => other.name === name) ?? missing();
      subtree = node.type === 'dir' ? node.subtree : undefined;
    }
    return { node, subtree };
  }

  async read({ content, offset, length }: { content: readonly string[]; offset: number; length: number }, signal: AbortSignal): Promise<FileRange> {
    const wanted = Math.min(length, maxReadBytes);
    const found: Buffer[] = [];
    let place = 0;
    let left = wanted;
    for (const [i, id] of content.entries()) {
      const size = await this.#plainLength(id, signal);
      const from = offset + wanted - left - place;
      if (from < size && left > 0) {
        const piece = (await this.#dataBlob(id, signal)).subarray(from, from + left);
        found.push(piece);
        left -= piece.length;
      }
      place += size;
      if (left === 0) return { bytes: new Uint8Array(Buffer.concat(found)), end: offset + wanted >= place && i === content.length - 1 };
    }
    return { bytes: new Uint8Array(Buffer.concat(found)), end: true };
  }

  async #plainLength(id: string, signal: AbortSignal): Promise<number> {
    await this.#indexFor('data', id);
    return this.#repository.index.plainLength('data', id) ?? (await this.#dataBlob(id, signal)).length;
  }

  async #dataBlob(id: string, signal: AbortSignal): Promise<Buffer> {
    const kept = this.#data.get(id);
    if (kept) return kept;
    const bytes = await this.#blob('data', id, signal);
    this.#data.set(id, bytes, bytes.length);
    return bytes;
  }

  async #blob(type: 'data' | 'tree', id: string, signal: AbortSignal): Promise<Buffer> {
    await this.#indexFor(type, id);
    try {
      return await this.#repository.loadBlob(type, id, signal);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      // Rewritten meanwhile by somebody's prune? One fresh look at the index tells.
      if (!(error instanceof DamagedError) && !(isVarveError(error) && error.code === 'NOT_FOUND')) throw error;
      await this.#loadIndex();
      return this.#repository.loadBlob(type, id, signal);
    }
  }

  /** Loads the index for the first question, and again when somebody has added to the repository since. */
  async #indexFor(type: 'data' | 'tree', id: string): Promise<void> {
    if (!this.#index) await this.#loadIndex();
    else await this.#index;
    if (!this.#repository.index.has(type, id)) await this.#loadIndex();
  }

  async #loadIndex(): Promise<void> {
    // Belongs to the session, not to the question that started it: others wait for it too.
    const loading = this.#repository.loadIndex(this.#signal);
    this.#index = loading;
    try {
      await loading;
    } catch (error) {
      if (this.#index === loading) this.#index = undefined;
      throw error;
    }
  }
}
