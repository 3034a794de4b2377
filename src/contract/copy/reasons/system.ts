// What the system, the database and the libraries say, in plain words of both languages. Left stands the text as it comes.
import type { PlainWords } from './template.ts';

/** Codes of the operating system. The code itself stays beside the words: it is what others search for. */
export const systemCodes: PlainWords = {
  EACCES: ['no permission', 'sem permissão'],
  EPERM: ['the system does not allow it', 'o sistema não permite'],
  ENOENT: ['not there', 'não está lá'],
  EEXIST: ['something is there already', 'já existe algo ali'],
  ENOTDIR: ['a file stands where a folder is needed', 'há um arquivo onde deveria haver uma pasta'],
  EISDIR: ['a folder stands where a file is needed', 'há uma pasta onde deveria haver um arquivo'],
  ENOTEMPTY: ['the folder is not empty', 'a pasta não está vazia'],
  ELOOP: ['a link stands in the way', 'há um link no caminho'],
  ENAMETOOLONG: ['the name is too long', 'o nome é longo demais'],
  EILSEQ: ['the name has characters that this drive cannot hold', 'o nome tem caracteres que esta unidade não aceita'],
  EXDEV: ['it lies on another drive', 'fica em outra unidade'],
  ENOSPC: ['no space left', 'não há mais espaço'],
  EDQUOT: ['the quota is used up', 'a cota acabou'],
  EFBIG: ['too large for this drive', 'grande demais para esta unidade'],
  E2BIG: ['too large', 'grande demais'],
  EIO: ['the drive could not read or write it', 'a unidade não conseguiu ler ou gravar'],
  EREMOTEIO: ['the drive could not read or write it', 'a unidade não conseguiu ler ou gravar'],
  EUCLEAN: ['the drive’s file system is damaged', 'o sistema de arquivos da unidade está danificado'],
  EROFS: ['the drive can only be read', 'a unidade só permite leitura'],
  EBUSY: ['another program is using it', 'outro programa está usando'],
  ETXTBSY: ['a running program is using it', 'um programa em execução está usando'],
  EAGAIN: ['busy just now', 'ocupado neste momento'],
  EINTR: ['it was interrupted', 'foi interrompido'],
  ENODEV: ['the drive is not there', 'a unidade não está lá'],
  ENXIO: ['the drive is not there', 'a unidade não está lá'],
  ESTALE: ['the network drive was lost', 'a unidade de rede se perdeu'],
  ENOKEY: ['it is encrypted and its key is not there', 'está cifrado e a chave não está presente'],
  EINVAL: ['not possible with this kind of file', 'não é possível com este tipo de arquivo'],
  ENOTSUP: ['this drive or system cannot do it', 'esta unidade ou sistema não consegue'],
  EOPNOTSUPP: ['this drive or system cannot do it', 'esta unidade ou sistema não consegue'],
  ENOSYS: ['this drive or system cannot do it', 'esta unidade ou sistema não consegue'],
  EMFILE: ['too many files are open', 'há arquivos abertos demais'],
  ENFILE: ['too many files are open on this computer', 'há arquivos abertos demais neste computador'],
  ENOMEM: ['not enough memory', 'falta memória'],
  ETIMEDOUT: ['no answer in time', 'sem resposta a tempo'],
  ECONNREFUSED: ['nobody answers there', 'ninguém atende lá'],
  ECONNRESET: ['the connection broke off', 'a conexão caiu'],
  EPIPE: ['the connection broke off', 'a conexão caiu'],
  ENOTCONN: ['there is no connection', 'não há conexão'],
  EHOSTUNREACH: ['the other computer cannot be reached', 'o outro computador não está ao alcance'],
  EHOSTDOWN: ['the other computer is off', 'o outro computador está desligado'],
  ENETUNREACH: ['the network cannot be reached', 'a rede não está ao alcance'],
  EADDRINUSE: ['the address is in use', 'o endereço está em uso'],
  EADDRNOTAVAIL: ['the address does not belong to this computer', 'o endereço não é deste computador'],
  ENOTFOUND: ['no computer of this name is known', 'não se conhece computador com este nome'],
  EUNSAFE: ['a batch file cannot get a quote, a percent sign or a line break safely; name a program that is no batch file', 'um arquivo de lote não recebe com segurança aspas, sinal de porcentagem ou quebra de linha; indique um programa que não seja arquivo de lote'],
  EAI_AGAIN: ['names of computers cannot be looked up now', 'nomes de computadores não podem ser consultados agora']
};

