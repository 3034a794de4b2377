// Writing notes and marks as events, and reading what stands on one entry. The table behind them is compared with the events once per opened
// log, at first use, and made anew where it differs.
import type { EntryAnnotations, LogNote } from '../../../../contract/review.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import type { Appended, NewEvent } from '../model.ts';
import type { ReadRow } from '../read.ts';
import { annotationKinds, differing, rebuild, stateOf, type AnnotationState } from './annotations.ts';
import { hasReviewTables } from './tables.ts';

export interface EntryNotesDeps {
  db: Database;
  readOnly: boolean;
  rows: (seqs: readonly number[]) => ReadRow[];
  entries: () => number;
  append: (event: NewEvent) => Appended;
}

export interface EntryNotes {
  /** Compares table and events at first use. False when there is no such table yet, in a log that is only read. */
  ready(): boolean;
  state(seq: number): AnnotationState;
  of(seq: number): EntryAnnotations;
  note(seqs: readonly number[], text: string, actor: string | undefined): Appended;
  removeNote(note: number, actor: string | undefined): Appended;
  /** Marks those that are not yet as wanted; undefined when all are. */
  mark(seqs: readonly number[], reviewed: boolean, actor: string | undefined): Appended | undefined;
}

const nothing: AnnotationState = { reviewed: undefined, notes: [] };

export function createEntryNotes({ db, readOnly, rows, entries, append }: EntryNotesDeps): EntryNotes {
  let checked = false;
  const ready = (): boolean => {
    if (!hasReviewTables(db)) return false;
    if (!checked && !readOnly && differing(db)) rebuild(db);
    checked = true;
    return true;
  };

  const existing = (seqs: readonly number[]): number[] => {
    const unique = [...new Set(seqs)].toSorted((a, b) => a - b);
    const missing = unique.find((seq) => seq >= entries());
    if (missing !== undefined) throw new VarveError('NOT_FOUND', `the log has no entry ${missing}`, { kind: 'event', name: String(missing) });
    return unique;
  };

  function noteOf(seq: number): LogNote | undefined {
    const entry = rows([seq])[0]?.entry;
    if (entry === undefined) return undefined;
    const { payload, payloadState: state } = entry;
    const text = typeof payload === 'object' && payload !== null && 'text' in payload && typeof payload.text === 'string' ? payload.text : null;
    return { seq, at: entry.ts, actorName: entry.actorName, text, state };
  }

  /** An event about one thing that has a name is about that thing, too: erasing the thing then reaches the note. */
  const subjectOf = (seqs: readonly number[]): { subject?: string } => {
    const names = new Set(seqs.slice(0, 100).map((seq) => rows([seq])[0]?.entry?.subjectName ?? undefined));
    const [only] = names;
    return names.size === 1 && only !== undefined ? { subject: only } : {};
  };

  const actorOf = (actor: string | undefined): { actor?: string } => (actor === undefined ? {} : { actor });

  return {
    ready,
    state: (seq) => (ready() ? stateOf(db, seq) : nothing),
    of(seq) {
      existing([seq]);
      const { reviewed, notes } = ready() ? stateOf(db, seq) : nothing;
      const mark = reviewed === undefined ? undefined : rows([reviewed])[0]?.entry;
      return {
        notes: notes.flatMap((note) => noteOf(note) ?? []),
        reviewed: mark === undefined ? null : { seq: mark.seq, at: mark.ts, actorName: mark.actorName }
      };
    },
    note(seqs, text, actor) {
      ready();
      const targets = existing(seqs);
      return append({ action: 'note.added', category: 'note', payload: { seqs: targets, text }, ...subjectOf(targets), ...actorOf(actor) });
    },
    removeNote(note, actor) {
      ready();
      const targets = db.prepare('SELECT target FROM annotations WHERE seq = ? AND kind = ?').all<{ target: number }>(note, annotationKinds['note.added']).map((row) => row.target);
      const still = targets.filter((target) => stateOf(db, target).notes.includes(note));
      if (still.length === 0) throw new VarveError('NOT_FOUND', `entry ${note} is not a note that stands on an entry`, { kind: 'note', name: String(note) });
      return append({ action: 'note.removed', category: 'note', payload: { seqs: still, note }, ...actorOf(actor) });
    },
    mark(seqs, reviewed, actor) {
      ready();
      const targets = existing(seqs).filter((seq) => (stateOf(db, seq).reviewed !== undefined) !== reviewed);
      if (targets.length === 0) return undefined;
      return append({ action: reviewed ? 'review.marked' : 'review.unmarked', category: 'note', payload: { seqs: targets }, ...actorOf(actor) });
    }
  };
}
