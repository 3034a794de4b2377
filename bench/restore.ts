// How fast a folder is brought back, beside restic in turn on one and the same repository, each as a cold process.
//   npm run build && npx node bench/restore.ts FOLDER [ROUNDS]
// Wall, user and system seconds, peak memory, and restic's time divided by ours. Creating many files depends on the state of the file
// system: only ratios of rounds that ran in turn say anything. VARVE_PROGRAM names another `varve.mjs` to measure in place of this one;
// VARVE_PROGRAM_B a second one that takes part in each round (before and after a change).
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeTree } from '../src/main/engine/snapshots/testing/remove-tree.ts';

const [folder, rounds = '3'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npx node bench/restore.ts FOLDER [ROUNDS]');
  process.exit(2);
}
const source = resolve(folder);
const top = mkdtempSync(join(tmpdir(), 'varve-bench-'));
const path = (name: string): string => join(top, name);
const programs = [process.env['VARVE_PROGRAM'] ?? join(import.meta.dirname, '../bin/varve.mjs'), process.env['VARVE_PROGRAM_B']].filter((one) => one !== undefined);

interface Run {
  wall: number;
  user: number;
  system: number;
  peakMiB: number;
}

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  HOME: path('user'),
  XDG_RUNTIME_DIR: path('user'),
  VARVE_HOME: path('home'),
  VARVE_VAULT_PASSPHRASE_FILE: path('password'),
  RESTIC_PASSWORD_FILE: path('password'),
  RESTIC_REPOSITORY: path('repository'),
  RESTIC_CACHE_DIR: path('cache')
};

/** GNU time tells what the program and its children used. */
function run(program: string, args: readonly string[]): Run {
  const startedMs = performance.now();
  const done = spawnSync('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', path('used'), program, ...args], { env: environment, encoding: 'utf8', maxBuffer: 1 << 28 });
  const wall = (performance.now() - startedMs) / 1000;
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr ?? done.error}`);
  const [user = 0, system = 0, peakKiB = 0] = readFileSync(path('used'), 'utf8').trim().split(' ').map(Number);
  return { wall, user, system, peakMiB: peakKiB / 1024 };
}

const varve = (program: string, ...args: string[]): Run => run(process.execPath, [program, ...args]);
const restic = (...args: string[]): Run => run('restic', args);

function show(name: string, { wall, user, system, peakMiB }: Run, base?: Run): void {
  const ratio = base === undefined ? '' : `   restic / this: wall ${(base.wall / wall).toFixed(2)}, processor ${((base.user + base.system) / (user + system)).toFixed(2)}`;
  console.log(`${name.padEnd(10)} ${wall.toFixed(2).padStart(7)} s   user ${user.toFixed(2).padStart(6)}   system ${system.toFixed(2).padStart(6)}   peak ${peakMiB.toFixed(0).padStart(4)} MiB${ratio}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/**
 * What was just restored must not be written to the disk on the next one's time. It stays until the end: ext4 without a journal passes over
 * the numbers of files deleted within the last minutes, one by one, which makes whoever comes next look slow.
 */
function settle(): void {
  execFileSync('sync');
}

try {
  if (!existsSync('/usr/bin/time')) throw new Error('GNU time is needed at /usr/bin/time');
  mkdirSync(path('user'), { mode: 0o700 });
  writeFileSync(path('password'), 'password of a measurement\n', { mode: 0o600 });
  const [first] = programs as [string];
  varve(first, 'init', '--store', 'vault');
  varve(first, 'repo', 'add', 'here', '--path', path('repository'), '--password-file', path('password'));
  varve(first, 'plan', 'add', 'it', '--repo', 'here', '--path', source);
  varve(first, 'snapshot', 'it');
  const all = new Map<string, Run[]>();
  for (let round = 0; round < Number(rounds); round++) {
    const theirs = restic('restore', 'latest', '--target', path(`theirs-${round}`));
    show('restic', theirs);
    settle();
    all.set('restic', [...(all.get('restic') ?? []), theirs]);
    for (const [i, program] of programs.entries()) {
      const target = path(`ours-${round}-${i}`);
      const ours = varve(program, 'restore', 'latest', '--target', target);
      show(`varve${i === 0 ? '' : ' B'}`, ours, theirs);
      if (round === 0) execFileSync('diff', ['-r', '--no-dereference', source, join(target, source)]);
      settle();
      all.set(`varve${i === 0 ? '' : ' B'}`, [...(all.get(`varve${i === 0 ? '' : ' B'}`) ?? []), ours]);
    }
  }
  console.log('medians');
  const middle = (runs: readonly Run[]): Run => ({ wall: median(runs.map((one) => one.wall)), user: median(runs.map((one) => one.user)), system: median(runs.map((one) => one.system)), peakMiB: median(runs.map((one) => one.peakMiB)) });
  const base = middle(all.get('restic') as Run[]);
  for (const [name, runs] of all) show(name, middle(runs), name === 'restic' ? undefined : base);
} finally {
  removeTree(top);
  rmSync(top, { recursive: true, force: true });
}
