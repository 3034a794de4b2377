// How much memory a snapshot takes at most: bounds that hold for any number of files and any size.
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SnapshotResult } from '../../src/contract/snapshots.ts';
import { recordCampaign } from './harness/campaign.ts';
import { long, scaled } from './harness/scale.ts';
import { makeManyFiles, makeSparseFile } from './harness/trees.ts';
import { createReadyWorld } from './harness/world.ts';

const mib = 1_048_576;
const limit = long ? 600_000 : 150_000;

describe('peak memory of varve snapshot', () => {
  const count = scaled(20_000, 100_000);
  it(`stays within 450 MiB for ${count} small files`, { timeout: limit * 2 }, async () => {
    await using world = await createReadyWorld({
      paths: (made) => {
        makeManyFiles(made.path('source'), count, 'memory');
        return [made.path('source')];
      }
    });
    const ran = await world.well(['snapshot', 'work', '--json'], { measure: true, timeoutMs: limit });
    expect(ran.json<SnapshotResult>().snapshot.summary).toMatchObject({ totalFiles: count });
    const again = await world.well(['snapshot', 'work', '--json'], { measure: true, timeoutMs: limit });
    expect(again.json<SnapshotResult>().snapshot.summary).toMatchObject({ filesUnmodified: count });
    recordCampaign('peak memory, small files', `${count} files: ${Math.round(ran.peakBytes / mib)} MiB the first time, ${Math.round(again.peakBytes / mib)} MiB the second`);
    for (const { peakBytes } of [ran, again]) {
      expect(peakBytes).toBeGreaterThan(30 * mib); // it was measured
      expect(peakBytes).toBeLessThanOrEqual(450 * mib);
    }
  });

  const gibs = scaled(2, 10);
  it(`stays within 350 MiB for one sparse file of ${gibs} GiB`, { timeout: limit * 2 }, async () => {
    await using world = await createReadyWorld({
      paths: (made) => {
        mkdirSync(made.path('source'));
        makeSparseFile(made.path('source/large'), gibs * 1024 * mib, 'memory');
        return [made.path('source')];
      }
    });
    const ran = await world.well(['snapshot', 'work', '--json'], { measure: true, timeoutMs: limit });
    expect(ran.json<SnapshotResult>().snapshot.summary).toMatchObject({ totalBytes: gibs * 1024 * mib });
    const restored = await world.well(['restore', 'latest', '--target', world.path('out')], { measure: true, timeoutMs: limit });
    recordCampaign('peak memory, one huge sparse file', `${gibs} GiB: ${Math.round(ran.peakBytes / mib)} MiB to save, ${Math.round(restored.peakBytes / mib)} MiB to restore`);
    expect(ran.peakBytes).toBeGreaterThan(30 * mib);
    expect(ran.peakBytes).toBeLessThanOrEqual(350 * mib);
  });
});
