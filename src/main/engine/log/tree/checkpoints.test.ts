import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';
import type { EventLog } from '../index.ts';
import { RightEdge } from '../merkle/edge.ts';
import { leafHash } from '../merkle/hash.ts';
import { formatVkey, makeVkey, parseCheckpoint, parseNote, parseVkey, verifyNote } from '../note/index.ts';
import { createTestClock, createTestKeys, openTestLog, testHomeId } from '../testing.ts';
import type { LogKeys } from './keys.ts';

const files = createNodeFiles();
const origin = `varve/${testHomeId}`;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-tree-'));
  path = join(folder, 'log.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const note = (n: number) => ({ action: 'app.note', category: 'app' as const, payload: { n } });
const append = (log: EventLog, count: number): void => {
  for (let done = 0; done < count; done += 100) log.appendMany(Array.from({ length: Math.min(100, count - done) }, (_, i) => note(done + i)));
};

/** The root of the first `size` headers, computed anew from the rows. */
function rootOf(size: number): string {
  const db = new BetterSqlite3(path, { readonly: true });
  const edge = new RightEdge();
  for (const { header } of db.prepare('SELECT header FROM entries WHERE seq < ? ORDER BY seq').iterate(size) as IterableIterator<{ header: string }>) edge.append(leafHash(header));
  db.close();
  return Buffer.from(edge.root()).toString('base64');
}

/** Changes the file as anybody with sqlite3 could. */
function tamper(...sql: string[]): void {
  const db = new BetterSqlite3(path);
  for (const each of sql) db.exec(each);
  db.close();
}

describe('the tree', () => {
  it.each([2, 255, 256, 257, 700])('of a log with %i entries has the root of its headers', (size) => {
    const { log } = openTestLog({ files, path, begin: false });
    append(log, size - 1); // one more introduces the actor
    expect(log.entries()).toBe(size);
    expect(log.checkpoints.sign().root).toBe(rootOf(size));
    log.close();
  });

  it('reaches over more than one level of tiles', () => {
    const { log } = openTestLog({ files, path });
    append(log, 66_000);
    expect(log.checkpoints.sign().root).toBe(rootOf(log.entries()));
    log.close();
  }, 60_000);

  it('is made for a record from before it, in one pass', () => {
    const { log } = openTestLog({ files, path });
    append(log, 600);
    const { root, size } = log.checkpoints.sign();
    log.close();
    tamper('DROP TABLE leaves', 'DROP TABLE tiles', 'DROP TABLE checkpoints', 'DELETE FROM schema_migrations WHERE version = 2');
    const again = openTestLog({ files, path }).log;
    expect(again.checkpoints.sign()).toMatchObject({ root, size });
    again.close();
  });

  it('does not let the record go on after entries were taken away', () => {
    const { log } = openTestLog({ files, path });
    append(log, 10);
    log.close();
    tamper('DROP TRIGGER entries_are_not_deleted', 'DROP TRIGGER payloads_go_only_by_a_recorded_erasure', 'DELETE FROM entries WHERE seq > 5', 'DELETE FROM payloads WHERE seq > 5', 'DELETE FROM facts WHERE seq > 5');
    const again = openTestLog({ files, path, begin: false }).log;
    expect(() => again.append(note(0))).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
    again.close();
  });

  it('forgets what was undone: after a failed append the next ones have the root of what is there', () => {
    const { log } = openTestLog({ files, path });
    append(log, 200);
    const full: Clock = { ...createTestClock(), now: () => (calls++ < 100 ? Date.UTC(2026, 10, 21) : Number.NaN) };
    let calls = 0;
    const other = openTestLog({ files, path, begin: false, clock: full }).log;
    expect(() => other.appendMany(Array.from({ length: 150 }, (_, i) => note(-i)))).toThrow(expect.objectContaining({ code: 'EVENT_REFUSED' }));
    calls = 0;
    other.appendMany(Array.from({ length: 90 }, (_, i) => note(i)));
    expect(other.checkpoints.sign().root).toBe(rootOf(other.entries()));
    other.close();
    log.close();
  });

  it('keeps plain programs from changing its hashes', () => {
    const { log } = openTestLog({ files, path });
    append(log, 300);
    log.checkpoints.sign();
    log.close();
    for (const table of ['leaves', 'tiles']) {
      expect(() => tamper(`UPDATE ${table} SET hashes = zeroblob(32)`)).toThrow(/cannot be changed/);
      expect(() => tamper(`DELETE FROM ${table}`)).toThrow(/cannot be deleted/);
    }
    expect(() => tamper("UPDATE checkpoints SET note = ''")).toThrow(/cannot be changed/);
  });
});

describe('checkpoints', () => {
  it('are notes that the published key verifies, over origin, size and root', () => {
    const { log } = openTestLog({ files, path });
    append(log, 20);
    const checkpoint = log.checkpoints.sign();
    const parsed = parseNote(checkpoint.note);
    const key = parseVkey(log.checkpoints.signingKeys()[0]?.vkey ?? '');
    expect(verifyNote(parsed, [key])).toHaveLength(1);
    expect(parseCheckpoint(parsed.text)).toMatchObject({ origin, size: log.entries() });
    expect(checkpoint.root).toBe(rootOf(log.entries()));
    log.close();
  });

  it('come by themselves after a thousand entries, and not before', () => {
    const { log } = openTestLog({ files, path });
    append(log, 900);
    expect(log.checkpoints.latest()).toBeUndefined();
    append(log, 100);
    expect(log.checkpoints.latest()?.size).toBe(log.entries());
    append(log, 900);
    expect(log.checkpoints.list({ limit: 10 })).toHaveLength(1);
    append(log, 200);
    expect(log.checkpoints.list({ limit: 10 })).toHaveLength(2);
    log.close();
  });

  it('come after five minutes when there is something new, and at the end, and are not repeated', async () => {
    const { log, clock } = openTestLog({ files, path });
    const stop = log.checkpoints.keepSigned();
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await settled();
    expect(log.checkpoints.latest()?.size).toBe(log.entries());
    append(log, 3);
    clock.advance(5 * 60_000);
    await settled();
    expect(log.checkpoints.latest()?.size).toBe(log.entries());
    clock.advance(5 * 60_000);
    await settled();
    expect(log.checkpoints.list({ limit: 10 })).toHaveLength(2);
    append(log, 1);
    stop();
    expect(log.checkpoints.list({ limit: 10 })).toHaveLength(3);
    log.close();
  });

  it('are due for a short command only after a thousand entries or five minutes', async () => {
    const { log, clock } = openTestLog({ files, path });
    await log.checkpoints.signIfDue();
    append(log, 5);
    await log.checkpoints.signIfDue();
    expect(log.checkpoints.list({ limit: 10 })).toHaveLength(1);
    clock.advance(5 * 60_000);
    await log.checkpoints.signIfDue();
    expect(log.checkpoints.list({ limit: 10 })).toHaveLength(2);
    log.close();
  });

  it('are never signed over a tree that does not continue the last one', () => {
    const { log } = openTestLog({ files, path });
    append(log, 20);
    const before = log.checkpoints.sign();
    append(log, 5);
    log.close();
    tamper('DROP TRIGGER leaves_only_grow', 'UPDATE leaves SET hashes = zeroblob(length(hashes))');
    const again = openTestLog({ files, path, begin: false }).log;
    expect(() => again.checkpoints.sign()).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
    expect(again.checkpoints.latest()).toEqual(before);
    again.close();
  });

  it('are never continued from one that somebody else signed', () => {
    const { log } = openTestLog({ files, path, keys: { ...createTestKeys(), pinned: () => [makeVkey(origin, new Uint8Array(32).fill(77)).publicKey] } });
    append(log, 3);
    log.close();
    const ours = openTestLog({ files, path, begin: false }).log;
    ours.checkpoints.sign();
    ours.close();
    const foreign = openTestLog({ files, path, begin: false, keys: { ...createTestKeys(), pinned: () => [makeVkey(origin, new Uint8Array(32).fill(77)).publicKey] } }).log;
    expect(() => foreign.checkpoints.sign()).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
    foreign.close();
  });

  it('wait for the keys; the record grows without them and says why it is not signed', async () => {
    const locked: LogKeys = { ...createTestKeys(), open: () => undefined, load: () => Promise.reject(new VarveError('VAULT_LOCKED', 'locked', { path: 'vault.json' })) };
    const { log } = openTestLog({ files, path, keys: locked });
    append(log, 1200);
    await log.checkpoints.signIfDue();
    expect(log.checkpoints.latest()).toBeUndefined();
    expect(log.checkpoints.failure?.code).toBe('VAULT_LOCKED');
    log.close();
  });
});

describe('a signing key', () => {
  it('is changed by an event whose checkpoint both keys sign; later ones need the new key alone', async () => {
    const keys = createTestKeys();
    const { log } = openTestLog({ files, path, keys });
    append(log, 3);
    const [old] = log.checkpoints.signingKeys();
    const { seq, vkey, checkpoint } = await log.checkpoints.rotate('laptop stolen');
    expect(checkpoint.size).toBe(seq + 1);
    const [oldKey, newKey] = [parseVkey(old?.vkey ?? ''), parseVkey(vkey)];
    expect(verifyNote(parseNote(checkpoint.note), [oldKey, newKey])).toHaveLength(2);
    expect(log.show(seq).entry.payload).toEqual({ vkey, previous: old?.vkey, reason: 'laptop stolen' });
    append(log, 1);
    const later = parseNote(log.checkpoints.sign().note);
    expect(later.signatures).toHaveLength(1);
    expect(verifyNote(later, [newKey])).toHaveLength(1);
    expect(log.checkpoints.signingKeys()).toEqual([
      { vkey: old?.vkey, since: 0, current: false },
      { vkey, since: seq + 1, current: true }
    ]);
    log.close();
  });

  it('that was made before a crash, and never named, is the one the next change uses', async () => {
    const keys = createTestKeys();
    const made = await keys.addSigningKey();
    const { log } = openTestLog({ files, path, keys });
    expect(log.checkpoints.signingKeys().at(-1)).toEqual({ vkey: formatVkey(origin, made), since: undefined, current: false });
    const first = await log.checkpoints.rotate();
    expect(parseVkey(first.vkey).publicKey).toEqual(made);
    const second = await log.checkpoints.rotate();
    expect(second.vkey).not.toBe(first.vkey);
    log.close();
  });
});
