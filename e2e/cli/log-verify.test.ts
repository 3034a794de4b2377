// `varve log verify` as a person uses it: what was checked against what, in words of both languages, and exit codes that keep a record that was cut
// off apart from one that was changed, and both apart from a command that could not run.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedCheckpoint, SigningKey } from '../../src/contract/checkpoints.ts';
import type { LogEntry, Verdict } from '../../src/contract/log.ts';
import { formatVkey, publicKeyOf } from '../../src/main/engine/log/note/index.ts';
import type { Ran } from './harness/program.ts';
import { createWorld, type World } from './harness/world.ts';

let world: World;
let checkpoint: SignedCheckpoint;
let vkey: string;

const verify = (args: readonly string[] = [], options: { home?: string; input?: string; language?: string } = {}): Promise<Ran> =>
  world.run(['log', 'verify', ...args, ...(options.home === undefined ? [] : ['--home', options.home])], { env: { VARVE_LANGUAGE: options.language ?? 'en' }, ...(options.input !== undefined && { input: options.input }) });
/** A copy of the home, changed with plain sqlite3 by somebody who first takes the triggers away. */
const changed = (name: string, sql: string): string => {
  const home = world.path(name);
  cpSync(world.home, home, { recursive: true });
  const path = join(home, 'log.db');
  const triggers = execFileSync('sqlite3', [path, "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'"], { encoding: 'utf8' });
  execFileSync('sqlite3', ['-bail', path], { input: `${triggers}\n${sql}` });
  return home;
};

beforeAll(async () => {
  world = createWorld();
  await world.well(['init', '--store', 'vault']);
  for (let i = 0; i < 3; i++) await world.well(['log', 'append', '--action', 'app.note', '--payload', `{"i":${i}}`]);
  checkpoint = (await world.well(['log', 'checkpoint', '--out', world.path('held.checkpoint'), '--json'])).json<SignedCheckpoint>();
  vkey = (await world.well(['log', 'key', 'show', '--json'])).json<SigningKey[]>()[0]?.vkey as string;
  writeFileSync(world.path('lab.vkey'), `${vkey}\n`);
});
afterAll(() => world?.dispose());

describe('a sound record', () => {
  it('is consistent (0), not enough with --require-anchor (9), and says up to which checkpoint it is sealed', async () => {
    const ran = await verify();
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/The record is intact: \d+ entries checked, sealed up to the checkpoint of size \d+\./);
    expect(ran.stdout).toContain('kept outside');
    expect(ran.stdout).toContain(vkey);
    expect((await verify(['--require-anchor'])).code).toBe(9);
    expect((await verify([], { language: 'pt-BR' })).stdout).toContain('O registro está íntegro');
  });
  it('is anchored by a file, standard input, typed words, each or all of them, and names what it was checked against', async () => {
    const short = `${checkpoint.size} ${checkpoint.root.slice(0, 8)}`;
    const ran = await verify(['--anchor', world.path('held.checkpoint'), '--require-anchor']);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toContain(`against the checkpoint of size ${checkpoint.size} you hold`);
    expect(ran.stdout).toContain('held.checkpoint');
    const all = await verify(['--anchor', '-', '--anchor', short, '--anchor', world.path('held.checkpoint'), '--json'], { input: checkpoint.note });
    expect(all.json<Verdict>()).toMatchObject({ kind: 'anchored', anchors: [{ form: 'note', outcome: 'fits', signature: 'good' }, { form: 'short', outcome: 'fits' }, { form: 'note', outcome: 'fits' }] });
    expect((await verify(['--anchor', short])).stdout).toContain('weak');
    expect((await verify(['--anchor', short], { language: 'pt-BR' })).stdout).toContain('contra o tamanho');
  });
  it('is checked with a key that was kept outside, given as text or file; another key is somebody else’s seal (5)', async () => {
    for (const key of [vkey, `@${world.path('lab.vkey')}`]) expect((await verify(['--key', key, '--json'])).json<Verdict>()).toMatchObject({ kind: 'consistent', pinned: 'given' });
    const origin = vkey.slice(0, vkey.indexOf('+'));
    const foreign = await verify(['--key', formatVkey(origin, publicKeyOf(new Uint8Array(32).fill(7)))]);
    expect(foreign.code).toBe(5);
    expect(foreign.stdout).toContain('signed with a key that nothing in the record names');
    expect(foreign.stdout).toContain('No entry can be relied on');
  });
  it('is verified from where the last run ended with --new', async () => {
    await world.well(['log', 'checkpoint']);
    await verify();
    await world.well(['log', 'append', '--action', 'app.note', '--payload', '"newer"']);
    await world.well(['log', 'checkpoint']);
    const ran = await verify(['--new']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/newer entr(y was|ies were) read in full; those before rest on the checkpoint of size \d+/);
    expect((await verify(['--new', '--json'])).json<{ readFrom: number }>().readFrom).toBeGreaterThan(checkpoint.size);
  });
  it('without keys.json is still consistent, and says that no key is known', async () => {
    const home = changed('keyless', '');
    rmSync(join(home, 'keys.json'));
    const ran = await verify([], { home });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('anybody could have signed it');
  });
});

