// kill -9 of `varve serve` at random moments while jobs run real programs, and a second owner that tries to come in. After all of it each time of each schedule is
// accounted for exactly once, and no program ran twice for one try.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, JobDefinition } from '../../src/contract/jobs.ts';
import type { Run } from '../../src/contract/runs.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import type { Running } from '../cli/harness/program.ts';
import { scaled, seed, timeIsUp } from '../cli/harness/scale.ts';
import { Seeded } from '../cli/harness/trees.ts';
import { createWorld, type World } from '../cli/harness/world.ts';

const token = 'a-token-for-this-test-only';
const rounds = scaled(2, 300);
const random = new Seeded(`jobs killed ${seed}`);
const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
/** Of every schedule here, in milliseconds; the shortest that a program may have. */
const gapMs = 10_000;

let world: World;
let serving: { running: Running; url: string };
beforeAll(async () => {
  world = createWorld();
  await world.well(['init', '--store', 'vault']);
});
afterAll(() => world?.dispose());

async function serve(): Promise<void> {
  const running = world.start(['serve', '--port', '0', '--json'], { env: { VARVE_TOKEN: token } });
  await running.shown('"url"');
  serving = { running, url: (JSON.parse(running.stdout()) as { url: string }).url };
}

async function call<T>(path: string, input: object = {}): Promise<T> {
  const answer = await fetch(`${serving.url}rpc/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ json: input }) });
  const { json } = (await answer.json()) as { json: T };
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(json)}`);
  return json;
}

/** Says that it ran, and works for a while. */
function job(name: string, seconds: number, more: Partial<JobDefinition> = {}): object {
  const script = `echo "$VARVE_RUN_ID $VARVE_ATTEMPT $VARVE_SCHEDULED_AT" >> "${world.path(name)}"; sleep ${seconds}; exit $((VARVE_ATTEMPT % 2))`;
  return { name, work: { kind: 'command', argv: ['/bin/sh', '-c', script] }, schedule: { kind: 'cron', expression: '*/10 * * * * *', zone: 'America/Sao_Paulo' }, retries: { most: 1, baseSeconds: 0 }, ...more };
}

async function allRuns(id: string): Promise<Run[]> {
  const all: Run[] = [];
  for (;;) {
    const page = await call<Run[]>('runs/list', { job: id, limit: 1000, ...(all.length > 0 && { before: all.at(-1)?.id }) });
    all.push(...page);
    if (page.length < 1000) return all;
  }
}

function linesOf(name: string): { run: string; attempt: string; at: string }[] {
  if (!existsSync(world.path(name))) return [];
  return readFileSync(world.path(name), 'utf8').trim().split('\n').map((line) => {
    const [run = '', attempt = '', at = ''] = line.split(' ');
    return { run, attempt, at };
  });
}

/** What is not as it should be. */
function judge({ id, definition, createdAt }: Job, runs: readonly Run[]): string[] {
  const wrong: string[] = [];
  const lines = linesOf(definition.name);
  const times = new Map<number, number>();
  for (const { trigger, occurrence, missed, state } of runs) {
    if (trigger === 'recovery' || trigger === 'manual' || occurrence === null) continue;
    const add = (ms: number): void => void times.set(ms, (times.get(ms) ?? 0) + 1);
    if (missed !== null) for (let at = Date.parse(missed.first); at <= Date.parse(missed.last); at += gapMs) add(at);
    if (state !== 'missed' && trigger !== 'catch_up') add(Date.parse(occurrence));
  }
  const newest = Math.max(...times.keys());
  for (let at = Math.floor(Date.parse(createdAt) / gapMs) * gapMs + gapMs; at <= newest; at += gapMs) if (times.get(at) !== 1) wrong.push(`${definition.name}: ${new Date(at).toISOString()} is accounted for ${times.get(at) ?? 0} times`);
  const tries = new Set<string>();
  for (const { run, attempt } of lines) {
    if (tries.has(`${run} ${attempt}`)) wrong.push(`${definition.name}: try ${attempt} of ${run} ran twice`);
    tries.add(`${run} ${attempt}`);
    if (!runs.some((each) => each.id === run)) wrong.push(`${definition.name}: ${run} ran, and nobody knows of it`);
  }
  for (const run of runs) {
    const ran = lines.filter((line) => line.run === run.id).length;
    if (['skipped', 'missed'].includes(run.state) && ran > 0) wrong.push(`${definition.name}: ${run.id} is ${run.state}, and ran`);
    if (run.state === 'succeeded' && ran !== run.attempts) wrong.push(`${definition.name}: ${run.id} of ${run.attempts} tries ran ${ran} times`);
  }
  if (!definition.idempotent) {
    const byTime = new Map<string, Set<string>>();
    for (const { run, at } of lines) if (runs.some((each) => each.id === run && each.trigger !== 'manual')) byTime.set(at, (byTime.get(at) ?? new Set()).add(run));
    for (const [at, each] of byTime) if (each.size > 1) wrong.push(`${definition.name} (${id}): ${at} was run by ${[...each].join(' and ')}`);
  }
  return wrong;
}

describe(`kill -9 of varve serve while jobs run (${rounds} times, seed ${seed})`, () => {
  it('every time is accounted for once, nothing runs twice', { timeout: scaled(300_000, 7_200_000) }, async () => {
    await serve();
    await call('jobs/setMaxRunning', { most: 8 });
    const jobs = await Promise.all([job('quick', 0), job('long', 6), job('again', 3, { idempotent: true }), job('beside', 14, { overlap: { policy: 'parallel', most: 3 } })].map((definition) => call<Job>('jobs/add', { definition })));
    const untilMs = timeIsUp(40);
    let done = 0;
    let refused = 0;
    for (; done < rounds && Date.now() < untilMs; done++) {
      const contender = done % 3 === 0 ? world.start(['serve', '--port', '0'], { env: { VARVE_TOKEN: token } }) : undefined;
      if (random.below(2) === 0) await call('jobs/run', { job: 'quick', whenBusy: 'wait' });
      if (contender !== undefined) {
        expect((await contender.done).code, 'a second owner').not.toBe(0);
        refused += 1;
      }
      await pause(random.below(5_000));
      serving.running.child.kill('SIGKILL');
      await serving.running.done;
      await pause(random.below(1_500));
      await serve();
    }
    for (const { id } of jobs) await call('jobs/pause', { job: id });
    let live: Run[] = [];
    for (const endMs = Date.now() + 120_000; Date.now() < endMs; await pause(500)) {
      live = (await Promise.all(jobs.map(async ({ id }) => allRuns(id)))).flat().filter(({ state }) => ['starting', 'running', 'stopping'].includes(state));
      if (live.length === 0) break;
    }
    expect(live.map(({ jobName, state, flags }) => `${jobName} ${state} ${flags.join(' ')}`)).toEqual([]);
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    for (const each of jobs) {
      const runs = await allRuns(each.id);
      for (const { state } of runs) counts[state] = (counts[state] ?? 0) + 1;
      wrong.push(...judge(each, runs));
    }
    expect(wrong).toEqual([]);
    serving.running.child.kill('SIGTERM');
    await serving.running.done;
    await world.well(['log', 'verify']);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    recordCampaign('kill -9 of `varve serve` while jobs run', `${done} rounds, ${refused} second owners refused, ${total} runs (${Object.entries(counts).map(([state, count]) => `${count} ${state}`).join(', ')}); every time of every schedule accounted for once, no try ran twice, the record intact`);
  });
});
