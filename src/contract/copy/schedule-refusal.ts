// Why a schedule is refused, in words that are read after the field's name and a colon.
import type { Language } from '../ids.ts';
import type { ScheduleReason, ScheduleRefusal } from '../schedule.ts';
import { formatMessage } from './format.ts';

type Key = Exclude<ScheduleReason, 'value' | 'special-alone'> | 'value-number' | 'value-month' | 'value-weekday' | 'alone-day' | 'alone-weekday' | 'zone-empty';

const en: Record<Key, string> = {
  'field-count': 'has {text} fields; five are needed (minute, hour, day of the month, month, weekday), or six with the second first',
  macro: '"{text}" is not known; the short forms are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually',
  'macro-startup': '"{text}" is not written as an expression; choose “when Varve starts”',
  'macro-every': '"{text}" is not written as an expression; choose “every so many minutes or hours”',
  'value-number': '"{text}" is not allowed here; write a number from {min} to {max}',
  'value-month': '"{text}" is not a month; write 1 to 12, or JAN to DEC',
  'value-weekday': '"{text}" is not a weekday; write 0 to 7 (0 and 7 are Sunday), or SUN to SAT',
  empty: 'lacks a value before or after a comma',
  range: '"{text}" is not a range; write two values from {min} to {max} with "-" between them',
  step: '"{text}" has no step that fits; after "/" write a number from {min} to {max}',
  question: '"{text}" is not allowed here; "?" stands alone, in a day field',
  'special-elsewhere': '"{text}" is not allowed here; L and W belong to the day of the month, and after a weekday L or # with a number',
  'alone-day': '"{text}" mixes; L and W stand alone, without lists, ranges or steps, as in L, L-3, LW or 15W',
  'alone-weekday': '"{text}" mixes; L and # stand alone, without lists, ranges or steps, as in FRIL or FRI#2',
  'last-offset': '"{text}" goes too far back; after "L-" write a number from 0 to 30',
  nth: '"{text}" needs a number from 1 to 5 after "#"',
  never: 'has no day that fits in the next 28 years, so it would never run',
  'zone-empty': 'needs a time zone, for example America/Sao_Paulo or UTC',
  'zone-unknown': '"{text}" is not a time zone; write its name, for example America/Sao_Paulo or UTC',
  'zone-fixed': '"{text}" knows no changes of the clocks; write the name of a place, for example America/Sao_Paulo, or UTC',
  'every-short': 'must be at least one minute',
  'every-long': 'must be at most 366 days'
};

const ptBR: Record<Key, string> = {
  'field-count': 'tem {text} campos; são precisos cinco (minuto, hora, dia do mês, mês, dia da semana), ou seis com o segundo primeiro',
  macro: '"{text}" não é conhecido; as formas curtas são @hourly, @daily, @midnight, @weekly, @monthly, @yearly e @annually',
  'macro-startup': '"{text}" não se escreve como expressão; escolha “quando o Varve inicia”',
  'macro-every': '"{text}" não se escreve como expressão; escolha “a cada tantos minutos ou horas”',
  'value-number': '"{text}" não é permitido aqui; escreva um número de {min} a {max}',
  'value-month': '"{text}" não é um mês; escreva 1 a 12, ou JAN a DEC',
  'value-weekday': '"{text}" não é um dia da semana; escreva 0 a 7 (0 e 7 são domingo), ou SUN a SAT',
  empty: 'falta um valor antes ou depois de uma vírgula',
  range: '"{text}" não é um intervalo; escreva dois valores de {min} a {max} com "-" entre eles',
  step: '"{text}" não tem um passo que sirva; depois de "/" escreva um número de {min} a {max}',
  question: '"{text}" não é permitido aqui; "?" fica sozinho, em um campo de dia',
  'special-elsewhere': '"{text}" não é permitido aqui; L e W são do dia do mês, e depois de um dia da semana vale L ou # com um número',
  'alone-day': '"{text}" mistura; L e W ficam sozinhos, sem listas, intervalos nem passos, como em L, L-3, LW ou 15W',
  'alone-weekday': '"{text}" mistura; L e # ficam sozinhos, sem listas, intervalos nem passos, como em FRIL ou FRI#2',
  'last-offset': '"{text}" volta demais; depois de "L-" escreva um número de 0 a 30',
  nth: '"{text}" precisa de um número de 1 a 5 depois de "#"',
  never: 'não tem nenhum dia que sirva nos próximos 28 anos, então nunca seria executada',
  'zone-empty': 'precisa de um fuso horário, por exemplo America/Sao_Paulo ou UTC',
  'zone-unknown': '"{text}" não é um fuso horário; escreva o nome dele, por exemplo America/Sao_Paulo ou UTC',
  'zone-fixed': '"{text}" não conhece mudanças de horário; escreva o nome de um lugar, por exemplo America/Sao_Paulo, ou UTC',
  'every-short': 'precisa ser de pelo menos um minuto',
  'every-long': 'precisa ser de no máximo 366 dias'
};

export const refusalWords: Record<Language, Record<Key, string>> = { en, 'pt-BR': ptBR };

function keyOf({ field, reason, text }: ScheduleRefusal): Key {
  if (reason === 'value') return field === 'month' ? 'value-month' : field === 'dayOfWeek' ? 'value-weekday' : 'value-number';
  if (reason === 'special-alone') return field === 'dayOfWeek' ? 'alone-weekday' : 'alone-day';
  return reason === 'zone-unknown' && text === '' ? 'zone-empty' : reason;
}

/** `"61" is not allowed here; write a number from 0 to 59`. Without the field's name. */
export function describeRefusal(language: Language, refusal: ScheduleRefusal): string {
  return formatMessage(refusalWords[language], language, keyOf(refusal), { text: refusal.text, min: refusal.min ?? 0, max: refusal.max ?? 0 });
}
