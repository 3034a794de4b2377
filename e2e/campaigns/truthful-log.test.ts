// What the record says of a snapshot is what happened to it, wherever the process was stopped and whatever the disk refused: every start has
// one end, what is said to be finished is there whole, what is said to have failed left nothing, and a fresh engine goes on.
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../src/main/adapters/files.ts';
import { createSystemClock } from '../../src/main/adapters/clock.ts';
import { createMachine } from '../../src/main/adapters/machine.ts';
import { createSystemRandom } from '../../src/main/adapters/random.ts';
import { createVolumes } from '../../src/main/adapters/volumes.ts';
import type { LogEntry } from '../../src/contract/log.ts';
import { checkRepository } from '../../src/main/engine/repository/check.ts';
import { openLocal } from '../../src/main/engine/repository/testing/index.ts';
import { contentsOf } from '../../src/main/engine/repository/testing/snapshots.ts';
import { makeRepository, realContext, resticPassword } from '../../src/main/engine/snapshots/testing/workshop.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../src/main/engine/testing/index.ts';
import { createFaultyFiles, type FaultyFiles, type FaultKind } from '../../src/main/engine/testing/faulty-files.ts';
import { createInlineThreads } from '../../src/main/engine/testing/inline-threads.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { scaled, seed, timeIsUp } from '../cli/harness/scale.ts';
import { Seeded } from '../cli/harness/trees.ts';

const kinds: readonly FaultKind[] = ['dies', 'dies', 'dies', 'error-once', 'error-after', 'full', 'read-only', 'torn'];
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Between writing a lock and looking again restic's rules wait that long; here nobody else is about. */
const settleMs = 200;
const random = new Seeded(`truthful ${seed}`);

let first: TestEngine;
let folder: string;
let calls: number;
const path = (...parts: string[]): string => join(folder, ...parts);

