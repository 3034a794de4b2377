import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { genesisHash } from '../hash.ts';
import type { EventLog, NewEvent } from '../index.ts';
import { openTestLog } from '../testing.ts';
import { tamperedCopy } from '../verify/testing/tampered.ts';
import { coldTables, notPacked, segmentEvents } from './format.ts';
import { carriedTables } from './tables.ts';
import { packInMemory, segmentIn, type Packed } from './testing/pack.ts';

let folder: TestFolder;
let path: string;
let log: EventLog;
let clock: ReturnType<typeof openTestLog>['clock'];

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log, clock } = openTestLog({ files: createNodeFiles(), path }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const grounds = { reason: 'subject-request', basis: 'lgpd-18-vi' } as const;
const note = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({ action: 'app.noted', category: 'note', payload: { text }, ...more });
const fill = (count: number): void => {
  for (let done = 0; done < count; done += 2000) log.appendMany(Array.from({ length: Math.min(2000, count - done) }, (_, i) => note(`${done + i}`)));
};
const paths = ({ members }: Packed): string[] => [...members.keys()];
const whats = ({ summary }: Packed): string[] => summary.damage.map(({ seq, what }) => `${seq ?? 'record'}: ${what}`);
/** The closed log, changed behind its back, and packed. */
async function packTampered(change: (db: BetterSqlite3.Database) => void): Promise<Packed> {
  log.checkpoints.sign();
  log.close();
  return packInMemory(tamperedCopy(path, folder.at('changed.db'), change));
}

describe('the record for a package', () => {
  it('holds every event with its header verbatim, payloads open, sealed, erased or none', async () => {
    log.appendMany([note('Ação, \u2028 and "quotes"', { subject: 'core 7' }), { action: 'app.measured', category: 'metrics', payload: { value: 1 } }, { action: 'app.seen', category: 'app' }]);
    const gone = log.append(note('goes')).seq;
    const [by] = (await log.erasures.erase({ ...grounds, seqs: [gone] })).events;
    log.checkpoints.sign();
    const packed = await packInMemory(path, { twice: true });
    const { events, ...frame } = segmentIn(packed);
    const head = log.head();
    expect(frame).toEqual({ format: 'varve-segment', version: 1, origin: log.origin, segment: 1, first: 0, previous: genesisHash(log.origin), count: log.entries(), last: head?.seq, hash: head?.hash });
    expect(events.map(({ header }) => header?.seq)).toEqual(Array.from({ length: log.entries() }, (_, seq) => seq));
    for (const [seq, event] of events.entries()) expect(event.hash).toBe(log.show(seq).entry.hash);
    const states = Object.groupBy(events, ({ state }) => state);
    expect(Object.fromEntries(Object.entries(states).map(([state, lines]) => [state, lines?.length]))).toEqual({ open: log.entries() - 3, sealed: 1, none: 1, erased: 1 });
    expect(states['sealed']?.[0]).toMatchObject({ key: 'metrics/2026-11-21', payload: null });
    expect(states['erased']?.[0]).toMatchObject({ header: { seq: gone }, by, payload: null });
    expect(events.filter(({ state }) => state === 'open').map(({ payload }) => payload)).toContainEqual({ text: 'Ação, \u2028 and "quotes"' });
    expect(String(packed.members.get('event-log/segment-000001.json'))).not.toContain('"goes"');
    expect(packed.summary).toEqual({
      events: log.entries(), segments: 1, firstId: events[0]?.header?.id, lastId: events.at(-1)?.header?.id, lastHash: head?.hash, valid: true, checkpointSize: log.entries(),
      erasures: [{ path: 'event-log/segment-000001.json', events: [by], eventCount: 1 }], damage: [], damageCount: 0
    });
    expect(paths(packed)).toEqual(['event-log/segment-000001.json', 'event-log-tables.jsonl', 'tree/checkpoint', 'tree/vkey', 'tree/checkpoints.jsonl', `tree/tile/0/000.p/${log.entries()}`]);
    expect(packed.members.get('tree/checkpoint')?.toString()).toBe(log.checkpoints.latest()?.note);
  });

  it('leaves a full segment as it is, byte for byte, until something in it is erased, and says which erasure it was', async () => {
    const goes = log.append(note('goes later')).seq;
    for (let done = 0; done < segmentEvents; done += 2048) log.appendMany(Array.from({ length: 2048 }, () => ({ action: 'app.seen', category: 'app' })));
    const before = await packInMemory(path);
    fill(50);
    log.append({ action: 'note.added', category: 'note', payload: { seqs: [7], text: 'a note on an entry of the first segment' } });
    log.checkpoints.sign();
    const after = await packInMemory(path);
    const first = 'event-log/segment-000001.json';
    expect(after.members.get(first)?.equals(before.members.get(first) as Buffer)).toBe(true);
    expect([segmentIn(after).count, segmentIn(after, 2).first, segmentIn(after, 2).previous]).toEqual([segmentEvents, segmentEvents, segmentIn(after).hash]);
    expect([before.summary.erasures, after.summary.erasures]).toEqual([[], []]);
    const [by] = (await log.erasures.erase({ ...grounds, seqs: [goes] })).events;
    const erased = await packInMemory(path);
    expect(erased.members.get(first)?.equals(before.members.get(first) as Buffer)).toBe(false);
    expect(erased.summary).toMatchObject({ valid: true, segments: 2, erasures: [{ path: first, events: [by], eventCount: 1 }] });
  });

  it('is one state of the record, however much is recorded and erased meanwhile, and keeps nobody from doing it', async () => {
    fill(1000);
    log.checkpoints.sign();
    const [entries, head] = [log.entries(), log.head()];
    let erased: Promise<unknown> | undefined;
    const packed = await packInMemory(path, {
      twice: true,
      between: () => {
        log.append(note('meanwhile'));
        erased ??= log.erasures.erase({ ...grounds, seqs: [900] });
      }
    });
    expect(packed.summary).toMatchObject({ valid: true, events: entries, lastHash: head?.hash, checkpointSize: entries, erasures: [] });
    expect(segmentIn(packed).events[900]).toMatchObject({ state: 'open' });
    await erased;
    expect(log.entries()).toBeGreaterThan(entries);
    expect(log.show(900).entry.payloadState).toBe('erased');
  });

  it('holds what is erased while it is made; the erasure says that old bytes remain, and they go once the package is there', async () => {
    fill(100);
    const gone = log.append(note('a word that goes')).seq;
    let erased: Awaited<ReturnType<typeof log.erasures.erase>> | undefined;
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const packed = await packInMemory(path, {
      between: async () => {
        if (erased !== undefined) return;
        void log.erasures.erase({ ...grounds, seqs: [gone] }).then((result) => (erased = result));
        while (erased === undefined) {
          await turn();
          clock.advance(500);
        }
      }
    });
    expect(erased).toMatchObject({ entries: 1, residue: 'waiting' });
    expect(segmentIn(packed).events[gone]).toMatchObject({ state: 'open', payload: { text: 'a word that goes' } });
    const raw = (): string => ['', '-wal'].map((end) => readFileSync(path + end, 'latin1')).join('');
    expect(raw()).toContain('a word that goes');
    while (raw().includes('a word that goes')) {
      clock.advance(60_000);
      await turn();
    }
    expect(segmentIn(await packInMemory(path)).events[gone]).toMatchObject({ state: 'erased', by: erased?.events[0] });
  });

  it('goes on beside another process that appends', async () => {
    fill(1000);
    const program = join(import.meta.dirname, '..', 'concurrency.child.ts');
    const child = spawn(process.execPath, [program, path, 'a', '60'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'close');
    const seen: number[] = [];
    while (child.exitCode === null && child.signalCode === null) {
      const packed = await packInMemory(path, { between: () => new Promise((resolve) => setImmediate(resolve)) });
      expect(whats(packed)).toEqual([]);
      seen.push(packed.summary.events);
    }
    expect((await ended)[0]).toBe(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    // The child's subject and its opening belong to what it appended.
    expect(log.entries()).toBeGreaterThanOrEqual(1000 + 60);
  });

  it('says of an empty record that it is empty', async () => {
    log.close();
    ({ log } = openTestLog({ files: createNodeFiles(), path: folder.at('empty.db'), begin: false }));
    const packed = await packInMemory(folder.at('empty.db'));
    expect(packed).toMatchObject({ empty: true, summary: { events: 0, segments: 0, firstId: null, lastId: null, lastHash: null, valid: true, checkpointSize: null } });
    expect(paths(packed)).toEqual(['tree/vkey']);
  });

  it('carries what only log.db knows: encrypted categories, import keys, followed files, witnesses', async () => {
    await log.sealed.encryption.set('note', true, undefined);
    const db = new BetterSqlite3(path);
    db.exec("INSERT INTO sources (no, name, run) VALUES (1, 'old.jsonl', 1); INSERT INTO source_lines VALUES (1, x'00ff', 1, 1, 1); INSERT INTO witnesses (vkey, url, added_ms) VALUES ('w', NULL, 5); INSERT INTO meta VALUES ('residue', '9')");
    db.close();
    const text = (await packInMemory(path)).members.get('event-log-tables.jsonl')?.toString() ?? '';
    const rows = text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(rows).toEqual([
      { format: 'varve-log-tables', version: 1, origin: log.origin, schema: 9 },
      { table: 'meta', row: { key: 'encrypting', value: 'note' } },
      { table: 'sources', row: { no: 1, name: 'old.jsonl', run: 1 } },
      { table: 'source_lines', row: { source: 1, digest: { base64: 'AP8=' }, copies: 1, run: 1, seen: 1 } },
      { table: 'witnesses', row: { vkey: 'w', url: null, size: 0, asked: null, added_ms: 5 } },
      { end: true, rows: 4 }
    ]);
  });

  it('knows of every table of log.db whether and how it is packed', () => {
    const db = new BetterSqlite3(path, { readonly: true });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%' ORDER BY name").pluck().all() as string[];
    expect(tables.filter((name) => !(name in notPacked) && !coldTables.some((table) => table.name === name))).toEqual([]);
    for (const table of coldTables) expect(db.prepare(`SELECT name FROM pragma_table_info('${table.name}')`).pluck().all()).toEqual(table.columns);
    db.close();
    // What is read is what is written.
    expect(Object.entries(carriedTables).map(([name, columns]) => ({ name, columns: Object.keys(columns) }))).toEqual(coldTables.map(({ name, columns }) => ({ name, columns })));
  });
});

describe('a damaged record', () => {
  it('is packed where the chain is broken, and flagged', async () => {
    fill(20);
    const packed = await packTampered((db) => db.exec("UPDATE entries SET hash = zeroblob(32) WHERE seq = 9"));
    expect(whats(packed)).toEqual(['9: does not follow from the entry before: the chain is broken', '10: does not follow from the entry before: the chain is broken']);
    expect(packed.summary).toMatchObject({ valid: false, events: 22, damageCount: 2 });
    expect(segmentIn(packed).events[9]).toMatchObject({ hash: '0'.repeat(64), state: 'open' });
  });

  it('is packed without entries that are missing, and says where', async () => {
    fill(20);
    const packed = await packTampered((db) => db.exec('DELETE FROM entries WHERE seq IN (5, 6)'));
    expect(whats(packed)).toEqual(['5: 2 entries are missing', '7: does not follow from the entry before: the chain is broken', 'record: the entries do not have the root of the newest checkpoint']);
    expect(segmentIn(packed)).toMatchObject({ count: 20, last: 21 });
    expect(packed.summary.valid).toBe(false);
  });

  it('says of a cut-off tail that the checkpoint covers more', async () => {
    fill(20);
    const packed = await packTampered((db) => db.exec('DELETE FROM entries WHERE seq > 15; DELETE FROM payloads WHERE seq > 15'));
    expect(whats(packed)).toEqual(['record: the tree has 22 leaves, and there are 16 entries', 'record: the newest checkpoint covers 22 entries']);
  });

  it('keeps payloads, headers and hashes that do not fit, each as it is', async () => {
    fill(20);
    log.append({ action: 'app.measured', category: 'metrics', payload: { value: 1 } });
    const packed = await packTampered((db) => {
      db.pragma('ignore_check_constraints = ON');
      db.exec(`
        UPDATE payloads SET body = '{"text":"changed"}' WHERE seq = 4;
        UPDATE payloads SET body = 'line' || char(10) || 'line' WHERE seq = 5;
        DELETE FROM payloads WHERE seq = 6;
        UPDATE payloads SET salt = 'none' WHERE seq = 7;
        UPDATE payloads SET kek = NULL WHERE seq = 22;
        UPDATE entries SET header = replace(header, '"level":"info"', '"level": "info"') WHERE seq = 20;
        UPDATE entries SET hash = x'01' WHERE seq = 21;
      `);
    });
    const { events } = segmentIn(packed);
    expect(events[4]).toMatchObject({ header: { seq: 4 }, state: 'damaged', kept: { seq: 4, header: null, hash: null, body: '{"text":"changed"}' }, payload: null });
    expect(events[5]?.kept).toMatchObject({ body: 'line\nline' });
    expect(events[6]?.kept).toMatchObject({ body: null, salt: null, by: null });
    expect(events[7]?.kept).toMatchObject({ salt: 'none' });
    expect(events[20]).toMatchObject({ header: null, state: 'damaged', kept: { header: expect.stringContaining('"level": "info"') } });
    expect(events[21]).toMatchObject({ header: { seq: 21 }, hash: null, kept: { hash: '01' } });
    expect(events[22]?.kept).toMatchObject({ key: null, sealed: expect.any(String) });
    expect(packed.summary).toMatchObject({ valid: false, events: 23 });
    expect(packed.summary.damage.map(({ seq }) => seq)).toEqual(expect.arrayContaining([4, 5, 6, 7, 20, 21, 22]));
    // Every line of the file is still one event.
    const lines = String(packed.members.get('event-log/segment-000001.json')).trimEnd().split('\n').slice(1, -1);
    expect(lines.map((line) => Object.keys(JSON.parse(line.replace(/,$/, '')) as object).at(-1))).toEqual(Array.from({ length: 23 }, () => 'payload'));
  });

  it('finds an erasure that nothing points to any more, and believes no pointer to an event that erased something else', async () => {
    fill(20);
    await log.erasures.erase({ ...grounds, seqs: [5] });
    const packed = await packTampered((db) => db.exec('DELETE FROM erased; DELETE FROM payloads WHERE seq = 8; INSERT INTO erased VALUES (8, (SELECT max(seq) FROM entries))'));
    expect(segmentIn(packed).events[5]).toMatchObject({ state: 'erased' });
    expect(whats(packed)).toEqual(['8: the payload is gone and nothing in the record says why']);
  });

  it('is packed where pages of the file are garbage', async () => {
    fill(1000);
    log.checkpoints.sign();
    log.close();
    const bytes = readFileSync(path);
    const broken = folder.at('broken.db');
    // A page in the middle of the file that holds entries: it begins a leaf of a table, and a header is on it.
    for (let at = Math.floor(bytes.length / 8192) * 4096; at < bytes.length; at += 4096) {
      if (bytes[at] !== 13 || !bytes.subarray(at, at + 4096).includes('{"action":"app.noted"')) continue;
      bytes.fill(0xff, at, at + 4096);
      break;
    }
    writeFileSync(broken, bytes);
    const packed = await packInMemory(broken);
    expect(packed.summary.valid).toBe(false);
    expect(packed.summary.damage[0]?.what).toContain('cannot be read');
    expect(packed.summary.events).toBeGreaterThan(900);
    expect(segmentIn(packed).events).toHaveLength(packed.summary.events);
  });

  it('says when checkpoints and tree are not those of the entries', async () => {
    fill(300);
    const other = await packTampered((db) => db.exec("UPDATE checkpoints SET note = 'no note'; UPDATE tiles SET hashes = zeroblob(32)"));
    expect(whats(other)).toEqual(['record: the newest checkpoint is not a signed note', 'record: level 1 of the tree does not hold the hash of its part 0']);
    expect(other.summary.valid).toBe(false);
  });
});
