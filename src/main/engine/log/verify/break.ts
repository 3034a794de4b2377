// Names what happened at the first entry that does not fit, from the chain alone (evidence format, section 9, last paragraph): where the list of
// leaf hashes cannot be relied on, and for what it does not hold. It knows more (diff.ts); here some answers stay "one of two", and the detail says so.
import type { BreakKind } from '../../../../contract/verify.ts';
import type { Database } from '../../store/index.ts';
import { chainHashSql } from '../chain-column.ts';
import type { Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';

export interface BreakFound {
  seq: number;
  what: BreakKind;
  detail: string;
}

interface Row {
  seq: number;
  hash: string;
  text: string;
  header: HeaderFields | undefined;
}

export function explainBreak({ db, hasher, expected, previous }: { db: Database; hasher: Hasher; expected: number; previous: string }): BreakFound {
  const rowAt = (seq: number): Row | undefined => {
    const row = db.prepare(`SELECT seq, ${chainHashSql(db)} AS hash, header AS text FROM entries WHERE seq = ?`).get<{ seq: number; hash: string; text: string }>(seq);
    return row === undefined ? undefined : { ...row, header: parseHeader(row.text) };
  };
  /** Does the entry's own hash follow from its own `prev`? Then it was once, or is now, part of some whole chain. */
  const wholeInItself = (row: Row): boolean => row.header !== undefined && hasher.chain(row.header.prev, row.text) === row.hash;
  /** Is this the entry that should stand at `expected`? */
  const belongsHere = (row: Row | undefined): boolean => row?.header !== undefined && row.header.seq === expected && row.header.prev === previous;
  /** Where the entry that calls itself `expected` stands now. Reads the whole table; happens once. */
  const elsewhere = (): number | undefined => db.prepare("SELECT seq FROM entries WHERE seq <> ? AND CASE WHEN json_valid(header) THEN header ->> '$.seq' END = ? LIMIT 1").get<{ seq: number }>(expected, expected)?.seq;

  const here = rowAt(expected);
  const next = rowAt(expected + 1);
  if (here === undefined) {
    const moved = elsewhere();
    if (moved !== undefined) return { seq: expected, what: 'reordered', detail: `entry ${expected} was moved to place ${moved}` };
    const following = db.prepare('SELECT min(seq) AS seq FROM entries WHERE seq > ?').get<{ seq: number | null }>(expected)?.seq;
    const last = following === null || following === undefined ? expected : following - 1;
    return { seq: expected, what: 'removed', detail: last > expected ? `entries ${expected} to ${last} are gone` : `entry ${expected} is gone` };
  }
  const { header } = here;
  if (!belongsHere(here) && belongsHere(next)) return { seq: expected, what: 'inserted', detail: `a foreign entry stands at place ${expected}, before the one that belongs there` };
  if (header === undefined) return { seq: expected, what: 'edited', detail: `the header of entry ${expected} is not in its canonical form` };
  if (header.seq !== expected) return explainOtherSeq(here, header);
  if (header.prev !== previous) {
    if (!wholeInItself(here)) return { seq: expected, what: 'edited', detail: `entry ${expected} was edited: it no longer follows the one before` };
    if (expected === 0) return { seq: 0, what: 'edited', detail: 'the record does not begin where the record of this home begins' };
    return { seq: expected - 1, what: 'edited', detail: `entry ${expected - 1} was replaced together with its hash: entry ${expected} still follows another one` };
  }
  // Right place, right predecessor, wrong hash: the header or the stored hash.
  if (belongsHere(next)) return { seq: expected, what: 'inserted', detail: `two entries claim place ${expected}` };
  const followed = next?.header?.prev === here.hash;
  return { seq: expected, what: 'edited', detail: followed ? `entry ${expected} was edited in place: the entries after it still follow the original` : `entry ${expected} does not match its recorded hash` };

  function explainOtherSeq(row: Row, own: HeaderFields): BreakFound {
    const before = expected > 0 ? rowAt(expected - 1) : undefined;
    if (own.seq === expected - 1 && before?.header?.prev === own.prev) return { seq: expected - 1, what: 'inserted', detail: `two entries claim place ${expected - 1}; one of them was put in` };
    if (!wholeInItself(row)) return { seq: expected, what: 'edited', detail: `the header of entry ${expected} was edited: it gives another place, ${own.seq}` };
    const moved = elsewhere();
    if (moved !== undefined) return { seq: expected, what: 'reordered', detail: `entry ${own.seq} stands at place ${expected}, entry ${expected} at place ${moved}` };
    if (own.seq > expected) return { seq: expected, what: 'removed', detail: own.seq - 1 > expected ? `entries ${expected} to ${own.seq - 1} are gone and the rest was moved up` : `entry ${expected} is gone and the rest was moved up` };
    return { seq: expected, what: 'inserted', detail: `an entry that gives place ${own.seq} stands at place ${expected}` };
  }
}
