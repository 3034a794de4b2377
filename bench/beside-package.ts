// What a program that appends 1,000 events a second feels of a package of the record that is made meanwhile, again and again: in batches, as the intake takes lines.
//   npx node bench/beside-package.ts [folder] [events there before] [seconds of each round, at least] [turns] [sizes of batches]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../src/main/adapters/clock.ts';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { createSystemRandom } from '../src/main/adapters/random.ts';
import { openLog, type EventLog, type NewEvent } from '../src/main/engine/log/index.ts';
import { createInlineWorkers, createTestKeys } from '../src/main/engine/log/testing.ts';
import { verifyTask } from '../src/main/engine/log/verify/task.ts';
import { packLog } from '../src/main/engine/packages/log/pack.ts';
import { placePackage } from '../src/main/engine/packages/place.ts';
import { stateMigrations } from '../src/main/engine/state-migrations.ts';

const homeId = '0'.repeat(32);
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
const wantedPerSecond = 1000;

/** In a process of its own: packages of the record, one after the other, until it is ended. A line for each. */
async function packOn(home: string, folder: string): Promise<never> {
  for (;;) {
    const began = performance.now();
    const { path } = await placePackage(ports, { folder, kind: 'log', format: 'tar.gz' }, async (into) => {
      const { eventlogSummary, chainValidAtBackup } = await packLog({ ...ports, archive: { file: (member, chunks) => into.file(member, chunks) }, homePath: home, homeId, homeCreatedAt: null, stateMigrations, temporaryFolder: tmpdir() });
      return { sourceDir: home, generator: 'Varve bench', eventlogSummary, chainValidAtBackup };
    });
    rmSync(path);
    rmSync(`${path}.manifest.json`);
    console.log(((performance.now() - began) / 1000).toFixed(1));
  }
}

function event(i: number): NewEvent {
  return { action: 'app.step', category: 'app', subject: `run:${i % 50}`, payload: { run: `r${i % 5000}`, message: `step ${i} of the gradient series, temperature within limits`, loss: Math.sin(i), accuracy: (i % 1000) / 1000 } };
}

const at = (sorted: readonly number[], share: number): string => `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number).toFixed(0)} ms`;

/** Each batch has its time; one that comes late because the one before it took long waits all the same, and that counts. */
async function round(log: EventLog, batch: number, ended: (seconds: number) => boolean): Promise<string> {
  const everyMs = (1000 * batch) / wantedPerSecond;
  const waits: number[] = [];
  const began = performance.now();
  let no = 0;
  for (; !ended((performance.now() - began) / 1000); no++) {
    const due = began + no * everyMs;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    log.appendMany(Array.from({ length: batch }, (_, k) => event(no * batch + k)));
    waits.push(performance.now() - due);
  }
  const rate = (no * batch) / ((performance.now() - began) / 1000);
  waits.sort((a, b) => a - b);
  return `${Math.round(rate)} events/s; p50 ${at(waits, 0.5)}, p95 ${at(waits, 0.95)}, p99 ${at(waits, 0.99)}, latest ${at(waits, 1)}`;
}

async function main(where: string, before: number, seconds: number, turns: number, batches: readonly number[]): Promise<void> {
  const folder = mkdtempSync(join(where, 'varve-bench-'));
  try {
    const home = join(folder, 'home');
    mkdirSync(home);
    const log = openLog({ ...ports, workers: createInlineWorkers(ports, { 'log.verify': verifyTask }), path: join(home, 'log.db'), homeId, session: 'bench', actorName: 'bench', keys: createTestKeys() });
    log.append({ action: 'home.created', category: 'home', payload: { homeId, version: '0', platform: 'bench' } });
    for (let n = 0; n < before; n += 1000) log.appendMany(Array.from({ length: 1000 }, (_, k) => event(n + k)));
    log.checkpoints.sign();
    for (let turn = 1; turn <= turns; turn++) {
      for (const batch of batches) {
        console.log(`${turn}. batches of ${batch}, nothing beside:    ${await round(log, batch, (passed) => passed > seconds)}`);
        const packing = spawn(process.execPath, [import.meta.filename, 'pack', home, join(folder, 'packages')], { stdio: ['ignore', 'pipe', 'inherit'] });
        const made: string[] = [];
        packing.stdout.on('data', (text: Buffer) => made.push(...text.toString().trim().split('\n')));
        await new Promise((resolve) => setTimeout(resolve, 1500)); // until it is at work
        // At least one of them begun and ended in the round.
        const seen = await round(log, batch, (passed) => passed > seconds && made.length > 0);
        packing.kill('SIGKILL');
        console.log(`${turn}. batches of ${batch}, a package beside:  ${seen}; packages made meanwhile: ${made.length} (${made.join(', ')} s)`);
      }
    }
    log.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [first = tmpdir(), second = '100000', third = '20', turns = '3', batches = '10,20'] = process.argv.slice(2);
await (first === 'pack' ? packOn(second, third) : main(first, Number(second), Number(third), Number(turns), batches.split(',').map(Number)));
