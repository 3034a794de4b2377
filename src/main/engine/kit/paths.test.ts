import { expect, it } from 'vitest';
import { defaultHomePath, isInside, requireAbsolute, resolveUserPath } from './paths.ts';

it.each([
  ['/a', '/a', true],
  ['/a', '/a/b', true],
  ['/a', '/a/', true],
  ['/a', '/ab', false],
  ['/a', '/a/../b', false],
  ['/a/b', '/a', false],
  ['/', '/anything', true],
  ['/a', '/a/..b', true],
  ['/A', '/a/b', false]
])('inside %s: %s is %s', (parent, child, expected) => expect(isInside(parent, child, 'linux')).toBe(expected));

it.each([
  ['C:\\Data', 'c:\\data\\x', true],
  ['C:\\Data', 'D:\\Data\\x', false],
  ['C:\\', 'c:\\x', true],
  ['\\\\server\\share', '\\\\SERVER\\share\\x', true]
])('inside on Windows %s: %s is %s', (parent, child, expected) => expect(isInside(parent, child, 'win32')).toBe(expected));

const context = { platform: 'linux', userHome: '/home/ana', workingFolder: '/desk' } as const;

it.each([
  ['~', '/home/ana'],
  ['~/data', '/home/ana/data'],
  ['~/../x', '/home/x'],
  ['data/./x/../y', '/desk/data/y'],
  ['/abs//x', '/abs/x'],
  ['~$draft.doc', '/desk/~$draft.doc']
])('a person’s %s means %s', (typed, expected) => expect(resolveUserPath(typed, context)).toBe(expected));

it.each(['', '  ', 'a\0b', '~root', '~root/x'])('a person’s %j is refused', (typed) => {
  expect(() => resolveUserPath(typed, context)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('a relative path is refused where there is no working folder', () => {
  expect(() => resolveUserPath('data', { platform: 'linux', userHome: '/home/ana' })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('the home is where VARVE_HOME says, else in the platform’s data folder', () => {
  expect(defaultHomePath({ VARVE_HOME: '/v' }, 'linux', '/h')).toBe('/v');
  expect(defaultHomePath({}, 'linux', '/h')).toBe('/h/.local/share/varve');
  expect(defaultHomePath({ XDG_DATA_HOME: '/d' }, 'linux', '/h')).toBe('/d/varve');
  expect(defaultHomePath({ XDG_DATA_HOME: 'relative' }, 'linux', '/h')).toBe('/h/.local/share/varve');
  expect(defaultHomePath({ XDG_DATA_HOME: '/d' }, 'darwin', '/h')).toBe('/h/Library/Application Support/Varve');
  expect(defaultHomePath({ LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'win32', 'C:\\Users\\a')).toBe('C:\\Users\\a\\AppData\\Local\\Varve');
  expect(defaultHomePath({}, 'win32', 'C:\\Users\\a')).toBe('C:\\Users\\a\\AppData\\Local\\Varve');
});

it('a relative VARVE_HOME is refused, because it would mean another home in every folder', () => {
  expect(() => defaultHomePath({ VARVE_HOME: 'varve' }, 'linux', '/h')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('refuses a path that does not start at the root, and names its field', () => {
  expect(() => requireAbsolute('data/x', 'target', 'linux')).toThrow(expect.objectContaining({ code: 'BAD_INPUT', data: expect.objectContaining({ field: 'target' }) }));
  expect(() => requireAbsolute('C:\\data', 'path', 'linux')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  expect(() => requireAbsolute('C:\\data', 'path', 'win32')).not.toThrow();
  expect(() => requireAbsolute('/data', 'path', 'linux')).not.toThrow();
});
