// Walks the folders of a plan and builds their trees from the leaves up. Runs in the coordinator's thread with synchronous calls; what
// must be read goes to the data threads. A folder's nodes live only until its tree is written. Nothing here writes to the user's files.
import { join } from 'node:path';
import type { TaskProgress } from '../../../../contract/events.ts';
import { Breath } from '../../kit/breath.ts';
import { errnoOf, fail } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import { homeMarker } from '../../kit/paths.ts';
import type { Clock, DirEntry, Files, FileStat } from '../../ports.ts';
import type { ChunkScanner } from '../../repository/format/chunker.ts';
import { emptyTreeId, TreeTooLargeError, treeLimits, type TreeNode } from '../../repository/index.ts';
import type { CarriedFile } from '../carried.ts';
import type { ChunkSizes } from './chunks.ts';
import type { DataThreads } from './data-threads.ts';
import type { LeavesOut } from './leave-out/leave-out.ts';
import type { DatabaseNotes, SideFiles } from './databases/notes.ts';
import { FileContent, inodeKey, type WaitingFile } from './file-content.ts';
import { isAsRecorded, nodeOf } from './nodes.ts';
import { isUnchanged } from './parent.ts';
import { Fingerprint } from './fingerprint.ts';
import { FolderMemoryError, type FolderMemory, type FolderNotes, type RememberedFolder } from './folder-memory.ts';
import { openFolder, ownFiles, type OpenFolder } from './open-folder.ts';
import type { ReadResult } from './protocol.ts';
import { SaveTally } from './save-tally.ts';
import type { TargetFolder } from './targets.ts';
import { addStream, carry, type StreamFile } from './top-entries.ts';

/** Folders with more entries are not remembered: all of their facts would be in memory at once. */
const rememberedEntries = 50_000;

export interface FolderSaverDeps {
  files: Files;
  clock: Clock;
  data: DataThreads;
  leavesOut: LeavesOut;
  scanner: () => ChunkScanner;
  sizes: ChunkSizes;
  signal: AbortSignal;
  /** Folders that are never entered, by device and inode: the repository itself. */
  skip: ReadonlySet<string>;
  hasData(id: string): boolean;
  /** The folder's nodes in the parent snapshot; undefined when they cannot be had. */
  loadBefore(treeId: string): Promise<TreeNode[] | undefined>;
  /** The parent was made by this program of this version: what it says of things that did not change is what would be said now. */
  beforeIsOurs?: boolean;
  /** What the parent snapshot saw. Folders in which nothing happened since are taken over by it, their trees unread. */
  memory?: FolderMemory | undefined;
  /** Told of every folder that the next snapshot may take over so. */
  notes?: FolderNotes | undefined;
  /** Stores a finished tree and returns its id. */
  saveTree(nodes: readonly TreeNode[]): string;
  /** Stores the content of files that are on no disk. */
  saveBytes(contents: readonly Uint8Array[]): Promise<readonly ReadResult[]>;
  /** Resolves when trees may pile up further. */
  treesSettled(): Promise<void>;
  /** Id of the chunk of `sizes.minBytes` zeros. */
  zeroChunk: string;
  /** Files kept at the top, with the node each gets. */
  streams?: readonly StreamFile[];
  /** Given when databases are copied by SQLite. */
  databases?: DatabaseNotes | undefined;
  onProgress(update: Partial<TaskProgress>): void;
}

/** What the file system says of an entry. */
interface Seen {
  name: string;
  path: string;
  stat: FileStat;
}

export class FolderSaver {
  readonly #deps: FolderSaverDeps;
  readonly tally: SaveTally;
  /** Files that lie beside a database which could not be copied: they are needed after all. */
  readonly #late: (() => Promise<void>)[] = [];
  readonly #breath: Breath;
  readonly #content: FileContent;

