// A fault at every step: each transaction fails before it is committed or the process is killed right after, at each start of a work and each append to the record.
// Whatever the step: no occurrence is lost, none is run twice, states agree with the record once that has caught up.
import { afterEach, expect, it } from 'vitest';
import { at, define, every, failing, hour, minute, ok, own, Workshop } from './testing/workshop.ts';

let shop: Workshop | undefined;
afterEach(() => shop?.remove());

const begin = at('2026-03-02T10:00');
const definitions = [
  define('program', { schedule: every(60), retries: { most: 1, minSeconds: 5, baseSeconds: 0 } }),
  define('own', { schedule: every(60), work: own, idempotent: true }),
  define('all', { schedule: every(30), catchUp: { policy: 'all', most: 100 }, overlap: { policy: 'queueAll' } }),
  define('replacing', { schedule: every(60), overlap: { policy: 'replace' } })
];

/** A few hours with retries, sleep, a kill and a restart; `fault` strikes at the step with this number. Returns how many steps there were. */
async function live(strike: number, fault: 'fails' | 'kills'): Promise<number> {
  const bench = new Workshop(begin);
  shop = bench;
  bench.play = ({ run, attempt }) => ({ takesMs: run.jobName === 'replacing' ? 70 * minute + 77 : 3 * minute + 33, ends: run.jobName === 'program' && attempt === 1 ? failing() : ok() });
  await bench.open();
  for (const definition of definitions) bench.add(definition);
  let steps = 0;
  let killed = false;
  bench.step = (name) => {
    if (++steps !== strike) return;
    if (fault === 'kills') {
      bench.kill();
      killed = true;
    }
    if (fault === 'kills' || !name.startsWith('after')) throw new Error(`${fault} at ${name}`);
  };
  /** The process is gone at that step, and started again a minute later. */
  const go = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!(error as Error).message.includes(' at ') && !killed) throw error;
    });
    if (!killed) return;
    killed = false;
    await bench.elapse(minute);
    await bench.open();
  };
  await go(() => bench.elapse(2 * hour + 10 * minute));
  await go(() => bench.sleep(2 * hour));
  await go(() => bench.elapse(15 * minute));
  bench.kill();
  await go(() => bench.elapse(hour));
  await go(() => bench.open());
  await go(() => bench.elapse(2 * hour));
  bench.step = () => undefined;
  if (!bench.now.db.open) await bench.open();
  bench.now.complaints.length = 0; // the fault itself was told
  await bench.elapse(4 * hour);
  expect(bench.now.complaints, `step ${strike} ${fault}`).toEqual([]);
  check(bench, `step ${strike} ${fault}`);
  bench.remove();
  return steps;
}

function check(bench: Workshop, what: string): void {
  bench.now.drain();
  const now = bench.clock.now();
  for (const { name } of definitions) {
    const job = bench.job(name);
    const runs = bench.runsOf(name);
    // Each occurrence is run, left out, or counted in a record, exactly once.
    const counted = runs.filter(({ trigger }) => trigger !== 'recovery').reduce((sum, { occurrence, missed, state, trigger }) => sum + (occurrence === null ? 0 : state === 'missed' || trigger === 'catch_up' ? (missed?.count ?? 0) : 1 + (missed?.count ?? 0)), 0);
    expect(counted, `${what}: occurrences of ${name}`).toBe(bench.now.scheduler.timetableOf(job).count(begin, now));
    // No try began twice, and none again for a job that may not.
    const starts = bench.starts.filter((start) => start.job === name);
    expect(new Set(starts.map(({ runId, attempt }) => `${runId}/${attempt}`)).size, `${what}: tries of ${name}`).toBe(starts.length);
    const byOccurrence = new Map<number | null, Set<string>>();
    for (const { occurrence, runId } of starts) byOccurrence.set(occurrence, (byOccurrence.get(occurrence) ?? new Set()).add(runId));
    if (!job.definition.idempotent) for (const [occurrence, ids] of byOccurrence) expect(ids.size, `${what}: ${name} for ${occurrence}`).toBe(1);
    // Every move is in the record once, in order, and ends in the state of the run.
    for (const run of runs) {
      const moves = bench.movesOf(run.id);
      expect(moves.at(-1)?.split(' ')[1], `${what}: ${name} ${run.id} ${moves.join(', ')}`).toBe(run.state);
      for (const [i, move] of moves.entries()) expect(move.split(' ')[0], `${what}: ${moves.join(', ')}`).toBe(i === 0 ? 'new' : moves[i - 1]?.split(' ')[1]);
    }
    // Nothing hangs.
    const stuck = runs.filter(({ state, createdAt }) => ['queued', 'starting', 'stopping', 'retry_wait'].includes(state) && now - createdAt > 3 * hour);
    expect(stuck.map(({ id, state }) => `${id} ${state}`), what).toEqual([]);
  }
}

/** Each of them in the long run, else some; VARVE_STRIDE: each so-many-th, and says how many there were. */
const askedStride = process.env['VARVE_STRIDE'];
const stride = Number(askedStride ?? (process.env['VARVE_LONG'] === '1' ? 1 : 613));

it.each(['fails', 'kills'] as const)('4.2, 8.1: whatever step %s, no occurrence is lost and none is run twice', async (fault) => {
  const steps = await live(0, fault);
  expect(steps).toBeGreaterThan(200);
  let tried = 0;
  for (let strike = 1; strike <= steps; strike += stride, tried++) await live(strike, fault);
  if (askedStride !== undefined) console.info(`${tried} of ${steps} steps: ${fault}`);
});
