// Keeping a repository small and whole, as a person would: prune, copies, repairs, and prune killed at random moments.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/contract/log.ts';
import type { CopyReport, PruneReport, RepairReport } from '../../src/contract/maintenance.ts';
import type { Snapshot } from '../../src/contract/snapshots.ts';
import { recordCampaign } from './harness/campaign.ts';
import { hasRestic, resticWell } from './harness/restic.ts';
import { scaled, seed } from './harness/scale.ts';
import { compareTrees, Seeded } from './harness/trees.ts';
import { createReadyWorld, type World } from './harness/world.ts';

const rounds = scaled(2, 40);
const random = new Seeded(`upkeep ${seed}`);
const limitMs = scaled(180_000, 1_800_000);
const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
let world: World;
let source: string;
let pruneMs = 2000;

function changeSome(): void {
  for (let i = 0; i < 6; i++) writeFileSync(join(source, `file-${random.below(12)}`), random.bytes(200_000 + random.below(2_000_000)));
}

async function snapshots(): Promise<Snapshot[]> {
  return (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots;
}

/** As somebody's forget does. */
function forget(id: string): void {
  rmSync(join(world.path('repository/snapshots'), id), { force: true });
}

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      source = made.path('source');
      mkdirSync(source);
      return [source];
    }
  });
});
afterAll(() => world?.dispose());

describe('upkeep', () => {
  it('prune says first what it would free, then frees it', async () => {
    changeSome();
    await world.well(['snapshot', 'work']);
    const [first] = await snapshots();
    changeSome();
    await world.well(['snapshot', 'work']);
    forget(first?.id ?? '');
    const said = (await world.well(['prune', 'usb', '--max-unused', '0', '--dry-run', '--json'])).json<PruneReport>();
    const started = performance.now();
    const done = (await world.well(['prune', 'usb', '--max-unused', '0', '--json'])).json<PruneReport>();
    pruneMs = performance.now() - started;
    expect(said).toMatchObject({ dryRun: true, blobs: done.blobs });
    expect(done.bytes.freed).toBeGreaterThan(100_000);
    expect((await world.well(['prune', 'usb'])).stdout).toContain('Nothing to do');
    for (const bad of ['many', '100%', '-1']) expect((await world.run(['prune', 'usb', `--max-unused=${bad}`])).code).toBe(2);
    expect((await world.run(['prune', 'nowhere'])).code).toBe(4);
  });

  it('copies snapshots into another repository', async () => {
    await world.repository('second', world.path('second'));
    const report = (await world.well(['repo', 'copy', 'usb', 'second', '--json'])).json<CopyReport>();
    expect(report).toMatchObject({ copied: [{}], failed: [] });
    await world.well(['repo', 'check', 'second', '--read-data']);
    await world.well(['restore', report.copied[0]?.to ?? '', '--target', world.path('copied')]);
    expect(compareTrees(source, `${world.path('copied')}${source}`)).toEqual([]);
    expect((await world.run(['repo', 'copy', 'usb', 'usb'])).code).toBe(2);
  });

  it('repairs what a lost index broke', async () => {
    for (const name of readdirSync(world.path('second/index'))) rmSync(world.path('second/index', name), { force: true });
    expect((await world.run(['prune', 'second'])).code).toBe(5);
    expect((await world.well(['repo', 'repair', 'index', 'second', '--json'])).json<RepairReport>()).toMatchObject({ gaps: false });
    await world.well(['repo', 'check', 'second', '--read-data']);
    for (const what of ['packs', 'snapshots']) expect((await world.well(['repo', 'repair', what, 'second'])).stdout).toContain('Nothing to repair');
  });

  it(`killed at random moments, prune leaves every snapshot whole (${rounds} times, seed ${seed})`, { timeout: limitMs }, async () => {
    let killed = 0;
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < 2; i++) {
        changeSome();
        await world.well(['snapshot', 'work']);
      }
      const listed = await snapshots();
      for (const one of listed.slice(1)) if (random.below(2) === 0) forget(one.id);
      const running = world.start(['prune', 'usb', '--max-unused', '0']);
      await pause(random.below(Math.ceil(pruneMs)));
      running.child.kill('SIGKILL');
      if ((await running.done).code === null) killed += 1;
      await world.well(['repo', 'check', 'usb', '--read-data']);
      if (hasRestic()) expect(resticWell(world, world.path('repository'), ['check', '--read-data'])).toContain('no errors were found');
    }
    await world.well(['prune', 'usb', '--max-unused', '0']);
    await world.well(['restore', 'work@latest', '--target', world.path('after')]);
    expect(compareTrees(source, `${world.path('after')}${source}`)).toEqual([]);
    expect(readdirSync(world.path('repository/locks'))).toEqual([]);
    const { entries } = (await world.well(['log', 'list', '--limit', '1000', '--json'])).json<{ entries: LogEntry[] }>();
    expect(entries.filter((entry) => entry.action === 'repository.maintenance-started').length).toBeGreaterThan(rounds);
    recordCampaign('kill -9 of `varve prune`', `${rounds} rounds, ${killed} killed while working; every repository sound to restic, the newest snapshot identical`);
  });
});
