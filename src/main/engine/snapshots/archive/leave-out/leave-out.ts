// Everything that a plan leaves out, asked by whoever walks its folders: the snapshot, the count before it, and the preview. What is named by
// the plan itself is always kept; what lies below something left out is left out without being asked for.
import { join } from 'node:path';
import type { LeaveOut, LeftOutBy } from '../../../../../contract/snapshots.ts';
import { encodeName } from '../../../kit/names.ts';
import type { DirEntry, Files, FileStat } from '../../../ports.ts';
import { compileExcludes, type Excludes } from '../excludes.ts';
import { askGitignore, parseGitignore, type GitRule } from './gitignore.ts';
import { cacheMarker, carriesMarker, parseMarker, type Marker } from './markers.ts';

export type { LeftOutBy };

/** What holds in one folder. */
export interface FolderRules {
  /** Everything but these names is left out because of a marker. */
  marked: { by: 'cache' | 'marker'; kept: ReadonlySet<string> } | undefined;
  /** Rules of `.gitignore` files from the outermost on, each with the number of names down to its folder. */
  git: readonly { rules: readonly GitRule[]; depth: number }[];
  /** The device of the path the plan names. */
  device: bigint | undefined;
  names: readonly string[];
}

const gitignore = '.gitignore';
const gitignoreLimitBytes = 4 * 1024 * 1024;

export class LeavesOut {
  /** Nothing is left out by a pattern, a marker or git: nobody needs to keep names. */
  readonly empty: boolean;
  readonly #files: Files;
  readonly #rules: LeaveOut;
  readonly #excludes: Excludes;
  readonly #caseless: Excludes;
  readonly #markers: readonly { marker: Marker; by: 'cache' | 'marker' }[];

  /** Throws BAD_INPUT for a pattern that cannot be read. */
  constructor(files: Files, excludes: readonly string[], rules: LeaveOut) {
    this.#files = files;
    this.#rules = rules;
    this.#excludes = compileExcludes(excludes);
    this.#caseless = compileExcludes(rules.caseless.map((pattern) => pattern.toLowerCase()));
    this.#markers = [...(rules.caches ? [{ marker: parseMarker(cacheMarker), by: 'cache' as const }] : []), ...rules.ifPresent.map((text) => ({ marker: parseMarker(text), by: 'marker' as const }))];
    this.empty = this.#excludes.empty && this.#caseless.empty && this.#markers.length === 0 && !rules.gitignore && rules.largerThan === null && !rules.oneFileSystem;
  }

  /** What holds in a folder, from its entries. `above`: the folder it was met in; none for a path the plan names. */
  folder(path: string, names: readonly string[], entries: readonly DirEntry[], above: FolderRules | undefined): FolderRules {
    const marking = this.#markers.filter(({ marker }) => carriesMarker(this.#files, path, entries, marker, join));
    // A file is kept only where it is every marker's own: another marker leaves it out.
    const marked = marking[0] && { by: marking[0].by, kept: new Set(marking.every(({ marker }) => marker.name === marking[0]?.marker.name) ? [marking[0].marker.name] : []) };
    const device = this.#rules.oneFileSystem ? (above?.device ?? this.#files.stat(path)?.device) : undefined;
    return { marked, git: this.#rules.gitignore ? this.#gitRules(path, names, entries, above) : [], device, names };
  }

  /** Why an entry is left out, from its name and kind; undefined when it is not. */
  byName(folder: FolderRules, names: readonly string[], name: string, isFolder: boolean): LeftOutBy | undefined {
    if (folder.marked !== undefined && !folder.marked.kept.has(name)) return folder.marked.by;
    if (!this.#excludes.empty && this.#excludes.matches(names)) return 'pattern';
    if (!this.#caseless.empty && this.#caseless.matches(names.map((each) => each.toLowerCase()))) return 'pattern';
    for (let i = folder.git.length - 1; i >= 0; i--) {
      const { rules, depth } = folder.git[i] as { rules: readonly GitRule[]; depth: number };
      const answer = askGitignore(rules, bytesOf(names.slice(depth)), isFolder);
      if (answer !== undefined) return answer === 'out' ? 'gitignore' : undefined;
    }
    return undefined;
  }

  /** Why an entry is left out, from what the file system says of it. A mounted folder is kept, without what lies in it. */
  byStat(folder: FolderRules, stat: FileStat): LeftOutBy | undefined {
    const { largerThan } = this.#rules;
    if (folder.device !== undefined && stat.device !== folder.device && stat.type !== 'dir') return 'file-system';
    if (largerThan !== null && stat.type === 'file' && stat.size > largerThan) return 'size';
    return undefined;
  }

  /** True for a folder on another file system: it is kept empty. */
  isElsewhere(folder: FolderRules, stat: FileStat): boolean {
    return folder.device !== undefined && stat.device !== folder.device;
  }

  /** Rules end at a repository of git inside another, as git itself has it. */
  #gitRules(path: string, names: readonly string[], entries: readonly DirEntry[], above: FolderRules | undefined): FolderRules['git'] {
    const isTop = entries.some(({ name }) => name === '.git');
    const outer = isTop ? [] : above === undefined ? this.#gitRulesAbove(path, names) : above.git;
    const own = entries.some(({ name, type }) => name === gitignore && type === 'file') ? this.#readRules(path) : [];
    return own.length > 0 ? [...outer, { rules: own, depth: names.length }] : outer;
  }

  /** For a path inside a repository: the rules from its top down to it. Nothing when it is in none. */
  #gitRulesAbove(path: string, names: readonly string[]): FolderRules['git'] {
    const found: { rules: readonly GitRule[]; depth: number }[] = [];
    for (let folder = join(path, '..'), depth = names.length - 1; depth >= 0; folder = join(folder, '..'), depth--) {
      const rules = this.#readRules(folder);
      if (rules.length > 0) found.unshift({ rules, depth });
      if (this.#isThere(join(folder, '.git'))) return found;
    }
    return [];
  }

  #isThere(path: string): boolean {
    try {
      return this.#files.lstat(path) !== undefined;
    } catch {
      return false;
    }
  }

  #readRules(folder: string): readonly GitRule[] {
    try {
      const path = join(folder, gitignore);
      return this.#files.lstat(path)?.type === 'file' ? parseGitignore(this.#files.readFile(path, gitignoreLimitBytes)) : [];
    } catch {
      return [];
    }
  }
}

/** One character per byte. */
function bytesOf(names: readonly string[]): string {
  return names.map((name) => Buffer.from(encodeName(name)).toString('latin1')).join('/');
}
