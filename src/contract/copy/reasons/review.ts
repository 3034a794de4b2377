// Reasons of reading the record: filters, notes, saved views, hints.
import type { Reasons } from './template.ts';

export const review: Reasons = {
  'cannot be together with --reviewed': 'não pode vir junto com --reviewed',
  '"{text}" is not the id of an entry': '"{text}" não é o identificador de uma entrada',
  '"{text}" is not a range that goes up, over 10,000 entries at most': '"{text}" não é um intervalo crescente, de no máximo 10.000 entradas',
  'must be 1 to 744 hours': 'precisa ser de 1 a 744 horas',
  'must be a note of 1 to 10,000 characters': 'precisa ser uma nota de 1 a 10.000 caracteres',
  'name either an entry (seq) or a moment (at)': 'dê uma entrada (seq) ou um momento (at), um dos dois',
  'there are {count} views already; remove one first': 'já existem {count} visões; remova uma antes'
};
