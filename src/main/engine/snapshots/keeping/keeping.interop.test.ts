// Judged by restic itself: the same snapshots are kept for the same reasons, and what stays after forgetting and tagging is in order.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RetentionPolicy } from '../../../../contract/retention.ts';
import type { MasterKey } from '../../repository/index.ts';
import { resticWords } from '../../repository/retention/testing/restic-words.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { hasProgram, Seeded } from '../testing/make-tree.ts';
import { makeRepository, realContext, restic, resticPassword, temporaryFolder, type Context } from '../testing/workshop.ts';
import { groupsOf, judge, type Judged, type Listed } from './groups.ts';
import { parsePolicy } from './policy.ts';
import { writeSnapshots, type Wanted } from './testing.ts';
import { createLocalBackend, Repository } from '../../repository/index.ts';

const withRestic = hasProgram('restic');
if (!withRestic) console.log('skipped: restic is not installed');
/** Since 0.16 restic, too, keeps the oldest snapshot of a group while a rule has something left. */
const [major = 0, minor = 0] = withRestic ? (/restic (\d+)\.(\d+)/.exec(execFileSync('restic', ['version'], { encoding: 'utf8' })) ?? []).slice(1).map(Number) : [];
const keepsOldest = major > 0 || minor >= 16;
const rounds = process.env['VARVE_LONG'] === '1' ? 60 : 8;

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  context = realContext();
  folder = temporaryFolder();
});
afterAll(async () => {
  folder.remove();
  await context.workers.close();
});

/** Snapshots over some years, in clusters, with zones, hosts, paths and tags; no two at the same instant, whose order restic leaves to chance. */
function randomSnapshots(seeded: Seeded, count: number): Wanted[] {
  const seconds = new Set<number>();
  let at = Date.UTC(2025, 10, 1) / 1000;
  for (let i = 0; i < count; i++) {
    at -= 1 + seeded.below(seeded.pick([600, 4000, 40_000, 400_000, 4_000_000]));
    seconds.add(at);
  }
  // One in the future, now and then.
  if (seeded.below(3) === 0) seconds.add(Date.UTC(2100, 0, 1) / 1000);
  return [...seconds].map((second) => {
    const offset = seeded.pick([0, 0, -180, 330, 60, 840, -720]);
    const local = new Date(second * 1000 + offset * 60_000).toISOString().slice(0, 19);
    const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
    const tags = ['a', 'b', 'c'].filter(() => seeded.below(4) === 0);
    if (seeded.below(12) === 0) tags.push('varve-pin');
    return { time: local + zone, hostname: seeded.pick(['one', 'one', 'two']), paths: seeded.pick([['/x'], ['/x', '/y'], ['/y', '/x']]), tags };
  });
}

/** Without "all" (-1): restic 0.14 does not know it. */
function randomPolicy(seeded: Seeded): RetentionPolicy {
  const policy: Record<string, unknown> = {};
  for (const name of ['keepLast', 'keepHourly', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly']) if (seeded.below(3) === 0) policy[name] = 1 + seeded.below(12);
  for (const name of ['keepWithin', 'keepWithinHourly', 'keepWithinDaily', 'keepWithinWeekly', 'keepWithinMonthly', 'keepWithinYearly']) {
    if (seeded.below(6) === 0) policy[name] = seeded.pick(['1d', '12h', '3d5h', '1m', '1m14d', '6m', '1y', '1y2m3d3h', '30y']);
  }
  if (seeded.below(3) === 0) policy['keepTags'] = seeded.pick([[['a']], [['a', 'b']], [['a'], ['c']]]);
  if (Object.keys(policy).length === 0) policy['keepDaily'] = 5;
  return policy as RetentionPolicy;
}

function argumentsOf({ keepTags = [], ...policy }: RetentionPolicy): string[] {
  const options = Object.entries(policy).flatMap(([name, value]) => [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)]);
  return [...options, ...[...keepTags, ['varve-pin']].flatMap((tags) => ['--keep-tag', tags.join(',')])];
}

/** What an older restic does not know is taken out of our answer. */
function asTheyWould({ keep, remove, ...group }: Judged): Judged {
  if (keepsOldest) return { ...group, keep, remove };
  const without = keep.map(({ snapshot, reasons }) => ({ snapshot, reasons: reasons.filter((reason) => !('oldest' in reason && reason.oldest)) }));
  return { ...group, keep: without.filter(({ reasons }) => reasons.length > 0), remove: [...remove, ...without.filter(({ reasons }) => reasons.length === 0).map(({ snapshot }) => snapshot)] };
}

interface ResticGroup {
  keep: { id: string }[] | null;
  remove: { id: string }[] | null;
  reasons: { snapshot: { id?: string; time: string }; matches: string[] }[] | null;
}

async function listed(path: string, key: MasterKey): Promise<Listed[]> {
  const { files, random, clock } = context;
  return (await (await Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey: key, random, clock })).loadSnapshots()).snapshots;
}

