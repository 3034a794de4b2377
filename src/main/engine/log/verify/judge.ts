// From what the walk over the checkpoints and the reading of the entries came across to the one thing that a verdict names: the first entry that does
// not fit, what happened to it, and up to where the record is trustworthy all the same, resting on what.
import type { Verdict } from '../../../../contract/verify.ts';
import type { Database } from '../../store/index.ts';
import { createHasher } from '../hash.ts';
import { explainBreak, type BreakFound } from './break.ts';
import { firstOf, ListDiff, type KindFound } from './diff.ts';
import type { KeyFault } from './keys.ts';
import type { HashList } from './list.ts';
import { strayNames } from './names.ts';
import type { OwnTree } from './own-tree.ts';
import type { RowReport } from './rows.ts';
import type { SealWalk } from './seal-walk.ts';
import { explainGone } from './unexplained.ts';

export interface Break extends BreakFound {
  trustworthyBelow?: number;
  restsOn?: Extract<Verdict, { kind: 'broken' }>['restsOn'];
  kinds?: readonly KindFound[];
}

export interface Findings {
  list: HashList;
  rows: RowReport;
  walk: SealWalk;
  /** Set when the stored list is not the signed one: then it is the entries that were compared with the checkpoints. */
  own: OwnTree | undefined;
  keyFault: KeyFault | undefined;
  /** The first entry that was read. */
  from: number;
}

export class Judge {
  /** Highest seq that the tables beside `entries` speak of. */
  readonly leftover: number | undefined;
  readonly #db: Database;
  readonly #total: number;
  readonly #pause: () => Promise<void>;
  readonly #hasher = createHasher();

  constructor({ db, total, pause }: { db: Database; total: number; pause: () => Promise<void> }) {
    this.#db = db;
    this.#total = total;
    this.#pause = pause;
    this.leftover = db.prepare('SELECT max(seq) AS seq FROM (SELECT max(seq) AS seq FROM payloads UNION ALL SELECT max(seq) FROM facts)').get<{ seq: number | null }>()?.seq ?? undefined;
  }

  /** undefined when nothing is wrong. Counts in `rows` what turned out to be erased after all. */
  async find(findings: Findings): Promise<Break | undefined> {
    const { rows, walk, own, keyFault } = findings;
    const { found, kinds } = await this.#inEntries(findings);
    const gone = explainGone(this.#db, this.#hasher, rows, found?.seq ?? Infinity);
    rows.payloads.erased += gone.erased;
    const inEntries = gone.found ?? found ?? this.#atEnd(findings);
    const inSeals = [this.#inTree(findings), walk.fault && { seq: walk.fault.after, what: walk.fault.what, detail: walk.fault.detail }, keyFault];
    const first = [inEntries, ...inSeals].reduce((least, one) => (one !== undefined && (least === undefined || one.seq < least.seq) ? one : least), undefined);
    return first && { seq: first.seq, what: first.what, detail: first.detail, kinds, ...trust(inEntries, walk, own) };
  }

  /** What is wrong with the entries and their order, their payloads or columns. */
  async #inEntries({ list, rows, walk, own }: Findings): Promise<{ found: BreakFound | undefined; kinds: readonly KindFound[] }> {
    const { stop, reached } = rows;
    if (stop?.by === 'content') return { found: stop.found, kinds: [] };
    const byChain = (): BreakFound => explainBreak({ db: this.#db, hasher: this.#hasher, expected: reached, previous: rows.head });
    if (own) {
      if (stop?.by === 'chain') return { found: byChain(), kinds: [] };
      if (stop) return { found: betweenSeals(own), kinds: [] };
      if (own.misfit) return { found: { seq: reached, what: 'cut-off', detail: `the record ends before entry ${reached}, but a checkpoint over ${own.misfit.size} entries was signed` }, kinds: [] };
      return { found: undefined, kinds: [] };
    }
    if (stop === undefined && reached === list.size) return { found: undefined, kinds: [] };
    // Beyond the last checkpoint nothing vouches for the list; there the chain, which an edit leaves behind more often, speaks first.
    if (stop?.by === 'chain' && reached >= (walk.good?.size ?? 0)) return { found: byChain(), kinds: [] };
    const kinds = await new ListDiff(this.#db, list).run(this.#pause);
    // The same headers in the same order: then it is a stored chain hash.
    return { found: firstOf(kinds) ?? byChain(), kinds };
  }

  /** What is wrong with the stored tree while the entries are the signed ones. */
  #inTree({ own, walk }: Findings): BreakFound | undefined {
    if (own) {
      const seq = own.listDiffers ?? this.#total;
      return own.misfit ? undefined : { seq, what: 'edited', detail: `the stored list of hashes was changed at entry ${seq}; the entries themselves are the ones that were sealed` };
    }
    return walk.upper && { seq: walk.upper.first, what: 'edited', detail: `level ${walk.upper.level} of the stored tree was changed at entry ${walk.upper.first}; the entries themselves are not affected` };
  }

  #atEnd({ rows, from }: Findings): BreakFound | undefined {
    const end = rows.reached;
    if (this.leftover !== undefined && this.leftover >= end) {
      return { seq: end, what: 'cut-off', detail: `the record ends before entry ${end}, but rows that belong to entries up to ${this.leftover} are still there` };
    }
    const below = this.#db.prepare('SELECT min(seq) AS seq FROM entries').get<{ seq: number | null }>()?.seq ?? 0;
    if (below < 0) return { seq: 0, what: 'inserted', detail: `an entry stands at place ${below}, before the beginning` };
    return this.#strayColumns(from, end) ?? strayNames(this.#db, { from, end, introduced: rows.introduced });
  }

  #strayColumns(from: number, end: number): BreakFound | undefined {
    const stray = this.#db.prepare('SELECT count(*) AS count FROM facts WHERE seq >= ?').get<{ count: number }>(from)?.count;
    if (stray !== end - from) return { seq: end, what: 'edited', detail: 'the list columns do not have exactly one row per entry' };
    if (from > 0) return undefined;
    // The unique index answers this; where somebody dropped it, SQLite sorts.
    const twice = this.#db.prepare('SELECT max(seq) AS seq FROM facts GROUP BY id HAVING count(*) > 1 LIMIT 1').get<{ seq: number }>()?.seq;
    return twice === undefined ? undefined : { seq: twice, what: 'inserted', detail: `entry ${twice} has the id of an earlier one` };
  }
}

/** The chain is whole, yet the tree over the entries is not the one that was sealed: somebody wrote everything anew from some entry on. */
function betweenSeals(own: OwnTree): BreakFound {
  const from = own.good?.size ?? 0;
  return { seq: from, what: 'edited', detail: `the record was written anew from some entry on, ${from} at the earliest: entries ${from} to ${(own.misfit?.size ?? from + 1) - 1} are not the ones that the checkpoint of size ${own.misfit?.size ?? ''} seals` };
}

/** Entries before the first bad one count only where something that was signed covers them. What is wrong with the tree or a seal takes nothing from them. */
function trust(inEntries: BreakFound | undefined, walk: SealWalk, own: OwnTree | undefined): Pick<Break, 'trustworthyBelow' | 'restsOn'> {
  const good = own ? own.good : walk.good;
  if (good === undefined) return {};
  return { trustworthyBelow: Math.min(inEntries?.seq ?? Infinity, good.size), restsOn: { kind: own ? 'checkpoint' : 'list', size: good.size } };
}
