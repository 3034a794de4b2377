// Looking inside changed files in a terminal, and the report of a comparison.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHomeWorld, type World } from './harness/world.ts';

let world: World;
const portuguese = { env: { LANG: 'pt_BR.UTF-8' } };

const write = (stage: 1 | 2): void => {
  const first = stage === 1;
  writeFileSync(world.path('work/draft.tex'), first ? 'one\ntwo\nthree\n' : 'one\n2\nthree\nfour\u001b[31m\n');
  writeFileSync(world.path('work/runs.csv'), first ? 'id,score\na,1\nb,2\n' : 'id,score\na,1\nb,3\nc,4\n');
  writeFileSync(world.path('work/config.json'), first ? '{"rate": 0.1, "steps": [1, 2]}' : '{"steps": [1, 2, 3], "rate": 0.2}');
  writeFileSync(world.path('work/raw.bin'), Buffer.from(first ? '00010203' : '00ff0203', 'hex'));
  const db = new Sqlite(world.path('work/lab.db'));
  db.exec(first ? 'CREATE TABLE runs (id INTEGER PRIMARY KEY, score); INSERT INTO runs VALUES (1, 10)' : "UPDATE runs SET score = 11; INSERT INTO runs VALUES (2, 'x')");
  db.close();
};

beforeAll(async () => {
  world = await createHomeWorld();
  mkdirSync(world.path('work'));
  await world.repository('usb', world.path('repository'));
  await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work')]);
  write(1);
  await world.well(['snapshot', 'work']);
  write(2);
});
afterAll(() => world?.dispose());

describe('varve diff --content', () => {
  it('shows what differs inside the changed files, each by its kind', async () => {
    const { stdout } = await world.well(['diff', 'latest', '--live', '--content']);
    const parts = new Map(stdout.split('\n=== ').slice(1).map((part) => [/\/work\/(\S+) /.exec(part)?.[1], part.trimEnd().split('\n').slice(1)]));
    expect(new Set(parts.keys())).toEqual(new Set(['config.json', 'draft.tex', 'lab.db', 'raw.bin', 'runs.csv']));
    expect(parts.get('draft.tex')).toEqual(['2 lines are new.', '1 line is gone.', '@@ -1,3 +1,4 @@', ' one', '-two', '+2', ' three', '+four\\u001b[31m']);
    expect(parts.get('runs.csv')).toEqual(['1 row changed.', '1 row is new.', 'Rows are told apart by the column “id”.', '~ [b] score = 2 → 3', '+[c] id = c; score = 4']);
    expect(parts.get('config.json')).toEqual(['1 value changed.', '1 value is new.', 'In 1 object the keys stand in another order.', '~ /: order of keys: ["rate","steps"] → ["steps","rate"]', '~ /rate: 0.1 → 0.2', '+/steps/2: 3']);
    expect(parts.get('lab.db')).toEqual(['1 row changed.', '1 row is new.', '~ runs [1] score = 10 → 11', "+runs [2] id = 2; score = 'x'"]);
    expect(parts.get('raw.bin')?.slice(0, 3)).toEqual(['1 byte differs.', 'The first difference is at byte 1.', '-00000000  00 01 02 03                                      ....']);
    expect(stdout).not.toContain('\u001b');
  });

  it('takes single files, folders, a moved file, and any file byte by byte; as JSON it is all there', async () => {
    const one = await world.well(['diff', 'latest', '--live', '--content', 'work/draft.tex', '--json'], { cwd: world.folder });
    expect(one.json<{ contents: unknown[] }>().contents).toMatchObject([{ facts: { kind: 'text', added: 2 }, differences: [{ row: 'hunk' }, {}, {}, {}, {}], rows: 5 }]);
    const folder = await world.well(['diff', 'latest', '--live', '--content', world.path('work'), '--limit', '2'], portuguese);
    expect(folder.stdout.match(/^=== /gm)).toHaveLength(2);
    expect(folder.stdout).toContain('… e mais 3 arquivos que mudaram não são mostrados por dentro');
    renameSync(world.path('work/draft.tex'), world.path('work/final.tex'));
    const moved = await world.well(['diff', 'latest', '--live', '--content', world.path('work/draft.tex'), '--now-at', world.path('work/final.tex')]);
    expect(moved.stdout).toMatch(/=== \S+draft\.tex → \S+final\.tex[^]*-two\n\+2/);
    renameSync(world.path('work/final.tex'), world.path('work/draft.tex'));
    expect((await world.well(['diff', 'latest', '--live', '--content', world.path('work/runs.csv'), '--bytes'])).stdout).toContain('69 64 2c 73 63 6f 72 65');
  });

  it('refuses what means nothing, and says what is not there', async () => {
    for (const args of [['--now-at', 'x'], ['--bytes'], ['--content', 'a', 'b', '--now-at', 'x'], ['--report', 'x.pdf']]) expect((await world.run(['diff', 'latest', '--live', ...args])).code, args.join(' ')).toBe(2);
    const missing = await world.run(['diff', 'latest', '--live', '--content', world.path('work/none')], portuguese);
    expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('none')]);
  });
});

describe('varve diff --report', () => {
  it('writes a whole report, in the person’s language, and never over a file', async () => {
    const html = world.path('changes.html');
    const said = await world.well(['diff', 'latest', '--live', '--report', html]);
    expect(said.stdout).toContain(`Report written: ${html}`);
    const text = readFileSync(html, 'utf8');
    for (const words of ['5 files have another content.', '<span class="del">-two</span>', 'four\\u001b[31m', 'score = 2 → 3', "default-src 'none'"]) expect(text).toContain(words);
    const again = await world.run(['diff', 'latest', '--live', '--report', html]);
    expect(again.code).toBe(8);
    expect(readFileSync(html, 'utf8')).toBe(text);
    const md = world.path('mudou.md');
    await world.well(['diff', 'latest', '--live', '--report', md], portuguese);
    expect(readFileSync(md, 'utf8')).toMatch(/^# O que mudou\n[^]*5 arquivos têm outro conteúdo\.[^]*```diff\n@@ -1,3 \+1,4 @@/);
    expect(existsSync(world.path('x.pdf'))).toBe(false);
  });
});

describe('varve diff --content with --path', () => {
  it('takes the files of that folder by their whole paths', async () => {
    mkdirSync(world.path('work/sub'));
    writeFileSync(world.path('work/sub/notes.txt'), 'a\n');
    const first = (await world.well(['snapshot', 'work', '--json'])).json<{ snapshot: { shortId: string } }>().snapshot.shortId;
    writeFileSync(world.path('work/sub/notes.txt'), 'b\n');
    writeFileSync(world.path('work/other.txt'), 'b\n');
    await world.well(['snapshot', 'work']);
    for (const paths of [[], [world.path('work/sub/notes.txt')], [world.path('work/sub')]]) {
      const { stdout } = await world.well(['diff', first, 'latest', '--path', world.path('work/sub'), '--content', ...paths]);
      expect(stdout.match(/^=== .*/gm)).toEqual([expect.stringContaining('/work/sub/notes.txt (2 B → 2 B)')]);
    }
  });
});
