// How fast the record takes events and verifies them, as shares of what the disk itself can confirm.
//   npx node bench/log.ts [folder] [events]
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../src/main/adapters/clock.ts';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { createSystemRandom } from '../src/main/adapters/random.ts';
import { openLog, type EventLog, type NewEvent } from '../src/main/engine/log/index.ts';
import { createInlineWorkers, createTestKeys } from '../src/main/engine/log/testing.ts';
import { verifyTask } from '../src/main/engine/log/verify/task.ts';

const [where = tmpdir(), wanted = '100000'] = process.argv.slice(2);
const total = Number(wanted);
const folder = mkdtempSync(join(where, 'varve-bench-'));
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };

function open(name: string): EventLog {
  const workers = createInlineWorkers(ports, { 'log.verify': verifyTask });
  const log = openLog({ ...ports, workers, path: join(folder, name), homeId: '0'.repeat(32), session: 'bench', actorName: 'bench', keys: createTestKeys() });
  log.append({ action: 'home.created', category: 'home', payload: { homeId: '0'.repeat(32), version: '0', platform: 'bench' } });
  return log;
}

const words = ['gradient', 'sensor', 'calibration', 'batch', 'epoch', 'buffer', 'sample', 'archive', 'titration', 'spectrum'];
/** About 220 bytes in canonical form, as the targets assume. */
function event(i: number): NewEvent {
  const pick = (n: number): string => words[(i * 7 + n * 13) % words.length] as string;
  return {
    action: `app.${pick(0)}`, category: i % 3 === 0 ? 'experiment' : 'app', subject: `run:${i % 50}`,
    payload: { run: `r${i % 5000}`, message: `${pick(1)} ${pick(2)} ${pick(3)} step ${i} of the ${pick(4)} series, temperature within limits`, loss: Math.sin(i), accuracy: (i % 1000) / 1000, tags: [pick(5), pick(6)], note: `${pick(7)} ${pick(8)}` }
  };
}

function seconds(work: () => void): number {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
}

function diskRate(): number {
  const fd = openSync(join(folder, 'floor'), 'w');
  const page = Buffer.alloc(4096, 7);
  const count = 3000;
  const taken = seconds(() => {
    for (let i = 0; i < count; i++) {
      writeSync(fd, page, 0, page.length, i * page.length);
      fdatasyncSync(fd);
    }
  });
  closeSync(fd);
  return count / taken;
}

const report = (name: string, value: string): void => console.log(`${name.padEnd(58)} ${value}`);
const rate = (count: number, taken: number): string => `${Math.round(count / taken).toLocaleString('en')} /s`;
const median = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;

try {
  const single = open('single.db');
  // Disk and log in turn, because a shared disk is never twice the same.
  const ratios: number[] = [];
  const latencies: number[] = [];
  let i = 0;
  for (let round = 0; round < 3; round++) {
    const disk = diskRate();
    const taken = seconds(() => {
      for (let n = 0; n < 3000; n++) latencies.push(seconds(() => single.append(event(i++))));
    });
    ratios.push(3000 / taken / disk);
    report(`round ${round + 1}: disk confirms (4 KiB fdatasync) / append one by one`, `${rate(disk, 1)} / ${rate(3000, taken)}`);
  }
  report('append one by one, share of the disk (median)', `${(median(ratios) * 100).toFixed(0)} %   p50 ${(median(latencies) * 1000).toFixed(3)} ms`);
  single.close();

  const log = open('batch.db');
  const batches = seconds(() => {
    for (let n = 0; n < total; n += 100) log.appendMany(Array.from({ length: 100 }, (_, k) => event(n + k)));
  });
  report('append in batches of 100', rate(total, batches));
  log.checkpoints.sign();
  for (let round = 0; round < 3; round++) {
    const from = performance.now();
    const verdict = await log.verify({});
    report(`verify chain, columns and commitments (${verdict.kind})`, rate(verdict.entries, (performance.now() - from) / 1000));
  }
  const timed = (name: string, work: () => unknown): void => {
    const first = seconds(work) * 1000;
    report(name, `first ${first.toFixed(1)} ms, then ${(median(Array.from({ length: 15 }, () => seconds(work))) * 1000).toFixed(2)} ms`);
  };
  timed('page by two filters, deep', () => log.list({ filter: { category: ['experiment'], level: ['info'] }, before: Math.floor(total / 2) }));
  timed('page by several categories', () => log.list({ filter: { category: ['experiment', 'app'] } }));
  timed('text, common word, newest first', () => log.list({ filter: { text: 'gradient' } }));
  timed('text, rare word', () => log.list({ filter: { text: 'r4321' } }));
  log.close();
  report('bytes per event', String(Math.round(statSync(join(folder, 'batch.db')).size / total)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
