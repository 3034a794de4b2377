import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { leaveOutNothing } from '../../contract/snapshots.ts';
import { bytesOf, rulesFrom } from './plan-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the rules of a plan on the command line', () => {
  it('take patterns from files without comments, and in the order given', () => {
    writeFileSync(join(folder, 'list'), '\u{feff}# not kept\r\n*.o\r\n\n   build/   \n!keep.o');
    expect(rulesFrom({ exclude: ['a'], excludeFile: [join(folder, 'list')], iexcludeFile: [join(folder, 'list')] })).toEqual({ excludes: ['a', '*.o', 'build/', '!keep.o'], leaveOut: { caseless: ['*.o', 'build/', '!keep.o'], ifPresent: [] } });
    expect(() => rulesFrom({ excludeFile: [join(folder, 'none')] })).toThrow(expect.objectContaining({ code: 'PATH_MISSING' }) as Error);
  });

  it('add to those of the plan and take back what is named', () => {
    const before = { excludes: ['a', 'b'], leaveOut: { ...leaveOutNothing, caches: true, largerThan: 5, ifPresent: ['.nobackup'] } };
    expect(rulesFrom({ removeExclude: ['a', '.nobackup'], exclude: ['c'], excludeCaches: false, excludeLargerThan: false }, before)).toEqual({ excludes: ['b', 'c'], leaveOut: { caseless: [], ifPresent: [], caches: false, largerThan: null } });
    expect(() => rulesFrom({ removeExclude: ['z'] }, before)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error);
  });

  it('read sizes as restic does, and refuse others', () => {
    expect(['500', '1k', '20M', '3G', '1T', '2MB'].map(bytesOf)).toEqual([500, 1024, 20 * 1024 ** 2, 3 * 1024 ** 3, 1024 ** 4, 2 * 1024 ** 2]);
    for (const wrong of ['', 'M', '-1', '1.5G', '1X', '9999999999T']) expect(() => bytesOf(wrong), wrong).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }) as Error);
  });
});
