// Nothing that was erased is found in the raw bytes of any file of the home: database, write-ahead log, shared memory, keys, reports.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createSeededRandom } from '../../testing/fake-clock.ts';
import { openDatabase } from '../../store/index.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog } from '../index.ts';
import { logMigrations } from '../schema.ts';
import { createTestClock, openTestLog } from '../testing.ts';

const files = createNodeFiles();
// Without the cleaning, seed `one` leaves a word behind.
const seeds = ['one', ...(process.env['VARVE_LONG'] === '1' ? Array.from({ length: 40 }, (_, i) => `long ${i}`) : [])];
const grounds = { reason: 'own-wish', basis: 'none' } as const;
let folder: TestFolder;
let path: string;
let log: EventLog;
let clock: ReturnType<typeof createTestClock>;

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  clock = createTestClock();
  ({ log } = openTestLog({ files, path, clock }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

/** Every file below the home, as text of single bytes. */
function rawFiles(): { name: string; bytes: string }[] {
  return (readdirSync(folder.path, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) => statSync(join(folder.path, name)).isFile()).map((name) => ({ name, bytes: readFileSync(join(folder.path, name), 'latin1') }));
}
/** `word in file` for each word that is still somewhere, in UTF-8, UTF-16 or Base64; without its first letters too, which an index may share with its neighbour. */
function found(words: readonly string[]): string[] {
  const all = rawFiles();
  const forms = (word: string): string[] => [word.slice(4), Buffer.from(word, 'utf16le').toString('latin1'), Buffer.from(word).toString('base64').replace(/.?=*$/, '')];
  return words.flatMap((word) => all.filter(({ bytes }) => forms(word).some((form) => bytes.includes(form))).map(({ name }) => `${word} in ${name}`));
}

interface Made {
  seq: number;
  /** Words that are only in this entry's payload or its subject's name. */
  words: string[];
  subject: string;
}

/** Entries plain and encrypted, short and long, each about a subject of its own. */
function make(random: { bytes(length: number): Uint8Array }, count: number): Made[] {
  const word = (): string => Buffer.from(random.bytes(9)).toString('hex');
  const entries = Array.from({ length: count }, () => {
    const [text, subject] = [word(), `Maria ${word()}`];
    const padding = 'lorem ipsum '.repeat((random.bytes(1)[0] as number) % 5 === 0 ? 600 : (random.bytes(1)[0] as number) % 40);
    const category = ((random.bytes(1)[0] as number) & 1) === 0 ? ('metrics' as const) : ('note' as const);
    return { words: [text, subject.slice(6)], subject, event: { action: 'app.noted', category, subject, payload: { text, padding } } };
  });
  return log.appendMany(entries.map(({ event }) => event)).map(({ seq }, at) => ({ seq, words: entries[at]?.words ?? [], subject: entries[at]?.subject ?? '' }));
}

describe('the files of the home', () => {
  it.each(seeds)('hold nothing of what was erased, however the pages were filled and emptied before (seed %s)', async (seed) => {
    const random = createSeededRandom(seed);
    const living: Made[] = [];
    const gone: string[] = [];
    for (let round = 0; round < 12; round++) {
      living.push(...make(random, 60));
      const picked = Array.from({ length: 25 }, () => living.splice((((random.bytes(1)[0] as number) << 8) | (random.bytes(1)[0] as number)) % living.length, 1)[0] as Made);
      // Half with their names, half without: those names are still to be there.
      const whole = picked.slice(0, 12);
      for (const { subject } of whole) expect(await log.erasures.erase({ ...grounds, subject })).toMatchObject({ residue: 'gone' });
      await log.erasures.erase({ ...grounds, seqs: picked.slice(12).map(({ seq }) => seq) });
      gone.push(...whole.flatMap(({ words }) => words), ...picked.slice(12).map(({ words }) => words[0] ?? ''));
      expect(found(gone)).toEqual([]);
    }
    // The words that are to be there are found by the same search, so it can find.
    const kept = living.filter(({ seq }) => log.show(seq).header.payload?.enc === 'none').map(({ words }) => words[0] ?? '');
    expect(new Set(found(kept).map((hit) => hit.split(' ')[0])).size).toBe(kept.length);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', search: 'whole' });
    log.close();
    expect(found(gone)).toEqual([]);
    ({ log } = openTestLog({ files, path, clock, begin: false }));
  }, 240_000);

  it('hold nothing of it after the process was killed right behind the transaction and another one has opened the record', () => {
    const made = make(createSeededRandom('kill'), 40);
    const words = made.slice(0, 20).flatMap(({ words: [text] }) => text ?? []);
    const names = made.slice(0, 20).map(({ subject }) => subject);
    log.close();
    const introductions = (() => {
      const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log', readOnly: true });
      const rows = names.map((name) => db.prepare('SELECT introduced FROM names WHERE name = ?').get<{ introduced: number }>(name)?.introduced ?? -1);
      db.close();
      return rows;
    })();
    const seqs = [...made.slice(0, 20).map(({ seq }) => seq), ...introductions];
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'erasing.child.ts'), path, ...seqs.map(String)], { encoding: 'utf8' });
    expect([child.signal, child.stderr]).toEqual(['SIGKILL', '']);
    // It is all still in the raw files: the event is recorded, and nothing was cleaned yet.
    expect(found([...words, ...names]).length).toBeGreaterThan(20);
    ({ log } = openTestLog({ files, path, clock, begin: false }));
    expect(seqs.map((seq) => log.show(seq).entry.payloadState)).toEqual(seqs.map(() => 'erased'));
    expect(found([...words, ...names])).toEqual([]);
  }, 60_000);

  it('are cleaned as soon as a reader of an older state lets go, and until then the answer and the report say that they are not', async () => {
    const [one] = make(createSeededRandom('reader'), 1);
    const reader = openDatabase({ path, files, migrations: logMigrations, kind: 'log', readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM entries').get();
    const erasing = log.erasures.erase({ ...grounds, subject: one?.subject ?? '' });
    const ticking = setInterval(() => clock.advance(500), 20);
    const result = await erasing;
    clearInterval(ticking);
    expect(result.residue).toBe('waiting');
    expect(result.report.text).toContain('NOT YET');
    expect(log.show(one?.seq ?? -1).entry.payloadState).toBe('erased');
    reader.exec('COMMIT');
    reader.close();
    clock.advance(60_000);
    for (let turn = 0; turn < 200 && found(one?.words ?? []).length > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(found(one?.words ?? [])).toEqual([]);
  }, 60_000);
});
