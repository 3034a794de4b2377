// Reasons of plans, snapshots and restores.
import type { Reasons } from './template.ts';

export const snapshots: Reasons = {
  // Plans.
  '{path} is a home of Varve, which no plan keeps': '{path} é uma pasta do Varve, que nenhum plano guarda',
  '{path} is a name that Varve keeps for itself in snapshots; rename the folder': '{path} é um nome que o Varve reserva para si nos snapshots; mude o nome da pasta',
  '{path} lies in the repository itself': '{path} fica dentro do próprio repositório',
  '"{tag}" cannot be used: tags that begin with "varve-" are reserved': '"{tag}" não pode ser usada: etiquetas que começam com "varve-" são reservadas',
  '"{zone}" is not a time zone': '"{zone}" não é um fuso horário',
  'would leave out everything': 'deixaria tudo de fora',
  '".." has no meaning here': '".." não tem sentido aqui',
  '"[" is not closed': 'falta fechar "["',
  '"[...]" is empty or begins with "-" or "]"; write "\\-" or "\\]"': '"[...]" está vazio ou começa com "-" ou "]"; escreva "\\-" ou "\\]"',
  'a range in "[...]" has no end': 'um intervalo em "[...]" não tem fim',
  'a range in "[...]" runs backwards': 'um intervalo em "[...]" vai para trás',
  'ends with a single "\\"': 'termina com um "\\" sozinho',

  'a marker needs the name of a file': 'um marcador precisa do nome de um arquivo',
  'a marker is the name of a file, without folders': 'um marcador é o nome de um arquivo, sem pastas',

  '"{text}" is not a size; write 500K, 20M or 3G': '"{text}" não é um tamanho; escreva 500K, 20M ou 3G',
  'name a plan, or folders': 'dê o nome de um plano, ou pastas',

  // Trials.
  'is no folder of this computer that the snapshot was taken of, nor in one': 'não é uma pasta deste computador da qual o snapshot foi feito, nem está numa delas',
  'the top of a file system cannot be tried': 'o topo de um sistema de arquivos não pode ser experimentado',
  'its copy stands in the place of the original already': 'sua cópia já está no lugar do original',
  'its copy does not stand in the place of the original': 'sua cópia não está no lugar do original',
  'something is being done with it at the moment': 'algo está sendo feito com ele neste momento',
  'cannot go together with another snapshot': 'não combina com outro snapshot',

  // Snapshots.
  'snapshot of {plan}': 'snapshot de {plan}',
  'a folder never finished': 'uma pasta nunca terminou',
  'a result nobody asked for': 'um resultado que ninguém pediu',
  'is no file of the snapshot': 'não é um arquivo do snapshot',
  'a blob is shorter than the index says': 'um bloco é mais curto do que o índice diz',
  '"last-valid" is for restores alone: snapshots have to be read for it': '"last-valid" vale só para restaurações: é preciso ler os snapshots para isso',
  'an id needs at least 6 digits': 'um identificador precisa de pelo menos 6 dígitos',
  '"{text}" is not a time; write 2026-11-20, 2026-11-20T10:00 or 2026-11-20T10:00:00Z': '"{text}" não é um horário; escreva 2026-11-20, 2026-11-20T10:00 ou 2026-11-20T10:00:00Z',

  // What comes from standard input or a program.
  'is no name for a file': 'não é um nome de arquivo',
  '"{name}" is the name of something else at the top of the snapshot': '"{name}" é o nome de outra coisa no topo do snapshot',
  'a program needs --command NAME for what it writes': 'um programa precisa de --command NOME para o que escreve',
  'cannot go together with --command': 'não combina com --command',
  'standard input is the terminal; send it something with a pipe': 'a entrada padrão é o terminal; mande algo para ela com um pipe',
  'name the program after two dashes: -- PROGRAM ARGUMENTS': 'dê o programa depois de dois hífens: -- PROGRAMA ARGUMENTOS',

  // Programs that run around a snapshot.
  'could not be started ({code})': 'não pôde ser iniciado ({code})',
  'took longer than {seconds} s': 'levou mais de {seconds} s',
  'ended with {ended}': 'terminou com {ended}',
  'ended with {ended}: {complaint}': 'terminou com {ended}: {complaint}',
  'gave more than 64 KiB of metrics': 'deu mais de 64 KiB de métricas',
  '{name} is one of the variables of Varve itself, which may hold a secret': '{name} é uma das variáveis do próprio Varve, que podem conter um segredo',
  'gave metrics that the record cannot hold: nested too deep, too long a name, or a number beyond all bounds': 'deu métricas que o registro não comporta: níveis demais, um nome longo demais ou um número sem limites',
  'what it carries as metrics is no JSON object': 'o que ele traz como métricas não é um objeto JSON',
  'gave metrics that are no JSON': 'deu métricas que não são JSON',
  'names no program': 'não dá o nome de um programa',
  'is no list of texts in JSON': 'não é uma lista de textos em JSON',

  // Databases that were read as they lay.
  'its name is not plain text': 'o nome não é texto simples',
  'changed while it was read': 'mudou enquanto era lido',
  'changed while it was copied': 'mudou enquanto era copiado',
  'another program has locked it': 'outro programa o travou',
  'it is damaged, encrypted or no database of SQLite': 'está danificado, cifrado ou não é um banco do SQLite',
  'its journal belongs to several databases': 'seu journal pertence a vários bancos de dados',
  'there was no space for a copy': 'não havia espaço para uma cópia',

  // Restores: what keeps one file from coming back.
  'lies inside a repository or a home of Varve': 'fica dentro de um repositório ou de uma pasta do Varve',
  'lies inside a home of Varve': 'fica dentro de uma pasta do Varve',
  'lies inside the repository {name}': 'fica dentro do repositório {name}',
  'lies inside a restic repository': 'fica dentro de um repositório restic',
  'the snapshot was not taken of folders of this computer; choose a folder': 'o snapshot não foi feito de pastas deste computador; escolha uma pasta',
  'the snapshot is incomplete: what it lacks would be deleted': 'o snapshot está incompleto: o que falta nele seria apagado',
  'came from a program, not from a file; restore it into a folder': 'veio de um programa, não de um arquivo; restaure para uma pasta',
  'has no place on this computer': 'não tem lugar neste computador',
  'something lies there that no snapshot can keep': 'há algo ali que nenhum snapshot consegue guardar',
  'was changed while the restore ran, and is left as it is': 'mudou durante a restauração e fica como está',
  'was changed after the restore, and is kept as it is': 'mudou depois da restauração e fica como está',
  'damaged: a file without content': 'danificado: um arquivo sem conteúdo',
  'damaged: chunk {id} is missing': 'danificado: falta o pedaço {id}',
  'damaged: chunk {id} has another length': 'danificado: o pedaço {id} tem outro comprimento',
  'damaged: a folder without a tree': 'danificado: uma pasta sem árvore',
  'contains itself': 'contém a si mesma',
  'has a name that is not safe to write': 'tem um nome que não é seguro gravar',
  'more than {count} entries': 'mais de {count} itens',
  'none of the folders of the snapshot can lie on this computer': 'nenhuma das pastas do snapshot pode estar neste computador',
  'names no file or folder': 'não nomeia arquivo nem pasta',
  'has a named set such as [:alpha:], which is not known here; write the characters': 'tem um conjunto com nome, como [:alpha:], que não é reconhecido aqui; escreva os caracteres',
  'must be between 1 and 10,000': 'deve ficar entre 1 e 10.000',
  'no plan keeps {path}; name a plan (--plan) or a repository (--repo)': 'nenhum plano guarda {path}; informe um plano (--plan) ou um repositório (--repo)',
  'several plans keep {path}: {list}; name one of them (--plan)': 'vários planos guardam {path}: {list}; informe um deles (--plan)',
  'is the top of the snapshots; name a file or folder in them': 'é o topo dos snapshots; informe um arquivo ou pasta dentro deles',
  'a comparison with the folders as they are now is of all of them': 'uma comparação com as pastas como estão agora é de todas elas',
  'read back different from what was written': 'lido de volta diferente do que foi gravado',

  // What could not be kept of a file that came back.
  '{type} left out': 'deixado de fora: {type}',
  'device left out, only the administrator may make one': 'dispositivo deixado de fora: só o administrador pode criar um',
  'sync ({code})': 'gravação garantida no disco ({code})',
  'hard link ({code})': 'ligação entre nomes do mesmo arquivo ({code})',
  owner: 'dono',
  attribute: 'atributo',
  mode: 'permissões',
  times: 'horários',
  'what standard input or a program gives cannot wait for the repository': 'o que a entrada padrão ou um programa fornece não pode esperar pelo repositório'
};
