// The database of names of one repository: which folders it knows, and bringing it up to date by reading only those it does not.
import { throwIfAborted } from '../../kit/errors.ts';
import { encodeName } from '../../kit/names.ts';
import { bytesToHex, DamagedError, hexToBytes, type TreeNode } from '../../repository/index.ts';
import type { Database } from '../../store/index.ts';
import { isCarried } from '../carried.ts';
import { typeCodes } from './schema.ts';

/** Entries that are written in one go. */
const atOnce = 10_000;

const states = { named: 0, read: 1, whole: 2 } as const;

export interface UpdateOptions {
  /** Ids of the trees at the top of snapshots. */
  roots: readonly string[];
  /** Throws DamagedError. */
  loadTree(id: string): Promise<TreeNode[]>;
  signal: AbortSignal;
  /** After each folder that was read. */
  onTree(read: number): Promise<void> | undefined;
}

interface Read {
  id: string;
  nodes: TreeNode[];
}

export class NameIndex {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Number of the tree; undefined when nobody has named it yet. */
  numberOf(id: string): number | undefined {
    return this.#tree(id)?.no;
  }

  /** Is everything below these known? */
  knows(roots: readonly string[]): boolean {
    return roots.every((id) => this.#tree(id)?.state === states.whole);
  }

  /** Reads what is not known yet. What cannot be read is told (by its id) and tried again the next time. Returns how many trees were read. */
  async update({ roots, loadTree, signal, onTree }: UpdateOptions): Promise<{ read: number; unreadable: Map<string, string> }> {
    const unreadable = new Map<string, string>();
    const tops = new Set(roots);
    const seen = new Set<string>();
    const open: string[] = [];
    const want = (id: string): void => {
      if (seen.has(id)) return;
      seen.add(id);
      open.push(id);
    };
    let waiting: Read[] = [];
    let entries = 0;
    let read = 0;
    const flush = (): void => {
      this.#write(waiting);
      waiting = [];
      entries = 0;
    };
    for (const id of roots) if (this.#tree(id)?.state !== states.whole) want(id);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      throwIfAborted(signal);
      const known = this.#tree(id);
      if (known?.state === states.whole) continue;
      if (known?.state === states.read) {
        for (const below of this.#openBelow(known.no)) want(below);
        continue;
      }
      let nodes: TreeNode[];
      try {
        nodes = await loadTree(id);
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error;
        unreadable.set(id, `damaged: ${error.data.what}`);
        continue;
      }
      // What Varve carries along at the top is no file of anybody's.
      if (tops.has(id)) nodes = nodes.filter((node) => !isCarried(node));
      waiting.push({ id, nodes });
      for (const { subtree } of nodes) if (subtree !== undefined) want(subtree);
      entries += nodes.length + 1;
      read += 1;
      if (entries >= atOnce) flush();
      await onTree(read);
    }
    flush();
    // Whole is what nothing unread lies below.
    this.#db.transaction(() =>
      this.#db.exec(`
        WITH RECURSIVE unfinished (tree) AS (
          SELECT no FROM trees WHERE state = 0 UNION SELECT entries.tree FROM unfinished JOIN entries ON entries.subtree = unfinished.tree
        ) UPDATE trees SET state = 2 WHERE state = 1 AND no NOT IN (SELECT tree FROM unfinished)
      `)
    );
    return { read, unreadable };
  }

  #tree(id: string): { no: number; state: number } | undefined {
    return this.#db.prepare('SELECT no, state FROM trees WHERE id = ?').get<{ no: number; state: number }>(hexToBytes(id));
  }

  #openBelow(tree: number): string[] {
    return this.#db.prepare('SELECT DISTINCT trees.id FROM entries JOIN trees ON trees.no = entries.subtree WHERE entries.tree = ? AND trees.state < 2').all<{ id: Buffer }>(tree).map(({ id }) => bytesToHex(id));
  }

  #write(trees: readonly Read[]): void {
    const db = this.#db;
    const addTree = db.prepare('INSERT INTO trees (id, state) VALUES (?, 0) ON CONFLICT (id) DO NOTHING');
    const addName = db.prepare('INSERT INTO names (name) VALUES (?) ON CONFLICT (name) DO NOTHING');
    const findName = db.prepare('SELECT no FROM names WHERE name = ?');
    const addEntry = db.prepare('INSERT INTO entries (tree, name, type, size, changed, subtree) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tree, name) DO NOTHING');
    const numberOf = (id: string): number => {
      addTree.run(hexToBytes(id));
      return (this.#tree(id) as { no: number }).no;
    };
    db.transaction(() => {
      for (const { id, nodes } of trees) {
        const tree = numberOf(id);
        for (const node of nodes) {
          const name = encodeName(node.name);
          const added = addName.run(name);
          const no = added.changes > 0 ? Number(added.lastInsertRowid) : (findName.get<{ no: number }>(name) as { no: number }).no;
          addEntry.run(tree, no, typeCodes[node.type], node.size ?? 0, Number(node.mtime.ns / 1_000_000n), node.subtree === undefined ? null : numberOf(node.subtree));
        }
        db.prepare('UPDATE trees SET state = 1 WHERE no = ? AND state = 0').run(tree);
      }
    });
  }
}
