// The one place where the log grows. One immediate transaction reads the head, writes header, payload, leaf and index rows, and moves the head
// on, tree and checkpoints
// included; any process may do it at any time.
import type { Category } from '../../../contract/log.ts';
import { VarveError } from '../kit/errors.ts';
import { uuid7Of } from '../kit/uuid7.ts';
import type { Clock, Random } from '../ports.ts';
import type { Database } from '../store/index.ts';
import { builtInActions } from './actions.ts';
import { chainHashSql } from './chain-column.ts';
import { createHasher, genesisHash } from './hash.ts';
import { formatHeader, isNameInHeader, parseHeader, tracePattern, type HeaderFields, type PayloadMark } from './header.ts';
import { categoryRules, levelCodes, type Appended, type NewEvent } from './model.ts';
import { leafHash } from './merkle/hash.ts';
import { findName, keepName, maxActorLength, maxSubjectLength, newOpaqueId, type NameKind, type NameRow } from './names.ts';
import { createNewRows, type NewRows } from './new-rows.ts';
import { canonicalPayload } from './payload.ts';
import type { Sealing } from './sealed/sealing.ts';
import type { GrowingTree, TreeStore } from './tree/store.ts';
import { isAnnotation, keepRows, rowsOf } from './review/annotations.ts';

export interface AppendDeps {
  db: Database;
  clock: Pick<Clock, 'now'>;
  random: Random;
  origin: string;
  session: string;
  /** Who acts when an event does not say. */
  actorName: string;
  tree: Pick<TreeStore, 'grow'>;
  sealing: Sealing;
  /** Called at the end of the transaction with how many entries there are then. */
  onGrown(size: number): void;
}

/** An event that passed every check that needs no database. */
export interface CheckedEvent {
  event: NewEvent & { level: NonNullable<NewEvent['level']>; actor: string };
  /** False when the actor is only who this process works for. */
  actorGiven: boolean;
  payload: { text: string; sizeBytes: number } | undefined;
}

const fields: ReadonlySet<string> = new Set(['action', 'category', 'level', 'actor', 'subject', 'trace', 'payload', 'id']);
const actionPattern = /^[a-z][a-z0-9._-]{0,99}$/;
const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function refuse(field: string, reason: string): never {
  throw new VarveError('EVENT_REFUSED', `${field}: ${reason}`, { field, reason });
}

/** Everything about an event that can be wrong, except an id that is taken. Throws EVENT_REFUSED; nothing is written. */
export function checkEvent(event: NewEvent, actorName: string): CheckedEvent {
  for (const field of Object.keys(event)) if (!fields.has(field)) refuse(field, 'is not a field of an event');
  if (typeof event.action !== 'string' || !actionPattern.test(event.action)) refuse('action', 'must be lower-case letters, digits, ".", "_" and "-", starting with a letter, at most 100');
  if (!Object.hasOwn(categoryRules, event.category)) refuse('category', `"${String(event.category)}" is not a category`);
  if (event.level !== undefined && !Object.hasOwn(levelCodes, event.level)) refuse('level', `"${String(event.level)}" is not a level`);
  if (event.trace !== undefined && !tracePattern.test(event.trace)) refuse('trace', 'must be 32 hex digits');
  if (event.id !== undefined && !idPattern.test(event.id)) refuse('id', 'must be a UUID of version 7, lower case');
  const actor = event.actor ?? actorName;
  checkName('actor', actor, maxActorLength);
  if (event.subject !== undefined) checkName('subject', event.subject, maxSubjectLength);
  const rule = Object.hasOwn(builtInActions, event.action) ? builtInActions[event.action] : undefined;
  if (rule !== undefined) {
    if (rule.category !== event.category) refuse('category', `"${event.action}" belongs to "${rule.category}"`);
    const result = rule.payload.safeParse(event.payload);
    if (!result.success) {
      const issue = result.error.issues[0];
      refuse(['payload', ...(issue?.path ?? [])].join('/'), `does not fit "${event.action}": ${issue?.message ?? 'it is not as expected'}`);
    }
  }
  return {
    event: { ...event, level: event.level ?? rule?.level ?? 'info', actor },
    actorGiven: event.actor !== undefined,
    payload: event.payload === undefined ? undefined : canonicalPayload(event.payload, rule !== undefined)
  };
}

const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The time now, in milliseconds. Throws EVENT_REFUSED (field `ts`) for one that a header cannot hold: years have four digits, from 1970 on. */
export function readClock(clock: Pick<Clock, 'now'>): number {
  const atMs = Math.floor(clock.now());
  if (!(atMs >= 0 && atMs <= lastMs)) refuse('ts', `the computer's clock stands outside the years 1970 to 9999 (${atMs} ms since 1970); set it right and try again`);
  return atMs;
}

function checkName(field: NameKind, name: unknown, maxLength: number): void {
  if (typeof name !== 'string' || name.length === 0) refuse(field, 'must be a name');
  if (name.length > maxLength) refuse(field, `is longer than ${maxLength} characters`);
  if (!name.isWellFormed()) refuse(field, 'holds half of a character (a lone surrogate)');
}

