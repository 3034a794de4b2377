// Named secrets on the command line: a value in by file, pipe and keyboard, replaced, brought back, shown and removed; and nowhere else.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/contract/runs.ts';
import type { NamedSecret, SecretAccess, SecretStorage } from '../../src/contract/secrets.ts';
import { allCommandLines } from './harness/processes.ts';
import { hasTerminal, runOnTerminal } from './harness/terminal.ts';
import { createWorld, vaultPassphrase, type World } from './harness/world.ts';

const piped = 'Piped-9f3a1c-value';
const filed = '-----BEGIN KEY-----\nFiled-7b20de-line-of-it\n-----END KEY-----\n';
const typed = 'Typed-c01dfe-value';
const fresh = 'Fresh-55ac01-value';
const planted = 'Pl"anted/4&b1 7c0ffee~value';
const plantedHook = 'http://127.0.0.1:9/hooks/Planted-99d0c2-hook';

let world: World;
beforeAll(async () => {
  world = createWorld();
  await world.well(['init', '--store', 'vault']);
  writeFileSync(world.path('user', 'key'), filed, { mode: 0o600 });
});
afterAll(() => world?.dispose());

const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await world.well([...args, '--json'])).stdout) as T;
const listed = () => json<{ secrets: NamedSecret[]; storage: SecretStorage }>('secret', 'list');
const shown = async (name: string): Promise<string> => (await world.well(['secret', 'reveal', name, '--yes'])).stdout;

/** As it may be found by whoever looks for it. */
const formsOf = (value: string): string[] => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/.?=*$/, ''), Buffer.from(value).toString('hex')];

