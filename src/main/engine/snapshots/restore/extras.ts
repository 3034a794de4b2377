// What lies in the restored folders and was not in the snapshot, to be deleted where that was asked for. Never: what the plan leaves out (it is in no
// snapshot on purpose), what the snapshot has but was not chosen or was refused, homes and repositories, what lies on another file system, sockets (no
// safety snapshot could bring them back), what belongs to a database that was in the snapshot. A folder that holds any such thing stays, too. Looks only, and follows no link.
import { basename, join } from 'node:path';
import type { LeaveOut } from '../../../../contract/snapshots.ts';
import { errnoOf } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import { homeMarker, isInside } from '../../kit/paths.ts';
import type { DirEntry, FileStat } from '../../ports.ts';
import { LeavesOut, type FolderRules } from '../archive/leave-out/leave-out.ts';
import { databaseOf } from './database-sides.ts';
import type { DecideDeps, Decisions, Extra } from './decide.ts';
import { seenOf } from './seen.ts';
import type { Item, Selection } from './select.ts';
import { isTemporary } from './temporaries.ts';

export interface ExtrasDeps extends Pick<DecideDeps, 'files' | 'platform' | 'forbidden' | 'forbiddenIds' | 'refused'> {
  /** Of the platform. */
  separator: string;
  /** What the plan leaves out. */
  leaves: { excludes: readonly string[]; leaveOut: LeaveOut };
  breathe(): Promise<void> | undefined;
}

export async function findExtras(decisions: Pick<Decisions, 'folders' | 'files' | 'others'>, selection: Selection, deps: ExtrasDeps): Promise<{ extras: Extra[]; spared: number }> {
  const { files, refused } = deps;
  const leavesOut = new LeavesOut(files, deps.leaves.excludes, deps.leaves.leaveOut);
  const known = namesByFolder(selection);
  const ours = new Set([...decisions.files, ...decisions.others].map(({ path }) => path));
  const rulesOf = new Map<Item, FolderRules | undefined>();
  const extras: Extra[] = [];
  let spared = 0;
  for (const { item, path, action } of decisions.folders) {
    if (!item.own || action === 'new') continue;
    const names = item.path.split(deps.separator);
    const entries = listed(path, `/${item.path}`);
    if (entries === undefined) continue;
    const rules = leavesOut.empty ? undefined : leavesOut.folder(path, names, entries, item.folder && rulesOf.get(item.folder));
    rulesOf.set(item, rules);
    if (selection.partial.has(item)) continue;
    const here = files.lstat(path);
    const kept = known.get(item) ?? new Set();
    const isOtherSpelling = otherSpellings(path, kept);
    for (const entry of entries) {
      const full = join(path, entry.name);
      if (kept.has(entry.name) || ours.has(full) || isTemporary(entry.name) || isOtherSpelling(entry.name) || kept.has(databaseOf(entry.name) ?? '')) continue;
      await take(entry, full, names, rules, here?.device);
    }
  }
  return { extras, spared };

  /** Resolves to whether all of it goes. */
  async function take(entry: DirEntry, path: string, above: readonly string[], rules: FolderRules | undefined, device: bigint | undefined): Promise<boolean> {
    const breath = deps.breathe();
    if (breath !== undefined) await breath;
    const names = [...above, entry.name];
    const stat = files.lstat(path);
    if (stat === undefined) return true;
    if (stays(entry, path, names, rules, stat, device)) {
      spared += 1;
      return false;
    }
    if (stat.type === 'dir' && !(await takeAll(path, names, rules, stat.device))) return false;
    extras.push({ path, shown: `/${names.join('/')}`, type: stat.type, seen: seenOf(stat), bytes: stat.type === 'file' ? stat.size : 0 });
    return true;
  }

  async function takeAll(path: string, names: readonly string[], above: FolderRules | undefined, device: bigint): Promise<boolean> {
    const entries = listed(path, `/${names.join('/')}`);
    if (entries === undefined) return false;
    if (entries.some(({ name, type }) => name === homeMarker && type === 'file')) {
      spared += 1;
      return false;
    }
    const rules = leavesOut.empty ? undefined : leavesOut.folder(path, names, entries, above);
    let all = true;
    for (const entry of entries) all = (await take(entry, join(path, entry.name), names, rules, device)) && all;
    return all;
  }

  function stays(entry: DirEntry, path: string, names: readonly string[], rules: FolderRules | undefined, stat: FileStat, device: bigint | undefined): boolean {
    if (stat.type === 'socket' || stat.type === 'irregular' || stat.device !== device) return true;
    if (deps.forbiddenIds.includes(`${stat.device}:${stat.inode}`) || deps.forbidden.some((folder) => isInside(path, folder, deps.platform))) return true;
    return rules !== undefined && (leavesOut.byName(rules, names, entry.name, stat.type === 'dir') ?? leavesOut.byStat(rules, stat)) !== undefined;
  }

  function listed(path: string, shown: string): DirEntry[] | undefined {
    try {
      return files.readdir(path).sort((a, b) => compareNames(a.name, b.name));
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      refused.add(shown, errno);
      return undefined;
    }
  }

  /** Where the file system takes another spelling for the same name, what is listed may be an entry of the snapshot. */
  function otherSpellings(folder: string, kept: ReadonlySet<string>): (name: string) => boolean {
    let folded: Map<string, string> | undefined;
    return (name) => {
      folded ??= new Map([...kept].map((one) => [fold(one), one]));
      const other = folded.get(fold(name));
      return other !== undefined && files.lstat(join(folder, other))?.inode === files.lstat(join(folder, name))?.inode;
    };
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Everything the snapshot has in each folder, restored or not. */
function namesByFolder({ items, spared }: Selection): Map<Item, Set<string>> {
  const names = new Map<Item, Set<string>>();
  const add = (folder: Item, name: string): void => {
    const known = names.get(folder);
    if (known === undefined) names.set(folder, new Set([name]));
    else known.add(name);
  };
  for (const { folder, path } of items) if (folder !== undefined) add(folder, basename(path));
  for (const [folder, refused] of spared) for (const name of refused) add(folder, name);
  return names;
}
