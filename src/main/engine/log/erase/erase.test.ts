import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EraseInput } from '../../../../contract/erasure.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { VarveError } from '../../kit/errors.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog, LogKeys, NewEvent } from '../index.ts';
import { createTestClock, createTestKeys, openTestLog } from '../testing.ts';

const files = createNodeFiles();
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

const grounds = { reason: 'subject-request', basis: 'lgpd-18-vi' } as const;
const note = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({ action: 'app.noted', category: 'note', payload: { text }, ...more });
const erase = (input: Partial<EraseInput>, actor?: string) => log.erasures.erase({ ...grounds, ...input }, actor === undefined ? {} : { actor });
const stateOf = (seq: number): string => log.show(seq).entry.payloadState;
const entryOf = (action: string) => log.list({ filter: { action } }).entries;
const sql = (text: string): void => {
  const db = new BetterSqlite3(path).unsafeMode();
  db.exec(text);
  db.close();
};

describe('erasing entries', () => {
  it('takes payload, words and salt, leaves header, hash and neighbours, and the record verifies', async () => {
    const [first, second, third] = log.appendMany([note('alpha remains'), note('bravo leaves'), note('charlie remains')]).map(({ seq }) => seq);
    const before = log.show(second ?? -1);
    const result = await erase({ seqs: [second ?? -1], request: '2026/17' }, 'Grace');
    expect(result).toMatchObject({ dryRun: false, entries: 1, seqs: [second], names: 0, kept: [], altered: [], residue: 'gone' });
    const after = log.show(second ?? -1);
    expect(after).toMatchObject({ header: before.header, leafHash: before.leafHash, salt: null, entry: { payloadState: 'erased', payload: null, hash: before.entry.hash } });
    expect([first, third].map((seq) => stateOf(seq ?? -1))).toEqual(['intact', 'intact']);
    expect(log.list({ filter: { text: 'bravo' } }).total).toBe(0);
    expect(log.list({ filter: { text: 'remains' } }).total).toBe(2);
    // By its action it is still found.
    expect(log.list({ filter: { text: 'noted' } }).total).toBe(3);
    const [event] = result.events;
    expect(log.show(event ?? -1).entry).toMatchObject({ action: 'log.erasure', actorName: 'Grace', payload: { seqs: [second], reason: 'subject-request', basis: 'lgpd-18-vi', request: '2026/17' } });
    expect(result.checkpoint).toBe((event ?? 0) + 1);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 1 }, search: 'whole' });
  });

  it('destroys the wrapped secret of an encrypted one, whether its key is at hand or not', async () => {
    const [open, locked] = log.appendMany([1, 2].map((value): NewEvent => ({ action: 'app.measured', category: 'metrics', payload: { value } }))).map(({ seq }) => seq);
    await erase({ seqs: [open ?? -1] });
    log.close();
    const keys: LogKeys = { ...createTestKeys(), open: () => undefined, load: () => Promise.reject(new VarveError('VAULT_LOCKED', 'locked', { path: 'vault.json' })) };
    ({ log } = openTestLog({ files, path, clock, keys, begin: false }));
    const result = await erase({ seqs: [locked ?? -1] });
    expect(result).toMatchObject({ checkpoint: null, residue: 'gone' });
    expect([stateOf(open ?? -1), stateOf(locked ?? -1)]).toEqual(['erased', 'erased']);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 2, locked: 0 } });
  });

  it('says what would go in a dry run, and changes nothing', async () => {
    const { seq } = log.append(note('x'));
    const before = log.entries();
    expect(await erase({ seqs: [seq, seq], dryRun: true })).toMatchObject({ dryRun: true, entries: 1, seqs: [seq], events: [], report: { path: null, text: '' } });
    expect([log.entries(), stateOf(seq), existsSync(folder.at('reports'))]).toEqual([before, 'intact', false]);
  });

  it('refuses, before anything goes, what is not there, empty, erased already, or what the record rests on', async () => {
    const { seq } = log.append(note('x'));
    const empty = log.append({ action: 'app.tick', category: 'app' }).seq;
    const gone = log.append(note('y')).seq;
    const { events } = await erase({ seqs: [gone] });
    const created = entryOf('home.created')[0]?.seq ?? -1;
    await log.sealed.encryption.set('app', true);
    const changed = entryOf('log.encryption-changed')[0]?.seq ?? -1;
    const before = log.entries();
    for (const [other, code, data] of [
      [9999, 'NOT_FOUND', {}],
      [empty, 'NOTHING_TO_ERASE', { seq: empty }],
      [gone, 'ERASED_ALREADY', { seq: gone }],
      [events[0] ?? -1, 'ERASE_PROTECTED', { why: 'explains-erasures' }],
      [created, 'ERASE_PROTECTED', { why: 'beginning', action: 'home.created' }],
      [changed, 'ERASE_PROTECTED', { why: 'about-the-record' }]
    ] as const) {
      await expect(erase({ seqs: [seq, other] })).rejects.toMatchObject({ code, data });
    }
    expect([log.entries(), stateOf(seq)]).toEqual([before, 'intact']);
  });

  it('refuses free text where the record would keep it for ever, and more or less than one target', async () => {
    const { seq } = log.append(note('x'));
    for (const input of [{ seqs: [seq], reason: 'because' }, { seqs: [seq], basis: 'the law' }, { seqs: [seq], request: 'João da Silva' }, { seqs: [seq], subject: 'x' }, {}, { seqs: [] }]) {
      await expect(erase(input as Partial<EraseInput>)).rejects.toThrow(/Invalid|not a|letters|only one|small/i);
    }
    expect(stateOf(seq)).toBe('intact');
  });

  it('does not make a payload that went by itself look erased', async () => {
    const { seq } = log.append(note('x'));
    sql(`DROP TRIGGER payloads_go_only_by_a_recorded_erasure; DELETE FROM payloads WHERE seq = ${seq}`);
    await expect(erase({ seqs: [seq] })).rejects.toMatchObject({ code: 'LOG_DAMAGED', data: { seq } });
  });

  it('keeps in the record that what it erased had been changed before, and takes the words of the original out all the same', async () => {
    const { seq } = log.append(note('original wording'));
    sql(`DROP TRIGGER payloads_change_only_their_wrapped_key; UPDATE payloads SET body = '{"text":"changed"}' WHERE seq = ${seq}`);
    const result = await erase({ seqs: [seq] });
    expect(result.altered).toEqual([seq]);
    expect(log.show(result.events[0] ?? -1).entry.payload).toMatchObject({ altered: [seq] });
    expect(log.list({ filter: { text: 'wording' } }).total).toBe(0);
    expect(readFileSync(path, 'latin1')).not.toContain('wording');
  });

  it('works although the full-text index is damaged, and mends it', async () => {
    const { seq } = log.append(note('delta'));
    log.append(note('echo'));
    sql("UPDATE search_data SET block = x'00' WHERE id > 10");
    await erase({ seqs: [seq] });
    expect(stateOf(seq)).toBe('erased');
    expect(log.list({ filter: { text: 'echo' } }).total).toBe(1);
  });

  it('goes by pieces of a thousand, each with its own event', async () => {
    const seqs = log.appendMany(Array.from({ length: 2500 }, (_, i) => note(`number ${i}`))).map(({ seq }) => seq);
    const result = await erase({ seqs });
    expect(result.events).toHaveLength(3);
    expect(result.entries).toBe(2500);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 2500 } });
  }, 60_000);

  it('leaves nothing half done when it is stopped in a transaction', async () => {
    const { seq } = log.append(note('foxtrot', { subject: 'Ana' }));
    sql(`CREATE TRIGGER stop BEFORE UPDATE OF name ON names BEGIN SELECT RAISE(ABORT, 'stopped here'); END`);
    const before = log.entries();
    await expect(erase({ subject: 'Ana' })).rejects.toThrow(/stopped here/);
    expect([log.entries(), stateOf(seq), log.list({ filter: { text: 'foxtrot' } }).total, log.list({ filter: { subject: 'Ana' } }).total]).toEqual([before, 'intact', 1, 2]);
    sql('DROP TRIGGER stop');
    log.checkpoints.sign();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 0 } });
  });

  it('is not possible on a log that is only read', async () => {
    const { seq } = log.append(note('x'));
    const { log: reading } = openTestLog({ files, path, clock, readOnly: { temporaryFolder: folder.path }, begin: false });
    await expect(reading.erasures.erase({ ...grounds, seqs: [seq] })).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    reading.close();
  });
});

