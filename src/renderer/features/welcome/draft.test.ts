import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Name } from '../../../contract/ids.ts';
import type { Probe } from '../../../contract/repository.ts';
import { baseName, makeName } from '../../ui/naming.ts';
import { judgePlace, withoutNested } from './draft.ts';

const probe = (kind: Probe['kind']): Probe => ({ path: '/x', kind, freeBytes: 1, fileSystem: 'ext4', network: false, removable: false });

describe('the welcome\'s names and places', () => {
  it('makes a name that the engine accepts out of anything (seed 5)', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), (wish) => Name.safeParse(makeName(wish, 'my-work', [])).success), { seed: 5 });
  });

  it('keeps what can be kept, and finds a free one', () => {
    expect(makeName('Dados da Tese (ação)', 'x', [])).toBe('dados-da-tese-acao');
    expect(makeName('Thesis', 'x', ['thesis', 'thesis-2'])).toBe('thesis-3');
    expect([makeName('latest', 'x', []), makeName('deadbeef', 'x', []), makeName('日本', 'x', [])]).toEqual(['x', 'x', 'x']);
  });

  it('opens a repository that is there, and never writes among other files', () => {
    expect(judgePlace('/x', probe('restic'))).toMatchObject({ repositoryPath: '/x', opensExisting: true, usable: true });
    expect(judgePlace('/x', probe('other-files'))).toMatchObject({ repositoryPath: '/x/varve-copies', opensExisting: false, usable: true });
    expect(judgePlace('D:\\', probe('other-files')).repositoryPath).toBe('D:\\varve-copies');
    for (const kind of ['not-writable', 'not-a-folder', 'legacy'] as const) expect(judgePlace('/x', probe(kind)).usable).toBe(false);
  });

  it('leaves out folders inside other chosen ones', () => {
    expect(withoutNested(['/a', '/a/b', '/ab'])).toEqual(['/a', '/ab']);
    expect(baseName('/home/ana/thesis/')).toBe('thesis');
  });
});
