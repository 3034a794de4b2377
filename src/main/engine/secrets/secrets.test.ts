import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createMemoryKeyring, type MemoryKeyring } from '../../adapters/memory-keyring.ts';
import { createFakeClock, createSeededRandom } from '../testing/fake-clock.ts';
import { openTestLog } from '../log/testing.ts';
import { createLogKeys, createSecrets, openExport, type Secrets } from './index.ts';

const homeId = '0123456789abcdef0123456789abcdef';
const passphrase = 'correct horse battery';
const planted = 'PLANTED-secret-value-77';
let homePath: string;
let keyring: MemoryKeyring;
let seed = 0;
beforeEach(() => {
  homePath = mkdtempSync(join(tmpdir(), 'varve-secrets-'));
  keyring = createMemoryKeyring();
});
afterEach(() => rmSync(homePath, { recursive: true, force: true }));

/** A new process on the same home. */
function load(environment: Record<string, string> = {}): Secrets {
  return createSecrets({ clock: createFakeClock(), files: createNodeFiles(), random: createSeededRandom(`secrets ${seed++}`), keyring, homePath, homeId, environment });
}
async function reopened(environment: Record<string, string> = {}): Promise<Secrets> {
  const secrets = load(environment);
  await secrets.open();
  return secrets;
}
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const textOf = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();
const name = { kind: 'repository', id: 'r1' };

describe.each(['keyring', 'vault'] as const)('secrets in the %s', (store) => {
  const environment: Record<string, string> = store === 'vault' ? { VARVE_VAULT_PASSPHRASE: passphrase } : {};
  const init = async (): Promise<Secrets> => {
    const secrets = load();
    await secrets.init({ store, passphrase: store === 'vault' ? passphrase : undefined });
    return secrets;
  };

  it('come back in another process, and are gone after deleting', async () => {
    await (await init()).set(name, bytes(planted));
    const next = await reopened(environment);
    expect(textOf(await next.get(name))).toBe(planted);
    expect(await next.delete(name)).toBe(true);
    expect(await next.delete(name)).toBe(false);
    expect(await next.get(name)).toBeUndefined();
    expect(keyring.accounts().filter((account) => account.includes('/repository/'))).toEqual([]);
  });

  it('keep versions apart and give the newest', async () => {
    const secrets = await init();
    await secrets.set({ ...name, version: 1 }, bytes('one'));
    await secrets.set({ ...name, version: 2 }, bytes('two'));
    expect(textOf(await secrets.get(name))).toBe('two');
    expect(textOf(await secrets.get({ ...name, version: 1 }))).toBe('one');
    await secrets.set(name, bytes('two again'));
    expect(textOf(await secrets.get({ ...name, version: 2 }))).toBe('two again');
  });

  it('longer than a keyring entry may be survive too, and can shrink back', async () => {
    const long = 'x'.repeat(5_000);
    await (await init()).set(name, bytes(long));
    expect(textOf(await (await reopened(environment)).get(name))).toBe(long);
    await (await reopened(environment)).set(name, bytes('short'));
    expect(textOf(await (await reopened(environment)).get(name))).toBe('short');
  });

  it('seal what lies elsewhere for one purpose in one home, and open nothing else', async () => {
    const secrets = await init();
    const sealed = await secrets.seal('one', bytes(planted));
    expect(Buffer.from(sealed).includes(planted)).toBe(false);
    expect(textOf(await (await reopened(environment)).unseal('one', sealed))).toBe(planted);
    expect(await secrets.unseal('another', sealed)).toBeUndefined();
    expect(await secrets.unseal('one', Buffer.from('{}'))).toBeUndefined();
    expect(await secrets.unseal('one', Buffer.from('no JSON'))).toBeUndefined();
  });

  it('rest on a signing key that stays the same and fits its public half', async () => {
    const [{ seed: first } = expect.fail('no signing key')] = await (await init()).signingSeeds();
    const again = await (await reopened(environment)).signingSeeds();
    expect(again.map(({ seed }) => Buffer.from(seed).equals(first))).toEqual([true]);
    const file = JSON.parse(readFileSync(join(homePath, 'keys.json'), 'utf8')) as { wrapped: { publicKey: string }[] };
    const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), first]), format: 'der', type: 'pkcs8' });
    expect((createPublicKey(privateKey).export({ format: 'jwk' }).x as string).replaceAll('-', '+').replaceAll('_', '/')).toBe(file.wrapped[0]?.publicKey.replace('=', ''));
  });

  it('are exported whole and open with the passphrase only', async () => {
    const secrets = await init();
    await secrets.set(name, bytes(planted));
    const text = await secrets.exportKeys('another passphrase');
    expect(text).not.toContain(planted);
    const { content } = await openExport({ text, passphrase: 'another passphrase' });
    expect(content.secrets).toEqual([{ ...name, version: 1, value: Buffer.from(planted).toString('base64') }]);
    expect(content.masterKey).toBe(Buffer.from(await secrets.masterKey()).toString('base64'));
    await expect(openExport({ text, passphrase: 'another passphras' })).rejects.toMatchObject({ code: 'VAULT_WRONG_PASSPHRASE' });
    await expect(openExport({ text: text.replace(homeId, homeId.replace('0', '1')), passphrase: 'another passphrase' })).rejects.toMatchObject({ code: 'VAULT_WRONG_PASSPHRASE' });
  });

  it('lie in private files that hold no value and no passphrase in the clear', async () => {
    const secrets = await init();
    await secrets.set(name, bytes(planted));
    await secrets.set({ kind: 'repository', id: 'long' }, bytes(planted.repeat(200)));
    const master = Buffer.from(await secrets.masterKey());
    for (const file of readdirSync(homePath)) {
      const content = readFileSync(join(homePath, file));
      expect(statSync(join(homePath, file)).mode & 0o777).toBe(0o600);
      for (const secret of [planted, passphrase, master.toString('base64'), master.toString('hex'), Buffer.from(planted).toString('base64').slice(0, 24)]) expect(content.includes(secret)).toBe(false);
      expect(content.includes(master)).toBe(false);
    }
  });
});