  constructor(deps: FolderSaverDeps) {
    this.#deps = deps;
    this.tally = new SaveTally(deps);
    this.#breath = new Breath(deps.clock, deps.signal);
    this.#content = new FileContent({ ...deps, tally: this.tally, breath: this.#breath, settle: (folder) => this.#settle(folder) });
  }

  /** Saves everything below the targets, then what is carried along, and resolves with the id of the top tree. `beforeTree`: the parent snapshot's. */
  async save(top: TargetFolder, beforeTree: string | undefined, carried: () => Promise<readonly CarriedFile[]> = async () => []): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const folder = openFolder(undefined, top.path, [], resolve);
    folder.missing += 1; // it stays open for what is carried along
    await this.#enterTarget(folder, top, beforeTree);
    do {
      await this.#content.sendBatch();
      await this.#deps.data.idle();
      for (const save of this.#late.splice(0)) await save();
    } while (this.#content.waiting || this.#late.length > 0);
    await this.#deps.data.idle();
    if (folder.missing > 1) fail('INTERNAL', 'a folder never finished', { what: 'a folder never finished' });
    const deps = { ...this.#deps, tally: this.tally };
    for (const stream of deps.streams ?? []) await addStream(folder, stream, deps);
    await carry(folder, carried, deps);
    this.#settle(folder);
    return promise;
  }

  // ---- folders ----

  /** A folder above or at a target: its listed children only, or all of it. */
  async #enterTarget(folder: OpenFolder, target: TargetFolder, beforeTree: string | undefined): Promise<void> {
    if (target.whole) return this.#enter(folder, target.path, beforeTree);
    await this.#loadBefore(folder, beforeTree);
    const children = [...target.children].sort(([a], [b]) => compareNames(a, b));
    for (const [slot, [name, child]] of children.entries()) {
      const names = [...folder.names, name];
      folder.nodes.push(undefined);
      const stat = this.tally.attempt(child.path, () => this.#deps.files.lstat(child.path), true);
      if (stat === undefined) continue;
      if (stat.type === 'dir') await this.#subfolder(folder, slot, name, names, child.path, stat, child);
      else await this.#entry(folder, slot, name, names, child.path, stat);
    }
    this.#listed(folder);
  }

  async #enter(folder: OpenFolder, path: string, beforeTree: string | undefined): Promise<void> {
    const { files, leavesOut } = this.#deps;
    const entries = this.tally.attempt(path, () => files.readdir(path), false);
    if (entries !== undefined && !entries.some((entry) => entry.name === homeMarker && entry.type === 'file')) {
      if (leavesOut.empty && entries.length > treeLimits.nodes) {
        // No tree will hold them: nobody should wait for their files to be read.
        this.tally.gap(path, 'E2BIG');
        entries.length = 0;
      }
      entries.sort((a, b) => compareNames(a.name, b.name));
      folder.sides = this.#deps.databases?.sidesIn(path, entries, join);
      folder.rules = leavesOut.empty ? undefined : leavesOut.folder(path, folder.names, entries, folder.parent?.rules);
      // The top's tree gets more than what lies there: what is carried along.
      const seen = this.#deps.notes !== undefined && folder.parent !== undefined && folder.sides === undefined && entries.length <= rememberedEntries ? await this.#lookAtAll(folder, entries) : undefined;
      const remembered = beforeTree === undefined ? undefined : this.#deps.memory?.get(beforeTree);
      if (seen !== undefined && remembered !== undefined && folder.fingerprint?.equals(remembered.fingerprint)) await this.#takeOverAll(folder, beforeTree as string, remembered, seen);
      else {
        await this.#loadBefore(folder, beforeTree);
        for (const entry of seen ?? entries) {
          const breath = this.#breath.take();
          if (breath !== undefined) await breath;
          const found = 'stat' in entry ? entry : this.#lookAt(folder, entry);
          if (found !== undefined) await this.#take(folder, found);
        }
      }
    }
    this.#listed(folder);
  }

  /** undefined for what is left out, and for what is gone or cannot be looked at. */
  #lookAt(folder: OpenFolder, { name, type }: DirEntry): Seen | undefined {
    const { files, leavesOut, skip } = this.#deps;
    const { rules } = folder;
    if (rules !== undefined && leavesOut.byName(rules, [...folder.names, name], name, type === 'dir') !== undefined) return undefined;
    const path = join(folder.path, name);
    const stat = this.tally.attempt(path, () => files.lstat(path), false);
    if (stat === undefined || stat.type === 'socket' || (rules !== undefined && leavesOut.byStat(rules, stat) !== undefined)) return undefined;
    return stat.type === 'dir' && skip.has(inodeKey(stat)) ? undefined : { name, path, stat };
  }

