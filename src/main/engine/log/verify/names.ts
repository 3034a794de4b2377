// Names against the record: each opaque id was introduced by one entry, whose payload holds the name. A name that the table shows must be that
// one; a name that is gone must have been erased by an event that names its introduction, just like a payload. Looks names up as they come.
import type { Database } from '../../store/index.ts';
import type { HeaderFields } from '../header.ts';
import type { BreakFound } from './break.ts';

interface NameRow {
  id: string;
  kind: string;
  name: string | null;
  introduced: number;
}

export interface Nameless {
  seq: number;
  id: string;
}

const keptIds = 20_000;
const idPattern = /^[a-z0-9]{1,40}$/;

export class NameCheck {
  /** Introductions that have been read. */
  introduced = 0;
  readonly #db: Database;
  readonly #ids = new Map<number, string>();
  /** Introductions whose name is no longer shown, in order. */
  readonly nameless: Nameless[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  /** undefined where there is none, or none that a header could have. */
  idOf(no: number): string | undefined {
    const known = this.#ids.get(no);
    if (known !== undefined) return known;
    const id = this.#db.prepare('SELECT id FROM names WHERE no = ?').get<{ id: string }>(no)?.id;
    if (id === undefined || !idPattern.test(id)) return undefined;
    if (this.#ids.size >= keptIds) this.#ids.clear();
    this.#ids.set(no, id);
    return id;
  }

  /** Takes in an entry that introduces a name; `body` is its payload when that is there and opens its commitment, `erased` whether an event says why it is gone. */
  introduce(header: HeaderFields, body: string | undefined, erased: boolean): BreakFound | undefined {
    const { seq, subject: id } = header;
    const row = this.#db.prepare('SELECT id, kind, name, introduced FROM names WHERE id = ?').get<NameRow>(id);
    const edited = (detail: string): BreakFound => ({ seq, what: 'edited', detail });
    if (row === undefined) return edited(`the name that entry ${seq} introduced is not in the table of names`);
    if (row.introduced !== seq) return edited(`the table of names says that ${id} was introduced by entry ${row.introduced}, not by entry ${seq}`);
    this.introduced += 1;
    if (row.name === null && !erased) this.nameless.push({ seq, id });
    if (body === undefined) return row.name === null ? undefined : edited(`a name is shown for ${id}, but the payload of entry ${seq} that introduced it is gone`);
    const said = readNames(body);
    if ((row.name !== null && row.name !== said?.name) || row.kind !== said?.kind) return edited(`the name shown for ${id} is not the one that entry ${seq} introduced`);
    return undefined;
  }
}

/** What an introduction says; a payload that is not even JSON says nothing. */
function readNames(body: string): { kind?: unknown; name?: unknown } | null {
  try {
    return JSON.parse(body) as { kind?: unknown; name?: unknown } | null;
  } catch {
    return null;
  }
}

/** Names without an introduction, when `introduced` entries from `from` to `end` introduced one. */
export function strayNames(db: Database, { from, end, introduced }: { from: number; end: number; introduced: number }): BreakFound | undefined {
  const count = db.prepare('SELECT count(*) AS count FROM names WHERE ? = 0 OR introduced >= ?').get<{ count: number }>(from, from)?.count;
  return count === introduced ? undefined : { seq: end, what: 'edited', detail: 'the table of names holds a name that no entry introduced' };
}
