import { describe, expect, it } from 'vitest';
import { MemberNames } from './names.ts';

describe('the names in an archive', () => {
  it('are each there once, however many there are, and nothing lies below what is no folder', () => {
    const names = new MemberNames();
    const many = Array.from({ length: 20_000 }, (_, i) => `files/run-${i % 300}/sample-${i}.csv`);
    for (const name of many) expect(names.add(name, 'file')).toBeUndefined();
    for (const name of many.slice(0, 300)) expect(names.add(name, 'file')).toBe('twice');
    expect(names.add('files/run-7', 'folder')).toBeUndefined(); // so far only what is in it was said
    expect(names.add('files/run-7', 'folder')).toBe('twice');
    expect(names.add('files/run-8', 'file')).toBe('twice');
    expect(names.add(`${many[5]}/below`, 'file')).toBe('below');
    expect(names.add('link', 'symlink')).toBeUndefined();
    expect(names.add('link/a/b', 'file')).toBe('below');
    expect(['files', 'files/run-7', many[9] as string, 'link', 'nobody'].map((name) => names.typeOf(name))).toEqual(['folder', 'folder', 'file', 'symlink', undefined]);
  });
});
