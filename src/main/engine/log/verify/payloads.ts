// Payloads against their headers while the rows go by: intact, locked, none, erased, or gone. Keeps nothing for an entry whose row in `erased` points
// to an event that does name it, so that memory stays flat whatever was erased; the others are asked about at the end (unexplained.ts).
import type { Database } from '../../store/index.ts';
import { namesEntry, readErasure, type Erasure } from '../erasure.ts';
import type { Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import type { BreakFound } from './break.ts';

/** What log.db keeps for one payload; `sealed`: there is ciphertext instead of a text. */
export interface PayloadRow {
  seq: number;
  body: string | null;
  salt: string | null;
  sealed: boolean;
}

/** open: the text and the secret behind its commitment. locked: ciphertext, and no key to open it with. unfit: not kept as the header says. */
export type Opened = { state: 'open'; body: string; salt: string } | { state: 'locked' } | { state: 'unfit'; found?: BreakFound };

/** Brings a payload to its text. Whether that text is the recorded one is decided here, by its commitment, and never there. */
export type OpenPayload = (row: PayloadRow, header: HeaderFields) => Opened;

const saltPattern = /^[0-9a-f]{64}$/;

/** Are text and secret there, and such that a commitment can be computed from them? */
export function isKept(row: { body: unknown; salt: unknown }): row is { body: string; salt: string } {
  return typeof row.body === 'string' && typeof row.salt === 'string' && saltPattern.test(row.salt);
}

/** Plain payloads; ciphertext stays locked. */
export const openPlain: OpenPayload = (row, header) => {
  if (header.payload?.enc === 'a256gcm') return row.sealed ? { state: 'locked' } : { state: 'unfit' };
  if (row.sealed) return { state: 'unfit' };
  const kept: { body: unknown; salt: unknown } = row;
  return isKept(kept) ? { state: 'open', body: kept.body, salt: kept.salt } : { state: 'unfit' };
};

export interface PayloadCounts {
  intact: number;
  locked: number;
  erased: number;
  none: number;
}

interface Checked {
  found?: BreakFound;
  text?: string;
  erased?: boolean;
}

const nothing: Checked = {};

export class PayloadCheck {
  readonly counts: PayloadCounts = { intact: 0, locked: 0, erased: 0, none: 0 };
  readonly #db: Database;
  readonly #hasher: Hasher;
  readonly #open: OpenPayload;
  /** Seqs of those that are gone and not explained by where `erased` points, in order. */
  readonly gone: number[] = [];
  /** The last few events that were asked what they erase. */
  readonly #events = new Map<number, Erasure | undefined>();

  constructor(db: Database, hasher: Hasher, open: OpenPayload = openPlain) {
    this.#db = db;
    this.#hasher = hasher;
    this.#open = open;
  }

  /** `text`: the payload, when it opened; for those who read what it says. `erased`: it is gone, and an event says why. */
  check(row: PayloadRow, there: boolean, header: HeaderFields): Checked {
    const { seq } = row;
    const mark = header.payload;
    if (mark === null) {
      if (there) return { found: { seq, what: 'edited', detail: `entry ${seq} has a payload now, but was recorded without one` } };
      this.counts.none += 1;
      return nothing;
    }
    if (!there) {
      if (!this.#isErased(seq, header)) {
        this.gone.push(seq);
        return nothing;
      }
      this.counts.erased += 1;
      return { erased: true };
    }
    const opened = this.#open(row, header);
    if (opened.state === 'unfit') return { found: opened.found ?? { seq, what: 'edited', detail: `the payload of entry ${seq} is not kept as its header says` } };
    if (opened.state === 'locked') {
      this.counts.locked += 1;
      return nothing;
    }
    const commit = this.#hasher.commit(opened.salt, opened.body);
    if (commit !== mark.commit || Buffer.byteLength(opened.body, 'utf8') !== mark.size) return { found: this.#explain(seq, commit) };
    this.counts.intact += 1;
    return { text: opened.body };
  }

  /** A payload that opens another entry's commitment was moved here; any other was edited. */
  #explain(seq: number, commit: string): BreakFound {
    const other = this.#db.prepare("SELECT seq FROM entries WHERE CASE WHEN json_valid(header) THEN header ->> '$.payload.commit' END = ? LIMIT 1").get<{ seq: number }>(commit);
    if (other !== undefined && other.seq !== seq) return { seq, what: 'payload-swapped', detail: `entry ${seq} carries the payload that was recorded with entry ${other.seq}` };
    return { seq, what: 'edited', detail: `the payload of entry ${seq} is not the one that was recorded` };
  }

  #isErased(seq: number, header: HeaderFields): boolean {
    const event = this.#db.prepare('SELECT event FROM erased WHERE seq = ?').get<{ event: number }>(seq)?.event;
    if (event === undefined || event <= seq) return false;
    if (!this.#events.has(event)) {
      if (this.#events.size > 16) this.#events.clear();
      this.#events.set(event, erasureAt(this.#db, this.#hasher, event));
    }
    const erasure = this.#events.get(event);
    return erasure !== undefined && namesEntry(erasure, seq, header.category);
  }
}

/** What the event at `seq` says about payloads that are gone; only a payload that opens its commitment says anything. */
export function erasureAt(db: Database, hasher: Hasher, seq: number): Erasure | undefined {
  const row = db.prepare('SELECT e.header AS header, p.body AS body, p.salt AS salt FROM entries e JOIN payloads p ON p.seq = e.seq WHERE e.seq = ?').get<{ header: string; body: string | null; salt: string | null }>(seq);
  const header = row === undefined ? undefined : parseHeader(row.header);
  if (row === undefined || header === undefined || !isKept(row)) return undefined;
  return hasher.commit(row.salt, row.body) === header.payload?.commit ? readErasure(header.action, row.body) : undefined;
}
