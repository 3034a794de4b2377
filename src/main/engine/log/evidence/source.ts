// What evidence is made of, read from one state of the log: leaves, payloads with what opens them, tiles, signed checkpoints, changes of key.
// Everything read here is checked before it leaves: evidence that does not hold must not be handed out.
import type { LogFilter } from '../../../../contract/log.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { namesEntry, readErasure, type Erasure } from '../erasure.ts';
import { createHasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import { leafHash, sameHash } from '../merkle/hash.ts';
import { rootAt, type ReadSubtree } from '../merkle/proofs.ts';
import { encodeBase64, formatVkey, parseCheckpoint, parseNote } from '../note/index.ts';
import type { Reader } from '../read.ts';
import { createOpener } from '../sealed/sealing.ts';
import type { TreeStore } from '../tree/store.ts';
import type { EntryPayload } from './bundle-format.ts';
import { keyRotated, readKeyRotation } from './rotation-event.ts';
import { createSubtreeReader } from './subtrees.ts';

export interface SourceDeps {
  db: Database;
  origin: string;
  /** The first public key of the log, as known outside log.db. */
  firstKey: Uint8Array | undefined;
  reader: Pick<Reader, 'since'>;
  tree: Pick<TreeStore, 'tile'>;
  /** Day keys of encrypted payloads, where they may be opened. */
  findKey: ((id: string) => Uint8Array | undefined) | undefined;
}

export interface SourceEntry {
  index: number;
  /** The leaf, verbatim; its hash is the one in the tree. */
  header: string;
  fields: HeaderFields;
  row: PayloadRow;
}

interface PayloadRow {
  body: string | null;
  salt: string | null;
  sealed: number;
  event: number | null;
}

export interface SourceRotation {
  index: number;
  header: string;
  payload: string;
  salt: string;
  vkey: string;
  previous: string;
  /** The checkpoint that ends with it, signed with both keys. */
  note: string;
}

export interface EvidenceSource {
  readonly origin: string;
  readonly read: ReadSubtree;
  tile(level: number, no: number): Uint8Array | undefined;
  /** The newest checkpoint, or that of a size; its root is the tree's. */
  checkpoint(size?: number): { size: number; root: string; note: string } | undefined;
  /** Sizes of the newest checkpoints below a size, newest first. */
  sizesBelow(size: number, limit: number): number[];
  root(size: number): Uint8Array;
  firstVkey(): string;
  /** Changes of key among the first `size` entries, in order. */
  rotations(size: number): SourceRotation[];
  entry(index: number): SourceEntry;
  /** Entries by number, in order. */
  entries(indices: readonly number[]): SourceEntry[];
  /** Neighbouring entries from `from` on, at most `limit`, those below `below`. */
  range(from: number, below: number, limit: number): SourceEntry[];
  /** Entries above `after` that match, in order, and up to where was looked. */
  select(filter: LogFilter, after: number, limit: number): { seqs: number[]; reached: number };
  /** How many of these (all below a number) have encrypted payloads. */
  protectedOf(indices: readonly number[] | { below: number }): number;
  /** The payload as it can be disclosed now; encrypted ones only where they may be opened. Throws LOG_DAMAGED for one that is altered, or gone without a recorded reason. */
  disclose(entry: SourceEntry): EntryPayload;
  /** Entries that explain why payloads of these are gone. */
  explainingOf(indices: readonly number[]): number[];
}

const columns = `
  SELECT e.seq AS seq, e.header AS header, p.body AS body, p.salt AS salt, p.sealed IS NOT NULL AS sealed, x.event AS event
  FROM entries e LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN erased x ON x.seq = e.seq`;

const keptErasures = 100;

export function createSource({ db, origin, firstKey, reader, tree, findKey }: SourceDeps): EvidenceSource {
  const hasher = createHasher();
  const unseal = findKey && createOpener({ db, origin, hasher, find: findKey });
  const read = createSubtreeReader((level, no) => tree.tile(level, no));
  const erasures = new Map<number, Erasure | undefined>();

  const damaged = (what: string, seq?: number): never => {
    throw new VarveError('LOG_DAMAGED', `${db.path}: ${what}`, { what, ...(seq === undefined ? {} : { seq }) });
  };

  type Row = PayloadRow & { seq: number; header: string };

  function openEntry({ seq, header, ...row }: Row, expected: number): SourceEntry {
    const fields = parseHeader(header);
    if (seq !== expected || fields?.seq !== seq) return damaged(`entry ${expected} is missing or not in its canonical form`, expected);
    if (!sameHash(leafHash(header), read(0, seq))) damaged(`entry ${seq} is not the one in the tree`, seq);
    return { index: seq, header, fields, row };
  }

  function entry(index: number): SourceEntry {
    const row = db.prepare(`${columns} WHERE e.seq = ?`).get<Row>(index);
    if (row === undefined) throw new VarveError('NOT_FOUND', `the log has no entry ${index}`, { kind: 'event', name: String(index) });
    return openEntry(row, index);
  }

  function opens({ index, fields, row }: SourceEntry): { text: string; salt: string } {
    const { body, salt } = row;
    if (body === null || salt === null || hasher.commit(salt, body) !== fields.payload?.commit || Buffer.byteLength(body, 'utf8') !== fields.payload.size) {
      return damaged(`the payload of entry ${index} is not the one that was recorded`, index);
    }
    return { text: body, salt };
  }

  function discloseSealed({ index, fields }: SourceEntry): EntryPayload {
    if (unseal === undefined) return { state: 'withheld' };
    const opened = unseal(fields);
    if (opened === undefined || opened.state === 'altered') return damaged(`the encrypted payload of entry ${index} is not the one that was recorded`, index);
    return opened.state === 'locked' ? { state: 'locked' } : { state: 'opened', text: opened.text, salt: opened.salt };
  }

  /** What the entry says that it erased, by its own opened payload. */
  function erasureAt(index: number): Erasure | undefined {
    if (!erasures.has(index)) {
      if (erasures.size >= keptErasures) erasures.clear();
      const explaining = entry(index);
      erasures.set(index, explaining.row.body === null ? undefined : readErasure(explaining.fields.action, opens(explaining).text));
    }
    return erasures.get(index);
  }

  function erasedBy({ index, fields, row }: SourceEntry): number | undefined {
    if (fields.payload === null || row.body !== null || row.sealed === 1) return undefined;
    const erasure = row.event === null || row.event <= index ? undefined : erasureAt(row.event);
    if (row.event === null || erasure === undefined || !namesEntry(erasure, index, fields.category)) return damaged(`the payload of entry ${index} is gone and nothing in the record says why`, index);
    return row.event;
  }

  const root = (size: number): Uint8Array => rootAt(size, read);

  function openCheckpoint({ size, note }: { size: number; note: string }): { size: number; root: string; note: string } {
    const signed = parseCheckpoint(parseNote(note).text);
    if (signed.origin !== origin || signed.size !== size || !sameHash(signed.root, root(size))) damaged(`the tree is not the one of checkpoint ${size}`);
    return { size, note, root: encodeBase64(signed.root) };
  }

  function rotations(size: number): SourceRotation[] {
    const seqs = db.prepare('SELECT f.seq AS seq FROM actions a JOIN facts f ON f.action = a.no WHERE a.name = ? AND f.seq < ? ORDER BY f.seq').all<{ seq: number }>(keyRotated, size);
    return seqs.map(({ seq }) => {
      const changed = entry(seq);
      const { text, salt } = opens(changed);
      const named = readKeyRotation(changed.fields, text) ?? damaged(`entry ${seq} names no signing key`, seq);
      const checkpoint = db.prepare('SELECT size, note FROM checkpoints WHERE size = ?').get<{ size: number; note: string }>(seq + 1) ?? damaged(`the checkpoint that ends with the change of key at entry ${seq} is missing`, seq);
      return { index: seq, header: changed.header, payload: text, salt, ...named, note: openCheckpoint(checkpoint).note };
    });
  }

  const entries = (indices: readonly number[]): SourceEntry[] => {
    const rows = db.prepare(`${columns} WHERE e.seq IN (SELECT value FROM json_each(?)) ORDER BY e.seq`).all<Row>(JSON.stringify(indices));
    return indices.map((index, i) => openEntry(rows[i] ?? damaged(`entry ${index} is missing`, index), index));
  };

  return {
    origin,
    read,
    root,
    rotations,
    entry,
    entries,
    explainingOf(indices) {
      const erased = db.prepare('SELECT seq FROM erased WHERE seq IN (SELECT value FROM json_each(?))').all<{ seq: number }>(JSON.stringify(indices));
      return erased.flatMap(({ seq }) => erasedBy(entry(seq)) ?? []);
    },
    tile: (level, no) => tree.tile(level, no),
    checkpoint(size) {
      const row =
        size === undefined
          ? db.prepare('SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1').get<{ size: number; note: string }>()
          : db.prepare('SELECT size, note FROM checkpoints WHERE size = ?').get<{ size: number; note: string }>(size);
      return row && openCheckpoint(row);
    },
    sizesBelow: (size, limit) => db.prepare('SELECT size FROM checkpoints WHERE size < ? AND size > 0 ORDER BY size DESC LIMIT ?').all<{ size: number }>(size, limit).map((row) => row.size),
    firstVkey() {
      const previous = rotations(Number.MAX_SAFE_INTEGER)[0]?.previous;
      if (previous !== undefined) return previous;
      if (firstKey === undefined) throw new VarveError('SECRET_MISSING', 'the public signing key is not known', { name: 'log-signing' });
      return formatVkey(origin, firstKey);
    },
    protectedOf(indices) {
      const count = 'SELECT count(*) AS count FROM payloads WHERE sealed IS NOT NULL AND';
      const row = 'below' in indices ? db.prepare(`${count} seq < ?`).get<{ count: number }>(indices.below) : db.prepare(`${count} seq IN (SELECT value FROM json_each(?))`).get<{ count: number }>(JSON.stringify(indices));
      return row?.count ?? 0;
    },
    range: (from, below, limit) => db.prepare(`${columns} WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq LIMIT ?`).all<Row>(from, below, limit).map((row, i) => openEntry(row, from + i)),
    select(filter, after, limit) {
      const { entries, reached } = reader.since(filter, after, limit);
      return { seqs: entries.map(({ seq }) => seq), reached };
    },
    disclose(disclosed) {
      if (disclosed.fields.payload === null) return null;
      if (disclosed.row.sealed === 1) return discloseSealed(disclosed);
      const by = erasedBy(disclosed);
      return by === undefined ? { state: 'opened', ...opens(disclosed) } : { state: 'erased', by };
    }
  };
}
