// What happens to each entry, given what lies at its place now. Looks at the target, writes nothing; links are never followed.
import { basename, dirname, extname, join } from 'node:path';
import type { Conflict } from '../../../../contract/snapshots.ts';
import { fail } from '../../kit/errors.ts';
import { isInside, type Platform } from '../../kit/paths.ts';
import { errnoOf } from '../../kit/errors.ts';
import type { Files, FileStat } from '../../ports.ts';
import { goMode, splitGoMode } from '../../repository/index.ts';
import { metadataDiffers } from './metadata.ts';
import type { Place } from './place.ts';
import { ReadBack } from './read-back.ts';
import type { Refusals } from './refusals.ts';
import { seenOf } from './seen.ts';
import type { Item, RestoredNode } from './select.ts';

/** `new`: nothing is there. `both`: it goes beside. `keep` and `identical` leave what is there alone; `metadata` leaves its content. */
export type Action = 'new' | 'replace' | 'both' | 'keep' | 'identical' | 'metadata';

export interface Decided {
  item: Item;
  /** Where it goes; for `both` the name beside. */
  path: string;
  action: Action;
  /** What lies there now, of `replace` and `metadata`. */
  seen?: string;
  /** Something else lay at its own place: a choice was there to be made. */
  conflict?: true;
  /** Another name of the same file that is there, as it was seen: it becomes a name of that, instead of being written. */
  twin?: { path: string; seen: string };
}

export interface DecidedFolder {
  item: Item;
  path: string;
  /** `same`: there is nothing to be done but, where `finish` is set, to give it its time again. */
  action: 'new' | 'metadata' | 'same';
  /** It gets the mode, owner and times it had, when all in it is done. */
  finish: boolean;
}

/** What is deleted. */
export interface Extra {
  path: string;
  /** As a person sees it beside the snapshot's paths. */
  shown: string;
  type: FileStat['type'];
  seen: string;
  bytes: number;
}

export interface Decisions {
  folders: DecidedFolder[];
  files: Decided[];
  /** Links and special files. */
  others: Decided[];
  /** What belongs to databases that are replaced; goes before anything is written. */
  sides: Extra[];
  /** What is in a folder comes before it. */
  extras: Extra[];
  /** Extra entries that stay for a reason. */
  spared: number;
  /** Bytes of content to be written; holes that are known as such do not count. */
  bytes: number;
}

