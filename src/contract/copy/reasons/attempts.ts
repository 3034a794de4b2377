// Reasons of what cannot be started for a job.
import type { Reasons } from './template.ts';

export const attempts: Reasons = {
  'is not the id of a run': 'não é o id de uma execução',
  'must be a whole number from 1 to 9,999': 'precisa ser um número inteiro de 1 a 9.999',
  'is no folder': 'não é uma pasta',
  'holds a secret, which everybody on this computer could read; give it by the environment, by standard input or as a file': 'contém um segredo, que qualquer pessoa neste computador poderia ler; passe-o pelo ambiente, pela entrada padrão ou como arquivo',
  'holds a variable that no system accepts': 'contém uma variável que nenhum sistema aceita',
  'has a name that is no plain file name': 'tem um nome que não é um nome simples de arquivo',
  'has a variable that is no plain name': 'tem uma variável que não é um nome simples',
  'has the same name twice': 'tem o mesmo nome duas vezes',
  'must be zero or more': 'precisa ser zero ou mais',
  'is no signal that asks a program to end': 'não é um sinal que peça a um programa para terminar'
};
