// Writes what a comparison finds into its database: the rows, then which files only moved, then the counts of each folder.
import type { ChangeCounts, EntryFacts } from '../../../../contract/compare.ts';
import { fail } from '../../kit/errors.ts';
import { displayName, encodeName } from '../../kit/names.ts';
import { formatGoTime, sha256, type TreeNode } from '../../repository/index.ts';
import type { Database } from '../../store/index.ts';
import { modeText } from '../browse/view.ts';
import { compareIndexes, kindCodes, partBits } from './schema.ts';
import { searchForm } from './search-form.ts';
import type { Found } from './walk.ts';

const batchRows = 5_000;
/** As many as a restore would take: no file system of a person has more. */
const mostChanges = 10_000_000;

export class ChangeKeeper {
  readonly #db: Database;
  #waiting: Found[] = [];
  #rows = 0;
  readonly #mostRows: number;

  constructor(db: Database, mostRows = mostChanges) {
    this.#db = db;
    this.#mostRows = mostRows;
  }

  add(found: Found): void {
    this.#rows += 1;
    if (this.#rows > this.#mostRows) fail('REPOSITORY_DAMAGED', 'the snapshots have more entries than any file system', { path: found.path, what: `more than ${this.#mostRows} entries` });
    this.#waiting.push(found);
    if (this.#waiting.length >= batchRows) this.flush();
  }

  flush(): void {
    const insert = this.#db.prepare(
      'INSERT INTO changes (no, folder, path, words, is_folder, kind, parts, suspect, before, after, size_before, size_after, extension, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
    );
    this.#db.transaction(() => {
      for (const { no, folder, path, isFolder, kind, parts, suspect, before, after } of this.#waiting) {
        const [a, b] = [before?.node, after?.node];
        insert.run(
          no, folder, encodeName(path), searchForm(displayName(path)), isFolder ? 1 : 0, kind === null ? 0 : kindCodes[kind], parts.reduce((bits, part) => bits | partBits[part], 0), suspect ? 1 : 0,
          a === undefined ? null : JSON.stringify(factsOf(a)), b === undefined ? null : JSON.stringify(factsOf(b)), fileSize(a), fileSize(b), isFolder ? '' : extensionOf(path),
          contentKey(kind, a, b, after?.livePath !== undefined || before?.livePath !== undefined)
        );
      }
    });
    this.#waiting = [];
  }

  /** All rows are in. Returns the counts of everything. */
  finish(): ChangeCounts {
    this.flush();
    this.#db.exec(compareIndexes);
    return this.#countFolders();
  }

  /**
   * An added and a removed file of equal bytes are one that moved. Each is used once: first those that kept their name, then in the order of their paths.
   * Empty files are all equal and move nowhere.
   */
  findMoves(): void {
    this.flush();
    const both = `
      SELECT no, path, content, kind FROM changes WHERE kind IN (${kindCodes.added}, ${kindCodes.removed}) AND content IN (
        SELECT content FROM changes WHERE content IS NOT NULL AND kind = ${kindCodes.added} INTERSECT SELECT content FROM changes WHERE content IS NOT NULL AND kind = ${kindCodes.removed}
      ) ORDER BY content, path`;
    this.#db.exec('CREATE INDEX changes_content ON changes (content) WHERE content IS NOT NULL');
    this.#db.transaction(() => {
      let equal: Candidate[] = [];
      for (const row of this.#db.prepare(both).all<Candidate>()) {
        if (equal[0] !== undefined && Buffer.compare(equal[0].content, row.content) !== 0) {
          this.#pair(equal);
          equal = [];
        }
        equal.push(row);
      }
      this.#pair(equal);
    });
  }

  /** Two rows, of which one was removed and one added, are one file that moved. */
  move(from: Pick<Candidate, 'no' | 'path'>, to: Pick<Candidate, 'no' | 'path'>): void {
    const update = this.#db.prepare(`UPDATE changes SET kind = ${kindCodes.moved}, other = ? WHERE no = ?`);
    update.run(to.path, from.no);
    update.run(from.path, to.no);
  }

  #pair(equal: readonly Candidate[]): void {
    const gone = equal.filter(({ kind }) => kind === kindCodes.removed);
    const here = new Set(equal.filter(({ kind }) => kind === kindCodes.added));
    const byName = new Map([...here].map((row) => [nameOf(row.path), row]));
    const left: Candidate[] = [];
    for (const row of gone) {
      const same = byName.get(nameOf(row.path));
      if (same === undefined || !here.delete(same)) left.push(row);
      else this.move(row, same);
    }
    const rest = here.values();
    for (const row of left) {
      const next = rest.next();
      if (next.done === true) return;
      this.move(row, next.value);
    }
  }

  /** From the last entry to the first: everything in a folder has a larger number than the folder. */
  #countFolders(): ChangeCounts {
    const open = new Map<number, ChangeCounts>();
    const countsOf = (folder: number): ChangeCounts => {
      const known = open.get(folder) ?? { added: 0, removed: 0, content: 0, metadata: 0, type: 0, moved: 0, suspect: 0, bytesBefore: 0, bytesAfter: 0 };
      open.set(folder, known);
      return known;
    };
    const insert = this.#db.prepare('INSERT INTO inside (folder, added, removed, content, metadata, type, moved, suspect, bytes_before, bytes_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const step = this.#db.prepare('SELECT no, folder, is_folder, kind, suspect, size_before, size_after, before IS NULL AS arrived FROM changes WHERE no < ? ORDER BY no DESC LIMIT 10000');
    this.#db.transaction(() => {
      for (let below = Number.MAX_SAFE_INTEGER; ; ) {
        const rows = step.all<CountedRow>(below);
        if (rows.length === 0) break;
        below = rows.at(-1)?.no ?? 0;
        for (const row of rows) {
          const into = countsOf(row.folder);
          const own = open.get(row.no);
          if (own !== undefined) {
            for (const key of Object.keys(own) as (keyof ChangeCounts)[]) into[key] += own[key];
            insert.run(row.no, own.added, own.removed, own.content, own.metadata, own.type, own.moved, own.suspect, own.bytesBefore, own.bytesAfter);
            open.delete(row.no);
          }
          if (row.is_folder === 0) countFile(into, row);
        }
      }
    });
    return countsOf(0);
  }
}

