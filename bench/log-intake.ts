// How fast a file of old lines comes into the record, is verified and exported again, and how much memory that takes.
//   npx node --expose-gc bench/log-intake.ts [folder] [lines] [steps: import,again,verify,export,append,mask]
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../src/main/adapters/clock.ts';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { createSystemRandom } from '../src/main/adapters/random.ts';
import { openLog, type EventLog } from '../src/main/engine/log/index.ts';
import { standardMask } from '../src/main/engine/log/intake/mask/index.ts';
import { createInlineWorkers, createTestKeys } from '../src/main/engine/log/testing.ts';
import { verifyTask } from '../src/main/engine/log/verify/task.ts';

const [where = tmpdir(), wanted = '1000000', steps = 'import,again,verify,export,append,mask'] = process.argv.slice(2);
const wants = (step: string): boolean => steps.split(',').includes(step);
const total = Number(wanted);
const folder = mkdtempSync(join(where, 'varve-bench-'));
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
const report = (name: string, value: string): void => console.log(`${name.padEnd(58)} ${value}`);
const rate = (count: number, fromMs: number): string => `${Math.round(count / ((performance.now() - fromMs) / 1000)).toLocaleString('en')} /s`;
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** The old shape with a chain of hashes, as a Python program would have written it. */
function writeOldFile(path: string): void {
  const fd = openSync(path, 'w');
  let previous = '';
  let text = '';
  for (let i = 0; i < total; i++) {
    const payload = `{"loss": ${(Math.sin(i) + 2).toFixed(6)}, "message": "epoch ${i} of the gradient series, temperature within limits", "run": "r${i % 5000}"}`;
    const line = `"action": "train.${i % 7 === 0 ? 'saved' : 'step'}", "payload": ${payload}, "session_id": "${(i % 900).toString(16).padStart(32, '0')}", "ts": "${new Date(1_700_000_000_000 + i * 1000).toISOString()}"`;
    previous = createHash('sha256').update(`${previous}{${line}}`).digest('hex');
    text += `{${line}, "hash": "${previous}"}\n`;
    if (i % 1000 === 999 || i === total - 1) {
      writeSync(fd, text);
      text = '';
    }
  }
  closeSync(fd);
}

/** Highest resident memory in the first and the second half of `work`, above what was there before: flat when they are alike. */
async function peakOf(work: () => Promise<void>): Promise<string> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(process.memoryUsage().rss), 50);
  await work();
  clearInterval(timer);
  samples.push(process.memoryUsage().rss);
  const highest = (from: number, to: number): string => mebibytes(samples.slice(from, to).reduce((most, one) => Math.max(most, one), before) - before);
  const half = Math.floor(samples.length / 2);
  return `memory + ${highest(0, half)} in the first half, + ${highest(half, samples.length)} in the second`;
}

async function importAll(log: EventLog, path: string): Promise<string> {
  let told = '';
  for await (const step of log.intake.import({ path, actor: 'bench' })) if (step.kind === 'done') told = `${step.report.imported} new, ${step.report.present} known, chain ${step.report.chain.state} (${step.report.chain.rule ?? ''})`;
  return told;
}

try {
  const old = join(folder, 'old.jsonl');
  writeOldFile(old);
  report('old file', `${total.toLocaleString('en')} lines, ${mebibytes(statSync(old).size)}`);
  const log = openLog({ ...ports, workers: createInlineWorkers(ports, { 'log.verify': verifyTask }), path: join(folder, 'log.db'), homeId: '0'.repeat(32), session: 'bench', actorName: 'bench', keys: createTestKeys() });
  log.append({ action: 'home.created', category: 'home', payload: { homeId: '0'.repeat(32), version: '0', platform: 'bench' } });
  for (const [step, name] of [['import', 'import'], ['again', 'import of the same file again']] as const) {
    if (!wants(step)) continue;
    const from = performance.now();
    let told = '';
    const peak = await peakOf(async () => void (told = await importAll(log, old)));
    report(name, `${rate(total, from)}, ${peak}; ${told}`);
  }
  if (wants('verify')) {
    log.checkpoints.sign();
    const from = performance.now();
    let verdict = '';
    const peak = await peakOf(async () => void (verdict = (await log.verify({ mode: 'full' })).kind));
    report('verify', `${rate(log.entries(), from)}, ${peak}; ${verdict}`);
  }
  if (wants('export')) {
    const from = performance.now();
    let bytes = 0;
    const peak = await peakOf(async () => {
      for await (const piece of log.intake.export({ format: 'jsonl', purpose: 'bench', filter: {}, actor: 'bench', to: 'file' }).text) bytes += piece.length;
    });
    report('export as JSON lines', `${rate(log.entries(), from)}, ${peak}; ${mebibytes(bytes)}`);
  }
  if (wants('append')) {
    const lines = join(folder, 'lines.jsonl');
    const fd = openSync(lines, 'w');
    for (let i = 0; i < total; i += 1000) writeSync(fd, Array.from({ length: 1000 }, (_, k) => `{"action":"app.step","payload":{"i":${i + k},"message":"epoch ${i + k} of the gradient series, temperature within limits","loss":0.25}}\n`).join(''));
    closeSync(fd);
    const from = performance.now();
    const peak = await peakOf(async () => void (await log.intake.appendLines(createReadStream(lines), { caller: { actor: 'bench', scope: 'owner' }, onError: 'stop' })));
    report('append as JSON lines, batches of 100', `${rate(total, from)}, ${peak}`);
  }
  if (wants('mask')) {
    const payload = { run: 'r12', message: 'epoch 12 of the gradient series, temperature within limits', loss: 0.25, config: { rate: 0.001, tokens: 4096, keywords: ['a', 'b'] } };
    const from = performance.now();
    for (let i = 0; i < 200_000; i++) standardMask.value(payload, '/payload');
    report('masking alone, a payload without secrets', rate(200_000, from));
  }
  log.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
