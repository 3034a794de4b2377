// Reading a JSON document that is larger than one string may be: where members and elements end is found in the bytes, and only what
// lies between is decoded. Nothing here is taken on trust: a wrong end only gives a piece that the parser proper then refuses.
import { DamagedError } from './damaged.ts';
import { parseJson } from './go-json.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** A run of bytes inside a document: `from` inclusive, `to` exclusive. */
export interface Extent {
  from: number;
  to: number;
}

/** A member of an object; the value is given by its place, white space after it included. */
export interface Member {
  key: string;
  value: Extent;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    const byte = bytes[next];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return next;
    next += 1;
  }
}

/** Where the value that begins at `at` ends: the `,`, `]` or `}` after it, or the end of the bytes. Counts brackets of both kinds alike. */
function valueEnd(bytes: Uint8Array, at: number, to: number): number {
  let depth = 0;
  for (let next = at; next < to; next++) {
    const byte = bytes[next] as number;
    if (byte === quote) {
      next += 1;
      for (; next < to; next++) {
        const inside = bytes[next] as number;
        if (inside === quote) break;
        if (inside === backslash) next += 1;
      }
    } else if (byte === openList || byte === openObject) depth += 1;
    else if (byte === closeList || byte === closeObject) {
      if (depth === 0) return next;
      depth -= 1;
    } else if (byte === comma && depth === 0) return next;
  }
  return to;
}

/** True for a value that is written as a list. */
export function isList(bytes: Uint8Array, { from }: Extent): boolean {
  return bytes[from] === openList;
}

/**
 * The members of the object that fills `extent`, white space around it excepted, in their order; repeated keys come repeatedly. Values
 * are not looked into. Throws DamagedError.
 */
export function* membersOf(bytes: Uint8Array, extent: Extent, what: string): Generator<Member, void, void> {
  const damaged = (): never => {
    throw new DamagedError(`${what}: not valid JSON`);
  };
  let at = skipSpace(bytes, extent.from);
  if (bytes[at] !== openObject) throw new DamagedError(`${what}: not an object`);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === closeObject) at += 1;
  else {
    for (;;) {
      const keyFrom = skipSpace(bytes, at);
      if (bytes[keyFrom] !== quote) damaged();
      at = keyFrom + 1;
      while (at < extent.to && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
      const key = parseJson(bytes.subarray(keyFrom, at + 1), what) as string;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== colon) damaged();
      const from = skipSpace(bytes, at + 1);
      const to = valueEnd(bytes, from, extent.to);
      if (to >= extent.to) damaged();
      yield { key, value: { from, to } };
      at = to + 1;
      if (bytes[to] === closeObject) break;
      if (bytes[to] !== comma) damaged();
    }
  }
  if (skipSpace(bytes, at) < extent.to) damaged();
}

/**
 * The elements of the list that fills `extent`, as runs of whole elements with the commas between them: as many as fit into `pieceBytes`,
 * and a longer element alone. A run never begins or ends with a comma of the list. Throws DamagedError.
 */
export function* elementRuns(bytes: Uint8Array, extent: Extent, pieceBytes: number, what: string): Generator<Extent, void, void> {
  const damaged = (): never => {
    throw new DamagedError(`${what}: not valid JSON`);
  };
  if (bytes[extent.from] !== openList) damaged();
  let at = skipSpace(bytes, extent.from + 1);
  if (bytes[at] === closeList) {
    if (skipSpace(bytes, at + 1) < extent.to) damaged();
    return;
  }
  let run: Extent | undefined;
  for (;;) {
    at = skipSpace(bytes, at);
    const to = valueEnd(bytes, at, extent.to);
    if (to === at || to >= extent.to) damaged();
    if (run !== undefined && to - run.from > pieceBytes) {
      yield run;
      run = undefined;
    }
    if (run === undefined) run = { from: at, to };
    else run.to = to;
    at = to + 1;
    if (bytes[to] === closeList) break;
    if (bytes[to] !== comma) damaged();
  }
  yield run;
  if (skipSpace(bytes, at) < extent.to) damaged();
}

/**
 * The list of ids that fills `extent`. Each must be 64 bytes between quotes, which are not looked at further; equal neighbours, which a
 * hole makes by the million, are one string. Throws DamagedError.
 */
export function readIds(bytes: Buffer, extent: Extent, what: string): string[] {
  const damaged = (): never => {
    throw new DamagedError(`${what}: not a list of ids`);
  };
  const ids: string[] = [];
  let at = skipSpace(bytes, extent.from + 1);
  let last = -1;
  if (bytes[at] === closeList) at += 1;
  else {
    for (;;) {
      at = skipSpace(bytes, at);
      const end = at + 65;
      if (end >= extent.to || bytes[at] !== quote || bytes[end] !== quote) damaged();
      if (last >= 0 && bytes.compare(bytes, last, last + 64, at + 1, end) === 0) ids.push(ids[ids.length - 1] as string);
      else ids.push(bytes.toString('latin1', at + 1, end));
      last = at + 1;
      at = skipSpace(bytes, end + 1);
      const next = bytes[at++];
      if (next === closeList) break;
      if (next !== comma) damaged();
    }
  }
  if (skipSpace(bytes, at) < extent.to) damaged();
  return ids;
}
