// Names of one file, when only some of them come back: the others still stand where they stood, and the ones that come back become names of the same file
// again. Only for undoing, where what the safety snapshot says of a file can still be seen at its other names. Reads only.
import { dirname, join } from 'node:path';
import { errnoOf } from '../../kit/errors.ts';
import type { Files, FileStat } from '../../ports.ts';
import { hasContent, writesContent, type Decided } from './decide.ts';
import { seenOf } from './seen.ts';

export interface TwinsDeps {
  files: Files;
  /** Folders below which other names are looked for, as the restore was of them. */
  within: readonly string[];
  plainLength(id: string): number | undefined;
  /** Between entries; a promise when the caller needs to breathe. */
  breathe(): Promise<void> | undefined;
}

/** Sets `twin` of every file that is written and has another name which is there, untouched. */
export async function findTwins(decided: readonly Decided[], deps: TwinsDeps): Promise<void> {
  const { files } = deps;
  /** By the number of the file that they were names of. */
  const wanted = new Map<string, Decided[]>();
  for (const file of decided) {
    const number = numberOf(file);
    if (number === undefined || !writesContent(file.action)) continue;
    const known = wanted.get(number);
    if (known === undefined) wanted.set(number, [file]);
    else known.push(file);
  }
  // Names that the undoing looks at anyway: their content is proven, only their metadata may come back.
  for (const file of decided) {
    const number = numberOf(file);
    if (number === undefined || writesContent(file.action) || !wanted.has(number)) continue;
    const stat = files.lstat(file.path);
    if (stat !== undefined && String(stat.inode) === number) give(number, file.path, stat);
  }
  for (const top of deps.within) await look(top);

  function give(number: string, path: string, stat: FileStat): void {
    const left: Decided[] = [];
    for (const file of wanted.get(number) ?? []) {
      if (files.lstat(nearestFolder(files, file.path))?.device === stat.device) file.twin = { path, seen: seenOf(stat) };
      else left.push(file);
    }
    if (left.length === 0) wanted.delete(number);
    else wanted.set(number, left);
  }

  async function look(path: string): Promise<void> {
    if (wanted.size === 0) return;
    const breath = deps.breathe();
    if (breath !== undefined) await breath;
    const stat = attempt(() => files.lstat(path));
    if (stat?.type === 'dir') for (const { name, type } of attempt(() => files.readdir(path)) ?? []) if (type === 'dir' || type === 'file') await look(join(path, name));
    if (stat?.type !== 'file') return;
    const number = String(stat.inode);
    const [first] = wanted.get(number) ?? [];
    // A number is given to another file when its own is gone; that one has other content, or another time.
    if (first !== undefined && stat.mtimeNs === first.item.node.mtimeNs && attempt(() => hasContent(files, path, first.item.node.content ?? [], deps.plainLength)) === true) give(number, path, stat);
  }
}

/** What the system will not let us look at is no twin. */
function attempt<R>(work: () => R): R | undefined {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The first that is there, on the way up. */
function nearestFolder(files: Pick<Files, 'lstat'>, path: string): string {
  for (let at = dirname(path); ; at = dirname(at)) if (files.lstat(at) !== undefined || at === dirname(at)) return at;
}

/** undefined for a file of one name. */
function numberOf({ item: { node } }: Decided): string | undefined {
  return node.inode?.split(':')[1];
}
