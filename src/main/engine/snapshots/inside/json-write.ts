// Values of a JSON document as JSON again, without white space.
import type { JsonDocument } from './json-document.ts';
import { keysOf } from './json-keys.ts';

/** The value at `at`; where that is longer than `most` characters, at least so many of its first ones. */
export function writeJson(document: JsonDocument, at: number, most: number): string {
  const written = new Written(most);
  writeValue(document, at, written);
  return written.text;
}

/** The keys of the object at `at` as a list, in their order; cut likewise. */
export function writeKeys(document: JsonDocument, at: number, most: number): string {
  const written = new Written(most);
  written.put('[');
  for (const [i, key] of keysOf(document, at).entries()) if (!written.put(`${i === 0 ? '' : ','}${document.scalar(key, most)}`)) break;
  written.put(']');
  return written.text;
}

class Written {
  text = '';
  readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** False when there is enough. */
  put(text: string): boolean {
    this.text += text;
    return this.text.length <= this.most;
  }
}

function writeValue(document: JsonDocument, at: number, written: Written): boolean {
  const kind = document.kind(at);
  if (kind === 'scalar') return written.put(document.scalar(at, written.most));
  if (!written.put(kind === 'list' ? '[' : '{')) return false;
  let separator = '';
  for (const child of (kind === 'list' ? document.children(at) : keysOf(document, at))) {
    if (!written.put(kind === 'list' ? separator : `${separator}${document.scalar(child, written.most)}:`)) return false;
    if (!writeValue(document, kind === 'list' ? child : document.valueOf(child), written)) return false;
    separator = ',';
  }
  return written.put(kind === 'list' ? ']' : '}');
}