describe('keys of encrypted entries', () => {
  const record = async (secrets: Secrets) => {
    const keys = createLogKeys(secrets);
    await keys.load();
    const { log } = openTestLog({ files: createNodeFiles(), path: join(homePath, 'log.db'), homeId, keys });
    log.append({ action: 'app.measured', category: 'metrics', payload: 1 });
    log.close();
  };

  it('are part of an export, in the clear under its passphrase', async () => {
    const secrets = load();
    await secrets.init({ store: 'keyring' });
    await record(secrets);
    const { content } = await openExport({ text: await secrets.exportKeys(passphrase), passphrase });
    expect(content.payloadKeys).toEqual([{ id: 'metrics/2026-11-21', createdAt: expect.any(String), value: expect.stringMatching(/^.{43}=$/) }]);
    expect(readFileSync(join(homePath, 'payload-keys.json'), 'utf8')).not.toContain(content.payloadKeys[0]?.value);
  });

  it('that cannot be used now are named in the export, which has everything else', async () => {
    const secrets = load();
    await secrets.init({ store: 'keyring' });
    await secrets.set(name, bytes(planted));
    await record(secrets);
    writeFileSync(join(homePath, 'payload-keys.json'), 'not any more');
    const { content } = await openExport({ text: await secrets.exportKeys(passphrase), passphrase });
    expect(content).toMatchObject({ payloadKeys: [], missing: ['payload-keys.json'], secrets: [{ id: 'r1' }] });
  });
});

