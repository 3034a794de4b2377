import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reducePaths, targetTree } from './targets.ts';

describe('the paths of a plan', () => {
  it('are taken once, and not again inside another one', () => {
    expect(reducePaths(['/a/b', '/a', '/a', '/ab', '/a/b/c'], posix)).toEqual(['/a', '/ab']);
    expect(reducePaths(['/', '/a'], posix)).toEqual(['/']);
  });

  it('nest from the top of the file system', () => {
    const top = targetTree(['/home/u', '/home/v/w'], posix);
    expect(top.whole).toBe(false);
    const home = top.children.get('home');
    expect([...(home?.children.keys() ?? [])]).toEqual(['u', 'v']);
    expect(home?.children.get('u')).toMatchObject({ path: '/home/u', whole: true });
    expect(home?.children.get('v')).toMatchObject({ path: '/home/v', whole: false });
  });

  it('may be the top itself', () => {
    expect(targetTree(['/'], posix)).toMatchObject({ path: '/', whole: true });
  });

  it('begin with the drive letter on Windows', () => {
    expect(targetTree(['C:\\a\\b'], win32).children.get('C')?.children.get('a')?.children.get('b')).toMatchObject({ path: 'C:\\a\\b', whole: true });
  });
});