const existingSql = (db: Database): string => `
  SELECT e.seq AS seq, ${chainHashSql(db, 'e')} AS hash, e.header AS header, p.salt AS salt, a.name AS actor, b.name AS subject
  FROM facts f JOIN entries e ON e.seq = f.seq LEFT JOIN payloads p ON p.seq = f.seq LEFT JOIN names a ON a.no = f.actor LEFT JOIN names b ON b.no = f.subject
  WHERE f.id = ?`;

interface ExistingRow {
  seq: number;
  hash: string;
  header: string;
  salt: string | null;
  actor: string | null;
  subject: string | null;
}

export interface Appender {
  append(events: readonly CheckedEvent[], inside?: (appended: readonly Appended[]) => void): Appended[];
}

/** Where the log stands while one transaction runs, and what is still to be written at its end. */
interface Head {
  seq: number;
  hash: string;
  rows: NewRows;
  /** Ids that callers gave to entries of this transaction. */
  given: Set<string>;
  chance: HexSupply;
  tree: GrowingTree;
  encrypting: ReadonlySet<Category>;
  /** Number of this run's session. */
  session: number;
  /** The time of the last entry; many have the same. */
  at: { ms: number; ts: string };
  /** Was a header of this transaction read back? */
  proven: boolean;
  /** What was looked up already: while the transaction runs nobody else can change it. */
  actions: Map<string, number>;
  names: Record<NameKind, Map<string, NameRow>>;
}

/** So many bytes of chance, as hex. */
type HexSupply = (bytes: number) => string;

/** Chance in one draw for many events: 32 bytes of salt and 16 of id each. What is left over at the end of the transaction is thrown away. */
function drawAhead(random: Random, events: number): HexSupply {
  const draw = (bytes: number): string => Buffer.from(random.bytes(bytes)).toString('hex');
  let supply = draw(48 * events);
  let at = 0;
  return (bytes) => {
    if (supply.length - at < 2 * bytes) {
      supply = draw(Math.max(bytes, 48));
      at = 0;
    }
    at += 2 * bytes;
    return supply.slice(at - 2 * bytes, at);
  };
}

