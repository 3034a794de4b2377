// JSON as Go's encoding/json writes it, which is how restic addresses trees: bytes matter. And reading it without losing digits.
import { decodeName, encodeName } from '../../kit/names.ts';
import { DamagedError } from './damaged.ts';

/** Longest text this program turns into one string to parse it (V8's own limit for a string is about twice that). Trees may be longer: they are read in pieces. */
export const jsonLimitBytes = 256 * 1024 * 1024;
const maxDepth = 200;

/** UTF-8 text of a document; bytes that are not UTF-8 become U+FFFD, as Go reads them. */
export function jsonText(bytes: Uint8Array, what: string): string {
  if (bytes.length > jsonLimitBytes) throw new DamagedError(`${what}: ${bytes.length} bytes of JSON are too many`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** JSON.parse with a typed error that never quotes the input. Integers beyond 2^53 lose digits: see `parseLossless`. */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  const text = jsonText(bytes, what);
  try {
    return JSON.parse(text);
  } catch {
    throw new DamagedError(`${what}: not valid JSON`);
  }
}

/** The top-level object of a document. */
export function parseObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  return asObject(parseJson(bytes, what), what);
}

export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DamagedError(`${what}: not an object`);
  return value as Record<string, unknown>;
}

/** A number whose digits a double would not keep, as written. */
export class RawNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * As JSON.parse, but nothing is rounded: integers outside +-2^53 are bigints, other numbers that would not print the same again are
 * RawNumber. Objects may hold `__proto__` as a plain key. Throws DamagedError.
 */
export function parseLossless(input: string | Uint8Array, what = 'JSON'): unknown {
  const text = typeof input === 'string' ? input : jsonText(input, what);
  const damaged = (): never => {
    throw new DamagedError(`${what}: not valid JSON`);
  };
  let at = 0;
  const space = /[ \t\n\r]*/y;
  const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
  const word = /true|false|null/y;
  const skip = (): void => {
    space.lastIndex = at;
    space.test(text);
    at = space.lastIndex;
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return damaged();
    at += found.length;
    return found;
  };
  const string = (): string => {
    const from = at;
    at += 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code) || code < 0x20) damaged();
      at += code === 0x5c ? 2 : 1;
      if (code === 0x22) break;
    }
    const quoted = text.slice(from, at);
    if (!quoted.includes('\\')) return quoted.slice(1, -1);
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return damaged();
    }
  };
  const value = (depth: number): unknown => {
    if (depth > maxDepth) throw new DamagedError(`${what}: nested too deeply`);
    skip();
    switch (text[at]) {
      case '{': {
        const object: Record<string, unknown> = {};
        at += 1;
        skip();
        if (text[at] === '}') {
          at += 1;
          return object;
        }
        for (;;) {
          skip();
          if (text[at] !== '"') damaged();
          const key = string();
          skip();
          if (text[at] !== ':') damaged();
          at += 1;
          const content = value(depth + 1);
          if (key === '__proto__') Object.defineProperty(object, key, { value: content, enumerable: true, configurable: true, writable: true });
          else object[key] = content;
          skip();
          const next = text[at++];
          if (next === '}') return object;
          if (next !== ',') damaged();
        }
      }
      case '[': {
        const list: unknown[] = [];
        at += 1;
        skip();
        if (text[at] === ']') {
          at += 1;
          return list;
        }
        for (;;) {
          list.push(value(depth + 1));
          skip();
          const next = text[at++];
          if (next === ']') return list;
          if (next !== ',') damaged();
        }
      }
      case '"':
        return string();
      case 't':
      case 'f':
      case 'n': {
        const found = take(word);
        return found === 'null' ? null : found === 'true';
      }
      default: {
        const found = take(number);
        const double = Number(found);
        if (String(double) === found && Math.abs(double) <= Number.MAX_SAFE_INTEGER) return double;
        return /^-?[0-9]+$/.test(found) && found !== '-0' ? BigInt(found) : new RawNumber(found);
      }
    }
  };
  const result = value(0);
  skip();
  if (at !== text.length) damaged();
  return result;
}

// ---- writing ------------------------------------------------------------------------------------------------------------

