import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { openTestLog, testHomeId } from '../testing.ts';
import { createRecordReader, openRebuild, type RecordFound } from './index.ts';
import { growRichLog, pieces, rowsOfTables } from './testing.ts';
import { packInMemory } from './testing/pack.ts';

const files = createNodeFiles();
let folder: TestFolder;
beforeEach(() => {
  folder = createTestFolder();
});
afterEach(() => folder.remove());

/** Reads members into a new log.db. */
async function bringBack(members: ReadonlyMap<string, Uint8Array>, pieceBytes = 1000): Promise<RecordFound> {
  let close = (): void => undefined;
  const reader = createRecordReader({
    begin: (origin) => {
      expect(origin).toBe(`varve/${testHomeId}`);
      const rebuild = openRebuild({ files, path: folder.at('new.db'), homeId: testHomeId });
      close = rebuild.close;
      return rebuild;
    }
  });
  try {
    for (const [path, bytes] of members) expect(await reader.take(path, pieces(bytes, pieceBytes))).toBe(true);
    return reader.end();
  } finally {
    close();
  }
}

describe('a record brought back from its package', () => {
  it.each([1, 2, 3, 4, 5, 6])('has every row of every table, and goes on as the original (seed %i)', async (seed) => {
    const { path, log, keys } = await growRichLog(folder.path, seed, 60);
    log.close();
    const found = await bringBack((await packInMemory(path)).members, [7, 100, 4096, 65_536][seed % 4]);
    expect(found).toMatchObject({ problemCount: 0, problems: [], tables: { followed: [], incomplete: [] } });
    const before = rowsOfTables(path);
    expect(rowsOfTables(folder.at('new.db'))).toEqual(before);
    expect(found).toMatchObject({ origin: `varve/${testHomeId}`, segments: 1, events: before.entries.length, sound: before.entries.length });
    const again = openTestLog({ files, path: folder.at('new.db'), keys }).log;
    const original = openTestLog({ files, path, keys }).log;
    const verdict = await again.verify({});
    expect(verdict).toEqual(await original.verify({}));
    expect(verdict.kind).toBe('consistent');
    for (const text of ['alpha', 'noted', 'ação']) expect(again.list({ filter: { text } }).total).toBe(original.list({ filter: { text } }).total);
    again.append({ action: 'app.noted', category: 'app', payload: { on: true } });
    again.checkpoints.sign();
    expect((await again.verify({})).kind).toBe('consistent');
    again.close();
    original.close();
  });

  it('goes over several segments', async () => {
    const { log, clock } = openTestLog({ files, path: folder.at('log.db') });
    for (let at = 0; at < 11; at++) log.appendMany(Array.from({ length: 1000 }, (_, i) => ({ action: 'app.counted', category: 'app' as const, payload: { i } })));
    clock.advance(1);
    log.checkpoints.sign();
    log.close();
    const found = await bringBack((await packInMemory(folder.at('log.db'))).members, 65_536);
    expect(found).toMatchObject({ problemCount: 0, segments: 2, events: 11_002, sound: 11_002 });
    expect(rowsOfTables(folder.at('new.db'))).toEqual(rowsOfTables(folder.at('log.db')));
  });
});
