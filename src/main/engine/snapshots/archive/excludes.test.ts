import { describe, expect, it } from 'vitest';
import { compileExcludes, excludeProblem } from './excludes.ts';

const names = (path: string): string[] => path.split('/').filter((name) => name !== '');
const matches = (patterns: string[], path: string): boolean => compileExcludes(patterns).matches(names(path));

describe('excludes', () => {
  it.each([
    [['*.o'], '/home/u/x.o', true],
    [['*.o'], '/home/u/x.oo', false],
    [['cache'], '/home/u/cache', true],
    [['cache'], '/home/u/cache/below/it', true],
    [['cache'], '/home/u/mycache', false],
    [['u/cache'], '/home/u/cache', true],
    [['u/cache'], '/home/v/cache', false],
    [['/home/u'], '/home/u/x', true],
    [['/home/u'], '/other/home/u', false],
    [['/home/*/tmp'], '/home/u/tmp', true],
    [['/home/*/tmp'], '/home/u/v/tmp', false],
    [['/home/**/tmp'], '/home/u/v/tmp', true],
    [['/home/**/tmp'], '/home/tmp', true],
    [['foo/**/bar'], '/a/foo/bar', true],
    [['foo/**/bar'], '/a/foo/x/y/bar/z', true],
    [['/home/u/**'], '/home/u', false],
    [['/home/u/**'], '/home/u/x', true],
    [['[ab]?.txt'], '/a1.txt', true],
    [['[^ab]?.txt'], '/a1.txt', false],
    [['[a-c\\]]x'], '/]x', true],
    [['\\*'], '/*', true],
    [['\\*'], '/x', false],
    [['cache/'], '/u/cache/x', true],
    [['a+b(c)'], '/a+b(c)', true],
    [['?'], '/\u{1f600}', true],
    [['?'], '/\udcff', true],
    [['/home/*', '!/home/u'], '/home/u/x', false],
    [['/home/*', '!/home/u'], '/home/v/x', true],
    [['*.log', '!keep.log', 'keep.log'], '/keep.log', true],
    [['!x'], '/x', false]
  ])('%j on %s is %s', (patterns, path, expected) => {
    expect(matches(patterns as string[], path as string)).toBe(expected);
  });

  it('names what is wrong with a pattern', () => {
    for (const bad of ['', '   ', '/', '!', '[a', '[]', '[z-a]', 'x\\', 'a/../b', 'a\0b']) expect(excludeProblem(bad), bad).toEqual(expect.any(String));
    expect(excludeProblem('*.o')).toBeUndefined();
    expect(() => compileExcludes(['[a'])).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});
