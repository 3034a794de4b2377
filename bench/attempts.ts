// What keeping an attempt costs: the shim's own processor time for a program that does nothing and for one that writes a lot, and reading 20 MiB back.
//   npx electron-vite build --logLevel warn && npx node bench/attempts.ts [mebibytes]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { createOutputReader } from '../src/main/engine/jobs/attempt/output/reader.ts';

const [mebibytes = '100'] = process.argv.slice(2);
const root = mkdtempSync(join(tmpdir(), 'varve-bench-'));
const shim = join(import.meta.dirname, '../out/main/shim.js');
const line = '2026-11-21T12:00:00.000Z epoch 12 loss 0.123456 wrote /data/run-12/weights.bin';
let made = 0;

interface Cost {
  ms: number;
  folder: string;
}

/** Processor time of one process and of what it waited for, as the system counts it. */
function cost(args: string[], input: string): number {
  const timed = spawnSync('/bin/bash', ['-c', 'TIMEFORMAT="%U %S"; time "$0" "$@"', process.execPath, ...args], { input, encoding: 'utf8' });
  const [user = 0, system = 0] = timed.stderr.trim().split(/\s+/).slice(-2).map(Number);
  return (user + system) * 1000;
}

function attempt(argv: string[]): Cost {
  const folder = join(root, String((made += 1)));
  createNodeFiles().mkdirs(folder);
  const request = { runId: 'bench', attempt: 1, argv, folder: '/', environment: {}, secrets: [{ name: 'one', value: 'a-secret-that-is-not-there' }], timeoutMs: 0, idleTimeoutMs: 0, stopSignal: 'SIGTERM', graceMs: 1000, output: folder, token: 'x' };
  return { ms: cost([shim, 'bench', '1'], JSON.stringify(request)), folder };
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
const rounds = Array.from({ length: 15 }, () => ({ bare: cost(['-e', '0'], ''), nothing: attempt(['/bin/true']).ms }));
console.log(`shim.js: ${statSync(shim).size} bytes`);
console.log(`Node that does nothing ${middle(rounds.map(({ bare }) => bare)).toFixed(0)} ms; an attempt of /bin/true ${middle(rounds.map(({ nothing }) => nothing)).toFixed(0)} ms, its program included`);

const lines = Math.round((Number(mebibytes) * 2 ** 20) / (line.length + 1));
const writer = ['/bin/sh', '-c', `yes '${line}' | head -n ${lines}`];
const alone = middle([0, 1, 2].map(() => cost(['-e', `require('child_process').spawnSync('/bin/sh', ['-c', ${JSON.stringify(`${writer[2]} > /dev/null`)}])`], '')));
const kept = [0, 1, 2].map(() => attempt(writer));
console.log(`${mebibytes} MiB in ${lines} lines: ${middle(kept.map(({ ms }) => ms)).toFixed(0)} ms of processor time; ${alone.toFixed(0)} ms of it are the program's and Node's own`);

const used = (): number => process.cpuUsage().user + process.cpuUsage().system;
const reader = createOutputReader({ files: createNodeFiles(), folder: (kept[0] as Cost).folder, breathe: async () => {} });
const steps: [string, () => Promise<unknown>][] = [
  ['open', () => reader.refresh()],
  ['a page of 500 at the end', () => reader.page(reader.info().lines - 500, 500)],
  ['search everything for what is not there', () => reader.search('nowhere to be found', 0, 10)],
  ['first error when there is none', () => reader.firstError()]
];
for (const [name, work] of steps) {
  const before = used();
  await work();
  console.log(`${name}: ${((used() - before) / 1000).toFixed(0)} ms`);
}
console.log(`on the disk: ${(reader.info().bytes / 2 ** 20).toFixed(1)} MiB`);
rmSync(root, { recursive: true });
