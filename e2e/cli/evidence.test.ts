// Evidence on the command line, from the record to a stranger's machine: proved, bundled, mirrored; checked without a home and without network;
// refused after a change; with the exit codes a script goes by.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceReport } from '../../src/contract/evidence.ts';
import { projectFolder, type Ran } from './harness/program.ts';
import { createWorld, type World } from './harness/world.ts';

let world: World;
let vkey: string;
beforeAll(async () => {
  world = createWorld();
  await world.well(['init', '--store', 'vault']);
  for (let i = 0; i < 4; i++) await world.well(['log', 'append', '--action', 'app.note', '--category', i % 2 === 0 ? 'note' : 'experiment', '--payload', `{"text":"reading ${i}"}`]);
  vkey = (await world.well(['log', 'key', 'show', '--json'])).json<{ vkey: string }[]>()[0]!.vkey;
}, 120_000);
afterAll(() => world.dispose());

/** As somebody who has nothing but the files: no home, and no network where this machine can take it away. */
const canUnshare = spawnSync('unshare', ['-n', 'true']).status === 0;
if (!canUnshare) console.log('skipped: the network cannot be taken away here (unshare -n); evidence is checked with it');
const stranger = (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> => world.run(args, { env: { VARVE_HOME: world.path('nowhere'), VARVE_VAULT_PASSPHRASE_FILE: undefined, ...env }, ...(canUnshare && { wrap: ['unshare', '-n'] }) });

describe('a bundle', () => {
  let bundle: string;
  let made: { entries: number; vkey: string };
  beforeAll(async () => {
    bundle = world.path('march.varve-evidence');
    made = (await world.well(['log', 'bundle', '--out', bundle, '--category', 'experiment', '--purpose', 'review', '--json'])).json();
  });

  it('is verified by a stranger who has the key, and consistent without it', async () => {
    expect(made).toMatchObject({ entries: 2, vkey });
    const verified = await stranger(['verify-bundle', bundle, '--key', vkey, '--json']);
    expect([verified.code, verified.json<EvidenceReport>()]).toMatchObject([0, { verdict: 'verified', entries: 2, payloads: { opened: 2 } }]);
    writeFileSync(world.path('thesis.vkey'), `${vkey}\n`);
    expect((await stranger(['verify-bundle', bundle, '--key', `@${world.path('thesis.vkey')}`, '--require-key'])).code).toBe(0);
    const consistent = await stranger(['verify-bundle', bundle]);
    expect(consistent.code).toBe(0);
    expect(consistent.stdout).toContain(`Consistent: everything in the file fits. But the key is the file’s own word`);
    expect(consistent.stdout).toContain(vkey);
    expect((await stranger(['verify-bundle', bundle, '--require-key'])).code).toBe(9);
    expect(existsSync(world.path('nowhere'))).toBe(false);
  });
  it('is verified by the verifier that is not ours, too', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(projectFolder, 'docs/verify/varve-verify.mjs'), bundle, '--key', vkey, '--json'], { encoding: 'utf8' });
    expect([status, (JSON.parse(stdout) as { verdict: string }).verdict]).toEqual([0, 'verified']);
  });
  it('is refused after a change, in words and as JSON, in both languages', async () => {
    const text = readFileSync(bundle, 'utf8');
    const changed = world.path('changed.varve-evidence');
    writeFileSync(changed, text.replace('reading 1', 'reading 7'));
    const refused = await stranger(['verify-bundle', changed, '--key', vkey]);
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toContain('The evidence does not hold: the content of an entry is not the one that was recorded (line 2, entry ');
    const portuguese = await stranger(['verify-bundle', changed, '--key', vkey], { LANG: 'pt_BR.UTF-8' });
    expect(portuguese.stderr).toContain('A evidência não se sustenta: o conteúdo de uma entrada não é o que foi registrado (linha 2, entrada ');
    const json = await stranger(['verify-bundle', changed, '--key', vkey, '--json']);
    expect((JSON.parse(json.stderr) as { error: unknown }).error).toMatchObject({ code: 'EVIDENCE_REFUSED', data: { reason: 'payload', line: 2 } });
    expect((await stranger(['verify-bundle', world.path('no such file')])).code).toBe(4);
    expect((await stranger(['verify-bundle', bundle, '--key', 'nonsense'])).code).toBe(2);
    expect((await stranger(['verify-bundle', bundle, '--key', vkey.replace(/.{8}$/, 'AAAAAAAA')])).code).toBe(2);
  });
  it('is compared with the checkpoint that the reader holds', async () => {
    const held = world.path('held.checkpoint');
    await world.well(['log', 'checkpoint', '--out', held]);
    const behind = await stranger(['verify-bundle', bundle, '--key', vkey, '--checkpoint', held]);
    expect(behind.code).toBe(9);
    expect(behind.stderr).toMatch(/the checkpoint that is held already covers \d+; evidence from the record as it is now is needed/);
    await world.well(['log', 'append', '--action', 'app.note']);
    const newer = world.path('newer.varve-evidence');
    await world.well(['log', 'bundle', '--out', newer, '--category', 'note', '--held', held]);
    expect((await stranger(['verify-bundle', newer, '--key', vkey, '--checkpoint', held, '--json'])).json<EvidenceReport>()).toMatchObject({ held: { relation: 'beginning' } });
  });
  it('never overwrites, and tells what it is when nothing matches', async () => {
    expect((await world.run(['log', 'bundle', '--out', bundle])).code).toBe(8);
    expect((await world.run(['log', 'bundle', '--out', world.path('none.varve-evidence'), '--action', 'app.never'])).code).toBe(4);
    expect(existsSync(world.path('none.varve-evidence'))).toBe(false);
  });
  it('without contents tells none of them', async () => {
    const bare = world.path('bare.varve-evidence');
    await world.well(['log', 'bundle', '--out', bare, '--commitments']);
    expect(readFileSync(bare, 'utf8')).not.toContain('reading');
    expect((await stranger(['verify-bundle', bare, '--key', vkey, '--json'])).json<EvidenceReport>()).toMatchObject({ complete: true, payloads: { opened: 0 } });
  });
  it('leaves an entry that says who took it and why', async () => {
    const { entries } = (await world.well(['log', 'list', '--action', 'access.evidence-exported', '--oldest', '--json'])).json<{ entries: { payload: unknown }[] }>();
    expect(entries[0]?.payload).toMatchObject({ kind: 'bundle', entries: 2, purpose: 'review', disclosure: 'payloads', filter: { category: ['experiment'] } });
  });
});

