// Undoing a restore: the same steps as a restore, decided otherwise. What the safety snapshot holds comes back where the restore's own work still lies, or
// nothing; what the restore newly made goes where it is still as the restore made it. Everything that was changed since is kept and named.
import { errnoOf } from '../../kit/errors.ts';
import type { FileStat } from '../../ports.ts';
import { hasSides } from './database-sides.ts';
import { isSame, type DecideDeps, type Decisions } from './decide.ts';
import { metadataDiffers } from './metadata.ts';
import type { LeftBehind, UndoFile } from './rows.ts';
import { seenOf } from './seen.ts';
import type { Item } from './select.ts';
import { findTwins } from './twins.ts';

export const changedSince = 'was changed after the restore, and is kept as it is';

type UndoDeps = Pick<DecideDeps, 'files' | 'platform' | 'place' | 'owners' | 'plainLength' | 'zeroChunk' | 'refused' | 'onItem'> & {
  /** Where the restore was: other names of what it replaced are looked for there. */
  within: readonly string[];
};

export async function decideUndo(items: readonly Item[], left: UndoFile, deps: UndoDeps): Promise<Decisions> {
  const { files, refused } = deps;
  const decisions: Decisions = { folders: [], files: [], others: [], sides: [], extras: [], spared: 0, bytes: 0 };
  const closed = new Set<Item>();
  for (const [done, item] of items.entries()) {
    const breath = deps.onItem(done);
    if (breath !== undefined) await breath;
    const path = deps.place(item.path);
    if (path === undefined || (item.folder !== undefined && closed.has(item.folder))) {
      closed.add(item);
      continue;
    }
    guarded(`/${item.path}`, () => (item.node.type === 'dir' ? decideFolder(item, path) : decideEntry(item, path)));
  }
  await findTwins(decisions.files, { ...deps, breathe: () => deps.onItem(items.length) });
  for (const made of left.made()) {
    const breath = deps.onItem(items.length);
    if (breath !== undefined) await breath;
    guarded(made.place, () => decideMade(made));
  }
  return decisions;

  function guarded(shown: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      refused.add(shown, errno);
    }
  }

  function decideFolder(item: Item, path: string): void {
    const stat = files.lstat(path);
    if (stat !== undefined && stat.type !== 'dir') {
      closed.add(item);
      return refused.add(`/${item.path}`, changedSince);
    }
    const finish = stat === undefined || left.get(path) !== undefined;
    decisions.folders.push({ item, path, action: stat === undefined ? 'new' : finish && metadataDiffers(files, path, item.node, stat, deps) ? 'metadata' : 'same', finish });
  }

  function decideEntry(item: Item, path: string): void {
    const { node } = item;
    const stat = files.lstat(path);
    const list = node.type === 'file' ? decisions.files : decisions.others;
    if (stat !== undefined && isSame(files, node, path, stat, deps.plainLength)) {
      const differs = metadataDiffers(files, path, node, stat, deps);
      list.push({ item, path, action: differs ? 'metadata' : 'identical', ...(differs && { seen: seenOf(stat) }) });
      return;
    }
    if (stat !== undefined && (!isAsLeft(path, stat, left.get(path)) || hasSides(files, path))) return refused.add(`/${item.path}`, changedSince);
    for (const id of node.content ?? []) {
      const length = deps.plainLength(id);
      if (length === undefined) return refused.add(`/${item.path}`, `damaged: chunk ${id.slice(0, 8)} is missing`);
      if (id !== deps.zeroChunk) decisions.bytes += length;
    }
    list.push(stat === undefined ? { item, path, action: 'new' } : { item, path, action: 'replace', seen: seenOf(stat) });
  }

  function decideMade(made: LeftBehind): void {
    const stat = files.lstat(made.place);
    if (stat === undefined) return;
    if (stat.type !== made.type || (stat.type !== 'dir' && (!isAsLeft(made.place, stat, made) || hasSides(files, made.place)))) return refused.add(made.place, changedSince);
    decisions.extras.push({ path: made.place, shown: made.place, type: stat.type, seen: seenOf(stat), bytes: stat.type === 'file' ? stat.size : 0 });
  }

  function isAsLeft(path: string, stat: FileStat, row: LeftBehind | undefined): boolean {
    return row !== undefined && row.action !== 'deleted' && isSame(files, row.node, path, stat, row.plainLength);
  }
}
