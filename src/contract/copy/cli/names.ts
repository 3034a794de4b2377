// Words of `varve find`.
export const namesEn = {
  find: 'where a file or folder of this name lies, over all snapshots',
  optionFindPlan: 'only snapshots of this plan',
  optionFindRepo: 'only snapshots in this repository',
  optionFindType: 'only entries of this kind',
  optionFindCase: 'do not tell capital letters from small ones',
  optionFindNewest: 'only in the newest snapshot of each plan',
  optionFindLimit: 'show at most so many paths',
  optionFindAll: 'show every path, however many; with --json one line of JSON for each, and a last one with all else',
  findPatterns: 'Patterns (in quotes, so that the shell leaves them alone):',
  findPlain: 'any name that holds these characters',
  findGlob: '* any characters, ? one, [a-z] one of these, [!a-z] one of others, \\* the character itself',
  findPath: 'with a "/": the path, from any folder on; from the top when it begins with "/"; ** is any number of folders',
  findTypeWrong: 'must be file, dir or symlink',
  findNone: 'Nothing in the snapshots that could be looked into fits “{pattern}”.',
  findMore: '… and {count} more; --limit shows more, --all every one',
  findGaps_one: '{count} folder could not be read; nothing is known of what is in it:',
  findGaps_many: '{count} folders could not be read; nothing is known of what is in them:',
  findGaps_other: '{count} folders could not be read; nothing is known of what is in them:'
};

export const namesPtBR: Record<keyof typeof namesEn, string> = {
  find: 'onde fica um arquivo ou pasta com este nome, em todos os snapshots',
  optionFindPlan: 'só snapshots deste plano',
  optionFindRepo: 'só snapshots neste repositório',
  optionFindType: 'só entradas deste tipo',
  optionFindCase: 'não diferenciar maiúsculas de minúsculas',
  optionFindNewest: 'só no snapshot mais novo de cada plano',
  optionFindLimit: 'mostrar no máximo esse número de caminhos',
  optionFindAll: 'mostrar todos os caminhos, quantos forem; com --json, uma linha de JSON para cada um e uma última com o restante',
  findPatterns: 'Padrões (entre aspas, para que o shell não mexa neles):',
  findPlain: 'qualquer nome que contenha estes caracteres',
  findGlob: '* quaisquer caracteres, ? um, [a-z] um destes, [!a-z] um dos outros, \\* o próprio caractere',
  findPath: 'com "/": o caminho, a partir de qualquer pasta; do topo quando começa com "/"; ** é qualquer número de pastas',
  findTypeWrong: 'deve ser file, dir ou symlink',
  findNone: 'Nada nos snapshots que puderam ser consultados corresponde a “{pattern}”.',
  findMore: '… e mais {count}; --limit mostra mais, --all mostra todos',
  findGaps_one: 'Não foi possível ler {count} pasta; não se sabe o que há nela:',
  findGaps_many: 'Não foi possível ler {count} de pastas; não se sabe o que há nelas:',
  findGaps_other: 'Não foi possível ler {count} pastas; não se sabe o que há nelas:'
};
