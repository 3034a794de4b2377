// Whether there is nothing to tell of a value on both sides: it says the same in the same order, however it is written.
import { writtenAlike, type JsonDocument } from './json-document.ts';
import { sameKey } from './json-keys.ts';

/** Levels that are gone down. */
const mostLevels = 8;

export class Likeness {
  readonly #a: JsonDocument;
  readonly #b: JsonDocument;
  /** Behind the last values that were found to be the same. */
  #endA = 0;
  #endB = 0;

  constructor(a: JsonDocument, b: JsonDocument) {
    [this.#a, this.#b] = [a, b];
  }

  /** False, too, where it would take more than a short look: of what is large, or goes deep, and is written otherwise. */
  alike(atA: number, atB: number): boolean {
    return writtenAlike(this.#a, atA, this.#b, atB) || this.#same(atA, atB, 0);
  }

  #same(atA: number, atB: number, level: number): boolean {
    const [a, b] = [this.#a, this.#b];
    const kind = a.kind(atA);
    if (kind !== b.kind(atB)) return false;
    if (kind === 'scalar' || level === mostLevels || a.large(atA) !== undefined || b.large(atB) !== undefined) {
      [this.#endA, this.#endB] = [a.end(atA), b.end(atB)];
      return writtenAlike(a, atA, b, atB) || (kind === 'scalar' && this.#sameScalar(atA, atB));
    }
    let [childA, childB] = [a.first(atA), b.first(atB)];
    while (childA >= 0 && childB >= 0) {
      if (kind === 'object') {
        if (!sameKey(a, childA, b, childB)) return false;
        [childA, childB] = [a.valueOf(childA), b.valueOf(childB)];
      }
      if (!this.#same(childA, childB, level + 1)) return false;
      [childA, childB] = [a.next(this.#endA), b.next(this.#endB)];
    }
    [this.#endA, this.#endB] = [~childA, ~childB];
    return childA < 0 && childB < 0;
  }

  #sameScalar(atA: number, atB: number): boolean {
    const [a, b] = [this.#a, this.#b];
    if (a.isPlain(atA) && b.isPlain(atB)) return false;
    return a.isString(atA) && b.isString(atB) ? a.string(atA) === b.string(atB) : a.scalar(atA) === b.scalar(atB);
  }
}
