// The folder that public tools mirror: the published layout, written once and only added to.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../index.ts';
import { RightEdge } from '../merkle/edge.ts';
import { leafHash } from '../merkle/hash.ts';
import { parseCheckpoint, parseNote, parseVkey, verifyNote } from '../note/index.ts';
import { code, createWorkshop, fill, otherKeys, refusal, testVkey, type Workshop } from './testing.ts';

let shop: Workshop;
beforeAll(() => {
  shop = createWorkshop();
});
afterAll(() => shop.remove());

const list = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();

/** Entries of a folder in order, as its bundles hold them. */
function entriesIn(folder: string, size: number): string[] {
  const found: string[] = [];
  for (let no = 0; no * 256 < size; no++) {
    const count = Math.min(256, size - no * 256);
    const bytes = readFileSync(join(folder, 'tile/entries', `${String(no).padStart(3, '0')}${count < 256 ? `.p/${count}` : ''}`));
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) found.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)).toString());
  }
  return found;
}

function check(folder: string, log: EventLog): number {
  const note = parseNote(readFileSync(join(folder, 'checkpoint'), 'utf8'));
  expect(verifyNote(note, [parseVkey(testVkey())])).toHaveLength(1);
  const { size, root } = parseCheckpoint(note.text);
  const entries = entriesIn(folder, size);
  expect(entries).toHaveLength(size);
  expect(JSON.parse(entries[size - 1] as string)).toEqual(log.show(size - 1).header);
  const edge = new RightEdge();
  const leaves = entries.map((entry) => leafHash(entry));
  for (const leaf of leaves) edge.append(leaf);
  expect(Buffer.from(edge.root()).equals(root)).toBe(true);
  const width = size % 256;
  if (width > 0) expect(readFileSync(join(folder, `tile/0/${String(Math.floor(size / 256)).padStart(3, '0')}.p/${width}`)).equals(Buffer.concat(leaves.slice(size - width)))).toBe(true);
  return size;
}

describe('tiles', () => {
  it('grow with the record: full ones are never written again, partial ones go when the full one is there', async () => {
    const log = shop.open('log.db');
    const folder = shop.at('tiles');
    fill(log, 300);
    await log.evidence.tiles({ path: folder, purpose: 'mirror' }, 'ada', {});
    const first = check(folder, log);
    expect(list(folder)).toEqual(['checkpoint', 'tile/0/000', `tile/0/001.p/${first - 256}`, 'tile/1/000.p/1', 'tile/entries/000', `tile/entries/001.p/${first - 256}`]);
    const before = ['tile/0/000', 'tile/entries/000'].map((path) => statSync(join(folder, path), { bigint: true }));
    fill(log, 100);
    await log.evidence.tiles({ path: folder }, 'ada', {});
    const second = check(folder, log);
    expect(existsSync(join(folder, `tile/0/001.p/${first - 256}`))).toBe(true);
    fill(log, 500);
    const { size } = await log.evidence.tiles({ path: folder }, 'ada', {});
    expect(check(folder, log)).toBe(size);
    expect(list(folder).filter((path) => path.includes('001.p'))).toEqual([]);
    expect(second).toBeLessThan(512);
    ['tile/0/000', 'tile/entries/000'].forEach((path, i) => expect(statSync(join(folder, path), { bigint: true })).toMatchObject({ ino: before[i]!.ino, mtimeNs: before[i]!.mtimeNs }));
    log.close();
  });
  it('are the same whether they were written at once or in steps', async () => {
    const log = shop.open('steps.db');
    const [steps, once] = [shop.at('steps'), shop.at('once')];
    for (let i = 0; i < 5; i++) {
      fill(log, 150);
      await log.evidence.tiles({ path: steps }, 'ada', {});
    }
    const { size } = await log.evidence.tiles({ path: once }, 'ada', {});
    await log.evidence.tiles({ path: steps }, 'ada', {});
    expect(check(once, log)).toBe(size);
    expect(check(steps, log)).toBe(size + 1);
    for (const path of list(once).filter((each) => !each.includes('.p/') && each !== 'checkpoint')) expect(readFileSync(join(steps, path)).equals(readFileSync(join(once, path))), path).toBe(true);
    log.close();
  });
  it('go on where an export was cut off, and never over what differs', async () => {
    const log = shop.open('cut.db');
    const folder = shop.at('cut');
    fill(log, 600);
    const stop = new AbortController();
    let files = 0;
    expect(await code(() => log.evidence.tiles({ path: folder }, 'ada', { signal: stop.signal, onProgress: () => ++files === 2 && stop.abort() }))).toBe('CANCELLED');
    expect(existsSync(join(folder, 'checkpoint'))).toBe(false);
    expect(list(folder).length).toBeGreaterThan(0);
    await log.evidence.tiles({ path: folder }, 'ada', {});
    check(folder, log);
    const damaged = shop.at('damaged');
    mkdirSync(join(damaged, 'tile/entries'), { recursive: true });
    writeFileSync(join(damaged, 'tile/entries/000'), 'other');
    expect(await refusal(() => log.evidence.tiles({ path: damaged }, 'ada', {}))).toBe('held');
    expect(readFileSync(join(damaged, 'tile/entries/000'), 'utf8')).toBe('other');
    log.close();
  });
  it('of another log, or of a record that went further, are left alone', async () => {
    const log = shop.open('mine.db');
    const folder = shop.at('mine');
    fill(log, 20);
    await log.evidence.tiles({ path: folder }, 'ada', {});
    const theirs = shop.open('theirs.db', otherKeys(4));
    fill(theirs, 40);
    expect(await refusal(() => theirs.evidence.tiles({ path: folder }, 'ada', {}))).toBe('held');
    const younger = shop.open('younger.db');
    expect(await refusal(() => younger.evidence.tiles({ path: folder }, 'ada', {}))).toBe('missing behind');
    check(folder, log);
    writeFileSync(shop.at('a file'), '');
    expect(await code(() => log.evidence.tiles({ path: shop.at('a file') }, 'ada', {}))).toBe('NOT_A_FOLDER');
    for (const each of [log, theirs, younger]) each.close();
  });
});
