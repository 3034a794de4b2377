// Which entries a plan leaves out. Patterns as restic understands them: a pattern is split at `/` and each part is a glob for one
// name (`*`, `?`, `[a-z]`, `[^a]`, `\x`); a relative pattern matches anywhere in the path, one that starts with `/` only from the top;
// `**` stands for any number of folders; what lies below a match is left out too; `!pattern` takes back what an earlier one matched,
// as long as no folder above is left out. The last word counts. Pure.
import { fail } from '../../kit/errors.ts';

type Part = { kind: 'any-folders' } | { kind: 'name'; text: string } | { kind: 'glob'; glob: RegExp };

interface Pattern {
  negated: boolean;
  absolute: boolean;
  parts: Part[];
}

export interface Excludes {
  /** True when the entry with these names, from the top of the file system down, is left out. */
  matches(names: readonly string[]): boolean;
  readonly empty: boolean;
}

const magic = /[*?[\]\\]/;
const regExpSyntax = /[\\^$.*+?()[\]{}|/-]/g;

/** Why a pattern cannot be used, or undefined when it can. */
export function excludeProblem(pattern: string): string | undefined {
  try {
    parsePattern(pattern);
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? error.message : String(error);
  }
}

/** Throws BAD_INPUT (field `excludes`) for a pattern that cannot be read. */
export function compileExcludes(patterns: readonly string[]): Excludes {
  const compiled = patterns.map((pattern) => {
    const problem = excludeProblem(pattern);
    if (problem !== undefined) fail('BAD_INPUT', `exclude pattern ${JSON.stringify(pattern)}: ${problem}`, { field: 'excludes', reason: `"${pattern}": ${problem}` });
    return parsePattern(pattern);
  });
  return {
    empty: compiled.length === 0,
    matches(names) {
      let matched = false;
      for (const pattern of compiled) {
        if (pattern.negated !== matched) continue; // could not change anything
        if (matchPattern(pattern, names)) matched = !pattern.negated;
      }
      return matched;
    }
  };
}

function parsePattern(source: string): Pattern {
  const negated = source.startsWith('!');
  const text = negated ? source.slice(1) : source;
  if (text.trim() === '') throw new SyntaxError('is empty');
  if (text.includes('\0')) throw new SyntaxError('holds a NUL character');
  const absolute = text.startsWith('/');
  const names: string[] = [];
  for (const name of text.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') throw new SyntaxError('".." has no meaning here');
    names.push(name);
  }
  if (names.length === 0) throw new SyntaxError('would leave out everything');
  return { negated, absolute, parts: names.map(parsePart) };
}

function parsePart(name: string): Part {
  if (name === '**') return { kind: 'any-folders' };
  if (!magic.test(name)) return { kind: 'name', text: name };
  return { kind: 'glob', glob: globOf(name) };
}

/** One name's glob as a regular expression over code points. */
function globOf(glob: string): RegExp {
  const characters = [...glob];
  let out = '';
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') {
      if (!out.endsWith('.*')) out += '.*';
    } else if (character === '?') out += '.';
    else if (character === '\\') out += escapeCharacter(characters[++i]);
    else if (character === '[') {
      const { expression, end } = classOf(characters, i);
      out += expression;
      i = end;
    } else out += escapeCharacter(character);
  }
  return new RegExp(`^${out}$`, 'su');
}

function classOf(characters: readonly string[], start: number): { expression: string; end: number } {
  let i = start + 1;
  let expression = '[';
  if (characters[i] === '^') {
    expression += '^';
    i += 1;
  }
  const take = (): string => {
    if (characters[i] === '\\') i += 1;
    const character = characters[i];
    if (character === undefined) throw new SyntaxError('"[" is not closed');
    i += 1;
    return character;
  };
  let ranges = 0;
  while (characters[i] !== ']' || ranges === 0) {
    if (characters[i] === ']' || characters[i] === '-') throw new SyntaxError('"[...]" is empty or begins with "-" or "]"; write "\\-" or "\\]"');
    const low = take();
    let high = low;
    if (characters[i] === '-') {
      i += 1;
      if (characters[i] === ']') throw new SyntaxError('a range in "[...]" has no end');
      high = take();
    }
    if ((low.codePointAt(0) as number) > (high.codePointAt(0) as number)) throw new SyntaxError('a range in "[...]" runs backwards');
    expression += low === high ? escapeCharacter(low) : `${escapeCharacter(low)}-${escapeCharacter(high)}`;
    ranges += 1;
  }
  return { expression: `${expression}]`, end: i };
}

function escapeCharacter(character: string | undefined): string {
  if (character === undefined) throw new SyntaxError('ends with a single "\\"');
  const code = character.codePointAt(0) as number;
  if (code >= 0xd800 && code <= 0xdfff) return `\\u{${code.toString(16)}}`;
  return character.replace(regExpSyntax, '\\$&');
}

function matchPattern(pattern: Pattern, names: readonly string[]): boolean {
  const last = pattern.absolute ? 0 : names.length - 1;
  for (let from = 0; from <= last; from++) if (matchFrom(pattern.parts, 0, names, from)) return true;
  return false;
}

/** A match of all parts at `from`; what is left of the names lies below the match. */
function matchFrom(parts: readonly Part[], part: number, names: readonly string[], from: number): boolean {
  const now = parts[part];
  if (now === undefined) return true;
  if (now.kind === 'any-folders') {
    if (part === parts.length - 1) return from < names.length;
    for (let i = from; i <= names.length; i++) if (matchFrom(parts, part + 1, names, i)) return true;
    return false;
  }
  const name = names[from];
  if (name === undefined) return false;
  return (now.kind === 'name' ? now.text === name : now.glob.test(name)) && matchFrom(parts, part + 1, names, from + 1);
}