  async #lookAtAll(folder: OpenFolder, entries: readonly DirEntry[]): Promise<Seen[]> {
    const fingerprint = new Fingerprint(this.#deps.files);
    const all: Seen[] = [];
    const gapsBefore = this.tally.gapCount;
    for (const entry of entries) {
      const breath = this.#breath.take();
      if (breath !== undefined) await breath;
      const seen = this.#lookAt(folder, entry);
      if (seen === undefined) continue;
      fingerprint.add(seen.name, seen.stat);
      all.push(seen);
    }
    if (this.tally.gapCount === gapsBefore) folder.fingerprint = fingerprint.digest();
    return all;
  }

  async #take(folder: OpenFolder, { name, path, stat }: Seen): Promise<void> {
    const names = folder.rules === undefined ? folder.names : [...folder.names, name];
    const slot = folder.nodes.push(undefined) - 1;
    if (stat.type === 'dir') await this.#subfolder(folder, slot, name, names, path, stat, undefined);
    else if (!this.#takeOver(folder, slot, name, path, stat)) await this.#entry(folder, slot, name, names, path, stat);
  }

  /** Nothing happened here since the parent: only the subfolders are gone through. */
  async #takeOverAll(folder: OpenFolder, beforeTree: string, remembered: RememberedFolder, seen: readonly Seen[]): Promise<void> {
    folder.beforeTree = beforeTree;
    folder.remembered = remembered;
    this.tally.unchanged(remembered.files, remembered.bytes, folder.path);
    const subfolders = seen.filter(({ stat }) => stat.type === 'dir');
    if (subfolders.length !== remembered.children.length) throw new FolderMemoryError(`the folders below ${folder.path} are not as remembered`);
    for (const [i, { name, path, stat }] of subfolders.entries()) {
      const before = remembered.children[i] as string;
      folder.missing += 1;
      const names = folder.rules === undefined ? folder.names : [...folder.names, name];
      const child = openFolder(folder, path, names, (treeId) => {
        this.tally.folder(treeId === before ? 'Unmodified' : 'Changed');
        if (treeId !== before) folder.changed.set(name, treeId);
      });
      await this.#enterSubfolder(folder, child, stat, before);
    }
  }

  /** Something below it is another: the parent's nodes, with the new trees. */
  async #amend(folder: OpenFolder): Promise<void> {
    const nodes = await this.#deps.loadBefore(folder.beforeTree as string);
    if (nodes === undefined) throw new FolderMemoryError(`the tree of ${folder.path} cannot be read`);
    folder.nodes = nodes.map((node) => (node.type === 'dir' && folder.changed.has(node.name) ? { ...node, subtree: folder.changed.get(node.name) as string } : node));
    folder.changed.clear();
    this.#settle(folder);
  }

  /** True for what did not change at all: the parent's node is taken as it is, and nothing is asked or made anew. */
  #takeOver(folder: OpenFolder, slot: number, name: string, path: string, stat: FileStat): boolean {
    const { files, beforeIsOurs, databases, hasData } = this.#deps;
    if (beforeIsOurs !== true || folder.sides?.has(name) === true) return false;
    const before = folder.before?.get(name);
    if (before === undefined || !isAsRecorded(files, before, stat)) return false;
    if (stat.type === 'file') {
      if (!isUnchanged(before, stat, hasData) || (databases !== undefined && databases.compare(path, stat) !== 'unknown')) return false;
      this.tally.unchanged(1, stat.size, path);
    }
    folder.nodes[slot] = before;
    folder.taken += 1;
    return true;
  }

  async #subfolder(parent: OpenFolder, slot: number, name: string, names: readonly string[], path: string, stat: FileStat, target: TargetFolder | undefined): Promise<void> {
    if (this.#deps.skip.has(inodeKey(stat))) return;
    const beforeNode = parent.before?.get(name);
    const before = beforeNode?.type === 'dir' ? beforeNode : undefined;
    const asRecorded = before !== undefined && this.#deps.beforeIsOurs === true && isAsRecorded(this.#deps.files, before, stat);
    const node = asRecorded ? { ...before } : this.#node(path, name, stat);
    if (node === undefined) return void (parent.fingerprint = undefined);
    parent.missing += 1;
    const folder = openFolder(parent, path, names, (treeId) => {
      node.subtree = treeId;
      parent.nodes[slot] = node;
      this.tally.folder(before === undefined ? 'New' : before.subtree === treeId && before.mtime.ns === node.mtime.ns ? 'Unmodified' : 'Changed');
      if (asRecorded && treeId === before.subtree) parent.taken += 1;
    });
    await this.#enterSubfolder(parent, folder, stat, before?.subtree, target);
  }

  async #enterSubfolder(parent: OpenFolder, folder: OpenFolder, stat: FileStat, beforeTree: string | undefined, target?: TargetFolder): Promise<void> {
    await this.#deps.treesSettled();
    if (parent.rules !== undefined && this.#deps.leavesOut.isElsewhere(parent.rules, stat)) return this.#listed(folder);
    if (target !== undefined) await this.#enterTarget(folder, target, beforeTree);
    else await this.#enter(folder, folder.path, beforeTree);
  }

  /** The folder is listed; entries still being read keep it open. */
  #listed(folder: OpenFolder): void {
    folder.before = undefined;
    folder.sides?.forEach((sides) => sides.giveUp());
    this.#settle(folder);
  }

  /** One thing less is missing; when nothing is, the tree is written and the folder above has one thing less missing, and so on up. */
  #settle(first: OpenFolder): void {
    for (let folder: OpenFolder | undefined = first; folder !== undefined; folder = folder.parent) {
      folder.missing -= 1;
      if (folder.missing > 0) return;
      const open = folder;
      if (open.changed.size > 0) {
        open.missing += 1;
        this.#late.push(() => this.#amend(open));
        return;
      }
      const treeId = this.#treeOf(open);
      open.nodes = [];
      open.settled(treeId);
    }
  }

  /** Writes its tree where it is not the parent's, and notes what was seen in it. */
  #treeOf(folder: OpenFolder): string {
    const { notes } = this.#deps;
    const { beforeTree, remembered, fingerprint } = folder;
    if (remembered !== undefined && folder.nodes.length === 0) {
      notes?.add(beforeTree as string, remembered);
      return beforeTree as string;
    }
    const nodes = folder.nodes.filter((node) => node !== undefined);
    const isSame = beforeTree !== undefined && folder.taken === nodes.length && folder.taken === folder.beforeCount;
    const treeId = isSame ? beforeTree : this.#saveTree(folder, nodes);
    if (fingerprint !== undefined && notes !== undefined) notes.add(treeId, { fingerprint, ...ownFiles(nodes) });
    return treeId;
  }

  /** A folder that no tree can hold is kept empty and named as a gap: the rest of the snapshot does not fail for it. */
  #saveTree(folder: OpenFolder, nodes: readonly TreeNode[]): string {
    try {
      return this.#deps.saveTree(nodes);
    } catch (error) {
      if (!(error instanceof TreeTooLargeError)) throw error;
      this.tally.gap(folder.path, 'E2BIG');
      folder.fingerprint = undefined;
      return this.#deps.saveTree([]);
    }
  }

  // ---- entries ----

  async #entry(folder: OpenFolder, slot: number, name: string, names: readonly string[], path: string, stat: FileStat): Promise<void> {
    if (stat.type === 'socket') return;
    const node = stat.type === 'irregular' ? this.tally.gap(path, 'EINVAL') : this.#node(path, name, stat);
    if (node === undefined) return void (folder.fingerprint = undefined);
    if (stat.type !== 'file') {
      folder.nodes[slot] = node;
      return;
    }
    const before = folder.before?.get(name);
    const sides = folder.sides?.get(name);
    const isSide = sides !== undefined && this.#isSide(folder, name);
    if (isSide && this.#waitsForDatabase(folder, slot, name, names, path, stat, sides)) return;
    if (this.#isAsBefore(folder, before, path, stat, isSide ? undefined : sides)) {
      node.content = before.content;
      node.size = before.size ?? 0;
      folder.nodes[slot] = node;
      this.tally.unchanged(1, node.size, path);
      return;
    }
    const file: WaitingFile = { folder, slot, node, path, isNew: before?.type !== 'file', ...(!isSide && { sides }) };
    if (!isSide && sides !== undefined) sides.awaited = true;
    folder.missing += 1;
    await this.#content.take(file, stat);
  }

  /** Unchanged, so that the parent's content is taken. A database is judged with its -wal, and by what it was when it was copied: the copy may be of another size. */
  #isAsBefore(folder: OpenFolder, before: TreeNode | undefined, path: string, stat: FileStat, sides: SideFiles | undefined): before is TreeNode & { content: readonly string[] } {
    const { databases, hasData } = this.#deps;
    const known = databases?.compare(path, stat) ?? 'unknown';
    if (known === 'unknown') return sides === undefined && isUnchanged(before, stat, hasData);
    folder.fingerprint = undefined; // a database is judged by more than its own facts
    if (known === 'changed' || before?.type !== 'file' || !Array.isArray(before.content) || !before.content.every(hasData)) return false;
    databases?.keep(path);
    sides?.decide(true);
    return true;
  }

  #isSide(folder: OpenFolder, name: string): boolean {
    const base = name.slice(0, name.lastIndexOf('-'));
    return folder.sides?.get(base) !== undefined && folder.sides.get(base) === folder.sides.get(name);
  }

  /** True when it is left out, or when that is not known yet: then it is taken up again by `#late`, or its place stays empty. */
  #waitsForDatabase(folder: OpenFolder, slot: number, name: string, names: readonly string[], path: string, stat: FileStat, sides: SideFiles): boolean {
    const { databases } = this.#deps;
    let asked: 'waiting' | boolean = 'waiting';
    sides.ask((leftOut) => {
      if (leftOut && databases !== undefined) databases.summary.sideFiles += 1;
      if (asked === 'waiting') asked = leftOut;
      else if (leftOut) this.#settle(folder);
      else {
        this.#late.push(async () => {
          await this.#entry(folder, slot, name, names, path, stat);
          this.#settle(folder);
        });
      }
    });
    if (asked !== 'waiting') return asked;
    asked = true;
    folder.missing += 1;
    return true;
  }

  /** undefined when it vanished or could not be looked at, which is then noted. */
  #node(path: string, name: string, stat: FileStat): TreeNode | undefined {
    return this.tally.attempt(path, () => nodeOf(this.#deps.files, path, name, stat, (error) => this.tally.degrade(`xattrs ${errnoOf(error) ?? 'error'}`)), false);
  }

  async #loadBefore(folder: OpenFolder, treeId: string | undefined): Promise<void> {
    if (treeId === undefined || treeId === emptyTreeId) return;
    const nodes = await this.#deps.loadBefore(treeId);
    if (nodes === undefined) return;
    folder.before = new Map(nodes.map((node) => [node.name, node]));
    folder.beforeTree = treeId;
    folder.beforeCount = nodes.length;
  }
}
