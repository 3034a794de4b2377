import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { fail, VarveError } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog, LogKeys } from '../index.ts';
import { createTestClock, createTestKeys, openTestLog } from '../testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let keyPath: string;
let logs: EventLog[];

beforeEach(() => {
  folder = createTestFolder();
  keyPath = folder.at('payload-keys.json');
  logs = [];
});
afterEach(() => {
  for (const log of logs) log.close();
  folder.remove();
});

const clock = createTestClock();
const open = (options: Partial<Parameters<typeof openTestLog>[0]> = {}): EventLog => {
  const { log } = openTestLog({ files, path: folder.at('log.db'), clock, ...options });
  logs.push(log);
  return log;
};
const measured = (value: number) => ({ action: 'app.measured', category: 'metrics' as const, payload: { value } });
const ids = (): string[] => (JSON.parse(readFileSync(keyPath, 'utf8')) as { keys: { id: string }[] }).keys.map(({ id }) => id);
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof VarveError) return error.code;
    throw error;
  }
};

describe('keys of encrypted payloads', () => {
  it('are one for each category and UTC day, made at first use and used all day by every process', () => {
    const log = open();
    expect(existsSync(keyPath)).toBe(false);
    log.append(measured(1));
    const other = open({ begin: false });
    other.append(measured(2));
    log.append({ action: 'app.embedded', category: 'embeddings', payload: [0.1] });
    expect(ids()).toEqual(['metrics/2026-11-21', 'embeddings/2026-11-21']);
    clock.advance(24 * 3_600_000);
    other.append(measured(3));
    log.append(measured(4));
    expect(ids()).toEqual(['metrics/2026-11-21', 'embeddings/2026-11-21', 'metrics/2026-11-22']);
    clock.advance(-24 * 3_600_000);
  });

  it('lie in a private file that holds none of them in the clear', async () => {
    const log = open();
    log.append(measured(1));
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    const text = readFileSync(keyPath, 'utf8');
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['format', 'version', 'homeId', 'keys']);
    expect(text).not.toContain(Buffer.from(createTestKeys().open()?.sealingKey ?? []).toString('base64'));
  });

  it('are durable before the entry that they seal', () => {
    const order: string[] = [];
    const watched: Files = { ...files, rename: (from, to) => (order.push(`key file in place`), files.rename(from, to)), fsyncFolder: (path) => (order.push('folder synced'), files.fsyncFolder(path)) };
    const log = open({ files: watched });
    order.length = 0;
    const stop = log.onGrowth(() => order.push('entry recorded'));
    log.append(measured(1));
    stop();
    expect(order).toEqual(['key file in place', 'folder synced', 'entry recorded']);
  });

  it('that could not be written leave no entry behind, and the next one is sealed all the same', () => {
    let full = false;
    const log = open({ files: { ...files, write: (...args) => (full ? fail('NO_SPACE', 'no space', { path: '/' }) : files.write(...args)) } });
    const before = log.entries();
    full = true;
    expect(() => log.append(measured(1))).toThrow(/no space/);
    full = false;
    expect(log.entries()).toBe(before);
    expect(log.show(log.append(measured(2)).seq).header.payload?.enc).toBe('a256gcm');
  });

  it('that are made in a transaction that fails are used by the next one', () => {
    const log = open();
    const { id } = log.append({ action: 'app.x', category: 'app' });
    expect(() => log.appendMany([measured(1), { action: 'app.other', category: 'app', id }])).toThrow(/another action/);
    log.append(measured(2));
    expect(ids()).toEqual(['metrics/2026-11-21']);
  });

  it.each<[string, string, (text: string) => string]>([
    ['of a newer form', 'HOME_TOO_NEW', (text) => text.replace('"version": 1', '"version": 2')],
    ['of another home', 'HOME_DAMAGED', (text) => text.replace(/"homeId": "0/, '"homeId": "1')],
    ['cut short', 'HOME_DAMAGED', (text) => text.slice(0, 90)],
    ['empty', 'HOME_DAMAGED', () => ''],
    ['with a field nobody knows', 'HOME_DAMAGED', (text) => text.replace('"version": 1', '"version": 1, "more": 1')],
    ['with a key twice', 'HOME_DAMAGED', (text) => text.replace(/"keys": \[([^\]]*)\]/s, '"keys": [$1, $1]')],
    ['with a key that was changed', 'HOME_DAMAGED', (text) => text.replace(/"ciphertext": "../, '"ciphertext": "AA')]
  ])('in a file %s stop what would encrypt, with the reason, and the file stays as it is', (_name, code, change) => {
    open().append(measured(1));
    const changed = change(readFileSync(keyPath, 'utf8'));
    writeFileSync(keyPath, changed);
    const log = open({ begin: false });
    const before = log.entries();
    expect(codeOf(() => log.append(measured(2)))).toBe(code);
    expect(log.entries()).toBe(before);
    expect(readFileSync(keyPath, 'utf8')).toBe(changed);
    // What does not encrypt goes on.
    expect(log.append({ action: 'app.x', category: 'app', payload: 1 }).seq).toBe(before);
  });

  it('that were there and are gone are missing, and never made anew', async () => {
    const log = open();
    const { seq } = log.append(measured(1));
    clock.advance(24 * 3_600_000);
    const text = readFileSync(keyPath, 'utf8');
    rmSync(keyPath);
    expect(codeOf(() => log.append(measured(2)))).toBe('PAYLOAD_KEY_MISSING');
    expect(existsSync(keyPath)).toBe(false);
    clock.advance(-24 * 3_600_000);
    // A file that has other keys but not this one.
    writeFileSync(keyPath, text.replaceAll('metrics/', 'embeddings/'));
    expect(codeOf(() => log.append(measured(2)))).toBe('PAYLOAD_KEY_MISSING');
    expect(log.sealed.missingKeys()).toEqual(['metrics/2026-11-21']);
    expect(await log.sealed.open({ seqs: [seq], purpose: 'test' })).toMatchObject({ withoutKey: [seq], event: null, entries: [{ entry: { payloadState: 'locked' } }] });
    writeFileSync(keyPath, text);
    expect(log.sealed.missingKeys()).toEqual([]);
    expect(await log.sealed.open({ seqs: [seq], purpose: 'test' })).toMatchObject({ withoutKey: [], entries: [{ entry: { payloadState: 'intact', payload: { value: 1 } } }] });
  });

  it('that are locked keep an entry out, whole, and say what to do; other categories go on', async () => {
    const locked: LogKeys = { ...createTestKeys(), open: () => undefined, load: () => Promise.reject(new VarveError('VAULT_LOCKED', 'locked', { path: 'vault.json' })) };
    const log = open({ keys: locked });
    const before = log.entries();
    expect(codeOf(() => log.append({ ...measured(1), subject: 'new thing' }))).toBe('VAULT_LOCKED');
    expect(codeOf(() => log.appendMany([{ action: 'app.x', category: 'app' }, measured(1)]))).toBe('VAULT_LOCKED');
    await expect(log.sealed.prepare('metrics')).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(log.entries()).toBe(before);
    expect(log.list({ filter: { subject: 'new thing' } }).total).toBe(0);
    expect(existsSync(keyPath)).toBe(false);
    await log.sealed.prepare('app');
    log.append({ action: 'app.x', category: 'app', payload: 1 });
    // Without a payload there is nothing to encrypt.
    log.append({ action: 'app.tick', category: 'metrics' });
    expect(log.entries()).toBe(before + 2);
  });
});
