// A repository of several GiB that restic made: opened on the command line and in the console, browsed, snapshotted into, restored from, pruned;
// after each of these restic finds nothing to object to. Only in the long run; VARVE_LARGE_MIB gives another size.
import { appendFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PruneReport } from '../../src/contract/maintenance.ts';
import type { SnapshotResult, TreeEntry } from '../../src/contract/snapshots.ts';
import { browserFile, isBuilt, openBrowser, openConsole } from '../pages/serve.ts';
import { snapshotsOf } from '../pages/screens.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { hasRestic, resticWell } from '../cli/harness/restic.ts';
import { long, seed } from '../cli/harness/scale.ts';
import { compareTrees, Seeded } from '../cli/harness/trees.ts';
import { createWorld, type World } from '../cli/harness/world.ts';

const mib = 1_048_576;
const sizeMib = Number(process.env['VARVE_LARGE_MIB'] ?? 4096);
/** One file of this size beside many of 64 KiB to 2 MiB. */
const largeMib = Math.floor(sizeMib / 4);
const timeoutMs = 1_800_000;
if (!long) console.info('e2e/campaigns/large-repository: left out, it needs VARVE_LONG=1');
const withBrowser = isBuilt() && browserFile() !== undefined;
if (!withBrowser) console.warn('e2e/campaigns/large-repository: the console part is left out, there is no build or no Chromium');

let world: World;
let source: string;
let repository: string;
const peaks: number[] = [];
let looked = false;

const sizeOf = (folder: string): number => readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => sum + (entry.isFile() ? statSync(`${entry.parentPath}/${entry.name}`).size : 0), 0);
const sound = (): void => expect(resticWell(world, repository, ['check', '--read-data-subset', '25%'])).toContain('no errors were found');

async function measured<T>(args: readonly string[]): Promise<T> {
  const ran = await world.well([...args, '--json'], { measure: true, timeoutMs });
  peaks.push(ran.peakBytes);
  return ran.json<T>();
}

beforeAll(async () => {
  if (!long) return;
  world = createWorld();
  source = world.path('source');
  repository = world.path('by-restic');
  mkdirSync(source);
  const random = new Seeded(`large repository ${seed}`);
  for (let left = largeMib; left > 0; left -= 16) appendFileSync(`${source}/large`, random.bytes(Math.min(16, left) * mib));
  for (let left = (sizeMib - largeMib) * mib, i = 0; left > 0; i++) {
    if (i % 200 === 0) mkdirSync(`${source}/d${i / 200}`);
    const bytes = random.bytes(65_536 + random.below(2 * mib));
    // Half of it compresses, as work does.
    if (i % 2 === 0) bytes.fill(0x61, bytes.length >>> 1);
    writeFileSync(`${source}/d${Math.floor(i / 200)}/f${i}`, bytes);
    left -= bytes.length;
  }
  resticWell(world, repository, ['init']);
  resticWell(world, repository, ['backup', source]);
  writeFileSync(`${source}/d0/f0`, random.bytes(3 * mib));
  appendFileSync(`${source}/large`, random.bytes(mib));
  resticWell(world, repository, ['backup', source]);
  await world.well(['init', '--store', 'vault']);
}, timeoutMs);
afterAll(() => world?.dispose());

describe.runIf(long && hasRestic())(`a repository of ${sizeMib} MiB that restic made (seed ${seed})`, () => {
  it('is opened, browsed and snapshotted into on the command line', { timeout: timeoutMs }, async () => {
    await world.well(['repo', 'add', 'old', '--path', repository, '--mode', 'open', '--password-file', world.passwordFile]);
    const entries = (await world.well(['ls', 'latest', source, '--json'], { timeoutMs })).lines<TreeEntry>();
    expect(entries.length).toBeGreaterThan(1);
    await world.well(['plan', 'add', 'work', '--repo', 'old', '--path', source]);
    // restic's snapshot of the same folder is what it is compared with: nothing is read again.
    const { snapshot } = await measured<SnapshotResult>(['snapshot', 'work']);
    expect(snapshot.summary).toMatchObject({ filesNew: 0, filesChanged: 0 });
    mkdirSync(`${source}/a-folder`);
    writeFileSync(`${source}/a-folder/new`, 'new');
    expect((await measured<SnapshotResult>(['snapshot', 'work'])).snapshot.summary).toMatchObject({ filesNew: 1, filesChanged: 0 });
    sound();
  });

  it.runIf(withBrowser)('is looked at in the console', { timeout: timeoutMs }, async () => {
    const serving = world.start(['serve', '--port', '0'], { timeoutMs, env: { VARVE_START: '1' } }); // as `npm start` does: an address with a code
    await serving.shown(/#code=/);
    const address = /http:\/\/\S+#code=\S+/.exec(serving.stdout() + serving.stderr())?.[0] ?? '';
    const browser = await openBrowser();
    try {
      const { page, problems } = await openConsole(browser, address);
      const snapshots = snapshotsOf(page);
      await snapshots.open();
      await expect.poll(() => snapshots.rows().count()).toBe(4);
      await snapshots.openNewest();
      await snapshots.file('a-folder').last().click();
      await snapshots.file('new').last().click();
      await snapshots.preview().getByText('new').first().waitFor();
      expect(problems).toEqual([]);
      looked = true;
    } finally {
      await browser.close();
      serving.child.kill('SIGTERM');
      await serving.done;
    }
  });

  it('is restored from and pruned', { timeout: timeoutMs }, async () => {
    const target = world.path('restored');
    await measured(['restore', 'latest', '--target', target]);
    expect(compareTrees(source, target + source)).toEqual([]);
    const first = (JSON.parse(resticWell(world, repository, ['snapshots', '--json'])) as { id: string }[])[0]?.id ?? '';
    resticWell(world, repository, ['forget', first]);
    const report = await measured<PruneReport>(['prune', 'old', '--max-unused', '0']);
    expect(report.bytes.freed).toBeGreaterThan(0);
    sound();
    await world.well(['check', 'old'], { timeoutMs });
    resticWell(world, repository, ['restore', 'latest', '--target', world.path('theirs')]);
    expect(compareTrees(source, world.path('theirs') + source, { ignoreHoles: true })).toEqual([]);
    // Where everybody's bound lies (design target for mixed data).
    for (const peak of peaks) expect(peak).toBeLessThanOrEqual(350 * mib);
    recordCampaign('a large repository that restic made', `${Math.round(sizeOf(repository) / mib)} MiB in packs: opened, ${looked ? 'browsed in the console, ' : ''}snapshotted into, restored from and pruned; restic found nothing to object to after each; peak ${Math.round(Math.max(...peaks) / mib)} MiB`);
  });
});
