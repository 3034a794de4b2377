// Every path that fits, over many snapshots at once: from the top down, folder by folder, only where something that fits lies below. Folders that
// snapshots share are looked at once; what is found comes in the order of the paths.
import { decodeName, encodeName } from '../../kit/names.ts';
import type { Database } from '../../store/index.ts';
import type { NamePattern } from './pattern.ts';

/** One repository: its names, and the trees its snapshots begin with. */
export interface Searched {
  db: Database;
  tops: readonly { tree: number; snapshot: number }[];
}

export interface FoundPath {
  path: string;
  type: number;
  size: number;
  changedMs: number;
  /** Number of the newest snapshot that holds it: the smallest. Type, size and time are as in that. */
  newest: number;
  /** The same of the oldest: the greatest. */
  oldest: number;
  snapshots: number;
}

export interface LookOptions {
  pattern: NamePattern;
  /** Only entries of this type. */
  type: number | undefined;
  /** Only what comes after this path; undefined: everything. */
  after?: string | undefined;
  onFound(found: FoundPath): void;
  /** A folder that was never read: what lies below it is not known. */
  onUnread(path: string, place: number, tree: number): void;
  /** Hostile trees can nest and multiply without end: this path is passed over, or all that is left. */
  onTooMuch(path: string): void;
  /** Before each folder. */
  onFolder(): Promise<void> | undefined;
}

/** Snapshots, as far as anybody asks: how many, the newest (the smallest number) and the oldest. */
interface Holding {
  newest: number;
  oldest: number;
  count: number;
}

/** By repository: the trees at one path and what holds them. No snapshot is in two of them, so that they can be added up. */
type Variants = Map<number, Holding>[];

interface Row {
  name: Buffer;
  type: number;
  size: number;
  changed: number;
  subtree: number | null;
  fits: number;
  goes: number;
}

interface Entry {
  found: FoundPath | undefined;
  below: Variants;
}

const rowsOf = `
  SELECT names.name, entries.type, entries.size, entries.changed, entries.subtree, fitting.name IS NOT NULL AS fits, hits.tree IS NOT NULL AS goes
  FROM entries JOIN names ON names.no = entries.name LEFT JOIN temp.fitting ON fitting.name = entries.name LEFT JOIN temp.hits ON hits.tree = entries.subtree
  WHERE entries.tree = ? AND (fitting.name IS NOT NULL OR hits.tree IS NOT NULL)
`;
const isUnread = 'SELECT 1 FROM trees WHERE no = ? AND state = 0';
const deepest = 4096;
const mostFolders = 10_000_000;

export async function lookFor(places: readonly Searched[], options: LookOptions): Promise<void> {
  const top: Variants = places.map(({ db, tops }) => {
    markFitting(db, options.pattern);
    const trees = new Map<number, Holding>();
    const hits = db.prepare('SELECT 1 FROM temp.hits WHERE tree = ?');
    for (const { tree, snapshot } of tops) if (hits.get(tree) !== undefined) trees.set(tree, together(trees.get(tree), { newest: snapshot, oldest: snapshot, count: 1 }));
    return trees;
  });
  let folders = 0;
  const mayEnter = (path: string, depth: number): boolean => {
    folders += 1;
    if (depth > deepest || folders === mostFolders) options.onTooMuch(path);
    return depth <= deepest && folders < mostFolders;
  };
  await folder(places, { ...options, mayEnter }, '', top, 0, options.after === undefined ? undefined : namesIn(options.after));
}

/** As names are ordered: one character a byte. */
function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '').map((name) => encodeName(name).toString('latin1'));
}

/** Names that fit, and the trees with something that fits, or something unread, in or below them. */
function markFitting(db: Database, { name, literal }: NamePattern): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS fitting (name INTEGER PRIMARY KEY); CREATE TEMP TABLE IF NOT EXISTS hits (tree INTEGER PRIMARY KEY); DELETE FROM fitting; DELETE FROM hits');
  db.raw.function('fits', { deterministic: true }, (bytes: unknown) => (name.test(decodeName(bytes as Buffer)) ? 1 : 0));
  const rough = literal === '' ? '' : 'instr(name, ?) > 0 AND ';
  db.prepare(`INSERT INTO temp.fitting SELECT no FROM names WHERE ${rough}fits(name)`).run(...(literal === '' ? [] : [encodeName(literal)]));
  db.exec(`
    INSERT INTO temp.hits
    WITH RECURSIVE up (tree) AS (
      SELECT entries.tree FROM temp.fitting JOIN entries ON entries.name = fitting.name
      UNION SELECT no FROM trees WHERE state = 0
      UNION SELECT entries.tree FROM up JOIN entries ON entries.subtree = up.tree
    ) SELECT tree FROM up
  `);
}

