import { describe, expect, it } from 'vitest';
import { matches } from '../app/palette-match.ts';
import { createTaskBoard, mergeTask } from '../api/tasks.ts';
import type { TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { createWorld } from '../testing/fake-data.ts';
import { listMove } from './list-keys.ts';
import { imageType, looksBinary, parseTable, previewKind } from './preview-kind.ts';
import { resolveLanguage } from './preferences.ts';
import { fitted, including, layerAt, perLayer, travelled, whole, zoomed } from './core-window.ts';
import { layerKind, layOut } from './strata.ts';
import { chosenState, flattenTree, foldersAbove, toggleChosen, treePageSize, type Folder } from './tree-rows.ts';

const world = createWorld(new Date('2026-11-21T12:00:00.000Z'));

describe('the core sample', () => {
  it('never is taller than its room while layers can still be seen, newest on top', () => {
    const layers = layOut(world.snapshots, 600);
    const last = layers.at(-1);
    expect((last?.top ?? 0) + (last?.height ?? 0)).toBeLessThan(660);
    expect(layers.map((layer) => layer.snapshot.id)).toEqual(world.snapshots.map((snapshot) => snapshot.id));
    for (const layer of layers) expect(layer.height).toBeGreaterThanOrEqual(2);
  });

  it('gives more room to what added more, and does not swell a single layer', () => {
    const [model] = world.snapshots;
    if (!model?.summary) throw new Error('the made-up world has no snapshots');
    const sized = (dataAdded: number) => ({ ...model, summary: { ...(model.summary as NonNullable<typeof model.summary>), dataAdded } });
    const [small, large] = layOut([sized(50_000), sized(500_000_000)], 400);
    expect(large?.height).toBeGreaterThan(small?.height ?? Infinity);
    expect(layOut([sized(5_000_000)], 900)[0]?.height).toBeLessThanOrEqual(64);
  });

  it('tells first, new, changed, unchanged and unknown apart', () => {
    const [model] = world.snapshots;
    if (!model?.summary) throw new Error('the made-up world has no snapshots');
    const kind = (filesNew: number, filesChanged: number, parent: string | null = 'a'.repeat(64)) => layerKind({ ...model, parent, summary: { ...(model.summary as NonNullable<typeof model.summary>), filesNew, filesChanged } });
    expect([kind(5, 1, null), kind(5, 1), kind(1, 5), kind(0, 0), layerKind({ ...model, summary: null })]).toEqual(['first', 'new', 'changed', 'same', 'unknown']);
  });
});

describe('a long core sample', () => {
  it('puts several snapshots into a layer when there are more than can be told apart, and says so of all that is on them', () => {
    expect([perLayer(12), perLayer(500), perLayer(501), perLayer(10_000)]).toEqual([1, 1, 3, 42]);
    const few = world.snapshots.slice(0, 7).map((snapshot, index) => ({ ...snapshot, tags: index === 4 ? ['v1'] : [], incomplete: index === 6, ...(index === 1 && { tested: { at: snapshot.at, ok: true, files: 3, ofFiles: 60 } }), ...(index === 5 && { tested: { at: snapshot.at, ok: false, files: 2, ofFiles: 60 } }) }));
    expect(layOut(few, 400, 3).map(({ snapshot, index, count, tagged, pinned, cracked, tested }) => [snapshot.id === few[index]?.id, index, count, tagged, pinned, cracked, tested])).toEqual([[true, 0, 3, false, false, false, true], [true, 3, 3, true, false, true, false], [true, 6, 1, false, false, true, false]]);
  });

  it('never leaves the history', () => {
    expect([whole(12), fitted({ from: 9, count: 9 }, 10), fitted({ from: 0, count: 0 }, 1), fitted({ from: 3, count: 3 }, 0)]).toEqual([{ from: 0, count: 12 }, { from: 1, count: 9 }, { from: 0, count: 1 }, { from: 0, count: 0 }]);
    expect([travelled({ from: 10, count: 20 }, 100, 500), travelled({ from: 10, count: 20 }, 100, -500)]).toEqual([{ from: 80, count: 20 }, { from: 0, count: 20 }]);
  });

  it('zooms around a layer, which stays where it is', () => {
    const window = { from: 100, count: 200 };
    const nearer = zoomed(window, 1_000, 150, 0.5);
    expect(nearer).toEqual({ from: 125, count: 100 });
    expect(zoomed(nearer, 1_000, 150, 2)).toEqual(window);
    expect(zoomed({ from: 0, count: 3 }, 1_000, 1, 0.1).count).toBe(2);
    expect(zoomed(window, 1_000, 150, 100)).toEqual({ from: 0, count: 1_000 });
  });

  it('moves along with a layer that is travelled to, as little as it takes', () => {
    const window = { from: 10, count: 5 };
    expect([including(window, 100, 12), including(window, 100, 9), including(window, 100, 15), including(window, 100, 99)]).toEqual([window, { from: 9, count: 5 }, { from: 11, count: 5 }, { from: 95, count: 5 }]);
    expect([0, 9.9, 10, 25, 99].map((y) => layerAt([{ top: 0, height: 10 }, { top: 10, height: 20 }], y))).toEqual([0, 0, 1, 1, 1]);
  });
});

describe('the file tree', () => {
  const folders = new Map<string, Folder>([...world.files].map(([path, entries]) => [path, { pages: new Map([[0, entries.slice(0, treePageSize)]]), total: entries.length }]));

  it('shows only what is open, with a row for each entry that is still to be read', () => {
    const base = '/home/ana/thesis';
    const open = new Set(['/home', '/home/ana', base, `${base}/data`, `${base}/data/raw`, `${base}/notes`]);
    const tree = flattenTree('/', folders, open);
    const rows = [...tree];
    expect([tree.length, tree.at(-1), tree.at(rows.length)]).toEqual([rows.length, undefined, undefined]);
    expect(rows.every((row, index) => row.kind !== 'entry' || tree.indexOf(row.entry.path) === index)).toBe(true);
    expect(rows.flatMap((row) => (row.kind === 'entry' && row.open ? [row.entry.path] : [])).sort()).toEqual([...open].sort());
    const unread = rows.filter((row) => row.kind === 'loading');
    expect([unread.length, unread[0], unread.at(-1)]).toEqual([1400, { kind: 'loading', path: `${base}/data/raw`, page: 1, depth: 5 }, { kind: 'loading', path: `${base}/data/raw`, page: 2, depth: 5 }]);
    expect(rows.some((row) => row.kind === 'empty' && row.path === `${base}/notes`)).toBe(true);
    expect(rows.some((row) => row.kind === 'entry' && row.entry.path === `${base}/figures/fig-2.svg`)).toBe(false);
    expect([...flattenTree('/nowhere', folders, open)]).toEqual([{ kind: 'loading', path: '/nowhere', page: 0, depth: 0 }]);
  });

  it('knows the folders on the way to a path', () => {
    expect([foldersAbove('/a/b/c'), foldersAbove('/a'), foldersAbove('/')]).toEqual([['/', '/a', '/a/b'], ['/'], []]);
  });

  it('means all below a chosen folder, and keeps the list short', () => {
    const chosen = toggleChosen('/a', ['/a/b', '/a/c/d', '/ab']);
    expect(chosen).toEqual(['/ab', '/a']);
    expect([chosenState('/a/b/x', chosen), chosenState('/abc', chosen), chosenState('/', chosen)]).toEqual(['yes', 'no', 'within']);
    expect(toggleChosen('/a/b', chosen)).toEqual(chosen);
    expect(toggleChosen('/a', chosen)).toEqual(['/ab']);
  });
});

describe('previews', () => {
  it('choose by name, and look for bytes that nobody can read', () => {
    expect(['a.csv', 'a.JSON', 'a.png', 'a.zip', 'README'].map(previewKind)).toEqual(['csv', 'json', 'image', 'none', 'text']);
    expect(imageType('x.JPG')).toBe('image/jpeg');
    expect(looksBinary(new Uint8Array([65, 0, 66]))).toBe(true);
  });

  it('read quoted cells, doubled quotes, line breaks in cells and semicolons', () => {
    expect(parseTable('a,b\n"x, y","say ""hi"""\n', 10)).toEqual([['a', 'b'], ['x, y', 'say "hi"']]);
    expect(parseTable('a;b\r\n"1\n2";3', 10)).toEqual([['a', 'b'], ['1\n2', '3']]);
    expect(parseTable('a\n1\n2\n3', 2)).toHaveLength(2);
  });
});

describe('small rules', () => {
  it('a list moves within its bounds', () => {
    expect(listMove('j', 0, 3, 10)).toEqual({ kind: 'to', index: 1 });
    expect(listMove('PageDown', 0, 3, 10)).toEqual({ kind: 'to', index: 2 });
    expect(listMove('k', 0, 3, 10)).toEqual({ kind: 'to', index: 0 });
    expect(listMove('x', 0, 3, 10)).toBeUndefined();
  });

  it('the palette finds by beginnings of words, without accents', () => {
    expect(matches('back th', 'Back up now: Thesis')).toBe(true);
    expect(matches('configuracoes', 'Configurações')).toBe(true);
    expect(matches('zz', 'Back up now')).toBe(false);
  });

  it('an ended task is not revived by a late message', () => {
    const task = (state: TaskState['state']) => ({ id: 't', state }) as TaskState;
    const ended = mergeTask(mergeTask(new Map(), task('running')), task('done'));
    expect(mergeTask(ended, task('running')).get('t')?.state).toBe('done');
  });

  it('a result stays when the strip lets its task go, and is gone for good when a person puts it away', () => {
    const board = createTaskBoard({} as VarveClient);
    const task = { id: 't', state: 'done', endedAt: '2026-01-01T00:00:00.000Z' } as TaskState;
    board.take(task);
    board.letGo('t');
    expect([board.said.get().has('t'), board.tasks.get().get('t')]).toEqual([true, task]);
    board.dismiss('t');
    // The engine tells of it again after a broken line.
    board.take(task);
    expect(board.tasks.get().size).toBe(0);
  });

  it('of very many ended tasks the first to end go, never a running one', () => {
    const board = createTaskBoard({} as VarveClient);
    board.take({ id: 'running', state: 'running', endedAt: null } as TaskState);
    for (let n = 0; n < 210; n += 1) board.take({ id: `${n}`, state: 'done', endedAt: new Date(n * 1000).toISOString() } as TaskState);
    expect([board.tasks.get().size, board.tasks.get().has('running'), board.tasks.get().has('9'), board.tasks.get().has('10')]).toEqual([201, true, false, true]);
  });

  it('the system\'s Portuguese is ours, anything else is English', () => {
    expect([resolveLanguage('system', ['pt-PT']), resolveLanguage('system', ['de']), resolveLanguage('en', ['pt-BR'])]).toEqual(['pt-BR', 'en', 'en']);
  });
});
