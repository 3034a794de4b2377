// What is wrong with a condition on payloads, in words, and where.
import type { Language } from '../ids.ts';
import { formatMessage } from './format.ts';
import type { BadWhere, WhereProblem } from '../where.ts';

const en: Record<WhereProblem, string> = {
  empty: 'there is no condition yet; write for example payload.loss > 0.5',
  'too-long': 'the condition is too long',
  'too-many': 'that is more tests than one condition can hold',
  'too-deep': 'that is nested too deeply',
  path: 'a path is expected at character {at}, beginning with payload',
  name: 'a name is expected at character {at}; put unusual names in brackets: payload["a b"]',
  index: 'a number or a text and a closing ] are expected at character {at}',
  operator: 'one of = != < <= > >= ~ !~ or the word exists is expected at character {at}',
  value: 'a value is expected at character {at}: a number, true, false, null, a word, or a text in quotation marks',
  'text-open': 'the text that begins at character {at} has no end',
  parenthesis: 'a closing parenthesis is missing at character {at}',
  rest: 'what follows at character {at} does not belong to the condition; join tests by and, or'
};

const ptBR: Record<WhereProblem, string> = {
  empty: 'ainda não há condição; escreva por exemplo payload.loss > 0.5',
  'too-long': 'a condição é longa demais',
  'too-many': 'são mais testes do que cabem em uma condição',
  'too-deep': 'os níveis são profundos demais',
  path: 'no caractere {at} espera-se um caminho, que começa por payload',
  name: 'no caractere {at} espera-se um nome; ponha nomes incomuns entre colchetes: payload["a b"]',
  index: 'no caractere {at} esperam-se um número ou um texto e um ] que feche',
  operator: 'no caractere {at} espera-se = != < <= > >= ~ !~ ou a palavra exists',
  value: 'no caractere {at} espera-se um valor: um número, true, false, null, uma palavra ou um texto entre aspas',
  'text-open': 'o texto que começa no caractere {at} não tem fim',
  parenthesis: 'no caractere {at} falta fechar um parêntese',
  rest: 'o que vem no caractere {at} não pertence à condição; ligue testes por and, or'
};

export const whereWords: Record<Language, Record<WhereProblem, string>> = { en, 'pt-BR': ptBR };

export function describeBadWhere(language: Language, { problem, at }: Pick<BadWhere, 'problem' | 'at'>): string {
  return formatMessage(whereWords[language], language, problem, { at: at + 1 });
}