/** Numbers of the snapshots with an entry whose name (and type) fits, after `lookFor` has marked the names. Does not ask for paths. */
export function holdersOf(places: readonly Searched[], type: number | undefined): number[] {
  const numbers = places.flatMap(({ db, tops }) => {
    db.exec('CREATE TEMP TABLE IF NOT EXISTS holding (tree INTEGER PRIMARY KEY); DELETE FROM holding');
    db.prepare(holdingTrees).run(type ?? null, type ?? null);
    const holds = db.prepare('SELECT 1 FROM temp.holding WHERE tree = ?');
    return tops.flatMap(({ tree, snapshot }) => (holds.get(tree) === undefined ? [] : [snapshot]));
  });
  return numbers.sort((a, b) => a - b);
}

const holdingTrees = `
  INSERT INTO temp.holding
  WITH RECURSIVE up (tree) AS (
    SELECT entries.tree FROM temp.fitting JOIN entries ON entries.name = fitting.name WHERE ? IS NULL OR entries.type = ?
    UNION SELECT entries.tree FROM up JOIN entries ON entries.subtree = up.tree
  ) SELECT tree FROM up
`;

/** `after`: of the folder's own entries those are passed over that come before its first name, and what is in the one of that name goes on by the rest. */
async function folder(places: readonly Searched[], options: LookOptions & { mayEnter(path: string, depth: number): boolean }, path: string, variants: Variants, depth: number, after: readonly string[] | undefined): Promise<void> {
  await options.onFolder();
  const shown = path === '' ? '/' : path;
  if (!options.mayEnter(shown, depth)) return;
  const first = after?.[0];
  const here = new Map<string, Entry>();
  for (const [place, trees] of variants.entries()) {
    const { db } = places[place] as Searched;
    for (const [tree, holding] of trees) {
      // What was said of a folder on the page before is not said again.
      if (db.prepare(isUnread).get(tree) !== undefined) {
        if (first === undefined) options.onUnread(shown, place, tree);
      } else for (const row of db.prepare(rowsOf).iterate<Row>(tree)) take(here, row, path, place, holding, options, places.length);
    }
  }
  // Names as one character a byte: their order is that of the bytes.
  for (const name of [...here.keys()].sort()) {
    const { found, below } = here.get(name) as Entry;
    here.delete(name);
    if (first !== undefined && name < first) continue;
    if (found !== undefined && name !== first) options.onFound(found);
    if (below.some((trees) => trees.size > 0)) await folder(places, options, `${path}/${decodeName(Buffer.from(name, 'latin1'))}`, below, depth + 1, name === first ? after?.slice(1) : undefined);
  }
}

function take(here: Map<string, Entry>, row: Row, path: string, place: number, holding: Holding, { pattern, type }: LookOptions, places: number): void {
  const name = row.name.toString('latin1');
  const whole = `${path}/${decodeName(row.name)}`;
  const fits = row.fits === 1 && (type === undefined || row.type === type) && (pattern.path === undefined || pattern.path.test(whole));
  const goes = row.goes === 1 && row.subtree !== null;
  if (!fits && !goes) return;
  const entry = here.get(name) ?? { found: undefined, below: Array.from({ length: places }, () => new Map<number, Holding>()) };
  here.set(name, entry);
  if (fits) {
    const { newest, count } = holding;
    const known = entry.found;
    const snapshots = (known?.snapshots ?? 0) + count;
    const oldest = Math.max(known?.oldest ?? 0, holding.oldest);
    if (known === undefined || newest < known.newest) entry.found = { path: whole, type: row.type, size: row.size, changedMs: row.changed, newest, oldest, snapshots };
    else Object.assign(known, { oldest, snapshots });
  }
  if (goes) {
    const trees = entry.below[place] as Map<number, Holding>;
    trees.set(row.subtree as number, together(trees.get(row.subtree as number), holding));
  }
}

function together(a: Holding | undefined, b: Holding): Holding {
  return a === undefined ? b : { newest: Math.min(a.newest, b.newest), oldest: Math.max(a.oldest, b.oldest), count: a.count + b.count };
}
