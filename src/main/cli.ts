// Entry of the `varve` command (bin/varve.mjs has checked the Node by now). Where a worker and the console's pages lie is known here only.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beginVault } from './cli/begin-vault.ts';

// restic probes the process that holds a lock with SIGHUP; Node would die of it (decisions.md 4).
process.on('SIGHUP', () => {});
const argv = process.argv.slice(2);
beginVault(argv, process.env);
const built = import.meta.url.endsWith('.js');
const worker = new URL(built ? './worker.js' : './worker.ts', import.meta.url);
const pages = fileURLToPath(new URL(built ? '../renderer/' : '../../out/renderer/', import.meta.url));

// Read only now: what was begun runs meanwhile.
const { runCommandLine } = await import('./cli/program.ts');
process.exitCode = await runCommandLine(argv, { worker, pages: existsSync(pages) ? pages : undefined });
