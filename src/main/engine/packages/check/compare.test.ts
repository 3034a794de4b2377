// What a package holds beside what is said of it: every way in which the two can differ, in any order in which they come.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ReadMember } from '../archive/model.ts';
import { readMembers } from './read-members.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const member = (path: string, more: Partial<ReadMember> = {}, text = path): ReadMember => ({
  path, type: 'file', size: Buffer.byteLength(text), mode: 0o644, mtimeNs: 0n, target: undefined,
  chunks: (async function* () {
    for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7));
  })(),
  ...more
});

interface Told {
  path: string;
  size?: number;
  sha256?: string;
}

const manifest = (files: Told[], more: object = {}): ReadMember => member('manifest.json', {}, JSON.stringify({ version: 1, created_at: '', source_dir: '/x', files: files.map(({ path, size = path.length, sha256 = sha(path) }) => ({ path, size, sha256 })), ...more }));

async function problemsOf(members: ReadMember[]): Promise<string[]> {
  const { problems } = await readMembers((async function* () {
    yield* members;
  })());
  expect(problems.count).toBe(problems.first.length);
  return problems.first.map(({ path, reason }) => `${path}: ${reason}`).toSorted();
}

const names = Array.from({ length: 30 }, (_, i) => `f${i}`);
const told = (list: string[]): Told[] => list.map((path) => ({ path }));

describe('a package beside its manifest', () => {
  it.each([
    ['before them', (list: ReadMember[], one: ReadMember) => [one, ...list]],
    ['after them', (list: ReadMember[], one: ReadMember) => [...list, one]],
    ['amid them', (list: ReadMember[], one: ReadMember) => [...list.slice(0, 11), one, ...list.slice(11)]]
  ] as const)('is whole when it names all files, in another order, too, and stands %s', async (_where, put) => {
    expect(await problemsOf(put(names.map((name) => member(name)), manifest(told(names))))).toEqual([]);
    expect(await problemsOf(put(names.map((name) => member(name)), manifest(told(names.toReversed()))))).toEqual([]);
  });

  it('is told each file that is missing, not named, longer, other, or named twice', async () => {
    const files = names.filter((name) => name !== 'f3').map((name) => (name === 'f8' ? member('f8', {}, 'other bytes') : name === 'f9' ? member('f9', {}, 'F9') : member(name)));
    const said = told([...names.filter((name) => name !== 'f20'), 'f12', 'manifest.json', 'SHA256SUMS']);
    expect(await problemsOf([...files, manifest(said)])).toEqual([
      'SHA256SUMS: the manifest names it twice, or names itself',
      'f12: the manifest names it twice, or names itself',
      'f20: the manifest does not name it',
      'f3: it is missing',
      'f8: it has 11 bytes; the manifest says 2',
      'f9: its bytes are not those that the manifest names',
      'manifest.json: the manifest names it twice, or names itself'
    ]);
  });

  it('is told of folders and links; a second name of a file may be named as one more file', async () => {
    const link = (path: string, target: string, type: 'symlink' | 'hardlink'): ReadMember => member(path, { type, target, size: 0 });
    const members = (): ReadMember[] => [member('a'), link('again', 'a', 'hardlink'), link('l', 'a', 'symlink'), link('other', 'b', 'symlink'), member('d', { type: 'folder', size: 0 })];
    expect(await problemsOf([...members().slice(0, 2), manifest([{ path: 'a' }, { path: 'again', size: 1, sha256: sha('a') }])])).toEqual([]);
    expect(await problemsOf([...members(), manifest(told(['a']), { folders: ['e'], links: [{ path: 'l', target: 'a', type: 'symlink' }, { path: 'other', target: 'c', type: 'symlink' }, { path: 'gone', target: 'a', type: 'symlink' }] })])).toEqual([
      'again: the manifest does not name it', 'd: the manifest does not name it', 'e: it is missing', 'gone: it is missing', 'other: it is another link than the manifest says'
    ]);
    // One that says nothing of folders says nothing against them.
    expect(await problemsOf([member('a'), member('d', { type: 'folder', size: 0 }), manifest(told(['a']))])).toEqual([]);
  });

  it('has sums that fit, where it has any', async () => {
    const said = manifest(told(['a']), { generator: 'Varve 1' });
    const text = JSON.stringify({ version: 1, created_at: '', source_dir: '/x', files: [{ path: 'a', size: 1, sha256: sha('a') }], generator: 'Varve 1' });
    const lines = [`${sha('a')}  a\n`, `${sha(text)}  manifest.json\n`];
    const sums = (...wanted: string[]): ReadMember => member('SHA256SUMS', {}, wanted.join(''));
    const wrong = ['SHA256SUMS: it does not fit the files in the package'];
    expect(await problemsOf([member('a'), said, sums(...lines)])).toEqual([]);
    for (const bad of [[lines[0]], [...lines, `${sha('b')}  b\n`], [...lines, lines[0]], [`${sha('b')}  a\n`, lines[1]], [...lines, 'no line\n']]) {
      expect(await problemsOf([member('a'), manifest(told(['a']), { generator: 'Varve 1' }), sums(...(bad as string[]))])).toEqual(wrong);
    }
    expect(await problemsOf([member('a'), manifest(told(['a']), { generator: 'Varve 1' })])).toEqual(['SHA256SUMS: it is missing']);
  });

  it.each([
    ['no JSON', '{"version": 1', 'it is not JSON'],
    ['bytes that are no text', '\ud800', 'it is not JSON'],
    ['a newer version', '{"version": 2, "files": [5]}', 'it is of version 2; this program reads version 1'],
    ['no files', '{"version": 1, "created_at": "", "source_dir": ""}', 'it is no manifest of a package (at files)'],
    ['files that are none', '{"version": 1, "created_at": "", "source_dir": "", "files": [{"path": "a", "size": -1, "sha256": "x"}]}', 'it is no manifest of a package (at files.size)'],
    ['folders that are no list', '{"version": 1, "created_at": "", "source_dir": "", "files": [], "folders": 5}', 'it is no manifest of a package (at folders)']
  ])('is nothing to compare with where it is %s', async (_what, text, reason) => {
    expect(await problemsOf([member('manifest.json', {}, text)])).toEqual([`manifest.json: ${reason}`]);
  });
});
