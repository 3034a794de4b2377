// Going back for one file, as a person does it: every version of it, and where a name lies.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileHistory } from '../../src/contract/history.ts';
import type { FindResult } from '../../src/contract/names.ts';
import { createHomeWorld, type World } from './harness/world.ts';

let world: World;
const portuguese = { env: { LANG: 'pt_BR.UTF-8' } };

beforeAll(async () => {
  world = await createHomeWorld();
  mkdirSync(world.path('work'));
  await world.repository('usb', world.path('repository'));
  await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work')]);
  writeFileSync(world.path('work/draft.tex'), 'one\n');
  writeFileSync(world.path('work/\u001b[31mred'), 'hostile\n');
  await world.well(['snapshot', 'work']);
  writeFileSync(world.path('work/draft.tex'), 'one and two\n');
  await world.well(['snapshot', 'work']);
  renameSync(world.path('work/draft.tex'), world.path('work/final.tex'));
  await world.well(['snapshot', 'work']);
});
afterAll(() => world?.dispose());

describe('varve history', () => {
  it('lists the versions of a file, also from before it was renamed; the oldest can be read and restored by what is listed', async () => {
    const shown = await world.well(['history', 'work/final.tex'], { cwd: world.folder });
    const [head, newest, oldest, ...rest] = shown.stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ID +LAST SEEN +FIRST SEEN +SIZE +CHANGED +SNAPSHOTS +REMARKS$/);
    expect(newest).toMatch(new RegExp(`12 B.* 2  at ${world.path('work/final.tex')}; at ${world.path('work/draft.tex')}$`));
    expect(oldest).toMatch(new RegExp(` 4 B.* 1  at ${world.path('work/draft.tex')}$`));
    expect(rest).toEqual([]);
    const [id] = (oldest as string).split(' ');
    expect((await world.well(['cat', id as string, world.path('work/draft.tex')])).stdout).toBe('one\n');
    const history = (await world.well(['history', world.path('work/final.tex'), '--json'])).json<FileHistory>();
    expect(history).toMatchObject({ plan: 'work', looked: 3, versions: [{ sizeBytes: 12, snapshotCount: 2 }, { sizeBytes: 4, snapshotCount: 1 }] });
    const alone = (await world.well(['history', world.path('work/final.tex'), '--no-renames', '--json'])).json<FileHistory>();
    expect(alone.versions).toHaveLength(1);
  });

  it('shows a hostile name as text, speaks Portuguese, and says what to do when no plan is meant', async () => {
    const hostile = await world.well(['history', world.path('work/\u001b[31mred')], portuguese);
    expect(hostile.stdout).toContain('VISTO POR ÚLTIMO');
    const none = await world.run(['history', world.path('work/\u001b[31mnone')]);
    expect([none.code, none.stdout]).toEqual([4, expect.stringContaining('\\x1b[31mnone')]);
    for (const { stdout, stderr } of [hostile, none]) expect(stdout + stderr).not.toContain('\u001b');
    const elsewhere = await world.run(['history', world.path('nowhere')], portuguese);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([2, expect.stringMatching(/nenhum plano guarda .*--plan/)]);
  });
});

describe('varve find', () => {
  it('says where a name lies over all snapshots, and in how many', async () => {
    const shown = (await world.well(['find', '*.tex'])).stdout.trimEnd().split('\n');
    expect(shown[0]).toMatch(/^ID +LAST SEEN +FIRST SEEN +SIZE +SNAPSHOTS +PATH$/);
    expect(shown.slice(1).map((line) => line.split(/  +/).slice(-3))).toEqual([
      ['12 B', '2', world.path('work/draft.tex')],
      ['12 B', '1', world.path('work/final.tex')]
    ]);
    const newest = (await world.well(['find', 'TEX', '--ignore-case', '--newest', '--type', 'file', '--json'])).json<FindResult>();
    expect(newest).toMatchObject({ looked: 1, total: 1, matches: [{ path: world.path('work/final.tex'), snapshotCount: 1 }] });
    const lines = (await world.well(['find', '*.tex', '--all', '--json'])).stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { path?: string; total?: number });
    expect(lines.map(({ path, total }) => path ?? total)).toEqual([world.path('work/draft.tex'), world.path('work/final.tex'), 2]);
    expect((await world.well(['find', '*.tex', '--limit', '1'], portuguese)).stdout).toMatch(/VISTO POR ÚLTIMO[^]*… e mais 1/);
  });

  it('shows hostile names as text, and refuses what means nothing', async () => {
    const hostile = await world.well(['find', 'red', '--plan', 'work']);
    expect(hostile.stdout).toContain('\\x1b[31mred');
    expect(hostile.stdout).not.toContain('\u001b');
    const none = await world.run(['find', 'no\u001b[31m-such-name'], portuguese);
    expect([none.code, none.stdout]).toEqual([4, expect.stringContaining('no\\u001b[31m-such-name')]);
    for (const args of [['/'], ['x', '--type', 'door'], ['x', '--limit', '0'], ['[[:alpha:]]']]) expect((await world.run(['find', ...args])).code, args.join(' ')).toBe(2);
    expect((await world.run(['find', '/'], portuguese)).stderr).toContain('não nomeia arquivo nem pasta');
  });
});
