// A snapshot in an application that is running: `varve serve` owns the home, its repository's key is open, and what changes is taken again and again.
// Prints what the task itself took, from its start to its end, without the start of the command line that asked for it.
//   npm run build && npx node bench/in-app.ts [--sets mixed,small] [--runs 5] [--scale 1] [--work FOLDER]
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SnapshotResult } from '../src/contract/snapshots.ts';
import { changeCorpus, makeCorpus, type CorpusName } from './corpus.ts';

const { values } = parseArgs({ options: { sets: { type: 'string', default: 'mixed,small' }, runs: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' }, work: { type: 'string', default: tmpdir() } } });
const cli = join(import.meta.dirname, '../out/main/cli.js');
if (!existsSync(cli)) {
  console.error('not built: run "npm run build" first');
  process.exit(2);
}
const top = mkdtempSync(join(values.work, 'varve-in-app-'));
const password = join(top, 'password');
const env: NodeJS.ProcessEnv = { ...process.env, VARVE_HOME: join(top, 'home'), VARVE_VAULT_PASSPHRASE: 'bench in the application', VARVE_START: '1' };
const varve = (...args: string[]): string => execFileSync(process.execPath, [cli, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const take = (plan: string): number => (JSON.parse(varve('snapshot', plan, '--json')) as SnapshotResult).durationMs;
const middle = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number;

function report(what: string, all: readonly number[]): void {
  console.log(`${what.padEnd(22)} best ${Math.min(...all)} ms, median ${middle(all)} ms  load ${(loadavg()[0] ?? 0).toFixed(1)}`);
}

writeFileSync(password, 'bench\n', { mode: 0o600 });
varve('init', '--store', 'vault');
const serving = spawn(process.execPath, [cli, 'serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
try {
  await once(serving.stdout, 'data');
  for (const set of values.sets.split(',') as CorpusName[]) {
    const source = join(top, set);
    makeCorpus(set, source, Number(values.scale));
    varve('repo', 'add', set, '--path', join(top, `${set}-copies`), '--password-file', password);
    varve('plan', 'add', `${set}-plan`, '--repo', set, '--path', source);
    report(`${set}, first`, [take(`${set}-plan`)]);
    report(`${set}, nothing changed`, Array.from({ length: Number(values.runs) }, () => take(`${set}-plan`)));
    changeCorpus(set, source);
    report(`${set}, 1 % changed`, [take(`${set}-plan`)]);
  }
} finally {
  serving.kill('SIGTERM');
  await once(serving, 'exit');
  rmSync(top, { recursive: true, force: true });
}
