// Comparing two snapshots of 100,000 files of which 50 differ: in an application that is running (the task's own time and what the process used), and as a
// cold process; also with the folders as they are. Each round edits 50 files and takes a snapshot, so that no comparison is one that is kept.
//   npm run build && npx node bench/compare.ts [--runs 5] [--scale 1] [--work FOLDER]
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Comparison } from '../src/contract/compare.ts';
import type { SnapshotResult } from '../src/contract/snapshots.ts';
import { filesBelow, makeCorpus } from './corpus.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' }, work: { type: 'string', default: tmpdir() } } });
const cli = join(import.meta.dirname, '../out/main/cli.js');
if (!existsSync(cli)) {
  console.error('not built: run "npm run build" first');
  process.exit(2);
}
const differing = 50;
const ticksPerSecond = 100;
const top = mkdtempSync(join(values.work, 'varve-compare-'));
const path = (name: string): string => join(top, name);
const env: NodeJS.ProcessEnv = { ...process.env, VARVE_HOME: path('home'), VARVE_VAULT_PASSPHRASE: 'bench of comparisons', VARVE_START: '1' };
const varve = (...args: string[]): string => execFileSync(process.execPath, [cli, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
const snapshot = (): string => (JSON.parse(varve('snapshot', 'small-plan', '--json')) as SnapshotResult).snapshot.id;

/** User and system seconds of a process so far (Linux). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

interface Run {
  ms: number;
  processor: number;
}

function report(what: string, all: readonly Run[]): void {
  const column = (of: (run: Run) => number): number[] => all.map(of).toSorted((a, b) => a - b);
  const [ms, processor] = [column((run) => run.ms), column((run) => run.processor)];
  console.log(`${what.padEnd(44)} ms ${ms.map((one) => one.toFixed(0)).join(' ')}   processor s ${processor.map((one) => one.toFixed(2)).join(' ')}   load ${(loadavg()[0] ?? 0).toFixed(1)}`);
}

/** `varve diff` asks the serving process; what that one took is counted. */
function inApplication(pid: number, ...sides: string[]): Run {
  const before = processorSeconds(pid);
  const { durationMs } = JSON.parse(varve('diff', ...sides, '--json')) as Comparison;
  return { ms: durationMs, processor: processorSeconds(pid) - before };
}

function cold(...sides: string[]): Run {
  const startedMs = performance.now();
  const done = spawnSync('/usr/bin/time', ['-q', '-f', '%U %S', '-o', path('used'), process.execPath, cli, 'diff', ...sides, '--json'], { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`varve diff: ${done.stderr ?? done.error}`);
  const [user = 0, system = 0] = readFileSync(path('used'), 'utf8').trim().split(' ').map(Number);
  return { ms: performance.now() - startedMs, processor: user + system };
}

writeFileSync(path('password'), 'bench\n', { mode: 0o600 });
varve('init', '--store', 'vault');
const source = path('small');
makeCorpus('small', source, Number(values.scale));
const all = filesBelow(source);
varve('repo', 'add', 'small', '--path', path('copies'), '--password-file', path('password'));
varve('plan', 'add', 'small-plan', '--repo', 'small', '--path', source);
const taken = [snapshot()];
for (let round = 0; round < Number(values.runs) * 2 + 2; round++) {
  for (let i = 0; i < differing; i++) appendFileSync(all[(Math.floor((i * all.length) / differing) + round) % all.length] as string, `edit ${round}\n`);
  taken.push(snapshot());
}
const pairs = taken.slice(1).map((to, i) => [taken[i] as string, to] as const);
const half = Number(values.runs) + 1;
report('snapshots, cold process', pairs.slice(0, half - 1).map((pair) => cold(...pair)));
const serving = spawn(process.execPath, [cli, 'serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
try {
  await once(serving.stdout, 'data');
  const pid = serving.pid as number;
  report('snapshots, in the application, the first', [inApplication(pid, ...(pairs[half] as readonly [string, string]))]);
  report('snapshots, in the application', pairs.slice(half + 1).map((pair) => inApplication(pid, ...pair)));
  report('with the folders, in the application', Array.from({ length: Number(values.runs) }, () => inApplication(pid, taken.at(-2) as string, '--live')));
} finally {
  serving.kill('SIGTERM');
  await once(serving, 'exit');
  rmSync(top, { recursive: true, force: true });
}