interface Candidate {
  no: number;
  path: Buffer;
  content: Buffer;
  kind: number;
}

interface CountedRow {
  no: number;
  folder: number;
  is_folder: number;
  kind: number;
  suspect: number;
  size_before: number;
  size_after: number;
  arrived: number;
}

const kinds = Object.keys(kindCodes) as (keyof typeof kindCodes)[];

function countFile(into: ChangeCounts, row: CountedRow): void {
  const kind = kinds[row.kind - 1];
  if (kind === undefined) return;
  into.suspect += row.suspect;
  // A moved file has two rows; it counts where it is now.
  if (kind !== 'moved' || row.arrived === 1) into[kind] += 1;
  if (kind === 'moved' || kind === 'metadata') return;
  into.bytesBefore += row.size_before;
  into.bytesAfter += row.size_after;
}

function factsOf(node: TreeNode): EntryFacts {
  const owner = `${node.user ?? (node.uid === 0 ? '' : node.uid)}:${node.group ?? (node.gid === 0 ? '' : node.gid)}`;
  return { type: node.type, sizeBytes: node.size ?? 0, modifiedAt: formatGoTime(node.mtime), mode: modeText(node), owner, linkTarget: node.linkTarget === undefined ? null : displayName(node.linkTarget) };
}

function fileSize(node: TreeNode | undefined): number {
  return node?.type === 'file' ? (node.size ?? 0) : 0;
}

function nameOf(path: Uint8Array): string {
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  return bytes.subarray(bytes.lastIndexOf(0x2f) + 1).toString('latin1');
}

function extensionOf(path: string): string {
  return searchForm(/[^./][^/]*\.([^./]{1,16})$/.exec(path)?.[1] ?? '');
}

/** Tells files of equal bytes, where the ids of their chunks are known. */
function contentKey(kind: Found['kind'], before: TreeNode | undefined, after: TreeNode | undefined, live: boolean): Buffer | null {
  const node = kind === 'added' ? after : kind === 'removed' ? before : undefined;
  if (node === undefined || node.type !== 'file' || (node.size ?? 0) === 0 || live) return null;
  return Buffer.from(sha256(Buffer.from((node.content ?? []).join())));
}
