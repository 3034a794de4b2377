// `npm run dev`: both sides reload. With Electron and a display, electron-vite's own watcher; otherwise the server restarts on a change
// under src/main or src/contract while Vite reloads the console in the browser.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
const hasElectron = existsSync(join(root, 'node_modules/electron/path.txt'));
const children = [];

function run(command, commandArgs, env = {}) {
  const child = spawn(command, commandArgs, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env }, shell: process.platform === 'win32' });
  children.push(child);
  child.on('exit', (code) => {
    for (const other of children) other.kill();
    process.exit(code ?? 1);
  });
}

if (hasDisplay && hasElectron && !process.argv.includes('--browser')) {
  run('npx', ['electron-vite', 'dev', '--watch']);
} else {
  const apiPort = 7341;
  const token = `varve_${randomBytes(32).toString('base64url')}`;
  const home = process.env.VARVE_HOME ?? join(root, '.varve-dev');
  console.error(`varve: developing in the browser (Electron: "npx install-electron"); the home is ${home}\nvarve: open http://127.0.0.1:5199/`);
  run(process.execPath, ['--watch-path=src/main', '--watch-path=src/contract', 'src/main/cli.ts', '--quiet', 'serve', '--port', String(apiPort)], { VARVE_TOKEN: token, VARVE_HOME: home, VARVE_START: '1', VARVE_NO_BROWSER: '1' });
  run('npx', ['vite', '--config', 'src/renderer/vite.dev.config.ts'], { VARVE_DEV_API: `http://127.0.0.1:${apiPort}`, VARVE_DEV_TOKEN: token });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => children.forEach((child) => child.kill(signal)));