function swap(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

function portsWith(files: FaultyFiles): Pick<TestEngine['ports'], 'files' | 'workers'> {
  const real = createSystemClock();
  const clock = { ...real, setTimer: (delayMs: number, callback: () => void) => real.setTimer(delayMs === settleMs ? 1 : delayMs, callback) };
  return { files, workers: createInlineThreads({ files, clock, random: createSystemRandom(), logger: quiet, machine: createMachine(), volumes: createVolumes({ files }) }) };
}

/** An engine on the same home, with a disk of its own kind. */
async function engineOn(files = createFaultyFiles(createNodeFiles(), (at) => at.startsWith(path('repository')))): Promise<{ test: TestEngine; files: FaultyFiles }> {
  return { test: await createTestEngine({ init: false, folder, keyring: first.keyring, ports: portsWith(files) }), files };
}

async function take(test: TestEngine): Promise<string> {
  const { taskId } = await test.api.snapshots.take({ plan: 'work', tags: [], note: undefined }, test.context);
  return (await taskEnd(test.api, taskId)).state;
}

async function takeWell(test: TestEngine): Promise<void> {
  const state = await take(test);
  if (state !== 'done') throw new Error(`a snapshot without faults is ${state}`);
}

beforeAll(async () => {
  first = await createTestEngine();
  folder = first.folder;
  mkdirSync(path('source/deep'), { recursive: true });
  for (let i = 0; i < 8; i++) writeFileSync(path('source', i % 2 === 0 ? `f${i}` : `deep/f${i}`), random.bytes(2000));
  mkdirSync(path('repository'));
  const context = realContext();
  await makeRepository(context, path('repository'));
  await context.workers.close();
  await first.api.repositories.add({ name: 'safe', path: path('repository'), mode: 'open', password: { kind: 'value', password: resticPassword } }, first.context);
  await first.api.plans.add({ name: 'work', repository: 'safe', paths: [path('source')], excludes: [], tags: [] }, first.context);
  await first.engine.stop();
  const { test } = await engineOn();
  await takeWell(test);
  await test.close();
  for (const name of ['home', 'repository']) swap(path(name), path(`${name}-before`));
  writeFileSync(path('source/f0'), random.bytes(3000));
  const again = await engineOn();
  again.files.arm(undefined);
  await takeWell(again.test);
  calls = again.files.calls.length;
  await again.test.close();
}, 300_000);
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Told {
  started: number;
  failed: number;
  interrupted: number;
  finished: string[];
}

async function toldBy(test: TestEngine): Promise<Told> {
  const entries: LogEntry[] = (await test.api.log.list({ filter: {}, limit: 1000, order: 'newest' }, test.context)).entries;
  const of = (action: string): LogEntry[] => entries.filter((entry) => entry.action === action);
  const snapshotOf = (entry: LogEntry): string => String((entry.payload as { snapshot?: unknown } | null)?.snapshot);
  return { started: of('snapshot.started').length, failed: of('snapshot.failed').length, interrupted: of('snapshot.interrupted').length, finished: of('snapshot.finished').map(snapshotOf) };
}

async function play(kind: FaultKind, at: number): Promise<{ state: string; problems: string[] }> {
  for (const name of ['home', 'repository']) swap(path(`${name}-before`), path(name));
  const { test, files } = await engineOn();
  let crashed = false;
  files.onCall = (count) => {
    if (kind !== 'dies' || count !== at) return;
    crashed = true;
    swap(path('home'), path('home-crashed'));
  };
  files.arm({ at, kind });
  const state = await take(test);
  files.onCall = undefined;
  if (kind !== 'dies') files.arm(undefined);
  await test.engine.stop();
  await test.ports.workers.close();
  if (crashed) {
    rmSync(path('home'), { recursive: true });
    renameSync(path('home-crashed'), path('home'));
  }
  const problems: string[] = [];
  const next = (await engineOn()).test;
  try {
    const told = await toldBy(next);
    if (told.started !== told.finished.length + told.failed + told.interrupted) problems.push(`starts without an end: ${JSON.stringify(told)}`);
    if (!crashed && (state === 'done' || state === 'gaps') !== (told.finished.length === 2)) problems.push(`the task was ${state}, the record says ${JSON.stringify(told)}`);
    const there = readdirSync(path('repository/snapshots')).filter((name) => /^[0-9a-f]{64}$/.test(name));
    for (const id of told.finished) if (!there.includes(id)) problems.push(`${id} is said to be finished and is not there`);
    const untold = there.filter((id) => !told.finished.includes(id)).length;
    // A process that died right after its snapshot was whole could not say so any more.
    if (untold > told.interrupted) problems.push(`${untold} snapshots that nobody was told of, ${JSON.stringify(told)}`);
    if ((await take(next)) !== 'done') problems.push('the next snapshot is not done');
    const repository = await openLocal(path('repository'), resticPassword);
    const { errors, findings } = await checkRepository(repository, { read: { kind: 'all' } });
    if (errors > 0) problems.push(JSON.stringify(findings));
    await repository.loadIndex();
    for (const { id } of (await repository.loadSnapshots()).snapshots) await contentsOf(repository, id);
  } finally {
    await next.close();
  }
  return { state, problems };
}

describe(`the record after a snapshot that was stopped or refused (seed ${seed})`, () => {
  const rounds = scaled(3, 400);
  it(`says what happened, ${rounds} times`, { timeout: scaled(180_000, 3_600_000) }, async () => {
    const failures: string[] = [];
    const states = new Map<string, number>();
    const untilMs = timeIsUp(20);
    let i = 0;
    for (; i < rounds && Date.now() < untilMs; i++) {
      const kind = kinds[i % kinds.length] as FaultKind;
      const at = 1 + random.below(calls);
      const { state, problems } = await play(kind, at);
      states.set(state, (states.get(state) ?? 0) + 1);
      if (problems.length > 0) failures.push(`${kind} at call ${at}: ${problems.join('; ')}`);
      if (failures.length > 20) break;
    }
    expect(failures.join('\n')).toBe('');
    recordCampaign('what the record says of stopped snapshots', `${i} stops and refusals over ${calls} calls (${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}); every start has its one end, what is told as finished is there whole, the next snapshot works`);
  });
});
