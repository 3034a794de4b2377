// Bringing files back to where they came from, and taking that back: preview, safety snapshot, undo; and kill -9 in the middle of it.
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/contract/log.ts';
import type { RestoreChange, RestorePreview, RestoreReport, Snapshot, UndoableRestore } from '../../src/contract/snapshots.ts';
import { recordCampaign } from './harness/campaign.ts';
import { hasRestic, resticWell } from './harness/restic.ts';
import { scaled, seed, timeIsUp } from './harness/scale.ts';
import { compareTrees, makeManyFiles, Seeded } from './harness/trees.ts';
import { createReadyWorld, type World } from './harness/world.ts';

let world: World;
let source: string;
const portuguese = { env: { LANG: 'pt_BR.UTF-8' } };

function copied(name: string): string {
  execFileSync('cp', ['-a', source, world.path(name)]);
  return world.path(name);
}

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      source = made.path('source');
      makeManyFiles(source, scaled(1_500, 6_000), seed);
      writeFileSync(join(source, 'thesis.tex'), 'as saved');
      return [source];
    }
  });
  await world.well(['snapshot', 'work']);
  copied('original');
});
afterAll(() => world?.dispose());

describe('a restore in place', () => {
  it('is shown first, does exactly that, is taken back by varve undo, and is in no list of the plan', async () => {
    const original = world.path('original');
    writeFileSync(join(source, 'thesis.tex'), 'spoilt');
    rmSync(join(source, 'd0'), { recursive: true });
    mkdirSync(join(source, 'junk'));
    writeFileSync(join(source, 'junk', 'new.txt'), 'new');
    const before = copied('before');
    const wanted = ['restore', 'work@latest', '--in-place', '--conflict', 'replace', '--delete-extra'];
    const preview = (await world.well([...wanted, '--preview', '--json'])).json<RestorePreview & { changes: RestoreChange[] }>();
    expect(preview).toMatchObject({ target: null, replacedFiles: 1, deletedEntries: 2 });
    expect(preview.changes.filter(({ action }) => action === 'deleted').map(({ path }) => path)).toEqual([join(source, 'junk'), join(source, 'junk', 'new.txt')]);
    const shown = (await world.well([...wanted, '--preview'], portuguese)).stdout;
    expect(shown).toMatch(/substituído +\/.*thesis\.tex/);
    expect(shown).toContain(`--token ${preview.token}`);
    expect(compareTrees(before, source)).toEqual([]);

    writeFileSync(join(source, 'junk', 'one more'), 'x');
    const outdated = await world.run([...wanted, '--token', preview.token]);
    expect([outdated.code, outdated.stderr]).toEqual([8, expect.stringContaining('outdated')]);
    rmSync(join(source, 'junk', 'one more'));
    execFileSync('touch', ['-r', join(before, 'junk'), join(source, 'junk')]);
    expect(compareTrees(before, source)).toEqual([]);

    const report = (await world.well([...wanted, '--token', preview.token, '--json'])).json<RestoreReport>();
    expect(report).toMatchObject({ target: null, conflict: 'replace', deleteExtra: true, deleted: 2, replaced: 1, skippedCount: 0 });
    expect(compareTrees(original, source)).toEqual([]);
    const listed = (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>();
    expect(listed.snapshots).toHaveLength(1);
    const safety = (await world.well(['snapshots', '--tag', 'varve-safety', '--json'])).json<{ snapshots: Snapshot[] }>();
    expect(safety.snapshots.map(({ id, planId }) => [id, planId])).toEqual([[report.safetySnapshotId, null]]);
    if (hasRestic()) {
      resticWell(world, world.path('repository'), ['restore', report.safetySnapshotId as string, '--target', world.path('safety')]);
      expect(readFileSync(join(world.path('safety'), source, 'thesis.tex'), 'utf8')).toBe('spoilt');
      resticWell(world, world.path('repository'), ['restore', report.snapshotId, '--target', world.path('theirs')]);
      expect(compareTrees(source, join(world.path('theirs'), source), { ignoreFolderTimes: true })).toEqual([]);
    }
    const forgotten = (await world.well(['forget', '--repo', 'usb', '--keep-last', '1', '--dry-run', '--json'])).json<{ removeCount: number }>();
    expect(forgotten.removeCount).toBe(0);

    const [undoable] = (await world.well(['undo', '--json'])).json<UndoableRestore[]>();
    expect(undoable).toMatchObject({ id: report.id, finished: true, undoneAt: null });
    const undone = (await world.well(['undo', report.id.slice(0, 13), '--json'])).json<RestoreReport>();
    expect(undone).toMatchObject({ undoes: report.id, skippedCount: 0 });
    expect(compareTrees(before, source)).toEqual([]);
    const again = await world.run(['undo', report.id]);
    expect(again.code).toBe(8);
    const { entries } = (await world.well(['log', 'list', '--action', 'restore.finished', '--json'])).json<{ entries: LogEntry[] }>();
    expect(entries.map(({ payload }) => payload)).toMatchObject([{ undoes: report.id }, { safetySnapshot: report.safetySnapshotId, deleted: 2, inPlace: true }]);
  });

  it('keeps what is there unless a flag says otherwise, and needs a place', async () => {
    writeFileSync(join(source, 'thesis.tex'), 'mine');
    const report = (await world.well(['restore', 'work@latest', '--in-place', '--json'])).json<RestoreReport>();
    expect(report).toMatchObject({ kept: 1, replaced: 0, deleted: 0 });
    expect(readFileSync(join(source, 'thesis.tex'), 'utf8')).toBe('mine');
    expect((await world.well(['restore', 'work@latest', '--in-place', '--include', join(source, 'thesis.tex'), '--choose', `${join(source, 'thesis.tex')}=both`, '--json'])).json<RestoreReport>()).toMatchObject({ beside: 1 });
    for (const args of [['restore', 'latest'], ['restore', 'latest', '--in-place', '--target', '/tmp/x'], ['restore', 'latest', '--in-place', '--choose', 'x'], ['restore', '--all', '--in-place']]) expect((await world.run(args)).code, args.join(' ')).toBe(2);
    expect((await world.run(['undo', 'ffffffff'])).code).toBe(4);
  });
});

describe('PLAN@last-valid and several plans', () => {
  const packs = (): string[] => readdirSync(world.path('repository/data'), { recursive: true, encoding: 'utf8' }).map((name) => world.path('repository/data', name)).filter((path) => lstatSync(path).isFile());

  it('passes over what is damaged or incomplete, and names it', async () => {
    const folder = world.path('valid');
    mkdirSync(folder);
    await world.well(['plan', 'add', 'valid', '--repo', 'usb', '--path', folder]);
    writeFileSync(join(folder, 'a'), 'sound');
    await world.well(['snapshot', 'valid']);
    const before = new Set(packs());
    writeFileSync(join(folder, 'large'), new Seeded('large').bytes(300_000));
    await world.well(['snapshot', 'valid']);
    const [pack] = packs().filter((path) => !before.has(path)).sort((a, b) => lstatSync(b).size - lstatSync(a).size) as [string];
    const bytes = readFileSync(pack);
    bytes[1000] = (bytes[1000] as number) ^ 1;
    chmodSync(pack, 0o600);
    writeFileSync(pack, bytes);
    const { snapshots } = (await world.well(['snapshots', '--plan', 'valid', '--json'])).json<{ snapshots: Snapshot[] }>();
    const report = (await world.well(['restore', 'valid@last-valid', '--target', world.path('valid-out'), '--json'])).json<RestoreReport>();
    expect(report).toMatchObject({ snapshotId: snapshots[1]?.id, passedOver: [{ snapshotId: snapshots[0]?.id, reason: 'damaged' }], files: 1, identical: 1 });
    const shown = await world.well(['restore', 'valid@last-valid', '--in-place', '--preview'], portuguese);
    expect(shown.stdout).toContain(`Deixado para trás: ${snapshots[0]?.shortId}`);
    // Of the damaged one, what is whole can be had; nothing is touched where what is wanted is not.
    expect((await world.well(['restore', 'valid@last-valid', '--include', join(folder, 'a'), '--target', world.path('valid-a'), '--json'])).json<RestoreReport>().snapshotId).toBe(snapshots[0]?.id);
    writeFileSync(join(folder, 'large'), 'spoilt');
    const refused = await world.run(['restore', 'valid@latest', '--in-place', '--conflict', 'replace']);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining(join(folder, 'large'))]);
    expect(refused.stderr).toContain('No other snapshot has them whole.');
    expect(readFileSync(join(folder, 'large'), 'utf8')).toBe('spoilt');
    expect((await world.run(['ls', 'valid@last-valid'])).code).toBe(2);
  });

  it('brings back several plans as they were at a time, each into its own folder, and names those that have nothing of then', async () => {
    const { snapshots } = (await world.well(['snapshots', '--plan', 'valid', '--json'])).json<{ snapshots: Snapshot[] }>();
    const at = snapshots[1]?.time as string;
    await world.well(['plan', 'add', 'late', '--repo', 'usb', '--path', world.path('valid')]);
    const ran = await world.run(['restore', '--at', at, '--all', '--target', world.path('set')]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('late@')]);
    expect(readFileSync(join(world.path('set/valid'), world.path('valid/a')), 'utf8')).toBe('sound');
    expect(readFileSync(join(world.path('set/work'), source, 'thesis.tex'), 'utf8')).toBe('as saved');
    expect((await world.run(['restore', '--at', at, '--plan', 'work', '--plan', 'valid', '--target', world.path('two')])).code).toBe(0);
    expect(readdirSync(world.path('two')).sort()).toEqual(['valid', 'work']);
    expect((await world.run(['restore', 'latest', '--all', '--target', world.path('x')])).code).toBe(2);
  });
});