describe.skipIf(!withRestic)('restic forget --dry-run', () => {
  it('keeps and removes the same, for the same reasons', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const seeded = new Seeded(seed);
      const path = join(folder.path, `decisions-${seed}`);
      mkdirSync(path);
      const key = await makeRepository(context, path);
      await writeSnapshots(context, path, key, randomSnapshots(seeded, 10 + seeded.below(60)));
      const snapshots = await listed(path, key);
      for (let i = 0; i < 3; i++) {
        const policy = randomPolicy(seeded);
        const theirs = JSON.parse(restic(path, ['forget', '--dry-run', '--json', ...argumentsOf(policy)])) as ResticGroup[];
        const ours = groupsOf(snapshots, undefined).map((group) => asTheyWould(judge(group, parsePolicy(policy), context.clock.nowNs())));
        const what = `seed ${seed}: ${JSON.stringify(policy)}`;
        expect(ours.flatMap(({ remove }) => remove.map(({ id }) => id)).sort(), what).toEqual(theirs.flatMap(({ remove }) => (remove ?? []).map(({ id }) => id)).sort());
        const ourReasons = ours.flatMap(({ keep }) => keep.map(({ snapshot, reasons }) => `${snapshot.file.time.ns}: ${reasons.map(resticWords).sort().join('; ')}`));
        const theirReasons = theirs.flatMap(({ reasons }) => (reasons ?? []).map(({ snapshot, matches }) => `${BigInt(Date.parse(snapshot.time)) * 1_000_000n}: ${[...matches].sort().join('; ')}`));
        expect(ourReasons.sort(), what).toEqual(theirReasons.sort());
      }
    }
  });
});

describe.skipIf(!withRestic)('after ours', () => {
  let test: TestEngine;
  afterAll(() => test?.close());

  it('restic finds everything in order, sees our tags, and goes on with them', async () => {
    test = await createTestEngine();
    const path = join(folder.path, 'ours');
    mkdirSync(path);
    const key = await makeRepository(context, path);
    await writeSnapshots(context, path, key, randomSnapshots(new Seeded(99), 30));
    const source = join(folder.path, 'source');
    mkdirSync(source);
    restic(path, ['backup', source, '--tag', 'theirs,mine']);
    await test.api.repositories.add({ name: 'safe', path, mode: 'open', password: { kind: 'value', password: resticPassword } }, test.context);
    const input = { repository: 'safe', policy: { keepLast: 2 } };
    const preview = await test.api.keeping.forget.preview(input, test.context);
    expect(preview.removeCount).toBeGreaterThan(10);
    const { taskId } = await test.api.keeping.forget.run({ ...input, token: preview.token }, test.context);
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'done' });
    expect(restic(path, ['check', '--read-data'])).toContain('no errors were found');

    type Shown = { id: string; tags?: string[]; original?: string; time: string };
    const shown = (...more: string[]): Shown[] => JSON.parse(restic(path, ['snapshots', '--json', ...more])) as Shown[];
    expect(shown().map(({ id }) => id).sort()).toEqual(readdirSync(join(path, 'snapshots')).sort());
    const [theirs] = shown('--tag', 'theirs');
    const tagged = await test.api.keeping.tags.change({ snapshots: [theirs!.id], add: ['ours'], remove: ['mine'] }, test.context);
    expect(await taskEnd(test.api, tagged.taskId)).toMatchObject({ state: 'done' });
    const pinned = await test.api.keeping.tags.pin({ snapshots: ['latest'], pinned: true }, test.context);
    expect(await taskEnd(test.api, pinned.taskId)).toMatchObject({ state: 'done' });
    expect(shown('--tag', 'ours')).toMatchObject([{ tags: ['theirs', 'ours'], original: theirs!.id }]);
    // restic's own change keeps the lineage that ours began.
    restic(path, ['tag', '--add', 'again', '--tag', 'ours']);
    expect(shown('--tag', 'again')).toMatchObject([{ tags: ['theirs', 'ours', 'again'], original: theirs!.id }]);
    expect(restic(path, ['check', '--read-data'])).toContain('no errors were found');
    expect(readdirSync(join(path, 'locks'))).toEqual([]);
    // Last, because looking holds a lock for a while.
    const listedHere = await test.api.snapshots.list({ tag: 'again', limit: 10 }, test.context);
    expect(listedHere.snapshots).toMatchObject([{ lineage: theirs!.id }]);
  });
});

