// A copy of the built program with a page of its own. It lies below node_modules, so that the bundles still find their packages.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { checkout } from '../../harness/desktop.ts';

export async function makeShellFolder(): Promise<{ folder: string; remove(): void }> {
  const base = join(checkout, 'node_modules/.varve-e2e');
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, 'shell-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'varve', version: '0.0.0', type: 'module', main: 'out/main/index.js' }));
  for (const part of ['out/main', 'out/preload', 'resources']) cpSync(join(checkout, part), join(folder, part), { recursive: true });
  const renderer = join(folder, 'out/renderer');
  mkdirSync(renderer, { recursive: true });
  cpSync(join(import.meta.dirname, 'index.html'), join(renderer, 'index.html'));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: { target: 'es2022', outDir: renderer, emptyOutDir: false, minify: false, lib: { entry: join(import.meta.dirname, 'client.ts'), formats: ['es'], fileName: () => 'client.js' } }
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
