import { expect, it } from 'vitest';
import { createSystemClock } from './clock.ts';
import { createSystemKeyring } from './keyring.ts';
import { createMemoryKeyring } from './memory-keyring.ts';

it('a library that cannot be loaded is a store that cannot be asked', async () => {
  const keyring = createSystemKeyring({ service: 'varve', loadEntry: () => Promise.reject(new Error('no prebuilt file for this machine')) });
  expect(await keyring.probe()).toMatchObject({ available: false, reason: 'no prebuilt file for this machine' });
  await expect(keyring.get('a')).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE', data: { reason: 'no prebuilt file for this machine' } });
});

it('a store that never answers is given up', async () => {
  const silent = { getSecret: () => new Promise<null>(() => undefined), setSecret: () => new Promise(() => undefined), deleteCredential: () => new Promise<boolean>(() => undefined) };
  const keyring = createSystemKeyring({ service: 'varve', limitMs: 5, clock: createSystemClock(), loadEntry: async () => silent });
  expect(await keyring.probe()).toMatchObject({ available: false });
  await expect(keyring.set('a', Uint8Array.of(1))).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
});

it('a store that loses what is written is not available', async () => {
  const keyring = createSystemKeyring({ service: 'varve', loadEntry: async () => ({ getSecret: async () => null, setSecret: async () => undefined, deleteCredential: async () => true }) });
  expect(await keyring.probe()).toMatchObject({ available: false, reason: expect.stringContaining('did not come back') as unknown });
});

it('the keyring for tests keeps copies and can be broken', async () => {
  const keyring = createMemoryKeyring();
  const value = Uint8Array.of(1);
  await keyring.set('a', value);
  value[0] = 9;
  expect(await keyring.get('a')).toEqual(Uint8Array.of(1));
  expect(await keyring.get('b')).toBeUndefined();
  keyring.breakWith('locked');
  expect(await keyring.probe()).toMatchObject({ available: false, reason: 'locked' });
  await expect(keyring.get('a')).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
  keyring.breakWith(undefined);
  expect(await keyring.delete('a')).toBe(true);
  expect(await keyring.delete('a')).toBe(false);
  expect(keyring.accounts()).toEqual([]);
});
