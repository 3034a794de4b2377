// How fast the record is read: pages, searches, facets and the histogram over a million entries, and for how long any of it holds the thread
// that answers everybody.
//   npx node bench/log-read.ts [folder] [entries] [--keep]
// With --keep the log stays in the folder and is used again the next time.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../src/main/adapters/clock.ts';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { createSystemRandom } from '../src/main/adapters/random.ts';
import { openLog, type EventLog, type NewEvent } from '../src/main/engine/log/index.ts';
import { createInlineWorkers } from '../src/main/engine/log/testing.ts';
import type { LogFilter } from '../src/contract/log.ts';

const [where = tmpdir(), wanted = '1000000'] = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const keep = process.argv.includes('--keep');
const total = Number(wanted);
if (keep) mkdirSync(where, { recursive: true });
const folder = keep ? where : mkdtempSync(join(where, 'varve-bench-'));
const path = join(folder, `log-${total}.db`);
const clock = createSystemClock();
const ports = { files: createNodeFiles(), clock, random: createSystemRandom() };
let nowMs = Date.now() - 365 * 86_400_000;

/** `own` time while filling, so that the entries lie over a year. */
function open(filling: boolean): EventLog {
  const time = filling ? { ...clock, now: () => nowMs } : clock;
  return openLog({ ...ports, clock: time, workers: createInlineWorkers(ports, {}), path, homeId: '0'.repeat(32), session: filling ? `bench-${Math.floor(nowMs / 1e9)}` : 'bench', actorName: 'bench' });
}

const words = ['gradient', 'sensor', 'calibration', 'batch', 'epoch', 'buffer', 'sample', 'archive', 'titration', 'spectrum'];
const kinds = ['app', 'experiment', 'app', 'ingest', 'app', 'experiment', 'note', 'decision'] as const;
const levels = ['info', 'info', 'debug', 'info', 'notice', 'info', 'warn', 'info', 'info', 'error'] as const;

/** About 220 bytes in canonical form, as the targets assume. */
function event(i: number): NewEvent {
  const pick = (n: number): string => words[(i * 7 + n * 13 + Math.floor(i / 10)) % words.length] ?? '';
  return {
    action: `app.${pick(0)}`, category: kinds[i % 8] ?? 'app', level: levels[(i * 3) % 10] ?? 'info', actor: `person-${(i * 31) % 17}`, subject: `run:${(i * 7) % 5000}`,
    payload: { run: `r${i % 5000}`, message: `${pick(1)} ${pick(2)} ${pick(3)} step ${i} of the ${pick(4)} series, temperature within limits`, loss: Math.sin(i), accuracy: (i % 1000) / 1000, tags: [pick(5), pick(6)], note: `${pick(7)} ${pick(8)}` }
  };
}

function fill(): void {
  let log = open(true);
  log.append({ action: 'home.created', category: 'home', payload: { homeId: '0'.repeat(32), version: '0', platform: 'bench' } });
  const batch = 1000;
  for (let n = 0; n < total; n += batch) {
    nowMs += Math.floor((365 * 86_400_000) / (total / batch));
    if (n % 50_000 === 0) {
      log.close();
      log = open(true);
    }
    log.appendMany(Array.from({ length: Math.min(batch, total - n) }, (_, k) => event(n + k)));
  }
  log.close();
}

const median = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Runs `work` and returns its time and the longest that nothing else could run meanwhile. */
async function timed(work: () => unknown): Promise<{ took: number; blocked: number }> {
  let blocked = 0;
  let last = performance.now();
  let over = false;
  const look = (): void => {
    const now = performance.now();
    blocked = Math.max(blocked, now - last);
    last = now;
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  const from = performance.now();
  await work();
  const took = performance.now() - from;
  over = true;
  blocked = Math.max(blocked, performance.now() - last);
  return { took, blocked };
}

async function measure(name: string, work: (round: number) => unknown, rounds = 15): Promise<void> {
  const first = await timed(() => work(0));
  const rest = [];
  for (let round = 1; round <= rounds; round++) rest.push(await timed(() => work(round)));
  console.log(`${name.padEnd(62)} first ${ms(first.took).padStart(8)}   then ${ms(median(rest.map((each) => each.took))).padStart(8)}   thread held at most ${ms(Math.max(first.blocked, ...rest.map((each) => each.blocked)))}`);
}

try {
  if (!existsSync(path)) {
    const from = performance.now();
    fill();
    console.log(`filled ${total.toLocaleString('en')} entries in ${((performance.now() - from) / 1000).toFixed(0)} s`);
  }
  console.log(`bytes per entry ${Math.round(statSync(path).size / total)}`);
  const log = open(false);
  const { review } = log;
  const before = process.memoryUsage().rss;
  const narrow: LogFilter = { category: ['experiment'], level: ['info'] };
  // Fresh words each round: nothing may be remembered from the round before.
  const fresh = (round: number): LogFilter => ({ text: `${words[round % 10] ?? ''} ${words[(round * 3 + 1) % 10] ?? ''}` });
  await measure('page by key, two filters, deep in the list', () => log.list({ filter: narrow, before: Math.floor(total / 2) }));
  await measure('text, newest first, common word', () => log.list({ filter: { text: 'gradient' } }));
  await measure('text, newest first, rare word', () => log.list({ filter: { text: 'r4321' } }));
  await measure('facets, all entries', () => review.facets({}));
  await measure('facets, one category and level', () => review.facets({ filter: narrow }));
  await measure('facets, by words, other words each time', (round) => review.facets({ filter: fresh(round) }), 5);
  await measure('histogram, all entries', () => review.histogram({}));
  await measure('histogram, one category and level', () => review.histogram({ filter: narrow }));
  await measure('page by offset, unfiltered, in the middle', () => review.rows({ offset: Math.floor(total / 2) }));
  await measure('page by offset, two filters, deep', () => review.rows({ filter: narrow, offset: Math.floor(total / 20) }));
  await measure('page by offset, another person each time', (round) => review.rows({ filter: { actor: `person-${round}` }, offset: 1000 }));
  await measure('first page by words, other words each time', (round) => review.rows({ filter: fresh(round + 20) }), 8);
  await measure('first page by a condition on payloads', (round) => review.rows({ filter: { where: `payload.loss > 0.9${round}` } }));
  const scanAll = async (round: number): Promise<void> => {
    for (;;) if ((await review.rows({ filter: { where: `payload.loss > 0.99999${round}` } })).complete) return;
  };
  await measure('condition on payloads, every entry looked into', scanAll, 3);
  await measure('facets by a condition that was looked through', () => review.facets({ filter: { where: 'payload.loss > 0.999990' } }));
  await measure('the entry at a moment', () => review.locate({ at: new Date(Date.now() - 180 * 86_400_000).toISOString() }));
  await measure('hints, last 24 hours', () => review.hints({}));
  console.log(`memory for all of it ${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`);
  log.close();
} finally {
  if (!keep) rmSync(folder, { recursive: true, force: true });
}
