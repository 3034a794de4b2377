// Where secrets lie and what that protects against, said plainly: by the doctor, the command line and the console alike.
import type { Language } from '../ids.ts';
import type { SecretStorage } from '../secrets.ts';

export interface StorageWords {
  /** As it stands after "kept in", in Portuguese after "guardados em:". */
  place: string;
  /** What it protects against, and what not. */
  protects: string;
  /** The protection is less than the place promises. */
  weak: boolean;
}

type Words = Record<'secret-service' | 'keychain' | 'credential-manager' | 'keyring' | 'vault', string>;

const places: Record<Language, Words> = {
  en: { 'secret-service': 'the keyring of this desktop (Secret Service)', keychain: 'the macOS Keychain', 'credential-manager': 'the Windows Credential Manager', keyring: 'the system’s keyring', vault: 'Varve’s vault file' },
  'pt-BR': { 'secret-service': 'chaveiro deste desktop (Secret Service)', keychain: 'Chaves do macOS', 'credential-manager': 'Gerenciador de Credenciais do Windows', keyring: 'chaveiro do sistema', vault: 'cofre em arquivo do Varve' }
};

const protections: Record<Language, Record<'keyring' | 'person' | 'environment' | 'file', string>> = {
  en: {
    keyring: 'Sealed by your login password: a stolen drive or a copied folder gives nothing away. Programs that run as you while you are signed in can ask for it.',
    person: 'Sealed by your passphrase, and as strong as that: a stolen drive or a copied folder gives nothing away. While it is unlocked, programs that run as you could take it from memory.',
    environment: 'Weak: the passphrase stands in the environment (VARVE_VAULT_PASSPHRASE). A copy of Varve’s folder alone gives nothing away; whoever can see how programs of your user are started can read every secret.',
    file: 'Weak: the passphrase stands in the file that VARVE_VAULT_PASSPHRASE_FILE names. A copy of Varve’s folder alone gives nothing away; whoever can read both, for example on a stolen drive, can read every secret.'
  },
  'pt-BR': {
    keyring: 'Selado pela sua senha de login: uma unidade roubada ou uma pasta copiada não revela nada. Programas que rodam como você durante a sua sessão podem pedi-lo.',
    person: 'Selado pela sua frase-senha, e tão forte quanto ela: uma unidade roubada ou uma pasta copiada não revela nada. Enquanto está destrancado, programas que rodam como você poderiam tirá-lo da memória.',
    environment: 'Fraco: a frase-senha está no ambiente (VARVE_VAULT_PASSPHRASE). Uma cópia só da pasta do Varve não revela nada; quem consegue ver como os programas do seu usuário são iniciados consegue ler todos os segredos.',
    file: 'Fraco: a frase-senha está no arquivo indicado por VARVE_VAULT_PASSPHRASE_FILE. Uma cópia só da pasta do Varve não revela nada; quem consegue ler os dois, por exemplo em uma unidade roubada, consegue ler todos os segredos.'
  }
};

/** `store`: the keyring's name, as its probe gives it. */
export function storageWords(language: Language, { kind, store, passphraseFrom }: Pick<SecretStorage, 'kind' | 'passphraseFrom'> & { store: string }): StorageWords {
  const names = places[language];
  if (kind === 'keyring') return { place: store in names && store !== 'vault' ? names[store as keyof Words] : names.keyring, protects: protections[language].keyring, weak: false };
  const from = passphraseFrom ?? 'person';
  return { place: names.vault, protects: protections[language][from], weak: from !== 'person' };
}