/** What SQLite says of a file. */
export const databaseWords: PlainWords = {
  'file is not a database': ['the file is not a database', 'o arquivo não é um banco de dados'],
  'database disk image is malformed': ['the database is damaged', 'o banco de dados está danificado'],
  'unable to open database file': ['the database file cannot be opened', 'o arquivo do banco de dados não pode ser aberto'],
  'attempt to write a readonly database': ['the database can only be read', 'o banco de dados só permite leitura'],
  'disk I/O error': ['the drive could not read or write it', 'a unidade não conseguiu ler ou gravar'],
  'database or disk is full': ['no space left', 'não há mais espaço'],
  'database is locked': ['another process is using the database', 'outro processo está usando o banco de dados'],
  'access permission denied': ['no permission', 'sem permissão'],
  SQLITE_CANTOPEN: ['the file cannot be opened', 'o arquivo não pode ser aberto'],
  SQLITE_READONLY: ['the file can only be read', 'o arquivo só permite leitura'],
  SQLITE_IOERR: ['the drive could not read or write it', 'a unidade não conseguiu ler ou gravar'],
  SQLITE_FULL: ['no space left', 'não há mais espaço']
};

/** Places named so hold a kind of value. */
export const typeWords: PlainWords = {
  string: ['a text', 'um texto'],
  number: ['a number', 'um número'],
  int: ['a whole number', 'um número inteiro'],
  bigint: ['a whole number', 'um número inteiro'],
  boolean: ['true or false', 'true ou false'],
  array: ['a list', 'uma lista'],
  object: ['an object', 'um objeto'],
  record: ['an object', 'um objeto'],
  map: ['an object', 'um objeto'],
  null: ['null', 'null'],
  undefined: ['nothing', 'nada'],
  NaN: ['no number', 'nenhum número'],
  date: ['a date', 'uma data'],
  set: ['a list', 'uma lista']
};

/** Places named `state` hold one of these. */
export const stateWords: PlainWords = {
  ready: ['ready', 'pronto'],
  absent: ['not connected', 'não conectado'],
  unreadable: ['cannot be read', 'não pode ser lido'],
  consistent: ['consistent', 'consistente'],
  anchored: ['anchored', 'ancorado']
};

