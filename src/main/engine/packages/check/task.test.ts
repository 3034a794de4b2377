import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PackageCheck } from '../../../../contract/packages.ts';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createInlineWorkers, testHomeId } from '../../log/testing.ts';
import { verifyTask } from '../../log/verify/task.ts';
import type { Files, WorkerContext } from '../../ports.ts';
import { stateMigrations } from '../../state-migrations.ts';
import { createSeededRandom } from '../../testing/fake-clock.ts';
import { packLog } from '../log/pack.ts';
import { createPackedHome, type TestHome } from '../log/testing/packed-home.ts';
import { placePackage, type PlacedPackage } from '../place.ts';
import { checkTask } from './task.ts';

let home: TestHome;
beforeEach(() => {
  home = createPackedHome();
});
afterEach(() => home.remove());

const plain = createNodeFiles();
const random = createSeededRandom('check');

function pack(total?: number): Promise<PlacedPackage> {
  return placePackage({ files: plain, clock: createSystemClock(), random }, { folder: home.folder.at('backups'), kind: 'log', format: 'tar.gz' }, async (archive) => {
    const { eventlogSummary, chainValidAtBackup } = await packLog({ files: plain, random, archive: { file: (member, chunks) => archive.file(member, chunks) }, homePath: home.folder.path, homeId: testHomeId, homeCreatedAt: '2026-11-21T00:00:00.000Z', stateMigrations, temporaryFolder: home.folder.path });
    return { sourceDir: home.folder.path, generator: 'Varve 1', homeId: testHomeId, eventlogSummary: { ...eventlogSummary, ...(total !== undefined && { total_events: total }) }, chainValidAtBackup };
  });
}

/** The verdict, and how many bytes of the package were read for it. */
async function check(path: string): Promise<{ check: PackageCheck; read: number }> {
  let read = 0;
  const ours = new Set<number>();
  const files: Files = {
    ...plain,
    open: (at, ...rest) => {
      const fd = plain.open(at, ...rest);
      if (at === path) ours.add(fd);
      return fd;
    },
    read: (fd, ...rest) => {
      const count = plain.read(fd, ...rest);
      if (ours.has(fd)) read += count;
      return count;
    },
    close: (fd) => {
      ours.delete(fd);
      plain.close(fd);
    }
  };
  const clock = createSystemClock();
  const posted: { kind: string; facts: PackageCheck }[] = [];
  const context = { files, clock, random, machine: { temporaryFolder: home.folder.path }, workers: createInlineWorkers({ files, clock, random }, { 'log.verify': verifyTask }), post: (message: (typeof posted)[number]) => posted.push(message), onMessage: () => {}, closing: new AbortController().signal };
  await checkTask(context as unknown as WorkerContext, { path, knownState: stateMigrations.map(({ version }) => version) });
  return { check: posted.find(({ kind }) => kind === 'done')?.facts as PackageCheck, read };
}

it('reads a package of the record once, for its files and for what is in them', async () => {
  home.log.appendMany(Array.from({ length: 500 }, (_, i) => ({ action: 'app.noted', category: 'note', payload: { text: `${i} ${i * 7919}` } })));
  home.log.checkpoints.sign();
  const { path, bytes } = await pack();
  const found = await check(path);
  expect(found.check).toMatchObject({ kind: 'log', problems: [], log: { events: home.log.entries(), chainValid: true, restorable: true, verdict: { kind: 'consistent' } } });
  expect(found.read).toBeLessThan(bytes + 100); // its first bytes tell what it is
  expect(readdirSync(home.folder.path).filter((name) => name.startsWith('varve-package-'))).toEqual([]);
});

it('says what the manifest says otherwise than the events', async () => {
  const { path } = await pack(7);
  expect((await check(path)).check.problems).toEqual([{ path: 'manifest.json', reason: `says total_events 7; the package has ${home.log.entries()}` }]);
});
