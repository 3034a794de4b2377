// One entry as its line in a segment: what lies in the tables, and whether it is what was recorded. A payload is written open only when it opens its
// commitment; whatever does not fit goes along under `kept`, as it is.
import type { Category } from '../../../../contract/log.ts';
import type { Database } from '../../store/index.ts';
import { namesEntry, type Erasure } from '../erasure.ts';
import { createHasher, type Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields, type PayloadMark } from '../header.ts';
import { erasureAt, isKept } from '../verify/payloads.ts';
import { isDamage, type EntryRow } from './entry-rows.ts';

export interface EntryLine {
  text: string;
  /** undefined when the header is not one, or speaks of another entry. */
  header: HeaderFields | undefined;
  /** The stored chain hash; undefined when it is none. */
  hash: string | undefined;
  /** Of an erased one: the event that says so. */
  by?: number;
  /** What does not fit. */
  what?: string;
}

type Judged = { state: string; by?: number } | { what: string };

const hashPattern = /^[0-9a-f]{64}$/;
const keptErasures = 16;

export function createLineWriter(db: Database): (row: EntryRow) => EntryLine {
  const hasher = createHasher();
  const erasures = createErasures(db, hasher);

  function judge(row: EntryRow, header: HeaderFields): Judged {
    const mark = header.payload;
    if (row.unread !== undefined) return { what: `the payload cannot be read: ${row.unread}` };
    if (mark === null) return row.there === 0 ? { state: '"none"' } : { what: 'there is a payload, but it was recorded without one' };
    if (row.there === 0) {
      const by = erasures.explains(header, row.by);
      return by === undefined ? { what: 'the payload is gone and nothing in the record says why' } : { state: `"erased","by":${by}`, by };
    }
    return judgePayload(row, mark);
  }

  function judgePayload(row: EntryRow, mark: PayloadMark): Judged {
    const { body, sealed, nonce, wrapped, kek } = row;
    if (mark.enc === 'a256gcm') {
      if (body !== null || !(sealed instanceof Uint8Array) || !(nonce instanceof Uint8Array) || !(wrapped instanceof Uint8Array) || typeof kek !== 'string') return { what: 'the payload is not kept as the header says' };
      return { state: `"sealed","key":${JSON.stringify(kek)},"nonce":"${base64(nonce)}","wrapped":"${base64(wrapped)}","sealed":"${base64(sealed)}"` };
    }
    if (!isKept({ body, salt: row.salt }) || sealed !== null) return { what: 'the payload is not kept as the header says' };
    const [text, salt] = [body as string, row.salt as string];
    if (hasher.commit(salt, text) !== mark.commit || Buffer.byteLength(text, 'utf8') !== mark.size) return { what: 'the payload is not the one that was recorded' };
    // It is embedded as it is: a commitment to something that is not one line of JSON would break the file.
    return isOneLineOfJson(text) ? { state: `"open","salt":"${salt}"` } : { what: 'the payload is not JSON' };
  }

  return (row) => {
    const parsed = typeof row.header === 'string' ? parseHeader(row.header) : undefined;
    const header = parsed?.seq === row.seq ? parsed : undefined;
    const hash = typeof row.hash === 'string' && hashPattern.test(row.hash) ? row.hash : undefined;
    const judged: Judged = header === undefined ? { what: 'the header is not in its canonical form, or of another place' } : hash === undefined ? { what: 'the chain hash is none' } : judge(row, header);
    if ('what' in judged) return { text: damagedLine(row, header, hash), header, hash, what: judged.what };
    const payload = judged.state.startsWith('"open"') ? (row.body as string) : 'null';
    return { text: `{"header":${row.header as string},"hash":"${hash}","state":${judged.state},"payload":${payload}}`, header, hash, ...(judged.by !== undefined && { by: judged.by }) };
  };
}

/** A sound header and hash stand where they always do; everything else under `kept`. */
function damagedLine(row: EntryRow, header: HeaderFields | undefined, hash: string | undefined): string {
  const kept = {
    seq: row.seq,
    header: header === undefined ? textOf(row.header) : null,
    hash: hash === undefined ? textOf(row.hash) : null,
    body: textOf(row.body), salt: textOf(row.salt), sealed: bytesOf(row.sealed), nonce: bytesOf(row.nonce), wrapped: bytesOf(row.wrapped), key: textOf(row.kek),
    by: typeof row.by === 'number' ? row.by : null
  };
  return `{"header":${header === undefined ? 'null' : (row.header as string)},"hash":${hash === undefined ? 'null' : `"${hash}"`},"state":"damaged","kept":${JSON.stringify(kept)},"payload":null}`;
}

interface Erasures {
  /** The event that says that the payload of this entry may be gone; `pointer` is where to look first. */
  explains(header: HeaderFields, pointer: unknown): number | undefined;
}

function createErasures(db: Database, hasher: Hasher): Erasures {
  const known = new Map<number, Erasure | undefined>();
  let all: { event: number; erasure: Erasure }[] | undefined;

  function at(event: number): Erasure | undefined {
    if (!known.has(event)) {
      if (known.size >= keptErasures) known.clear();
      known.set(event, erasureAt(db, hasher, event));
    }
    return known.get(event);
  }

  const names = (erasure: Erasure | undefined, seq: number, category: Category): boolean => erasure !== undefined && namesEntry(erasure, seq, category);

  /** Only where the pointer is gone or wrong. */
  function everyErasure(): { event: number; erasure: Erasure }[] {
    const rows = db.prepare("SELECT f.seq AS seq FROM actions a JOIN facts f ON f.action = a.no WHERE a.name IN ('log.erasure', 'log.retention') ORDER BY f.seq").all<{ seq: number }>();
    return rows.flatMap(({ seq }) => {
      const erasure = erasureAt(db, hasher, seq);
      return erasure === undefined ? [] : [{ event: seq, erasure }];
    });
  }

  return {
    explains({ seq, category }, pointer) {
      try {
        if (typeof pointer === 'number' && pointer > seq && names(at(pointer), seq, category)) return pointer;
        return (all ??= everyErasure()).find(({ event, erasure }) => event > seq && names(erasure, seq, category))?.event;
      } catch (error) {
        if (!isDamage(error)) throw error;
        return undefined; // the event that would explain it cannot be read: nothing explains it
      }
    }
  };
}

function isOneLineOfJson(text: string): boolean {
  if (text.includes('\n') || text.includes('\r')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
const textOf = (value: unknown): string | null => (value === null || value === undefined ? null : value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value));
const bytesOf = (value: unknown): string | null => (value instanceof Uint8Array ? base64(value) : value === null || value === undefined ? null : base64(Buffer.from(String(value), 'utf8')));
