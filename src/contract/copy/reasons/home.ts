// Reasons of the home: its files, databases, keys and passwords, and paths as people type them.
import type { Reasons } from './template.ts';

export const home: Reasons = {
  // Paths.
  'is empty': 'está vazio',
  'holds a NUL character': 'contém um caractere NUL',
  "means another user's home; write the whole path": 'indica a pasta de outro usuário; escreva o caminho inteiro',
  'is not absolute': 'não é um caminho completo',
  'isInside needs absolute paths': 'isInside precisa de caminhos completos',
  'counting files': 'contar arquivos',

  // The home's folder and databases.
  'state.db is missing; put it back, or move this folder away and set Varve up again: the repositories can be opened anew': 'falta state.db; traga-o de volta, ou tire esta pasta do lugar e configure o Varve de novo: os repositórios podem ser abertos outra vez',
  'the folder holds other files and is no home; choose an empty folder or one that does not exist yet': 'a pasta contém outros arquivos e não é uma pasta do Varve; escolha uma pasta vazia ou uma que ainda não existe',
  'is not a plain file': 'não é um arquivo comum',
  'the top': 'no início',
  'it is a database, but not one that Varve made': 'é um banco de dados, mas não um que o Varve criou',
  'it is a database without any of its tables': 'é um banco de dados sem nenhuma das suas tabelas',
  'is not a lock file of Varve': 'não é um arquivo de trava do Varve',

  // Keys and passwords.
  'is not JSON': 'não é JSON',
  'is not as expected at {what}': 'não está como se espera em {what}',
  'belongs to another home': 'pertence a outra pasta do Varve',
  'has no passphrase': 'não tem frase-senha',
  'does not open with its key': 'não abre com a sua chave',
  'a key does not open with the master key': 'uma chave não abre com a chave-mestra',
  'did not keep what was stored': 'não guardou o que foi posto ali',
  'is needed for the vault': 'é preciso para o cofre',
  'needs at least {count} characters': 'precisa de pelo menos {count} caracteres',
  'waiting for the passphrase': 'esperando a frase-senha',
  'unlocking a home without a vault': 'destrancar uma pasta do Varve sem cofre',
  'is not a file of exported keys': 'não é um arquivo de chaves exportadas',
  'may hold letters, digits, ".", "_" and "-" only': 'só pode ter letras, algarismos, ".", "_" e "-"',
  'N must be a power of two': 'N precisa ser potência de dois',
  'asks for more than 1 GiB': 'pede mais de 1 GiB',
  'scrypt parameters ask for too much memory': 'os parâmetros do scrypt pedem memória demais',
  'needs 16 to 512 letters, digits, "-" or "_"': 'precisa ter de 16 a 512 letras, algarismos, "-" ou "_"'
};
