// Varve beside restic and borg, in turn, in one run: each a cold process with its own command line, a fresh repository and a fresh cache, everything on
// the same disk. Prints best and median wall time, processor time, peak memory and size, and the peers' best as a multiple of ours.
//   npm run build && npx node bench/peers.ts [--sets mixed,small,big] [--runs 3] [--scale 1] [--work FOLDER] [--tools varve,restic,newer-restic,borg]
// Linux, with GNU time (/usr/bin/time). Tools that are not there are left out and named. `newer-restic` is the one of VARVE_NEWER_RESTIC, or what
// scripts/newer-restic.mjs has fetched.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { changeCorpus, filesBelow, makeCorpus, type CorpusName } from './corpus.ts';

const { values } = parseArgs({ options: { sets: { type: 'string', default: 'mixed,small,big' }, runs: { type: 'string', default: '3' }, scale: { type: 'string', default: '1' }, work: { type: 'string', default: tmpdir() }, tools: { type: 'string', default: 'varve,restic,newer-restic,borg' } } });
const gnuTime = '/usr/bin/time';
const top = mkdtempSync(join(values.work, 'varve-peers-'));
const steps = ['open', 'first', 'unchanged', 'changed', 'restore', 'check'] as const;
type Step = (typeof steps)[number];

interface Tool {
  name: string;
  env: Record<string, string>;
  init: string[][];
  /** What each step runs; `restoreInto`: the restore works in its current folder. */
  run: Record<Step, string[]>;
  restoreInto?: boolean;
}

const cli = join(import.meta.dirname, '../out/main/cli.js');
const at = { source: join(top, 'now/src'), repository: join(top, 'now/repo'), cache: join(top, 'now/cache'), target: join(top, 'now/target') };
const varve = (...args: string[]): string[] => [process.execPath, cli, ...args];
const newerRestic = process.env['VARVE_NEWER_RESTIC'] ?? join(import.meta.dirname, '../node_modules/.cache/varve-tests/restic-trixie/usr/bin/restic');
const restic = (name: string, program: string): Tool => ({
  name,
  env: { RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: at.repository, XDG_CACHE_HOME: at.cache },
  init: [[program, 'init', '--repository-version', '2']],
  run: {
    open: [program, '-q', 'cat', 'config'],
    first: [program, '-q', 'backup', at.source],
    unchanged: [program, '-q', 'backup', at.source],
    changed: [program, '-q', 'backup', at.source],
    restore: [program, '-q', 'restore', 'latest', '--target', at.target],
    check: [program, '-q', 'check', '--read-data']
  }
});
const all: Record<string, Tool> = {
  varve: {
    name: 'varve',
    env: { VARVE_HOME: join(at.cache, 'home'), VARVE_VAULT_PASSPHRASE: 'bench for peers' },
    init: [varve('init'), varve('repo', 'add', 'r', '--path', at.repository, '--password-stdin'), varve('plan', 'add', 'p', '--repo', 'r', '--path', at.source)],
    run: { open: varve('snapshots', '--repo', 'r'), first: varve('snapshot', 'p'), unchanged: varve('snapshot', 'p'), changed: varve('snapshot', 'p'), restore: varve('restore', 'p@latest', '--target', at.target), check: varve('check', 'r', '--read-data') }
  },
  restic: restic('restic', 'restic'),
  'newer-restic': restic('newer-restic', newerRestic),
  borg: {
    name: 'borg',
    env: { BORG_PASSPHRASE: 'bench', BORG_BASE_DIR: at.cache, BORG_REPO: at.repository },
    init: [['borg', 'init', '-e', 'repokey-blake2']],
    run: { open: ['borg', 'list'], first: ['borg', 'create', '--compression', 'zstd,3', '::one', at.source], unchanged: ['borg', 'create', '--compression', 'zstd,3', '::two', at.source], changed: ['borg', 'create', '--compression', 'zstd,3', '::three', at.source], restore: ['borg', 'extract', '::three'], check: ['borg', 'check', '--verify-data'] },
    restoreInto: true
  }
};

interface Measured {
  tool: string;
  step: Step;
  wallS: number;
  cpuS: number;
  peakMiB: number;
  repositoryMiB: number;
}

