// The keys of an object of JSON, found by what they say: eight to sixteen bytes a key.
import { randomInt } from 'node:crypto';
import { codes, writtenAlike, type JsonDocument } from './json-document.ts';

const start = randomInt(2 ** 32 - 1);

/** FNV-1a with a beginning of this process's own, its bits mixed once more: equal for equal keys, however they are written. */
export function keyHash(document: JsonDocument, at: number): number {
  const { bytes } = document;
  let hash = start;
  for (let i = at + 1; ; i++) {
    const byte = bytes[i] as number;
    if (byte === codes.quote) return mixed(hash);
    if (byte === codes.backslash) break;
    hash = Math.imul(hash ^ byte, 16_777_619);
  }
  hash = start;
  for (const byte of Buffer.from(JSON.stringify(document.string(at))).subarray(1, -1)) hash = Math.imul(hash ^ byte, 16_777_619);
  return mixed(hash);
}

export function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return Math.imul(once ^ (once >>> 13), 0x297a2d39) ^ (once >>> 16);
}

/** Whether two keys say the same. */
export function sameKey(a: JsonDocument, atA: number, b: JsonDocument, atB: number): boolean {
  return writtenAlike(a, atA, b, atB) || a.string(atA) === b.string(atB);
}

export class KeyTable {
  readonly #document: JsonDocument;
  readonly #keys: Uint32Array;
  /** One more than the key's number; 0: free. */
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #mask: number;

  /** Empty; `keys` are those that may be added. */
  constructor(document: JsonDocument, keys: Uint32Array) {
    [this.#document, this.#keys] = [document, keys];
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, keys.length * 2))));
    this.#hashes = new Int32Array(keys.length);
    this.#mask = this.#slots.length - 1;
  }

  /** False when the same key is there already. */
  add(number: number): boolean {
    const at = this.#keys[number] as number;
    const hash = keyHash(this.#document, at);
    const slot = this.#slotOf(hash, this.#document, at);
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = number + 1;
    this.#hashes[number] = hash;
    return true;
  }

  /** The number of the key that says what the one at `at` in `document` does; -1: none. */
  find(document: JsonDocument, at: number): number {
    return (this.#slots[this.#slotOf(keyHash(document, at), document, at)] as number) - 1;
  }

  /** Where that key is, or would be. */
  #slotOf(hash: number, document: JsonDocument, at: number): number {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0 || (this.#hashes[number] === hash && sameKey(this.#document, this.#keys[number] as number, document, at))) return slot;
    }
  }
}

/** The keys of the object at `at` in their order. Of those that say the same, the last counts. */
export function keysOf(document: JsonDocument, at: number): Uint32Array {
  const keys = document.children(at);
  if (!document.duplicateKeys) return keys;
  const table = new KeyTable(document, keys);
  let from = keys.length;
  const last = new Uint32Array(keys.length);
  for (let i = keys.length - 1; i >= 0; i--) if (table.add(i)) last[--from] = keys[i] as number;
  return last.subarray(from);
}
