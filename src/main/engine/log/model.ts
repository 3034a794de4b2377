// What an event is before and after it is recorded, and the closed lists behind its header. Codes stand in every row of log.db:
// never reuse or renumber one.
import type { Category, Level } from '../../../contract/log.ts';

/** An event as a domain hands it over. Names of people and things go in by name; the header gets their opaque ids. */
export interface NewEvent {
  action: string;
  category: Category;
  /** Default: the action's own level, `info` for actions that are not Varve's. */
  level?: Level;
  /** Name of who did it; default: the person or program this process works for. */
  actor?: string;
  /** Name of what it is about, for example `plan:thesis`. */
  subject?: string;
  /** 32 hex digits that tie events of one operation together. */
  trace?: string;
  /** Any I-JSON value up to 256 KiB in canonical form. */
  payload?: unknown;
  /** UUIDv7; an id that is in the log already is not appended again. */
  id?: string;
}

export interface Appended {
  seq: number;
  id: string;
  ts: string;
  /** Hex of the chain hash after this event. */
  hash: string;
}

/** How long a category's payloads are kept where nobody says otherwise; the rules come with retention, the classes are fixed here. */
export type RetentionClass = 'always' | 'long' | 'short';

interface CategoryRule {
  code: number;
  encrypts: boolean;
  retention: RetentionClass;
  /** May a person or program outside Varve write into it? */
  open: boolean;
}

export const categoryRules: Readonly<Record<Category, CategoryRule>> = {
  record: { code: 1, encrypts: false, retention: 'always', open: false },
  home: { code: 2, encrypts: false, retention: 'always', open: false },
  settings: { code: 3, encrypts: false, retention: 'always', open: false },
  repository: { code: 4, encrypts: false, retention: 'always', open: false },
  plan: { code: 5, encrypts: false, retention: 'always', open: false },
  snapshot: { code: 6, encrypts: false, retention: 'long', open: false },
  restore: { code: 7, encrypts: false, retention: 'long', open: false },
  access: { code: 8, encrypts: false, retention: 'long', open: false },
  gateway: { code: 9, encrypts: false, retention: 'long', open: false },
  note: { code: 10, encrypts: false, retention: 'always', open: true },
  decision: { code: 11, encrypts: false, retention: 'always', open: true },
  experiment: { code: 12, encrypts: false, retention: 'long', open: true },
  metrics: { code: 13, encrypts: true, retention: 'short', open: true },
  embeddings: { code: 14, encrypts: true, retention: 'short', open: true },
  ingest: { code: 15, encrypts: false, retention: 'long', open: true },
  app: { code: 16, encrypts: false, retention: 'long', open: true },
  job: { code: 17, encrypts: false, retention: 'long', open: false },
  alert: { code: 18, encrypts: false, retention: 'long', open: false }
};

export const levelCodes: Readonly<Record<Level, number>> = { debug: 1, info: 2, notice: 3, warn: 4, error: 5 };

export const categoryOfCode: ReadonlyMap<number, Category> = new Map(Object.entries(categoryRules).map(([name, rule]) => [rule.code, name as Category]));
export const levelOfCode: ReadonlyMap<number, Level> = new Map(Object.entries(levelCodes).map(([name, code]) => [code, name as Level]));

/** The log's identity, part of its first hash and later of every checkpoint. */
export function originOf(homeId: string): string {
  return `varve/${homeId}`;
}
