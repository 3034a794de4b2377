// What is packed is recomputed on the way: chain, leaves, tree, and what each line says of its payload. Stops at nothing and throws nothing: what does
// not fit is named, and the packing goes on.
import type { Database } from '../../store/index.ts';
import { genesisHash } from '../hash.ts';
import { BadNote, parseCheckpoint, parseNote } from '../note/index.ts';
import { HeaderHashes } from '../verify/header-hashes.ts';
import { hasTable, HashList } from '../verify/list.ts';
import { TextEdge, textOf } from '../verify/text-edge.ts';
import type { EntryLine } from './entry-line.ts';
import { isDamage } from './entry-rows.ts';
import { segmentOf, segmentPath } from './format.ts';

export interface ColdDamage {
  /** undefined: of the record as a whole. */
  seq?: number;
  what: string;
}

/** What the manifest says of the record (docs/formats/log-package.md, "The manifest"). */
export interface ColdSummary {
  /** Events that were packed. */
  events: number;
  segments: number;
  firstId: string | null;
  lastId: string | null;
  /** Chain hash after the last event, hex. */
  lastHash: string | null;
  /** Everything was there and fitted. Of signatures it says nothing. */
  valid: boolean;
  /** Entries that the newest checkpoint covers. */
  checkpointSize: number | null;
  /** For each segment that erasures changed, the events that explain them. */
  erasures: { path: string; events: number[]; eventCount: number }[];
  damage: ColdDamage[];
  damageCount: number;
}

const namedDamage = 100;
const namedErasures = 1000;

export class ColdCheck {
  readonly #db: Database;
  readonly #list: HashList | undefined;
  readonly #hashes = new HeaderHashes();
  readonly #edge: TextEdge;
  readonly #checkpoint: { size: number; note: string } | undefined;
  readonly #root: string | undefined;
  readonly #damage: ColdDamage[] = [];
  readonly #erasures = new Map<number, Set<number>>();
  #damageCount = 0;
  #head: string;
  #next = 0;
  #events = 0;
  #segments = 0;
  /** Of the last entry. */
  #segment = 0;
  #first: string | null = null;
  #last: string | null = null;
  #lastHash: string | null = null;
  /** Where an entry is missing or another, the tree over what follows says nothing. */
  #whole = true;
  #rooted = false;

