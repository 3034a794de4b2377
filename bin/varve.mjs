#!/usr/bin/env node
// Entry of the `varve` command. It runs on any Node, and loads nothing native before it has checked which one: the SQLite add-on ends
// an older Node with a crash instead of a message.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);

function entry() {
  const built = join(root, 'out/main/cli.js');
  const source = join(root, 'src/main/cli.ts');
  if (process.env.VARVE_SOURCE === '1' && existsSync(source)) return source;
  if (existsSync(built)) return built;
  return existsSync(source) ? source : undefined;
}

/** The Node that the project pins (npm package `node`). */
function pinnedNode() {
  const file = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(file) ? file : undefined;
}

const file = entry();
if (!file) {
  console.error('varve: the program is not built yet; run "npm run build" first.');
  process.exit(1);
} else if (newEnough) {
  await import(pathToFileURL(file).href);
} else {
  const node = pinnedNode();
  if (!node) {
    console.error(`varve: Node ${process.versions.node} is too old; Node 22.18 or newer is needed. Run "npm ci" in ${root}, which brings one along.`);
    process.exit(1);
  }
  // This process only waits, and passes on what is sent to it alone. Ctrl+C reaches the other one from the terminal too; it counts once there.
  const child = spawn(node, [file, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`varve: could not start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (status, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (status ?? 1)));
}
