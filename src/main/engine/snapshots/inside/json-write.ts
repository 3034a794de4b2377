// Values of a JSON document as JSON again, without white space.
import type { JsonDocument } from './json-document.ts';
import { keysOf } from './json-keys.ts';

/** The value at `at`; where that is longer than `most` characters, at least so many of its first ones. */
export function writeJson(document: JsonDocument, at: number, most: number): string {
  const writer = new Writer(document, most);
  writer.value(at);
  return writer.text;
}

/** The keys of the object at `at` as a list, in their order; cut likewise. */
export function writeKeys(document: JsonDocument, at: number, most: number): string {
  const parts: string[] = [];
  let length = 0;
  for (const key of keysOf(document, at)) {
    const part = document.scalar(key, most);
    parts.push(part);
    if ((length += part.length) > most) break;
  }
  return `[${parts.join(',')}]`;
}

/** What `value` and the like return when there is enough. */
const enough = -1;

class Writer {
  text = '';
  readonly #document: JsonDocument;
  readonly #most: number;

  constructor(document: JsonDocument, most: number) {
    [this.#document, this.#most] = [document, most];
  }

  /** Returns where the value ends, or `enough`. */
  value(at: number): number {
    const document = this.#document;
    const kind = document.kind(at);
    if (kind === 'scalar') return this.#put(document.scalar(at, this.#most)) ? document.end(at) : enough;
    if (!this.#put(kind === 'list' ? '[' : '{')) return enough;
    const end = kind === 'object' && document.duplicateKeys ? this.#lastMembers(at) : this.#children(at, kind === 'object');
    return end !== enough && this.#put(kind === 'list' ? ']' : '}') ? end : enough;
  }

  #children(at: number, keyed: boolean): number {
    let separator = '';
    let child = this.#document.first(at);
    while (child >= 0) {
      if (!this.#put(separator)) return enough;
      const end = keyed ? this.#member(child) : this.value(child);
      if (end === enough) return enough;
      child = this.#document.next(end);
      separator = ',';
    }
    return ~child;
  }

  /** Of members with the same key, the last. */
  #lastMembers(at: number): number {
    for (const [i, key] of keysOf(this.#document, at).entries()) if (!this.#put(i === 0 ? '' : ',') || this.#member(key) === enough) return enough;
    return this.#document.end(at);
  }

  #member(key: number): number {
    return this.#put(`${this.#document.scalar(key, this.#most)}:`) ? this.value(this.#document.valueOf(key)) : enough;
  }

  #put(text: string): boolean {
    this.text += text;
    return this.text.length <= this.#most;
  }
}
