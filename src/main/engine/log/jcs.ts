// RFC 8785 canonical JSON of values that came out of a parser: plain objects, arrays, strings, finite numbers, true, false, null.
// Anything else (undefined members, functions, BigInt, Date, lone surrogates, NaN, cycles past the depth) is refused, never bent.

export class NotCanonical extends Error {
  /** Where in the value, as a JSON Pointer; empty for the top. */
  readonly pointer: string;

  constructor(pointer: string, reason: string) {
    super(reason);
    this.pointer = pointer;
  }
}

export interface CanonicalRules {
  /** Objects and arrays inside each other. */
  maxDepth: number;
  /** Refuse numbers that print as an integer beyond 2^53 - 1: they have lost digits already. */
  exactIntegers: boolean;
  /** Leave out members whose value is undefined, as if they were absent; for values of our own, never for what comes from outside. */
  skipUndefined?: boolean;
}

const rfc8785: CanonicalRules = { maxDepth: 1000, exactIntegers: false };

/** Names and numbers on the way to a value; written out only when something is refused. */
type Path = (string | number)[];

/** The canonical text. Throws NotCanonical with the place and the reason. */
export function canonicalize(value: unknown, rules: CanonicalRules = rfc8785): string {
  return write(value, rules, []);
}

function refuse(path: Path, reason: string): never {
  throw new NotCanonical(path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''), reason);
}

function write(value: unknown, rules: CanonicalRules, path: Path): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      return writeNumber(value, rules, path);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object': {
      if (value === null) return 'null';
      if (path.length >= rules.maxDepth) refuse(path, `is nested deeper than ${rules.maxDepth} levels`);
      return Array.isArray(value) ? writeArray(value, rules, path) : writeObject(value, rules, path);
    }
    default:
      return refuse(path, `is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}, which JSON cannot hold`);
  }
}

/** Text that stands between quotes as it is. */
const plain = /^[ !#-[\]-~]*$/;

function writeString(value: string, path: Path): string {
  if (plain.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) refuse(path, 'holds half of a character (a lone surrogate)');
  // For well-formed text JSON.stringify escapes exactly what RFC 8785 3.2.2.2 escapes.
  return JSON.stringify(value);
}

function writeNumber(value: number, rules: CanonicalRules, path: Path): string {
  if (!Number.isFinite(value)) refuse(path, 'is not a finite number');
  if (rules.exactIntegers && Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21) {
    refuse(path, 'is an integer beyond 2^53 - 1; send it as a string');
  }
  return String(value); // Number::toString of ECMAScript; -0 gives "0"
}

function writeArray(value: readonly unknown[], rules: CanonicalRules, path: Path): string {
  let text = '[';
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    text += (i > 0 ? ',' : '') + write(value[i], rules, path);
    path.pop();
  }
  return `${text}]`;
}

function writeObject(value: object, rules: CanonicalRules, path: Path): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse(path, 'is not a plain object');
  let text = '{';
  // The default order of sort() is by UTF-16 code units, as RFC 8785 3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined && rules.skipUndefined === true) continue;
    path.push(key);
    text += `${text.length > 1 ? ',' : ''}${writeString(key, path)}:${write(member, rules, path)}`;
    path.pop();
  }
  return `${text}}`;
}
