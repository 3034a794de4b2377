import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createSeededRandom } from '../testing/fake-clock.ts';
import type { Database } from './database.ts';
import { createFreeSpaceCleaner, type FreeSpaceCleaner } from './free-space.ts';
import { openDatabase } from './open.ts';
import { createTestFolder, type TestFolder } from './testing.ts';

const files = createNodeFiles();
const migrations = [{ version: 1, up: (db: Database) => db.exec('CREATE TABLE things (no INTEGER PRIMARY KEY, word TEXT NOT NULL, filler BLOB NOT NULL); CREATE UNIQUE INDEX things_word ON things (word); CREATE TABLE stamps (no INTEGER PRIMARY KEY)') }];
let folder: TestFolder;
let path: string;
let db: Database;
let cleaner: FreeSpaceCleaner;

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('test.db');
  db = openDatabase({ path, files, migrations, kind: 'log' });
  cleaner = createFreeSpaceCleaner({ db, files, stamp: () => void db.prepare('INSERT INTO stamps DEFAULT VALUES').run() });
});
afterEach(() => {
  db.close();
  cleaner.release();
  folder.remove();
});

/** Rows come and go until many pages have been rebuilt; returns the words of those that went. */
function churn(seed: string, rounds: number): string[] {
  const random = createSeededRandom(seed);
  const number = (below: number): number => (((random.bytes(2)[0] as number) << 8) | (random.bytes(1)[0] as number)) % below;
  const living: string[] = [];
  const gone: string[] = [];
  for (let round = 0; round < rounds; round++) {
    db.transaction(() => {
      for (let i = 0; i < 60; i++) {
        const word = Buffer.from(random.bytes(10)).toString('hex');
        db.prepare('INSERT INTO things (word, filler) VALUES (?, zeroblob(?))').run(word, number(1200));
        living.push(word);
      }
    });
    db.transaction(() => {
      for (let i = 0; i < 50; i++) {
        const [word] = living.splice(number(living.length), 1);
        db.prepare('DELETE FROM things WHERE word = ?').run(word);
        gone.push(word as string);
      }
    });
  }
  return gone;
}

const found = (words: readonly string[]): string[] => {
  const bytes = ['', '-wal', '-shm'].map((end) => (files.lstat(path + end) === undefined ? '' : readFileSync(path + end, 'latin1'))).join('');
  return words.filter((word) => bytes.includes(word));
};
const sound = (): unknown => db.raw.pragma('integrity_check', { simple: true });

describe('cleaning a database of what was deleted from it', () => {
  it.each(['oak', 'ash', 'fir'])('leaves no word of a deleted row in its files, where deleting alone leaves some (seed %s)', (seed) => {
    const gone = churn(seed, 60);
    db.raw.pragma('wal_checkpoint(TRUNCATE)');
    expect(found(gone).length).toBeGreaterThan(0);
    const before = db.prepare('SELECT no, word, length(filler) AS size FROM things ORDER BY no').all();
    expect(cleaner.clean()).toBe(true);
    expect(found(gone)).toEqual([]);
    expect(sound()).toBe('ok');
    expect(db.prepare('SELECT no, word, length(filler) AS size FROM things ORDER BY no').all()).toEqual(before);
    // Every page is written once more: what this connection had in memory does not come back with later writes.
    db.exec('UPDATE things SET filler = randomblob(length(filler)); UPDATE things SET word = upper(word)');
    db.raw.pragma('wal_checkpoint(TRUNCATE)');
    expect(found(gone)).toEqual([]);
  });

  it('is not undone by what another connection still had in memory', () => {
    const gone = churn('oak', 60);
    const other = openDatabase({ path, files, migrations, kind: 'log' });
    other.prepare('SELECT count(*), sum(length(filler)) FROM things').get();
    other.prepare('SELECT count(*) FROM things WHERE word > ?').get('');
    expect(cleaner.clean()).toBe(true);
    other.exec('UPDATE things SET filler = randomblob(length(filler)); UPDATE things SET word = upper(word)');
    other.raw.pragma('wal_checkpoint(TRUNCATE)');
    expect(found(gone)).toEqual([]);
    other.close();
  });

  it('says that it could not while somebody reads an older state, and can afterwards', async () => {
    const gone = churn('beech', 10);
    const reader = openDatabase({ path, files, migrations, kind: 'log', readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM things').get();
    gone.push(...churn('birch', 1));
    expect(cleaner.clean()).toBe(false);
    expect(await cleaner.cleanInPieces(() => Promise.resolve())).toBe(false);
    reader.exec('COMMIT');
    expect(await cleaner.cleanInPieces(() => Promise.resolve())).toBe(true);
    expect(found(gone)).toEqual([]);
    reader.close();
  });

  it('goes on beside another process that writes, and harms nothing', async () => {
    const gone = churn('yew', 20);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'free-space.child.ts'), path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    for (let i = 0; i < 8; i++) {
      gone.push(...churn(`yew ${i}`, 1));
      await cleaner.cleanInPieces(() => new Promise((resolve) => setImmediate(resolve)));
    }
    const ended = once(child, 'exit');
    child.stdin.end();
    expect((await ended)[0]).toBe(0);
    expect(await cleaner.cleanInPieces(() => Promise.resolve())).toBe(true);
    expect(found(gone)).toEqual([]);
    expect(sound()).toBe('ok');
    expect(db.prepare("SELECT count(*) AS count FROM things WHERE word LIKE 'child-%'").get()).toEqual({ count: db.prepare("SELECT max(CAST(substr(word, 7) AS INTEGER)) AS last FROM things WHERE word LIKE 'child-%'").get<{ last: number }>()?.last });
  });
});
