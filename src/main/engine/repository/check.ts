// Whether a repository is whole (restic design, "check"): (a) all index files, (b) all packs against the index by their size, (c) all
// trees of all snapshots, (d) on request every byte, or a share of them. Damage is a finding, never an exception; what is thrown is that the repository
// cannot be reached at all. The caller holds the exclusive lock.
import { throwIfAborted } from '../kit/errors.ts';
import type { CheckReport, Finding } from '../../../contract/repository.ts';
import type { TaskProgress } from '../../../contract/events.ts';
import { isFileMissing } from './backend/backend.ts';
import { BlobIndex } from './blob-index.ts';
import { checkPack, createCheckTools, type PackCheck } from './check-pack.ts';
import { DamagedError, UnsupportedError } from './format/damaged.ts';
import { sha256Hex } from './format/ids.ts';
import type { IndexBlob, IndexPack } from './format/index-file.ts';
import { packSize } from './format/pack.ts';
import { parseTree, type TreeNode } from './format/tree.ts';
import { parseLock } from './format/lock.ts';
import { IdSet } from './id-set.ts';
import { choosePacks, type ReadWish } from './reading/choose.ts';
import { damageOf, type Repository } from './repository.ts';

const listedFindings = 1000;
/** Trees that wait to be walked are kept as ids; deeper than this is no folder structure but an attack. */
const maxDepth = 10_000;

export interface CheckOptions {
  /** Which packs are read back completely. */
  read: ReadWish;
  /** Milliseconds since 1970 of the last good reading, by pack; empty when nothing is known. */
  readAt?: ReadonlyMap<string, number>;
  nowMs?: number;
  /** Told of packs that were read back without a fault, as they come. */
  onRead?: (packs: readonly string[]) => void;
  /** The lock files that are our own. */
  ownLocks?: ReadonlySet<string>;
  signal?: AbortSignal | undefined;
  onProgress?: (update: Partial<TaskProgress>) => void;
  /** Reads packs of so many bytes elsewhere, for example in several threads; in this one when not given. */
  checkPacks?: (packs: AsyncIterable<IndexPack> | Iterable<IndexPack>, bytes: number, onDone: (result: PackCheck) => void) => Promise<void>;
}

export type RepositoryReport = Omit<CheckReport, 'repositoryId' | 'coverage'> & {
  /** Packs that are there. */
  present: number;
  /** Packs of `readAt` that are not there any more. */
  gone: string[];
};

export async function checkRepository(repository: Repository, options: CheckOptions): Promise<RepositoryReport> {
  return new Check(repository, options).run();
}

class Check {
  readonly #repository: Repository;
  readonly #options: CheckOptions;
  readonly #index = new BlobIndex();
  readonly #report: RepositoryReport;
  /** Packs that are there, with their size in bytes. */
  readonly #present = new Map<string, number>();

  constructor(repository: Repository, options: CheckOptions) {
    this.#repository = repository;
    this.#options = options;
    this.#report = { ok: true, errors: 0, hints: 0, findings: [], snapshots: 0, trees: 0, packs: 0, blobs: 0, bytesRead: 0, packsRead: 0, readData: options.read.kind === 'all', present: 0, gone: [] };
  }

  async run(): Promise<RepositoryReport> {
    // Snapshots are listed first: one that comes later may need an index that was not read.
    const snapshots = await this.#loadSnapshots();
    await this.#checkSmallFiles();
    await this.#checkIndexes();
    await this.#checkPackList();
    await this.#checkTrees(snapshots);
    await this.#readData();
    this.#report.present = this.#present.size;
    this.#report.gone = [...(this.#options.readAt?.keys() ?? [])].filter((pack) => !this.#present.has(pack));
    this.#report.ok = this.#report.errors === 0;
    return this.#report;
  }

