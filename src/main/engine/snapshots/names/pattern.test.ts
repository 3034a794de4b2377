import { describe, expect, it } from 'vitest';
import { Seeded } from '../testing/make-tree.ts';
import { compilePattern } from './pattern.ts';

const fits = (pattern: string, path: string, ignoreCase = false): boolean => {
  const { name, literal, path: whole } = compilePattern(pattern, ignoreCase);
  const last = path.slice(path.lastIndexOf('/') + 1);
  const found = name.test(last) && (whole === undefined || whole.test(path));
  // What every fitting name holds must really be in it.
  if (found) expect(last).toContain(literal);
  return found;
};

/** A shell pattern for a name, character by character, by trying everything. */
function slowly(glob: string, name: string): boolean {
  if (glob === '') return name === '';
  const [first, ...rest] = [...name];
  const after = rest.join('');
  if (glob.startsWith('*')) return slowly(glob.slice(1), name) || (first !== undefined && slowly(glob, after));
  if (first === undefined) return false;
  if (glob.startsWith('?')) return slowly(glob.slice(1), after);
  if (glob.startsWith('\\') && glob.length > 1) return first === glob[1] && slowly(glob.slice(2), after);
  const set = /^\[([!^]?)((?:\\.|[^\\\]]|^\])(?:\\.|[^\\\]])*)\]/s.exec(glob.replace(/^(\[[!^]?)\]/, '$1\\]'));
  if (set === null) return first === glob[0] && slowly(glob.slice(1), after);
  const length = set[0].length - (/^\[[!^]?\]/.test(glob) ? 1 : 0);
  const members = [...(set[2] ?? '').matchAll(/\\?(.)(?:-\\?([^\\]|(?<=\\).))?/gs)];
  const inSet = members.some(([, low, high]) => (high === undefined ? first === low : first >= (low as string) && first <= high));
  return inSet !== (set[1] !== '') && slowly(glob.slice(length), after);
}

describe('a pattern', () => {
  it.each([
    ['draft', '/a/my draft.tex', true],
    ['draft', '/draft/x', false],
    ['*.tex', '/a/b.tex', true],
    ['*.tex', '/a/b.tex.bak', false],
    ['?.tex', '/a/\u{1f600}.tex', true],
    ['[a-c]x', '/bx', true],
    ['[!a-c]x', '/bx', false],
    ['[^a-c]x', '/dx', true],
    ['[]x]', '/]', true],
    ['[!]x]', '/]', false],
    ['[a-]', '/-', true],
    ['[z-a]', '/m', false],
    ['[\\]]', '/]', true],
    ['[open', '/x[opened', true],
    ['[open*', '/[open it', true],
    ['\\*', '/a*b', true],
    ['a.c', '/abc', false],
    ['(a|b)+', '/(a|b)+', true],
    ['${x}^$', '/${x}^$', true],
    ['caf\u00e9', '/caf\u00e9', true],
    ['figures/*.png', '/home/me/figures/a.png', true],
    ['figures/*.png', '/home/me/figures/old/a.png', false],
    ['figures/**/*.png', '/home/me/figures/old/more/a.png', true],
    ['figures/**/*.png', '/figures/a.png', true],
    ['ures/a.png', '/figures/a.png', false],
    ['/figures/*', '/figures/a.png', true],
    ['/figures/*', '/home/figures/a.png', false],
    ['/home/**', '/home/me/x', true],
    ['/home/**', '/home', false],
    ['thesis/draft.tex', '/home/thesis/draft.tex', true],
    ['thesis/', '/home/thesis', true]
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected);
  });

  it('can forget about capital letters', () => {
    expect([fits('DRAFT', '/draft'), fits('DRAFT', '/draft', true), fits('*.T[E-F]X', '/\u00c9.tex', true), fits('\u00e9', '/\u00c9', true)]).toEqual([false, true, true, true]);
  });

  it('is refused when it can mean nothing', () => {
    for (const bad of ['/', '//', '[[:alpha:]]']) expect(() => compilePattern(bad, false), bad).toThrowError(expect.objectContaining({ code: 'BAD_INPUT', data: expect.objectContaining({ field: 'pattern' }) }));
  });

  it('means what a slow matcher says, for patterns that nobody thought of', () => {
    const random = new Seeded('patterns');
    const pieces = ['a', 'b', 'c', '*', '?', '[ab]', '[!a]', '[b-c]', '[^b-c]', '\\*', '\\a', ']', '-', '[]a]', '.', '*'];
    const text = (from: readonly string[], most: number): string => Array.from({ length: random.below(most) + 1 }, () => random.pick(from)).join('');
    let found = 0;
    for (let i = 0; i < 4000; i++) {
      const glob = `${text(pieces, 5)}?`; // a wildcard, so that it is for the whole name
      const name = text(['a', 'b', 'c', '*', ']', '-', '.'], 6);
      const expected = slowly(glob, name);
      expect(fits(glob, `/${name}`), `${glob} ${name}`).toBe(expected);
      found += Number(expected);
    }
    expect(found).toBeGreaterThan(200);
  });
});
