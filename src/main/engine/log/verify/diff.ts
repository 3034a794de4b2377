// Names what happened to entries by the authenticated list of leaf hashes (evidence format, section 9). A row is an entry of the record when the
// list has its hash at the place that its own header gives; every other row is foreign. What the list has and no row has is missing. A foreign
// row that claims a missing place is that entry, edited; the other foreign rows were put in, and the rest of what is missing was taken out, or cut
// off where it reaches the end. Rows of the record that stand after a later one changed their order. One pass, two bits per entry.
import type { BreakKind } from '../../../../contract/verify.ts';
import type { Database } from '../../store/index.ts';
import { chainHashSql } from '../chain-column.ts';
import { createHasher } from '../hash.ts';
import { parseHeader } from '../header.ts';
import { Bits, Places } from './bits.ts';
import type { BreakFound } from './break.ts';
import type { HashList } from './list.ts';
import { leafText } from './text-edge.ts';

export interface KindFound {
  what: BreakKind;
  first: number;
  count: number;
  detail: string;
}

interface Row {
  seq: number;
  hash: string;
  header: string;
}

/** How a foreign row reads, for the words. */
type Form = 'not canonical' | 'with its hash' | 'in place';

const rowsPerRead = 2000;
/** So many foreign rows are remembered with the place where they stand; of the others only the place that they claim. */
const keptForeign = 10_000;

export class ListDiff {
  readonly #db: Database;
  readonly #list: HashList;
  readonly #hasher = createHasher();
  /** Places whose entry stands somewhere, and places that a foreign row claims. */
  readonly #found: Bits;
  readonly #claimed: Bits;
  /** By the place they claim. */
  readonly #foreign = new Map<number, { place: number; form: Form }>();
  readonly #inserted = new Places();
  /** Entries that stand after a later one, at another place than their own, and before it. */
  readonly #late = new Places();
  readonly #moved = new Places();
  readonly #up = new Places();

  constructor(db: Database, list: HashList) {
    this.#db = db;
    this.#list = list;
    this.#found = new Bits(list.size);
    this.#claimed = new Bits(list.size);
  }

  /** Everything that differs, the first index first; nothing when the rows are the listed ones. */
  async run(pause: (done: number) => Promise<void>): Promise<KindFound[]> {
    let highest = -1;
    let done = 0;
    for (let above = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = this.#db.prepare(`SELECT seq, ${chainHashSql(this.#db)} AS hash, header FROM entries WHERE seq > ? ORDER BY seq LIMIT ${rowsPerRead}`).all<Row>(above);
      for (const row of rows) {
        const own = this.#take(row);
        if (own === undefined) continue;
        if (own < highest) this.#late.add(own);
        highest = Math.max(highest, own);
      }
      above = rows.at(-1)?.seq ?? above;
      done += rows.length;
      await pause(done);
      if (rows.length < rowsPerRead) break;
    }
    return this.#name().sort((a, b) => a.first - b.first || b.count - a.count);
  }

  /** The place in the record of an entry of it; undefined for a foreign row, and for a copy. */
  #take({ seq: place, hash, header: text }: Row): number | undefined {
    const header = parseHeader(text);
    if (header === undefined || this.#list.leaf(header.seq) !== leafText(text)) {
      const claims = header?.seq ?? place;
      if (claims < 0 || claims >= this.#list.size || this.#claimed.has(claims)) this.#inserted.add(place);
      else {
        this.#claimed.add(claims);
        const form = (): Form => (header === undefined ? 'not canonical' : this.#hasher.chain(header.prev, text) === hash ? 'with its hash' : 'in place');
        if (this.#foreign.size < keptForeign) this.#foreign.set(claims, { place, form: form() });
      }
      return undefined;
    }
    const own = header.seq;
    if (this.#found.has(own)) {
      this.#inserted.add(place);
      return undefined;
    }
    this.#found.add(own);
    if (place !== own) this.#moved.add(own);
    if (place < own) this.#up.add(own);
    return own;
  }

  #name(): KindFound[] {
    const edited = new Places();
    const inserted = this.#inserted;
    const removed = new Places();
    const cut = new Places();
    for (let index = 0; index < this.#list.size; index++) {
      const [there, claimed] = [this.#found.has(index), this.#claimed.has(index)];
      if (claimed && there) inserted.add(this.#foreign.get(index)?.place ?? index);
      else if (claimed) edited.add(index);
      if (!there && !claimed) cut.add(index);
      else {
        // Something is there, so what was missing before it was not the end.
        removed.join(cut);
        cut.clear();
      }
    }
    const order = inserted.count + removed.count > 0 ? this.#late : this.#moved;
    const kinds: { what: BreakKind; at: Places; detail: string }[] = [
      { what: 'edited', at: edited, detail: describeEdited(edited, this.#foreign.get(edited.first)?.form) },
      { what: 'inserted', at: inserted, detail: describeInserted(inserted) },
      { what: 'removed', at: removed, detail: describeRemoved(removed, this.#up.count > 0) },
      { what: 'cut-off', at: cut, detail: describeCut(cut) },
      { what: 'reordered', at: order, detail: describeOrder(order) }
    ];
    return kinds.filter(({ at }) => at.count > 0).map(({ what, at: { first, count }, detail }) => ({ what, first, count, detail }));
  }
}

function describeEdited({ first, count }: Places, form: Form | undefined): string {
  if (count > 1) return `${count} entries were edited, the first is ${first}`;
  if (form === 'not canonical') return `the header of entry ${first} is not in its canonical form`;
  return form === 'with its hash' ? `entry ${first} was edited together with its hash` : `entry ${first} was edited in place`;
}

function describeInserted({ first, count }: Places): string {
  return count === 1 ? `a foreign entry stands at place ${first}` : `${count} foreign entries were put in, the first at place ${first}`;
}

function describeRemoved({ first, last, count }: Places, movedUp: boolean): string {
  if (count === 1) return movedUp ? `entry ${first} is gone and the rest was moved up` : `entry ${first} is gone`;
  if (last - first + 1 !== count) return `${count} entries are gone, the first is ${first}`;
  return movedUp ? `entries ${first} to ${last} are gone and the rest was moved up` : `entries ${first} to ${last} are gone`;
}

function describeCut({ first, count }: Places): string {
  return count === 1 ? `the record ends before entry ${first}, which was there` : `the record ends before entry ${first}; ${count} entries that were there are gone`;
}

function describeOrder({ first, count }: Places): string {
  return count === 1 ? `entry ${first} was moved to another place` : `${count} entries stand at other places than they were recorded at, the first is ${first}`;
}

/** The one that comes first, as a verdict names it. */
export function firstOf(kinds: readonly KindFound[]): BreakFound | undefined {
  const first = kinds[0];
  return first && { seq: first.first, what: first.what, detail: first.detail };
}
