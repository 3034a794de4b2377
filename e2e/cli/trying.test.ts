// Drills and trials on the command line, as a person does them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/contract/drills.ts';
import type { Trial } from '../../src/contract/trials.ts';
import { createHomeWorld, type World } from './harness/world.ts';

let world: World;
let work: string;
beforeEach(async () => {
  world = await createHomeWorld();
  work = world.path('work');
  mkdirSync(`${work}/data`, { recursive: true });
  for (let i = 0; i < 40; i++) writeFileSync(`${work}/data/f${i}`, `${i}`.repeat(2000));
  await world.repository('copies', world.path('copies'));
  await world.well(['plan', 'add', 'thesis', '--repo', 'copies', '--path', work, '--check', JSON.stringify([process.execPath, '-e', 'process.exit(require("fs").existsSync("data/f39") ? 0 : 1)'])]);
  await world.well(['snapshot', 'thesis']);
});
afterEach(() => world.dispose());

describe('varve drill', () => {
  it('tests a share and all of a snapshot, leaves nothing behind, and lists what was found', async () => {
    mkdirSync(world.path('scratch'));
    const share = await world.well(['drill', 'thesis@latest', '--share', '10%', '--in', world.path('scratch')]);
    expect(share.stdout).toContain('4 files of 40 restored from');
    expect(share.stdout).toContain('The drill went well.');
    const all = await world.well(['drill', 'thesis@latest', '--all', '--in', world.path('scratch'), '--json']);
    expect(all.json<DrillReport>()).toMatchObject({ ok: true, files: 40, ofFiles: 40, check: { ok: true } });
    expect(readdirSync(world.path('scratch'))).toEqual([]);
    expect((await world.well(['drill', '--plan', 'thesis', '--json'])).json<DrillReport[]>()).toHaveLength(2);
    expect((await world.well(['drill'], { env: { LANG: 'pt_BR.UTF-8', LANGUAGE: 'pt_BR' } })).stdout).toContain('correu bem');
  });

  it('says what is wrong with a share and with a folder', async () => {
    const wrong = await world.run(['drill', 'thesis@latest', '--share', '0']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('above 0 and up to 100');
    expect((await world.run(['drill', 'thesis@latest', '--in', world.path('nowhere')])).code).not.toBe(0);
  });
});

describe('varve try', () => {
  it('brings a copy back, runs programs in it, compares it, puts it in the place of the original, and back', async () => {
    writeFileSync(`${work}/data/f0`, 'spoiled');
    const { trial } = (await world.well(['try', 'start', 'thesis@latest', '--json'])).json<{ trial: Trial }>();
    const id = trial.id;
    expect((await world.run(['try', 'run', id, '--', process.execPath, '-e', 'require("fs").writeFileSync("made", process.cwd()); process.exit(7)'])).code).toBe(7);
    expect(readFileSync(`${trial.copy}/made`, 'utf8')).toBe(trial.copy);
    const differs = await world.well(['try', 'diff', id]);
    expect(differs.stdout).toMatch(/\/made$/m);
    expect(differs.stdout).not.toContain('f39');
    const refused = await world.run(['try', 'promote', id, '--', process.execPath, '-e', 'process.exit(1)']);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('is as it was before');
    expect(readFileSync(`${work}/data/f0`, 'utf8')).toBe('spoiled');
    expect((await world.well(['try', 'promote', id])).stdout).toContain('is now the tried copy');
    expect(readFileSync(`${work}/data/f0`, 'utf8')).toBe('0'.repeat(2000));
    expect(existsSync(`${work}/made`)).toBe(true);
    // The person's own former folder goes only when that is said.
    const unasked = await world.run(['try', 'discard', id], { input: '' });
    expect(unasked.code).toBe(2);
    await world.well(['try', 'undo', id]);
    expect(readFileSync(`${work}/data/f0`, 'utf8')).toBe('spoiled');
    await world.well(['try', 'discard', id]);
    expect(existsSync(trial.folder)).toBe(false);
    expect((await world.well(['try', 'list', '--json'])).json<Trial[]>()).toEqual([]);
  });
});

describe('varve rollback', () => {
  it('puts a folder back as it was, says what it would do, asks first, and can be undone', async () => {
    writeFileSync(`${work}/data/f0`, 'spoiled');
    writeFileSync(`${work}/data/made-since`, 'x');
    writeFileSync(`${work}/other`, 'not in the folder');
    const unasked = await world.run(['rollback', `${work}/data`], { input: '' });
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('1 replaced, 1 deleted');
    expect(readFileSync(`${work}/data/f0`, 'utf8')).toBe('spoiled');
    const preview = await world.well(['rollback', `${work}/data`, '--preview']);
    expect(preview.stdout).toMatch(/^deleted +\S+made-since/m);
    const done = await world.well(['rollback', `${work}/data`, '--yes']);
    const id = /varve undo (\S+)/.exec(done.stdout)?.[1] ?? '';
    expect(readFileSync(`${work}/data/f0`, 'utf8')).toBe('0'.repeat(2000));
    expect(existsSync(`${work}/data/made-since`)).toBe(false);
    expect(existsSync(`${work}/other`)).toBe(true);
    await world.well(['undo', id]);
    expect(readFileSync(`${work}/data/f0`, 'utf8')).toBe('spoiled');
    expect(readFileSync(`${work}/data/made-since`, 'utf8')).toBe('x');
    const nowhere = await world.run(['rollback', world.path('nowhere'), '--yes']);
    expect(nowhere.stderr).toContain('no plan holds');
  });
});
