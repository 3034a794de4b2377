import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../contract/log.ts';
import { createNodeFiles } from '../../adapters/files.ts';
import { isVarveError, type VarveError } from '../kit/errors.ts';
import { openDatabase } from '../store/index.ts';
import { createTestFolder, type TestFolder } from '../store/testing.ts';
import { builtInActions } from './actions.ts';
import { createHasher, genesisHash } from './hash.ts';
import { createLogApi, type EventLog, type NewEvent } from './index.ts';
import { categoryRules } from './model.ts';
import { logMigrations } from './schema.ts';
import { openTestLog, testHomeId } from './testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: ReturnType<typeof openTestLog>['clock'];
let path: string;

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log, clock } = openTestLog({ files, path }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const note = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({ action: 'app.noted', category: 'note', payload: { text }, ...more });
const refusal = (work: () => unknown): VarveError['data'] | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVENT_REFUSED') return error.data;
    throw error;
  }
};
const owner = { actor: 'ada', scope: 'owner' } as const;

describe('appending', () => {
  it('numbers from 0 and chains each header to the one before', () => {
    log.append(note('one'));
    log.append(note('two'));
    const hasher = createHasher();
    let previous = genesisHash(`varve/${testHomeId}`);
    for (let seq = 0; seq < log.entries(); seq++) {
      const shown = log.show(seq);
      const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log', readOnly: true });
      const text = db.prepare('SELECT header FROM entries WHERE seq = ?').get<{ header: string }>(seq)?.header ?? '';
      db.close();
      expect(JSON.parse(text)).toEqual(shown.header);
      expect(shown.previousHash).toBe(previous);
      expect(shown.header.prev).toBe(previous);
      previous = hasher.chain(previous, text);
      expect(shown.entry.hash).toBe(previous);
      expect(shown.header.seq).toBe(seq);
    }
    expect(log.head()).toEqual({ seq: log.entries() - 1, hash: previous });
  });

  it('opens the commitment of every payload it shows, and gives the salt away for plain categories', () => {
    const { seq } = log.append(note('one'));
    const { entry, header, salt } = log.show(seq);
    expect(entry.payloadState).toBe('intact');
    expect(entry.payload).toEqual({ text: 'one' });
    expect(createHasher().commit(salt ?? '', '{"text":"one"}')).toBe(header.payload?.commit);
    const other = log.show(log.append(note('one')).seq);
    expect(other.salt).not.toBe(salt);
    expect(other.header.payload?.commit).not.toBe(header.payload?.commit);
  });

  it('takes its time from the clock, also when that goes back', () => {
    const first = log.append(note('later'));
    clock.advance(-3_600_000);
    const second = log.append(note('earlier'));
    expect(first.ts).toBe('2026-11-21T00:00:00.000Z');
    expect(second.ts).toBe('2026-11-20T23:00:00.000Z');
  });

  it('appends an id once, alone or within a batch, and says where it is', () => {
    const id = '018f0000-0000-7000-8000-000000000001';
    const [first, again] = log.appendMany([note('x', { id }), note('x', { id })]);
    expect(again).toEqual(first);
    expect(log.append(note('x', { id }))).toEqual(first);
    expect(log.entries()).toBe((first?.seq ?? 0) + 1);
    expect(refusal(() => log.append({ ...note('x'), action: 'app.other', id }))).toMatchObject({ field: 'id' });
  });

  it('writes a batch whole or not at all', () => {
    const before = log.entries();
    expect(refusal(() => log.appendMany([note('good'), note('bad', { level: 'loud' as never })]))).toMatchObject({ field: 'level' });
    const id = log.append(note('taken')).id;
    expect(refusal(() => log.appendMany([note('good', { subject: 'new thing' }), { ...note('clash'), action: 'app.other', id }]))).toMatchObject({ field: 'id' });
    expect(log.entries()).toBe(before + 1);
    expect(log.list({ filter: { subject: 'new thing' } }).total).toBe(0);
  });

  it.each<[string, Partial<Record<keyof NewEvent | 'extra', unknown>>]>([
    ['an unknown field', { extra: 1 }],
    ['an action in upper case', { action: 'App.noted' }],
    ['an action with a line break at its end', { action: 'app.noted\n' }],
    ['a category that does not exist', { category: 'misc' }],
    ['a category that is a property of objects', { category: 'constructor' }],
    ['an empty actor', { actor: '' }],
    ['a subject of half a character', { subject: 'x\ud800' }],
    ['a trace that is not hexadecimal', { trace: 'not a trace' }],
    ['an id of another version', { id: '018f0000-0000-4000-8000-000000000001' }],
    ['a payload that is not JSON', { payload: { a: () => 1 } }]
  ])('refuses %s and leaves nothing behind', (_name, change) => {
    const before = log.entries();
    expect(refusal(() => log.append({ ...note('x'), ...change } as NewEvent))).toBeDefined();
    expect(log.entries()).toBe(before);
  });

  it('refuses a built-in action with a wrong category or a payload of another shape', () => {
    expect(refusal(() => log.append({ action: 'log.verified', category: 'app', payload: { verdict: 'consistent', entries: 1 } }))).toMatchObject({ field: 'category' });
    expect(refusal(() => log.append({ action: 'home.closed', category: 'home', payload: { version: '1', host: 'cli', extra: 1 } }))).toMatchObject({ field: 'payload' });
    expect(refusal(() => log.append({ action: 'home.closed', category: 'home' }))).toBeDefined();
  });

  it('leaves undefined members out of built-in payloads, and refuses them in others', () => {
    const { seq } = log.append({ action: 'home.closed', category: 'home', payload: { version: '1', host: 'cli', openMs: undefined } });
    expect(log.show(seq).entry.payload).toEqual({ version: '1', host: 'cli' });
    expect(refusal(() => log.append(note('x', { payload: { a: undefined } })))).toMatchObject({ field: 'payload/a' });
  });

  it('keeps names out of headers', () => {
    log.append(note('x', { actor: 'Grace Hopper', subject: 'plan:thesis' }));
    const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log', readOnly: true });
    const headers = db.prepare('SELECT group_concat(header) AS text FROM entries').get<{ text: string }>()?.text ?? '';
    db.close();
    expect(headers).not.toMatch(/Grace|thesis|"ada"/);
  });

  it('introduces each name once, by an event whose payload holds it, before the event that needs it', () => {
    const first = log.append(note('x', { actor: 'Grace', subject: 'plan:thesis' }));
    const second = log.append(note('y', { actor: 'Grace', subject: 'plan:thesis' }));
    expect(second.seq).toBe(first.seq + 1);
    const introductions = log.list({ filter: { action: 'log.name-introduced' }, order: 'oldest' }).entries;
    expect(introductions.map((entry) => entry.payload)).toEqual([
      { kind: 'actor', name: 'ada' },
      { kind: 'actor', name: 'Grace' },
      { kind: 'subject', name: 'plan:thesis' }
    ]);
    const { entry } = log.show(second.seq);
    expect(entry).toMatchObject({ actorName: 'Grace', subjectName: 'plan:thesis' });
    expect(entry.actor).toMatch(/^a[0-9a-f]{16}$/);
    expect(entry.subject).toMatch(/^s[0-9a-f]{16}$/);
    expect(introductions[2]?.subject).toBe(entry.subject);
  });

  it('makes a file that only its owner can read', () => expect(statSync(path).mode & 0o777).toBe(0o600));

  it('keeps one chain when four processes append at the same time', async () => {
    const program = join(import.meta.dirname, 'concurrency.child.ts');
    const codes = await Promise.all(
      ['a', 'b', 'c', 'd'].map(
        (name) =>
          new Promise<{ code: number | null; output: string }>((resolve) => {
            const child = spawn(process.execPath, [program, path, name, '250'], { stdio: ['ignore', 'pipe', 'pipe'] });
            let output = '';
            child.stdout.on('data', (data) => (output += data));
            child.stderr.on('data', (data) => (output += data));
            child.on('close', (code) => resolve({ code, output }));
          })
      )
    );
    for (const { code, output } of codes) expect(code, output).toBe(0);
    expect(log.list({ filter: { action: 'app.counted' } }).total).toBe(1000);
    for (const name of ['a', 'b', 'c', 'd']) {
      const mine = log.list({ filter: { subject: `child:${name}` , action: 'app.counted'}, order: 'oldest', limit: 1000 }).entries;
      expect(mine.map((entry) => (entry.payload as { i: number }).i)).toEqual(Array.from({ length: 250 }, (_, i) => i));
    }
    log.checkpoints.sign();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', entries: log.entries() - 1 });
  });
});

