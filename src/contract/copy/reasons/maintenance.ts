// Reasons of the upkeep of repositories: why something is not touched.
import type { Reasons } from './template.ts';

export const maintenance: Reasons = {
  '{reason}; while a snapshot cannot be read, nothing is removed': '{reason}; enquanto um snapshot não puder ser lido, nada é removido',
  'an index file carries fields of another program, which rewriting it would lose': 'um arquivo de índice traz campos de outro programa, que se perderiam ao regravá-lo',
  'index files disagree about pack {id}': 'arquivos de índice discordam sobre o pacote {id}',
  'pack {pack}, which is missing or has a wrong size, is needed for {type} blob {id}': 'o pacote {pack}, que falta ou tem tamanho errado, é necessário para o bloco {id} ({type})',
  '{type} blob {id} is in no index; needed by {what}': 'o bloco {id} ({type}) não está em nenhum índice; quem precisa: {what}',
  'tree {id} holds a folder without a tree': 'a árvore {id} contém uma pasta sem árvore',
  'both are the same repository': 'os dois são o mesmo repositório',
  '{type} blob {id} is empty': 'o bloco {id} ({type}) está vazio',
  'a pack of a version 1 repository holds compressed blobs': 'um pacote de um repositório da versão 1 contém blocos comprimidos',
  'not one of its packs is there; nothing is forgotten before the folder "data" is back': 'nenhum de seus pacotes está lá; nada é esquecido antes que a pasta "data" volte',
  'a needed blob would be lost': 'um bloco necessário se perderia'
};
