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
  'the server did not take it': 'o servidor não aceitou a mensagem',

  // What is not as it must be in a record that comes out of a package.
  'has other columns than table "{table}"': 'tem outras colunas que não as da tabela "{table}"',
  'is no event': 'não é um evento',
  'is not written as an event is': 'não está escrito como um evento',
  'is not written as an event in state "{state}" is': 'não está escrito como um evento no estado "{state}"',
  'was damaged already when the package was made': 'já estava danificado quando o pacote foi feito',
  'is event {seq}; event {wanted} was expected': 'é o evento {seq}; era esperado o evento {wanted}',
  'does not continue the event before it': 'não continua o evento anterior',
  'has a chain hash that does not follow from its header': 'tem um hash da cadeia que não decorre do seu cabeçalho',
  'has a payload against the word of its header': 'tem um conteúdo que o cabeçalho não menciona',
  'lacks the payload that its header speaks of': 'não tem o conteúdo que o cabeçalho menciona',
  'has a payload that is not the recorded one': 'tem um conteúdo que não é o registrado',
  'has an encrypted payload against the word of its header': 'tem um conteúdo cifrado que o cabeçalho não menciona',
  'is said to be erased by event {by}, which came before it': 'diz ter sido apagado pelo evento {by}, que veio antes dele',
  'is longer than {count} bytes': 'é mais longo que {count} bytes',
  'is no checkpoint': 'não é um ponto de verificação',
  'is no signed checkpoint: {reason}': 'não é um ponto de verificação assinado: {reason}',
  'is a checkpoint of {size} events, not of {wanted}': 'é um ponto de verificação de {size} eventos, não de {wanted}',
  'does not come behind the one before it': 'não vem depois do anterior',
  'is from a newer log.db ({schema}; this program knows {known})': 'vem de um log.db mais novo ({schema}; este programa conhece {known})',
  'is of table "{table}", which is not known': 'é da tabela "{table}", que não é conhecida',
  'has a value of another kind than column "{column}" of table "{table}" holds': 'tem um valor de outro tipo que o da coluna "{column}" da tabela "{table}"',
  'does not fit into table "{table}": {reason}': 'não cabe na tabela "{table}": {reason}',
  'names "{key}", which is not carried over': 'menciona "{key}", que não é trazido',
  'names a category that is not known': 'menciona uma categoria que não é conhecida',
  'stands behind its end': 'está depois do seu fim',
  'is no row': 'não é uma linha de tabela',
  'says that it has {said} rows, and has {count}': 'diz ter {said} linhas, e tem {count}',
  'does not begin as it must': 'não começa como deve',

  // Where a damaged record gave no more.
  'entry {seq}: {what}': 'entrada {seq}: {what}',
  'does not continue the entry before it': 'não continua a entrada anterior',
  'its hash does not follow from its header': 'o hash dela não decorre do seu cabeçalho'
};