describe('erasing a subject', () => {
  it('takes its name, the entry that introduced it, and what entries about it hold; the opaque id stays', async () => {
    const seqs = log.appendMany([note('one', { subject: 'Ana' }), note('two', { subject: 'Ana' }), note('other', { subject: 'Bia' })]).map(({ seq }) => seq);
    const { subject } = log.show(seqs[0] ?? -1).header;
    const result = await erase({ subject: 'Ana' });
    expect(result).toMatchObject({ entries: 3, names: 1, kept: [] });
    expect(result.events).toHaveLength(1);
    expect(seqs.map((seq) => log.show(seq).entry)).toMatchObject([{ payloadState: 'erased', subject, subjectName: null }, { payloadState: 'erased', subjectName: null }, { payloadState: 'intact', subjectName: 'Bia' }]);
    expect(log.list({ filter: { subject: 'Ana' } }).total).toBe(0);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 3 } });
    await expect(erase({ subject: 'Ana' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(erase({ subject })).rejects.toMatchObject({ code: 'ERASED_ALREADY' });
    // The same name later is another id; what comes under the old one can still be erased.
    log.append(note('three', { subject: 'Ana' }));
    expect(log.show(log.entries() - 1).header.subject).not.toBe(subject);
  });

  it('takes the name alone when asked, and that of an actor always alone', async () => {
    const { seq } = log.append(note('stays', { subject: 'Ana', actor: 'Grace' }));
    const { header } = log.show(seq);
    expect(await erase({ subject: 'Ana', nameOnly: true })).toMatchObject({ entries: 1, names: 1 });
    expect(await erase({ actor: header.actor })).toMatchObject({ entries: 1, names: 1 });
    expect(log.show(seq).entry).toMatchObject({ payloadState: 'intact', payload: { text: 'stays' }, actorName: null, subjectName: null });
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 2 } });
  });

  it('takes a name with the entry that introduced it, when that entry is named', async () => {
    const { seq } = log.append(note('x', { subject: 'Ana' }));
    const introduced = entryOf('log.name-introduced')[0]?.seq ?? -1;
    expect(await erase({ seqs: [introduced] })).toMatchObject({ entries: 1, names: 1 });
    expect(log.show(seq).entry).toMatchObject({ payloadState: 'intact', subjectName: null });
    expect(await log.verify({})).toMatchObject({ kind: 'consistent' });
  });

  it('lets nobody mean more than one by a pattern', async () => {
    log.append(note('x', { subject: 'Ana' }));
    await expect(erase({ subject: 'A*' })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { kind: 'subject' } });
  });

  it('keeps what the record rests on, and says which and why', async () => {
    log.append({ action: 'log.namespace-declared', category: 'record', subject: 'lab', payload: { prefix: 'lab', schema: null } });
    const { seq } = log.append(note('x', { subject: 'lab' }));
    const result = await erase({ subject: 'lab' });
    expect(result).toMatchObject({ entries: 2, kept: [{ seq: seq - 1, action: 'log.namespace-declared', why: 'about-the-record' }] });
    expect(stateOf(seq - 1)).toBe('intact');
  });

  it('takes in what another process adds about it meanwhile, and the name last', async () => {
    log.appendMany(Array.from({ length: 1500 }, (_, i) => note(`n ${i}`, { subject: 'Ana' })));
    const { log: other } = openTestLog({ files, path, clock, begin: false });
    let added = -1;
    const stop = log.onGrowth(() => {
      if (added < 0) added = other.append(note('late', { subject: 'Ana' })).seq;
    });
    const result = await erase({ subject: 'Ana' });
    stop();
    other.close();
    expect(added).toBeGreaterThan(0);
    expect(stateOf(added)).toBe('erased');
    expect(result.entries).toBe(1502);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 1502 } });
  }, 60_000);

  it('can be asked for again, by the same name, after a stop between two transactions', async () => {
    log.appendMany(Array.from({ length: 1500 }, (_, i) => note(`n ${i}`, { subject: 'Ana' })));
    const stop = new AbortController();
    const end = log.onGrowth(() => stop.abort());
    await expect(log.erasures.erase({ ...grounds, subject: 'Ana' }, { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    end();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 1000 } });
    expect(await erase({ subject: 'Ana' })).toMatchObject({ entries: 501, names: 1 });
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 1501 } });
  }, 60_000);
});

