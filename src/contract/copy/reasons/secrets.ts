// Reasons of named secrets.
import type { Reasons } from './template.ts';

export const secrets: Reasons = {
  'is longer than 64 KiB': 'passa de 64 KiB',
  'holds a zero character, which no program can be given': 'contém um caractere zero, que nenhum programa pode receber',
  'is no valid text': 'não é um texto válido',
  'is needed to show a secret': 'é necessária para mostrar um segredo',
  '"{typed}" is not a date; write 2027-03-01': '“{typed}” não é uma data; escreva 2027-03-01',
  'was not opened': 'não foi aberta'
};
