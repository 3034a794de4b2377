// Reasons of packages of the record: what of it does not fit, and the state of a home beside it.
import type { Reasons } from './template.ts';

export const packageState: Reasons = {
  'holds the table {name}, which no package may bring in': 'traz a tabela {name}, que nenhum pacote pode trazer',
  'holds a table {name} that this program does not know': 'traz uma tabela {name} que este programa não conhece',
  'has rows of {name} that do not fit together': 'tem linhas de {name} que não combinam entre si',
  'has version {version}; this program knows up to {known}': 'tem a versão {version}; este programa conhece até a {known}',
  'was made by a newer Varve (schema {schema})': 'foi feito por um Varve mais novo (esquema {schema})',
  'is not what it should hold': 'não é o que deveria trazer',
  'the marker of the home could not be read': 'o marcador da pasta do Varve não pôde ser lido',
  'settings.json is not as expected': 'settings.json não é como esperado',
  'settings.json cannot be read': 'settings.json não pode ser lido',
  'a row is left out: it is not as expected at {place}': 'uma linha fica de fora: não é como esperado em {place}',
  // Of the record while it is packed.
  'the payload cannot be read: {reason}': 'o conteúdo não pode ser lido: {reason}',
  'there is a payload, but it was recorded without one': 'há um conteúdo, mas foi registrada sem nenhum',
  'the payload is gone and nothing in the record says why': 'o conteúdo sumiu e nada no registro diz por quê',
  'the payload is not kept as the header says': 'o conteúdo não está guardado como o cabeçalho diz',
  'the payload is not JSON': 'o conteúdo não é JSON',
  'the header is not in its canonical form, or of another place': 'o cabeçalho não está na forma canônica, ou é de outro lugar',
  'the chain hash is none': 'o hash da cadeia não é um hash',
  'does not follow from the entry before: the chain is broken': 'não segue da entrada anterior: a cadeia está rompida',
  'is not the entry that the tree lists': 'não é a entrada que a árvore lista',
  '{count} entries are missing': 'faltam {count} entradas',
  'the tree has {leaves} leaves, and there are {entries} entries': 'a árvore tem {leaves} folhas, e há {entries} entradas',
  'level {level} of the tree does not hold the hash of its part {index}': 'o nível {level} da árvore não traz o hash da sua parte {index}',
  'level {level}, tile {no} of the tree {what}': 'o nível {level} da árvore, bloco {no}: {what}',
  'is missing or too short': 'falta ou é curto demais',
  'the newest checkpoint covers {count} entries': 'o ponto de verificação mais novo cobre {count} entradas',
  'the entries do not have the root of the newest checkpoint': 'as entradas não têm a raiz do ponto de verificação mais novo',
  'the newest checkpoint is not one of this record': 'o ponto de verificação mais novo não é deste registro',
  'the newest checkpoint is not a signed note': 'o ponto de verificação mais novo não é uma nota assinada',
  '{count} entries have a place that is no number of an entry; they are not packed': '{count} entradas têm um lugar que não é número de entrada; não são empacotadas',
  'the checkpoints cannot be read: {reason}': 'os pontos de verificação não podem ser lidos: {reason}',
  'the list of checkpoints cannot be read: {reason}': 'a lista de pontos de verificação não pode ser lida: {reason}',
  'the list of entries or the tree cannot be read: {reason}': 'a lista de entradas ou a árvore não pode ser lida: {reason}'
};
