// What is known of the lines of each source: how many copies of a line are in the record. A copy is new when this import has met more of them than
// were recorded, so that an import run twice adds nothing and a line that really stands twice in the file is there twice (decisions.md 15).
import { hash } from 'node:crypto';
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';

export interface Source {
  no: number;
  name: string;
}

export interface Sources {
  find(name: string): Source | undefined;
  /** The source of this name, made if need be. */
  ensure(name: string): Source;
  /** Begins an import of it: from now on an earlier one that is still at work may not go on. */
  begin(source: Source): number;
  /** Inside the transaction of a batch. Throws CONFLICT when a later import of the same source has begun. */
  requireRun(source: Source, run: number): void;
  /** Meets a line in import number `run`: true when it is not in the record yet and has to be recorded. */
  meet(source: Source, run: number, digest: Buffer): boolean;
  /** Counts a copy that is recorded without having been looked for. */
  add(source: Source, digest: Buffer): void;
  /** Is at least one copy of this line recorded? */
  knows(source: Source, digest: Buffer): boolean;
  noteEntry(seq: number, source: Source, digest: Buffer): void;
  importedAs(source: Source, sha256: string): number | undefined;
  noteFile(source: Source, sha256: string, event: number): void;
}

const digestBytes = 16;

export function digestOf(line: Uint8Array): Buffer {
  return hash('sha256', line, 'buffer').subarray(0, digestBytes);
}

export function createSources({ db }: { db: Database }): Sources {
  const find = (name: string): Source | undefined => {
    const row = db.prepare('SELECT no FROM sources WHERE name = ?').get<{ no: number }>(name);
    return row && { no: row.no, name };
  };
  return {
    find,
    ensure: (name) => find(name) ?? { no: Number(db.prepare('INSERT INTO sources (name, run) VALUES (?, 0)').run(name).lastInsertRowid), name },
    begin(source) {
      db.prepare('UPDATE sources SET run = run + 1 WHERE no = ?').run(source.no);
      return db.prepare('SELECT run FROM sources WHERE no = ?').get<{ run: number }>(source.no)?.run ?? 0;
    },
    requireRun(source, run) {
      const row = db.prepare('SELECT run FROM sources WHERE no = ?').get<{ run: number }>(source.no);
      if (row?.run !== run) throw new VarveError('CONFLICT', `another import of ${source.name} has begun`, { kind: 'import', name: source.name });
    },
    meet(source, run, digest) {
      // A line never met before is the usual case, and one statement.
      if (db.prepare('INSERT INTO source_lines (source, digest, copies, run, seen) VALUES (?, ?, 1, ?, 1) ON CONFLICT DO NOTHING').run(source.no, digest, run).changes === 1) return true;
      const row = db.prepare('SELECT copies, run, seen FROM source_lines WHERE source = ? AND digest = ?').get<{ copies: number; run: number; seen: number }>(source.no, digest) as { copies: number; run: number; seen: number };
      const seen = row.run === run ? row.seen + 1 : 1;
      const isNew = seen > row.copies;
      db.prepare('UPDATE source_lines SET copies = ?, run = ?, seen = ? WHERE source = ? AND digest = ?').run(isNew ? seen : row.copies, run, seen, source.no, digest);
      return isNew;
    },
    add(source, digest) {
      db.prepare('INSERT INTO source_lines (source, digest, copies, run, seen) VALUES (?, ?, 1, 0, 0) ON CONFLICT DO UPDATE SET copies = copies + 1').run(source.no, digest);
    },
    knows: (source, digest) => db.prepare('SELECT 1 AS one FROM source_lines WHERE source = ? AND digest = ?').get(source.no, digest) !== undefined,
    noteEntry(seq, source, digest) {
      db.prepare('INSERT INTO source_entries (seq, source, digest) VALUES (?, ?, ?)').run(seq, source.no, digest);
    },
    importedAs: (source, sha256) => db.prepare('SELECT event FROM source_files WHERE source = ? AND sha256 = ?').get<{ event: number }>(source.no, sha256)?.event,
    noteFile(source, sha256, event) {
      db.prepare('INSERT INTO source_files (source, sha256, event) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET event = excluded.event').run(source.no, sha256, event);
    }
  };
}
