// Which paths may stand in a package, when they are written as when they are read: one rule for every platform, so that a package that was made
// on one opens on all. What only a target folder can tell (names that Windows reserves, letters that fold) is asked before unpacking.
import type { MemberType } from './model.ts';

/** Longest path, in bytes of UTF-8. */
const longestPath = 32_768;
// oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
const control = /[\x00-\x1f\x7f-\x9f]/;
const driveLetter = /^[A-Za-z]:/;

/** What is wrong with a path inside a package (a folder's without `/` at its end); undefined when nothing is. */
export function memberPathProblem(path: string): string | undefined {
  if (path === '') return 'its name is empty';
  if (!path.isWellFormed() || path.includes('\ufffd')) return 'its name is not UTF-8';
  if (Buffer.byteLength(path) > longestPath) return 'its name is too long';
  if (control.test(path)) return 'its name holds a control character';
  if (path.includes('\\')) return 'its name holds a backslash, which other systems take for a folder';
  if (path.startsWith('/') || driveLetter.test(path)) return 'its name is an absolute path';
  for (const part of path.split('/')) {
    if (part === '..') return 'its name leads out of the package';
    if (part === '' || part === '.') return 'its name holds an empty part';
  }
  return undefined;
}

/**
 * What is wrong with a symbolic link's target; undefined when nothing is. It may go up, then down by names, and must stay inside. Nothing goes up
 * after a name: so no link, followed through others, can leave the package.
 */
export function linkTargetProblem(path: string, target: string): string | undefined {
  if (target === '' || !target.isWellFormed() || target.includes('\ufffd') || control.test(target) || target.includes('\\') || Buffer.byteLength(target) > longestPath) return 'it is a link whose target cannot be written on every system';
  if (target.startsWith('/') || driveLetter.test(target)) return 'it is a link to an absolute path';
  let depth = path.split('/').length - 1;
  let named = false;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') named = true;
    else if (named || depth-- === 0) return 'it is a link that leads out of the package';
  }
  return undefined;
}

const reservedOnWindows = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:[. ]|$)/i;

/** What Windows would not take, or take for another name; undefined when nothing is. */
export function windowsNameProblem(path: string): string | undefined {
  for (const part of path.split('/')) {
    if (/[<>:"|?*]/.test(part)) return 'its name holds a character that Windows does not allow';
    if (/[. ]$/.test(part)) return 'its name ends in a dot or a space, which Windows drops';
    if (reservedOnWindows.test(part)) return 'its name is reserved on Windows';
  }
  return undefined;
}

/** The members so far, by path; `implied` are folders that were not said yet, only what is in them. */
export interface MemberNames {
  types: Map<string, MemberType>;
  implied: Set<string>;
}

export function noMembers(): MemberNames {
  return { types: new Map(), implied: new Set() };
}

/** Takes the member in: each path once, and nothing below what is no folder. Says what is wrong with its place among the others. */
export function addMember({ types, implied }: MemberNames, path: string, type: MemberType): string | undefined {
  // A folder may be said after what is in it was.
  if (types.has(path) && !(type === 'folder' && implied.has(path))) return 'it is in the package twice';
  implied.delete(path);
  types.set(path, type);
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const parent = path.slice(0, at);
    const known = types.get(parent);
    if (known === 'folder') return undefined;
    if (known !== undefined) return 'it lies below something that is no folder';
    types.set(parent, 'folder');
    implied.add(parent);
  }
  return undefined;
}
