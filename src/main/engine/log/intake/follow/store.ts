// What is followed, and how far each file behind it was read.
import { Mapping } from '../../../../../contract/intake.ts';
import type { Database } from '../../../store/index.ts';
import type { Source } from '../sources.ts';
import type { Fingerprint, Identity } from './fingerprint.ts';

export interface Followed {
  no: number;
  source: Source;
  path: string;
  mapping: Mapping;
  actor: string;
  taken: number;
  refused: number;
  /** Name of the file of refused lines, in the home's reports. */
  quarantine: string;
  quarantineBytes: number;
}

export interface Cursor extends Identity, Fingerprint {
  no: number;
  rotated: boolean;
  /** In the folder of the path. */
  name: string;
  offset: number;
  line: number;
}

export type NewCursor = Omit<Cursor, 'no'>;

export interface FollowStore {
  list(): Followed[];
  find(path: string): Followed | undefined;
  bySource(source: Source): Followed | undefined;
  add(followed: Omit<Followed, 'no' | 'taken' | 'refused' | 'quarantineBytes'>): number;
  remove(no: number): void;
  /** Counts what a batch brought. */
  count(no: number, add: { taken: number; refused: number; quarantineBytes: number }): void;
  /** Those that may have more to give: rotated ones first, oldest first. */
  cursors(followed: number): Cursor[];
  /** Files that are read to their end, or gone: so that none is taken for a new one. The latest of them. */
  done(followed: number): Cursor[];
  cursor(no: number): Cursor | undefined;
  addCursor(followed: number, cursor: NewCursor): void;
  moveCursor(cursor: Cursor): void;
  endCursor(no: number): void;
}

interface FollowedRow {
  no: number;
  source: number;
  name: string;
  path: string;
  mapping: string;
  actor: string;
  taken: number;
  refused: number;
  quarantine: string;
  quarantine_bytes: number;
}

interface CursorRow {
  no: number;
  rotated: number;
  name: string;
  device: string;
  inode: string;
  head_bytes: number;
  head: string;
  tail_bytes: number;
  tail: string;
  offset: number;
  line: number;
}

/** In the column `rotated`: 0 lies at the path, 1 was moved away and may still grow. */
const done = 2;
const keptDone = 500;

const followedSql = 'SELECT f.no, f.source, s.name, f.path, f.mapping, f.actor, f.taken, f.refused, f.quarantine, f.quarantine_bytes FROM followed f JOIN sources s ON s.no = f.source';
const cursorSql = 'SELECT no, rotated, name, device, inode, head_bytes, head, tail_bytes, tail, "offset", line FROM followed_files';

export function createFollowStore(db: Database): FollowStore {
  return {
    list: () => db.prepare(`${followedSql} ORDER BY f.no`).all<FollowedRow>().map(followedOf),
    find: (path) => optional(db.prepare(`${followedSql} WHERE f.path = ?`).get<FollowedRow>(path), followedOf),
    bySource: ({ no }) => optional(db.prepare(`${followedSql} WHERE f.source = ?`).get<FollowedRow>(no), followedOf),
    add: ({ source, path, mapping, actor, quarantine }) =>
      Number(db.prepare('INSERT INTO followed (source, path, mapping, actor, taken, refused, quarantine, quarantine_bytes) VALUES (?, ?, ?, ?, 0, 0, ?, 0)').run(source.no, path, JSON.stringify(mapping), actor, quarantine).lastInsertRowid),
    remove(no) {
      db.prepare('DELETE FROM followed_files WHERE followed = ?').run(no);
      db.prepare('DELETE FROM followed WHERE no = ?').run(no);
    },
    count(no, { taken, refused, quarantineBytes }) {
      db.prepare('UPDATE followed SET taken = taken + ?, refused = refused + ?, quarantine_bytes = ? WHERE no = ?').run(taken, refused, quarantineBytes, no);
    },
    cursors: (followed) => db.prepare(`${cursorSql} WHERE followed = ? AND rotated < ${done} ORDER BY rotated DESC, no`).all<CursorRow>(followed).map(cursorOf),
    done: (followed) => db.prepare(`${cursorSql} WHERE followed = ? AND rotated = ${done} ORDER BY no`).all<CursorRow>(followed).map(cursorOf),
    cursor: (no) => optional(db.prepare(`${cursorSql} WHERE no = ?`).get<CursorRow>(no), cursorOf),
    addCursor(followed, c) {
      db.prepare('INSERT INTO followed_files (followed, rotated, name, device, inode, head_bytes, head, tail_bytes, tail, "offset", line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        followed, Number(c.rotated), c.name, c.device, c.inode, c.headBytes, c.head, c.tailBytes, c.tail, c.offset, c.line
      );
    },
    moveCursor(c) {
      db.prepare('UPDATE followed_files SET rotated = ?, name = ?, device = ?, inode = ?, head_bytes = ?, head = ?, tail_bytes = ?, tail = ?, "offset" = ?, line = ? WHERE no = ?').run(
        Number(c.rotated), c.name, c.device, c.inode, c.headBytes, c.head, c.tailBytes, c.tail, c.offset, c.line, c.no
      );
    },
    endCursor(no) {
      db.prepare(`UPDATE followed_files SET rotated = ${done} WHERE no = ?`).run(no);
      db.prepare(`DELETE FROM followed_files WHERE rotated = ${done} AND followed = (SELECT followed FROM followed_files WHERE no = ?) AND no <= ? - ${keptDone}`).run(no, no);
    }
  };
}

function optional<R, T>(row: R | undefined, make: (row: R) => T): T | undefined {
  return row === undefined ? undefined : make(row);
}

function followedOf({ source, name, mapping, quarantine_bytes: quarantineBytes, ...row }: FollowedRow): Followed {
  return { ...row, source: { no: source, name }, mapping: Mapping.parse(JSON.parse(mapping)), quarantineBytes };
}

function cursorOf({ rotated, head_bytes: headBytes, tail_bytes: tailBytes, ...row }: CursorRow): Cursor {
  return { ...row, rotated: rotated !== 0, headBytes, tailBytes };
}
