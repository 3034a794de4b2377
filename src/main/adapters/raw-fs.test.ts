import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

/** Asks for the file system in a process that looks like one of Electron's; `prelude` may provide `original-fs`. */
function insideElectron(prelude: string): string {
  const program = `
    Object.defineProperty(process.versions, 'electron', { value: '45.0.0' });
    ${prelude}
    const { loadFs } = await import(${JSON.stringify(new URL('./raw-fs.ts', import.meta.url).href)});
    try { process.stdout.write(loadFs().name ?? 'plain fs'); } catch (error) { process.stdout.write(error.code); }
  `;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}

it('takes original-fs inside Electron', () => {
  const folder = mkdtempSync(join(tmpdir(), 'varve-raw-'));
  try {
    writeFileSync(join(folder, 'original.cjs'), "exports.name = 'the original';");
    const url = JSON.stringify(pathToFileURL(join(folder, 'original.cjs')).href);
    const hook = `
      const { registerHooks } = await import('node:module');
      registerHooks({ resolve: (name, context, next) => (name === 'original-fs' ? { url: ${url}, format: 'commonjs', shortCircuit: true } : next(name, context)) });
    `;
    expect(insideElectron(hook)).toBe('the original');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('rather fails than reads archives as folders when original-fs is not there', () => {
  expect(insideElectron('')).toBe('MODULE_NOT_FOUND');
});
