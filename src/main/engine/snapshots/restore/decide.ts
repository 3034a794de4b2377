// What happens to each entry, given what lies at its place now. Looks at the target, writes nothing; links are never followed.
import { basename, dirname, extname, join, sep } from 'node:path';
import type { Conflict } from '../../../../contract/snapshots.ts';
import { isInside, type Platform } from '../../kit/paths.ts';
import { errnoOf } from '../../kit/errors.ts';
import type { Files, FileStat } from '../../ports.ts';
import { ReadBack } from './read-back.ts';
import type { Refusals } from './refusals.ts';
import type { Item, RestoredNode } from './select.ts';

/** `new`: nothing is there. `both`: it goes beside. `kept` and `identical` leave what is there alone. */
export type Action = 'new' | 'replace' | 'both' | 'keep' | 'identical';

export interface Decided {
  item: Item;
  /** Where it goes; for `both` the name beside. */
  path: string;
  action: Action;
}

export interface Decisions {
  folders: { item: Item; path: string; exists: boolean }[];
  files: Decided[];
  /** Links and special files. */
  others: Decided[];
  /** Bytes of content to be written; holes that are known as such do not count. */
  bytes: number;
}

export interface DecideDeps {
  files: Files;
  platform: Platform;
  target: string;
  conflict: Conflict;
  day: string;
  forbidden: readonly string[];
  forbiddenIds: readonly string[];
  /** Bytes of a data blob, undefined when no index knows it. */
  plainLength(id: string): number | undefined;
  zeroChunk: string;
  refused: Refusals;
  /** Between entries; a promise when the caller needs to breathe. */
  onItem(done: number): Promise<void> | undefined;
}

export async function decide(items: readonly Item[], deps: DecideDeps): Promise<Decisions> {
  const { files, target, refused } = deps;
  const decisions: Decisions = { folders: [], files: [], others: [], bytes: 0 };
  /** What is there and will be replaced, by identity. */
  const replaced = new Set<string>();
  /** Folders that could not become folders, and so everything below them. */
  const closed = new Set<Item>();
  /** Folders that are not there yet: nothing in them can be in the way. */
  const fresh = new Set<Item>();
  const taken = new Set<string>();
  const top = join(target, sep);
  for (const [done, item] of items.entries()) {
    const breath = deps.onItem(done);
    if (breath !== undefined) await breath;
    if (item.folder !== undefined && closed.has(item.folder)) {
      if (item.node.type === 'dir') closed.add(item);
      continue;
    }
    const path = top + item.path; // their names were checked: nothing is left to normalise
    try {
      if (item.node.type === 'dir') decideFolder(item, path);
      else decideEntry(item, path);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      refused.add(`/${item.path}`, errno);
      if (item.node.type === 'dir') closed.add(item);
    }
  }
  return decisions;

  function decideFolder(item: Item, path: string): void {
    const stat = item.folder !== undefined && fresh.has(item.folder) ? undefined : files.lstat(path);
    const forbidden = deps.forbidden.some((folder) => isInside(folder, path, deps.platform)) || (stat !== undefined && deps.forbiddenIds.includes(`${stat.device}:${stat.inode}`));
    if (forbidden || (stat !== undefined && stat.type !== 'dir')) {
      refused.add(`/${item.path}`, forbidden ? 'lies inside a repository or a home of Varve' : stat?.type === 'symlink' ? 'ELOOP' : 'ENOTDIR');
      closed.add(item);
      return;
    }
    if (stat === undefined) fresh.add(item);
    decisions.folders.push({ item, path, exists: stat !== undefined });
  }

  function decideEntry(item: Item, path: string): void {
    const { node } = item;
    const existing = item.folder !== undefined && fresh.has(item.folder) ? undefined : files.lstat(path);
    let action: Action = existing === undefined ? 'new' : actionFor(node, path, existing);
    if (action === 'replace' && existing?.type === 'dir') {
      refused.add(`/${item.path}`, 'EISDIR');
      return;
    }
    if (action === 'replace' && existing !== undefined) {
      // Where names differ only in case or composition, two of them may mean one file here: the second must not overwrite the first.
      const id = `${existing.device}:${existing.inode}:${existing.links > 1 ? path : ''}`;
      if (replaced.has(id)) {
        refused.add(`/${item.path}`, 'EEXIST');
        return;
      }
      replaced.add(id);
    }
    const into = action === 'both' ? besideName(path) : path;
    if (taken.has(into)) {
      refused.add(`/${item.path}`, 'EEXIST');
      return;
    }
    if (action === 'both') taken.add(into);
    if (node.type !== 'file') decisions.others.push({ item, path: into, action });
    else {
      if (action !== 'keep' && action !== 'identical') {
        if (node.content === null || node.content === undefined) return refused.add(`/${item.path}`, 'damaged: a file without content');
        let bytes = 0;
        for (const id of node.content) {
          const length = deps.plainLength(id);
          if (length === undefined) return refused.add(`/${item.path}`, `damaged: chunk ${id.slice(0, 8)} is missing`);
          if (id !== deps.zeroChunk) bytes += length;
        }
        decisions.bytes += bytes;
      }
      decisions.files.push({ item, path: into, action });
    }
  }

  function actionFor(node: RestoredNode, path: string, existing: FileStat): Action {
    if (isIdentical(node, path, existing)) return 'identical';
    if (deps.conflict !== 'newer') return deps.conflict;
    return existing.mtimeNs < node.mtimeNs ? 'replace' : 'keep';
  }

  function isIdentical(node: RestoredNode, path: string, existing: FileStat): boolean {
    if (node.type !== existing.type) return false;
    if (node.type === 'symlink') return files.readlink(path) === node.linkTarget;
    if (node.type === 'fifo') return true;
    if (node.type === 'dev' || node.type === 'chardev') return existing.rdev === (node.device ?? 0n);
    if (node.type !== 'file' || node.content === null || node.content === undefined) return false;
    return hasContent(files, path, node.content, deps.plainLength);
  }

  function besideName(path: string): string {
    const extension = extname(path);
    const stem = basename(path).slice(0, basename(path).length - extension.length);
    for (let n = 1; ; n++) {
      const mark = ` (restored ${deps.day}${n === 1 ? '' : ` ${n}`})`;
      const candidate = join(dirname(path), stem + mark + extension);
      if (!taken.has(candidate) && files.lstat(candidate) === undefined) return candidate;
    }
  }
}

/** Whether the file consists of exactly these chunks. Never follows a link. */
export function hasContent(files: Files, path: string, content: readonly string[], plainLength: (id: string) => number | undefined): boolean {
  let expected = 0;
  for (const id of content) {
    const length = plainLength(id);
    if (length === undefined) return false;
    expected += length;
  }
  const fd = files.open(path, 'rn');
  try {
    const stat = files.fstat(fd);
    if (stat.type !== 'file' || stat.size !== expected) return false;
    const reader = new ReadBack(files);
    let position = 0;
    for (const id of content) {
      const length = plainLength(id) as number;
      if (!reader.holds(fd, position, length, id)) return false;
      position += length;
    }
    return true;
  } finally {
    files.close(fd);
  }
}
