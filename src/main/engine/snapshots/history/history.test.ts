// What a history says: against a plain model that knows every snapshot's files, and for everything that is hard to know.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MasterKey } from '../../repository/index.ts';
import { historyOf, type SnapshotOf } from '../testing/histories.ts';
import { HostileWriter, rawNode } from '../testing/hostile.ts';
import { Seeded } from '../testing/make-tree.ts';
import { save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';
import type { HistoryFacts } from './protocol.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let repository: string;
let source: string;
let key: MasterKey;

beforeAll(async () => {
  context = realContext();
  folder = temporaryFolder();
  repository = join(folder.path, 'repository');
  source = join(folder.path, 'source');
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterAll(async () => {
  await context.workers.close();
  folder.remove();
});

const at = (...names: string[]): string => join(source, ...names);
const fresh = (): void => {
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source);
};
const snapshot = async (): Promise<SnapshotOf> => ({ repository, key, treeId: (await save(context, repository, key, [source])).file.tree });
/** Each stretch on a line, paths below the source. */
const told = ({ stretches }: HistoryFacts): string[] => stretches.map(({ state, version, path, snapshots }) => [state, ...(version === null ? [] : [version]), path.replace(source, ''), snapshots.join()].join(' '));

/** The files that are there now: what a snapshot of this moment holds. */
function filesNow(): Map<string, string> {
  const entries = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(entries.map((entry) => join(entry.parentPath, entry.name)).map((path) => [path, readFileSync(path, 'latin1')]));
}

/** The rule in plain words, over the files of each snapshot, newest first. */
function expected(snapshots: readonly Map<string, string>[], asked: string): string[] {
  const lines: string[] = [];
  let path = asked;
  let before: { files: Map<string, string>; content: string } | undefined;
  for (const files of snapshots) {
    if (!files.has(path) && before !== undefined && before.content !== '') {
      const { content, files: newer } = before;
      const gone = [...files].filter(([name, bytes]) => bytes === content && newer.get(name) !== content).map(([name]) => name);
      if (gone.length === 1) path = gone[0] as string;
    }
    const content = files.get(path);
    before = content === undefined ? undefined : { files, content };
    lines.push(content === undefined ? `not at ${path}` : `${content} at ${path}`);
  }
  return lines;
}

let moves = 0;

function edit(random: Seeded, all: Set<string>): void {
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (let i = 0; i < 4; i++) {
    const now = [...filesNow().keys()];
    const other = at(random.pick(['', 'x', 'y', 'x/z']), random.pick(names));
    mkdirSync(join(other, '..'), { recursive: true });
    const what = random.below(7);
    const some = now.length === 0 ? undefined : random.pick(now);
    if (some === undefined || what < 2) writeFileSync(other, `content ${random.below(6)}`.slice(0, random.below(12)));
    else if (what < 4) renameSync(some, other);
    else if (what === 4) rmSync(some);
    else if (what === 5) writeFileSync(other, readFileSync(some));
    else if (existsSync(at('x'))) renameSync(at('x'), at(`moved ${moves++}`));
    all.add(other);
  }
}

describe('a history', () => {
  it('says of random edits what a look into every snapshot says', { timeout: 1_800_000 }, async () => {
    let followed = 0;
    for (const seed of process.env['VARVE_LONG'] === '1' ? Array.from({ length: 40 }, (_, i) => `history ${i}`) : ['history 0']) {
      fresh();
      mkdirSync(at('x'));
      const random = new Seeded(seed);
      const all = new Set<string>();
      const snapshots: SnapshotOf[] = [];
      const kept: Map<string, string>[] = [];
      for (let i = 0; i < 9; i++) {
        mkdirSync(at('x'), { recursive: true });
        edit(random, all);
        kept.unshift(filesNow());
        snapshots.unshift(await snapshot());
      }
      for (const path of all) {
        const wanted = expected(kept, path);
        const facts = await historyOf(context, snapshots, path);
        const lines: string[] = [];
        for (const { version, path: where, snapshots: same } of facts.stretches) {
          for (const number of same) lines[number] = version === null || facts.versions[version]?.type !== 'file' ? `not at ${where}` : `${kept[number]?.get(where) ?? ''} at ${where}`;
          if (where !== path) followed += 1;
        }
        expect(lines, `${seed} ${path}`).toEqual(wanted);
        // Versions are told by content: as many as there are contents, each with the snapshots that hold it.
        const contents = new Map<string, number[]>();
        for (const [number, line] of wanted.entries()) {
          if (line.startsWith('not at')) continue;
          const content = line.slice(0, line.lastIndexOf(' at '));
          contents.set(content, [...(contents.get(content) ?? []), number]);
        }
        expect(facts.versions.filter(({ type }) => type === 'file').map(({ snapshots: holding, sizeBytes }) => [holding, sizeBytes]), `${seed} ${path}`).toEqual([...contents].map(([content, numbers]) => [numbers, content.length]));
      }
    }
    expect(followed).toBeGreaterThan(0);
  });

  it('has versions for contents, remarks for what else changed, and gaps for what was deleted and came back', async () => {
    fresh();
    const taken: SnapshotOf[] = [];
    const step = async (change: () => void): Promise<void> => {
      change();
      taken.unshift(await snapshot());
    };
    await step(() => writeFileSync(at('draft'), 'one'));
    await step(() => chmodSync(at('draft'), 0o600));
    await step(() => rmSync(at('draft')));
    await step(() => writeFileSync(at('draft'), 'two'));
    await step(() => writeFileSync(at('draft'), 'one'));
    await step(() => {
      rmSync(at('draft'));
      symlinkSync('elsewhere', at('draft'));
    });
    const facts = await historyOf(context, taken, at('draft'));
    expect(told(facts)).toEqual(['held 0 /draft 0', 'held 1 /draft 1', 'held 2 /draft 2', 'absent /draft 3', 'held 1 /draft 4,5']);
    expect(facts.versions).toMatchObject([
      { type: 'symlink', linkTarget: 'elsewhere', snapshots: [0] },
      { type: 'file', sizeBytes: 3, snapshots: [1, 4, 5], metadata: ['mode', 'time'] },
      { type: 'file', sizeBytes: 3, snapshots: [2], metadata: [] }
    ]);
    expect(await historyOf(context, taken, at('never'))).toMatchObject({ versions: [], stretches: [{ state: 'absent', snapshots: [0, 1, 2, 3, 4, 5] }] });
  });

  it('follows a folder that was renamed, and nothing where that is not wanted', async () => {
    fresh();
    mkdirSync(at('old'));
    writeFileSync(at('old/inside'), 'x');
    const before = await snapshot();
    renameSync(at('old'), at('new'));
    const both = [await snapshot(), before];
    expect(told(await historyOf(context, both, at('new')))).toEqual(['held 0 /new 0', 'held 0 /old 1']);
    expect(told(await historyOf(context, both, at('new/inside')))).toEqual(['held 0 /new/inside 0', 'held 0 /old/inside 1']);
    expect(told(await historyOf(context, both, at('new/inside'), { renames: false }))).toEqual(['held 0 /new/inside 0', 'absent /new/inside 1']);
  });

  it('takes a copy for no rename, and knows a file under its old name when another has taken that', async () => {
    fresh();
    writeFileSync(at('log'), 'monday');
    const before = await snapshot();
    writeFileSync(at('copy'), 'monday');
    const copied = await snapshot();
    expect(told(await historyOf(context, [copied, before], at('copy')))).toEqual(['held 0 /copy 0', 'absent /copy 1']);
    rmSync(at('copy'));
    renameSync(at('log'), at('log.1'));
    writeFileSync(at('log'), 'tuesday');
    expect(told(await historyOf(context, [await snapshot(), before], at('log.1')))).toEqual(['held 0 /log.1 0', 'held 0 /log 1']);
  });

  it('says where it cannot tell which of several it was, and takes an empty file for none', async () => {
    fresh();
    writeFileSync(at('a'), 'same');
    writeFileSync(at('b'), 'same');
    writeFileSync(at('empty'), '');
    const before = await snapshot();
    rmSync(at('b'));
    renameSync(at('a'), at('c'));
    renameSync(at('empty'), at('void'));
    const both = [await snapshot(), before];
    const facts = await historyOf(context, both, at('c'));
    expect(told(facts)).toEqual(['held 0 /c 0', 'absent /c 1']);
    expect(facts.lost).toEqual([{ why: 'several', snapshot: 1, paths: [at('a'), at('b')] }]);
    expect(told(await historyOf(context, both, at('void')))).toEqual(['held 0 /void 0', 'absent /void 1']);
  });

  it('does not take the gap of an incomplete snapshot for a deletion, and follows a rename across it', async () => {
    fresh();
    writeFileSync(at('old'), 'content');
    const first = await snapshot();
    rmSync(at('old'));
    const gap: SnapshotOf = { ...(await snapshot()), incomplete: true };
    writeFileSync(at('new'), 'content');
    const last = await snapshot();
    expect(told(await historyOf(context, [last, gap, first], at('new')))).toEqual(['held 0 /new 0', 'unsure /new 1', 'held 0 /old 2']);
    expect(told(await historyOf(context, [last, { ...gap, incomplete: false }, first], at('new')))).toEqual(['held 0 /new 0', 'absent /new 1,2']);
  });

  it('passes over snapshots of other folders', async () => {
    fresh();
    writeFileSync(at('mine'), 'content');
    const mine: SnapshotOf = { ...(await snapshot()), paths: [source] };
    const others: SnapshotOf = { ...mine, treeId: 'ac08ce34ba4f8123618661bef2425f7028ffb9ac740578a3ee88684d2523fee8', paths: [`${source}-other`] };
    expect(await historyOf(context, [mine, others, mine], at('mine'))).toMatchObject({ elsewhere: 1, stretches: [{ state: 'held', snapshots: [0, 2] }] });
  });

  it('names what cannot be read, never takes it for gone, and does not follow where a folder could not be searched', async () => {
    const writer = await HostileWriter.open(context, repository, key);
    const content = [await writer.data(Buffer.from('x'))];
    const file = rawNode('f', 'file', { content, size: 1 });
    const folderOf = async (nodes: Record<string, unknown>[]): Promise<string> => writer.tree([rawNode('top', 'dir', { subtree: await writer.tree(nodes) })]);
    const whole = await folderOf([file]);
    const lost = await writer.tree([rawNode('top', 'dir', { subtree: '1'.repeat(64) })]);
    const renamed = await folderOf([rawNode('g', 'file', { content, size: 1 })]);
    const halfLost = await writer.tree([rawNode('lost', 'dir', { subtree: '2'.repeat(64) }), rawNode('top', 'dir', { subtree: await writer.tree([file]) })]);
    await writer.finish();
    const of = (treeId: string): SnapshotOf => ({ repository, key, treeId });
    const facts = await historyOf(context, [of(whole), of(lost), of(whole)], '/top/f');
    expect(told(facts)).toEqual(['held 0 /top/f 0', 'unreadable /top/f 1', 'held 0 /top/f 2']);
    expect(facts.stretches[1]?.reason).toContain('damaged: ');
    const search = await historyOf(context, [of(renamed), of(halfLost)], '/top/g');
    expect(told(search)).toEqual(['held 0 /top/g 0', 'absent /top/g 1']);
    expect(search.lost).toEqual([{ why: 'unreadable', snapshot: 1, paths: ['/top/f'] }]);
  });

  it('knows a large file again in a repository that cuts elsewhere, and tells another of the same length apart', async () => {
    fresh();
    const bytes = new Seeded('elsewhere').bytes(3_000_000);
    writeFileSync(at('large'), bytes);
    const here = await snapshot();
    const elsewhere = join(folder.path, 'elsewhere');
    mkdirSync(elsewhere);
    const otherKey = await makeRepository(context, elsewhere);
    const there = async (): Promise<SnapshotOf> => ({ repository: elsewhere, key: otherKey, treeId: (await save(context, elsewhere, otherKey, [source])).file.tree });
    const same = await there();
    bytes[2_999_999] = (bytes[2_999_999] as number) ^ 1;
    writeFileSync(at('large'), bytes);
    expect(lstatSync(at('large')).size).toBe(3_000_000);
    expect(told(await historyOf(context, [await there(), same, here], at('large')))).toEqual(['held 0 /large 0', 'held 1 /large 1,2']);
  });
});