describe('the report of an erasure', () => {
  it('is a private file that says what, why, what stays and what could not be reached, and holds nothing of what was erased', async () => {
    const seqs = log.appendMany([note('golf golf', { subject: 'Ana Lima' }), note('golf two', { subject: 'Ana Lima' })]).map(({ seq }) => seq);
    const exported = log.append({ action: 'access.log-exported', category: 'access', payload: { entries: 3, format: 'jsonl' } }).seq;
    const keys = log.append({ action: 'keys.exported', category: 'access', payload: {} }).seq;
    const result = await erase({ subject: 'Ana Lima', request: 'R-7' });
    const { path: reportPath, text } = result.report;
    expect(dirname(reportPath ?? '')).toBe(folder.at('reports'));
    expect(basename(reportPath ?? '')).toBe('2026-11-21T00-00-00.000Z-erasure.md');
    expect(readFileSync(reportPath ?? '', 'utf8')).toBe(text);
    expect(Number(files.stat(reportPath ?? '')?.mode)).toBe(0o600);
    for (const said of ['LGPD art. 18, VI', 'the person concerned asked for it', 'R-7', `Entry ${exported}`, `Entry ${keys}`, 'payload-keys.json', 'Flash storage', folder.path, `(${(seqs[0] ?? 0) - 1}-${seqs[1]})`]) expect(text).toContain(said);
    expect(text).not.toMatch(/golf|Ana|Lima/);
    expect(text).not.toMatch(/[{}]/);
    expect(result.outOfReach).toMatchObject({ exports: [{ seq: exported }], keyExports: [{ seq: keys }], openings: [] });
  });

  it('is written in Portuguese as well, with every fact of the English one', async () => {
    const { seq } = log.append(note('x'));
    const { report } = await erase({ seqs: [seq], language: 'pt-BR' });
    for (const said of ['# Relatório de apagamento', 'a pessoa titular pediu', 'LGPD art. 18, VI: eliminação', `(${seq})`, 'Memórias flash']) expect(report.text).toContain(said);
    expect(report.text).not.toMatch(/[{}]/);
  });

  it('names openings of an erased entry and exports that may have held it, and leaves out those that did not', async () => {
    const [mine, other] = log.appendMany([1, 2].map((value): NewEvent => ({ action: 'app.measured', category: 'metrics', payload: { value } }))).map(({ seq }) => seq);
    const opened = await log.sealed.open({ seqs: [mine ?? -1], purpose: 'x' });
    await log.sealed.open({ seqs: [other ?? -1], purpose: 'x' });
    const searched = await log.sealed.search({ filter: { text: '1' }, purpose: 'x' });
    await log.sealed.search({ filter: { text: '2' }, purpose: 'x' });
    expect((await erase({ seqs: [mine ?? -1], dryRun: true })).outOfReach.openings.map(({ seq }) => seq)).toEqual([opened.event, searched.event]);
  });

  it('lists copies that an update left, with the day they go', async () => {
    const { seq } = log.append(note('x'));
    files.close(files.open(folder.at('log.db.before-2-0123abcd'), 'wx'));
    const { outOfReach, report } = await erase({ seqs: [seq] });
    expect(outOfReach.migrationCopies).toEqual([{ path: folder.at('log.db.before-2-0123abcd'), until: expect.stringMatching(/^\d{4}-/) }]);
    expect(report.text).toContain('log.db.before-2-0123abcd');
  });

  it('lists cold packages that reach back as far as the oldest of what was erased, oldest first, and those that are being made', async () => {
    const seqs = log.appendMany([note('a'), note('b')]).map(({ seq }) => seq) as [number, number];
    const made = (name: string, createdAt: string, events: number | null, sealed = false) => ({ path: `/backups/${name}`, createdAt, events, sealed });
    const later = made('later.tar.gz', '2026-11-21T00:00:02.000Z', seqs[1] + 1);
    const sealed = made('sealed.tar.gz.age', '2026-11-21T00:00:01.000Z', seqs[0] + 1, true);
    const before = made('before.tar.gz', '2026-11-20T00:00:00.000Z', seqs[0]);
    const making = made('making.tar.gz', '2026-11-21T00:00:03.000Z', null);
    const packages = (): (typeof later)[] => [later, before, making, sealed];
    const { outOfReach } = await log.erasures.erase({ ...grounds, seqs, dryRun: true }, { packages });
    expect(outOfReach.packages).toEqual([sealed, later, making]);
    const { report } = await log.erasures.erase({ ...grounds, seqs }, { packages });
    const lines = report.text.split('\n').filter((line) => line.includes('/backups/'));
    expect(lines).toEqual([expect.stringContaining('sealed.tar.gz.age: a sealed cold package of'), expect.stringContaining(`later.tar.gz: a cold package of`), expect.stringContaining('making.tar.gz: a cold package that was being made')]);
    expect(lines[1]).toContain(`the first ${seqs[1] + 1} entries`);
    const again = log.append(note('c')).seq;
    expect((await erase({ seqs: [again], language: 'pt-BR' })).outOfReach.packages).toEqual([]);
  });

  it('does not overwrite the one before, and an erasure stands although none can be written', async () => {
    const seqs = log.appendMany([note('a'), note('b'), note('c')]).map(({ seq }) => seq);
    const paths = [(await erase({ seqs: [seqs[0] ?? -1] })).report.path, (await erase({ seqs: [seqs[1] ?? -1] })).report.path];
    expect(new Set(paths).size).toBe(2);
    files.removeTree(folder.at('reports'));
    files.close(files.open(folder.at('reports'), 'wx'));
    const result = await erase({ seqs: [seqs[2] ?? -1] });
    expect(result.report.path).toBeNull();
    expect(result.report.text).toContain('Erasure report');
    expect(stateOf(seqs[2] ?? -1)).toBe('erased');
  });
});
