// What an erasure is to reach, as the record stands: which payloads, which names. Refuses before anything is touched.
import type { ErasureResult } from '../../../../contract/erasure.ts';
import { fail } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { seqsWith } from '../fact-blocks.ts';
import type { Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import type { NameKind } from '../names.ts';
import type { Reader } from '../read.ts';
import type { Sealing } from '../sealed/sealing.ts';
import { keptBecause } from './protected.ts';

/** A name that goes, with the entry that introduced it. */
export interface Name {
  no: number;
  id: string;
  introduced: number;
}

export interface TargetDeps {
  db: Database;
  reader: Reader;
  sealing: Sealing;
  hasher: Hasher;
}

export interface Targets {
  /** The entries named, and the notes on them; the introduction of a name brings the name. Throws NOT_FOUND, ERASED_ALREADY, ERASE_PROTECTED, NOTHING_TO_ERASE, LOG_DAMAGED. */
  ofEntries(seqs: readonly number[]): { seqs: number[]; names: Name[] };
  /** By exact name or opaque id. Throws NOT_FOUND. */
  findName(kind: NameKind, wanted: string): Name & { erased: boolean };
  /** Entries about this name whose payload may go, above `above`, oldest first, without the name's introduction. */
  aboutName(no: number, above: number): number[];
  /** Those that must stay. */
  keptAboutName(no: number): ErasureResult['kept'];
  /** Notes whose words are about these entries, and may quote them. */
  notesOn(seqs: readonly number[]): number[];
  hasPayload(seq: number): boolean;
  /** Those whose payload is not what was recorded any more, as far as it can be opened. */
  altered(seqs: readonly number[]): number[];
}

const keptShown = 1000;

export function createTargets({ db, reader, sealing, hasher }: TargetDeps): Targets {
  const withPayload = 'SELECT e.seq AS seq, e.header AS header FROM entries e JOIN payloads p ON p.seq = e.seq WHERE e.seq IN (SELECT value FROM json_each(?)) ORDER BY e.seq';
  const headerOf = (seq: number, text: string): HeaderFields => parseHeader(text) ?? fail('LOG_DAMAGED', `entry ${seq} has a header that is not in its canonical form`, { seq, what: 'has a header that is not in its canonical form' });

  function* rowsAbout(no: number, above: number): Generator<{ seq: number; header: HeaderFields }> {
    const about = seqsWith(db, 'subject', no, { above, limit: Number.MAX_SAFE_INTEGER });
    for (let from = 0; from < about.length; from += 500) {
      const rows = db.prepare(withPayload).all<{ seq: number; header: string }>(JSON.stringify(about.slice(from, from + 500)));
      for (const { seq, header } of rows) yield { seq, header: headerOf(seq, header) };
    }
  }

  /** Throws unless the entry has a payload that may go. */
  function checkEntry(seq: number): HeaderFields {
    const { entry, header } = reader.show(seq);
    const why = keptBecause(header.action, header.category);
    if (why !== undefined) fail('ERASE_PROTECTED', `entry ${seq} cannot be erased: ${why}`, { seq, action: header.action, why });
    if (header.payload === null) fail('NOTHING_TO_ERASE', `entry ${seq} has no payload`, { seq });
    if (entry.payloadState === 'erased') fail('ERASED_ALREADY', `the payload of entry ${seq} was erased before`, { seq });
    // An erasure event would make it look as if all were well.
    if (entry.payloadState === 'missing') fail('LOG_DAMAGED', `the payload of entry ${seq} is gone and no erasure names it`, { seq, what: `the payload of entry ${seq} is gone, and no erasure or retention event names it` });
    const text = db.prepare('SELECT header FROM entries WHERE seq = ?').get<{ header: string }>(seq)?.header ?? '';
    return headerOf(seq, text);
  }

  const hasNotes = (): boolean => db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'annotations'").get() !== undefined;

  function notesOn(seqs: readonly number[]): number[] {
    if (seqs.length === 0 || !hasNotes()) return [];
    return db
      .prepare("SELECT DISTINCT n.seq AS seq FROM annotations n JOIN facts f ON f.seq = n.seq JOIN actions a ON a.no = f.action JOIN payloads p ON p.seq = n.seq WHERE a.name = 'note.added' AND n.target IN (SELECT value FROM json_each(?)) ORDER BY n.seq")
      .all<{ seq: number }>(JSON.stringify(seqs))
      .map(({ seq }) => seq);
  }

  return {
    notesOn,
    ofEntries(seqs) {
      const wanted = [...new Set(seqs)];
      const headers = wanted.map((seq) => checkEntry(seq));
      const introduced = headers.filter(({ action }) => action === 'log.name-introduced').map(({ subject }) => subject);
      const names = introduced.flatMap((id) => db.prepare('SELECT no, id, introduced FROM names WHERE id = ?').all<Name>(id));
      return { seqs: [...new Set([...wanted, ...notesOn(wanted)])].sort((a, b) => a - b), names };
    },
    findName(kind, wanted) {
      const row = db.prepare('SELECT no, id, introduced, name IS NULL AS erased FROM names WHERE kind = ? AND (name = ? OR id = ?) LIMIT 1').get<Name & { erased: number }>(kind, wanted, wanted);
      return row === undefined ? fail('NOT_FOUND', `no ${kind} has this name`, { kind, name: wanted }) : { ...row, erased: row.erased === 1 };
    },
    aboutName(no, above) {
      const found: number[] = [];
      for (const { seq, header } of rowsAbout(no, above)) {
        if (header.action !== 'log.name-introduced' && keptBecause(header.action, header.category) === undefined) found.push(seq);
      }
      return found;
    },
    hasPayload: (seq) => db.prepare('SELECT 1 FROM payloads WHERE seq = ?').get(seq) !== undefined,
    keptAboutName(no) {
      const kept: ErasureResult['kept'] = [];
      for (const { seq, header } of rowsAbout(no, -1)) {
        const why = keptBecause(header.action, header.category);
        if (why !== undefined) kept.push({ seq, action: header.action, why });
        if (kept.length === keptShown) break;
      }
      return kept;
    },
    altered(seqs) {
      return seqs.filter((seq) => {
        const row = db.prepare('SELECT e.header AS header, p.body AS body, p.salt AS salt FROM entries e JOIN payloads p ON p.seq = e.seq WHERE e.seq = ?').get<{ header: string; body: string | null; salt: string | null }>(seq);
        const header = row === undefined ? undefined : parseHeader(row.header);
        if (row === undefined || header === undefined) return false;
        if (row.body === null || row.salt === null) return sealing.open(header)?.state === 'altered';
        return hasher.commit(row.salt, row.body) !== header.payload?.commit;
      });
    }
  };
}
