// Tables of what comes in from other programs. None of them is evidence: they say what was taken in already, so that nothing is taken in twice.
import type { Migration } from '../../store/index.ts';

const tables = `
  -- Where lines came from. run: number of the last import of this source; only that one may go on.
  CREATE TABLE sources (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, run INTEGER NOT NULL) STRICT;

  -- Lines that are in the record: the first 16 bytes of SHA-256 of the line, how many copies of it were recorded, and how many the import
  -- number 'run' has met.
  CREATE TABLE source_lines (
    source INTEGER NOT NULL,
    digest BLOB NOT NULL,
    copies INTEGER NOT NULL,
    run INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (source, digest)
  ) STRICT, WITHOUT ROWID;

  -- Which line an entry came from.
  CREATE TABLE source_entries (seq INTEGER PRIMARY KEY, source INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;

  -- Files that were imported to their end; event: seq of their log.imported.
  CREATE TABLE source_files (source INTEGER NOT NULL, sha256 TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (source, sha256)) STRICT, WITHOUT ROWID;

  -- Files that other programs append to. quarantine: name of the file of its refused lines in the home's
  -- reports; quarantine_bytes: how much of it belongs to what is recorded.
  CREATE TABLE followed (
    no INTEGER PRIMARY KEY,
    source INTEGER NOT NULL UNIQUE,
    path TEXT NOT NULL UNIQUE,
    mapping TEXT NOT NULL,
    actor TEXT NOT NULL,
    taken INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    quarantine TEXT NOT NULL,
    quarantine_bytes INTEGER NOT NULL
  ) STRICT;

  -- How far each file behind a followed path was read. inode, device: decimal text, they do not fit an integer everywhere. head, tail: SHA-256 of
  -- the first bytes and of the last ones before the offset, by which it is known again. rotated: 1 for a file that was moved away and may
  -- still grow, 2 for one that is done; name: what it was called last.
  CREATE TABLE followed_files (
    no INTEGER PRIMARY KEY,
    followed INTEGER NOT NULL,
    rotated INTEGER NOT NULL,
    name TEXT NOT NULL,
    device TEXT NOT NULL,
    inode TEXT NOT NULL,
    head_bytes INTEGER NOT NULL,
    head TEXT NOT NULL,
    tail_bytes INTEGER NOT NULL,
    tail TEXT NOT NULL,
    offset INTEGER NOT NULL,
    line INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX followed_files_of ON followed_files (followed);
`;

/** A digest of a line that a person can guess would outlive its erasure, and so would the name of a source that was erased as a subject. */
const triggers = `
  CREATE TRIGGER lines_are_forgotten_with_their_payload AFTER DELETE ON payloads BEGIN
    DELETE FROM source_lines WHERE (source, digest) = (SELECT source, digest FROM source_entries WHERE seq = OLD.seq);
    DELETE FROM source_entries WHERE seq = OLD.seq;
  END;
  CREATE TRIGGER sources_lose_their_name_with_their_subject AFTER UPDATE OF name ON names WHEN NEW.name IS NULL AND OLD.kind = 'subject' BEGIN
    UPDATE sources SET name = 'erased source ' || no WHERE 'source:' || name = OLD.name;
  END;
`;

export const intakeMigration: Migration = {
  version: 4,
  up(db) {
    db.exec(tables);
    db.exec(triggers);
  }
};
