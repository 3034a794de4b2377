// JSON as it comes in from people and programs: RFC 8259 grammar, I-JSON strictness (RFC 7493). JSON.parse alone keeps the last of two equal
// keys, turns 1e400 into Infinity and 9007199254740993 into ...992 without a word; what is hashed must not depend on such luck.
import { VarveError } from '../kit/errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const maxTextBytes = 4 * 1024 * 1024;
const maxDepth = 512;
const integerToken = /^-?\d+$/;
const token = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** A number as it was written, for whoever must not lose a digit of it. */
export class NumberText {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

/**
 * Parses text, or bytes as UTF-8 without a byte order mark. Throws EVENT_REFUSED (field `payload`) for anything that is not JSON, a key twice
 * in one object, a lone surrogate, a number that is not finite as a double, an integer beyond 2^53 - 1. `__proto__` is an ordinary key.
 */
export function parseIJson(input: string | Uint8Array): unknown {
  return parse(input, false);
}

/** The same, but every number is a `NumberText` and none is refused. */
export function parseJsonNumbersAsText(input: string | Uint8Array): unknown {
  return parse(input, true);
}

function parse(input: string | Uint8Array, numbersAsText: boolean): unknown {
  if (input.length > maxTextBytes) refuse('is larger than 4 MiB');
  return new Reader(typeof input === 'string' ? input : decode(input), numbersAsText).document();
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('is not valid UTF-8');
  }
}

function refuse(reason: string): never {
  throw new VarveError('EVENT_REFUSED', `the JSON text ${reason}`, { field: 'payload', reason });
}

class Reader {
  readonly #text: string;
  readonly #numbersAsText: boolean;
  #at = 0;

  constructor(text: string, numbersAsText: boolean) {
    this.#text = text;
    this.#numbersAsText = numbersAsText;
  }

  document(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > maxDepth) refuse(`is nested deeper than ${maxDepth} levels`);
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const seen = new Set<string>();
    this.#at += 1;
    this.#space();
    if (this.#take('}')) return result;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#unexpected();
      const key = this.#string();
      if (seen.has(key)) refuse(`has the key ${JSON.stringify(key)} twice in one object`);
      seen.add(key);
      this.#space();
      if (!this.#take(':')) this.#unexpected();
      // Not by assignment: `__proto__` would set the prototype.
      Object.defineProperty(result, key, { value: this.#value(depth + 1), enumerable: true, writable: true, configurable: true });
      this.#space();
      if (this.#take('}')) return result;
      if (!this.#take(',')) this.#unexpected();
    }
  }

  #array(depth: number): unknown[] {
    const result: unknown[] = [];
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return result;
    for (;;) {
      result.push(this.#value(depth + 1));
      this.#space();
      if (this.#take(']')) return result;
      if (!this.#take(',')) this.#unexpected();
    }
  }

  #string(): string {
    const from = this.#at;
    let end = from + 1;
    for (; end < this.#text.length && this.#text[end] !== '"'; end++) if (this.#text[end] === '\\') end += 1;
    this.#at = end + 1;
    if (end >= this.#text.length) refuse('ends inside a string');
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(from, end + 1)) as string;
    } catch {
      return refuse(`has a string at character ${from} that is not valid`);
    }
    if (!value.isWellFormed()) refuse(`has half of a character (a lone surrogate) in the string at character ${from}`);
    return value;
  }

  #number(): number | NumberText {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text)?.[0];
    if (match === undefined) return this.#unexpected();
    this.#at += match.length;
    if (this.#numbersAsText) return new NumberText(match);
    const value = Number(match);
    if (!Number.isFinite(value)) refuse(`has the number ${match.slice(0, 40)}, which is too large`);
    if (integerToken.test(match) && !Number.isSafeInteger(value)) refuse(`has the integer ${match.slice(0, 40)} beyond 2^53 - 1; send it as a string`);
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #unexpected(): never {
    if (this.#at >= this.#text.length) refuse('ends too early');
    refuse(`is not JSON at character ${this.#at}`);
  }
}