describe('outside callers', () => {
  it('may write app.* and what they declared, and learn what to do otherwise', () => {
    expect(log.appendFromOutside({ action: 'app.started', payload: 1 }, owner).seq).toBeGreaterThan(0);
    expect(refusal(() => log.appendFromOutside({ action: 'lab.run' }, owner))).toMatchObject({ field: 'action', reason: expect.stringContaining('declare "lab"') });
    log.declareNamespace('lab');
    expect(log.appendFromOutside({ action: 'lab.run' }, owner).seq).toBeGreaterThan(0);
  });

  it('can never write one of Varve\'s own actions', () => {
    for (const [action, rule] of Object.entries(builtInActions)) {
      expect(refusal(() => log.appendFromOutside({ action, category: 'app', payload: {} }, owner)), action).toMatchObject({ field: 'action', reason: expect.stringContaining(`app.${action}`) });
      if (!categoryRules[rule.category].open) expect(refusal(() => log.appendFromOutside({ action: 'app.x', category: rule.category }, owner)), action).toMatchObject({ field: 'category' });
    }
    expect(refusal(() => log.appendFromOutside({ action: 'job.finished' }, owner))).toBeDefined();
  });

  it('must meet the schema of their namespace', () => {
    log.declareNamespace('lab', { type: 'object', properties: { ph: { type: 'number', minimum: 0, maximum: 14 } }, required: ['ph'], additionalProperties: false });
    expect(log.appendFromOutside({ action: 'lab.measured', payload: { ph: 7 } }, owner).seq).toBeGreaterThan(0);
    expect(refusal(() => log.appendFromOutside({ action: 'lab.measured', payload: { ph: 15 } }, owner))).toMatchObject({ field: 'payload/ph' });
    expect(refusal(() => log.appendFromOutside({ action: 'lab.measured', payload: { ph: 7, x: 1 } }, owner))).toBeDefined();
    expect(refusal(() => log.appendFromOutside({ action: 'lab.measured' }, owner))).toBeDefined();
  });

  it('see the declaration as an event, and in the list of namespaces after a restart', () => {
    const schema = { type: 'string' };
    log.declareNamespace('lab', schema, 'ada');
    expect(log.list({ filter: { action: 'log.namespace-declared' } }).entries[0]?.payload).toEqual({ prefix: 'lab', schema });
    log.close();
    ({ log } = openTestLog({ files, path }));
    expect(log.namespaces()).toContainEqual({ prefix: 'lab', builtIn: false, open: true, schema });
    expect(log.namespaces()).toContainEqual({ prefix: 'app', builtIn: true, open: true, schema: null });
    expect(log.namespaces()).toContainEqual({ prefix: 'snapshot', builtIn: true, open: false, schema: null });
  });

  it.each<[string, string, unknown]>([
    ['a prefix that is Varve\'s', 'snapshot', undefined],
    ['a prefix kept for later', 'job', undefined],
    ['the open prefix', 'app', undefined],
    ['a prefix with a dot', 'lab.x', undefined],
    ['a schema that is no object', 'lab', [1]],
    ['a schema with an unknown type', 'lab', { type: 'strnig' }],
    ['a schema with a broken pattern', 'lab', { type: 'string', pattern: '(' }],
    ['a schema with a pattern that never ends', 'lab', { type: 'string', pattern: '^(a+)+$' }],
    ['a schema with a pattern inside', 'lab', { type: 'object', properties: { a: { anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'string', pattern: '^a$' } }] } } }],
    ['a schema with a pattern that is referred to', 'lab', { $ref: '#/$defs/a', $defs: { a: { type: 'string', pattern: '^a$' } } }],
    ['a schema with patterns for keys', 'lab', { type: 'object', patternProperties: { '^(a+)+$': { type: 'string' } } }],
    ['a schema with a reference to nowhere', 'lab', { $ref: '#/$defs/nowhere' }]
  ])('cannot declare %s', (_name, prefix, schema) => {
    expect(() => log.declareNamespace(prefix, schema)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(log.namespaces().some((row) => !row.builtIn)).toBe(false);
  });

  it('learn where a pattern stands and what to use instead; a property of that name is a name like any other', () => {
    try {
      log.declareNamespace('lab', { type: 'object', properties: { 'a/b': { type: 'string', pattern: '^a$' } } });
      expect.unreachable();
    } catch (error) {
      expect((error as VarveError).data).toEqual({ field: 'schema', reason: expect.stringMatching(/^"pattern" at #\/properties\/a~1b .*"enum"/) });
    }
    log.declareNamespace('lab', { type: 'object', properties: { pattern: { type: 'string', enum: ['stripes', 'dots'] }, patternProperties: { default: { pattern: '(a+)+' } } } });
    expect(log.appendFromOutside({ action: 'lab.seen', payload: { pattern: 'dots' } }, owner).seq).toBeGreaterThan(0);
  });

  it('of a namespace whose kept schema holds a pattern are told to declare it again', () => {
    log.declareNamespace('lab', { type: 'string' });
    const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log' });
    db.exec(`UPDATE namespaces SET schema = '{"pattern":"^(a+)+$","type":"string"}'`);
    db.close();
    expect(refusal(() => log.appendFromOutside({ action: 'lab.seen', payload: `${'a'.repeat(60)}!` }, owner))).toMatchObject({ field: 'action', reason: expect.stringContaining('declare "lab" again') });
  });

  it('with an append-only token cannot pass for the owner', () => {
    const program = { actor: 'token:robot', scope: 'append' } as const;
    const { seq } = log.appendFromOutside({ action: 'app.x', actor: 'ada' }, program);
    expect(log.show(seq).entry.actorName).toBe('ada (by token:robot)');
    expect(log.show(log.appendFromOutside({ action: 'app.x', actor: 'grace' }, owner).seq).entry.actorName).toBe('grace');
    expect(log.show(log.appendFromOutside({ action: 'app.x' }, program).seq).entry.actorName).toBe('token:robot');
  });

  it('declare only as the owner over the contract', async () => {
    const api = createLogApi({ log: () => log, tasks: { start: () => ({ taskId: 't' }) } });
    const context = { actor: 'x', via: 'api', scope: 'append', signal: undefined } as const;
    await expect(Promise.resolve(api.declareNamespace({ prefix: 'lab' }, context))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(Promise.resolve(api.verify({}, context))).resolves.toEqual({ taskId: 't' });
  });
});

describe('what triggers hold back', () => {
  const attempt = (sql: string): string => {
    const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log' });
    try {
      db.raw.exec(sql);
      return '';
    } catch (error) {
      return (error as Error).message;
    } finally {
      db.close();
    }
  };
  beforeEach(() => void log.append(note('kept')));

  it.each([
    "UPDATE entries SET hash = x'00' WHERE seq = 1",
    'DELETE FROM entries WHERE seq = 1',
    "INSERT OR REPLACE INTO entries (seq, hash, header) VALUES (1, x'00', 'y')",
    'DELETE FROM payloads WHERE seq = 1',
    "UPDATE payloads SET body = '1' WHERE seq = 1",
    "UPDATE payloads SET salt = hex(randomblob(32)) WHERE seq = 1",
    "INSERT OR REPLACE INTO payloads (seq, body, salt) SELECT seq, '1', salt FROM payloads WHERE seq = 1",
    // A pointer alone is not an erasure: the event it points to must name the entry.
    'INSERT INTO erased (seq, event) VALUES (1, 2); DELETE FROM payloads WHERE seq = 1'
  ])('%s', (sql) => expect(attempt(sql)).toMatch(/cannot be|can be deleted only|only the wrapped key/));

  it('lets a payload go that an erasure event names, and verification calls it erased', async () => {
    const { seq } = log.append(note('secret words'));
    const erasure = log.append({ action: 'log.erasure', category: 'record', payload: { seqs: [seq], reason: 'request', basis: 'LGPD 18 VI' } });
    expect(attempt(`INSERT INTO erased (seq, event) VALUES (${seq}, ${erasure.seq}); DELETE FROM search WHERE rowid = ${seq}; DELETE FROM payloads WHERE seq = ${seq}`)).toBe('');
    expect(attempt(`INSERT INTO erased (seq, event) VALUES (${seq - 1}, ${erasure.seq}); DELETE FROM payloads WHERE seq = ${seq - 1}`)).toMatch(/only when/);
    expect(log.show(seq).entry).toMatchObject({ payloadState: 'erased', payload: null });
    expect(log.list({ filter: { text: 'secret' } }).entries).toEqual([]);
    log.checkpoints.sign();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 1 } });
  });

  it('lets the payloads of a category and range go that a retention event names', async () => {
    const first = log.append(note('old')).seq;
    log.append({ action: 'app.other', category: 'app', payload: 1 });
    const last = log.append(note('old too')).seq;
    const { seq: event } = log.append({ action: 'log.retention', category: 'record', payload: { category: 'note', from: first, to: last, rule: 'test' } });
    for (const seq of [first, last]) expect(attempt(`INSERT INTO erased (seq, event) VALUES (${seq}, ${event}); DELETE FROM payloads WHERE seq = ${seq}`)).toBe('');
    expect(attempt(`INSERT INTO erased (seq, event) VALUES (${first + 1}, ${event}); DELETE FROM payloads WHERE seq = ${first + 1}`)).toMatch(/only when/);
    log.checkpoints.sign();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { erased: 2 } });
  });

  it('shows a payload as erased only when the event that is pointed to names the entry, by a payload that is the recorded one', () => {
    const old = log.append(note('old')).seq;
    const { seq: other } = log.append(note('about something else'));
    const { seq: erasure } = log.append({ action: 'log.erasure', category: 'record', payload: { seqs: [other], reason: 'request', basis: 'LGPD 18 VI' } });
    const { seq: retention } = log.append({ action: 'log.retention', category: 'record', payload: { category: 'note', from: old, to: old, rule: 'test' } });
    const { seq: wrongCategory } = log.append({ action: 'log.retention', category: 'record', payload: { category: 'app', from: 0, to: 100, rule: 'test' } });
    const without = "DROP TRIGGER IF EXISTS payloads_go_only_by_a_recorded_erasure; DROP TRIGGER IF EXISTS payloads_change_only_their_wrapped_key;";
    expect(attempt(`${without} DELETE FROM payloads WHERE seq = ${old}`)).toBe('');
    const state = (): string => log.show(old).entry.payloadState;
    expect(state()).toBe('missing');
    for (const [event, expected] of [[erasure, 'missing'], [other, 'missing'], [wrongCategory, 'missing'], [old, 'missing'], [9999, 'missing'], [retention, 'erased']] as const) {
      expect(attempt(`INSERT OR REPLACE INTO erased (seq, event) VALUES (${old}, ${event})`)).toBe('');
      expect(state(), `event ${event}`).toBe(expected);
      expect(log.list({}).entries.find((entry) => entry.seq === old)?.payloadState).toBe(expected);
    }
    // An erasure that was edited to name the entry does not open its commitment.
    expect(attempt(`${without} INSERT OR REPLACE INTO erased (seq, event) VALUES (${old}, ${erasure}); UPDATE payloads SET body = replace(body, '[${other}]', '[${old}]') WHERE seq = ${erasure}`)).toBe('');
    expect(state()).toBe('missing');
  });

  it('lets only the wrapped key of an encrypted payload change', () => {
    const sealed = "INSERT INTO payloads (seq, sealed, nonce, wrapped, kek) VALUES (900, x'00', zeroblob(12), x'01', 'k1'); ";
    expect(attempt(`${sealed} UPDATE payloads SET wrapped = x'02', kek = 'k2' WHERE seq = 900`)).toBe('');
    expect(attempt("UPDATE payloads SET sealed = x'09' WHERE seq = 900")).toMatch(/only the wrapped key/);
  });
});

