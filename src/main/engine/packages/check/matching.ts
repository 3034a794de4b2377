// Two lists of things by path, of which one is said to be the other: matched one by one as they come. In two lists of one order only what is in one of them alone is
// held; in other orders more, in the worst case one list.
import type { ListCursor } from '../compact-list.ts';

export class Matching<S extends { path: string }, T extends { path: string }> {
  readonly #seen: ListCursor<S>;
  readonly #counts: (seen: S) => boolean;
  readonly #same: (seen: S, told: T) => void;
  readonly #onlySeen = new Map<string, S>();
  readonly #onlyTold = new Map<string, T>();
  /** Told once more while it was still not seen. */
  readonly #again: T[] = [];

  /** `seen`: the list that may still grow; only what `counts` is of interest. */
  constructor(seen: ListCursor<S>, counts: (seen: S) => boolean, same: (seen: S, told: T) => void) {
    this.#seen = seen;
    this.#counts = counts;
    this.#same = same;
  }

  told(told: T): void {
    const seen = this.#next();
    if (seen?.path === told.path) return this.#same(seen, told);
    if (seen !== undefined) this.#settle(seen);
    const before = this.#onlySeen.get(told.path);
    if (before !== undefined) {
      this.#onlySeen.delete(told.path);
      this.#same(before, told);
    } else if (this.#onlyTold.has(told.path)) this.#again.push(told);
    else this.#onlyTold.set(told.path, told);
  }

  /** The seen list is whole: what is left over on both sides. */
  end(): { onlySeen: S[]; onlyTold: T[] } {
    for (let seen = this.#next(); seen !== undefined; seen = this.#next()) this.#settle(seen);
    return { onlySeen: [...this.#onlySeen.values()], onlyTold: [...this.#onlyTold.values(), ...this.#again] };
  }

  #next(): S | undefined {
    let seen = this.#seen.next();
    while (seen !== undefined && !this.#counts(seen)) seen = this.#seen.next();
    return seen;
  }

  #settle(seen: S): void {
    const told = this.#onlyTold.get(seen.path);
    if (told === undefined) this.#onlySeen.set(seen.path, seen);
    else {
      this.#onlyTold.delete(seen.path);
      this.#same(seen, told);
    }
  }
}
