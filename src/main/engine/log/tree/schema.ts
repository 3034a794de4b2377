// Tables of the Merkle tree. `leaves` lists the leaf hashes, 16 to a row, and is level 0 of the C2SP tiles (height 8); `tiles` holds the levels above,
// 256 hashes to a row. The last row of a level grows and no row ever changes otherwise. `checkpoints` are the signed notes, verbatim. A log from before the tree gets its leaves here, in one pass.
import type { Database, Migration } from '../../store/index.ts';
import { leafHash } from '../merkle/hash.ts';
import { createTreeStore } from './store.ts';

const tables = `
  CREATE TABLE leaves (
    no INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 512 AND length(hashes) % 32 = 0)
  ) STRICT;
  CREATE TRIGGER leaves_only_grow BEFORE UPDATE ON leaves
    WHEN NEW.no IS NOT OLD.no OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
    BEGIN SELECT RAISE(ABORT, 'hashes of the tree cannot be changed'); END;
  CREATE TRIGGER leaves_are_not_deleted BEFORE DELETE ON leaves BEGIN SELECT RAISE(ABORT, 'hashes of the tree cannot be deleted'); END;

  CREATE TABLE tiles (
    level INTEGER NOT NULL CHECK (level > 0),
    no INTEGER NOT NULL,
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, no)
  ) STRICT;
  CREATE TRIGGER tiles_only_grow BEFORE UPDATE ON tiles
    WHEN NEW.level IS NOT OLD.level OR NEW.no IS NOT OLD.no OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
    BEGIN SELECT RAISE(ABORT, 'hashes of the tree cannot be changed'); END;
  CREATE TRIGGER tiles_are_not_deleted BEFORE DELETE ON tiles BEGIN SELECT RAISE(ABORT, 'hashes of the tree cannot be deleted'); END;

  -- size: leaves it covers. note: the signed note. at_ms: when it was signed, for people; no part of it.
  CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints cannot be changed'); END;
  CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints cannot be deleted'); END;
`;

const leavesPerStep = 4096;

function growFromEntries(db: Database): void {
  const tree = createTreeStore(db);
  for (let above = -1; ; ) {
    const rows = db.prepare('SELECT seq, header FROM entries WHERE seq > ? ORDER BY seq LIMIT ?').all<{ seq: number; header: string }>(above, leavesPerStep);
    const growing = tree.grow();
    for (const { header } of rows) growing.add(leafHash(header));
    growing.finish();
    if (rows.length < leavesPerStep) return;
    above = (rows.at(-1) as { seq: number }).seq;
  }
}

export const treeMigration: Migration = {
  version: 2,
  up(db) {
    db.exec(tables);
    growFromEntries(db);
  }
};
