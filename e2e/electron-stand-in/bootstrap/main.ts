// First code of the main process: node main.ts <app main> [args]. Configuration comes in ELECTRON_STANDIN (JSON), the test's wishes over
// the IPC channel when there is one.
import { pathToFileURL } from 'node:url';
import { app } from '../app.ts';
import { connectTest } from '../control.ts';
import { host } from '../host.ts';
import { become } from './hooks.ts';

become('browser', '../electron.ts');
const config = JSON.parse(process.env['ELECTRON_STANDIN'] ?? '{}') as { userData?: string; packaged?: boolean; languages?: string[]; network?: 'none' | 'allow'; filePaths?: Record<string, string> };
delete process.env['ELECTRON_STANDIN'];
const [main = '', ...args] = process.argv.slice(2);
process.argv = config.packaged ? [process.execPath, ...args] : [process.execPath, main, ...args];
app.configure({ main, userData: config.userData, packaged: config.packaged, languages: config.languages });
host.network = config.network ?? 'none';
Object.assign(host.filePaths, config.filePaths);
host.processInfo = { platform: process.platform, arch: process.arch, versions: process.versions, env: {}, argv: [], pid: process.pid };
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
const test = connectTest();
// Electron shows a dialog and goes on; a test wants to know.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') !== 1) return;
  console.error('Uncaught exception in the main process:', error);
  test.note('main-error', String(error));
});
setInterval(() => {}, 1 << 30); // Electron does not end when nothing is left to do
// `ready` waits for the main module's top-level awaits, so awaiting whenReady() there would wait for itself (in Electron it may hang too).
const slow = setTimeout(() => console.error('stand-in: the main module has been evaluating for 5 s; does it await app.whenReady() at top level?'), 5000);
await import(pathToFileURL(main).href);
clearTimeout(slow);
await app.start((endpoint) => test.meet(endpoint));