describe(`kill -9 of a restore in place (seed ${seed})`, () => {
  it('leaves every file whole, is finished by running it again, and undoing brings back what was there before the first', { timeout: scaled(240_000, 1_800_000) }, async () => {
    rmSync(join(source, 'junk'), { recursive: true, force: true });
    const random = new Seeded(`in place ${seed}`);
    const most = scaled(2, 16);
    const until = timeIsUp(25);
    let times = 0;
    let changed = 0;
    let resumed = 0;
    // A slow machine is no failure.
    const patient = { timeoutMs: 900_000 };
    const saved = world.path('original');
    // Bounded by time, but never less than the sample: one finished by a second run, one undone as it was cut off.
    for (let round = 0; round < most && (round < 2 || Date.now() < until); round++) {
      times += 1;
      for (const folder of readdirSync(source, { withFileTypes: true })) {
        if (!folder.isDirectory()) continue;
        for (const name of readdirSync(join(source, folder.name))) if (random.below(2) === 0) writeFileSync(join(source, folder.name, name), `spoilt ${round} ${name}`);
      }
      const before = copied(`before-${round}`);
      const wanted = ['restore', 'work@latest', '--in-place', '--conflict', 'replace', '--json'];
      const known = (await world.well(['undo', '--json'])).json<UndoableRestore[]>().length;
      const running = world.start(wanted);
      const isSpoilt = (): number => readdirSync(source, { withFileTypes: true }).filter((one) => one.isDirectory()).reduce((sum, { name }) => sum + readdirSync(join(source, name)).filter((file) => !file.startsWith('.varve') && readFileSync(join(source, name, file)).subarray(0, 6).equals(Buffer.from('spoilt'))).length, 0);
      const all = isSpoilt();
      const enough = all - 1 - random.below(Math.floor(all / 2));
      while (running.child.exitCode === null && isSpoilt() > enough) await new Promise((resolve) => setTimeout(resolve, 5));
      running.child.kill('SIGKILL');
      await running.done;
      for (const folder of readdirSync(source, { withFileTypes: true })) {
        if (!folder.isDirectory()) continue;
        for (const name of readdirSync(join(source, folder.name))) {
          if (name.startsWith('.varve-restore-')) continue;
          const now = readFileSync(join(source, folder.name, name));
          const isBefore = now.equals(readFileSync(join(before, folder.name, name)));
          if (!isBefore) changed += 1;
          expect(isBefore || now.equals(readFileSync(join(saved, folder.name, name))), name).toBe(true);
        }
      }
      const undoables = (await world.well(['undo', '--json'])).json<UndoableRestore[]>();
      expect(undoables.length).toBe(known + 1);
      expect(undoables[0]).toMatchObject({ undoneAt: null });
      let id = undoables[0]?.id as string;
      // Every fourth is undone as it was cut off, beginning with the second.
      if (round % 4 !== 1) {
        const report = (await world.well(wanted, patient)).json<RestoreReport>();
        resumed += 1;
        expect(report.skippedCount).toBe(0);
        expect(compareTrees(saved, source, { ignoreFolderTimes: true, ignore: (path) => path.startsWith('/thesis') })).toEqual([]);
        id = report.id;
      }
      const undone = (await world.well(['undo', id, '--json'], patient)).json<RestoreReport>();
      expect(undone.skipped).toEqual([]);
      expect(compareTrees(before, source)).toEqual([]);
    }
    expect(changed).toBeGreaterThan(0);
    recordCampaign('kill -9 of `varve restore --in-place`', `${times} rounds, ${changed} files were already replaced; every file whole; ${resumed} finished by running it again and undone, ${times - resumed} undone as they were cut off, each exactly`);
  });
});
