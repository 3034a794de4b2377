// Conditions on what entries carry, as a person types them: `payload.loss > 0.5 and not payload.tags ~ draft`. Parsed by hand into a typed
// structure; nothing of the text is ever handed on to a database. The page parses while one types, the engine once more.
//
//   condition  any { "or" any }           any   part { "and" part }          part  "not" part | "(" condition ")" | test
//   test       path "exists" | path operator value                           operator  = != < <= > >= ~ !~   (~ contains)
//   path       "payload" { "." name | "[" number "]" | "[" text "]" }        name  letters, digits, "_", "-"
//   value      number | true | false | null | text in "" or '' (\" \' \\ inside) | one bare word
//
// A test on a path that is not there does not hold, whatever the operator; `not payload.x exists` finds entries without it. Texts and numbers
// are different things: `payload.run = 7` does not find "7". `<` and `>` compare numbers with numbers and texts with texts. `~` finds words
// or parts of words in a text, or an item of a list, without regard to case and accents.

export type PathStep = string | number;
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~' | 'exists';
export type WhereValue = string | number | boolean | null;
export type Where =
  | { kind: 'and' | 'or'; of: readonly Where[] }
  | { kind: 'not'; of: Where }
  | { kind: 'test'; path: readonly PathStep[]; operator: Operator; value: WhereValue };

export const maxWhereLength = 1000;
const maxTests = 30;
const maxDepth = 10;
const maxSteps = 64;

/** What is wrong; the words for it stand in copy/. */
export type WhereProblem = 'empty' | 'too-long' | 'too-many' | 'too-deep' | 'path' | 'name' | 'index' | 'operator' | 'value' | 'text-open' | 'parenthesis' | 'rest';

export class BadWhere extends Error {
  override readonly name = 'BadWhere';
  readonly problem: WhereProblem;
  /** Where in the text, counted from 0. */
  readonly at: number;

  constructor(problem: WhereProblem, at: number) {
    super(`${problem} at ${at}`);
    this.problem = problem;
    this.at = at;
  }
}

/** Throws BadWhere. */
export function parseWhere(text: string): Where {
  if (text.length > maxWhereLength) throw new BadWhere('too-long', maxWhereLength);
  const reader = new Reader(text);
  if (reader.atEnd()) throw new BadWhere('empty', 0);
  const where = reader.condition(0);
  if (!reader.atEnd()) throw new BadWhere('rest', reader.at);
  return where;
}

