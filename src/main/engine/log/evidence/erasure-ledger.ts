// While a bundle is read: which contents are said to be erased by a later entry, until that entry comes and says so itself, by its opened
// payload. Memory grows with the number of erasing entries, not with what they erased.
import type { Category } from '../../../../contract/log.ts';
import { namesEntry, readErasure } from '../erasure.ts';
import type { HeaderFields } from '../header.ts';
import { refuse } from './refuse.ts';

/** One erasure names at most so many single entries. */
const maxNamed = 10_000;
const maxOpen = 100_000;

interface Claims {
  /** Single entries, until there are more than one event can name. */
  named: { index: number; category: Category }[];
  /** First and last entry of each category. */
  ranges: Map<Category, { from: number; to: number }>;
}

export class ErasureLedger {
  readonly #open = new Map<number, Claims>();

  /** Entry `index` says that entry `by` erased its content. */
  claim({ seq, category }: HeaderFields, by: number): void {
    if (by <= seq) refuse('erasure', `entry ${seq} cannot have been erased by entry ${by}`);
    let claims = this.#open.get(by);
    if (claims === undefined) {
      if (this.#open.size >= maxOpen) refuse('erasure', `more than ${maxOpen} erasing entries are waited for at once`);
      this.#open.set(by, (claims = { named: [], ranges: new Map() }));
    }
    if (claims.named.length <= maxNamed) claims.named.push({ index: seq, category });
    const range = claims.ranges.get(category);
    if (range === undefined) claims.ranges.set(category, { from: seq, to: seq });
    else range.to = seq;
  }

  /** Entry `index` has come; `body` is its opened payload, if it has one. */
  settle({ seq, action }: HeaderFields, body: string | undefined): void {
    const claims = this.#open.get(seq);
    if (claims === undefined) return;
    this.#open.delete(seq);
    const erasure = body === undefined ? undefined : readErasure(action, body);
    if (erasure === undefined) refuse('erasure', `entry ${seq} does not say that it erased anything`);
    if (erasure.kind === 'entries' && claims.named.length > maxNamed) refuse('erasure', `entry ${seq} cannot have named all that it is said to have erased`);
    const unnamed =
      erasure.kind === 'entries'
        ? claims.named.find(({ index, category }) => !namesEntry(erasure, index, category))?.index
        : [...claims.ranges].flatMap(([category, { from, to }]) => [from, to].filter((index) => !namesEntry(erasure, index, category)))[0];
    if (unnamed !== undefined) refuse('erasure', `entry ${seq} does not say that it erased entry ${unnamed}`);
  }

  /** At the end of the bundle. */
  finish(): void {
    const by = this.#open.keys().next().value;
    if (by !== undefined) refuse('erasure', `entry ${by}, which is said to have erased others, is not in the file`);
  }
}