  #find(severity: Finding['severity'], code: Finding['code'], what: string, detail: string): void {
    this.#add({ severity, code, what, detail });
  }

  #add(finding: Finding): void {
    if (finding.severity === 'error') this.#report.errors += 1;
    else this.#report.hints += 1;
    if (this.#report.findings.length < listedFindings) this.#report.findings.push(finding);
    if (finding.severity === 'error') this.#options.onProgress?.({ errors: this.#report.errors });
  }

  async #loadSnapshots(): Promise<{ id: string; tree: string }[]> {
    const { snapshots, unreadable } = await this.#repository.loadSnapshots(this.#options.signal);
    for (const { id, reason } of unreadable) this.#find('error', 'snapshot-unreadable', `snapshots/${id}`, reason);
    this.#report.snapshots = snapshots.length + unreadable.length;
    return snapshots.map(({ id, file }) => ({ id, tree: file.tree }));
  }

  /** Locks nobody can judge, and key files that are not what their name says: neither makes a repository damaged. */
  async #checkSmallFiles(): Promise<void> {
    const { backend, files } = this.#repository;
    const { signal, ownLocks } = this.#options;
    for await (const { name, size } of backend.list('locks', signal)) {
      if (size === 0 || ownLocks?.has(name)) continue;
      const reason = await this.#reasonOf(async () => parseLock(await files.load('locks', name, signal)));
      if (reason !== undefined) this.#find('hint', 'lock-unreadable', `locks/${name}`, reason);
    }
    for await (const { name } of backend.list('keys', signal)) {
      const reason = await this.#reasonOf(async () => {
        if (sha256Hex(await backend.read('keys', name, {}, signal)) !== name) throw new DamagedError('the content does not match its name');
      });
      if (reason !== undefined) this.#find('hint', 'file-name', `keys/${name}`, reason);
    }
  }

  /** What was wrong, or undefined; a file that went away meanwhile is not wrong. */
  async #reasonOf(work: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      throwIfAborted(this.#options.signal);
      return isFileMissing(error) ? undefined : reasonOf(error);
    }
  }

  async #checkIndexes(): Promise<void> {
    const { signal, onProgress } = this.#options;
    const names: string[] = [];
    for await (const { name } of this.#repository.backend.list('index', signal)) names.push(name);
    onProgress?.({ phase: 'checking-index', filesDone: 0, filesTotal: names.length });
    const repeated = new Set<string>();
    for (const [done, name] of names.entries()) {
      throwIfAborted(signal);
      const reason = await this.#reasonOf(async () => {
        for (const pack of await this.#repository.loadIndexFile(name, signal)) this.#takePack(pack, name, repeated);
      });
      if (reason !== undefined) this.#find('error', 'index-unreadable', `index/${name}`, reason);
      onProgress?.({ filesDone: done + 1 });
    }
    this.#report.packs = this.#index.packCount;
    this.#report.blobs = this.#index.count;
  }

  #takePack(pack: IndexPack, indexName: string, repeated: Set<string>): void {
    const outcome = this.#index.addPack(pack);
    if (outcome === 'conflict') this.#find('error', 'index-conflict', `data/${pack.id}`, `index/${indexName} describes it differently from another index file`);
    if (outcome !== 'added') {
      if (!repeated.has(pack.id)) this.#find('hint', 'index-duplicate-pack', `data/${pack.id}`, 'is described by several index files');
      repeated.add(pack.id);
    } else if (isMixed(pack.blobs)) {
      this.#find('hint', 'pack-mixed', `data/${pack.id}`, 'holds data and trees together');
    }
  }

  async #checkPackList(): Promise<void> {
    const { signal, onProgress } = this.#options;
    onProgress?.({ phase: 'checking-packs', filesDone: 0, filesTotal: this.#index.packCount });
    let done = 0;
    for await (const { name, size } of this.#repository.backend.list('data', signal)) {
      if (this.#present.has(name)) continue;
      if (!this.#index.hasPack(name)) {
        this.#find('hint', 'pack-unindexed', `data/${name}`, 'is in no index; a left-over of an interrupted run');
        continue;
      }
      this.#present.set(name, size);
      const expected = packSize(this.#index.blobsOf(name).map((blob) => ({ storedLength: blob.length, uncompressedLength: blob.uncompressedLength })));
      if (size !== expected) this.#find('error', 'pack-size', `data/${name}`, `has ${size} bytes instead of ${expected}`);
      onProgress?.({ filesDone: ++done });
    }
    for (const pack of this.#index.packs()) {
      if (!this.#present.has(pack)) this.#find('error', 'pack-missing', `data/${pack}`, 'is in the index and not in the repository');
    }
  }

  /** Every tree once, whichever snapshot leads to it. */
  async #checkTrees(snapshots: readonly { id: string; tree: string }[]): Promise<void> {
    const { signal, onProgress } = this.#options;
    this.#repository.useIndex(this.#index);
    onProgress?.({ phase: 'checking-trees', filesDone: 0, filesTotal: null });
    const seen = new IdSet();
    for (const snapshot of snapshots) {
      const waiting: { id: string; from: string; depth: number }[] = [{ id: snapshot.tree, from: `snapshots/${snapshot.id}`, depth: 0 }];
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        throwIfAborted(signal);
        if (!seen.add(next.id)) continue;
        const { id, depth } = next;
        for (const child of await this.#checkTree(id, next.from)) {
          if (depth < maxDepth) waiting.push({ id: child, from: `tree ${id}`, depth: depth + 1 });
          else this.#find('error', 'tree-invalid', `tree ${child}`, 'lies too deep');
        }
        this.#report.trees += 1;
        onProgress?.({ filesDone: this.#report.trees });
      }
    }
  }

  /** Reports what is wrong with a tree and returns the trees below it. */
  async #checkTree(id: string, from: string): Promise<string[]> {
    const what = `tree ${id}`;
    if (!this.#index.has('tree', id)) {
      this.#find('error', 'blob-missing', what, `is in no index; needed by ${from}`);
      return [];
    }
    let bytes: Buffer;
    try {
      bytes = await this.#repository.loadTreeBytes(id, this.#options.signal);
    } catch (error) {
      throwIfAborted(this.#options.signal);
      this.#find('error', 'tree-unreadable', what, `${reasonOf(error)}; needed by ${from}`);
      return [];
    }
    try {
      return this.#checkNodes(parseTree(bytes), what);
    } catch (error) {
      this.#find('error', 'tree-invalid', what, reasonOf(error));
      return [];
    }
  }

  #checkNodes(nodes: readonly TreeNode[], what: string): string[] {
    const below: string[] = [];
    let missing = 0;
    let example = '';
    for (const node of nodes) {
      if (node.type === 'dir') {
        if (node.subtree === undefined) this.#find('error', 'tree-invalid', what, 'holds a folder without a tree');
        else below.push(node.subtree);
      } else if (node.type === 'file') {
        if (!node.content) this.#find('error', 'tree-invalid', what, 'holds a file without a list of content');
        for (const id of node.content ?? []) {
          if (this.#index.has('data', id)) continue;
          missing += 1;
          example ||= id;
        }
      }
    }
    if (missing > 0) this.#find('error', 'blob-missing', what, `${missing} pieces of its files are in no index, the first is ${example}`);
    return below;
  }

  async #readData(): Promise<void> {
    const { signal, onProgress, checkPacks, read, readAt = new Map<string, number>(), nowMs = 0, onRead } = this.#options;
    if (read.kind === 'none') return;
    const chosen = choosePacks([...this.#present].map(([id, bytes]) => ({ id, bytes })), read, { readAt, nowMs });
    let done = 0;
    const total = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
    onProgress?.({ phase: 'reading-data', filesDone: 0, filesTotal: chosen.length, bytesDone: 0, bytesTotal: total });
    const packs = this.#packsOf(chosen);
    const take = (result: PackCheck): void => {
      for (const finding of result.findings) this.#add(finding);
      this.#report.bytesRead += result.bytesRead;
      this.#report.packsRead += 1;
      if (result.findings.length === 0) onRead?.([result.pack]);
      onProgress?.({ filesDone: ++done, bytesDone: this.#report.bytesRead });
    };
    if (checkPacks) await checkPacks(packs, total, take);
    else {
      const { backend, sealer } = this.#repository;
      const tools = createCheckTools(sealer);
      for (const pack of packs) take(await checkPack({ backend, sealer, signal, tools }, pack));
    }
  }

  *#packsOf(chosen: readonly { id: string }[]): Generator<IndexPack> {
    for (const { id } of chosen) yield { id, blobs: this.#index.blobsOf(id) };
  }
}

function isMixed(blobs: readonly IndexBlob[]): boolean {
  return blobs.some((blob) => blob.type !== blobs[0]?.type);
}

/** Damage and unreadable files in words; anything else is a fault of ours and goes up. */
function reasonOf(error: unknown): string {
  if (error instanceof DamagedError || error instanceof UnsupportedError) return damageOf(error);
  if (error instanceof Error && 'code' in error && (error.code === 'NOT_READABLE' || error.code === 'NOT_FOUND')) return error.message;
  throw error;
}
