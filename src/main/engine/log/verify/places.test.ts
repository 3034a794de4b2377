// Verification where it really runs: in a worker thread, and on media that cannot be written.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { createNodeWorkers } from '../../../adapters/workers.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { formatVkey } from '../note/index.ts';
import { createInlineWorkers, createTestKeys, openTestLog } from '../testing.ts';
import { rangeTask } from './range-task.ts';
import { runVerify } from './run.ts';
import { verifyFile, type VerifyInput } from './task.ts';

const files = createNodeFiles();
let folder: TestFolder;
beforeEach(() => {
  folder = createTestFolder();
});
afterEach(() => folder.remove());

it('a worker thread verifies while the log goes on growing, and stops when it is told', async () => {
  const workers = createNodeWorkers({ workerFile: new URL('../../../worker.ts', import.meta.url), dataThreads: 1 });
  const { log } = openTestLog({ files, path: folder.at('log.db'), clock: createSystemClock(), workers });
  try {
    for (let i = 0; i < 5; i++) log.appendMany(Array.from({ length: 1000 }, (_, n) => ({ action: 'app.x', category: 'app', payload: { n } }) as const));
    const running = log.verify({});
    expect(log.verifyState().running).toBe(true);
    log.append({ action: 'app.during', category: 'app' });
    expect(await running).toMatchObject({ kind: 'consistent' });
    const stop = new AbortController();
    const stopped = log.verify({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(openTestLog({ files, path: folder.at('empty.db'), begin: false, workers }).log.verify({})).rejects.toMatchObject({ code: 'EVIDENCE_MISSING' });
  } finally {
    log.close();
    await workers.close();
  }
});

describe('a record that is read in two parts', () => {
  const ports = { files, clock: createSystemClock(), random: createSystemRandom() };
  const machine = createMachine();
  /** The second part is read by turns in this thread: the same code, without waiting for threads. */
  const byTurns = { ...createInlineWorkers(ports, { 'log.verify-range': (context, input) => rangeTask({ ...context, machine }, input) }), dataThreads: 2 };
  let input: VerifyInput;
  let total: number;

  beforeEach(() => {
    const { log } = openTestLog({ files, path: folder.at('sound.db') });
    for (let i = 0; i < 2; i++) log.appendMany(Array.from({ length: 1000 }, (_, n) => ({ action: 'app.x', category: 'app', subject: `s${n % 7}`, payload: { n } }) as const));
    log.checkpoints.sign();
    total = log.entries();
    input = { path: folder.at('sound.db'), origin: log.origin, pins: { from: 'home', vkeys: [formatVkey(log.origin, createTestKeys().pinned()[0] as Uint8Array)] } };
    log.close();
  });

  it('is judged as if it were read in one, wherever it is broken, the seam included', async () => {
    const seam = Math.floor(total * 0.46);
    const places = [5, seam - 1, seam, seam + 1, total - 2];
    const breaks = ['SELECT 1', ...places.flatMap((seq) => [`UPDATE payloads SET body = '1' WHERE seq = ${seq}`, `DELETE FROM entries WHERE seq = ${seq}`, `UPDATE entries SET hash = zeroblob(32) WHERE seq = ${seq}`]), `DELETE FROM entries WHERE seq BETWEEN ${seam - 5} AND ${seam + 5}`, `DELETE FROM entries WHERE seq BETWEEN ${seam - 5} AND ${seam - 2}`];
    for (const sql of breaks) {
      const path = folder.at('changed.db');
      copyFileSync(folder.at('sound.db'), path);
      const db = new BetterSqlite3(path);
      for (const trigger of ['entries_are_not_changed', 'entries_are_not_deleted', 'payloads_change_only_their_wrapped_key']) db.exec(`DROP TRIGGER ${trigger}`);
      db.exec(sql);
      db.close();
      const context = { ...ports, machine, closing: new AbortController().signal };
      const one = await verifyFile(context, { ...input, path }, () => undefined);
      expect(await verifyFile({ ...context, workers: byTurns }, { ...input, path, twoThreadsFrom: 100 }, () => undefined), sql).toEqual(one);
      expect(one.kind, sql).toBe(sql === 'SELECT 1' ? 'consistent' : 'broken');
    }
  });

  it('by two threads, tells how far both have come, and ends both when it is told to stop', async () => {
    const workers = createNodeWorkers({ workerFile: new URL('../../../worker.ts', import.meta.url), dataThreads: 2 });
    try {
      const seen: number[] = [];
      expect(await runVerify(workers, { ...input, twoThreadsFrom: 100 }, { onProgress: ({ entriesDone }) => seen.push(entriesDone) })).toMatchObject({ kind: 'consistent', entries: total, payloads: { intact: total } });
      expect(Math.max(...seen)).toBe(total);
      const stop = new AbortController();
      await expect(runVerify(workers, { ...input, twoThreadsFrom: 100 }, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    } finally {
      await workers.close();
    }
  });
});

const mounts = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore' }).status === 0;
if (!mounts) console.log('skipped: this user cannot mount a read-only file system (unshare -m)');

it.runIf(mounts)('a log on read-only media is verified from a temporary copy, -wal included, and the copy is removed', () => {
  const { log } = openTestLog({ files, path: folder.at('log.db') });
  log.append({ action: 'app.only-in-the-wal', category: 'app' });
  log.checkpoints.sign();
  mkdirSync(folder.at('media'));
  mkdirSync(folder.at('temporary'));
  const script = 'set -e; mount -t tmpfs none "$1/media"; cp "$1/log.db" "$1/log.db-wal" "$1/media/"; mount -o remount,ro "$1/media"; exec "$2" "$3" "$1/media/log.db" "$1/temporary"';
  const output = execFileSync('unshare', ['-m', 'sh', '-c', script, 'sh', folder.path, process.execPath, join(import.meta.dirname, 'verify.child.ts')], { encoding: 'utf8' });
  expect(JSON.parse(output)).toMatchObject({ kind: 'consistent', entries: 3 });
  expect(readdirSync(folder.at('temporary'))).toEqual([]);
  log.close();
});
