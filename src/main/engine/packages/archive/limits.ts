import type { ReadLimits } from './model.ts';
import { refuse } from './refuse.ts';

/** What no bomb is, however it is made: below it the ratio does not count. */
const harmlessBytes = 1 << 30;

/** The same for whoever writes one and for whoever reads one, so that nobody makes what nobody reads. A reader takes some 90 bytes of memory for each. */
export const mostMembers = 5_000_000;

/** Without anything that says how much a package holds. Nothing that people pack is two hundred times smaller, except by the gigabyte of zeros: then the manifest beside it tells. */
export const defaultLimits: ReadLimits = { members: mostMembers, fileBytes: Number.MAX_SAFE_INTEGER, totalBytes: Number.MAX_SAFE_INTEGER, ratio: 200 };

/** Counts what an archive claims to hold. */
export class Budget {
  readonly #path: string;
  readonly #limits: ReadLimits;
  readonly #packedBytes: number;
  #members = 0;
  #bytes = 0;

  constructor(path: string, limits: ReadLimits, packedBytes: number) {
    this.#path = path;
    this.#limits = limits;
    this.#packedBytes = packedBytes;
  }

  member(name: string): void {
    if (++this.#members > this.#limits.members) refuse(this.#path, name, `it holds more than ${this.#limits.members} files`);
  }

  bytes(name: string, count: number): void {
    this.#bytes += count;
    if (count > this.#limits.fileBytes) refuse(this.#path, name, 'it is larger than it may be');
    if (this.#bytes > this.#limits.totalBytes) refuse(this.#path, name, 'there is more in the package than its manifest says');
    if (this.#bytes > harmlessBytes && this.#bytes > this.#limits.ratio * this.#packedBytes) refuse(this.#path, name, `it would unpack to more than ${this.#limits.ratio} times its size; put its manifest beside it if it is yours`);
  }
}
