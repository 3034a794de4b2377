// What a person looks for, as expressions over names and paths. Pure.
//   draft        any name that holds these characters
//   *.tex        a shell pattern for the whole name: * any characters, ? one, [a-z] one of these, [!a-z] one of others, \* the character itself
//   figures/*.p* with a "/" it is for the path, from any folder on, or from the top when it begins with "/"; ** is any number of folders
import { fail } from '../../kit/errors.ts';

export interface NamePattern {
  name: RegExp;
  /** Characters that every fitting name holds, as they are; '' when none are known. */
  literal: string;
  /** Also asked of the whole path, which begins with "/". */
  path: RegExp | undefined;
}

interface Piece {
  source: string;
  /** undefined: a wildcard. */
  literal: string | undefined;
}

/** BAD_INPUT (field `pattern`) for what cannot fit anything by its form. */
export function compilePattern(pattern: string, ignoreCase: boolean): NamePattern {
  const flags = ignoreCase ? 'isu' : 'su';
  const literalOf = (pieces: readonly Piece[]): string => (ignoreCase ? '' : longestLiteral(pieces));
  if (!pattern.includes('/')) {
    const pieces = parse(pattern);
    const source = join(pieces);
    const plain = pieces.every(({ literal }) => literal !== undefined);
    return { name: new RegExp(plain ? source : `^${source}$`, flags), literal: literalOf(pieces), path: undefined };
  }
  const parts = pattern.split('/').filter((part) => part !== '');
  const last = parts.at(-1);
  if (last === undefined) return refuse('names no file or folder');
  const lastPieces = parse(last === '**' ? '*' : last);
  const folders = parts.slice(0, last === '**' ? undefined : -1).map((part) => (part === '**' ? anyFolders : `${join(parse(part))}/`));
  const path = `^/${pattern.startsWith('/') ? '' : anyFolders}${folders.join('')}${join(lastPieces)}$`;
  return { name: new RegExp(`^${join(lastPieces)}$`, flags), literal: literalOf(lastPieces), path: new RegExp(path, flags) };
}

const anyFolders = '(?:[^/]+/)*';

function parse(glob: string): Piece[] {
  const characters = [...glob];
  const pieces: Piece[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') pieces.push({ source: pieces.at(-1)?.source === many ? '' : many, literal: undefined });
    else if (character === '?') pieces.push({ source: '[^/]', literal: undefined });
    else if (character === '[') {
      const set = readSet(characters, i);
      // As a shell takes it: a bracket that is never closed is a character like others.
      if (set === undefined) pieces.push(literalPiece('['));
      else {
        pieces.push({ source: set.source, literal: undefined });
        i = set.end;
      }
    } else if (character === '\\' && i + 1 < characters.length) pieces.push(literalPiece(characters[++i] as string));
    else pieces.push(literalPiece(character));
  }
  return pieces;
}

const many = '[^/]*';

/** From the opening bracket on; `end` is the place of the closing one. */
function readSet(characters: readonly string[], start: number): { source: string; end: number } | undefined {
  let i = start + 1;
  const negated = characters[i] === '!' || characters[i] === '^';
  if (negated) i += 1;
  const ranges: string[] = [];
  for (let first = true; ; first = false) {
    const character = characters[i];
    if (character === undefined) return undefined;
    if (character === ']' && !first) break;
    if (character === '[' && characters[i + 1] === ':') refuse('has a named set such as [:alpha:], which is not known here; write the characters');
    const low = at(characters, i);
    i = low.next;
    if (characters[i] === '-' && characters[i + 1] !== undefined && characters[i + 1] !== ']') {
      const high = at(characters, i + 1);
      i = high.next;
      if (codeOf(low.character) <= codeOf(high.character)) ranges.push(`${escape(low.character)}-${escape(high.character)}`);
    } else ranges.push(escape(low.character));
  }
  const source = ranges.length === 0 ? (negated ? '[^/]' : '(?!)') : `(?!/)[${negated ? '^' : ''}${ranges.join('')}]`;
  return { source, end: i };
}

function at(characters: readonly string[], i: number): { character: string; next: number } {
  const escaped = characters[i] === '\\' && characters[i + 1] !== undefined;
  return { character: characters[escaped ? i + 1 : i] as string, next: i + (escaped ? 2 : 1) };
}

function literalPiece(character: string): Piece {
  return { source: escape(character), literal: character };
}

/** By its code, so that no character means anything in an expression. */
function escape(character: string): string {
  return `\\u{${codeOf(character).toString(16)}}`;
}

function codeOf(character: string): number {
  return character.codePointAt(0) as number;
}

function join(pieces: readonly Piece[]): string {
  return pieces.map(({ source }) => source).join('');
}

function longestLiteral(pieces: readonly Piece[]): string {
  const runs = [''];
  for (const { literal } of pieces) {
    if (literal === undefined) runs.push('');
    else runs[runs.length - 1] += literal;
  }
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

function refuse(reason: string): never {
  return fail('BAD_INPUT', `the pattern ${reason}`, { field: 'pattern', reason });
}