describe('proofs and tiles', () => {
  it('of one entry are a file that a stranger checks with the key', async () => {
    const path = world.path('entry.tlog-proof');
    await world.well(['log', 'prove', '3', '--out', path]);
    expect((await stranger(['verify-bundle', path, '--key', vkey, '--json'])).json<EvidenceReport>()).toMatchObject({ kind: 'proof', verdict: 'verified' });
    expect((await stranger(['verify-bundle', path])).code).toBe(9);
    expect((await world.run(['log', 'prove', '99999'])).code).toBe(4);
    expect((await world.run(['log', 'prove', 'three'])).code).toBe(2);
    expect((await world.run(['log', 'prove', '3', '--out', path])).code).toBe(8);
  });
  it('of consistency lead from a checkpoint file, or a size, to the newest', async () => {
    const held = world.path('held.checkpoint');
    const path = world.path('thesis.consistency');
    await world.well(['log', 'consistency', `@${held}`, '--out', path]);
    const checked = await stranger(['verify-bundle', path, '--key', vkey, '--checkpoint', held]);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('It continues the checkpoint of')]);
    expect((await world.run(['log', 'consistency', '1', '--out', world.path('one.consistency')])).code).toBe(0);
    expect((await world.run(['log', 'consistency', '1', '3', '--out', world.path('two.consistency')])).code).toBe(4);
  });
  it('stand in a folder that is brought up to date', async () => {
    const folder = world.path('mirror');
    const first = (await world.well(['log', 'tiles', '--out', folder, '--json'])).json<{ size: number }>();
    const again = (await world.well(['log', 'tiles', '--out', folder, '--json'])).json<{ size: number }>();
    expect(again.size).toBeGreaterThan(first.size);
    expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toContain(`\n${again.size}\n`);
    expect((await stranger(['verify-bundle', folder])).code).toBe(1);
    const { status } = spawnSync(process.execPath, [join(projectFolder, 'docs/verify/varve-verify.mjs'), folder, '--key', vkey], { encoding: 'utf8' });
    expect(status).toBe(0);
  });
  it.each(['prove', 'consistency', 'bundle', 'tiles'])('%s has help with an example, in both languages', async (command) => {
    expect((await world.well(['log', command, '--help'])).stdout).toContain(`varve log ${command}`);
    expect((await world.well(['log', command, '--help'], { env: { LANG: 'pt_BR.UTF-8' } })).stdout).toContain('Exemplos');
  });
});
