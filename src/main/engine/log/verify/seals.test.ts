// Who may seal the record: the pinned key, and the keys that the record itself puts in force, each agreed to by the one before.
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { createHasher } from '../hash.ts';
import { formatHeader } from '../header.ts';
import { RightEdge } from '../merkle/edge.ts';
import { leafHash } from '../merkle/hash.ts';
import { originOf } from '../model.ts';
import { formatCheckpoint, formatNote, formatVkey, makeVkey, parseCheckpoint, parseNote, publicKeyOf, signText } from '../note/index.ts';
import { bitFlips } from '../note/testing.ts';
import { createTestKeys, openTestLog, testHomeId } from '../testing.ts';
import { judgeSeal, isSeal } from './seals.ts';
import { tamperedCopy, verifyAt } from './testing/tampered.ts';

const files = createNodeFiles();
const origin = originOf(testHomeId);
let folder: TestFolder;
/** One key from beginning to end; and one with two changes of the key. */
let plain: string;
let rotated: string;
let size: number;
let rotations: { seq: number; vkey: string }[];
const keys = createTestKeys();
const stranger = new Uint8Array(32).fill(200);
const vkey = (at: number): string => formatVkey(origin, keys.pinned()[at] as Uint8Array);
const home = (): Uint8Array[] => [keys.pinned()[0] as Uint8Array];

beforeAll(async () => {
  folder = createTestFolder();
  plain = folder.at('plain.db');
  const first = openTestLog({ files, path: plain }).log;
  for (let i = 0; i < 20; i++) {
    first.append({ action: 'app.noted', category: 'note', payload: i });
    if (i % 5 === 0) first.checkpoints.sign();
  }
  first.checkpoints.sign();
  size = first.entries();
  first.close();

  rotated = folder.at('rotated.db');
  const { log } = openTestLog({ files, path: rotated, keys });
  const note = (): void => void log.append({ action: 'app.noted', category: 'note', payload: 1 });
  note();
  log.checkpoints.sign();
  rotations = [await log.checkpoints.rotate('first')];
  note();
  log.checkpoints.sign();
  rotations.push(await log.checkpoints.rotate('second'));
  note();
  log.checkpoints.sign();
  log.close();
});
afterAll(() => folder.remove());

const tampered = (from: string, change: string | ((db: BetterSqlite3.Database) => void)): string => tamperedCopy(from, folder.at('tampered.db'), typeof change === 'string' ? (db) => void db.exec(change) : change);

