// Copies snapshots from one repository into another: trees as the very bytes they are (another writer's form must not be lost), the data the
// target lacks, the snapshot last. Nothing is removed anywhere; a stop leaves at most blobs that no snapshot names yet. The caller holds
// shared locks on both.
import type { CopyReport } from '../../../../contract/maintenance.ts';
import type { TaskProgress } from '../../../../contract/events.ts';
import { fail, throwIfAborted } from '../../kit/errors.ts';
import type { Random } from '../../ports.ts';
import { BitSet } from '../bit-set.ts';
import { DamagedError, UnsupportedError } from '../format/damaged.ts';
import { shortId, type BlobType } from '../format/ids.ts';
import type { SnapshotFile } from '../format/snapshot.ts';
import { parseTree } from '../format/tree.ts';
import { BlobStore } from '../maintenance/blob-store.ts';
import { readBlobs } from '../maintenance/pack-reader.ts';
import { damageOf, type LoadedSnapshots, type Repository } from '../repository.ts';

const MiB = 1024 * 1024;
/** Snapshots are saved together once this much was written for them: one pack each would be many small ones. */
const saveEveryBytes = 64 * MiB;

export interface CopyOptions {
  /** Ids, or their unique beginnings; all when not given. */
  snapshots?: readonly string[] | undefined;
  random: Pick<Random, 'bytes'>;
  signal?: AbortSignal | undefined;
  onProgress?: (update: Partial<TaskProgress>) => void;
  packBytes?: number;
}

export type CopyFacts = Omit<CopyReport, 'fromId' | 'toId'>;

type Loaded = LoadedSnapshots['snapshots'][number];

export async function copySnapshots(from: Repository, to: Repository, options: CopyOptions): Promise<CopyFacts> {
  for (const { config, backend } of [from, to]) if (config.isHot) throw new UnsupportedError('it is the hot half of a two-part repository', backend.location);
  if (from.config.id === to.config.id) fail('BAD_INPUT', 'both are the same repository', { field: 'to', reason: 'both are the same repository' });
  const { signal, onProgress = () => undefined } = options;
  const source = await from.loadSnapshots(signal);
  const chosen = chooseSnapshots(source, options.snapshots);
  const target = await to.loadSnapshots(signal);
  onProgress({ phase: 'checking-index' });
  await from.loadIndex(signal);
  await to.loadIndex(signal);
  const known = new Set(target.snapshots.map(({ file }) => sameAs(file)));
  const copying = new Copying(from, to, options);
  onProgress({ phase: 'writing' });
  try {
    let present = 0;
    for (const snapshot of chosen) {
      if (known.has(sameAs(snapshot.file))) present += 1;
      else await copying.copy(snapshot);
    }
    await copying.saveWaiting();
    const unreadable = options.snapshots === undefined ? source.unreadable.map(({ id, reason }) => ({ snapshot: id, reason })) : [];
    const [data, tree] = [copying.store.added('data'), copying.store.added('tree')];
    return {
      copied: copying.copied,
      present,
      failed: [...unreadable, ...copying.failed],
      blobs: { data: data.blobs, tree: tree.blobs },
      bytes: { plain: data.plainBytes + tree.plainBytes, stored: data.storedBytes + tree.storedBytes },
      samePieces: from.config.chunkerPolynomial === to.config.chunkerPolynomial && JSON.stringify(from.config.chunker) === JSON.stringify(to.config.chunker)
    };
  } catch (error) {
    if (signal?.aborted) await copying.store.keepDone().catch(() => undefined);
    throw error;
  } finally {
    await copying.store.settle();
  }
}

/** Oldest first. NOT_FOUND and AMBIGUOUS for a name that does not mean exactly one. */
function chooseSnapshots(source: LoadedSnapshots, names: readonly string[] | undefined): Loaded[] {
  const byTime = source.snapshots.toSorted((a, b) => (a.file.time.ns < b.file.time.ns ? -1 : a.file.time.ns > b.file.time.ns ? 1 : a.id < b.id ? -1 : 1));
  if (names === undefined) return byTime;
  const wanted = new Set<string>();
  for (const name of names) {
    const last = byTime.at(-1);
    const matches = name === 'latest' && last ? [last.id] : byTime.filter(({ id }) => id.startsWith(name)).map(({ id }) => id);
    const unreadable = source.unreadable.find(({ id }) => id.startsWith(name));
    if (matches.length === 0 && unreadable) throw new DamagedError(unreadable.reason, `snapshots/${unreadable.id}`);
    if (matches.length === 0) fail('NOT_FOUND', `no snapshot ${name}`, { kind: 'snapshot', name });
    if (matches.length > 1) fail('AMBIGUOUS', `several snapshots begin with ${name}`, { kind: 'snapshot', name, matches: matches.slice(0, 10) });
    wanted.add(matches[0] as string);
  }
  return byTime.filter(({ id }) => wanted.has(id));
}

