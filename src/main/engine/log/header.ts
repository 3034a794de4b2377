// The header of an event: the Merkle leaf, RFC 8785 bytes, ASCII only, under 4 KiB, no text that a person or program gave
// (docs: evidence format, section 8). One template writes it and one grammar reads it, so what is not canonical does not parse.
import type { Category, EventHeader, Level } from '../../../contract/log.ts';
import { categoryRules, levelCodes } from './model.ts';

export interface PayloadMark {
  commit: string;
  size: number;
  enc: 'none' | 'a256gcm';
}

/** Header fields as the template wants them; `payload` is what the header says about the payload. */
export interface HeaderFields {
  seq: number;
  id: string;
  ts: string;
  actor: string;
  session: string;
  trace: string;
  category: Category;
  action: string;
  subject: string;
  level: Level;
  prev: string;
  payload: PayloadMark | null;
}

/** Canonical text. All strings must already fit the grammar below; the caller checks what comes from outside. */
export function formatHeader(header: HeaderFields): string {
  const mark = header.payload;
  const payload = mark === null ? 'null' : `{"alg":"hmac-sha256","commit":"${mark.commit}","enc":"${mark.enc}","size":${mark.size}}`;
  return (
    `{"action":"${header.action}","actor":"${header.actor}","category":"${header.category}","id":"${header.id}","level":"${header.level}","payload":${payload},` +
    `"prev":"${header.prev}","seq":${header.seq},"session":"${header.session}","subject":"${header.subject}","trace":"${header.trace}","ts":"${header.ts}","v":1}`
  );
}

const grammar =
  /^\{"action":"([a-z][a-z0-9._-]{0,99})","actor":"([a-z0-9]{1,40})","category":"([a-z]{1,40})","id":"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})","level":"([a-z]{1,10})","payload":(null|\{"alg":"hmac-sha256","commit":"([0-9a-f]{64})","enc":"(none|a256gcm)","size":(0|[1-9][0-9]{0,15})\}),"prev":"([0-9a-f]{64})","seq":(0|[1-9][0-9]{0,15}),"session":"([A-Za-z0-9_-]{0,64})","subject":"([a-z0-9]{0,40})","trace":"([a-z0-9]{0,64})","ts":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)","v":1\}$/;

/** undefined when the text is not the canonical form of a header, or names a category or level that does not exist. */
export function parseHeader(text: string): HeaderFields | undefined {
  const match = grammar.exec(text);
  if (match === null) return undefined;
  const category = match[3] as Category;
  const level = match[5] as Level;
  if (!Object.hasOwn(categoryRules, category) || !Object.hasOwn(levelCodes, level)) return undefined;
  return {
    action: match[1] as string,
    actor: match[2] as string,
    category,
    id: match[4] as string,
    level,
    payload: match[6] === 'null' ? null : { commit: match[7] as string, enc: match[8] as 'none' | 'a256gcm', size: Number(match[9]) },
    prev: match[10] as string,
    seq: Number(match[11]),
    session: match[12] as string,
    subject: match[13] as string,
    trace: match[14] as string,
    ts: match[15] as string
  };
}

/** The header in the shape of the contract. */
export function describeHeader(header: HeaderFields): EventHeader {
  return { v: 1, ...header, payload: header.payload === null ? null : { alg: 'hmac-sha256', ...header.payload } };
}

const nameInHeader = /^[a-z0-9]{1,40}$/;
/** May it stand for an actor or a subject? */
export const isNameInHeader = (id: string): boolean => nameInHeader.test(id);

export const sessionPattern = /^[A-Za-z0-9_-]{0,64}$/;
export const tracePattern = /^(?:[0-9a-f]{32})?$/;
