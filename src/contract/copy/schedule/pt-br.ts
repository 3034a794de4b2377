// A schedule in Brazilian Portuguese.
import { list, type Speech, type Unit } from './speech.ts';

const weekdays = ['domingo', 'segunda-feira', 'terça-feira', 'quarta-feira', 'quinta-feira', 'sexta-feira', 'sábado'];
const plurals = ['aos domingos', 'às segundas-feiras', 'às terças-feiras', 'às quartas-feiras', 'às quintas-feiras', 'às sextas-feiras', 'aos sábados'];
const months = ['janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho', 'julho', 'agosto', 'setembro', 'outubro', 'novembro', 'dezembro'];
const ordinals = ['primeir', 'segund', 'terceir', 'quart', 'quint'];
const units: Record<Unit, [one: string, many: string]> = { second: ['segundo', 'segundos'], minute: ['minuto', 'minutos'], hour: ['hora', 'horas'], day: ['dia', 'dias'] };
const and = (items: readonly string[]): string => list(items, ' e ');
const isMasculine = (weekday: number): boolean => weekday === 0 || weekday === 6;
/** `à 01:00`, `às 03:00`. */
const atTime = (time: string): string => `${time.startsWith('01:') ? 'à' : 'às'} ${time}`;

export const speechPtBR: Speech = {
  and,
  either: (one, other) => `${one} e também ${other}`,
  both: (one, other) => `nos dias em que valem “${one}” e “${other}”`,
  everyDay: 'todo dia',
  at: (times) => and(times.map(atTime)),
  every: (unit, count) => (count === 1 ? `a cada ${units[unit][0]}` : `a cada ${count} ${units[unit][1]}`),
  atMinute: (minute) => `no minuto ${minute}`,
  between: (from, to) => `das ${from} às ${to}`,
  mondayToFriday: 'de segunda a sexta-feira',
  weekend: 'aos sábados e domingos',
  onWeekdays: (of) => (of.length === 1 ? `${isMasculine(of[0] ?? 0) ? 'todo' : 'toda'} ${weekdays[of[0] ?? 0]}` : and(of.map((day) => plurals[day] ?? ''))),
  onNth: (weekday, nth) => {
    const end = isMasculine(weekday) ? 'o' : 'a';
    return `n${end} ${nth === null ? 'últim' : ordinals[nth - 1]}${end} ${weekdays[weekday]} do mês`;
  },
  onDays: (of, isOne) => `${isOne ? 'no dia' : 'nos dias'} ${of} do mês`,
  onDate: (of, month) => `todo ano em ${of} de ${months[month - 1]}`,
  onLast: (before, weekday) => {
    const which = before === 1 ? 'um dia antes do último dia do mês' : `${before} dias antes do último dia do mês`;
    if (!weekday) return before === 0 ? 'no último dia do mês' : which;
    return before === 0 ? 'no último dia do mês que cai de segunda a sexta' : `no dia de segunda a sexta mais próximo do que cai ${which}`;
  },
  nearest: (of) => `no dia de segunda a sexta mais próximo do dia ${of} do mês`,
  inMonths: (of) => `em ${of}`,
  month: (month) => months[month - 1] ?? '',
  field: (unit, values, count) => `${units[unit][count === 1 ? 0 : 1]} ${values}`,
  run: (from, to) => `${from} a ${to}`,
  startup: 'quando o Varve inicia',
  manual: 'só à mão'
};
