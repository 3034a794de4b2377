import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standsAgainst } from '../../../../contract/anchors.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createMemoryKeyring } from '../../../adapters/memory-keyring.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import type { Workers } from '../../ports.ts';
import { initWitness, openWitness, type Witness } from '../../witness/index.ts';
import type { EventLog } from '../index.ts';
import { formatCheckpoint, formatNote, formatVkey, keyTypes, publicKeyOf, signText } from '../note/index.ts';
import { createTestClock, openTestLog } from '../testing.ts';

const week = 7 * 86_400_000;
let folder: string;
let log: EventLog;
let clock: ReturnType<typeof createTestClock>;

function open(path: string, at = createTestClock()): EventLog {
  clock = at;
  return openTestLog({ files: createNodeFiles(), path, clock, random: createSystemRandom() }).log;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-anchors-'));
  log = open(join(folder, 'log.db'));
});
afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true, force: true });
});

const grow = (count: number, of = log, word = 'x'): void => void of.appendMany(Array.from({ length: count }, (_, i) => ({ action: 'app.counted', category: 'app' as const, payload: { word, i } })));

/** The log as it was is put back, as whoever can write files would do it. */
function rollBack(to: string): void {
  log.close();
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `log.db${end}`), { force: true });
  copyFileSync(to, join(folder, 'log.db'));
  log = open(join(folder, 'log.db'), clock);
}

function keepCopy(): string {
  log.close();
  const path = join(folder, 'older.db');
  copyFileSync(join(folder, 'log.db'), path);
  log = open(join(folder, 'log.db'), clock);
  return path;
}

const hold = (text: string): ReturnType<EventLog['anchors']['hold']> => log.anchors.hold({ text, kind: 'file' }, 'ada');
const lastEvent = (): unknown => log.list({ filter: {}, order: 'newest', limit: 1 }).entries[0];

