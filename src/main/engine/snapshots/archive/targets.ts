// The folders of a plan as one tree from the top of the file system down. Pure.
import type { PlatformPath } from 'node:path';

export interface TargetFolder {
  /** Where it lies; '' for the top of all. */
  path: string;
  /** True: everything below it is kept. Else only `children`. */
  whole: boolean;
  children: Map<string, TargetFolder>;
}

/** Paths without those that lie inside another one, each once, in the order given. All absolute and clean. */
export function reducePaths(paths: readonly string[], system: PlatformPath): string[] {
  const inside = (child: string, parent: string): boolean => child !== parent && child.startsWith(parent.endsWith(system.sep) ? parent : parent + system.sep);
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => inside(path, other)));
}

/** As restic nests them: `/home/u` is `home` with `u` in it; `C:\a` is `C` with `a` in it. */
export function targetTree(paths: readonly string[], system: PlatformPath): TargetFolder {
  return nested(reducePaths(paths, system), system, true);
}

/** Single entries: of a folder nothing but itself. */
export function entriesTree(paths: readonly string[], system: PlatformPath): TargetFolder {
  return nested(paths, system, false);
}

function nested(paths: readonly string[], system: PlatformPath, whole: boolean): TargetFolder {
  const top: TargetFolder = { path: '', whole: false, children: new Map() };
  for (const path of paths) {
    const root = system.parse(path).root;
    let folder = top;
    let at = root;
    if (system.sep === '\\') {
      const drive = root.replace(/[:\\]+/g, '');
      folder = child(folder, drive, root);
    }
    for (const name of path.slice(root.length).split(system.sep)) {
      if (name === '') continue;
      at = at.endsWith(system.sep) ? at + name : at + system.sep + name;
      folder = child(folder, name, at);
    }
    if (!whole) continue;
    folder.whole = true;
    if (folder === top) top.path = root;
  }
  return top;
}

function child(folder: TargetFolder, name: string, path: string): TargetFolder {
  const known = folder.children.get(name);
  if (known) return known;
  const made: TargetFolder = { path, whole: false, children: new Map() };
  folder.children.set(name, made);
  return made;
}
