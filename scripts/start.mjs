// `npm start`: the desktop application where Electron can run, otherwise the same console in a browser, with the reason in one line.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildWhenStale } from './build-when-stale.mjs';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);

function electronFolder() {
  try {
    // Never import `electron` to look for it: outside Electron that starts a download and throws.
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

function electronBinary(folder) {
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  const file = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name);
  return existsSync(file) ? file : undefined;
}

function fetchElectron(folder) {
  console.error('varve: fetching Electron (once) ...');
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 120_000 });
  return electronBinary(folder);
}

/** The program to run, or the reason why it must be the browser. */
function chooseDesktop() {
  if (args.includes('--browser')) return { reason: 'asked for with --browser' };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return { reason: 'there is no display here (DISPLAY and WAYLAND_DISPLAY are not set)' };
  const folder = electronFolder();
  if (!folder) return { reason: 'Electron is not installed' };
  const binary = electronBinary(folder) ?? fetchElectron(folder);
  return binary ? { binary } : { reason: "Electron's program is not here and could not be fetched" };
}

function follow(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`varve: could not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

buildWhenStale();
const { binary, reason } = chooseDesktop();
if (binary) {
  follow(spawn(binary, [root, ...args], { stdio: 'inherit' }));
} else {
  console.error(`varve: ${reason}; the console is served to your browser instead.`);
  const rest = args.filter((arg) => arg !== '--browser');
  follow(spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', ...rest], { stdio: 'inherit', env: { ...process.env, VARVE_START: '1' } }));
}
