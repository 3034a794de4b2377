// What SQLite leaves of deleted rows although `secure_delete` is on: copies in the write-ahead log, and, where a b-tree was rebalanced, copies of
// cells in the unused middle of pages they once lay on (SQLite zeroes freed cells and pages, but not the middle of a page that it rebuilds).
// The first go by a TRUNCATE checkpoint. The second are overwritten here, in the file itself, between cell pointers and cell content, where no
// reader ever looks (SQLite file format, section 1.6). Steps, and what a stop after each leaves:
//   1. TRUNCATE checkpoint: file whole, log empty     -> nothing lost; the copies are still there
//   2. look through the file, without any lock        -> the same
//   3. empty the log once more and take the write lock; if it is still empty then, nobody writes to the file but us
//   4. zero the middles that were found, fsync        -> zeros in places without meaning; the next run finds the rest
//   5. commit a write of the caller                   -> every other connection drops the pages it kept, and their middles with them
import type { Files } from '../ports.ts';
import type { Database } from './database.ts';

const sliceBytes = 1 << 20;
const tries = 50;
const emptyLogWaitMs = 250;
/** Beyond this many pages the first byte of an overflow page could be taken for the kind of a b-tree page (128 GiB at 4 KiB). */
const mostPages = 0x0200_0000;

export interface FreeSpaceCleaner {
  /** True when nothing deleted is left; false when another program keeps the write-ahead log in use. Throws HOME_BUSY, and errno failures of the file. */
  clean(): boolean;
  /** The same in pieces of a few milliseconds, with `pause` between them. */
  cleanInPieces(pause: () => Promise<void>): Promise<boolean>;
  /** Call it after the database is closed. */
  release(): void;
}

/** `stamp` writes something to the database, inside the last transaction. Made for a file in WAL mode whose pages carry no checksums of their own. */
export function createFreeSpaceCleaner({ db, files, stamp }: { db: Database; files: Files; stamp: () => void }): FreeSpaceCleaner {
  // Opened once and kept: closing any descriptor of the file would drop SQLite's own locks on it (POSIX), and another process could then take the
  // write-ahead log away under our feet.
  let fd: number | undefined;
  const pragma = (text: string): unknown => db.guard(() => db.raw.pragma(text, { simple: true }));

  /** A reader of an older state keeps the log in use: we wait a moment and no longer, for whoever calls has other things to do. */
  function emptyLog(): boolean {
    const waitMs = pragma('busy_timeout') as number;
    pragma(`busy_timeout = ${emptyLogWaitMs}`);
    try {
      return pragma('wal_checkpoint(TRUNCATE)') === 0;
    } finally {
      pragma(`busy_timeout = ${waitMs}`);
    }
  }

  const logIsEmpty = (): boolean => (files.lstat(`${db.path}-wal`)?.size ?? 0) === 0;

  /** Numbers, from 0, of the pages with something in their unused middle. */
  function* look(file: number, pageBytes: number): Generator<void, number[]> {
    const found: number[] = [];
    const perSlice = Math.floor(sliceBytes / pageBytes);
    const slice = new Uint8Array(perSlice * pageBytes);
    const pages = Math.floor(files.fstat(file).size / pageBytes);
    if (pages >= mostPages) return found;
    for (let first = 0; first < pages; first += perSlice) {
      const read = files.read(file, slice, 0, slice.length, first * pageBytes);
      for (let at = 0; at + pageBytes <= read; at += pageBytes) {
        const page = slice.subarray(at, at + pageBytes);
        const no = first + at / pageBytes;
        const middle = unusedMiddle(page, no);
        if (middle !== undefined && page.subarray(middle.from, middle.to).some((byte) => byte !== 0)) found.push(no);
      }
      yield;
    }
    return found;
  }

  /** False when somebody wrote since the log was emptied. */
  function clear(file: number, pageBytes: number, pages: readonly number[]): boolean {
    // Pages in our own memory carry the same middles and would bring them back.
    pragma('shrink_memory');
    return db.transaction(() => {
      if (!logIsEmpty()) return false;
      const page = new Uint8Array(pageBytes);
      for (const no of pages) {
        if (files.read(file, page, 0, pageBytes, no * pageBytes) < pageBytes) continue;
        const middle = unusedMiddle(page, no);
        if (middle !== undefined) files.write(file, new Uint8Array(middle.to - middle.from), 0, middle.to - middle.from, no * pageBytes + middle.from);
      }
      if (pages.length > 0) files.fsync(file);
      stamp();
      return true;
    });
  }

  function* work(): Generator<void, boolean> {
    const pageBytes = pragma('page_size') as number;
    if (!emptyLog()) return false;
    fd ??= files.open(db.path, 'r+');
    // What was deleted before this moment is in none of the pages that are written from now on, unless it is on one that is found here.
    const pages = yield* look(fd, pageBytes);
    for (let done = 0; done < tries; done++) {
      if (!emptyLog()) return false;
      if (clear(fd, pageBytes, pages)) return true;
      yield;
    }
    return false;
  }

  return {
    clean() {
      const steps = work();
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    },
    async cleanInPieces(pause) {
      const steps = work();
      for (;;) {
        if (!db.open) return false;
        const step = steps.next();
        if (step.done === true) return step.value;
        await pause();
      }
    },
    release() {
      if (fd !== undefined) files.close(fd);
      fd = undefined;
    }
  };
}

/** Where the unused middle of a b-tree page begins and ends; undefined for pages of other kinds. `no` 0 is the one behind the file's header. */
function unusedMiddle(page: Uint8Array, no: number): { from: number; to: number } | undefined {
  const header = no === 0 ? 100 : 0;
  const kind = page[header];
  const interior = kind === 2 || kind === 5;
  if (!interior && kind !== 10 && kind !== 13) return undefined;
  const number = (at: number): number => ((page[at] as number) << 8) | (page[at + 1] as number);
  const from = header + (interior ? 12 : 8) + 2 * number(header + 3);
  const to = number(header + 5) || 65_536;
  return from < to && to <= page.length ? { from, to } : undefined;
}
