// Signed checkpoints of the tree (C2SP tlog-checkpoint). A new one is signed only in the transaction that has just proven that the tree continues
// the last one, so this log never says two things. Which key signs is what the record itself says: the first pinned one, until a
// `log.key-rotated` event names the next.
import { VarveError, isVarveError } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import type { Appended, NewEvent } from '../model.ts';
import { checkConsistency, consistencyPath } from '../merkle/proofs.ts';
import { BadNote, formatCheckpoint, formatNote, formatVkey, makeVkey, parseCheckpoint, parseNote, parseVkey, signText, verifyNote, type Vkey } from '../note/index.ts';
import type { LogKeys } from './keys.ts';
import type { TreeStore } from './store.ts';

/** A checkpoint is due after so many entries, or so long after the last one when there are new entries. */
export const entriesPerCheckpoint = 1000;
export const checkpointEveryMs = 5 * 60_000;

export interface SignedCheckpoint {
  /** Entries it covers: 0 to size - 1. */
  size: number;
  /** Base64 of the root. */
  root: string;
  /** The signed note, verbatim. */
  note: string;
  /** When it was signed, by this computer's clock; no part of what is signed. */
  at: string;
}

export interface SigningKey {
  /** The public key with its name, as verifiers want it. */
  vkey: string;
  /** The first entry whose checkpoints it signs; undefined for a key that is made but not in force yet. */
  since: number | undefined;
  current: boolean;
}

export interface CheckpointDeps {
  db: Database;
  clock: Pick<Clock, 'now' | 'setTimer'>;
  origin: string;
  keys: LogKeys;
  tree: TreeStore;
  append(events: readonly NewEvent[], inside?: (appended: readonly Appended[]) => void): Appended[];
}

export interface Checkpoints {
  latest(): SignedCheckpoint | undefined;
  /** Newest first, at most `limit`, those below size `before`. */
  list(options: { before?: number | undefined; limit: number }): SignedCheckpoint[];
  /** Is there something new that should be signed by now? */
  due(): boolean;
  /** Signs the log as it is, if there is anything new. Throws VAULT_LOCKED or SECRET_MISSING without keys, LOG_DAMAGED when the tree does not continue the last checkpoint. */
  sign(): SignedCheckpoint;
  /** The same, loading the keys first. */
  signNow(): Promise<SignedCheckpoint>;
  /** Loads the keys meanwhile, so that `signNow` need not wait for them; whether that fails is its business. */
  prepare(): void;
  /** Signs if it is due, loading the keys for it; what keeps it from signing is remembered in `failure`. For the end of a short command. */
  signIfDue(): Promise<void>;
  /** The same for whoever keeps the log open: at once and every five minutes. Returns the disposer, which signs a last time. */
  keepSigned(): () => void;
  /** Called by the append transaction at its end. */
  grown(size: number): void;
  /** Every signing key this log has had, oldest first, as far as they are known here. */
  signingKeys(): SigningKey[];
  /** Makes a new key and puts it in force: one event, and a checkpoint over it signed with both. */
  rotate(reason?: string): Promise<{ seq: number; vkey: string; checkpoint: SignedCheckpoint }>;
  /** Why the last attempt to sign failed; undefined after a success. */
  readonly failure: VarveError | undefined;
}

interface Row {
  size: number;
  note: string;
  at_ms: number;
}