export function createAppender({ db, clock, random, origin, session, tree, sealing, onGrown }: AppendDeps): Appender {
  const hasher = createHasher();
  const genesis = genesisHash(origin);

  const readHead = (events: number): Head => {
    const last = db.prepare(`SELECT seq, ${chainHashSql(db)} AS hash FROM entries ORDER BY seq DESC LIMIT 1`).get<{ seq: number; hash: string }>();
    const head = { seq: last?.seq ?? -1, hash: last?.hash ?? genesis, rows: createNewRows(db), given: new Set<string>(), chance: drawAhead(random, events), tree: tree.grow(), encrypting: sealing.encrypting(), session: sessionNumber(), at: { ms: -1, ts: '' }, proven: false, actions: new Map<string, number>(), names: { actor: new Map<string, NameRow>(), subject: new Map<string, NameRow>() } };
    if (head.tree.size !== head.seq + 1) {
      // Somebody took entries away, or leaves: going on would bury it.
      const what = `the tree has ${head.tree.size} leaves for ${head.seq + 1} entries`;
      throw new VarveError('LOG_DAMAGED', `${db.path}: ${what}`, { what });
    }
    return head;
  };

  function sessionNumber(): number {
    const known = db.prepare('SELECT no FROM sessions WHERE name = ?').get<{ no: number }>(session);
    return known?.no ?? Number(db.prepare('INSERT INTO sessions (name) VALUES (?)').run(session).lastInsertRowid);
  }

  function actionNumber(head: Head, name: string): number {
    const before = head.actions.get(name);
    if (before !== undefined) return before;
    const known = db.prepare('SELECT no FROM actions WHERE name = ?').get<{ no: number }>(name);
    const no = known?.no ?? Number(db.prepare('INSERT INTO actions (name) VALUES (?)').run(name).lastInsertRowid);
    head.actions.set(name, no);
    return no;
  }

  /** The event that has this id already; refuses the id when that one says something else, as far as it can still be told. */
  function existing(head: Head, id: string, { event, payload, actorGiven }: CheckedEvent): Appended | undefined {
    if (head.given.has(id)) head.rows.write();
    const row = db.prepare(existingSql(db)).get<ExistingRow>(idBytes(id));
    if (row === undefined) return undefined;
    const header = parseHeader(row.header);
    if (header === undefined) throw new VarveError('LOG_DAMAGED', `${db.path}: entry ${row.seq} has a header that is not in its canonical form`, { seq: row.seq, what: `entry ${row.seq} has a header that is not in its canonical form` });
    const other = (what: string): never => refuse('id', `is taken by an event with another ${what} ("${header.action}", entry ${row.seq})`);
    if (header.action !== event.action) other('action');
    if (header.category !== event.category) other('category');
    if (header.trace !== (event.trace ?? '')) other('trace');
    // A name that was erased, and a payload that is gone or cannot be opened, cannot be compared any more; its size can.
    if (actorGiven && row.actor !== null && row.actor !== event.actor) other('actor');
    if ((header.subject === '') !== (event.subject === undefined) || (row.subject !== null && row.subject !== event.subject)) other('subject');
    if ((header.payload === null) !== (payload === undefined)) other('payload');
    if (header.payload !== null && payload !== undefined) {
      const salt = row.salt ?? saltOfSealed(header);
      const same = salt === undefined ? payload.sizeBytes === header.payload.size : hasher.commit(salt, payload.text) === header.payload.commit;
      if (!same) other('payload');
    }
    return { seq: row.seq, id, ts: header.ts, hash: row.hash };
  }

  const saltOfSealed = (header: HeaderFields): string | undefined => {
    const opened = header.payload?.enc === 'a256gcm' ? sealing.open(header) : undefined;
    return opened?.state === 'intact' ? opened.salt : undefined;
  };

  /** Writes one entry behind `head` and moves it on. */
  function write(head: Head, checked: CheckedEvent, actor: NameRow, subject: NameRow | undefined): Appended {
    const { event, payload } = checked;
    const seq = head.seq + 1;
    const atMs = readClock(clock);
    const id = event.id ?? uuid7Of(atMs, head.chance(16));
    if (event.id !== undefined) head.given.add(id);
    if (atMs !== head.at.ms) head.at = { ms: atMs, ts: new Date(atMs).toISOString() };
    const { ts } = head.at;
    const encrypts = head.encrypting.has(event.category);
    let mark: PayloadMark | null = null;
    let salt = '';
    if (payload !== undefined) {
      salt = head.chance(32);
      mark = { commit: hasher.commit(salt, payload.text), size: payload.sizeBytes, enc: encrypts ? 'a256gcm' : 'none' };
    }
    const header = formatHeader({
      seq, id, ts, actor: actor.id, session, trace: event.trace ?? '', category: event.category, action: event.action, subject: subject?.id ?? '', level: event.level, prev: head.hash, payload: mark
    });
    // What verification would not take must never be written, for it could never be taken out again. So the first header of a transaction is read back
    // with verification's own grammar. Behind it, all that is not made here or checked by `checkEvent` is what stands in the table of names.
    const canonical = head.proven ? isNameInHeader(actor.id) && (subject === undefined || isNameInHeader(subject.id)) : parseHeader(header) !== undefined;
    if (!canonical) refuse('header', 'would not be in its canonical form');
    head.proven = true;
    const hash = hasher.chain(head.hash, header);
    head.tree.add(leafHash(header));
    head.rows.add({
      seq, hash: Buffer.from(hash, 'hex'), header,
      payload: payload === undefined ? undefined : encrypts ? sealing.seal(event.category, atMs, seq, Buffer.from(salt, 'hex'), payload.text) : { body: payload.text, salt },
      facts: {
        atMs, category: categoryRules[event.category].code, level: levelCodes[event.level], action: actionNumber(head, event.action), actor: actor.no, subject: subject?.no ?? null, id: idBytes(id),
        session: head.session, trace: event.trace === undefined || event.trace === '' ? null : Buffer.from(event.trace, 'hex')
      }
    });
    if (isAnnotation(event.action)) keepRows(db, rowsOf(seq, event.action, event.payload));
    head.seq = seq;
    head.hash = hash;
    return { seq, id, ts, hash };
  }

  /** The opaque id of a name; a new name is introduced by an event of its own, by whoever acts, just before the one that needs it. */
  function resolve(head: Head, kind: NameKind, name: string, acting: { name: string; row: NameRow | undefined }): NameRow {
    const known = head.names[kind].get(name) ?? findName(db, kind, name);
    if (known) {
      head.names[kind].set(name, known);
      return known;
    }
    const row = keepName(db, kind, newOpaqueId(kind, random), name, head.seq + 1);
    const introduction: NewEvent = { action: 'log.name-introduced', category: 'record', payload: { kind, name } };
    write(head, checkEvent(introduction, acting.name), acting.row ?? row, row);
    return row;
  }

  return {
    append(events, inside) {
      return db.transaction(() => {
        const head = readHead(events.length);
        const appended = events.map((checked) => {
          const { event } = checked;
          const already = event.id === undefined ? undefined : existing(head, event.id, checked);
          if (already) return already;
          const actor = resolve(head, 'actor', event.actor, { name: event.actor, row: undefined });
          const subject = event.subject === undefined ? undefined : resolve(head, 'subject', event.subject, { name: event.actor, row: actor });
          return write(head, checked, actor, subject);
        });
        head.tree.finish();
        head.rows.write();
        inside?.(appended);
        onGrown(head.seq + 1);
        return appended;
      });
    }
  };
}

export function idBytes(id: string): Buffer {
  return Buffer.from(id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24), 'hex');
}
