import { describe, expect, it } from 'vitest';
import { isReady, keysNeed, keysRefusal, noAnswers, restoreInput, type Answers } from './answers.ts';

const plain = { log: { keys: false } } as unknown as Parameters<typeof keysNeed>[0];
const sealed = { log: { keys: true } } as unknown as Parameters<typeof keysNeed>[0];
const keys = { name: 'varve-keys-1a2b3c4d.json', content: '{}' };
const answered = (change: Partial<Answers>): Answers => ({ ...noAnswers, ...change });

describe('what is asked of the old home', () => {
  it('has no answer until a person gives one', () => {
    expect(isReady(sealed, noAnswers, true)).toBe(false);
    expect(restoreInput({ path: '/p', passphrase: '' }, noAnswers, { keyring: true, language: 'en' })).toBeUndefined();
  });

  it('needs the keys only for a record that goes on, and only where the package has none', () => {
    expect([keysNeed(plain, 'gone'), keysNeed(plain, 'unsure'), keysNeed(plain, undefined), keysNeed(sealed, 'gone')]).toEqual(['needed', 'wanted', 'wanted', 'in-package']);
    expect(isReady(plain, answered({ oldHome: 'gone' }), true)).toBe(false);
    expect(isReady(plain, answered({ oldHome: 'gone', keys }), true)).toBe(false);
    expect(isReady(plain, answered({ oldHome: 'gone', keys, keysPassphrase: 'x' }), true)).toBe(true);
    expect(isReady(plain, answered({ oldHome: 'unsure' }), true)).toBe(true);
    expect(isReady(plain, answered({ oldHome: 'unsure', keys }), true)).toBe(false);
    expect(isReady(sealed, answered({ oldHome: 'gone' }), true)).toBe(true);
  });

  it('tells what is wrong with the keys from what is wrong with anything else', () => {
    expect(keysRefusal({ code: 'VAULT_WRONG_PASSPHRASE', data: {} })).toBe('passphrase');
    expect(keysRefusal({ code: 'BAD_INPUT', data: { field: 'content', reason: 'is not a file of exported keys' } })).toEqual({ reason: 'is not a file of exported keys' });
    expect(keysRefusal({ code: 'BAD_INPUT', data: { field: 'home', reason: 'holds other files' } })).toBeUndefined();
    expect(keysRefusal({ code: 'NO_SPACE', data: null })).toBeUndefined();
  });

  it('wants a passphrase for the vault where there is no keyring', () => {
    expect(isReady(sealed, answered({ oldHome: 'gone', vaultPassphrase: 'short' }), false)).toBe(false);
    expect(isReady(sealed, answered({ oldHome: 'gone', vaultPassphrase: 'long enough' }), false)).toBe(true);
  });

  it('becomes a call that carries what was given and nothing that was not', () => {
    expect(restoreInput({ path: '/p', passphrase: '' }, answered({ oldHome: 'unsure', vaultPassphrase: 'typed in vain' }), { keyring: true, language: 'pt-BR' })).toEqual({ path: '/p', oldHome: 'unsure', language: 'pt-BR', secretStore: 'keyring' });
    expect(restoreInput({ path: '/p', passphrase: 'seal' }, answered({ oldHome: 'gone', keys, keysPassphrase: 'k', vaultPassphrase: 'long enough' }), { keyring: false, language: 'en' })).toEqual({
      path: '/p', oldHome: 'gone', language: 'en', secretStore: 'vault', key: { passphrase: 'seal' }, keys: { content: '{}', passphrase: 'k' }, passphrase: 'long enough'
    });
  });
});