export function createCheckpoints({ db, clock, origin, keys, tree, append }: CheckpointDeps): Checkpoints {
  let failure: VarveError | undefined;

  const damaged = (what: string): never => {
    throw new VarveError('LOG_DAMAGED', `${db.path}: ${what}`, { what });
  };

  function describe({ size, note, at_ms: atMs }: Row): SignedCheckpoint {
    try {
      const { root } = parseCheckpoint(parseNote(note).text);
      return { size, root: Buffer.from(root).toString('base64'), note, at: new Date(atMs).toISOString() };
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
      return damaged(`checkpoint ${size} is not a signed note: ${error.message}`);
    }
  }

  const latest = (): SignedCheckpoint | undefined => {
    const row = db.prepare('SELECT size, note, at_ms FROM checkpoints ORDER BY size DESC LIMIT 1').get<Row>();
    return row && describe(row);
  };

  /** Keys in the order in which the record put them in force. */
  function rotations(): { seq: number; vkey: Vkey }[] {
    const rows = db
      .prepare("SELECT p.seq AS seq, p.body AS body FROM actions a JOIN facts f ON f.action = a.no JOIN payloads p ON p.seq = f.seq WHERE a.name = 'log.key-rotated' ORDER BY f.seq")
      .all<{ seq: number; body: string }>();
    return rows.map(({ seq, body }) => {
      try {
        return { seq, vkey: parseVkey((JSON.parse(body) as { vkey: string }).vkey) };
      } catch {
        return damaged(`entry ${seq} names a signing key that is none`);
      }
    });
  }

  function currentKey(): Vkey {
    const last = rotations().at(-1)?.vkey;
    if (last !== undefined) return last;
    const first = keys.pinned()[0];
    if (first === undefined) throw new VarveError('SECRET_MISSING', 'the public signing key is not known', { name: 'log-signing' });
    return makeVkey(origin, first);
  }

  function seedOf(vkey: Vkey): Uint8Array {
    const open = keys.open();
    if (open === undefined) throw new VarveError('VAULT_LOCKED', 'the signing key is not loaded', { path: 'keys.json' });
    const seed = open.seed(vkey.publicKey);
    if (seed === undefined) throw new VarveError('SECRET_MISSING', 'the signing key that the record names is not in keys.json', { name: 'log-signing' });
    return seed;
  }

  /** Throws LOG_DAMAGED unless the tree of `size` continues what was signed last, by one of our keys. */
  function proveContinuation(last: SignedCheckpoint, size: number): void {
    const { text, signatures } = parseNote(last.note);
    const signed = parseCheckpoint(text);
    const ours = [...keys.pinned().map((key) => makeVkey(origin, key)), ...rotations().map(({ vkey }) => vkey)];
    try {
      verifyNote({ text, signatures }, ours);
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
      damaged(`checkpoint ${last.size} was not signed by a key of this log`);
    }
    if (signed.origin !== origin || signed.size !== last.size) damaged(`checkpoint ${last.size} speaks of another log or size`);
    if (signed.size > size) damaged(`the record has ${size} entries, but a checkpoint of ${signed.size} was signed`);
    const proof = { oldSize: signed.size, oldRoot: signed.root, newSize: size, newRoot: tree.root(size), path: consistencyPath(signed.size, size, tree.read) };
    if (!checkConsistency(proof)) damaged(`the tree does not continue checkpoint ${signed.size}`);
  }

  /** Inside a transaction. */
  function signWith(signers: readonly Vkey[]): SignedCheckpoint {
    const size = tree.size();
    const last = latest();
    if (last !== undefined) {
      proveContinuation(last, size);
      if (last.size === size) return last;
    }
    const text = formatCheckpoint({ origin, size, root: tree.root(size) });
    const note = formatNote(text, signers.map((vkey) => signText({ text, name: vkey.name, seed: seedOf(vkey) })));
    const row = { size, note, at_ms: Math.floor(clock.now()) };
    db.prepare('INSERT INTO checkpoints (size, note, at_ms) VALUES (?, ?, ?)').run(row.size, row.note, row.at_ms);
    return describe(row);
  }

  const sign = (): SignedCheckpoint => {
    const signed = db.transaction(() => signWith([currentKey()]));
    failure = undefined;
    return signed;
  };

  /** For signing on the side: what was asked for has been done, and must not fail because of it. */
  function trySigning(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isVarveError(error)) throw error;
      failure = error;
    }
  }

  const lastSigned = (): { size: number; at_ms: number } | undefined => db.prepare('SELECT size, at_ms FROM checkpoints ORDER BY size DESC LIMIT 1').get<{ size: number; at_ms: number }>();

  function due(): boolean {
    const last = lastSigned();
    const size = tree.size();
    if (last === undefined) return size > 0;
    return size - last.size >= entriesPerCheckpoint || (size > last.size && clock.now() - last.at_ms >= checkpointEveryMs);
  }

  async function loadAnd(work: () => void): Promise<void> {
    try {
      await keys.load();
      work();
    } catch (error) {
      if (!isVarveError(error)) throw error;
      failure = error;
    }
  }

  return {
    latest,
    list: ({ before, limit }) => db.prepare('SELECT size, note, at_ms FROM checkpoints WHERE size < ? ORDER BY size DESC LIMIT ?').all<Row>(before ?? Number.MAX_SAFE_INTEGER, limit).map(describe),
    due,
    sign,
    signNow: async () => {
      await keys.load();
      return sign();
    },
    prepare: () => void keys.load().catch(() => undefined),
    signIfDue: async () => (due() ? loadAnd(sign) : undefined),
    keepSigned() {
      let cancelTimer: (() => void) | undefined;
      let stopped = false;
      const signNew = (): void => {
        if (keys.open() !== undefined && tree.size() > (lastSigned()?.size ?? 0)) trySigning(sign);
      };
      const round = (): void => {
        cancelTimer = clock.setTimer(checkpointEveryMs, round);
        void loadAnd(() => (stopped ? undefined : signNew()));
      };
      round();
      return () => {
        stopped = true;
        cancelTimer?.();
        signNew();
      };
    },
    grown(size) {
      if (keys.open() === undefined || size - (lastSigned()?.size ?? 0) < entriesPerCheckpoint) return;
      trySigning(() => db.transaction(() => signWith([currentKey()])));
    },
    signingKeys() {
      const changes = rotations();
      const first = keys.pinned()[0];
      const known = [...(first === undefined ? [] : [{ seq: -1, vkey: makeVkey(origin, first) }]), ...changes];
      const pending = keys.pinned().filter((key) => !known.some(({ vkey }) => Buffer.from(vkey.publicKey).equals(key)));
      return [
        ...known.map(({ seq, vkey }, at) => ({ vkey: formatVkey(vkey.name, vkey.publicKey), since: seq + 1, current: at === known.length - 1 })),
        ...pending.map((key) => ({ vkey: formatVkey(origin, key), since: undefined, current: false }))
      ];
    },
    async rotate(reason) {
      await keys.load();
      const before = currentKey();
      const newest = keys.pinned().at(-1);
      // A key that was made before a crash, and that no event names yet, is the one to use.
      const unused = newest !== undefined && !Buffer.from(newest).equals(before.publicKey) && !rotations().some(({ vkey }) => Buffer.from(vkey.publicKey).equals(newest));
      const next = makeVkey(origin, unused ? newest : await keys.addSigningKey());
      const vkey = formatVkey(next.name, next.publicKey);
      let checkpoint: SignedCheckpoint | undefined;
      const event: NewEvent = { action: 'log.key-rotated', category: 'record', payload: { vkey, previous: formatVkey(before.name, before.publicKey), ...(reason === undefined ? {} : { reason }) } };
      const [appended] = append([event], () => {
        checkpoint = signWith([before, next]);
      });
      return { seq: (appended as Appended).seq, vkey, checkpoint: checkpoint as SignedCheckpoint };
    },
    get failure() {
      return failure;
    }
  };
}