// What Go's encoder does not write as it is: also < > & and the two line separators; lone surrogates are bytes that are no text.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const special = /["\\<>&\u0000-\u001f\u2028\u2029\p{Cs}]/u;
const plainText = /^[ !#-%'-;=?-[\]-~]*$/;
const specials = new RegExp(special, 'gu');

/** A quoted JSON string as Go >= 1.22 writes it. Each byte that is not UTF-8 (U+DC80..U+DCFF here) becomes `\ufffd`. */
export function quoteJson(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  if (!special.test(text)) return `"${text}"`;
  return `"${decodeName(encodeName(text)).replace(specials, escapeJson)}"`;
}

function escapeJson(character: string): string {
  switch (character) {
    case '"':
      return '\\"';
    case '\\':
      return '\\\\';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    case '\b':
      return '\\b';
    case '\f':
      return '\\f';
  }
  const code = character.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdfff ? '\\ufffd' : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Any parsed value back as compact JSON in Go's escaping; keys in their own order, undefined members left out. */
export function stringifyGo(value: unknown, depth = 0): string {
  if (depth > maxDepth) throw new DamagedError('JSON nested too deeply');
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || value === undefined) return 'null';
  if (value instanceof RawNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => stringifyGo(item, depth + 1)).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).filter(([, content]) => content !== undefined);
    return `{${members.map(([key, content]) => `${quoteJson(key)}:${stringifyGo(content, depth + 1)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Bytes of a `[]byte` field: the standard alphabet with padding; null means empty. Anything else throws. */
export function decodeBase64(value: unknown, what: string): Buffer {
  if (value === null || value === undefined) return Buffer.alloc(0);
  if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw new DamagedError(`${what}: not base64`);
  return Buffer.from(value, 'base64');
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

// ---- names in trees: strconv.Quote without its quotes ---------------------------------------------------------------------

const plainName = /^[ !#-[\]-~]*$/;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const shortEscapes: Readonly<Record<string, string>> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '"': '\\"', '\\': '\\\\' };

/** A node's name as it stands in a tree, before JSON escaping. Takes the name's bytes, or the name as `decodeName` gives it. */
export function quoteName(name: Uint8Array | string): string {
  if (typeof name === 'string' && plainName.test(name)) return name;
  let out = '';
  for (const character of decodeName(typeof name === 'string' ? encodeName(name) : name)) {
    const short = shortEscapes[character];
    const code = character.codePointAt(0) as number;
    if (short !== undefined) out += short;
    else if (code >= 0xdc80 && code <= 0xdcff) out += `\\x${(code - 0xdc00).toString(16)}`;
    else if (printable.test(character)) out += character;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return out;
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 0x5c, '"': 0x22 };
const needsUnquoting = /[\\"\n\p{Cs}]/u;

/** The name in a tree's JSON string (Go unquoting of `"` + text + `"`), as `decodeName` gives it. Throws DamagedError. */
export function unquoteName(text: string): string {
  if (!needsUnquoting.test(text)) return text;
  const wrong = (): never => {
    throw new DamagedError('a name that is not quoted properly');
  };
  const parts: Uint8Array[] = [];
  const well = text.toWellFormed();
  const escape = /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y;
  for (let at = 0; at < well.length; ) {
    const next = well.indexOf('\\', at);
    const literal = next === -1 ? well.slice(at) : well.slice(at, next);
    if (/["\n]/.test(literal)) wrong();
    parts.push(Buffer.from(literal, 'utf8'));
    if (next === -1) break;
    escape.lastIndex = next;
    const found = escape.exec(well);
    if (found === null) return wrong();
    const [all, short, hex, small, large, octal] = found;
    const wide = small ?? large;
    if (wide !== undefined) {
      const code = Number.parseInt(wide, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) wrong();
      parts.push(Buffer.from(String.fromCodePoint(code), 'utf8'));
    } else {
      const byte = short !== undefined ? (escapes[short] as number) : hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(octal as string, 8);
      if (byte > 255) wrong();
      parts.push(Uint8Array.of(byte));
    }
    at = next + all.length;
  }
  return decodeName(Buffer.concat(parts));
}