export interface DecideDeps {
  files: Files;
  platform: Platform;
  place: Place;
  conflict: Conflict;
  /** By path in the snapshot, as `tree` shows it. */
  choices: ReadonlyMap<string, Conflict>;
  owners: boolean;
  modes: boolean;
  /** Folders that were only on the way to what was saved keep their metadata. */
  inPlace: boolean;
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

/** As `tree` shows it. */
export function shownPath({ path }: Pick<Item, 'path'>, platform: Platform): string {
  return `/${platform === 'win32' ? path.replaceAll('\\', '/') : path}`;
}

/** NOT_FOUND for a choice about something that is not restored. */
export async function decide(items: readonly Item[], deps: DecideDeps): Promise<Decisions> {
  const { files, refused, platform } = deps;
  const decisions: Decisions = { folders: [], files: [], others: [], sides: [], extras: [], spared: 0, bytes: 0 };
  /** What is there and will be replaced, by identity. */
  const replaced = new Set<string>();
  /** Folders that could not become folders, and so everything below them. */
  const closed = new Set<Item>();
  /** Folders that are not there yet: nothing in them can be in the way. */
  const fresh = new Set<Item>();
  const taken = new Set<string>();
  const unmet = new Set(deps.choices.keys());
  for (const [done, item] of items.entries()) {
    const breath = deps.onItem(done);
    if (breath !== undefined) await breath;
    const conflict = unmet.size === 0 && deps.choices.size === 0 ? deps.conflict : chosen(item);
    if (item.folder !== undefined && closed.has(item.folder)) {
      if (item.node.type === 'dir') closed.add(item);
      continue;
    }
    const path = deps.place(item.path);
    try {
      if (path === undefined) close(item, 'has no place on this computer');
      else if (item.node.type === 'dir') decideFolder(item, path, conflict);
      else decideEntry(item, path, conflict);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      close(item, errno);
    }
  }
  for (const path of unmet) fail('NOT_FOUND', `${path} is not among what is restored`, { kind: 'path', name: path });
  return decisions;

  function chosen(item: Item): Conflict {
    const path = shownPath(item, platform);
    unmet.delete(path);
    return deps.choices.get(path) ?? deps.conflict;
  }

  function close(item: Item, reason: string): void {
    refused.add(`/${item.path}`, reason);
    if (item.node.type === 'dir') closed.add(item);
  }

  function decideFolder(item: Item, path: string, conflict: Conflict): void {
    const stat = item.folder !== undefined && fresh.has(item.folder) ? undefined : files.lstat(path);
    const forbidden = deps.forbidden.some((folder) => isInside(folder, path, platform)) || (stat !== undefined && deps.forbiddenIds.includes(`${stat.device}:${stat.inode}`));
    if (forbidden || (stat !== undefined && stat.type !== 'dir')) return close(item, forbidden ? 'lies inside a repository or a home of Varve' : stat?.type === 'symlink' ? 'ELOOP' : 'ENOTDIR');
    keepMode(item, stat);
    if (stat === undefined) {
      fresh.add(item);
      decisions.folders.push({ item, path, action: 'new', finish: true });
      return;
    }
    const finish = conflict === 'replace' && (item.own || !deps.inPlace);
    decisions.folders.push({ item, path, action: finish && metadataDiffers(files, path, item.node, stat, deps) ? 'metadata' : 'same', finish });
  }

  function decideEntry(item: Item, path: string, conflict: Conflict): void {
    const { node } = item;
    const existing = item.folder !== undefined && fresh.has(item.folder) ? undefined : files.lstat(path);
    let action: Action = existing === undefined ? 'new' : actionFor(node, path, existing, conflict);
    if (action === 'replace' && existing?.type === 'dir') return close(item, 'EISDIR');
    if (deps.inPlace && action === 'replace' && (existing?.type === 'socket' || existing?.type === 'irregular')) return close(item, 'something lies there that no snapshot can keep');
    if (action === 'replace' && existing !== undefined) {
      // Where names differ only in case or composition, two of them may mean one file here: the second must not overwrite the first.
      const id = `${existing.device}:${existing.inode}:${existing.links > 1 ? path : ''}`;
      if (replaced.has(id)) return close(item, 'EEXIST');
      replaced.add(id);
    }
    const beside = action === 'both' ? besideName(node, path) : undefined;
    const into = beside?.path ?? path;
    if (beside?.identical) action = 'identical';
    if (taken.has(into)) return close(item, 'EEXIST');
    if (beside !== undefined) taken.add(into);
    keepMode(item, existing);
    const decided: Decided = { item, path: into, action };
    if (existing !== undefined && action !== 'both' && action !== 'keep' && action !== 'identical') decided.seen = seenOf(existing);
    if (existing !== undefined && (action === 'keep' || action === 'replace' || beside !== undefined)) decided.conflict = true;
    if (node.type !== 'file') return void decisions.others.push(decided);
    if (writesContent(action)) {
      if (node.content === null || node.content === undefined) return refused.add(`/${item.path}`, 'damaged: a file without content');
      let bytes = 0;
      for (const id of node.content) {
        const length = deps.plainLength(id);
        if (length === undefined) return refused.add(`/${item.path}`, `damaged: chunk ${id.slice(0, 8)} is missing`);
        if (id !== deps.zeroChunk) bytes += length;
      }
      decisions.bytes += bytes;
    }
    decisions.files.push(decided);
  }

  function actionFor(node: RestoredNode, path: string, existing: FileStat, conflict: Conflict): Action {
    if (isIdentical(node, path, existing)) {
      // Who asks for everything to be replaced wants mode, owner and times back, too, where the content is the same already.
      return conflict === 'replace' && metadataDiffers(files, path, deps.modes ? node : withMode(node, existing.mode), existing, deps) ? 'metadata' : 'identical';
    }
    if (conflict !== 'newer') return conflict;
    return existing.mtimeNs < node.mtimeNs ? 'replace' : 'keep';
  }

  /** Without modes: what is there keeps its own, what is new gets the usual. */
  function keepMode(item: Item, existing: FileStat | undefined): void {
    if (!deps.modes) item.node = withMode(item.node, existing === undefined || existing.type === 'symlink' ? (item.node.type === 'dir' ? 0o755 : 0o644) : existing.mode);
  }

  function isIdentical(node: RestoredNode, path: string, existing: FileStat): boolean {
    return isSame(files, node, path, existing, deps.plainLength);
  }

  /** Beside what is there, by the day of the snapshot: the same again for the same file. */
  function besideName(node: RestoredNode, path: string): { path: string; identical: boolean } {
    const extension = extname(path);
    const stem = basename(path).slice(0, basename(path).length - extension.length);
    for (let n = 1; ; n++) {
      const mark = ` (snapshot ${deps.day}${n === 1 ? '' : ` ${n}`})`;
      const candidate = join(dirname(path), stem + mark + extension);
      if (taken.has(candidate)) continue;
      const existing = files.lstat(candidate);
      if (existing === undefined) return { path: candidate, identical: false };
      if (isIdentical(node, candidate, existing)) return { path: candidate, identical: true };
    }
  }
}

export function writesContent(action: Action): boolean {
  return action === 'new' || action === 'replace' || action === 'both';
}

function withMode(node: RestoredNode, mode: number): RestoredNode {
  return splitGoMode(node.mode).permissions === mode ? node : { ...node, mode: goMode(node.type, mode) };
}

/** Whether the same lies there already, whatever its metadata. */
export function isSame(files: Files, node: Pick<RestoredNode, 'type' | 'content' | 'linkTarget' | 'device'>, path: string, existing: FileStat, plainLength: (id: string) => number | undefined): boolean {
  if (node.type !== existing.type) return false;
  if (node.type === 'symlink') return files.readlink(path) === node.linkTarget;
  if (node.type === 'fifo') return true;
  if (node.type === 'dev' || node.type === 'chardev') return existing.rdev === (node.device ?? 0n);
  if (node.type !== 'file' || node.content === null || node.content === undefined) return false;
  return hasContent(files, path, node.content, plainLength);
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
