// The database of one preview, and of one restore that can be undone: every change as a row. A preview lies in the cache and can be thrown away at any
// moment; that of an undoable restore is written, durably, before the first change, and says what the restore puts where, so that undoing it can tell what
// is still as the restore left it.
import { basename } from 'node:path';
import type { EntryType, RestoreAction, RestoreChange } from '../../../../contract/snapshots.ts';
import type * as z from 'zod';
import { decodeName, displayName, encodeName } from '../../kit/names.ts';
import type { Files } from '../../ports.ts';
import { openDatabase, type Database, type Migration } from '../../store/index.ts';
import { searchForm } from '../compare/search-form.ts';
import type { Decided, DecidedFolder, Decisions, Extra } from './decide.ts';
import { writesContent } from './decide.ts';
import type { Refusals } from './refusals.ts';
import type { RestoredNode } from './select.ts';

type Type = z.infer<typeof EntryType>;

const actions: readonly RestoreAction[] = ['new', 'replaced', 'kept', 'both', 'same', 'metadata', 'deleted', 'refused'];

const migrations: readonly Migration[] = [
  {
    version: 1,
    // path, place: bytes. action: place in the list above. words: for the search. content: 36 bytes a chunk, its id and its length; of what is written only.
    up: (db) =>
      db.exec(`
        CREATE TABLE changes (
          no INTEGER PRIMARY KEY, path BLOB NOT NULL, words TEXT NOT NULL, action INTEGER NOT NULL, type TEXT NOT NULL, bytes INTEGER NOT NULL, into_path BLOB, conflict INTEGER NOT NULL, reason TEXT
        ) STRICT;
        CREATE TABLE left_behind (
          place BLOB PRIMARY KEY, depth INTEGER NOT NULL, action INTEGER NOT NULL, type TEXT NOT NULL, content BLOB, link BLOB, device TEXT
        ) STRICT;
      `)
  }
];

export interface ChangesQuery {
  actions?: readonly RestoreAction[] | undefined;
  search?: string | undefined;
  offset: number;
  limit: number;
}

const words: Readonly<Record<Decided['action'], RestoreAction>> = { new: 'new', replace: 'replaced', both: 'both', keep: 'kept', identical: 'same', metadata: 'metadata' };
const batchRows = 5_000;

/** Makes the file of a preview; nothing may be there. */
export async function writePreview(files: Files, path: string, decisions: Decisions, refused: Refusals, deps: { plainLength(id: string): number | undefined; shown(decided: { item: { path: string } }): string; breathe(): Promise<void> | undefined }): Promise<void> {
  const db = openDatabase({ path, files, migrations, kind: 'cache' });
  try {
    const insert = db.prepare('INSERT INTO changes (path, words, action, type, bytes, into_path, conflict, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    const put = (shown: string, action: RestoreAction, type: string, bytes: number, into: string | null = null, conflict = false, reason: string | null = null): void => {
      insert.run(encodeName(shown), searchForm(displayName(shown)), actions.indexOf(action), type, bytes, into === null ? null : encodeName(into), conflict ? 1 : 0, reason);
    };
    const bytesOf = (content: readonly string[]): number => content.reduce((sum, id) => sum + (deps.plainLength(id) ?? 0), 0);
    const putFolder = (folder: DecidedFolder): void => {
      if (folder.action !== 'same') put(deps.shown(folder), folder.action, 'dir', 0);
    };
    const putEntry = (one: Decided): void => put(deps.shown(one), words[one.action], one.item.node.type, writesContent(one.action) ? bytesOf(one.item.node.content ?? []) : 0, one.action === 'both' ? basename(one.path) : null, one.conflict === true);
    const putExtra = ({ shown, type, bytes }: Extra): void => put(shown, 'deleted', type, bytes);
    for (const work of batches(decisions, putFolder, putEntry, putExtra)) {
      db.transaction(work);
      const breath = deps.breathe();
      if (breath !== undefined) await breath;
    }
    db.transaction(() => {
      for (const { path: shown, reason } of refused.list) put(shown, 'refused', 'file', 0, null, false, reason);
    });
    db.exec('CREATE INDEX changes_path ON changes (path)');
  } finally {
    db.close();
  }
}

function* batches(decisions: Decisions, folder: (one: DecidedFolder) => void, entry: (one: Decided) => void, extra: (one: Extra) => void): Generator<() => void> {
  const lists = [
    [decisions.folders, folder],
    [decisions.files, entry],
    [decisions.others, entry],
    [decisions.sides, extra],
    [decisions.extras, extra]
  ] as unknown as [readonly unknown[], (one: unknown) => void][];
  for (const [list, put] of lists) {
    for (let at = 0; at < list.length; at += batchRows) yield () => list.slice(at, at + batchRows).forEach(put);
  }
}

