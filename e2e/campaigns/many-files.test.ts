// Packages of a million files: made, read back and checked in little memory, and opened by other programs. Only in the long run. The young part of the heap is as small as
// in Varve's threads.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const long = process.env['VARVE_LONG'] === '1';
const folder = long ? mkdtempSync(join(tmpdir(), 'varve-many-files-')) : '';
afterAll(() => {
  if (long) rmSync(folder, { recursive: true });
});

const million = 1_000_000;

async function child(...args: string[]): Promise<{ path: string; files: number; problems: number; peakMib: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=2', join(import.meta.dirname, 'many-files.child.ts'), ...args]);
  console.log(stdout.trim());
  return JSON.parse(stdout) as { path: string; files: number; problems: number; peakMib: number };
}

describe.runIf(long)('a package of a million files', () => {
  it.each([['tar.gz', ['tar', '-tzf']], ['zip', ['zipinfo', '-1']]] as const)('as %s is made and checked in little memory', async (format, [program, option]) => {
    const made = await child('make', folder, format, String(million));
    expect(made.files).toBe(million);
    expect(made.peakMib).toBeLessThan(450);
    expect(await child('check', made.path)).toMatchObject({ files: million, problems: 0 });
    const listed = execFileSync('sh', ['-c', `"${program}" ${option} "$1" | grep -c '\\.csv$'`, 'sh', made.path], { encoding: 'utf8' });
    expect(Number(listed)).toBe(million);
  });
});
