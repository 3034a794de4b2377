// A record and what is held of it elsewhere, by the real programs: a witness on a stick, files carried back and forth, a roll-back of the home's
// database, and the repository that remembers.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Anchor, AnchorStatus } from '../../src/contract/anchors.ts';
import { createWorld, type World } from './harness/world.ts';

const witnessPassphrase = 'passphrase of a witness';
let world: World;
let witness: World;

/** The witness's machine has no home: all it has is a folder on a stick. */
beforeAll(async () => {
  world = createWorld();
  witness = createWorld({ env: { VARVE_WITNESS_PASSPHRASE: witnessPassphrase } });
  await world.well(['init', '--store', 'vault']);
});
afterAll(async () => {
  await world?.dispose();
  await witness?.dispose();
});

const stick = (): string => witness.path('stick');
const logDb = (): string => `${world.home}/log.db`;
/** All that is in the database, as one file. */
function backUp(to: string): void {
  const copied = spawnSync('sqlite3', [logDb(), `.backup ${to}`]);
  if (copied.status !== 0) copyFileSync(logDb(), to);
}
function putBack(from: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${logDb()}${end}`, { force: true });
  copyFileSync(from, logDb());
}

describe('a witness on a stick', () => {
  let vkey: string;

  it('is made without a home, keeps its key under a passphrase, and follows the record it is told to', async () => {
    const made = (await witness.well(['--json', 'witness', 'init', '--dir', stick(), '--name', 'stick.example'])).json<{ vkey: string; key: string }>();
    expect(made).toMatchObject({ key: 'passphrase', vkey: expect.stringMatching(/^stick\.example\+[0-9a-f]{8}\+/) });
    ({ vkey } = made);
    expect(existsSync(witness.home)).toBe(false);
    const [key] = (await world.well(['--json', 'log', 'key', 'show'])).json<{ vkey: string }[]>();
    expect((await witness.well(['--json', 'witness', 'trust', '--dir', stick(), key?.vkey ?? ''])).json()).toMatchObject({ added: true });
    expect((await world.well(['--json', 'log', 'witness', 'add', vkey])).json()).toMatchObject({ name: 'stick.example', size: 0 });
    expect((await witness.run(['witness', 'init', '--dir', stick(), '--name', 'stick.example'])).code).toBe(8);
    expect((await witness.run(['witness', 'show', '--dir', witness.path('nothing')])).code).toBe(4);
    expect((await witness.run(['witness', 'trust', '--dir', stick(), vkey])).code).toBe(2);
  });

  it('signs what extends the record, asked and answered by files', async () => {
    for (let round = 0; round < 2; round++) {
      await world.well(['log', 'append', '--action', 'app.noted', '--payload', `{"round":${round}}`]);
      const [request, answer] = [world.path(`request-${round}`), world.path(`answer-${round}`)];
      await world.well(['log', 'anchor', 'request', '--witness', 'stick.example', '--out', request]);
      const signed = await witness.well(['--json', 'witness', 'cosign', '--dir', stick(), request, '--out', answer]);
      expect(signed.json()).toMatchObject({ status: 200 });
      const accepted = (await world.well(['--json', 'log', 'anchor', 'accept', answer])).json<{ anchor: Anchor }>();
      expect(accepted.anchor).toMatchObject({ outcome: 'fits', kind: 'witness', witness: 'stick.example' });
    }
    const { anchors, status } = (await world.well(['--json', 'log', 'anchor', 'list'])).json<{ anchors: Anchor[]; status: AnchorStatus }>();
    expect(anchors).toHaveLength(2);
    expect(status).toMatchObject({ due: false, days: 0, refused: null });
  });

  it('does nothing without its passphrase', async () => {
    const locked = await witness.run(['witness', 'cosign', '--dir', stick(), world.path('request-0')], { env: { VARVE_WITNESS_PASSPHRASE: undefined } });
    expect([locked.code, locked.stderr]).toEqual([7, expect.stringContaining('VARVE_WITNESS_PASSPHRASE')]);
    expect((await witness.run(['witness', 'cosign', '--dir', stick(), world.path('request-0')], { env: { VARVE_WITNESS_PASSPHRASE: 'another one' } })).code).toBe(7);
    expect(witness.printed()).not.toContain(witnessPassphrase);
  });

  it('refuses what is no request, another record and a changed request, each with its own exit code and next step', async () => {
    writeFileSync(world.path('nonsense'), 'nonsense');
    const cosign = (file: string) => witness.run(['witness', 'cosign', '--dir', stick(), file]);
    expect((await cosign(world.path('nonsense'))).code).toBe(2);
    expect((await cosign(world.path('nothing'))).code).toBe(4);
    const request = readFileSync(world.path('request-1'), 'utf8');
    writeFileSync(world.path('changed'), request.replace(/(\n\u2014 \S+ .{20})(.)/, (_all, head: string, one: string) => head + (one === 'A' ? 'B' : 'A')));
    const changed = await cosign(world.path('changed'));
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining('403')]);
    writeFileSync(world.path('elsewhere'), request.replaceAll(/varve\/[0-9a-f]{32}/g, `varve/${'0'.repeat(32)}`));
    expect((await cosign(world.path('elsewhere'))).code).toBe(4);
    const stale = await cosign(world.path('request-0'));
    expect([stale.code, stale.stdout]).toEqual([9, expect.stringMatching(/^\d+\n$/)]);
  });
});

describe('a home whose record was put back to an older copy', () => {
  let held: string;
  let signedSize = 0;

  it('is refused by the witness (409), and its own next check against what is held outside says so', async () => {
    backUp(world.path('older.db'));
    for (let i = 0; i < 3; i++) await world.well(['log', 'append', '--action', 'app.later', '--payload', `{"i":${i}}`]);
    await world.well(['log', 'anchor', 'request', '--witness', 'stick.example', '--out', world.path('last-request')]);
    await witness.well(['witness', 'cosign', '--dir', stick(), world.path('last-request'), '--out', world.path('last-answer')]);
    signedSize = (await world.well(['--json', 'log', 'anchor', 'accept', world.path('last-answer')])).json<{ anchor: Anchor }>().anchor.size;
    await world.well(['log', 'checkpoint', '--out', world.path('held.checkpoint')]);
    held = readFileSync(world.path('held.checkpoint'), 'utf8');
    putBack(world.path('older.db'));

    // On its own the older record is sound.
    expect((await world.run(['log', 'list', '--limit', '1'])).code).toBe(0);
    await world.well(['log', 'anchor', 'request', '--witness', 'stick.example', '--out', world.path('rolled-back')]);
    const refused = await witness.run(['witness', 'cosign', '--dir', stick(), world.path('rolled-back'), '--out', world.path('refusal')]);
    expect([refused.code, refused.stderr]).toEqual([9, expect.stringMatching(/409[^]*cut off, or it was rolled back/)]);
    const told = await world.run(['--json', 'log', 'anchor', 'accept', world.path('refusal')]);
    expect(told.code).toBe(9);
    expect(told.json<{ anchor: Anchor }>().anchor).toMatchObject({ outcome: 'behind', form: 'claim', witness: 'stick.example' });
    const compared = await world.run(['--json', 'log', 'anchor', 'add', world.path('held.checkpoint')]);
    expect(compared.code).toBe(9);
    expect(compared.json<Anchor>()).toMatchObject({ outcome: 'behind', form: 'signed', note: held });
    const { status } = (await world.well(['--json', 'log', 'anchor', 'list'])).json<{ status: AnchorStatus }>();
    expect(status.refused).toMatchObject({ outcome: 'behind', form: 'signed' });
    const doctor = await world.run(['--json', 'doctor']);
    expect(doctor.json<{ checks: { id: string; state: string }[] }>().checks).toContainEqual(expect.objectContaining({ id: 'anchors', state: 'broken' }));
  });

  it('and is another history once it has grown past what is held (5), in Portuguese as well', async () => {
    for (let i = 0; i < 3; i++) await world.well(['log', 'append', '--action', 'app.instead', '--payload', `{"i":${i}}`]);
    const compared = await world.run(['log', 'anchor', 'add', '-', '--kind', 'mail'], { input: `Oi,\n\n${held}\nAna`, env: { LANG: 'pt_BR.UTF-8' } });
    expect([compared.code, compared.stdout]).toEqual([5, expect.stringContaining('outro histórico')]);
    const [, size = '', root = ''] = held.split('\n');
    expect((await world.run(['log', 'anchor', 'add', size, root.slice(0, 8)])).code).toBe(5);
    // From the size the witness stands at, the proof of the other history convinces nobody.
    await world.well(['log', 'anchor', 'request', '--witness', 'stick.example', '--old', String(signedSize), '--out', world.path('forked')]);
    const forked = await witness.run(['witness', 'cosign', '--dir', stick(), world.path('forked')]);
    expect([forked.code, forked.stderr]).toEqual([5, expect.stringContaining('422')]);
  });
});

describe('a repository', () => {
  it('remembers the record’s checkpoint with each snapshot, and exposes a roll-back as well', async () => {
    writeFileSync(world.path('user', 'draft.txt'), 'first words\n');
    await world.repository('usb', world.path('repository'));
    await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('user')]);
    expect((await world.run(['log', 'anchor', 'from-repository', 'usb'])).code).toBe(9);
    backUp(world.path('before-snapshot.db'));
    await world.well(['log', 'append', '--action', 'app.work']);
    await world.well(['snapshot', 'work']);
    const fits = await world.run(['--json', 'log', 'anchor', 'from-repository', 'usb']);
    expect([fits.code, fits.json<{ anchors: Anchor[] }>().anchors]).toEqual([0, [expect.objectContaining({ kind: 'snapshot', outcome: 'fits', outside: false, repository: 'usb' })]]);
    const verified = await world.run(['--json', 'log', 'verify', '--anchor', 'repository:usb', '--require-anchor']);
    expect([verified.code, verified.json<{ kind: string }>().kind]).toEqual([0, 'anchored']);
    expect((await world.well(['ls', 'latest'])).stdout).not.toContain('.varve');
    expect((await world.well(['cat', 'latest', '/.varve/checkpoint'])).stdout).toMatch(/^varve\/[0-9a-f]{32}\n/);
    putBack(world.path('before-snapshot.db'));
    const behind = await world.run(['log', 'anchor', 'from-repository', 'usb']);
    expect(behind.code).toBe(9);
    expect((await world.run(['log', 'verify', '--anchor', 'repository:usb'])).code).toBe(9);
    expect((await world.run(['log', 'verify', '--anchor', 'repository:nowhere'])).code).toBe(4);
  });
});

describe('a witness on the network', () => {
  it('answers only on this computer unless it is told otherwise, and stops in good order', async () => {
    const serving = witness.start(['--json', 'witness', 'serve', '--dir', stick(), '--port', '0']);
    await serving.shown('"url"');
    const { url } = JSON.parse(serving.stdout()) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const sent = await world.run(['log', 'anchor', 'send', '--witness', 'stick.example', '--url', url]);
    // By now this record is not the one that the witness knows.
    expect([5, 9]).toContain(sent.code);
    expect((await world.run(['log', 'anchor', 'send', '--witness', 'stick.example', '--url', 'http://127.0.0.1:1/'])).code).toBe(1);
    serving.child.kill('SIGTERM');
    expect((await serving.done).code).toBe(0);
  });
});
