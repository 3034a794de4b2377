// A log.db that somebody made or made over, with other tables and other kinds of values: a verdict, never a crash and never a pass.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { createTestKeys, openTestLog } from '../testing.ts';
import { tamperedCopy, verifyAt } from './testing/tampered.ts';

const files = createNodeFiles();
const home = [createTestKeys().pinned()[0] as Uint8Array];
let folder: TestFolder;
let sound: string;
let origin: string;

beforeAll(async () => {
  folder = createTestFolder();
  sound = folder.at('sound.db');
  const { log } = openTestLog({ files, path: sound });
  origin = log.origin;
  for (let i = 0; i < 300; i++) log.append({ action: 'app.noted', category: 'note', subject: `s${i % 3}`, payload: { i } });
  await log.checkpoints.rotate();
  log.append({ action: 'log.erasure', category: 'record', payload: { seqs: [9], reason: 'r', basis: 'b' } });
  log.checkpoints.sign();
  log.close();
});
afterAll(() => folder.remove());

const kindOf = async (path: string, mode: 'full' | 'new'): Promise<string> => (await verifyAt(path, { origin, home, mode }).catch((error: { code?: string; message: string }) => ({ kind: error.code ?? error.message }))).kind;
const outcome = (sql: string, mode: 'full' | 'new' = 'full'): Promise<string> => kindOf(tamperedCopy(sound, folder.at('changed.db'), (db) => void db.exec(sql)), mode);
/** The same table without any promise about its values. */
const loose = (table: string): string => `CREATE TABLE loose AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE loose RENAME TO ${table};`;

describe('tables that are not there', () => {
  it.each(['entries', 'payloads', 'names', 'facts', 'actions', 'erased', 'leaves', 'tiles'])('%s', async (table) => {
    for (const mode of ['full', 'new'] as const) expect(await outcome(`DROP VIEW words; DROP TABLE ${table}`, mode), mode).toBe(table === 'erased' ? 'consistent' : 'broken');
  });
  it('checkpoints: nothing agrees to the change of the key any more', async () => expect(await outcome('DROP TABLE checkpoints')).toBe('broken'));
  it('the verdict of the last run is not missed', async () => expect(await outcome('DROP TABLE verification')).toBe('consistent'));
});

describe('values that no record holds', () => {
  const strange = ["NULL", "''", "'x'", '5', '-1', '1.5', "x'00ff'", '1e300', "'9223372036854775807'", 'zeroblob(70000)'];
  it.each([
    ['entries', 'seq'], ['entries', 'hash'], ['entries', 'header'],
    ['payloads', 'seq'], ['payloads', 'body'], ['payloads', 'salt'], ['payloads', 'sealed'],
    ['facts', 'at_ms'], ['facts', 'category'], ['facts', 'action'], ['facts', 'actor'], ['facts', 'subject'], ['facts', 'id'],
    ['names', 'id'], ['names', 'kind'], ['names', 'introduced'],
    ['leaves', 'no'], ['leaves', 'hashes'], ['tiles', 'level'], ['tiles', 'hashes'],
    ['checkpoints', 'size'], ['checkpoints', 'note']
  ])('%s.%s', async (table, column) => {
    for (const value of strange) {
      for (const row of ['2', `(SELECT max(rowid) FROM ${table})`]) {
        // A checkpoint without a size is one that is not there; the entries since the one before are then the tail.
        if (column === 'size' && value === 'NULL') continue;
        let changes = 0;
        const path = tamperedCopy(sound, folder.at('changed.db'), (db) => {
          db.exec(`DROP VIEW words; ${loose(table)}`);
          changes = db.prepare(`UPDATE ${table} SET ${column} = ${value} WHERE rowid = ${row} AND ${column} IS NOT ${value}`).run().changes;
        });
        const kind = await kindOf(path, 'full');
        expect(kind, `${column} = ${value} in row ${row}`).toBe(changes === 0 ? 'consistent' : 'broken');
      }
    }
  });
  it('what the last run left behind can be anything', async () => {
    for (const value of ['{"state":2}', '{"state":2,"verdict":null,"full":null,"newer":null,"anchored":null,"failure":null,"checkedTo":3}', '[]', 'null', '{"kind":"anchored","entries":1}', '"'.repeat(5000)]) {
      for (const mode of ['full', 'new'] as const) expect(await outcome(`INSERT OR REPLACE INTO verification (only, verdict, at) VALUES (1, '${value}', 'x')`, mode), value).toBe('consistent');
    }
  });
});