describe('the key that seals', () => {
  it('is the one in keys.json, one that was brought, or nobody knows it, and the verdict says which', async () => {
    expect(await verifyAt(plain, { origin, home: home() })).toMatchObject({ kind: 'consistent', pinned: 'home', checkpoint: { size, signature: 'good', key: vkey(0) } });
    expect(await verifyAt(plain, { origin, given: [vkey(0)] })).toMatchObject({ kind: 'consistent', pinned: 'given', checkpoint: { signature: 'good' } });
    expect(await verifyAt(plain, { origin })).toMatchObject({ kind: 'consistent', pinned: 'none', checkpoint: { signature: 'unchecked', key: vkey(0).slice(0, vkey(0).lastIndexOf('+')) } });
  });
  it('must be the pinned one', async () => {
    const other = publicKeyOf(stranger);
    expect(await verifyAt(plain, { origin, home: [other] })).toMatchObject({ kind: 'broken', seq: 0, what: 'foreign-key', trustworthyBelow: 0, restsOn: { kind: 'nothing' } });
    expect(await verifyAt(plain, { origin, given: [formatVkey(origin, other)] })).toMatchObject({ kind: 'broken', seq: 0, what: 'foreign-key' });
    expect(await verifyAt(plain, { origin, given: [vkey(0), formatVkey(origin, other)] })).toMatchObject({ kind: 'broken', seq: 0, what: 'foreign-key', detail: expect.stringContaining('is not a key of this record') });
  });
  it('changes by an event, as often as it may be; any of them can be the one that is held', async () => {
    expect(await verifyAt(rotated, { origin, home: home() })).toMatchObject({ kind: 'consistent', pinned: 'home', checkpoint: { key: vkey(2), signature: 'good' } });
    for (const given of [[vkey(0)], [vkey(1)], [vkey(2)], [vkey(2), vkey(0)]]) expect(await verifyAt(rotated, { origin, given }), given.join()).toMatchObject({ kind: 'consistent', pinned: 'given', checkpoint: { key: vkey(2) } });
    expect(await verifyAt(rotated, { origin })).toMatchObject({ kind: 'consistent', pinned: 'none', checkpoint: { key: vkey(2) } });
    expect(await verifyAt(rotated, { origin, home: [keys.pinned()[1] as Uint8Array] })).toMatchObject({ kind: 'broken', what: 'foreign-key' });
  });
  it('does not change when the one before has not agreed: its signature, or the whole checkpoint, is not there', async () => {
    const first = rotations[0] as { seq: number };
    const without = (line: number) => (db: BetterSqlite3.Database) => {
      const note = db.prepare('SELECT note FROM checkpoints WHERE size = ?').pluck().get(first.seq + 1) as string;
      const lines = note.split('\n');
      expect(lines).toHaveLength(7);
      lines.splice(4 + line, 1);
      db.prepare('UPDATE checkpoints SET note = ? WHERE size = ?').run(lines.join('\n'), first.seq + 1);
    };
    for (const line of [0, 1]) expect(await verifyAt(tampered(rotated, without(line)), { origin, home: home() }), `line ${line}`).toMatchObject({ kind: 'broken', what: 'foreign-key', detail: expect.stringContaining('not signed with both') });
    for (const pins of [{ home: home() }, { given: [vkey(0)] }, {}]) expect(await verifyAt(tampered(rotated, `DELETE FROM checkpoints WHERE size = ${first.seq + 1}`), { origin, ...pins })).toMatchObject({ kind: 'broken', seq: first.seq, what: 'foreign-key' });
  });
  it('cannot be changed by somebody who writes such an event and has only a key of his own', async () => {
    const path = tampered(plain, (db) => {
      const { header, hash } = db.prepare('SELECT header, lower(hex(hash)) AS hash FROM entries WHERE seq = ?').get(size - 1) as { header: string; hash: string };
      const own = formatVkey(origin, publicKeyOf(stranger));
      const body = `{"previous":"${vkey(0)}","vkey":"${own}"}`;
      const salt = '5'.repeat(64);
      const hasher = createHasher();
      const last = JSON.parse(header) as { actor: string; session: string };
      const text = formatHeader({ seq: size, id: '018f0000-0000-7000-8000-00000000000f', ts: '2026-11-21T00:00:00.000Z', actor: last.actor, session: last.session, trace: '', category: 'record', action: 'log.key-rotated', subject: '', level: 'notice', prev: hash, payload: { commit: hasher.commit(salt, body), size: body.length, enc: 'none' } });
      db.prepare('INSERT INTO entries (seq, hash, header) VALUES (?, unhex(?), ?)').run(size, hasher.chain(hash, text), text);
      db.prepare('INSERT INTO payloads (seq, body, salt) VALUES (?, ?, ?)').run(size, body, salt);
      const action = Number(db.prepare("INSERT INTO actions (name) VALUES ('log.key-rotated')").run().lastInsertRowid);
      db.prepare("INSERT INTO facts (seq, at_ms, category, level, action, actor, subject, id) SELECT ?, ?, 1, 3, ?, actor, NULL, x'018f000000007000800000000000000f' FROM facts WHERE seq = 1").run(size, Date.UTC(2026, 10, 21), action);
      const list = Buffer.concat([...(db.prepare('SELECT hashes FROM leaves ORDER BY no').pluck().all() as Buffer[]), leafHash(text)]);
      db.prepare('UPDATE leaves SET hashes = ? WHERE no = ?').run(list.subarray(512), 1);
      const edge = new RightEdge();
      for (let at = 0; at < list.length; at += 32) edge.append(new Uint8Array(list.subarray(at, at + 32)));
      const checkpoint = formatCheckpoint({ origin, size: size + 1, root: edge.root() });
      db.prepare('INSERT INTO checkpoints (size, note, at_ms) VALUES (?, ?, 0)').run(size + 1, formatNote(checkpoint, [signText({ text: checkpoint, name: origin, seed: stranger })]));
    });
    expect(await verifyAt(path, { origin, home: home() })).toMatchObject({ kind: 'broken', seq: size, what: 'foreign-key', trustworthyBelow: size, restsOn: { kind: 'list', size } });
  });
});

