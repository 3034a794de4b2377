// Builds the program when the build is missing or older than a source file.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}

/** Builds if needed. Ends the process with the build's exit code when the build fails. */
export function buildWhenStale() {
  const marker = join(root, 'out/main/cli.js');
  const sources = Math.max(newest(join(root, 'src')), ...['package.json', 'electron.vite.config.ts'].map((file) => statSync(join(root, file)).mtimeMs));
  if (existsSync(marker) && statSync(marker).mtimeMs > sources && existsSync(join(root, 'out/renderer/index.html'))) return;
  console.error('varve: building ...');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
