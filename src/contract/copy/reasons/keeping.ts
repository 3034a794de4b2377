// Reasons of keeping: policies, forgetting, tags, passwords and locks of a repository.
import type { Reasons } from './template.ts';

export const keeping: Reasons = {
  'keeps nothing; name at least one rule, for example 7 daily snapshots': 'não guarda nada; indique pelo menos uma regra, por exemplo 7 snapshots diários',
  '"{text}" is not a length of time; write for example 1y6m or 7d12h': '"{text}" não é um tempo; escreva por exemplo 1y6m ou 7d12h',
  'must be a length of time, for example 1y6m or 7d12h': 'deve ser um tempo, por exemplo 1y6m ou 7d12h',
  'say what to keep, or --keep-all': 'diga o que guardar, ou --keep-all',
  'say what to change': 'diga o que mudar',
  'say what to keep': 'diga o que guardar',
  'the plan {name} keeps everything; say what to keep': 'o plano {name} guarda tudo; diga o que guardar',
  'keeps no snapshot of {name}; the last one is never taken away by a rule': 'não guarda nenhum snapshot de {name}; o último nunca é retirado por uma regra',
  'snapshots that are named go alone, without a plan or a rule': 'snapshots indicados vão sozinhos, sem plano nem regra',
  'name the repository that holds the snapshots': 'indique o repositório em que estão os snapshots',
  'snapshots that are named go alone; they must all be in one repository': 'snapshots indicados vão sozinhos; todos precisam estar em um só repositório',
  'name a plan or a repository': 'indique um plano ou um repositório',
  'the repository at {path} is marked append-only, so nothing is taken out of it': 'o repositório em {path} está marcado como somente acréscimo; nada é retirado dele',
  'the repository at {path} is the hot half of a two-part repository; only rustic may change it': 'o repositório em {path} é só a metade rápida de um repositório em duas partes; apenas o rustic pode alterá-lo',
  'a snapshot cannot be read, so nothing is changed: {reason}': 'um snapshot não pode ser lido, por isso nada é alterado: {reason}',
  'a change of snapshots ended before it began': 'uma alteração de snapshots terminou antes de começar',
  'an edit of a snapshot that was not read': 'uma alteração de um snapshot que não foi lido',
  'forget of {name}': 'retirada de snapshots de {name}',
  'tags in {name}': 'etiquetas em {name}',
  'must not be empty': 'não pode ser vazia',
  'the repository has {count} keys already, and no more than {limit} are tried; remove one first': 'o repositório já tem {count} chaves, e não se tentam mais de {limit}; retire uma antes',
  'a new key file does not open with its own password': 'um novo arquivo de chave não abre com a própria senha',
  'is the one in use here; change the password instead, or remove it from a home that uses another': 'é a que está em uso aqui; troque a senha, ou retire-a de uma pasta do Varve que use outra',
  'cannot go: the key in use here is not in the repository any more, and this may be the last that opens it': 'não pode sair: a chave em uso aqui não está mais no repositório, e esta pode ser a última que o abre',
  'keys of {name}': 'senhas de {name}',
  'unlocking of {name}': 'destravamento de {name}',
  'is empty; it keeps nobody out': 'está vazia; não impede ninguém',
  'name a tag to add, to remove or to set': 'indique uma etiqueta a acrescentar, retirar ou definir',
  'setting tags goes alone, without adding or removing': 'definir etiquetas vai sozinho, sem acrescentar nem retirar'
};