describe('a checkpoint in the record', () => {
  const flipped = (db: BetterSqlite3.Database, at: number, change: (note: string) => string): void => {
    const note = db.prepare('SELECT note FROM checkpoints WHERE size = ?').pluck().get(at) as string;
    db.prepare('UPDATE checkpoints SET note = ? WHERE size = ?').run(change(note), at);
  };

  it('that is damaged breaks the record, and takes no trust from what a newer one covers', async () => {
    const [, second] = sizesOf(plain) as [number, number];
    expect(await verifyAt(tampered(plain, (db) => flipped(db, second, (note) => note.replace('varve/', 'varvo/'))), { origin, home: home() })).toMatchObject({ kind: 'broken', what: 'seal-missing', trustworthyBelow: size, restsOn: { kind: 'list', size } });
    expect(await verifyAt(tampered(plain, (db) => flipped(db, size, () => 'nothing')), { origin, home: home() })).toMatchObject({ kind: 'broken', what: 'seal-missing', trustworthyBelow: sizesOf(plain).at(-2) });
    expect(await verifyAt(tampered(plain, "UPDATE checkpoints SET note = 'x'"), { origin })).toMatchObject({ kind: 'broken', seq: 0, what: 'seal-missing', trustworthyBelow: 0 });
  });
  it('that stands under another size, or is another record’s, is none of this one', async () => {
    expect(await verifyAt(tampered(plain, `UPDATE checkpoints SET size = 4 WHERE size = ${size}`), { origin, home: home() })).toMatchObject({ kind: 'broken', what: 'seal-missing', detail: expect.stringContaining(`covers ${size} entries`) });
    const text = formatCheckpoint({ origin: 'varve/another', size, root: parseCheckpoint(parseNote(noteAt(plain, size)).text).root });
    const foreign = formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(1) })]);
    expect(await verifyAt(tampered(plain, (db) => flipped(db, size, () => foreign)), { origin, home: home() })).toMatchObject({ kind: 'broken', what: 'seal-missing', detail: expect.stringContaining('another record') });
  });
  it('is refused after every change of one bit', () => {
    const note = noteAt(plain, size);
    const chain = { pinned: 'home' as const, signersAt: () => [makeVkey(origin, home()[0] as Uint8Array)] };
    expect(isSeal(judgeSeal({ size, note }, origin, chain))).toBe(true);
    for (const { changed, at } of bitFlips(Buffer.from(note, 'utf8'))) expect(isSeal(judgeSeal({ size, note: Buffer.from(changed).toString('utf8') }, origin, chain)), at).toBe(false);
  });
});

function noteAt(path: string, at: number): string {
  const db = new BetterSqlite3(path, { readonly: true });
  const note = db.prepare('SELECT note FROM checkpoints WHERE size = ?').pluck().get(at) as string;
  db.close();
  return note;
}
function sizesOf(path: string): number[] {
  const db = new BetterSqlite3(path, { readonly: true });
  const sizes = db.prepare('SELECT size FROM checkpoints ORDER BY size').pluck().all() as number[];
  db.close();
  return sizes;
}