export function readChanges(files: Files, path: string, query: ChangesQuery): { changes: RestoreChange[]; total: number } {
  const db = openDatabase({ path, files, migrations, kind: 'cache', readOnly: true });
  try {
    const conditions = ['1 = 1'];
    const values: unknown[] = [];
    if (query.actions !== undefined) conditions.push(`action IN (${query.actions.map((action) => actions.indexOf(action)).join()})`);
    if (query.search !== undefined && query.search !== '') {
      conditions.push('instr(words, ?) > 0');
      values.push(searchForm(query.search));
    }
    const where = conditions.join(' AND ');
    const total = db.prepare(`SELECT count(*) AS count FROM changes WHERE ${where}`).get<{ count: number }>(...values)?.count ?? 0;
    const changes = db.prepare(`SELECT path, action, type, bytes, into_path, conflict, reason FROM changes WHERE ${where} ORDER BY path, no LIMIT ? OFFSET ?`).all<ChangeRow>(...values, query.limit, query.offset).map(changeOf);
    return { changes, total };
  } finally {
    db.close();
  }
}

interface ChangeRow {
  path: Buffer;
  action: number;
  type: Type;
  bytes: number;
  into_path: Buffer | null;
  conflict: number;
  reason: string | null;
}

function changeOf({ path, action, type, bytes, into_path: into, conflict, reason }: ChangeRow): RestoreChange {
  const name = decodeName(path);
  return { path: name, label: displayName(name), action: actions[action] ?? 'refused', type, bytes, into: into === null ? null : decodeName(into), conflict: conflict === 1, reason };
}

/** What a restore puts at a place. */
export interface LeftBehind {
  place: string;
  action: RestoreAction;
  type: Type;
  node: Pick<RestoredNode, 'type' | 'content' | 'linkTarget' | 'device'>;
  plainLength(id: string): number | undefined;
}

/** The file of an undoable restore; `touched` as in the safety snapshot. Complete and durable when this returns. */
export async function writeUndoFile(files: Files, path: string, decisions: Decisions, touched: readonly string[], deps: { plainLength(id: string): number | undefined; breathe(): Promise<void> | undefined }): Promise<void> {
  const db = openDatabase({ path, files, migrations, kind: 'state' });
  try {
    const insert = db.prepare('INSERT OR REPLACE INTO left_behind (place, depth, action, type, content, link, device) VALUES (?, ?, ?, ?, ?, ?, ?)');
    const put = (place: string, action: RestoreAction, type: string, node?: RestoredNode): void => {
      const content = node?.type === 'file' ? packContent(node.content ?? [], deps.plainLength) : null;
      insert.run(encodeName(place), place.split(/[\\/]/).length, actions.indexOf(action), type, content, node?.linkTarget === undefined ? null : encodeName(node.linkTarget), node?.device === undefined ? null : String(node.device));
    };
    const putFolder = (folder: DecidedFolder): void => {
      if (folder.action === 'new') put(folder.path, 'new', 'dir');
    };
    const putEntry = ({ path: place, action, item }: Decided): void => {
      if (action !== 'keep' && action !== 'identical') put(place, words[action], item.node.type, item.node);
    };
    const putExtra = ({ path: place, type }: Extra): void => put(place, 'deleted', type);
    for (const work of batches(decisions, putFolder, putEntry, putExtra)) {
      db.transaction(work);
      const breath = deps.breathe();
      if (breath !== undefined) await breath;
    }
    // Folders that stay, in which something comes or goes.
    const exists = db.prepare('SELECT 1 FROM left_behind WHERE place = ?');
    db.transaction(() => {
      for (const place of touched) if (exists.get(encodeName(place)) === undefined) put(place, 'metadata', 'dir');
    });
  } finally {
    db.close();
  }
}

export class UndoFile {
  readonly #db: Database;

  constructor(files: Files, path: string) {
    this.#db = openDatabase({ path, files, migrations, kind: 'state', readOnly: true });
  }

  get(place: string): LeftBehind | undefined {
    const row = this.#db.prepare('SELECT place, action, type, content, link, device FROM left_behind WHERE place = ?').get<LeftRow>(encodeName(place));
    return row && leftOf(row);
  }

  /** What was not there before, the deepest first. */
  *made(): Generator<LeftBehind> {
    const made = [actions.indexOf('new'), actions.indexOf('both')].join();
    for (const row of this.#db.prepare(`SELECT place, action, type, content, link, device FROM left_behind WHERE action IN (${made}) ORDER BY depth DESC, place`).iterate<LeftRow>()) yield leftOf(row);
  }

  close(): void {
    this.#db.close();
  }
}

interface LeftRow {
  place: Buffer;
  action: number;
  type: Type;
  content: Buffer | null;
  link: Buffer | null;
  device: string | null;
}

function leftOf({ place, action, type, content, link, device }: LeftRow): LeftBehind {
  const lengths = new Map<string, number>();
  const ids: string[] = [];
  for (let at = 0; content !== null && at < content.length; at += 36) {
    const id = content.toString('hex', at, at + 32);
    ids.push(id);
    lengths.set(id, content.readUInt32LE(at + 32));
  }
  return {
    place: decodeName(place),
    action: actions[action] ?? 'refused',
    type,
    node: { type, content: content === null ? null : ids, ...(link !== null && { linkTarget: decodeName(link) }), ...(device !== null && { device: BigInt(device) }) },
    plainLength: (id) => lengths.get(id)
  };
}

function packContent(content: readonly string[], plainLength: (id: string) => number | undefined): Buffer {
  const packed = Buffer.alloc(content.length * 36);
  for (const [i, id] of content.entries()) {
    packed.write(id, i * 36, 'hex');
    packed.writeUInt32LE(plainLength(id) ?? 0, i * 36 + 32);
  }
  return packed;
}
