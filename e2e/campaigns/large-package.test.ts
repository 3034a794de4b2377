// Packages larger than memory: 20 GiB in tar.gz, and a zip with a file that 32 bits cannot count. Only in the long run. Making one reads it back whole.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const long = process.env['VARVE_LONG'] === '1';
const folder = long ? mkdtempSync(join(tmpdir(), 'varve-large-package-')) : '';
afterAll(() => {
  if (long) rmSync(folder, { recursive: true });
});

interface Made {
  path: string;
  bytes: number;
  fileBytes: number;
  peakMib: number;
}

async function make(format: string, ...gib: number[]): Promise<Made> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'large-package.child.ts'), folder, format, ...gib.map(String)]);
  console.log(stdout.trim());
  return JSON.parse(stdout) as Made;
}

describe.runIf(long)('a large package', () => {
  it('of 20 GiB as tar.gz takes less than 200 MB of memory', async () => {
    const { path, fileBytes, peakMib } = await make('tar.gz', 11, ...Array<number>(9).fill(1));
    expect(fileBytes).toBe(20 * 2 ** 30);
    expect(peakMib).toBeLessThan(200);
    expect(execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).split('\n')).toContain('files/9.bin');
  });

  it('as zip holds a file of 5 GiB, which unzip finds whole', async () => {
    const { path, peakMib } = await make('zip', 5, 1);
    expect(peakMib).toBeLessThan(200);
    expect(execFileSync('unzip', ['-tq', path], { encoding: 'utf8' })).toContain('No errors detected');
  });
});