  constructor(db: Database, origin: string, checkpoint: { size: number; note: string } | undefined) {
    this.#db = db;
    this.#head = genesisHash(origin);
    this.#checkpoint = checkpoint;
    this.#list = this.#guarded(() => new HashList(db));
    this.#root = this.#readCheckpoint(origin);
    let upperFits = true;
    this.#edge = new TextEdge(undefined, (level, index, root) => {
      if (!upperFits || !this.#whole || this.#guarded(() => this.#list?.upper(level, index)) === root) return;
      upperFits = false;
      this.add({ what: `level ${level} of the tree does not hold the hash of its part ${index}` });
    });
    this.#countStray();
  }

  add(damage: ColdDamage): void {
    this.#damageCount += 1;
    if (this.#damage.length < namedDamage) this.#damage.push(damage);
  }

  /** Entries in order. */
  take(seq: number, line: EntryLine, headerText: unknown): void {
    const { header, hash, what, by } = line;
    if (seq !== this.#next) this.#missing(this.#next, seq);
    this.#next = seq + 1;
    this.#events += 1;
    if (segmentOf(seq) !== this.#segment) {
      this.#segment = segmentOf(seq);
      this.#segments += 1;
    }
    if (what !== undefined) this.add({ seq, what });
    if (by !== undefined) this.#erasedBy(seq, by);
    if (header !== undefined) {
      this.#first ??= header.id;
      if (hash !== undefined) this.#follow(seq, header.prev, hash, headerText as string);
    }
    this.#last = header?.id ?? null;
    this.#lastHash = hash ?? null;
    if (header === undefined || hash === undefined) this.#whole = false;
    if (hash !== undefined) this.#head = hash;
  }

  /** An entry that the file does not give. */
  unreadable(seq: number, why: string): void {
    this.add({ seq, what: `cannot be read: ${why}` });
    if (seq === this.#next) this.#next += 1;
    this.#whole = false;
  }

  /** After the last entry. */
  finish(): ColdSummary {
    const listed = this.#list?.size ?? 0;
    const reached = this.#next;
    if (this.#whole && listed !== reached) this.add({ what: `the tree has ${listed} leaves, and there are ${reached} entries` });
    if (this.#checkpoint !== undefined && this.#root !== undefined && !this.#rooted && this.#checkpoint.size > 0) this.add({ what: this.#checkpoint.size > reached ? `the newest checkpoint covers ${this.#checkpoint.size} entries` : 'the entries do not have the root of the newest checkpoint' });
    return {
      events: this.#events,
      segments: this.#segments,
      firstId: this.#first,
      lastId: this.#last,
      lastHash: this.#lastHash,
      valid: this.#damageCount === 0,
      checkpointSize: this.#checkpoint?.size ?? null,
      erasures: [...this.#erasures].sort(([a], [b]) => a - b).map(([no, events]) => ({ path: segmentPath(no), events: [...events].sort((a, b) => a - b).slice(0, namedErasures), eventCount: events.size })),
      damage: this.#damage,
      damageCount: this.#damageCount
    };
  }

  #follow(seq: number, prev: string, hash: string, text: string): void {
    const computed = this.#hashes.chain(this.#head, text);
    if (prev !== this.#head || computed !== hash) this.add({ seq, what: 'does not follow from the entry before: the chain is broken' });
    if (!this.#whole) return;
    const leaf = this.#hashes.leaf();
    if (this.#guarded(() => this.#list?.leaf(seq)) !== leaf) {
      this.add({ seq, what: 'is not the entry that the tree lists' });
      this.#whole = false;
      return;
    }
    this.#edge.append(leaf);
    if (this.#edge.size === this.#checkpoint?.size) this.#rooted = this.#edge.root() === this.#root;
  }

  #missing(from: number, to: number): void {
    this.add({ seq: from, what: to - from === 1 ? 'is missing' : `${to - from} entries are missing` });
    this.#whole = false;
  }

  #erasedBy(seq: number, by: number): void {
    const no = segmentOf(seq);
    const events = this.#erasures.get(no) ?? new Set();
    events.add(by);
    this.#erasures.set(no, events);
  }

  /** The root as text; undefined when the note says nothing of this tree. */
  #readCheckpoint(origin: string): string | undefined {
    if (this.#checkpoint === undefined) return undefined;
    try {
      const { origin: named, size, root } = parseCheckpoint(parseNote(this.#checkpoint.note).text);
      if (named === origin && size === this.#checkpoint.size) return textOf(root);
      this.add({ what: 'the newest checkpoint is not one of this record' });
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
      this.add({ what: 'the newest checkpoint is not a signed note' });
    }
    return undefined;
  }

  #countStray(): void {
    const stray = this.#guarded(() => this.#db.prepare('SELECT count(*) AS count FROM entries WHERE seq < 0 OR seq > 9007199254740991').get<{ count: number }>()?.count) ?? 0;
    if (stray > 0) this.add({ what: `${stray} entries have a place that is no number of an entry; they are not packed` });
  }

  #guarded<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.add({ what: `the list of entries or the tree cannot be read: ${error.message}` });
      return undefined;
    }
  }
}

/** The newest signed checkpoint as it is kept. */
export function newestCheckpoint(db: Database): { size: number; note: string } | undefined {
  if (!hasTable(db, 'checkpoints')) return undefined;
  return db.prepare('SELECT size, note FROM checkpoints WHERE size >= 0 AND size <= 9007199254740991 ORDER BY size DESC LIMIT 1').get<{ size: number; note: string }>();
}
