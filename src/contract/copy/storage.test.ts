import { describe, expect, it } from 'vitest';
import { describeCheck } from './doctor.ts';
import { storageWords } from './storage.ts';

describe('where secrets are kept', () => {
  it('is said with what it protects against, in both languages, and weak where it is', () => {
    const said = (['en', 'pt-BR'] as const).flatMap((language) => [
      storageWords(language, { kind: 'keyring', store: 'secret-service', passphraseFrom: null }),
      storageWords(language, { kind: 'keyring', store: 'a store of tomorrow', passphraseFrom: null }),
      ...(['person', 'environment', 'file'] as const).map((passphraseFrom) => storageWords(language, { kind: 'vault', store: 'vault.json', passphraseFrom }))
    ]);
    expect(said.map(({ weak }) => weak)).toEqual([false, false, false, true, true, false, false, false, true, true]);
    expect(said.map(({ place }) => place)).toEqual([
      'the keyring of this desktop (Secret Service)', 'the system’s keyring', 'Varve’s vault file', 'Varve’s vault file', 'Varve’s vault file',
      'chaveiro deste desktop (Secret Service)', 'chaveiro do sistema', 'cofre em arquivo do Varve', 'cofre em arquivo do Varve', 'cofre em arquivo do Varve'
    ]);
    for (const { weak, protects } of said) expect(/^(Weak|Fraco):/.test(protects)).toBe(weak);
  });

  it('is part of what the doctor says of the store, while it can be used', () => {
    const check = (state: 'well' | 'attention', data: Record<string, string>) => describeCheck('en', { id: 'secret-store', state, data }).sentence;
    expect(check('well', { kind: 'vault', store: 'vault.json', passphraseFrom: 'file' })).toMatch(/^Passwords are kept and can be read\. Weak: the passphrase stands in the file/);
    expect(check('well', { kind: 'keyring', store: 'keychain' })).toMatch(/Sealed by your login password/);
    expect(check('attention', { kind: 'vault', store: 'vault.json', passphraseFrom: 'person' })).toBe('The secret store is locked.');
  });
});
