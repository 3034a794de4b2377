// Names of people and things, and the opaque ids that stand for them in headers. A name can be erased; its id stays for ever.
import type { Random } from '../ports.ts';
import type { Database } from '../store/index.ts';

export type NameKind = 'actor' | 'subject';
export interface NameRow {
  no: number;
  id: string;
}

export const maxActorLength = 200;
export const maxSubjectLength = 500;

/** `a` or `s` and 16 random hex digits. */
export function newOpaqueId(kind: NameKind, random: Random): string {
  return (kind === 'actor' ? 'a' : 's') + Buffer.from(random.bytes(8)).toString('hex');
}

export function findName(db: Database, kind: NameKind, name: string): NameRow | undefined {
  return db.prepare('SELECT no, id FROM names WHERE kind = ? AND name = ?').get<NameRow>(kind, name);
}

export function keepName(db: Database, kind: NameKind, id: string, name: string, introduced: number): NameRow {
  const { lastInsertRowid } = db.prepare('INSERT INTO names (id, kind, name, introduced) VALUES (?, ?, ?, ?)').run(id, kind, name, introduced);
  return { no: Number(lastInsertRowid), id };
}

/** Rows a person may mean: by exact name, by opaque id, or, with a `*` at the end, by the start of the name. */
export function numbersOf(db: Database, kind: NameKind, wanted: string): number[] {
  const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : undefined;
  const rows =
    prefix === undefined
      ? db.prepare('SELECT no FROM names WHERE kind = ? AND (name = ? OR id = ?)').all<{ no: number }>(kind, wanted, wanted)
      : db.prepare('SELECT no FROM names WHERE kind = ? AND substr(name, 1, ?) = ?').all<{ no: number }>(kind, prefix.length, prefix);
  return rows.map((row) => row.no);
}