/** What the check of a shape says about a value. */
export const shapeWords: PlainWords = {
  'Input validation failed': ['is not as expected', 'não está como se espera'],
  'Invalid input': ['is not as expected', 'não está como se espera'],
  'Invalid input: more than one option matched': ['fits more than one form', 'corresponde a mais de uma forma'],
  'Invalid input: expected {type}, received undefined': ['is missing; it must be {type}', 'falta; precisa ser {type}'],
  'Invalid input: expected {type}, received {otherType}': ['must be {type}, not {otherType}', 'precisa ser {type}, e não {otherType}'],
  'Invalid input: expected {value}': ['must be {value}', 'precisa ser {value}'],
  'Invalid option: expected one of {values}': ['must be one of {values}', 'precisa ser um destes: {values}'],
  'Invalid discriminator value. Expected {values}': ['must be one of {values}', 'precisa ser um destes: {values}'],
  'Unrecognized key: {names}': ['holds something not known here: {names}', 'contém algo desconhecido aqui: {names}'],
  'Unrecognized keys: {names}': ['holds something not known here: {names}', 'contém algo desconhecido aqui: {names}'],
  'Too small: expected string to have >=1 characters': ['must not be empty', 'não pode ser vazio'],
  'Too small: expected string to have >={count} characters': ['needs at least {count} characters', 'precisa de pelo menos {count} caracteres'],
  'Too big: expected string to have <={count} characters': ['may have at most {count} characters', 'pode ter no máximo {count} caracteres'],
  'Too small: expected string to have exactly {count} characters': ['must have exactly {count} characters', 'precisa ter exatamente {count} caracteres'],
  'Too big: expected string to have exactly {count} characters': ['must have exactly {count} characters', 'precisa ter exatamente {count} caracteres'],
  'Too small: expected array to have >=1 items': ['needs at least one item', 'precisa de pelo menos um item'],
  'Too small: expected array to have >={count} items': ['needs at least {count} items', 'precisa de pelo menos {count} itens'],
  'Too big: expected array to have <={count} items': ['may have at most {count} items', 'pode ter no máximo {count} itens'],
  'Too small: expected {numberType} to be >={count}': ['must be {count} or more', 'precisa ser {count} ou mais'],
  'Too small: expected {numberType} to be >{count}': ['must be more than {count}', 'precisa ser mais que {count}'],
  'Too big: expected {numberType} to be <={count}': ['must be {count} or less', 'precisa ser {count} ou menos'],
  'Too big: expected {numberType} to be <{count}': ['must be less than {count}', 'precisa ser menos que {count}'],
  'Invalid number: must be a multiple of {step}': ['must be a multiple of {step}', 'precisa ser múltiplo de {step}'],
  'Invalid string: must match pattern {pattern}': ['must have the form {pattern}', 'precisa ter a forma {pattern}'],
  'Invalid string: must start with {value}': ['must begin with {value}', 'precisa começar com {value}'],
  'Invalid string: must end with {value}': ['must end with {value}', 'precisa terminar com {value}'],
  'Invalid string: must include {value}': ['must contain {value}', 'precisa conter {value}'],
  'Invalid ISO datetime': ['must be a time such as 2026-11-20T10:00:00Z', 'precisa ser um horário como 2026-11-20T10:00:00Z'],
  'Invalid ISO date': ['must be a date such as 2026-11-20', 'precisa ser uma data como 2026-11-20'],
  'Invalid ISO time': ['must be a time of day such as 10:00:00', 'precisa ser uma hora como 10:00:00'],
  'Invalid UUID': ['must be a UUID', 'precisa ser um UUID'],
  'Invalid URL': ['must be an address such as https://example.org', 'precisa ser um endereço como https://example.org'],
  'Invalid email address': ['must be an e-mail address', 'precisa ser um endereço de e-mail'],
  'Invalid base64-encoded string': ['must be base64', 'precisa ser base64'],
  'Invalid key in {keyType}': ['has a name that is not allowed', 'tem um nome que não é permitido'],
  'Invalid value in {keyType}': ['has a value that is not allowed', 'tem um valor que não é permitido']
};

/** What the library that asks the system's keyring says; its own words stay in brackets. */
export const keyringWords: PlainWords = {
  'Platform failure: DBus error: {text}': ['no keyring service answers on this computer ({text})', 'nenhum serviço de chaveiro responde neste computador ({text})'],
  'Platform failure: {text}': ['the system’s keyring does not work ({text})', 'o chaveiro do sistema não funciona ({text})'],
  'No storage access: {text}': ['the system’s keyring is locked ({text})', 'o chaveiro do sistema está trancado ({text})']
};

/** Where nobody said why. */
export const unknownWords: PlainWords = {
  unreadable: ['for an unknown reason', 'por um motivo desconhecido'],
  unknown: ['for an unknown reason', 'por um motivo desconhecido'],
  'unexpected failure': ['something unexpected', 'algo inesperado']
};
