// How fast the record is verified, with and without payloads, and what it takes in memory. Beside the whole: what chain, leaves and tree alone cost, read
// by the parts that verification is made of; the rest is that lists show what the headers say, names, payloads, and that nothing is there twice.
//   npx node bench/log-verify.ts [folder] [events]
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../src/main/adapters/clock.ts';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { createSystemRandom } from '../src/main/adapters/random.ts';
import { createNodeWorkers } from '../src/main/adapters/workers.ts';
import { chainHashSql } from '../src/main/engine/log/chain-column.ts';
import { genesisHash } from '../src/main/engine/log/hash.ts';
import { openLog, type EventLog, type NewEvent } from '../src/main/engine/log/index.ts';
import { logMigrations } from '../src/main/engine/log/schema.ts';
import { createTestKeys } from '../src/main/engine/log/testing.ts';
import { HeaderHashes } from '../src/main/engine/log/verify/header-hashes.ts';
import { HashList } from '../src/main/engine/log/verify/list.ts';
import { openDatabase } from '../src/main/engine/store/index.ts';

const [where = tmpdir(), wanted = '1000000'] = process.argv.slice(2);
const total = Number(wanted);
const folder = mkdtempSync(join(where, 'varve-bench-'));
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
// A thread of the built program starts in a tenth of the time that one takes from the sources.
const built = new URL('../out/main/worker.js', import.meta.url);
const workerFile = existsSync(built) ? built : new URL('../src/main/worker.ts', import.meta.url);
const workers = createNodeWorkers({ workerFile });
const words = ['gradient', 'sensor', 'calibration', 'batch', 'epoch', 'buffer', 'sample', 'archive', 'titration', 'spectrum'];

/** About 220 bytes of payload in canonical form, as the targets assume. */
function withPayload(i: number): NewEvent {
  const pick = (n: number): string => words[(i * 7 + n * 13) % words.length] as string;
  return {
    ...withoutPayload(i),
    payload: { run: `r${i % 5000}`, message: `${pick(1)} ${pick(2)} ${pick(3)} step ${i} of the ${pick(4)} series, temperature within limits`, loss: Math.sin(i), accuracy: (i % 1000) / 1000, tags: [pick(5), pick(6)], note: `${pick(7)} ${pick(8)}` }
  };
}
function withoutPayload(i: number): NewEvent {
  return { action: `app.${words[(i * 7) % words.length]}`, category: i % 3 === 0 ? 'experiment' : 'app', subject: `run:${i % 50}` };
}

const report = (name: string, value: string): void => console.log(`${name.padEnd(66)} ${value}`);
const perSecond = (count: number, seconds: number): string => `${Math.round(count / seconds).toLocaleString('en')} /s`;
/** Processor time of this process, threads included; on a machine that others use, too, it says more than the clock on the wall. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
/** Of this process, threads included, in MiB. */
const resident = (): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;

function fill(name: string, event: (i: number) => NewEvent): EventLog {
  const log = openLog({ ...ports, workers, path: join(folder, name), homeId: '0'.repeat(32), session: 'bench', actorName: 'bench', keys: createTestKeys() });
  log.append({ action: 'home.created', category: 'home', payload: { homeId: '0'.repeat(32), version: '0', platform: 'bench' } });
  for (let i = 0; i < total; i += 1000) log.appendMany(Array.from({ length: Math.min(1000, total - i) }, (_, k) => event(i + k)));
  log.checkpoints.sign();
  return log;
}

const floorRows = 2000;

/** Chain, leaf hashes and root of every entry, in this thread. */
async function chainAndLeaves(path: string, origin: string): Promise<void> {
  const db = openDatabase({ path, files: ports.files, migrations: logMigrations, kind: 'log', readOnly: true });
  const [from, cpuFrom] = [performance.now(), cpuSeconds()];
  const list = new HashList(db);
  const root = await list.walk().rootAt(list.size, () => Promise.resolve());
  const page = db.raw.prepare(`SELECT seq, ${chainHashSql(db)}, header FROM entries WHERE seq >= ? ORDER BY seq LIMIT ${floorRows}`).raw();
  const hashes = new HeaderHashes();
  let [head, at] = [genesisHash(origin), 0];
  for (let rows: [number, string, string][] = []; at === 0 || rows.length === floorRows; ) {
    rows = page.all(at) as [number, string, string][];
    for (const [seq, hash, header] of rows) {
      if (hashes.chain(head, header) !== hash || hashes.leaf() !== list.leaf(seq)) throw new Error(`entry ${seq} does not fit`);
      head = hash;
      at = seq + 1;
    }
  }
  if (root === undefined || at !== list.size) throw new Error('the list is not whole');
  report('chain, leaves and tree alone; one thread', `${perSecond(at, (performance.now() - from) / 1000)}; per processor second ${perSecond(at, cpuSeconds() - cpuFrom)}`);
  db.raw.close();
}

/** What runs by itself takes one thread, what somebody asks for two. */
async function measure(name: string, log: EventLog, mode: 'full' | 'new', byItself = true): Promise<void> {
  const [from, cpuFrom] = [performance.now(), cpuSeconds()];
  const memory: number[] = [];
  const verdict = await log.verify({ mode, byItself, onProgress: () => memory.push(resident()) });
  if (verdict.kind !== 'consistent') throw new Error(JSON.stringify(verdict));
  const read = verdict.entries - (verdict.readFrom ?? 0);
  const half = Math.floor(memory.length / 2);
  report(name, `${perSecond(read, (performance.now() - from) / 1000)}; per processor second ${perSecond(read, cpuSeconds() - cpuFrom)}; ${read.toLocaleString('en')} entries; resident ${Math.round(Math.max(...memory.slice(0, half), 0))} MiB in the first half, ${Math.round(Math.max(...memory.slice(half), 0))} MiB in the second`);
}

try {
  report('threads', workerFile === built ? 'of the built program' : 'from the sources');
  for (const [name, event] of [['without payloads: chain, leaves, tree, columns', withoutPayload], ['with payloads: commitments, too', withPayload]] as const) {
    const log = fill(`${name.slice(0, 8)}.db`, event);
    report(`${total.toLocaleString('en')} events`, `${Math.round(statSync(log.path).size / 2 ** 20).toLocaleString('en')} MiB`);
    for (let round = 0; round < 3; round++) {
      await chainAndLeaves(log.path, log.origin);
      await measure(`${name}; one thread`, log, 'full');
    }
    for (let round = 0; round < 3; round++) await measure('the same, two threads', log, 'full', false);
    const from = performance.now();
    await log.verify({ mode: 'new', byItself: true });
    report('nothing new since the last checkpoint', `${(performance.now() - from).toFixed(0)} ms`);
    log.appendMany(Array.from({ length: 20_000 }, (_, k) => event(k)));
    log.checkpoints.sign();
    await measure('only what is new', log, 'new');
    log.close();
  }
} finally {
  await workers.close();
  rmSync(folder, { recursive: true, force: true });
}
