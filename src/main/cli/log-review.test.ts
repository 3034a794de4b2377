// Looking through the record from the command line: the real program on a real home, while another process has it open.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, testContext, type TestEngine } from '../engine/testing/index.ts';

const program = join(import.meta.dirname, '..', 'cli.ts');
let home: TestEngine;
let seqs: number[];

beforeAll(async () => {
  home = await createTestEngine();
  seqs = [];
  for (let i = 0; i < 6; i++) {
    seqs.push((await home.api.log.append({ action: i % 2 === 0 ? 'app.measured' : 'app.noted', category: 'app', level: i === 3 ? 'warn' : 'info', subject: `run:${i % 3}`, payload: { loss: i / 10, who: 'José\u202e' } }, testContext)).seq);
  }
  // Commands that need no ownership work on; those that do (views) take the home for a moment.
  await home.engine.stop();
});
afterAll(() => home.close());

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--home', home.homePath, ...args], { encoding: 'utf8', env: { ...process.env, VARVE_LANGUAGE: 'en', VARVE_VAULT_PASSPHRASE: 'x' } });
  return { status, stdout, stderr };
}
const json = (...args: string[]): unknown => {
  const { status, stdout, stderr } = run('--json', ...args);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
const listed = (...args: string[]): number[] => (json('log', 'list', ...args) as { entries: { seq: number }[] }).entries.map((entry) => entry.seq);
const at = (...places: number[]): number[] => places.map((place) => seqs[place] ?? -1);

describe('varve log, looking through the record', { timeout: 240_000 }, () => {
  it('lists by conditions on content, marks, names and numbers', () => {
    expect(listed('--where', 'payload.loss > 0.2 and payload.who ~ jose')).toEqual(at(5, 4, 3));
    expect(listed('--action', 'app.noted', '--action', 'app.measured', '--oldest', '--level', 'info')).toEqual(at(0, 1, 2, 4, 5));
    expect(listed('--subject', 'run:0', '--from-entry', String(seqs[1]))).toEqual(at(3));
  });

  it('says what is wrong with a condition, where, and in the reader\'s language', () => {
    const { status, stderr } = run('log', 'list', '--where', 'payload.loss >');
    expect([status, stderr]).toEqual([2, expect.stringContaining('a value is expected at character 15')]);
  });

  it('shows the entries around one, with nothing that hides or turns text', () => {
    const { stdout } = run('log', 'list', '--context', String(seqs[2]), '--around', '1');
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(3);
    expect(stdout).toMatch(new RegExp(`^>\\s+${seqs[2]} `, 'm'));
    expect(stdout).not.toContain('\u202e');
  });

  it('counts what there is to choose from', () => {
    const facets = json('log', 'facets', '--action', 'app.*') as { total: number; level: { values: unknown }; subject: { values: { name: string; count: number }[] } };
    expect(facets.total).toBe(6);
    expect(facets.level.values).toEqual([{ value: 'info', count: 5 }, { value: 'warn', count: 1 }]);
    expect(facets.subject.values.map(({ name, count }) => [name, count])).toEqual([['run:0', 2], ['run:1', 2], ['run:2', 2]]);
    const { stdout } = run('log', 'stats', '--action', 'app.*');
    expect(stdout).toMatch(/LEVEL\s*\ninfo\s+5\nwarn\s+1\n/);
    expect(stdout).toContain('6 entries, from ');
  });

  it('writes notes and marks, shows them, and takes them back', () => {
    const note = json('log', 'note', String(seqs[1]), 'look again') as { seq: number };
    expect(run('log', 'show', String(seqs[1])).stdout).toContain(`note ${note.seq}, `);
    expect(listed('--noted')).toEqual(at(1));
    json('log', 'review', `${seqs[0]}-${seqs[2]}`, String(seqs[5]));
    expect(listed('--reviewed', '--action', 'app.*')).toEqual(at(5, 2, 1, 0));
    json('log', 'review', '--undo', String(seqs[0]));
    expect(listed('--unreviewed', '--action', 'app.*')).toEqual(at(4, 3, 0));
    expect(run('log', 'review', String(seqs[5])).stdout).toContain('Nothing to change');
    json('log', 'remove-note', String(note.seq));
    expect(listed('--noted')).toEqual([]);
    expect(run('log', 'note', '99999', 'x')).toMatchObject({ status: 4 });
  });

  it('keeps filters under names', () => {
    expect(run('log', 'view', 'list').stdout).toContain('No saved views yet');
    json('log', 'view', 'save', 'warnings', '--level', 'warn', '--where', 'payload.loss exists');
    expect((json('log', 'view', 'show', 'warnings') as { rows: { seq: number }[] }).rows.map((row) => row.seq)).toEqual(at(3));
    json('log', 'view', 'rm', 'warnings');
    expect(run('log', 'view', 'show', 'warnings')).toMatchObject({ status: 4 });
  });

  it('has nothing to point out in a young record', () => {
    expect(run('log', 'hints').stdout).toBe('Nothing stands out.\n');
  });
});
