// Checks an evidence bundle from its file alone: no home, no network, memory that does not grow with it. Whatever does not hold to the letter
// is refused; what holds is a report that says against which key.
import type { EvidenceReport } from '../../../../contract/evidence.ts';
import { throwIfAborted } from '../../kit/errors.ts';
import { createHasher, genesisHash } from '../hash.ts';
import type { HeaderFields } from '../header.ts';
import { RightEdge } from '../merkle/edge.ts';
import { leafHash, sameHash } from '../merkle/hash.ts';
import { checkConsistency, checkInclusion } from '../merkle/proofs.ts';
import { encodeBase64 } from '../note/index.ts';
import { decodeLine, formatLastLine, Head, limits, parseHashes, parseLine, PlainEntry, ProvenEntry, type Entry } from './bundle-format.ts';
import { checkPayload, noPayloads, openHeader } from './entry-check.ts';
import { ErasureLedger } from './erasure-ledger.ts';
import { openCheckpoint, walkKeys, type KeyChain, type OpenedCheckpoint } from './key-chain.ts';
import type { LineReader } from './line-reader.ts';
import { at, missing, refuse } from './refuse.ts';
import { isKeyRotation } from './rotation-event.ts';

export interface Given {
  /** Keys that the reader got elsewhere; the log's key must be one of them. Empty: none at hand. */
  keys: readonly string[];
  /** A signed checkpoint that the reader holds. */
  held?: string | undefined;
}

export interface VerifyRun {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Lets others have a turn. */
  pause(): Promise<void>;
}

const entriesPerTurn = 500;

/** Throws EVIDENCE_REFUSED; EVIDENCE_MISSING when the reader's checkpoint cannot be compared; CANCELLED. */
export async function verifyBundle(reader: LineReader, given: Given, { signal, onProgress, pause }: VerifyRun): Promise<EvidenceReport> {
  const first = reader.next(limits.head) ?? refuse('cut-off', 'the file is empty');
  const check = at({ line: 1 }, () => new BundleCheck(parseLine(first, Head), given));
  const { entries, complete } = check.head;
  for (let done = 0; done < entries; done++) {
    if (done % entriesPerTurn === 0) {
      throwIfAborted(signal);
      onProgress?.(done, entries);
      await pause();
    }
    const line = reader.next(limits.entry) ?? refuse('cut-off', `${entries} entries are announced, ${done} are there`);
    at({ line: reader.line }, () => check.entry(parseLine(line, complete ? PlainEntry : ProvenEntry)));
  }
  const { line, sha256 } = reader.last(limits.last);
  if (line === undefined) refuse('cut-off', 'the last line is missing');
  at({ line: reader.line }, () => {
    if (`${decodeLine(line)}\n` !== formatLastLine(entries, sha256)) refuse('last-line', 'the last line does not fit what is before it');
    if (!reader.atEnd()) refuse('last-line', 'the file goes on after its last line');
  });
  onProgress?.(entries, entries);
  return check.finish();
}

class BundleCheck {
  readonly head: Head;
  readonly #checkpoint: OpenedCheckpoint;
  readonly #chain: KeyChain;
  readonly #report: Pick<EvidenceReport, 'verdict' | 'key' | 'held'>;
  readonly #rotations: ReadonlyMap<number, string>;
  /** Roots that the tree must have at a size, where all entries are there to tell. */
  readonly #milestones = new Map<number, { root: Uint8Array; refuse: () => never }>();
  readonly #tree = new RightEdge();
  readonly #hasher = createHasher();
  readonly #erasures = new ErasureLedger();
  readonly #payloads = noPayloads();
  #last = -1;
  /** Chain hash after the last entry. */
  #chained: string;

  constructor(head: Head, given: Given) {
    this.head = head;
    this.#checkpoint = openCheckpoint(head.checkpoint, head.origin, 'the checkpoint');
    const { size, root } = this.#checkpoint;
    if (size !== head.size) refuse('size', `the checkpoint is of ${size} entries, not ${head.size}`);
    if (head.entries > size || (head.complete && head.entries !== size)) refuse('size', `${head.entries} entries cannot be announced for ${size}`);
    const { chain, ancestors } = walkKeys(head.origin, head.vkey, head.rotations);
    this.#chain = chain;
    this.#rotations = new Map(ancestors.map(({ index, header }) => [index, header]));
    const key = this.#judgeKey(given.keys);
    const older = this.#openOlder();
    for (const ancestor of ancestors) this.#requireBeginning(ancestor, older, () => refuse('rotation', `nothing shows that the log went on from the change of key at entry ${ancestor.index}`));
    const held = given.held === undefined ? null : this.#compareHeld(given.held, older);
    if (head.complete) this.#milestones.set(size, { root, refuse: () => refuse('root', 'the entries together do not give the root that was signed') });
    this.#report = { verdict: key.from === 'given' ? 'verified' : 'consistent', key, held };
    this.#chained = genesisHash(head.origin);
    if (head.complete) this.#reachMilestone();
  }

