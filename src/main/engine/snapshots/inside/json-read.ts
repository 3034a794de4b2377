// A strict reader of JSON (RFC 8259) that keeps what JSON.parse drops: numbers as they were written, the order of keys, and that a key stands twice. Each
// container gets a mark that is equal for equal content, whatever the order of its keys.
import { createHash } from 'node:crypto';

export type JsonNode =
  | { type: 'scalar'; mark: string }
  | { type: 'array'; mark: string; items: JsonNode[] }
  | { type: 'object'; mark: string; members: Map<string, JsonNode> };

export interface JsonDocument {
  root: JsonNode;
  duplicateKeys: boolean;
}

export class JsonError extends Error {
  readonly why: 'not-valid' | 'too-deep';
  constructor(why: 'not-valid' | 'too-deep', at: number) {
    super(`${why} at ${at}`);
    this.why = why;
  }
}

const deepest = 200;
/** Longer ones are compared as they are written. */
const longestNumber = 400;
const longestMark = 120;
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const stringForm = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plainString = /"[^"\\\u0000-\u001f]*"/y;

/** Throws JsonError. The mark of a scalar is its JSON: of a number as its value is written shortest where that loses nothing. */
export function readJson(text: string): JsonDocument {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #duplicateKeys = false;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonDocument {
    const root = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#bad();
    return { root, duplicateKeys: this.#duplicateKeys };
  }

  #value(depth: number): JsonNode {
    if (depth > deepest) throw new JsonError('too-deep', this.#at);
    this.#space();
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#array(depth);
    if (char === '"') return { type: 'scalar', mark: JSON.stringify(this.#string()) };
    for (const word of ['true', 'false', 'null']) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return { type: 'scalar', mark: word };
      }
    }
    numberForm.lastIndex = this.#at;
    const number = numberForm.exec(this.#text)?.[0];
    if (number === undefined) return this.#bad();
    this.#at += number.length;
    return { type: 'scalar', mark: numberMark(number) };
  }

  #object(depth: number): JsonNode {
    this.#at += 1;
    const members = new Map<string, JsonNode>();
    for (let more = !this.#take('}'); more; ) {
      this.#space();
      const key = this.#string();
      if (!this.#take(':')) this.#bad();
      if (members.delete(key)) this.#duplicateKeys = true;
      members.set(key, this.#value(depth + 1));
      more = this.#take(',');
      if (!more && !this.#take('}')) this.#bad();
    }
    const parts = [...members].map(([key, { mark }]) => `${JSON.stringify(key)}:${mark}`).sort();
    return { type: 'object', mark: markOf('{}', parts), members };
  }

  #array(depth: number): JsonNode {
    this.#at += 1;
    const items: JsonNode[] = [];
    for (let more = !this.#take(']'); more; ) {
      items.push(this.#value(depth + 1));
      more = this.#take(',');
      if (!more && !this.#take(']')) this.#bad();
    }
    return { type: 'array', mark: markOf('[]', items.map(({ mark }) => mark)), items };
  }

  #string(): string {
    for (const form of [plainString, stringForm]) {
      form.lastIndex = this.#at;
      const found = form.exec(this.#text)?.[0];
      if (found === undefined) continue;
      this.#at += found.length;
      return form === plainString ? found.slice(1, -1) : (JSON.parse(found) as string);
    }
    return this.#bad();
  }

  #space(): void {
    while (this.#at < this.#text.length && ' \t\n\r'.includes(this.#text[this.#at] as string)) this.#at += 1;
  }

  #take(char: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #bad(): never {
    throw new JsonError('not-valid', this.#at);
  }
}

/** `1.0` and `1` are one number; digits beyond what a double holds are kept. */
function numberMark(written: string): string {
  if (written.length > longestNumber) return written;
  const short = String(Number(written));
  return short === written || digitsOf(short) === digitsOf(written) ? short : written;
}

/** What a decimal number is, in one form: its digits without zeros at the ends, and where the point stands. */
function digitsOf(number: string): string {
  const [, sign, integer, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  if (integer === undefined) return number;
  const digits = (integer + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? `${sign}0` : `${sign}${trimmed}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - trimmed.length)}`;
}

/** Short ones are told by what they hold, the others by a hash of it: no scalar begins with `#`. */
function markOf(kind: '{}' | '[]', parts: readonly string[]): string {
  const text = `${kind[0]}${parts.join(',')}${kind[1]}`;
  return text.length <= longestMark ? text : `#${createHash('sha256').update(text).digest('base64')}`;
}

/** A value as JSON again, at most about so many characters of it. */
export function writeJson(node: JsonNode, most: number): string {
  const parts: string[] = [];
  let length = 0;
  const put = (text: string): boolean => {
    parts.push(text);
    return (length += text.length) <= most;
  };
  const write = (value: JsonNode): boolean => {
    if (value.type === 'scalar') return put(value.mark);
    const [open, close] = value.type === 'array' ? '[]' : '{}';
    if (!put(open as string)) return false;
    let first = true;
    for (const [key, member] of value.type === 'array' ? value.items.entries() : value.members.entries()) {
      if (!first && !put(',')) return false;
      first = false;
      if (value.type === 'object' && !put(`${JSON.stringify(key)}:`)) return false;
      if (!write(member)) return false;
    }
    return put(close as string);
  };
  write(node);
  return parts.join('');
}
