// How much a snapshot is felt by others: a probe process of its own (bench/probe.ts) wakes each millisecond and says how late it was, while nothing of ours runs,
// while a gentle snapshot runs and while an ordinary one does, in turn. Each snapshot is a whole `varve snapshot` of a cold process, the first of its repository.
//   npm run build && npx node bench/gentle.ts [--set mixed] [--scale 0.3] [--rounds 3] [--work FOLDER]
// Wanted: p95 below 50 ms while the gentle one runs. What else runs on the machine counts, too: compare with the rows of nothing.
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCorpus, type CorpusName } from './corpus.ts';

const { values } = parseArgs({ options: { set: { type: 'string', default: 'mixed' }, scale: { type: 'string', default: '0.3' }, rounds: { type: 'string', default: '3' }, work: { type: 'string', default: tmpdir() } } });
const cli = join(import.meta.dirname, '../out/main/cli.js');
const top = mkdtempSync(join(values.work, 'varve-gentle-'));
const source = join(top, 'source');
const password = join(top, 'password');
const env: NodeJS.ProcessEnv = { ...process.env, VARVE_HOME: join(top, 'home'), VARVE_VAULT_PASSPHRASE: 'bench of gentleness' };
const idleMs = 5_000;

interface Felt {
  ticks: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

const varve = (...args: string[]): void => void execFileSync(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });

async function snapshot(plan: string, gentle: boolean): Promise<void> {
  const child = spawn(process.execPath, [cli, 'snapshot', plan, '--quiet', ...(gentle ? ['--gentle'] : [])], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`varve snapshot ended with ${code}`);
}

async function felt(what: string, work: () => Promise<unknown>): Promise<void> {
  probe.send('begin');
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  probe.send('end');
  const [{ ticks, p50, p95, p99, max }] = (await once(probe, 'message')) as [Felt];
  const ms = (value: number): string => value.toFixed(1).padStart(7);
  console.log(`${what.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s  p50 ${ms(p50)}  p95 ${ms(p95)}  p99 ${ms(p99)}  max ${ms(max)} ms  ${ticks} ticks  load ${(loadavg()[0] ?? 0).toFixed(1)}`);
}

if (!existsSync(cli)) {
  console.error('not built: run "npm run build" first');
  process.exit(2);
}
const probe = fork(join(import.meta.dirname, 'probe.ts'));
try {
  console.log(`${values.set}, scale ${values.scale}, ${availableParallelism()} processors; milliseconds a 1 ms timer of another process came late`);
  makeCorpus(values.set as CorpusName, source, Number(values.scale));
  writeFileSync(password, 'bench\n', { mode: 0o600 });
  varve('init', '--store', 'vault');
  for (let round = 0; round < Number(values.rounds); round++) {
    const plans = (['gentle', 'ordinary'] as const).map((name) => `${name}-${round}`);
    for (const plan of plans) {
      varve('repo', 'add', plan, '--path', join(top, plan), '--password-file', password);
      varve('plan', 'add', plan, '--repo', plan, '--path', source);
    }
    await felt('nothing', () => new Promise((resolve) => setTimeout(resolve, idleMs)));
    for (const plan of plans) await felt(plan.replace(/-\d+$/, ''), () => snapshot(plan, plan.startsWith('gentle')));
    for (const plan of plans) rmSync(join(top, plan), { recursive: true, force: true });
  }
} finally {
  probe.disconnect();
  rmSync(top, { recursive: true, force: true });
}