  #judgeKey(keys: readonly string[]): EvidenceReport['key'] {
    const pinned = keys.find((vkey) => this.#chain.has(vkey));
    if (keys.length > 0 && pinned === undefined) refuse('foreign-key', 'no key that was given leads to the one that signed');
    return { vkey: pinned ?? this.#chain.first, from: pinned === undefined ? 'file' : 'given', signer: this.#chain.signer(this.#checkpoint, 'the checkpoint') };
  }

  /** Older checkpoints in the first line, each proven to be a beginning. */
  #openOlder(): OpenedCheckpoint[] {
    return this.head.consistency.map(({ checkpoint, proof }) => {
      const older = openCheckpoint(checkpoint, this.head.origin, 'an older checkpoint');
      this.#chain.signer(older, 'an older checkpoint');
      if (!checkConsistency({ oldSize: older.size, oldRoot: older.root, newSize: this.#checkpoint.size, newRoot: this.#checkpoint.root, path: parseHashes(proof) })) {
        refuse('consistency', `the checkpoint of ${older.size} entries is not shown to be a beginning of this one`);
      }
      return older;
    });
  }

  /** A complete bundle shows it by its entries, any other by a listed proof. */
  #requireBeginning(older: OpenedCheckpoint, listed: readonly OpenedCheckpoint[], fail: () => never): void {
    if (older.size > this.#checkpoint.size) fail();
    if (older.size === this.#checkpoint.size) {
      if (!sameHash(older.root, this.#checkpoint.root)) fail();
    } else if (this.head.complete) this.#setMilestone(older, fail);
    else if (!listed.some(({ size, root }) => size === older.size && sameHash(root, older.root))) fail();
  }

  #setMilestone({ size, root }: OpenedCheckpoint, fail: () => never): void {
    const known = this.#milestones.get(size);
    if (known !== undefined && !sameHash(known.root, root)) fail();
    this.#milestones.set(size, known ?? { root, refuse: fail });
  }

  #compareHeld(text: string, older: readonly OpenedCheckpoint[]): EvidenceReport['held'] {
    const held = openCheckpoint(text, this.head.origin, 'the checkpoint that you hold');
    const { size } = this.#checkpoint;
    if (held.size > size) missing('behind', { held: held.size, size });
    this.#chain.signer(held, 'the checkpoint that you hold');
    const forked = (): never => refuse('held', `the checkpoint of ${held.size} entries that you hold is of another history`);
    const known = older.find((each) => each.size === held.size);
    if (held.size < size && !this.head.complete && known === undefined && held.size > 0) {
      missing('unproven', { held: held.size, size });
    }
    if (known !== undefined && !sameHash(known.root, held.root)) forked();
    if (held.size > 0) this.#requireBeginning(held, older, forked);
    return { size: held.size, relation: held.size === size ? 'same' : 'beginning' };
  }

  entry(entry: Entry): void {
    at({ entry: entry.index }, () => {
      const { complete, size } = this.head;
      const { index } = entry;
      if (complete ? index !== this.#last + 1 : index <= this.#last) refuse('order', `entry ${index} comes after entry ${this.#last}`);
      if (index >= size) refuse('order', `entry ${index} is beyond the ${size} that were signed`);
      const header = openHeader(entry.header, index);
      if (index === this.#last + 1 && header.prev !== this.#chained) refuse('chain', 'the entry does not follow the one before it');
      this.#chained = this.#hasher.chain(header.prev, entry.header);
      this.#last = index;
      this.#place(entry, leafHash(entry.header));
      // A change of key that the first line leaves out would keep the old key in force.
      if (isKeyRotation(header) && this.#rotations.get(index) !== entry.header) refuse('rotation', 'the first line leaves out this change of key');
      this.#open(header, entry);
    });
  }

  #place({ index, proof }: Entry, leaf: Uint8Array): void {
    if (this.head.complete) {
      this.#tree.append(leaf);
      this.#reachMilestone();
    } else {
      const { size, root } = this.#checkpoint;
      if (!checkInclusion({ index, size, leafHash: leaf, path: parseHashes(proof ?? []), root })) refuse('inclusion', 'the entry is not in the tree that was signed');
    }
  }

  #reachMilestone(): void {
    const milestone = this.#milestones.get(this.#tree.size);
    if (milestone !== undefined && !sameHash(this.#tree.root(), milestone.root)) milestone.refuse();
  }

  #open(header: HeaderFields, { payload }: Entry): void {
    const opened = checkPayload(this.#hasher, header, payload);
    this.#payloads[payload?.state ?? 'none'] += 1;
    if (payload?.state === 'erased') this.#erasures.claim(header, payload.by);
    this.#erasures.settle(header, opened);
  }

  finish(): EvidenceReport {
    this.#erasures.finish();
    const { origin, complete, entries, created } = this.head;
    const { size, root } = this.#checkpoint;
    return { kind: 'bundle', ...this.#report, origin, checkpoint: { size, root: encodeBase64(root) }, rotations: this.#chain.rotations, complete, entries, payloads: this.#payloads, created };
  }
}
