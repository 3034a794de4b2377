// A log.db in a new place, grown from its entries as a package or a damaged file gave them, through the same modules that grow it from day to day: rows
// by new-rows.ts, the tree by tree/store.ts. What is derived (columns, words, notes, namespaces) comes from the entries, never from what lies beside them.
import { VarveError } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { openDatabase, type Database } from '../../store/index.ts';
import { builtInActions } from '../actions.ts';
import { idBytes } from '../append.ts';
import { createHasher, genesisHash } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import { canonicalize } from '../jcs.ts';
import { leafHash } from '../merkle/hash.ts';
import { categoryRules, levelCodes, originOf } from '../model.ts';
import { createNamespaces } from '../namespaces.ts';
import { createNewRows } from '../new-rows.ts';
import { isAnnotation, keepRows, rowsOf } from '../review/annotations.ts';
import { logMigrations } from '../schema.ts';
import { keepEncrypting, type SealedRow } from '../sealed/sealing.ts';
import { createTreeStore } from '../tree/store.ts';
import type { Category } from '../../../../contract/log.ts';

/** An entry as it lies somewhere else. */
export interface ColdEntry {
  /** Canonical text. */
  header: string;
  payload: { body: string; salt: string } | SealedRow | undefined;
  /** Seq of the event that says why the payload is gone. */
  erasedBy?: number | undefined;
}

export interface ColdCheckpoint {
  size: number;
  note: string;
  atMs: number;
}

export interface Rebuild {
  /** The database under construction, for what is not made from entries. */
  readonly db: Database;
  readonly size: number;
  /** Hex of the chain hash after the last entry. */
  readonly head: string;
  /** Entries in order, in one transaction. Throws LOG_DAMAGED for one that does not continue the chain or names what was not introduced. */
  add(entries: readonly ColdEntry[]): void;
  /** Signed checkpoints, as they were. */
  addCheckpoints(checkpoints: Iterable<ColdCheckpoint>): void;
  root(size: number): Uint8Array;
  close(): void;
}

const nameId = /^[as][0-9a-f]{16}$/;

function damaged(what: string): never {
  throw new VarveError('LOG_DAMAGED', what, { what });
}

/** `path` must not exist yet. */
export function openRebuild({ files, path, homeId }: { files: Files; path: string; homeId: string }): Rebuild {
  if (files.lstat(path) !== undefined) throw new TypeError(`${path} is there already`);
  const origin = originOf(homeId);
  const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log' });
  db.prepare("INSERT INTO meta (key, value) VALUES ('origin', ?)").run(origin);
  const hasher = createHasher();
  const tree = createTreeStore(db);
  let size = 0;
  let head = genesisHash(origin);
  /** Numbers of rows by name, as far as they were met. */
  const names = new Map<string, number>();
  const numbers = { actions: new Map<string, number>(), sessions: new Map<string, number>() };

  const numberOf = (table: 'actions' | 'sessions', name: string): number => {
    const known = numbers[table].get(name);
    if (known !== undefined) return known;
    const no = Number(db.prepare(`INSERT INTO ${table} (name) VALUES (?)`).run(name).lastInsertRowid);
    numbers[table].set(name, no);
    return no;
  };

  function nameNumber(id: string, seq: number): number {
    return names.get(id) ?? damaged(`entry ${seq} speaks of ${id}, which no entry before it introduced`);
  }

  function introduce(header: HeaderFields, body: string | undefined): void {
    const { seq, subject: id } = header;
    if (!nameId.test(id) || names.has(id)) damaged(`entry ${seq} introduces a name that is none or was introduced before`);
    const kind = id.startsWith('a') ? 'actor' : 'subject';
    const said = body === undefined ? undefined : read<{ kind: string; name: string }>('log.name-introduced', header.action, body);
    if (body !== undefined && said?.kind !== kind) damaged(`entry ${seq} does not say which name it introduces`);
    const row = db.prepare('INSERT INTO names (id, kind, name, introduced) VALUES (?, ?, ?, ?)').run(id, kind, said?.name ?? null, seq);
    names.set(id, Number(row.lastInsertRowid));
  }

  /** What other tables keep of events that speak of the record itself. */
  function keepMeaning({ seq, action }: HeaderFields, body: string): void {
    if (isAnnotation(action)) keepRows(db, rowsOf(seq, action, parse(body)));
    const namespace = read<{ prefix: string; schema: unknown }>('log.namespace-declared', action, body);
    if (namespace !== undefined) createNamespaces({ db }).keep(namespace.prefix, namespace.schema === null ? null : canonicalize(namespace.schema), seq);
    const change = read<{ category: Category; encrypts: boolean }>('log.encryption-changed', action, body);
    if (change !== undefined) {
      const value = db.prepare("SELECT value FROM meta WHERE key = 'encrypting'").get<{ value: string }>()?.value ?? '';
      const chosen = new Set((value === '' ? [] : value.split(',')) as Category[]);
      if (change.encrypts) chosen.add(change.category);
      else chosen.delete(change.category);
      keepEncrypting(db, [...chosen]);
    }
  }

  return {
    db,
    get size() {
      return size;
    },
    get head() {
      return head;
    },
    add(entries) {
      db.transaction(() => {
        const rows = createNewRows(db);
        const growing = tree.grow();
        for (const { header: text, payload, erasedBy } of entries) {
          const header = parseHeader(text) ?? damaged(`entry ${size} has a header that is not in its canonical form`);
          const { seq } = header;
          if (seq !== size || header.prev !== head) damaged(`entry ${size} does not continue the record before it`);
          const body = payload !== undefined && 'body' in payload ? payload.body : undefined;
          if (header.action === 'log.name-introduced') introduce(header, body);
          head = hasher.chain(head, text);
          growing.add(leafHash(text));
          if (payload !== undefined && 'kek' in payload) db.prepare('INSERT INTO payload_keys (id, first) VALUES (?, ?) ON CONFLICT DO NOTHING').run(payload.kek, seq);
          if (erasedBy !== undefined) db.prepare('INSERT INTO erased (seq, event) VALUES (?, ?)').run(seq, erasedBy);
          rows.add({
            seq, hash: Buffer.from(head, 'hex'), header: text, payload,
            facts: {
              atMs: Date.parse(header.ts), category: categoryRules[header.category].code, level: levelCodes[header.level], action: numberOf('actions', header.action), actor: nameNumber(header.actor, seq),
              subject: header.subject === '' ? null : nameNumber(header.subject, seq), id: idBytes(header.id), session: numberOf('sessions', header.session), trace: header.trace === '' ? null : Buffer.from(header.trace, 'hex')
            }
          });
          if (body !== undefined) keepMeaning(header, body);
          size += 1;
        }
        growing.finish();
        rows.write();
      });
    },
    addCheckpoints(checkpoints) {
      db.transaction(() => {
        for (const { size: covers, note, atMs } of checkpoints) db.prepare('INSERT INTO checkpoints (size, note, at_ms) VALUES (?, ?, ?)').run(covers, note, atMs);
      });
    },
    root: (covers) => tree.root(covers),
    close: () => db.close()
  };
}

/** What an event of this action says; undefined for another one, and for a payload that is not what such an event holds: anybody may have written it. */
function read<T>(wanted: string, action: string, body: string): T | undefined {
  const parsed = action === wanted ? builtInActions[wanted]?.payload.safeParse(parse(body)) : undefined;
  return parsed?.success === true ? (parsed.data as T) : undefined;
}

/** A payload that is not JSON says nothing. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
