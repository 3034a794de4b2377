// Notes and "reviewed" marks: events about other entries, and the small table by which they are found. The table holds nothing that is not in
// those events' payloads; `differing` compares it with them and `rebuild` makes it anew. State is a matter of order: an entry is reviewed when
// its latest mark says so, and a note is there until a later event takes it away.
import type { Database } from '../../store/index.ts';

export const annotationKinds = { 'note.added': 1, 'note.removed': 2, 'review.marked': 3, 'review.unmarked': 4 } as const;
export type AnnotationAction = keyof typeof annotationKinds;

export interface AnnotationRow {
  target: number;
  seq: number;
  kind: number;
  note: number | null;
}

export function isAnnotation(action: string): action is AnnotationAction {
  return Object.hasOwn(annotationKinds, action);
}

/** The rows that an event stands for; none when its payload is not of that shape. */
export function rowsOf(seq: number, action: AnnotationAction, payload: unknown): AnnotationRow[] {
  if (typeof payload !== 'object' || payload === null || !('seqs' in payload) || !Array.isArray(payload.seqs)) return [];
  const note = 'note' in payload && typeof payload.note === 'number' ? payload.note : null;
  const targets = new Set(payload.seqs.filter((target): target is number => Number.isSafeInteger(target) && target >= 0 && target < seq));
  return [...targets].map((target) => ({ target, seq, kind: annotationKinds[action], note }));
}

export function keepRows(db: Database, rows: readonly AnnotationRow[]): void {
  const insert = db.prepare('INSERT INTO annotations (target, seq, kind, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  for (const { target, seq, kind, note } of rows) insert.run(target, seq, kind, note);
}

/** Conditions on f.seq, as the state is now. */
export function annotatedSql(plan: { reviewed: boolean | undefined; noted: boolean | undefined }): string[] {
  const clauses: string[] = [];
  const not = (wanted: boolean): string => (wanted ? '' : 'NOT ');
  if (plan.reviewed !== undefined) clauses.push(`${not(plan.reviewed)}coalesce((SELECT m.kind FROM annotations m WHERE m.target = f.seq AND m.kind IN (3, 4) ORDER BY m.seq DESC LIMIT 1) = 3, FALSE)`);
  if (plan.noted !== undefined) clauses.push(`${not(plan.noted)}EXISTS (SELECT 1 FROM annotations n WHERE n.target = f.seq AND n.kind = 1 AND NOT EXISTS (SELECT 1 FROM annotations r WHERE r.target = n.target AND r.kind = 2 AND r.note = n.seq))`);
  return clauses;
}

export interface AnnotationState {
  /** The latest mark, when it says reviewed. */
  reviewed: number | undefined;
  /** Seqs of the notes that are there, oldest first. */
  notes: readonly number[];
}

/** Folds the rows of one entry, in order of `seq`. */
export function foldRows(rows: Iterable<Pick<AnnotationRow, 'seq' | 'kind' | 'note'>>): AnnotationState {
  let reviewed: number | undefined;
  const notes = new Set<number>();
  for (const { seq, kind, note } of rows) {
    if (kind === annotationKinds['note.added']) notes.add(seq);
    else if (kind === annotationKinds['note.removed']) notes.delete(note ?? -1);
    else reviewed = kind === annotationKinds['review.marked'] ? seq : undefined;
  }
  return { reviewed, notes: [...notes] };
}

export function stateOf(db: Database, target: number): AnnotationState {
  return foldRows(db.prepare('SELECT seq, kind, note FROM annotations WHERE target = ? ORDER BY seq').all<AnnotationRow>(target));
}

/** All annotated entries as things stood at entry `upTo`; `version` changes whenever the answer may. */
export function annotatedEntries(db: Database, upTo: number): { version: string; reviewed: ReadonlySet<number>; noted: ReadonlySet<number> } {
  const rows = db.prepare('SELECT target, seq, kind, note FROM annotations WHERE seq <= ? ORDER BY target, seq').all<AnnotationRow>(upTo);
  const reviewed = new Set<number>();
  const noted = new Set<number>();
  let newest = -1;
  for (let from = 0; from < rows.length; ) {
    const target = rows[from]?.target ?? 0;
    let to = from;
    while (rows[to]?.target === target) newest = Math.max(newest, rows[to++]?.seq ?? -1);
    const state = foldRows(rows.slice(from, to));
    if (state.reviewed !== undefined) reviewed.add(target);
    if (state.notes.length > 0) noted.add(target);
    from = to;
  }
  return { version: `${rows.length}/${newest}`, reviewed, noted };
}

/** Where the payload is encrypted the row is all that can be read without its key, and stays as it is. */
const readable = 'seq NOT IN (SELECT seq FROM payloads WHERE sealed IS NOT NULL)';

/** What the table should hold, by the events themselves. Their commitments are the business of verification. */
function* rowsByEvents(db: Database): Generator<AnnotationRow> {
  const events = db.prepare(`
    SELECT f.seq AS seq, a.name AS action, p.body AS body FROM actions a JOIN facts f ON f.action = a.no JOIN payloads p ON p.seq = f.seq
    WHERE a.name IN ('note.added', 'note.removed', 'review.marked', 'review.unmarked') AND p.body IS NOT NULL`);
  for (const { seq, action, body } of events.all<{ seq: number; action: AnnotationAction; body: string }>()) yield* rowsOf(seq, action, parse(body));
}

/** A payload that is not JSON any more speaks of no entry. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Does the table say anything else than the events? */
export function differing(db: Database): boolean {
  const key = (row: AnnotationRow): string => `${row.target}/${row.seq}/${row.kind}/${row.note ?? ''}`;
  const kept = new Set(db.prepare(`SELECT target, seq, kind, note FROM annotations WHERE ${readable}`).all<AnnotationRow>().map(key));
  for (const row of rowsByEvents(db)) if (!kept.delete(key(row))) return true;
  return kept.size > 0;
}

export function rebuild(db: Database): void {
  db.transaction(() => {
    db.exec(`DELETE FROM annotations WHERE ${readable}`);
    keepRows(db, [...rowsByEvents(db)]);
  });
}
