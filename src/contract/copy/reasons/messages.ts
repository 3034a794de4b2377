// Messages of errors that are shown as a reason or detail where they are caught. Which message gets there cannot be told from the sources alone.
import type { Reasons } from './template.ts';

export const messages: Reasons = {
  // In the findings of a check.
  '{path} cannot be read: {reason}': '{path} não pode ser lido: {reason}',
  '{file} is not in the repository': '{file} não está no repositório',

  // Why a keyring counts as unreachable.
  '{what} took longer than {ms} ms': '{what} demorou mais de {ms} ms',

  // Why no line for other commands could be opened.
  'no runtime folder with a short enough path': 'não há pasta de execução com um caminho curto o bastante',
  '{path} is not a private folder of this user': '{path} não é uma pasta só deste usuário',

  // As the state of the place where passwords are kept.
  'a value written to the secret store did not come back': 'um valor gravado no lugar das senhas não voltou',
  'the passphrase does not open the vault': 'a frase-senha não abre o cofre',
  'the passphrase file does not exist': 'o arquivo com a frase-senha não existe',
  'the passphrase file cannot be read': 'o arquivo com a frase-senha não pode ser lido',
  'the passphrase file is empty': 'o arquivo com a frase-senha está vazio',
  'the vault file is gone': 'o arquivo do cofre sumiu',
  'the vault is locked': 'o cofre está trancado',
  'the server refused {refused} of {count} addresses': 'o servidor recusou {refused} de {count} endereços',
  'the server did not accept the name or the password': 'o servidor não aceitou o nome ou a senha',
  'the server answered with {status}': 'o servidor respondeu com {status}',
  'the server did not take it': 'o servidor não aceitou a mensagem'
};