describe('a record that was cut off, set back or stripped of its seals is exit 9', () => {
  it('behind the checkpoint that is held', async () => {
    const newest = (await world.well(['log', 'checkpoint', '--json'])).json<SignedCheckpoint>();
    const list = execFileSync('sqlite3', [join(world.home, 'log.db'), 'SELECT hex(hashes) FROM leaves ORDER BY no'], { encoding: 'utf8' }).replaceAll('\n', '').slice(0, checkpoint.size * 64);
    const leaves = Array.from({ length: Math.ceil(list.length / 1024) }, (_, no) => `INSERT INTO leaves (no, hashes) VALUES (${no}, X'${list.slice(no * 1024, no * 1024 + 1024)}');`).join('');
    const cut = ['entries', 'payloads', 'facts'].map((table) => `DELETE FROM ${table} WHERE seq >= ${checkpoint.size};`).join('');
    const home = changed('cut', `${cut} DELETE FROM names WHERE introduced >= ${checkpoint.size}; DELETE FROM checkpoints WHERE size > ${checkpoint.size}; DELETE FROM leaves; ${leaves}`);
    const ran = await verify(['--anchor', newest.note], { home });
    expect(ran.code, ran.stdout + ran.stderr).toBe(9);
    expect(ran.stdout).toContain(`behind the checkpoint of size ${newest.size} you hold`);
    expect((await verify(['--anchor', newest.note], { home, language: 'pt-BR' })).stdout).toContain(`O registro não alcança o ponto de verificação de tamanho ${newest.size} que você guarda`);
    expect((await verify([], { home })).code).toBe(0); // nothing that lies here shows it
  });
  it('without any checkpoint, with the next step in words', async () => {
    const ran = await verify([], { home: changed('unsealed', 'DELETE FROM checkpoints;') });
    expect(ran.code).toBe(9);
    expect(ran.stderr).toContain('varve log checkpoint');
    expect(ran.stdout).toBe('');
  });
});

describe('a record that was changed is exit 5', () => {
  it('names the entry, what happened to it and what can still be relied on', async () => {
    const { entries } = (await world.well(['log', 'list', '--action', 'app.note', '--oldest', '--json'])).json<{ entries: LogEntry[] }>();
    const seq = entries[1]?.seq as number;
    const edit = changed('edited', `UPDATE entries SET header = replace(header, '"level":"info"', '"level":"warn"') WHERE seq = ${seq};`);
    const ran = await verify([], { home: edit });
    expect(ran.code).toBe(5);
    expect(ran.stdout).toContain(`The record is broken: entry ${seq} does not fit. Something was changed.`);
    expect(ran.stdout).toContain(`Entries below ${seq} can be relied on`);
    expect((await verify([], { home: edit, language: 'pt-BR' })).stdout).toContain(`As entradas abaixo de ${seq} são confiáveis`);
    // Loud from now on: whoever uses this home is told.
    expect((await world.run(['plan', 'list', '--home', edit])).stderr).toContain(`broken from entry ${seq} on`);
    expect((await verify(['--anchor', `${checkpoint.size} AAAAAAAA`])).code).toBe(5);
  });
});

describe('what cannot be run is neither', () => {
  it.each([
    [['--full', '--new'], 2],
    [['--anchor', 'no-such-file'], 2],
    [['--anchor', '12 short'], 2],
    [['--key', 'no key'], 2],
    [['--key', '@no-such-file'], 4]
  ])('%j is exit %i and says what to write instead', async (args, code) => {
    const ran = await verify(args);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr.length).toBeGreaterThan(40);
  });
});
