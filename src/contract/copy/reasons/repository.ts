// Reasons of repositories: their place, their locks, and what a check finds.
import type { Reasons } from './template.ts';

export const repository: Reasons = {
  // The place.
  'lies inside a Varve home; a repository needs a place of its own': 'fica dentro de uma pasta do Varve; um repositório precisa de um lugar próprio',
  'is not there': 'não está lá',
  'name one of: all of it, a percentage, or a number of days': 'indique só um: tudo, uma porcentagem ou um número de dias',
  'an empty folder': 'uma pasta vazia',
  'holds no repository': 'não contém um repositório',
  'does not answer': 'não responde',
  'looking at {path}': 'olhar {path}',
  'must not be empty for a new repository': 'não pode ser vazia em um repositório novo',
  'the process of this home that wrote it is gone': 'o processo desta pasta do Varve que a escreveu já terminou',
  'has the old folder layout of S3 ("key", "snapshot"); move it to the default layout with an older restic': 'usa a organização antiga de pastas do S3 ("key", "snapshot"); passe-o para a atual com um restic mais antigo',
  '{path} holds other files; a new repository needs an empty or new folder': '{path} contém outros arquivos; um repositório novo precisa de uma pasta vazia ou nova',
  'a repository without any key file': 'um repositório sem nenhum arquivo de chave',
  'it is the hot half of a two-part repository': 'é só a metade rápida de um repositório em duas partes',
  'removing the lock': 'remover a trava',
  'refreshing the lock': 'renovar a trava',
  'the browsing thread is gone': 'a linha de execução que abria o repositório terminou',
  'not a name of a stored file': 'não é o nome de um arquivo guardado',
  'a pack does not read back as it was written': 'um pacote não é lido de volta como foi escrito',
  'ends early': 'termina cedo demais',
  'a new blob does not read back as it was': 'um bloco novo não foi lido de volta como era',
  'a new pack header does not read back as it was': 'um cabeçalho novo de pacote não foi lido de volta como era',

  // Damage met on the way.
  'damaged: {reason}': 'danificado: {reason}',
  'is not a file': 'não é um arquivo',
  '{bytes} bytes, more than such a file may have': '{bytes} bytes, mais do que um arquivo assim pode ter',
  '{bytes} bytes, too large for a pack': '{bytes} bytes, grande demais para um pacote',
  '{type} blob {id} is in no index': 'o bloco {id} ({type}) não está em nenhum índice',
  'a pack with {type} blob {id} is missing': 'falta um pacote com o bloco {id} ({type})',
  'pack ends inside blob {id}': 'o pacote termina no meio do bloco {id}',
  'blob {id} has another content': 'o bloco {id} tem outro conteúdo',
  'content does not match its name': 'o conteúdo não corresponde ao nome',

  // What a check finds: of the file or tree that is named before it.
  'the content does not match its name': 'o conteúdo não corresponde ao nome',
  'is in the index and not in the repository': 'está no índice, mas não no repositório',
  '{count} blobs of the index are not in the pack\'s header': '{count} blocos do índice não estão no cabeçalho do pacote',
  '{count} blobs of the pack\'s header are not in the index': '{count} blocos do cabeçalho do pacote não estão no índice',
  'header: {reason}': 'cabeçalho: {reason}',
  '{count} of {total} blobs are damaged: {blobs}': 'blocos danificados, {count} de {total}: {blobs}',
  'tree {id}': 'árvore {id}',
  'index/{id} describes it differently from another index file': 'index/{id} o descreve de outro modo que outro arquivo de índice',
  'is described by several index files': 'é descrito por vários arquivos de índice',
  'holds data and trees together': 'contém dados e árvores juntos',
  'is in no index; a left-over of an interrupted run': 'não está em nenhum índice; é resto de uma execução interrompida',
  'has {bytes} bytes instead of {expected}': 'tem {bytes} bytes em vez de {expected}',
  'lies too deep': 'fica fundo demais',
  'is in no index; needed by {what}': 'não está em nenhum índice; quem precisa: {what}',
  '{reason}; needed by {what}': '{reason}; quem precisa: {what}',
  'holds a folder without a tree': 'contém uma pasta sem árvore',
  'holds a file without a list of content': 'contém um arquivo sem lista de conteúdo',
  '{count} pieces of its files are in no index, the first is {id}': '{count} pedaços dos seus arquivos não estão em nenhum índice; o primeiro é {id}'
};