describe('a checkpoint held outside', () => {
  it('fits the record that grew from it, and becomes an entry', () => {
    grow(5);
    const { note, size, root } = log.checkpoints.sign();
    grow(20);
    const anchor = log.anchors.hold({ text: note, kind: 'paper', source: { label: 'notebook 7' } }, 'ada');
    expect(anchor).toMatchObject({ outcome: 'fits', form: 'signed', size, root, note, entries: log.entries() - 1, kind: 'paper', label: 'notebook 7', outside: true });
    expect(lastEvent()).toMatchObject({ seq: anchor.seq, action: 'log.anchored', category: 'record', level: 'notice', payload: { outcome: 'fits', size, label: 'notebook 7' } });
    expect(log.anchors.list({ limit: 10 })).toEqual([anchor]);
  });

  it('shows that the record was rolled back, and the refusal stays in it', () => {
    const older = keepCopy();
    grow(30);
    const { note, size } = log.checkpoints.sign();
    rollBack(older);
    const anchor = hold(note);
    expect(anchor).toMatchObject({ outcome: 'behind', size, note });
    expect(anchor.entries).toBeLessThan(size);
    expect(lastEvent()).toMatchObject({ action: 'log.anchored', level: 'error', payload: { outcome: 'behind' } });
    expect(log.anchors.status()).toMatchObject({ newest: null, refused: { no: anchor.no } });
  });

  it('shows that the record was rolled back and went another way', () => {
    const older = keepCopy();
    grow(30, log, 'one history');
    const { note } = log.checkpoints.sign();
    rollBack(older);
    grow(60, log, 'another');
    expect(hold(note)).toMatchObject({ outcome: 'other-history', form: 'signed' });
    expect(lastEvent()).toMatchObject({ level: 'error' });
  });

  it('with another key under this name is nobody’s checkpoint', () => {
    grow(3);
    const { size, root } = log.checkpoints.sign();
    const text = formatCheckpoint({ origin: log.origin, size, root: Buffer.from(root, 'base64') });
    expect(hold(formatNote(text, [signText({ text, name: log.origin, seed: new Uint8Array(32).fill(99) })]))).toMatchObject({ outcome: 'foreign-key' });
    expect(log.anchors.status().newest).toBeNull();
  });

  it('still counts after the key was changed, and so do those of the new key', async () => {
    const before = log.checkpoints.sign();
    const { checkpoint } = await log.checkpoints.rotate();
    grow(1);
    const after = log.checkpoints.sign();
    for (const { note } of [before, checkpoint, after]) expect(hold(note)).toMatchObject({ outcome: 'fits', form: 'signed' });
  });

  it('with one changed bit is refused or does not fit, unless size and root came through whole', () => {
    grow(5);
    const { note, size, root } = log.checkpoints.sign();
    const good = Buffer.from(note, 'utf8');
    for (let bit = 0; bit < good.length * 8; bit++) {
      const changed = Buffer.from(good);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      let outcome = 'refused';
      try {
        outcome = hold(changed.toString('utf8')).outcome;
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_INPUT' });
      }
      // Without its dash the signature is no signature; the three lines before it are still a checkpoint.
      if (outcome === 'fits') expect(log.anchors.list({ limit: 1 })[0], `bit ${bit}`).toMatchObject({ size, root });
    }
  });

  it('that was damaged on its way is not noted: it says nothing', () => {
    const { note } = log.checkpoints.sign();
    const entries = log.entries();
    expect(() => hold(note.replace(/.{12}=\n$/, 'AAAAAAAAAAAA=\n'))).toThrowError(expect.objectContaining({ code: 'BAD_INPUT', data: { field: 'checkpoint', reason: expect.stringContaining('copied') } }));
    expect(log.entries()).toBe(entries);
  });

  it('in its short form fits weakly, and is no alarm when it was mistyped', () => {
    grow(5);
    const { size, root } = log.checkpoints.sign();
    expect(hold(`${size} ${root.slice(0, 8)}`)).toMatchObject({ outcome: 'fits', form: 'short', note: null });
    expect(hold(`${size} ${root.slice(0, 7)}${root[7] === 'A' ? 'B' : 'A'}`)).toMatchObject({ outcome: 'other-history', form: 'short' });
    expect(lastEvent()).toMatchObject({ level: 'warn' });
    expect(hold(`${size + 50} ${root.slice(0, 8)}`)).toMatchObject({ outcome: 'behind' });
  });

  it('that is signed and does not fit is not hidden behind later typing errors, nor by anything that fits', () => {
    const older = keepCopy();
    grow(30);
    const { note } = log.checkpoints.sign();
    rollBack(older);
    const proof = hold(note);
    hold('1 AAAAAAAA');
    hold(log.checkpoints.sign().note);
    const { refused, newest } = log.anchors.status();
    expect(refused).toEqual(proof);
    expect(refused && standsAgainst(refused, newest)).toBe(true);
  });

  it('that was mistyped, or only told of, no longer stands against the record once another one fits', () => {
    const typed = hold('1 AAAAAAAA');
    expect(standsAgainst(typed, log.anchors.status().newest)).toBe(true);
    hold(log.checkpoints.sign().note);
    expect(standsAgainst(typed, log.anchors.status().newest)).toBe(false);
  });

  it('of an empty record fits every record', () => {
    const text = formatCheckpoint({ origin: log.origin, size: 0, root: Buffer.from('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'base64') });
    expect(hold(text)).toMatchObject({ outcome: 'fits', size: 0 });
  });

  it('cannot be noted in a record that is only read, and that is said', () => {
    const { note } = log.checkpoints.sign();
    log.close();
    log = openTestLog({ files: createNodeFiles(), path: join(folder, 'log.db'), begin: false, readOnly: { temporaryFolder: folder } }).log;
    expect(() => hold(note)).toThrowError(expect.objectContaining({ code: 'NOT_WRITABLE' }));
  });
});

describe('the reminder', () => {
  it('comes after a week without an outside anchor, and goes when there is one', () => {
    expect(log.anchors.status()).toMatchObject({ due: false, newest: null, days: null });
    clock.advance(week + 1000);
    expect(log.anchors.status().due).toBe(true);
    hold(log.checkpoints.sign().note);
    expect(log.anchors.status()).toMatchObject({ due: false, days: 0, uncovered: 1 });
    grow(4);
    clock.advance(week);
    expect(log.anchors.status()).toMatchObject({ due: false, days: 7, uncovered: 5 });
    clock.advance(1000);
    expect(log.anchors.status().due).toBe(true);
  });

  it('is not silenced by what lies on the same drive, nor by what does not fit', () => {
    clock.advance(week + 1000);
    const { note } = log.checkpoints.sign();
    expect(log.anchors.hold({ text: note, kind: 'snapshot', outside: false }).outcome).toBe('fits');
    hold('999999 AAAAAAAA');
    expect(log.anchors.status()).toMatchObject({ due: true, newest: null });
  });
});

describe('a witness', () => {
  let witness: Witness;
  beforeEach(async () => {
    const deps = { files: createNodeFiles(), random: createSystemRandom(), clock, keyring: createMemoryKeyring(), workers: {} as Workers };
    await initWitness(deps, { path: join(folder, 'stick'), name: 'stick.example', place: { kind: 'plain' } });
    witness = openWitness(deps, join(folder, 'stick'));
    await witness.unlock(undefined);
    for (const { vkey } of log.checkpoints.signingKeys()) witness.trust(vkey);
    log.anchors.addWitness(witness.vkey, undefined);
  });

  async function cosigned(): Promise<string> {
    const answer = witness.add((await log.anchors.request('stick.example')).text);
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    return answer.lines;
  }

  it('signs what is asked by file, again and again, and each signature becomes an anchor', async () => {
    for (let round = 0; round < 4; round++) {
      grow(round * 100 + 1);
      const lines = await cosigned();
      grow(3);
      expect(log.anchors.accept(lines, undefined, 'ada')).toMatchObject({ anchor: { outcome: 'fits', kind: 'witness', witness: 'stick.example', witnessedAt: new Date(clock.now()).toISOString() } });
    }
    expect(log.anchors.witnesses()).toMatchObject([{ name: 'stick.example', size: log.entries() - 4 }]);
    expect(log.anchors.list({ limit: 1 })[0]?.note).toContain('stick.example');
  });

  it('is asked from where it stands when an answer was lost', async () => {
    await cosigned();
    grow(5);
    const answer = witness.add((await log.anchors.request('stick.example')).text);
    expect(answer).toMatchObject({ status: 409, reason: 'other-size' });
    expect(log.anchors.accept(`${answer.status === 409 ? answer.size : ''}\n`, undefined)).toMatchObject({ anchor: null });
    expect(log.anchors.accept(await cosigned(), undefined)).toMatchObject({ anchor: { outcome: 'fits' } });
  });

  it('exposes a record that was rolled back: by refusing, by its size, and by what it signed', async () => {
    const older = keepCopy();
    grow(30);
    const lines = await cosigned();
    expect(log.anchors.accept(lines, undefined)).toMatchObject({ anchor: { outcome: 'fits' } });
    const { note } = log.anchors.list({ limit: 1 })[0] ?? { note: '' };
    rollBack(older);
    const answer = witness.add((await log.anchors.request(witness.vkey)).text);
    expect(answer).toMatchObject({ status: 409, reason: 'other-size' });
    expect(log.anchors.accept(String(answer.status === 409 && answer.size), witness.vkey)).toMatchObject({ anchor: { outcome: 'behind', form: 'claim', witness: 'stick.example' } });
    expect(log.anchors.accept(note ?? '', undefined)).toMatchObject({ anchor: { outcome: 'behind', form: 'signed', kind: 'witness', witness: 'stick.example' } });
    grow(60, log, 'another history');
    expect(witness.add((await log.anchors.request(witness.vkey, answer.status === 409 ? answer.size : 0)).text)).toMatchObject({ status: 422 });
  });

  it('is believed only under its own signature', async () => {
    const lines = await cosigned();
    const entries = log.entries();
    const good = Buffer.from(lines, 'utf8');
    // The first character of the name decides nothing by itself; from there to the last newline every bit does.
    for (let bit = 0; bit < (good.length - 1) * 8; bit++) {
      const changed = Buffer.from(good);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => log.anchors.accept(changed.toString('utf8'), undefined), `bit ${bit}`).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
    }
    expect(log.entries()).toBe(entries);
    log.anchors.removeWitness('stick.example');
    expect(() => log.anchors.accept(lines, undefined)).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }));
    log.anchors.addWitness(formatVkey('stick.example', publicKeyOf(new Uint8Array(32).fill(4)), keyTypes.cosignature), undefined);
    expect(() => log.anchors.accept(lines, undefined)).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('is named by its key or its name, and only a witness’s key is taken', () => {
    for (const text of ['nonsense', log.checkpoints.signingKeys()[0]?.vkey ?? '', '']) expect(() => log.anchors.addWitness(text, undefined), text).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
    for (const url of ['ftp://a/', 'javascript:alert(1)', 'http://user:pass@a/', 'http://a/?x', 'a', 'file:///etc/passwd']) expect(() => log.anchors.addWitness(witness.vkey, url), url).toThrowError(expect.objectContaining({ code: 'BAD_INPUT', data: expect.objectContaining({ field: 'url' }) }));
    expect(log.anchors.addWitness(`${witness.vkey}\n`, 'https://witness.example/a')).toMatchObject({ name: 'stick.example', url: 'https://witness.example/a' });
    expect(log.anchors.witnesses()).toHaveLength(1);
    expect(() => log.anchors.findWitness('nobody')).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }));
    log.anchors.addWitness(formatVkey('stick.example', publicKeyOf(new Uint8Array(32).fill(4)), keyTypes.cosignature), undefined);
    expect(() => log.anchors.findWitness('stick.example')).toThrowError(expect.objectContaining({ code: 'AMBIGUOUS' }));
    expect(() => log.anchors.accept('9999999999999999', witness.vkey)).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => log.anchors.accept('5', undefined)).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('its coming and going stands in the record', () => {
    expect(lastEvent()).toMatchObject({ action: 'log.witness-added', payload: { vkey: witness.vkey } });
    expect(log.anchors.removeWitness('stick.example', 'ada')).toBe(true);
    expect(lastEvent()).toMatchObject({ action: 'log.witness-removed', actorName: 'ada' });
  });
});
