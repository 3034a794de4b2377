// Both hashes of an entry, chain and leaf, over one copy of its header. A million times in a row: the header is written once, right behind the hash
// before it, whose last byte gives way to the leaf's prefix; and the views that are hashed are kept, one per length.
import { hash as hashOnce } from 'node:crypto';
import { chainPrefix } from '../hash.ts';
import { leafText } from './text-edge.ts';

const headerAt = chainPrefix.length + 32;
const longest = 4096;

export class HeaderHashes {
  readonly #room = Buffer.alloc(headerAt + longest);
  readonly #chainViews: (Buffer | undefined)[] = [];
  readonly #leafViews: (Buffer | undefined)[] = [];
  #end = 0;
  #text = '';

  constructor() {
    chainPrefix.copy(this.#room);
  }

  /** h[i], hex, from h[i-1] (hex) and a header, which is ASCII where it is canonical; for any other text it is no hash of anything. */
  chain(previous: string, text: string): string {
    this.#text = text;
    if (text.length > longest) {
      this.#end = 0;
      return hashOnce('sha256', Buffer.concat([chainPrefix, Buffer.from(previous, 'hex'), Buffer.from(text, 'latin1')]), 'hex');
    }
    this.#room.write(previous, chainPrefix.length, 32, 'hex');
    const end = headerAt + this.#room.write(text, headerAt, 'latin1');
    this.#end = end;
    return hashOnce('sha256', (this.#chainViews[end] ??= this.#room.subarray(0, end)), 'hex');
  }

  /** Leaf hash of the header that `chain` was given last, as text (see text-edge.ts). */
  leaf(): string {
    const end = this.#end;
    if (end === 0) return leafText(this.#text);
    this.#room[headerAt - 1] = 0;
    return hashOnce('sha256', (this.#leafViews[end] ??= this.#room.subarray(headerAt - 1, end)), 'binary');
  }
}
