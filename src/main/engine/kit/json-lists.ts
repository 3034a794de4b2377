// A JSON object whose long lists are handed out value by value as its text comes in pieces, so that it may be larger than memory. Strict: what `JSON.parse` refuses is
// refused, and so is a name that is there twice, of which programs take either.

type State = 'start' | 'first-name' | 'name' | 'colon' | 'value' | 'next' | 'first-item' | 'item' | 'next-item' | 'end';

/** Most characters of one value that is held whole. */
const longestValue = 1 << 28;
const blank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

export class JsonLists {
  readonly #lists: ReadonlySet<string>;
  readonly #onItem: (list: string, item: unknown) => void;
  readonly #values = new Map<string, unknown>();
  /** Those that were there. */
  readonly #met = new Set<string>();
  #state: State = 'start';
  #name = '';
  /** Of a name or value that is being read: its text so far; undefined between values. */
  #text: string | undefined;
  #depth = 0;
  #scalar = false;
  #inString = false;
  #escaped = false;

  /** `lists`: names in the outermost object; of each item `onItem` is told. */
  constructor(lists: readonly string[], onItem: (list: string, item: unknown) => void) {
    this.#lists = new Set(lists);
    this.#onItem = onItem;
  }

  /** Throws SyntaxError. */
  push(text: string): void {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#text !== undefined) {
        const ends = this.#step(code);
        if (ends === 'no') continue;
        const to = ends === 'behind' ? i + 1 : i;
        this.#finish(this.#text + text.slice(from, to));
        if (ends === 'behind') continue;
      }
      if (blank(code)) continue;
      if (this.#structure(code)) [this.#text, from] = ['', i];
    }
    if (this.#text !== undefined) this.#text += text.slice(from);
    if ((this.#text?.length ?? 0) > longestValue) refuse();
  }

  /** The values that are none of those lists, and the lists that were there. Throws SyntaxError for what is cut short. */
  end(): { values: Record<string, unknown>; lists: ReadonlySet<string> } {
    if (this.#state !== 'end') refuse();
    return { values: Object.fromEntries(this.#values), lists: this.#met };
  }

  /** One more character of a value: whether it ends with it, or ended before it. */
  #step(code: number): 'no' | 'behind' | 'before' {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === 92) this.#escaped = true;
      else if (code === 34) {
        this.#inString = false;
        if (this.#depth === 0) return 'behind';
      }
      return 'no';
    }
    if (this.#scalar) return blank(code) || code === 44 || code === 93 || code === 125 ? 'before' : 'no';
    if (code === 34) this.#inString = true;
    else if (code === 123 || code === 91) this.#depth += 1;
    else if ((code === 125 || code === 93) && --this.#depth === 0) return 'behind';
    return 'no';
  }

  #finish(text: string): void {
    this.#text = undefined;
    const value: unknown = JSON.parse(text);
    if (this.#state === 'name') {
      if (this.#values.has(value as string) || this.#met.has(value as string)) refuse();
      [this.#name, this.#state] = [value as string, 'colon'];
    } else if (this.#state === 'value') {
      this.#values.set(this.#name, value);
      this.#state = 'next';
    } else {
      this.#onItem(this.#name, value);
      this.#state = 'next-item';
    }
  }

  /** A character between values; true where one begins with it. */
  #structure(code: number): boolean {
    switch (this.#state) {
      case 'start':
        return this.#turn(code === 123, 'first-name');
      case 'first-name':
        return code === 125 ? this.#turn(true, 'end') : this.#begin(code === 34, code, 'name');
      case 'name':
        return this.#begin(code === 34, code, 'name');
      case 'colon':
        return this.#turn(code === 58, 'value');
      case 'value':
        if (code !== 91 || !this.#lists.has(this.#name)) return this.#begin(true, code, 'value');
        this.#met.add(this.#name);
        return this.#turn(true, 'first-item');
      case 'next':
        return code === 125 ? this.#turn(true, 'end') : this.#turn(code === 44, 'name');
      case 'first-item':
        return code === 93 ? this.#turn(true, 'next') : this.#begin(true, code, 'item');
      case 'item':
        return this.#begin(true, code, 'item');
      case 'next-item':
        return code === 93 ? this.#turn(true, 'next') : this.#turn(code === 44, 'item');
      case 'end':
        return this.#turn(false, 'end');
    }
  }

  #turn(allowed: boolean, state: State): false {
    if (!allowed) refuse();
    this.#state = state;
    return false;
  }

  #begin(allowed: boolean, code: number, state: State): true {
    if (!allowed || code === 44 || code === 93 || code === 125 || code === 58) refuse();
    this.#state = state;
    this.#inString = code === 34;
    this.#escaped = false;
    this.#depth = code === 123 || code === 91 ? 1 : 0;
    this.#scalar = this.#depth === 0 && !this.#inString;
    return true;
  }
}

function refuse(): never {
  throw new SyntaxError('it is not JSON');
}
