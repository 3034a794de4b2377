// Which paths may stand in a package, when they are written as when they are read: one rule for every platform, so that a package that was made
// on one opens on all. What only a target folder can tell (names that Windows reserves, letters that fold) is asked before unpacking.
import { hash, randomBytes } from 'node:crypto';
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

const kinds: readonly MemberType[] = ['file', 'folder', 'symlink', 'hardlink'];
/** A folder that was not said yet, only what is in it. */
const implied = 5;
/** 96 bits of a salted SHA-256: two paths of millions are never taken for one, and nobody can make two that are. */
const words = 3;

/** The members so far, each path once and nothing below what is no folder. Paths are kept as their hashes: a million take some 30 MB. */
export class MemberNames {
  readonly #salt = randomBytes(16).toString('latin1');
  #slots = 1 << 10;
  #prints = new Uint32Array(this.#slots * words);
  /** 0: free; else 1 + place in `kinds`, or `implied`. */
  #types = new Uint8Array(this.#slots);
  #taken = 0;

  /** Takes the member in, or says what is wrong with its place among the others: it is there already, or lies below what is no folder. */
  add(path: string, type: MemberType): 'twice' | 'below' | undefined {
    const slot = this.#find(path);
    const known = this.#types[slot];
    // A folder may be said after what is in it was.
    if (known !== 0 && !(type === 'folder' && known === implied)) return 'twice';
    this.#set(slot, 1 + kinds.indexOf(type));
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = this.#find(path.slice(0, at));
      const above = this.#types[parent] as number;
      if (kinds[above - 1] === 'folder') return undefined;
      if (above !== 0 && above !== implied) return 'below';
      if (above === implied) return undefined;
      this.#set(parent, implied);
    }
    return undefined;
  }

  /** Takes the path in wherever it lies; true when it was there already. */
  meets(path: string): boolean {
    const slot = this.#find(path);
    if (this.#types[slot] !== 0) return true;
    this.#set(slot, implied);
    return false;
  }

  typeOf(path: string): MemberType | undefined {
    const known = this.#types[this.#find(path)] as number;
    return known === implied ? 'folder' : kinds[known - 1];
  }

  /** Nothing is asked any more. */
  clear(): void {
    [this.#slots, this.#prints, this.#types, this.#taken] = [1 << 10, new Uint32Array((1 << 10) * words), new Uint8Array(1 << 10), 0];
  }

  #print: [number, number, number] = [0, 0, 0];

  /** The slot of the path, or the free one where it belongs. */
  #find(path: string): number {
    const digest = hash('sha256', this.#salt + path, 'hex');
    this.#print = [0, 8, 16].map((at) => Number.parseInt(digest.slice(at, at + 8), 16)) as [number, number, number];
    return this.#place(this.#print);
  }

  #place([a, b, c]: [number, number, number]): number {
    for (let slot = a & (this.#slots - 1); ; slot = (slot + 1) & (this.#slots - 1)) {
      if (this.#types[slot] === 0) return slot;
      const at = slot * words;
      if (this.#prints[at] === a && this.#prints[at + 1] === b && this.#prints[at + 2] === c) return slot;
    }
  }

  /** `slot`: as `#find` gave it last. */
  #set(slot: number, type: number): void {
    const fresh = this.#types[slot] === 0;
    this.#types[slot] = type;
    this.#prints.set(this.#print, slot * words);
    if (fresh && ++this.#taken > this.#slots * 0.7) this.#grow();
  }

  #grow(): void {
    const [prints, types] = [this.#prints, this.#types];
    this.#slots *= 2;
    this.#prints = new Uint32Array(this.#slots * words);
    this.#types = new Uint8Array(this.#slots);
    for (const [slot, type] of types.entries()) {
      if (type === 0) continue;
      const print = prints.subarray(slot * words, slot * words + words);
      const to = this.#place(print as unknown as [number, number, number]);
      this.#prints.set(print, to * words);
      this.#types[to] = type;
    }
  }
}

/** Takes the member in; says what is wrong with its place among the others. */
export function addMember(names: MemberNames, path: string, type: MemberType): string | undefined {
  const wrong = names.add(path, type);
  if (wrong === undefined) return undefined;
  return wrong === 'twice' ? 'it is in the package twice' : 'it lies below something that is no folder';
}
