// Rows of `anchors` and `witnesses`, and the events that go with them: row and event are one transaction.
import type { Anchor, AnchorForm, AnchorKind, AnchorOutcome, Witness } from '../../../../contract/anchors.ts';
import type { Level } from '../../../../contract/log.ts';
import type { LogContext } from '../context.ts';
import { parseVkey } from '../note/index.ts';

/** What of an anchor names people or places, and so lives in the event's payload only. */
export interface AnchorSource {
  label?: string | undefined;
  witness?: string | undefined;
  witnessedAt?: string | undefined;
  repository?: string | undefined;
  repositoryId?: string | undefined;
  snapshot?: string | undefined;
}

export interface NewAnchor {
  kind: AnchorKind;
  outcome: AnchorOutcome;
  form: AnchorForm;
  size: number;
  root: string;
  entries: number;
  outside: boolean;
  note: string | null;
  source: AnchorSource;
}

interface Row extends Omit<NewAnchor, 'outside' | 'source'> {
  no: number;
  event: number;
  outside: number;
  at_ms: number;
  body: string | null;
}

export interface WitnessRow {
  vkey: string;
  url: string | null;
  size: number;
  asked: number | null;
  added_ms: number;
}

export interface AnchorStore {
  keep(anchor: NewAnchor, actor: string | undefined): Anchor;
  list(options: { before?: number | undefined; limit: number }): Anchor[];
  /** The newest that fits and lies outside, and the newest that does not fit: a signed one, if there is any. */
  newest(which: 'fitting' | 'refused'): Anchor | undefined;
  /** Entries of the largest fitting checkpoint that lies outside. */
  covered(): number;
  witnesses(): WitnessRow[];
  addWitness(vkey: string, url: string | undefined, actor: string | undefined): void;
  removeWitness(vkey: string, actor: string | undefined): boolean;
  noteWitness(vkey: string, known: { size?: number; asked?: number }): void;
}

const levels: Record<AnchorOutcome, Level> = { fits: 'notice', behind: 'error', 'other-history': 'error', 'foreign-key': 'error' };
const columns = 'a.no, a.event, a.kind, a.outcome, a.form, a.size, a.root, a.entries, a.outside, a.note, a.at_ms, p.body';
const from = 'anchors a LEFT JOIN payloads p ON p.seq = a.event';

export function createAnchorStore({ db, clock, append }: Pick<LogContext, 'db' | 'clock' | 'append'>): AnchorStore {
  const by = (actor: string | undefined): { actor?: string } => (actor === undefined ? {} : { actor });
  const row = (where: string, ...parameters: unknown[]): Anchor | undefined => {
    const found = db.prepare(`SELECT ${columns} FROM ${from} WHERE ${where} LIMIT 1`).get<Row>(...parameters);
    return found && viewOf(found);
  };

  return {
    keep(anchor, actor) {
      const { source, note, outside, ...facts } = anchor;
      const payload = { ...facts, outside, ...(note !== null && { note }), ...Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)) };
      // A mistyped short form is no alarm yet.
      const level = anchor.outcome !== 'fits' && (anchor.form === 'short' || anchor.form === 'unsigned') ? 'warn' : levels[anchor.outcome];
      const [event] = append([{ action: 'log.anchored', category: 'record', level, payload, ...by(actor) }], (appended) => {
        db.prepare('INSERT INTO anchors (event, kind, outcome, form, size, root, entries, outside, note, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
          appended[0]?.seq, anchor.kind, anchor.outcome, anchor.form, anchor.size, anchor.root, anchor.entries, outside ? 1 : 0, note, Math.floor(clock.now())
        );
      });
      return row('a.event = ?', event?.seq) as Anchor;
    },
    list: ({ before, limit }) => db.prepare(`SELECT ${columns} FROM ${from} WHERE a.no < ? ORDER BY a.no DESC LIMIT ?`).all<Row>(before ?? Number.MAX_SAFE_INTEGER, limit).map(viewOf),
    newest: (which) => row(which === 'fitting' ? "a.outcome = 'fits' AND a.outside = 1 ORDER BY a.no DESC" : "a.outcome <> 'fits' ORDER BY a.form = 'signed' DESC, a.no DESC"),
    covered: () => db.prepare("SELECT coalesce(max(size), 0) AS size FROM anchors WHERE outcome = 'fits' AND outside = 1").get<{ size: number }>()?.size ?? 0,
    witnesses: () => db.prepare('SELECT vkey, url, size, asked, added_ms FROM witnesses ORDER BY added_ms, vkey').all<WitnessRow>(),
    addWitness(vkey, url, actor) {
      append([{ action: 'log.witness-added', category: 'record', payload: { vkey, ...(url !== undefined && { url }) }, ...by(actor) }], () => {
        db.prepare('INSERT INTO witnesses (vkey, url, added_ms) VALUES (?, ?, ?) ON CONFLICT (vkey) DO UPDATE SET url = excluded.url').run(vkey, url ?? null, Math.floor(clock.now()));
      });
    },
    removeWitness(vkey, actor) {
      if (!db.prepare('SELECT 1 FROM witnesses WHERE vkey = ?').get(vkey)) return false;
      append([{ action: 'log.witness-removed', category: 'record', payload: { vkey }, ...by(actor) }], () => void db.prepare('DELETE FROM witnesses WHERE vkey = ?').run(vkey));
      return true;
    },
    noteWitness: (vkey, { size, asked }) => void db.prepare('UPDATE witnesses SET size = coalesce(?, size), asked = coalesce(?, asked) WHERE vkey = ?').run(size ?? null, asked ?? null, vkey)
  };
}

/** The payload was checked when it was written; after an erasure its part is gone. */
function viewOf({ body, event, at_ms: atMs, outside, ...row }: Row): Anchor {
  const source = (body === null ? {} : JSON.parse(body)) as AnchorSource;
  return {
    ...row,
    seq: event,
    at: new Date(atMs).toISOString(),
    outside: outside === 1,
    label: source.label ?? null,
    witness: source.witness ?? null,
    witnessedAt: source.witnessedAt ?? null,
    repository: source.repository ?? null,
    snapshot: source.snapshot ?? null
  };
}

export function witnessView({ vkey, url, size, added_ms: addedMs }: WitnessRow): Witness {
  return { vkey, name: parseVkey(vkey).name, url, size, addedAt: new Date(addedMs).toISOString() };
}