describe.skipIf(!withRestic)('ours and theirs in turn', () => {
  const turns = process.env['VARVE_LONG'] === '1' ? 40 : 8;
  let test: TestEngine;
  afterAll(() => test?.close());

  it(`agree about every snapshot and its tags through ${turns} random changes`, async () => {
    const seeded = new Seeded('in turn');
    test = await createTestEngine();
    const path = join(folder.path, 'in-turn');
    mkdirSync(path);
    const key = await makeRepository(context, path);
    await writeSnapshots(context, path, key, randomSnapshots(seeded, 24).map((wanted) => ({ ...wanted, hostname: 'one', paths: ['/x'] })));
    await test.api.repositories.add({ name: 'safe', path, mode: 'open', password: { kind: 'value', password: resticPassword } }, test.context);
    const ended = async ({ taskId }: { taskId: string }): Promise<void> => expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'done' });
    /** What a snapshot is, whatever its id: lineage -> its tags. */
    const seenByRestic = (): Map<string, string> =>
      new Map((JSON.parse(restic(path, ['snapshots', '--json'])) as { id: string; original?: string; tags?: string[] }[]).map(({ id, original, tags = [] }) => [original ?? id, tags.join()]));
    const lineagesIn = (shown: Map<string, string>): string[] => [...shown.keys()].sort();

    let expected = seenByRestic();
    for (let turn = 0; turn < turns; turn++) {
      const snapshots = await listed(path, key);
      const { id, file } = seeded.pick(snapshots);
      const lineage = file.original ?? id;
      const ours = turn % 2 === 0;
      const tag = `t${seeded.below(5)}`;
      const tags = file.tags ?? [];
      const kind = seeded.pick(['add', 'remove', 'forget'] as const);
      const what = `turn ${turn}: ${ours ? 'ours' : 'theirs'} ${kind} ${tag} ${id.slice(0, 8)}`;
      if (kind === 'forget') {
        const policy: RetentionPolicy = { keepLast: Math.max(2, snapshots.length - 2), keepTags: [['t1']] };
        const [group] = groupsOf(snapshots, undefined).map((one) => asTheyWould(judge(one, parsePolicy(policy), context.clock.nowNs())));
        if (ours) {
          const input = { repository: 'safe', policy };
          const { token } = await test.api.keeping.forget.preview(input, test.context);
          await ended(await test.api.keeping.forget.run({ ...input, token }, test.context));
        } else restic(path, ['forget', ...argumentsOf(policy)]);
        for (const { id: gone, file: old } of group!.remove) expected.delete(old.original ?? gone);
      } else {
        const next = kind === 'add' ? [...new Set([...tags, tag])] : tags.filter((one) => one !== tag);
        if (ours) await ended(await test.api.keeping.tags.change({ snapshots: [id], add: kind === 'add' ? [tag] : [], remove: kind === 'remove' ? [tag] : [] }, test.context));
        else restic(path, ['tag', `--${kind}`, tag, id]);
        expected.set(lineage, next.join());
      }
      const shown = seenByRestic();
      expect(lineagesIn(shown), what).toEqual(lineagesIn(expected));
      for (const [each, text] of expected) expect(shown.get(each)?.split(',').sort(), what).toEqual(text.split(',').sort());
      expected = shown;
    }
    expect(restic(path, ['check', '--read-data'])).toContain('no errors were found');
  });
});
