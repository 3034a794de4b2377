// A scheduler with many jobs and a long history: how long a look at the clock takes, and how fast jobs, runs and their counts are shown.
//   npx node bench/jobs.ts [jobs] [runs] [folder]
// Works are only played; state.db is real. With a folder the database stays there and is used again.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createRunService } from '../src/main/engine/jobs/runs/service.ts';
import { daily, define, every, ok, Workshop } from '../src/main/engine/jobs/testing/workshop.ts';

const [jobCount = 1_000, runCount = 1_000_000] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
const startMs = Date.UTC(2026, 2, 2, 10);
const shop = new Workshop(startMs);
shop.play = () => ({ takesMs: 60_000, ends: ok() });
const keptPath = kept === undefined ? undefined : join(kept, `state-${jobCount}-${runCount}.db`);
if (keptPath !== undefined && existsSync(keptPath)) copyFileSync(keptPath, shop.folder.at('state.db'));
await shop.open();
const { db, scheduler, definitions, jobs, runs } = shop.now;

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');
if (jobs.all().length === 0) {
  const from = performance.now();
  db.transaction(() => {
    for (let i = 0; i < jobCount; i++) shop.add(define(`job-${i}`, { schedule: i % 2 === 0 ? daily(`${i % 60} ${i % 24}`, 'America/New_York') : every(60 + (i % 300)), title: `The job number ${i}` }));
  });
  const rows = jobs.all();
  const [gap, yearMs] = [365 * 86_400_000 / runCount, 365 * 86_400_000];
  const states = ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'partial', 'failed', 'skipped', 'missed'] as const;
  for (let n = 0; n < runCount; n += 10_000) {
    db.transaction(() => {
      for (let k = n; k < Math.min(runCount, n + 10_000); k++) {
        const job = rows[k % rows.length];
        if (job === undefined) continue;
        const at = Math.floor(startMs - yearMs + k * gap);
        const time = hex(at, 12);
        const state = states[Math.floor(k / rows.length) % 10] ?? 'succeeded';
        runs.insert({
          id: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${hex(k, 12)}`, jobId: job.id, jobName: job.name, jobTitle: job.definition.title, workKind: 'command', version: 1, definitionHash: job.definitionHash, key: hex(k, 64), state, cause: 'exit', trigger: 'schedule', occurrence: at, createdAt: at, startedAt: at,
          endedAt: at + 60_000, activeMs: 60_000, attempts: 1, dueAt: null, test: false, by: '', reason: '', replayOf: null, otherRun: null, missed: null, flags: [], exit: { code: 0, signal: null }, result: { items: k % 5000, metrics: { bytes: k } }, failure: null, note: null, reclassified: null, trace: null, call: null
        });
      }
    });
  }
  console.log(`filled ${jobCount} jobs and ${runCount.toLocaleString('en')} runs in ${((performance.now() - from) / 1000).toFixed(0)} s`);
  if (kept !== undefined && keptPath !== undefined) {
    mkdirSync(kept, { recursive: true });
    db.raw.pragma('wal_checkpoint(TRUNCATE)');
    copyFileSync(shop.folder.at('state.db'), keptPath);
  }
}

const service = createRunService({ clock: shop.clock, jobs, runs, outbox: { commit: (work) => work() }, scheduler, attempts: {} as never, announce: () => undefined });
const last = runs.list({ limit: 1 })[0];
const middle = runs.byPrefix(`${hex(Math.floor(startMs - 182 * 86_400_000), 12).slice(0, 7)}`)[0];

async function measure(name: string, work: () => unknown, rounds = 9): Promise<void> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let round = 0; round <= rounds; round++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(cpu);
  const rest = times.slice(1).toSorted((a, b) => a - b);
  console.log(`${name.padEnd(52)} first ${(times[0] ?? 0).toFixed(1).padStart(8)} ms   then ${(rest[Math.floor(rest.length / 2)] ?? 0).toFixed(1).padStart(8)} ms   processor ${((user + system) / 1000 / (rounds + 1)).toFixed(1).padStart(8)} ms`);
}

await measure('a look at the clock, nothing due', () => scheduler.wake());
// A look decides some and leaves the others to turns of their own: no turn is to take 50 ms of the processor.
const spentMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const [firstTurns, wholes]: [number[], number[]] = [[], []];
for (let round = 0; round < 9; round++) {
  shop.clock.set(3_600_000);
  const from = spentMs();
  scheduler.wake();
  firstTurns.push(spentMs() - from);
  await shop.elapse(100);
  wholes.push(spentMs() - from);
}
const middleOf = (values: readonly number[]): string => (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1);
console.log(`an hour passed, about 200 due: processor ${middleOf(firstTurns)} ms in the first turn (${Math.max(...firstTurns).toFixed(1)} at most), ${middleOf(wholes)} ms in all`);
await shop.elapse(10 * 60_000);
await measure('jobs.list', () => definitions.api.list());
await measure('jobs.get', () => definitions.api.get({ job: 'job-500' }));
await measure('scheduler', () => definitions.api.scheduler());
await measure('runs.list, newest page', () => service.api.list({ limit: 100 }));
await measure('runs.list, a page in the middle', () => service.api.list({ limit: 100, before: middle?.id ?? last?.id }));
await measure('runs.list of a job', () => service.api.list({ job: 'job-500', limit: 100 }));
await measure('runs.list, failed ones', () => service.api.list({ states: ['failed', 'timed_out', 'unknown'], limit: 100 }));
await measure('runs.list, a state that nobody is in', () => service.api.list({ states: ['rejected'], limit: 100 }));
await measure('runs.list, a day half a year ago', () => service.api.list({ from: new Date(startMs - 182 * 86_400_000).toISOString(), to: new Date(startMs - 181 * 86_400_000).toISOString(), limit: 100 }));
await measure('runs.get with what is usual', () => service.api.get({ run: last?.id ?? '' }));
await measure('stats of a job, 30 days', () => service.api.stats({ job: 'job-500', by: 'day', limit: 30 }));
await measure('stats of a job, 12 months', () => service.api.stats({ job: 'job-500', by: 'month', limit: 12 }));
console.log(`load ${(loadavg()[0] ?? 0).toFixed(1)}, ${(db.raw.pragma('page_count', { simple: true }) as number) * 4096 / 1e6} MB`);
shop.remove();