function bytesBelow(folder: string): number {
  return existsSync(folder) ? filesBelow(folder).reduce((sum, path) => sum + statSync(path).size, 0) : 0;
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of filesBelow(folder)) hash.update(`${relative(folder, path)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

/** Tools put back different numbers of leading folders. */
function sourceWithin(folder: string): string | undefined {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    const found = entry.name === 'src' ? path : sourceWithin(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function timed(tool: Tool, step: Step): Measured {
  const note = join(top, 'time.txt');
  // Nobody pays for what the one before left to write.
  spawnSync('sync');
  const { status, stderr } = spawnSync(gnuTime, ['-v', '-o', note, ...tool.run[step]], { cwd: step === 'restore' && tool.restoreInto ? at.target : top, env: { ...process.env, ...tool.env }, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${tool.name} ${step} ended with ${status}: ${stderr.slice(-500)}`);
  const text = readFileSync(note, 'utf8');
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const wallS = (/Elapsed .*: ([\d:.]+)\s*$/m.exec(text)?.[1] ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return { tool: tool.name, step, wallS, cpuS: number(/User time.*: ([\d.]+)/) + number(/System time.*: ([\d.]+)/), peakMiB: number(/Maximum resident.*: (\d+)/) / 1024, repositoryMiB: bytesBelow(at.repository) / 2 ** 20 };
}

function measure(set: CorpusName, tool: Tool): Measured[] {
  rmSync(join(top, 'now'), { recursive: true, force: true });
  for (const folder of [at.cache, at.target]) mkdirSync(folder, { recursive: true });
  cpSync(join(top, set), at.source, { recursive: true, preserveTimestamps: true });
  // Borg never trusts the newest file.
  writeFileSync(join(at.source, 'zz-newest'), 'newest\n');
  for (const args of tool.init) execFileSync(args[0] as string, args.slice(1), { cwd: top, env: { ...process.env, ...tool.env }, input: 'bench\n', stdio: ['pipe', 'ignore', 'inherit'] });
  const measured = (['open', 'first', 'unchanged'] as const).map((step) => timed(tool, step));
  changeCorpus(set, at.source);
  measured.push(timed(tool, 'changed'), timed(tool, 'restore'));
  const back = sourceWithin(at.target);
  if (back === undefined || digestOf(back) !== digestOf(at.source)) throw new Error(`${tool.name} did not bring back what was there`);
  measured.push(timed(tool, 'check'));
  return measured;
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number;

function report(set: CorpusName, measured: readonly Measured[]): void {
  console.log(`\n### ${set}\n\n| step | tool | wall s best (median) | cpu s | peak MiB | repository MiB | times ours |\n|---|---|---|---|---|---|---|`);
  for (const step of steps) {
    const of = (tool: string): Measured[] => measured.filter((one) => one.step === step && one.tool === tool);
    const best = (rows: readonly Measured[]): number => Math.min(...rows.map(({ wallS }) => wallS));
    for (const tool of tools) {
      const rows = of(tool.name);
      const walls = rows.map(({ wallS }) => wallS);
      const ratio = tool.name === 'varve' || of('varve').length === 0 ? '' : (best(rows) / best(of('varve'))).toFixed(2);
      console.log(`| ${step} | ${tool.name} | ${best(rows).toFixed(2)} (${median(walls).toFixed(2)}) | ${median(rows.map(({ cpuS }) => cpuS)).toFixed(2)} | ${median(rows.map(({ peakMiB }) => peakMiB)).toFixed(0)} | ${median(rows.map(({ repositoryMiB }) => repositoryMiB)).toFixed(1)} | ${ratio} |`);
    }
  }
}

const wanted = values.tools.split(',');
const isThere = (name: string): boolean => (name === 'varve' ? existsSync(cli) : spawnSync(name === 'newer-restic' ? newerRestic : name, [name === 'borg' ? '--version' : 'version'], { stdio: 'ignore' }).status === 0);
const tools = wanted.flatMap((name) => (all[name] && isThere(name) ? [all[name]] : []));
for (const name of wanted) if (!tools.some((tool) => tool.name === name)) console.log(`left out: ${name} is not here${name === 'varve' ? '; run "npm run build" first' : ''}`);
try {
  if (!existsSync(gnuTime)) throw new Error(`${gnuTime} is not here: install GNU time`);
  for (const set of values.sets.split(',') as CorpusName[]) {
    makeCorpus(set, join(top, set), Number(values.scale));
    const measured: Measured[] = [];
    for (let run = 0; run < Number(values.runs); run++) for (const tool of tools) measured.push(...measure(set, tool));
    report(set, measured);
    rmSync(join(top, set), { recursive: true, force: true });
  }
} finally {
  rmSync(top, { recursive: true, force: true });
}
