// A snapshot with a database that is written to meanwhile, judged by restic and by the sqlite3 program.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram } from '../../testing/make-tree.ts';
import { save } from '../../testing/save-and-restore.ts';
import { makeRepository, realContext, restic, temporaryFolder, type Context } from '../../testing/workshop.ts';

const able = hasProgram('restic') && hasProgram('sqlite3');
if (!able) console.log('skipped: restic or sqlite3 is not installed');

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(() => {
  context = realContext();
  folder = temporaryFolder();
});
afterAll(async () => {
  folder.remove();
  await context.workers.close();
});

describe.skipIf(!able)('restic', () => {
  it('brings back a whole database from a snapshot that was taken while sqlite3 was writing', async () => {
    const source = join(folder.path, 'source');
    const repository = join(folder.path, 'repository');
    mkdirSync(source);
    mkdirSync(repository);
    const key = await makeRepository(context, repository);
    const path = join(source, 'live.db');
    execFileSync('sqlite3', [path, 'PRAGMA journal_mode = WAL; CREATE TABLE commits (n INTEGER PRIMARY KEY, text)']);
    const insert = 'INSERT INTO commits (text) VALUES (hex(randomblob(2000)));';
    const writer = spawn('sqlite3', [path], { stdio: ['pipe', 'ignore', 'inherit'] });
    writer.stdin.on('error', () => undefined); // it is killed while it is being told
    const writing = setInterval(() => writer.stdin.write(`${insert}\n`.repeat(20)), 2);
    try {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const saved = await save(context, repository, key, [source], { databaseFolder: join(folder.path, 'copies') });
      expect(saved.databases).toMatchObject({ copied: 1, sideFiles: 2, rawCount: 0 });
      const target = join(folder.path, 'restored');
      restic(repository, ['restore', saved.snapshotId, '--target', target]);
      const back = join(target, source);
      expect(readdirSync(back)).toEqual(['live.db']);
      const [check, count, most] = execFileSync('sqlite3', [join(back, 'live.db'), 'PRAGMA integrity_check; SELECT count(*) FROM commits; SELECT max(n) FROM commits;'], { encoding: 'utf8' }).trim().split('\n');
      expect([check, count === most, Number(count) > 0]).toEqual(['ok', true, true]);
      expect(restic(repository, ['check', '--read-data'])).toContain('no errors were found');
    } finally {
      clearInterval(writing);
      writer.kill('SIGKILL');
    }
  });
});