const nameStart = /[\p{L}_]/u;
const namePart = /[\p{L}\p{N}_-]/u;
const space = /\s/u;
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const barePattern = /[^\s()[\]"'=<>!~]+/uy;
const operators = ['!=', '!~', '<=', '>=', '=', '<', '>', '~'] as const;

class Reader {
  at = 0;
  #tests = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#skip();
    return this.at >= this.#text.length;
  }

  condition(depth: number): Where {
    return this.#series('or', depth, () => this.#series('and', depth, () => this.#part(depth)));
  }

  #series(word: 'and' | 'or', depth: number, read: () => Where): Where {
    if (depth > maxDepth) throw new BadWhere('too-deep', this.at);
    const first = read();
    const of = [first];
    while (this.#word(word)) of.push(read());
    return of.length === 1 ? first : { kind: word, of };
  }

  #part(depth: number): Where {
    if (depth > maxDepth) throw new BadWhere('too-deep', this.at);
    if (this.#word('not')) return { kind: 'not', of: this.#part(depth + 1) };
    if (!this.#mark('(')) return this.#test();
    const inside = this.condition(depth + 1);
    if (!this.#mark(')')) throw new BadWhere('parenthesis', this.at);
    return inside;
  }

  #test(): Where {
    this.#tests += 1;
    if (this.#tests > maxTests) throw new BadWhere('too-many', this.at);
    const path = this.#path();
    if (this.#word('exists')) return { kind: 'test', path, operator: 'exists', value: null };
    this.#skip();
    const operator = operators.find((each) => this.#text.startsWith(each, this.at));
    if (operator === undefined) throw new BadWhere('operator', this.at);
    this.at += operator.length;
    return { kind: 'test', path, operator, value: this.#value() };
  }

  #path(): PathStep[] {
    if (!this.#word('payload')) throw new BadWhere('path', this.at);
    const path: PathStep[] = [];
    for (;;) {
      if (path.length > maxSteps) throw new BadWhere('too-deep', this.at);
      if (this.#text[this.at] === '.') {
        this.at += 1;
        path.push(this.#name());
      } else if (this.#text[this.at] === '[') {
        this.at += 1;
        path.push(this.#index());
      } else return path;
    }
  }

  #name(): string {
    const from = this.at;
    const chars = [...this.#text.slice(from)];
    let length = 0;
    while (length < chars.length && (length === 0 ? nameStart : namePart).test(chars[length] ?? '')) length += 1;
    if (length === 0) throw new BadWhere('name', from);
    const name = chars.slice(0, length).join('');
    this.at = from + name.length;
    return name;
  }

  #index(): PathStep {
    this.#skip();
    const quote = this.#text[this.at];
    let step: PathStep;
    if (quote === '"' || quote === "'") step = this.#quoted(quote);
    else {
      const digits = /[0-9]{1,9}/y;
      digits.lastIndex = this.at;
      const found = digits.exec(this.#text)?.[0];
      if (found === undefined) throw new BadWhere('index', this.at);
      this.at += found.length;
      step = Number(found);
    }
    if (!this.#mark(']')) throw new BadWhere('index', this.at);
    return step;
  }

  #value(): WhereValue {
    this.#skip();
    const quote = this.#text[this.at];
    if (quote === '"' || quote === "'") return this.#quoted(quote);
    const from = this.at;
    barePattern.lastIndex = from;
    const bare = barePattern.exec(this.#text)?.[0];
    if (bare === undefined) throw new BadWhere('value', from);
    this.at += bare.length;
    if (bare === 'true' || bare === 'false') return bare === 'true';
    if (bare === 'null') return null;
    numberPattern.lastIndex = 0;
    const number = numberPattern.exec(bare)?.[0] === bare ? Number(bare) : undefined;
    if (number !== undefined && !Number.isFinite(number)) throw new BadWhere('value', from);
    return number ?? bare;
  }

  #quoted(quote: string): string {
    const from = this.at;
    let value = '';
    for (this.at += 1; this.at < this.#text.length; this.at += 1) {
      const char = this.#text[this.at] ?? '';
      if (char === quote) {
        this.at += 1;
        return value;
      }
      const next = this.#text[this.at + 1] ?? '';
      if (char === '\\' && (next === '\\' || next === '"' || next === "'")) {
        value += next;
        this.at += 1;
      } else value += char;
    }
    throw new BadWhere('text-open', from);
  }

  #skip(): void {
    while (this.at < this.#text.length && space.test(this.#text[this.at] ?? '')) this.at += 1;
  }

  #mark(mark: string): boolean {
    this.#skip();
    if (this.#text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  /** A word of the grammar, not the beginning of a longer one. */
  #word(word: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(word, this.at) || namePart.test(this.#text.slice(this.at + word.length, this.at + word.length + 2).charAt(0))) return false;
    this.at += word.length;
    return true;
  }
}

/** Without case and accents: what `~` compares. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Says whether the condition holds for a payload; `undefined` where there is none: then only `not` can hold. */
export function createTest(where: Where): (payload: unknown) => boolean {
  switch (where.kind) {
    case 'and': {
      const parts = where.of.map(createTest);
      return (payload) => parts.every((part) => part(payload));
    }
    case 'or': {
      const parts = where.of.map(createTest);
      return (payload) => parts.some((part) => part(payload));
    }
    case 'not': {
      const part = createTest(where.of);
      return (payload) => !part(payload);
    }
    case 'test': {
      const { path } = where;
      const test = valueTest(where.operator, where.value);
      return (payload) => {
        const found = resolve(payload, path);
        return found !== undefined && test(found);
      };
    }
  }
}

function resolve(payload: unknown, path: readonly PathStep[]): unknown {
  let value = payload;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) !== (typeof step === 'number') || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PathStep, unknown>)[step];
  }
  return value;
}

function valueTest(operator: Operator, wanted: WhereValue): (found: unknown) => boolean {
  switch (operator) {
    case 'exists':
      return () => true;
    case '=':
      return (found) => found === wanted;
    case '!=':
      return (found) => found !== wanted;
    case '~':
      return containing(wanted);
    case '!~': {
      const contains = containing(wanted);
      return (found) => !contains(found);
    }
    case '<':
      return comparing(wanted, (a, b) => a < b);
    case '<=':
      return comparing(wanted, (a, b) => a <= b);
    case '>':
      return comparing(wanted, (a, b) => a > b);
    case '>=':
      return comparing(wanted, (a, b) => a >= b);
  }
}

function comparing(wanted: WhereValue, compare: (a: number, b: number) => boolean): (found: unknown) => boolean {
  if (typeof wanted !== 'number' && typeof wanted !== 'string') return () => false;
  // Two texts compare by the same operators as two numbers.
  return (found) => typeof found === typeof wanted && compare(found as number, wanted as number);
}

function containing(wanted: WhereValue): (found: unknown) => boolean {
  const part = fold(String(wanted));
  const inText = (found: unknown): boolean => typeof found === 'string' && fold(found).includes(part);
  return (found) => (Array.isArray(found) ? found.some((item) => item === wanted || inText(item)) : inText(found));
}