/** Two snapshots are the same for a copy when all of this agrees. */
function sameAs({ time, tree, hostname = '', username = '', uid = 0, gid = 0, paths, excludes = [], tags = [] }: SnapshotFile): string {
  return JSON.stringify([String(time.ns), tree, hostname, username, uid, gid, [...paths].sort(), [...excludes].sort(), [...tags].sort()]);
}

class Copying {
  readonly #from: Repository;
  readonly #to: Repository;
  readonly #options: CopyOptions;
  readonly store: BlobStore;
  /** By the first entry in the source's index: trees below which everything was copied, and blobs that are on their way. */
  readonly #walked: BitSet;
  readonly #added: BitSet;
  /** Data that the snapshot at hand waits for. */
  readonly #queued: BitSet;
  #waiting: Loaded[] = [];
  #savedBytes = 0;
  readonly copied: CopyReport['copied'] = [];
  readonly failed: CopyReport['failed'] = [];

  constructor(from: Repository, to: Repository, options: CopyOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    this.store = new BlobStore(to, { random: options.random, signal: options.signal, packBytes: options.packBytes });
    this.#walked = new BitSet(from.index.count);
    this.#added = new BitSet(from.index.count);
    this.#queued = new BitSet(from.index.count);
  }

  /** A snapshot that cannot be copied whole is not copied; the others are. */
  async copy(snapshot: Loaded): Promise<void> {
    const { signal, onProgress } = this.#options;
    onProgress?.({ current: shortId(snapshot.id) });
    const trees: number[] = [];
    const lacking: number[] = [];
    try {
      await this.#copyTrees(snapshot.file.tree, trees, lacking);
      await this.#copyData(lacking);
      this.#waiting.push(snapshot);
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof DamagedError)) throw error;
      this.failed.push({ snapshot: snapshot.id, reason: damageOf(error) });
      // What lies below them may be incomplete: the next snapshot must look for itself.
      for (const tree of trees) this.#walked.delete(tree);
    } finally {
      for (const data of lacking) this.#queued.delete(data);
    }
    if (this.#storedBytes() - this.#savedBytes >= saveEveryBytes) await this.saveWaiting();
  }

  /** Makes everything durable, then saves the snapshots that wait for it. */
  async saveWaiting(): Promise<void> {
    await this.store.flush();
    this.#savedBytes = this.#storedBytes();
    for (const { id, file } of this.#waiting) {
      const { parent: _, ...rest } = file;
      this.copied.push({ from: id, to: await this.#to.saveSnapshot({ ...rest, original: file.original ?? id }, this.#options.signal) });
    }
    this.#waiting = [];
  }

  /** Copies the trees that the target lacks; notes all it walks in `walked`, and in `lacking` the entries of data that the target lacks. */
  async #copyTrees(top: string, walked: number[], lacking: number[]): Promise<void> {
    const { signal } = this.#options;
    const waiting = [top];
    for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
      throwIfAborted(signal);
      const entry = this.#entry('tree', tree, 'snapshots');
      if (!this.#walked.add(entry)) continue;
      walked.push(entry);
      const bytes = await this.#from.loadTreeBytes(tree, signal);
      for (const node of parseTree(bytes)) {
        if (node.type === 'dir' && node.subtree === undefined) throw new DamagedError(`tree ${tree} holds a folder without a tree`);
        if (node.type === 'dir' && node.subtree !== undefined) waiting.push(node.subtree);
        for (const id of (node.type === 'file' ? node.content : undefined) ?? []) {
          const data = this.#entry('data', id, `tree ${tree}`);
          if (!this.#added.has(data) && !this.#to.index.has('data', id) && this.#queued.add(data)) lacking.push(data);
        }
      }
      if (!this.#to.index.has('tree', tree) && this.#added.add(entry)) await this.#add('tree', tree, bytes);
    }
  }

  async #copyData(lacking: readonly number[]): Promise<void> {
    for await (const { type, id, plain } of readBlobs(this.#from, lacking, this.#options.signal)) {
      await this.#add(type, id, plain);
      this.#added.add(this.#from.index.firstEntry(type, id));
    }
  }

  async #add(type: BlobType, id: string, plain: Uint8Array): Promise<void> {
    if (plain.length === 0) throw new DamagedError(`${type} blob ${id} is empty`);
    await this.store.add(type, id, plain);
    this.#options.onProgress?.({ bytesDone: this.store.added('data').plainBytes + this.store.added('tree').plainBytes });
  }

  #entry(type: BlobType, id: string, needer: string): number {
    const entry = this.#from.index.firstEntry(type, id);
    if (entry < 0) throw new DamagedError(`${type} blob ${id} is in no index; needed by ${needer}`);
    return entry;
  }

  #storedBytes(): number {
    return this.store.added('data').storedBytes + this.store.added('tree').storedBytes;
  }
}
