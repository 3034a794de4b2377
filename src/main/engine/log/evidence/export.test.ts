// Writing evidence: one new file or none, one state of the log, and the record says who took it.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VarveError } from '../../kit/errors.ts';
import type { EventLog } from '../index.ts';
import { createTestKeys, openTestLog } from '../testing.ts';
import { formatLastLine } from './bundle-format.ts';
import { bundleOf, code, createWorkshop, files, fill, takeApart, testVkey, verify, type Workshop } from './testing.ts';
import { verifyEvidenceFile } from './verify-file.ts';

let shop: Workshop;
beforeAll(() => {
  shop = createWorkshop();
});
afterAll(() => shop.remove());

const ada = 'ada';

describe('writing', () => {
  it('a bundle makes one new file, whole, that verifies by its path alone', async () => {
    const log = shop.open('file.db');
    fill(log, 1200);
    const path = shop.at('one.varve-evidence');
    const seen: number[] = [];
    const report = await log.evidence.bundle({ path }, ada, { onProgress: (done) => seen.push(done) });
    expect(report).toMatchObject({ path, uncovered: 0, entries: report.size, bytes: readFileSync(path).length });
    expect(seen.length).toBeGreaterThan(3);
    const run = { pause: () => Promise.resolve() };
    expect(await verifyEvidenceFile(files, path, { keys: [testVkey()] }, run)).toMatchObject({ verdict: 'verified', complete: true, entries: report.entries });
    expect(readFileSync(path, 'utf8').endsWith(formatLastLine(report.entries, takeApart(readFileSync(path, 'utf8')) && /"sha256":"([0-9a-f]+)"/.exec(readFileSync(path, 'utf8').slice(-150))![1]!))).toBe(true);
    expect(await code(() => log.evidence.bundle({ path }, ada, {}))).toBe('CONFLICT');
    expect(await code(() => log.evidence.bundle({ path: shop.at('no/folder/x') }, ada, {}))).toBe('PATH_MISSING');
    expect(readdirSync(shop.folder).filter((name) => name.includes('.tmp-'))).toEqual([]);
    log.close();
  });
  it('that is stopped leaves nothing', async () => {
    const log = shop.open('stopped.db');
    fill(log, 1200);
    const stop = new AbortController();
    const path = shop.at('stopped.varve-evidence');
    expect(await code(() => log.evidence.bundle({ path }, ada, { signal: stop.signal, onProgress: (done) => done > 400 && stop.abort() }))).toBe('CANCELLED');
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(shop.folder).filter((name) => name.includes('.tmp-'))).toEqual([]);
    log.close();
  });
  it('sees the log as it was when it began, whatever is appended meanwhile', async () => {
    const log = shop.open('grows.db');
    fill(log, 1200);
    let more = 0;
    const path = shop.at('grows.varve-evidence');
    const { size } = await log.evidence.bundle({ path, filter: { category: ['note'] } }, ada, { onProgress: () => void (more++ < 3 && log.append({ action: 'app.noted', category: 'note', payload: {} })) });
    expect(more).toBeGreaterThan(2);
    expect(log.entries()).toBeGreaterThan(size + 2);
    expect((await verify(readFileSync(path, 'utf8'), { keys: [testVkey()] })).verdict).toBe('verified');
    log.close();
  });
  it('without keys takes the newest checkpoint and says how many entries it does not cover', async () => {
    const log = shop.open('locked.db');
    fill(log, 5);
    const { size } = log.checkpoints.sign();
    log.close();
    const locked = shop.open('locked.db', { ...createTestKeys(), open: () => undefined });
    fill(locked, 4);
    const report = await locked.evidence.bundle({ path: shop.at('locked.varve-evidence') }, ada, {});
    expect(report).toMatchObject({ size, entries: size, uncovered: 4 });
    locked.close();
    const never = shop.open('never.db', { ...createTestKeys(), open: () => undefined });
    expect(await code(() => bundleOf(never))).toBe('VAULT_LOCKED');
    never.close();
  });
  it('from a log whose payload was edited says so, and hands out its commitments alone', async () => {
    const log = shop.open('edited.db');
    fill(log, 10);
    const db = new BetterSqlite3(shop.at('edited.db'));
    db.exec('DROP TRIGGER payloads_change_only_their_wrapped_key');
    db.prepare("UPDATE payloads SET body = '{}' WHERE seq = 4").run();
    db.close();
    expect(await code(() => bundleOf(log))).toBe('LOG_DAMAGED');
    expect((await verify(await bundleOf(log, { disclosure: 'commitments' }), { keys: [testVkey()] })).verdict).toBe('verified');
    log.close();
  });
  it('from a log whose header was edited does not happen at all', async () => {
    const log = shop.open('bent.db');
    fill(log, 10);
    const db = new BetterSqlite3(shop.at('bent.db'));
    db.exec('DROP TRIGGER entries_are_not_changed');
    db.prepare(`UPDATE entries SET header = replace(header, '"level":"info"', '"level":"warn"') WHERE seq = 5`).run();
    db.close();
    expect(await code(() => bundleOf(log, { disclosure: 'commitments' }))).toBe('LOG_DAMAGED');
    log.close();
  });
  it('is not done from a log that is only read, for it could not be recorded', async () => {
    const log = shop.open('closed.db');
    log.close();
    const { log: readOnly } = openTestLog({ files, path: shop.at('closed.db'), begin: false, readOnly: { temporaryFolder: shop.folder } });
    expect(await code(() => bundleOf(readOnly))).toBe('NOT_WRITABLE');
    expect(await code(() => readOnly.evidence.prove({ seq: 0 }, ada))).toBe('NOT_WRITABLE');
    readOnly.close();
  });
});

