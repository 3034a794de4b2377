// The columns by which entries are listed and filtered, against the headers: what a list shows must be what the record says. Written the other way
// round for speed: the columns say how the header must read, to the byte, and where it does read so both are right and nothing has to be parsed.
import type { Database } from '../../store/index.ts';
import { formatHeader, type HeaderFields, type PayloadMark } from '../header.ts';
import { categoryOfCode, categoryRules, levelCodes, levelOfCode } from '../model.ts';
import { hasReviewTables } from '../review/tables.ts';
import type { NameCheck } from './names.ts';

/** Of table `facts`, joined as `f`. A log that is only read may be from before sessions and traces had columns. */
export function columnsSql(db: Database): string {
  return `f.at_ms, f.category, f.level, f.action, f.actor, f.subject, hex(f.id), ${hasReviewTables(db) ? 'f.session, iif(f.trace IS NULL, NULL, hex(f.trace))' : 'NULL, NULL'}`;
}
/** Without a session: an entry of a program of before, written after the file was brought up to date. No filter by session or trace finds it. */
export type ColumnValues = [atMs: number | null, category: number | null, level: number | null, action: number | null, actor: number | null, subject: number | null, id: string, session: number | null, trace: string | null];

const actionPattern = /^[a-z][a-z0-9._-]{0,99}$/;
const sessionPattern = /^[A-Za-z0-9_-]{0,64}$/;
const tracePattern = /^[a-z0-9]{0,64}$/;
const hashPattern = /^[0-9a-f]{64}$/;
/** A UUID of version 7, by its 15th character, and the four variants that the 20th may give. */
const seven = 0x37;
const variants = '89ab';
const markStart = '{"alg":"hmac-sha256","commit":"';
/** The template without its values, up to where the payload's mark begins, and from the end of the trace on. */
const beforeMark = '{"action":"","actor":"","category":"","id":"","level":"","payload":';
const afterTrace = '","ts":"2026-11-21T00:00:00.000Z","v":1}';
const minuteMs = 60_000;
const endOfTime = Date.UTC(10_000, 0, 1);

export class ColumnCheck {
  readonly #names: NameCheck;
  readonly #actions = new Map<number, string>();
  readonly #sessions = new Map<number, string>();
  /** Of the entry before, for one whose columns do not say. */
  #session = '';
  /** The minute that was written last, as number and as text. */
  #minute = Number.NaN;
  #minuteText = '';

  constructor(db: Database, names: NameCheck) {
    this.#names = names;
    for (const row of db.prepare('SELECT no, name FROM actions').all<{ no: number; name: string }>()) if (actionPattern.test(row.name)) this.#actions.set(row.no, row.name);
    if (hasReviewTables(db)) for (const row of db.prepare('SELECT no, name FROM sessions').all<{ no: number; name: string }>()) if (sessionPattern.test(row.name)) this.#sessions.set(row.no, row.name);
  }

  /**
   * The header, when `text` is what the columns in `row` (from place `at` on) say for the entry `seq` after the hash `prev`. undefined says nothing:
   * then `text` is parsed and `agree` is asked.
   */
  expected(row: readonly unknown[], at: number, { text, seq, prev }: { text: string; seq: number; prev: string }): HeaderFields | undefined {
    // One by one: arrays to take apart would cost as much as the comparing.
    const atMs = row[at] as ColumnValues[0];
    const categoryCode = row[at + 1] as ColumnValues[1];
    const levelCode = row[at + 2] as ColumnValues[2];
    const actionNo = row[at + 3] as ColumnValues[3];
    const actorNo = row[at + 4] as ColumnValues[4];
    const subjectNo = row[at + 5] as ColumnValues[5];
    const idHex = row[at + 6] as ColumnValues[6];
    const sessionNo = row[at + 7] as ColumnValues[7];
    if (!Number.isSafeInteger(atMs) || atMs === null || atMs < 0 || atMs >= endOfTime || categoryCode === null || levelCode === null || actionNo === null || actorNo === null || idHex.length !== 32) return undefined;
    const category = categoryOfCode.get(categoryCode);
    const level = levelOfCode.get(levelCode);
    const action = this.#actions.get(actionNo);
    const actor = this.#names.idOf(actorNo);
    const subject = subjectNo === null ? '' : this.#names.idOf(subjectNo);
    const session = sessionNo === null ? this.#session : this.#sessions.get(sessionNo);
    if (category === undefined || level === undefined || action === undefined || actor === undefined || subject === undefined || session === undefined) return undefined;
    const id = uuidOf(idHex.toLowerCase());
    const payload = markAt(text, beforeMark.length + action.length + actor.length + category.length + id.length + level.length);
    if (payload === undefined || id.charCodeAt(14) !== seven || !variants.includes(id[19] as string)) return undefined;
    const traceEnd = text.length - afterTrace.length;
    const trace = text.endsWith('"trace":"', traceEnd) ? '' : text.slice(text.lastIndexOf('"', traceEnd - 1) + 1, traceEnd);
    const traceHex = row[at + 8] as ColumnValues[8];
    if (sessionNo !== null && trace !== (traceHex ?? '').toLowerCase()) return undefined;
    const header: HeaderFields = { action, actor, category, id, level, payload, prev, seq, session, subject, trace, ts: this.#instantText(atMs) };
    return formatHeader(header) === text && (trace === '' || tracePattern.test(trace)) ? header : undefined;
  }

  /** Do the columns say what the header says? */
  agree(row: readonly unknown[], at: number, header: HeaderFields): boolean {
    const [atMs, category, level, action, actor, subject, id, session, trace] = [row[at], row[at + 1], row[at + 2], row[at + 3], row[at + 4], row[at + 5], row[at + 6], row[at + 7], row[at + 8]] as ColumnValues;
    // The next header is probably of the same run of the program.
    if (sessionPattern.test(header.session)) this.#session = header.session;
    return (
      atMs === Date.parse(header.ts) && category === categoryRules[header.category].code && level === levelCodes[header.level] && action !== null && this.#actions.get(action) === header.action &&
      actor !== null && this.#names.idOf(actor) === header.actor && (subject === null ? '' : this.#names.idOf(subject)) === header.subject && id === header.id.replaceAll('-', '').toUpperCase() &&
      (session === null ? (trace ?? '') === '' : this.#sessions.get(session) === header.session && (trace ?? '') === header.trace.toUpperCase())
    );
  }

  #instantText(atMs: number): string {
    const minute = Math.floor(atMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#minuteText = new Date(minute * minuteMs).toISOString().slice(0, 17);
    }
    const rest = atMs - minute * minuteMs;
    const [seconds, ms] = [Math.floor(rest / 1000), rest % 1000];
    return `${this.#minuteText}${seconds < 10 ? '0' : ''}${seconds}.${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
  }
}

/** What `text` says about the payload from place `at` on; only as far as is needed to write it again. */
function markAt(text: string, at: number): PayloadMark | null | undefined {
  if (text.startsWith('null,', at)) return null;
  const commitAt = at + markStart.length;
  const commit = text.slice(commitAt, commitAt + 64);
  const enc = text.startsWith('","enc":"none","size":', commitAt + 64) ? 'none' : 'a256gcm';
  const sizeAt = commitAt + 64 + '","enc":"","size":'.length + enc.length;
  const size = Number(text.slice(sizeAt, text.indexOf('}', sizeAt)));
  return Number.isSafeInteger(size) && size >= 0 && hashPattern.test(commit) ? { commit, size, enc } : undefined;
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