describe('a key that is known but not found', () => {
  it('is missing and never made anew (keyring emptied, or locked and looking empty)', async () => {
    await load().init({ store: 'keyring' });
    for (const account of keyring.accounts()) await keyring.delete(account);
    const secrets = await reopened();
    await expect(secrets.masterKey()).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    await expect(secrets.exportKeys(passphrase)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    expect((await secrets.inspect()).missing).toEqual(['home-key/main/v1']);
    expect(keyring.accounts()).toEqual([]);
  });

  it('is missing when keys.json is gone', async () => {
    await load().init({ store: 'keyring' });
    unlinkSync(join(homePath, 'keys.json'));
    await expect(reopened()).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    expect(existsSync(join(homePath, 'keys.json'))).toBe(false);
  });

  it('names the lost password in an export and keeps the others', async () => {
    const secrets = load();
    await secrets.init({ store: 'keyring' });
    await secrets.set(name, bytes('one'));
    await secrets.set({ kind: 'repository', id: 'r2' }, bytes('two'));
    await keyring.delete(`${homeId}/repository/r1/v1`);
    const { content } = await openExport({ text: await secrets.exportKeys(passphrase), passphrase });
    expect(content.missing).toEqual(['repository/r1/v1']);
    expect(content.secrets.map((secret) => secret.id)).toEqual(['r2']);
  });
});

describe('the vault', () => {
  it('stays locked without a passphrase, refuses a wrong one, and opens with the right one', async () => {
    await load().init({ store: 'vault', passphrase });
    const secrets = await reopened();
    expect(secrets.state()).toMatchObject({ kind: 'vault', state: 'locked' });
    await expect(secrets.masterKey()).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    await expect(secrets.set(name, bytes('x'))).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    await expect(secrets.unlock('wrong words')).rejects.toMatchObject({ code: 'VAULT_WRONG_PASSPHRASE' });
    expect(secrets.state()?.state).toBe('locked');
    await secrets.unlock(passphrase);
    expect((await secrets.masterKey()).length).toBe(32);
  });

  it('takes its passphrase from a file that the environment names, line end aside', async () => {
    await load().init({ store: 'vault', passphrase });
    const path = join(homePath, 'words.txt');
    writeFileSync(path, `${passphrase}\r\n`);
    expect((await reopened({ VARVE_VAULT_PASSPHRASE_FILE: path })).state()?.state).toBe('open');
    const without = await reopened({ VARVE_VAULT_PASSPHRASE_FILE: join(homePath, 'nothing') });
    expect(without.state()).toMatchObject({ state: 'locked', detail: expect.stringContaining('does not exist') });
  });

  it('opens with the same words in another Unicode form', async () => {
    await load().init({ store: 'vault', passphrase: 'S\u00e3o Jo\u00e3o da serra' });
    const secrets = await reopened({ VARVE_VAULT_PASSPHRASE: 'Sa\u0303o Joa\u0303o da serra' });
    expect(secrets.state()?.state).toBe('open');
  });

  it('needs a passphrase to be made', async () => {
    await expect(load().init({ store: 'vault' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(load({ VARVE_VAULT_PASSPHRASE: 'short' }).init({ store: 'vault' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(readdirSync(homePath)).toEqual([]);
  });

  it('refuses a file that was changed, is of a newer form, asks for absurd memory, or belongs to another home; it is never rewritten', async () => {
    await load().init({ store: 'vault', passphrase });
    const path = join(homePath, 'vault.json');
    const good = readFileSync(path, 'utf8');
    const file = JSON.parse(good) as Record<string, object>;
    const cases: [string, string][] = [
      [JSON.stringify({ ...file, version: 2 }), 'HOME_TOO_NEW'],
      [JSON.stringify({ ...file, kdf: { ...file['kdf'], N: 2 ** 30 } }), 'HOME_DAMAGED'],
      [JSON.stringify({ ...file, homeId: 'f'.repeat(32) }), 'HOME_DAMAGED'],
      [good.slice(0, 100), 'HOME_DAMAGED'],
      [JSON.stringify({ ...file, key: file['entries'] }), 'VAULT_WRONG_PASSPHRASE']
    ];
    for (const [content, code] of cases) {
      writeFileSync(path, content);
      const secrets = await reopened();
      await expect(secrets.unlock(passphrase)).rejects.toMatchObject({ code });
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });
});

describe('the keyring', () => {
  it('is refused for a new home where there is none, and nothing is left', async () => {
    keyring.breakWith('no session bus');
    await expect(load().init({ store: 'keyring' })).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE', data: { reason: 'no session bus' } });
    expect(readdirSync(homePath)).toEqual([]);
  });

  it('that is away now is said, and comes back without a restart', async () => {
    await load().init({ store: 'keyring' });
    keyring.breakWith('locked');
    const secrets = await reopened();
    expect(secrets.state()).toMatchObject({ kind: 'keyring', state: 'unavailable', detail: 'locked' });
    await expect(secrets.masterKey()).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
    keyring.breakWith(undefined);
    expect((await secrets.masterKey()).length).toBe(32);
  });

  it('that drops what it is given is noticed before a home rests on it', async () => {
    const forgetful = { ...keyring, get: () => Promise.resolve(undefined) };
    const secrets = createSecrets({ clock: createFakeClock(), files: createNodeFiles(), random: createSeededRandom('f'), keyring: forgetful, homePath, homeId, environment: {} });
    await expect(secrets.init({ store: 'keyring' })).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
  });

  it('names entries by home, kind, id and version, and refuses names that could reach another', async () => {
    const secrets = load();
    await secrets.init({ store: 'keyring' });
    await secrets.set(name, bytes('x'));
    expect(keyring.accounts()).toEqual([`${homeId}/home-key/main/v1`, `${homeId}/repository/r1/v1`]);
    await expect(secrets.set({ kind: 'repository', id: '../home-key' }, bytes('x'))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
