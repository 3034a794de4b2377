// Entry of the `varve` command (bin/varve.mjs has checked the Node by now). Where a worker and the console's pages lie is known here only.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './cli/program.ts';

// restic probes the process that holds a lock with SIGHUP; Node would die of it (decisions.md 4).
process.on('SIGHUP', () => {});
const built = import.meta.url.endsWith('.js');
const worker = new URL(built ? './worker.js' : './worker.ts', import.meta.url);
const pages = fileURLToPath(new URL(built ? '../renderer/' : '../../out/renderer/', import.meta.url));

process.exitCode = await runCommandLine(process.argv.slice(2), { worker, pages: existsSync(pages) ? pages : undefined });