describe('encrypted contents', () => {
  let log: EventLog;
  let secret: number;
  beforeAll(() => {
    mkdirSync(shop.at('sealed'));
    log = shop.open('sealed/log.db');
    fill(log, 5);
    secret = log.append({ action: 'app.measured', category: 'metrics', payload: { secretword: 'zweihundertsieben' } }).seq;
    fill(log, 5);
  });
  afterAll(() => log.close());
  const exported = (): unknown => log.list({ filter: { action: 'access.evidence-exported' } }).entries[0]?.payload;

  it('stay withheld, whoever asks for contents', async () => {
    for (const request of [{}, { filter: { category: ['metrics' as const] } }]) {
      const bundle = await bundleOf(log, { ...request, purpose: 'review' });
      expect(bundle).not.toContain('zweihundertsieben');
      expect((await verify(bundle, { keys: [testVkey()] })).payloads.withheld).toBe(1);
      expect(exported()).not.toHaveProperty('protected');
    }
    expect((await log.evidence.prove({ seq: secret }, ada)).text).not.toContain(Buffer.from('zweihundertsieben').toString('base64').slice(2, 20));
  });
  it('are opened when they are asked for with a purpose, and the record says so', async () => {
    for (const request of [{}, { filter: { category: ['metrics' as const] } }]) {
      const bundle = await bundleOf(log, { ...request, protected: true, purpose: 'asked by the court' });
      expect(bundle).toContain('zweihundertsieben');
      const { payloads } = await verify(bundle, { keys: [testVkey()] });
      expect([payloads.withheld, payloads.locked, payloads.opened > 0]).toEqual([0, 0, true]);
      expect(exported()).toMatchObject({ kind: 'bundle', protected: 1, purpose: 'asked by the court' });
    }
    const { text } = await log.evidence.prove({ seq: secret, protected: true, purpose: 'asked by the court' }, ada);
    expect(Buffer.from(/^extra (.*)$/m.exec(text)![1]!, 'base64').toString()).toContain('zweihundertsieben');
    expect(exported()).toMatchObject({ kind: 'proof', protected: 1, seq: secret });
  });
  it('are not opened without a purpose, nor without keys', async () => {
    expect(await code(() => bundleOf(log, { protected: true }))).toBe('BAD_INPUT');
    expect(await code(() => log.evidence.prove({ seq: secret, protected: true, purpose: ' ' }, ada))).toBe('BAD_INPUT');
    const locked = shop.open('sealed/log.db', { ...createTestKeys(), open: () => undefined, load: () => Promise.reject(new VarveError('VAULT_LOCKED', 'locked', { path: 'vault' })) });
    expect(await code(() => bundleOf(locked, { protected: true, purpose: 'review' }))).toBe('VAULT_LOCKED');
    expect((await verify(await bundleOf(locked), { keys: [testVkey()] })).payloads.withheld).toBe(1);
    locked.close();
  });
  it('whose key is lost are called locked, and an altered one stops the export', async () => {
    mkdirSync(shop.at('lost'));
    const other = shop.open('lost/log.db');
    const { seq } = other.append({ action: 'app.measured', category: 'metrics', payload: { a: 1 } });
    const db = new BetterSqlite3(shop.at('lost/log.db'));
    db.exec('DROP TRIGGER payloads_change_only_their_wrapped_key');
    db.prepare("UPDATE payloads SET kek = 'metrics/1999-01-01' WHERE seq = ?").run(seq);
    expect((await verify(await bundleOf(other, { protected: true, purpose: 'x' }), { keys: [testVkey()] })).payloads).toMatchObject({ locked: 1, withheld: 0 });
    db.prepare('UPDATE payloads SET kek = (SELECT id FROM payload_keys), sealed = zeroblob(length(sealed)) WHERE seq = ?').run(seq);
    expect(await code(() => bundleOf(other, { protected: true, purpose: 'x' }))).toBe('LOG_DAMAGED');
    db.close();
    other.close();
  });
});
