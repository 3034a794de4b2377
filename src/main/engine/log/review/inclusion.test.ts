import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { checkInclusion } from '../merkle/proofs.ts';
import type { EventLog } from '../index.ts';
import { openTestLog } from '../testing.ts';

let folder: TestFolder;
let log: EventLog;

beforeEach(() => {
  folder = createTestFolder();
  ({ log } = openTestLog({ files: createNodeFiles(), path: folder.at('log.db') }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

describe('the way from an entry to the signed root', () => {
  it('is the inclusion proof, said step by step, for every entry of trees of any size', async () => {
    for (let i = 0; i < 40; i++) {
      log.append({ action: 'app.x', category: 'app', payload: { i } });
      if (i % 7 !== 3 && i !== 39) continue;
      const { size, root } = await log.checkpoints.signNow();
      for (let seq = 0; seq < size; seq++) {
        const way = log.review.inclusion(seq);
        expect(way.holds).toBe(true);
        expect(way.checkpoint).toMatchObject({ size, root: Buffer.from(root, 'base64').toString('hex') });
        expect(way.leaf).toBe(log.show(seq).leafHash);
        expect(way.steps.at(-1)?.reached ?? way.leaf).toBe(way.checkpoint?.root);
        expect(checkInclusion({ index: seq, size, leafHash: bytes(way.leaf), path: way.steps.map(({ hash }) => bytes(hash)), root: bytes(way.checkpoint?.root ?? '') })).toBe(true);
      }
    }
  });

  it('is not there yet for an entry that no checkpoint covers, and never for one that is not there', async () => {
    await log.checkpoints.signNow();
    const { seq } = log.append({ action: 'app.x', category: 'app' });
    expect(log.review.inclusion(seq)).toMatchObject({ checkpoint: null, steps: [], holds: false });
    expect(() => log.review.inclusion(999)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