/** Files below a folder, whatever they are, that hold this text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((file) => (file.isFile() && readFileSync(join(file.parentPath, file.name)).includes(text) ? [file.name] : []));
}

describe('varve secret', () => {
  it('takes a value from a pipe without its last line end, and from a file with several lines as it is', async () => {
    const made = await world.well(['secret', 'set', 'mail', '--expires', '2027-03-01'], { input: `${piped}\n` });
    expect(made.stdout).toContain('secret:mail');
    await world.well(['secret', 'set', 'deploy', '--from-file', world.path('user', 'key')]);
    expect([await shown('mail'), await shown('deploy')]).toEqual([`${piped}\n`, filed]);
    const { secrets, storage } = await listed();
    expect(secrets).toMatchObject([{ name: 'deploy', expiry: 'none', place: 'vault' }, { name: 'mail', expiresAt: '2027-03-01T23:59:59.000Z', lastUsed: { purpose: 'reveal', outcome: 'given' } }]);
    expect(storage).toMatchObject({ kind: 'vault', state: 'open', passphraseFrom: 'file' });
    expect((await world.well(['secret', 'list'])).stderr).toContain('Weak: the passphrase stands in the file');
  });

  it('takes one that is typed unseen, twice the same', async () => {
    if (!hasTerminal()) return;
    const differ = await runOnTerminal(world, ['secret', 'set', 'typed'], { answers: [{ question: /secret: /, text: typed }, { question: /once more: /, text: 'other' }] });
    expect(differ).toMatchObject({ code: 2, shown: expect.stringContaining('the two values differ') as string });
    const { code, shown: screen } = await runOnTerminal(world, ['secret', 'set', 'typed'], { answers: [{ question: /secret: /, text: typed }, { question: /once more: /, text: typed }] });
    expect([code, screen.includes(typed)]).toEqual([0, false]);
    const asked = await runOnTerminal(world, ['secret', 'reveal', 'typed'], { answers: [{ question: /\[y\/N\] /, text: 'n' }] });
    expect([asked.code, asked.shown.includes(typed)]).toEqual([130, false]);
    expect((await runOnTerminal(world, ['secret', 'reveal', 'typed'], { answers: [{ question: /\[y\/N\] /, text: 'y' }] })).shown).toContain(typed);
  });

  it('wants the passphrase of a vault that a person opened once more before it shows anything', async () => {
    if (!hasTerminal()) return;
    const env = { VARVE_VAULT_PASSPHRASE_FILE: undefined };
    const answers = (again: string) => [{ question: /vault: /, text: vaultPassphrase }, { question: /\[y\/N\] /, text: 'y' }, { question: /once more: /, text: again }];
    expect(await runOnTerminal(world, ['secret', 'reveal', 'mail'], { env, answers: answers('wrong') })).toMatchObject({ code: 7 });
    expect((await runOnTerminal(world, ['secret', 'reveal', 'mail'], { env, answers: answers(vaultPassphrase) })).shown).toContain(piped);
  });

  it('replaces only what its test lets pass, and can go back for a day', async () => {
    const test = (script: string): string => JSON.stringify([process.execPath, '-e', script]);
    const failed = await world.run(['secret', 'rotate', 'mail', '--test-command', test('console.error("no", process.env.VARVE_SECRET); process.exit(4)')], { input: fresh });
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('ended with 4: no [secret:mail]')]);
    expect(await shown('mail')).toBe(`${piped}\n`);
    await world.well(['secret', 'rotate', 'mail', '--test-command', test(`process.exit(process.env.VARVE_SECRET === ${JSON.stringify(fresh)} && process.cwd() ? 0 : 1)`)], { input: fresh });
    expect(await shown('mail')).toBe(`${fresh}\n`);
    expect((await world.well(['secret', 'reveal', 'mail', '--version-number', '1', '--yes'])).stdout).toBe(`${piped}\n`);
    expect((await world.well(['secret', 'back', 'mail'])).stdout).toContain('Version 1 of secret “mail” is used again');
    expect(await shown('mail')).toBe(`${piped}\n`);
  });

  it('says who read a secret, also after it was removed, and what is wrong in plain words', async () => {
    await world.well(['secret', 'expire', 'deploy', 'never']);
    const before = await json<SecretAccess[]>('secret', 'uses', 'deploy');
    expect(before).toMatchObject([{ version: 1, purpose: 'reveal', outcome: 'given' }]);
    expect(await world.run(['secret', 'rm', 'deploy'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') as string });
    await world.well(['secret', 'rm', 'deploy', '--yes']);
    expect(await json<SecretAccess[]>('secret', 'uses', 'deploy')).toEqual(before);
    for (const [args, code, words] of [
      [['secret', 'reveal', 'deploy', '--yes'], 4, 'There is no secret “deploy”'],
      [['secret', 'set', 'mail'], 8, 'There is already a secret “mail”'],
      [['secret', 'set', 'Upper'], 2, 'lower-case'],
      [['secret', 'expire', 'mail', 'soon'], 2, 'is not a date'],
      [['secret', 'rotate', 'mail', '--keep', '1000'], 2, 'keepHours']
    ] as const) {
      const ran = await world.run(args, { input: 'some value' });
      expect([args.join(' '), ran.code, ran.stderr]).toEqual([args.join(' '), code, expect.stringContaining(words)]);
    }
    const portuguese = await world.run(['secret', 'expire', 'mail', 'soon'], { env: { VARVE_LANGUAGE: 'pt-BR' } });
    expect(portuguese.stderr).toContain('não é uma data');
  });

  it('opens a repository, which is named among its users and in the record of its readings', async () => {
    await world.well(['secret', 'set', 'usb'], { input: 'Usb-31337a-value' });
    await world.well(['repo', 'add', 'usb', '--path', world.path('usb'), '--password-secret', 'usb']);
    await world.well(['repo', 'check', 'usb']);
    expect((await listed()).secrets.find(({ name }) => name === 'usb')).toMatchObject({ usedBy: [{ kind: 'repository', name: 'usb' }], lastUsed: { by: 'repository:usb', purpose: 'password', outcome: 'given' } });
    await world.well(['secret', 'set', 'usb-next'], { input: 'Usb-next-31337b-value' });
    await world.well(['repo', 'key', 'change', 'usb', '--new-password-secret', 'usb-next']);
    await world.well(['repo', 'check', 'usb']);
    expect((await listed()).secrets.map(({ name, usedBy }) => `${name} ${usedBy.length}`)).toEqual(expect.arrayContaining(['usb 0', 'usb-next 1']));
    const removed = await world.well(['secret', 'rm', 'usb-next', '--yes']);
    expect(removed.stderr).toContain('Used by: repository usb');
    expect(await world.run(['repo', 'check', 'usb'])).toMatchObject({ code: 4, stderr: expect.stringContaining('There is no secret “usb-next”') as string });
  });

  it('10.4, 10.6, 10.7: a job prints its secret in every form, and nothing that anybody can read afterwards, or sees of its processes, has it', async () => {
    await world.well(['secret', 'set', 'planted'], { input: planted });
    await world.well(['secret', 'set', 'planted-hook'], { input: plantedHook });
    const [began, go] = [world.path('tmp', 'began'), world.path('tmp', 'go')];
    const program = `
      const fs = require('fs');
      const value = process.env.TOKEN;
      if (fs.readFileSync(process.env.KEY_FILE, 'utf8') !== value || fs.readFileSync(0, 'utf8') !== value) process.exit(9);
      const forms = [value, Buffer.from(value).toString('base64'), encodeURIComponent(value), JSON.stringify({ value })];
      for (const form of forms) { console.log(form); console.error('x' + form); }
      fs.writeFileSync(process.env.VARVE_RESULT_FILE, JSON.stringify({ items: 1, metrics: { [value]: 1 } }));
      process.stdout.write(value.slice(0, 9));
      fs.writeFileSync(${JSON.stringify(began)}, '');
      const waiting = setInterval(() => {
        if (!fs.existsSync(${JSON.stringify(go)})) return;
        clearInterval(waiting);
        console.log(value.slice(9));
        console.error('cannot sign in with ' + value);
        process.exitCode = 7;
      }, 20);`;
    await world.well(['job', 'add', 'leak', '--retries', '0', '--secret', 'planted=TOKEN', '--secret', 'planted=file:KEY_FILE', '--secret', 'planted=stdin', '--', process.execPath, '-e', program]);
    const running = world.start(['job', 'run', 'leak']);
    while (!existsSync(began)) await new Promise((resolve) => setTimeout(resolve, 20));
    if (process.platform === 'linux') for (const command of allCommandLines().values()) expect(formsOf(planted).filter((form) => command.includes(form))).toEqual([]);
    writeFileSync(go, '');
    expect((await running.done).code).toBe(1);
    // What has no answer quotes the address it asked.
    await world.well(['job', 'add', 'ask', '--retries', '0', '--http', 'http://127.0.0.1:9/', '--bearer', 'planted']);
    expect((await world.run(['job', 'run', 'ask'])).code).toBe(1);
    await world.well(['channel', 'add', 'team', '--webhook', 'secret:planted-hook']);
    expect((await world.run(['channel', 'test', 'team'])).code).toBe(1);

    const said = await world.well(['job', 'output', 'leak']);
    expect([said.stdout, said.stderr].map((text) => text.split('[secret:planted]').length - 1)).toEqual([5, 5]);
    const { run } = await json<{ run: Run }>('job', 'result', 'leak');
    expect(run).toMatchObject({ state: 'failed', exit: { code: 7 }, flags: ['redacted'], failure: { lastLine: 'cannot sign in with [secret:planted]' } });
    await world.well(['job', 'export', world.path('user', 'jobs.json')]);
    await world.well(['log', 'export', '--out', world.path('user', 'log.jsonl'), '--purpose', 'test']);
    await json('channel', 'list');
    await world.run(['doctor', '--json']);
    await world.well(['job', 'purge', 'leak', '--before', '0s', '--confirm', 'leak']);
    const printed = world.printed();
    for (const value of [planted, plantedHook]) for (const form of formsOf(value)) expect([form, printed.includes(form), filesWith(world.folder, form)]).toEqual([form, false, []]);
  });

  it('leaves no value in the home or in the record', async () => {
    const record = (await world.well(['log', 'list', '--limit', '1000', '--json'])).stdout;
    for (const value of [piped, 'Filed-7b20de', typed, fresh, 'Usb-31337a', 'Usb-next-31337b']) {
      expect(record).not.toContain(value);
      for (const form of [value, Buffer.from(value).toString('base64').slice(0, 20), Buffer.from(value).toString('hex')]) expect([value, filesWith(world.home, form)]).toEqual([value, []]);
    }
    expect(record).toContain('secret.revealed');
  });
});