describe('reading', () => {
  beforeEach(() => {
    for (let i = 0; i < 30; i++) {
      clock.advance(60_000);
      log.append({
        action: i % 3 === 0 ? 'app.measured' : 'app.noted', category: i % 2 === 0 ? 'note' : 'experiment', level: i % 10 === 0 ? 'warn' : 'info', actor: i % 5 === 0 ? 'grace' : 'ada',
        subject: `sample:${i % 4}`, payload: { text: `Calibração number${i} of gradient-${i % 7}`, i }
      });
    }
  });
  const mine = (entries: readonly LogEntry[]): number[] => entries.filter((entry) => entry.action.startsWith('app.')).map((entry) => (entry.payload as { i: number }).i);
  const all = Array.from({ length: 30 }, (_, i) => i);

  it.each<[string, Parameters<EventLog['list']>[0]['filter'], (i: number) => boolean]>([
    ['action', { action: 'app.measured' }, (i) => i % 3 === 0],
    ['start of an action', { action: 'app.*' }, () => true],
    ['category', { category: ['note'] }, (i) => i % 2 === 0],
    ['several categories', { category: ['note', 'experiment'] }, () => true],
    ['level', { level: ['warn', 'error'] }, (i) => i % 10 === 0],
    ['actor', { actor: 'grace', action: 'app.*' }, (i) => i % 5 === 0],
    ['subject', { subject: 'sample:3', action: 'app.*' }, (i) => i % 4 === 3],
    ['start of a subject', { subject: 'sample:*', actor: 'grace', action: 'app.*' }, (i) => i % 5 === 0],
    ['several at once', { category: ['note', 'experiment'], level: ['info'], action: 'app.noted', actor: 'ada' }, (i) => i % 10 !== 0 && i % 3 !== 0 && i % 5 !== 0],
    ['time', { action: 'app.*', since: '2026-11-21T00:05:00.000Z', until: '2026-11-21T00:10:00.000Z' }, (i) => i >= 4 && i < 9],
    ['words', { text: 'number7' }, (i) => i === 7],
    ['words without their accents', { text: 'calibracao' }, () => true],
    ['whole words only', { text: 'calibracao grad' }, () => false],
    ['the start of a word, when it says so', { text: 'grad* calib*' }, () => true],
    ['words and columns', { text: 'gradient-3', category: ['note'] }, (i) => i % 7 === 3 && i % 2 === 0],
    ['an actor nobody knows', { actor: 'nobody' }, () => false]
  ])('filters by %s, in both orders, page by page, with the right total', (_name, filter, expected) => {
    const wanted = all.filter(expected);
    for (const order of ['newest', 'oldest'] as const) {
      const seen: number[] = [];
      let cursor: number | null = null;
      let pages = 0;
      do {
        const page: ReturnType<EventLog['list']> = log.list({ filter, order, limit: 4, ...(cursor === null ? {} : order === 'newest' ? { before: cursor } : { after: cursor }) });
        expect(page.total).toBe(wanted.length);
        seen.push(...mine(page.entries));
        cursor = page.next;
        pages += 1;
      } while (cursor !== null && pages < 20);
      expect(seen).toEqual(order === 'newest' ? wanted.toReversed() : wanted);
    }
  });

  it.each(['"', "'", '*', '"*', '*" OR "a*', 'a*b*', 'a OR b', 'NEAR(a b)', 'body:x', '^x', '(', ')', '-x', 'a" OR "b', '{a} : b', 'x\0y', '%', '  ', '💥', 'AND', 'NOT', '\\', ';--'])('takes the text %j as words, never as a query', (text) => {
    expect(() => log.list({ filter: { text } })).not.toThrow();
  });

  it('keeps totals right while the log grows', () => {
    const filter = { category: ['note' as const] };
    expect(log.list({ filter }).total).toBe(15);
    log.append(note('more'));
    expect(log.list({ filter }).total).toBe(16);
    expect(log.list({ filter }).total).toBe(16);
    expect(log.list({ filter: { text: 'more' } }).total).toBe(1);
    log.append(note('more'));
    expect(log.list({ filter: { text: 'more' } }).total).toBe(2);
    expect(log.list({ filter: { actor: 'newcomer' } }).total).toBe(0);
    log.append(note('hi', { actor: 'newcomer' }));
    expect(log.list({ filter: { actor: 'newcomer' } }).total).toBe(2); // with its introduction
    expect(log.list({}).total).toBe(log.entries());
  });

  it('says when an entry does not exist', () => expect(() => log.show(10_000)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' })));
});

describe('following', () => {
  it('gives what is there after a place, then what comes, from this process and from others, and ends with the signal', async () => {
    const start = log.entries();
    log.append(note('before'));
    const stop = new AbortController();
    const seen: string[] = [];
    const done = (async () => {
      for await (const entry of log.tail({ category: ['note'] }, start - 1, stop.signal)) seen.push((entry.payload as { text: string }).text);
    })();
    const until = async (count: number): Promise<void> => {
      for (let i = 0; i < 200 && seen.length < count; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(seen).toHaveLength(count);
    };
    await until(1);
    log.append(note('own'));
    await until(2);
    log.append({ action: 'app.other', category: 'app' });
    const other = openTestLog({ files, path });
    other.log.append(note('of another connection'));
    other.log.close();
    expect(seen).toHaveLength(2);
    clock.advance(250);
    await until(3);
    stop.abort();
    await done;
    expect(seen).toEqual(['before', 'own', 'of another connection']);
  });

  it('starts at the end when no place is given, and ends when the log closes', async () => {
    log.append(note('past'));
    const seen: number[] = [];
    const tail = log.tail({}, undefined, undefined);
    const done = (async () => {
      for await (const entry of tail) seen.push(entry.seq);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    const { seq } = log.append(note('new'));
    await new Promise((resolve) => setImmediate(resolve));
    log.close();
    await done;
    expect(seen).toEqual([seq]);
    ({ log } = openTestLog({ files, path }));
  });
});
