// What goes into a snapshot, as a person says it on the command line: what is left out, edits of a plan, programs around a snapshot, databases
// that are being written to, standard input and the output of a program.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlanPreview, Snapshot, SnapshotResult } from '../../src/contract/snapshots.ts';
import { createReadyWorld, type World } from './harness/world.ts';

let world: World;

beforeAll(async () => {
  world = await createReadyWorld();
  for (const name of ['work/code/build', 'work/cache', 'figures']) mkdirSync(world.path(name), { recursive: true });
  writeFileSync(world.path('work/code/main.ts'), 'code');
  writeFileSync(world.path('work/code/.gitignore'), 'build/\n');
  writeFileSync(world.path('work/code/build/out.js'), 'x'.repeat(1000));
  writeFileSync(world.path('work/cache/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n');
  writeFileSync(world.path('work/cache/large'), 'x'.repeat(2000));
  writeFileSync(world.path('work/movie.ISO'), 'x'.repeat(5000));
  writeFileSync(world.path('figures/one.svg'), '<svg/>');
  writeFileSync(world.path('patterns'), '# large things\n*.iso\n');
});
afterAll(() => world?.dispose());

const names = async (): Promise<string[]> => (await world.well(['ls', 'work@latest', world.path('work'), '-r'])).stdout.trim().split('\n').map((line) => line.replace(`${world.path('work')}/`, '')).sort();

describe('a plan', () => {
  it('leaves out what its options say, and a preview tells how much', async () => {
    const plan = (await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work'), '--exclude-gitignore', '--exclude-caches', '--iexclude-file', world.path('patterns'), '--json'])).json<Plan>();
    expect(plan).toMatchObject({ version: 1, leaveOut: { gitignore: true, caches: true, caseless: ['*.iso'] } });
    const preview = (await world.well(['plan', 'preview', 'work', '--json'])).json<PlanPreview>();
    expect(preview).toMatchObject({ kept: { files: 3 }, leftOut: [{ by: 'pattern', bytes: 5000 }, { by: 'cache', bytes: 2000 }, { by: 'gitignore', bytes: 1000 }], done: true });
    const shown = (await world.well(['plan', 'preview', 'work', '--no-exclude-caches'], { env: { LANG: 'pt_BR.UTF-8' } })).stdout;
    expect(shown).toContain('De fora:');
    expect(shown).not.toContain('marcado como cache');
    const { snapshot } = (await world.well(['snapshot', 'work', '--json'])).json<SnapshotResult>();
    expect(snapshot.summary).toMatchObject({ totalFiles: preview.kept.files, totalBytes: preview.kept.bytes });
    expect(await names()).toEqual(['cache/', 'cache/CACHEDIR.TAG', 'code/', 'code/.gitignore', 'code/main.ts']);
  });

  it('is edited: the new version counts from the next snapshot on, the record says what changed', async () => {
    const edited = (await world.well(['plan', 'edit', 'work', '--path', world.path('figures'), '--exclude-larger-than', '1K', '--remove-exclude', '*.iso', '--no-exclude-caches', '--tag', 'daily', '--json'])).json<Plan>();
    expect(edited).toMatchObject({ version: 2, paths: [world.path('work'), world.path('figures')], tags: ['daily'], leaveOut: { caseless: [], caches: false, largerThan: 1024 } });
    expect((await world.well(['plan', 'edit', 'work', '--tag', 'daily'])).stdout).toContain('already');
    expect((await world.run(['plan', 'edit', 'work', '--remove-tag', 'weekly'])).code).toBe(4);
    expect((await world.run(['plan', 'edit', 'nobody', '--tag', 'x'])).code).toBe(4);
    expect((await world.run(['plan', 'edit', 'work', '--exclude', '[a'])).code).toBe(2);
    expect((await world.run(['plan', 'edit', 'work', '--exclude-larger-than', 'huge'])).code).toBe(2);
    const { snapshot } = (await world.well(['snapshot', 'work', '--json'])).json<SnapshotResult>();
    expect(snapshot).toMatchObject({ paths: [world.path('work'), world.path('figures')], tags: expect.arrayContaining(['daily']), summary: { totalFiles: 4 } });
    expect((await world.well(['log', 'list', '--action', 'plan.changed', '--json'])).stdout).toMatch(/"version":\s*2/);
  });

  it('runs its programs: their metrics are shown and kept, a failing first one is exit 1 and no snapshot', async () => {
    const before = JSON.stringify([process.execPath, '-e', 'console.log(JSON.stringify({ rows: 12 }))']);
    await world.well(['plan', 'edit', 'work', '--before', before, '--hook-limit', '30']);
    const result = await world.well(['snapshot', 'work']);
    expect(result.stdout).toContain('{"rows":12}');
    expect((await world.well(['cat', 'work@latest', '/.varve/metrics'])).stdout).toBe('{"rows":12}\n');
    await world.well(['plan', 'edit', 'work', '--before', JSON.stringify([process.execPath, '-e', 'console.error("no such table"); process.exit(3)'])]);
    const count = async (): Promise<number> => (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots.length;
    const had = await count();
    const failed = await world.run(['snapshot', 'work']);
    expect([failed.code, await count()]).toEqual([1, had]);
    expect(failed.stderr).toContain('ended with 3: no such table');
    await world.well(['plan', 'edit', 'work', '--no-before']);
    expect((await world.well(['plan', 'list', '--json'])).json<Plan[]>()).toMatchObject([{ hooks: { before: null, after: null } }]);
  });
});

describe('a snapshot', () => {
  it('keeps a database that is being written to as a consistent copy, and says so', async () => {
    const path = world.path('figures/live.db');
    const script = `import Sqlite from ${JSON.stringify(import.meta.resolve('better-sqlite3'))};
      const db = new Sqlite(${JSON.stringify(path)}); db.pragma('journal_mode = WAL'); db.exec('CREATE TABLE t (x)'); console.log('ready');
      setInterval(() => db.exec('INSERT INTO t VALUES (randomblob(500))'), 2);`;
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => writer.stdout.once('data', resolve));
      await world.well(['plan', 'edit', 'work', '--no-exclude-larger-than']);
      const taken = await world.well(['snapshot', 'work', '--gentle']);
      expect(taken.stdout).toMatch(/1 SQLite database kept as a consistent copy; 2 files beside it/);
      const listed = (await world.well(['ls', 'work@latest', world.path('figures')])).stdout.trim().split('\n');
      expect(listed).toEqual(['live.db', 'one.svg']);
    } finally {
      writer.kill('SIGKILL');
      await new Promise((resolve) => writer.once('exit', resolve));
    }
  });

  it('takes the output of a program, whole or not at all', async () => {
    await world.well(['snapshot', 'work', '--command', 'dump.txt', '--', process.execPath, '-e', 'process.stdout.write("a dump")']);
    expect((await world.well(['cat', 'work@latest', '/dump.txt'])).stdout).toBe('a dump');
    const failed = await world.run(['snapshot', 'work', '--command', 'other.txt', '--', process.execPath, '-e', 'console.log("half"); process.exitCode = 5']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('ended with 5');
    expect((await world.well(['cat', 'work@latest', '/dump.txt'])).stdout).toBe('a dump');
    for (const wrong of [['--command', 'x'], ['--command', 'a/b', '--', 'true'], ['--command', 'x', '--stdin', 'y', '--', 'true'], ['true']]) expect((await world.run(['snapshot', 'work', ...wrong])).code, wrong.join(' ')).toBe(2);
  });

  it('takes standard input', async () => {
    await world.well(['snapshot', 'work', '--stdin', 'letter.txt'], { input: 'dear Varve\n' });
    expect((await world.well(['cat', 'work@latest', '/letter.txt'])).stdout).toBe('dear Varve\n');
  });
});
