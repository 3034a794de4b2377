// What a person is told beside the next runs of a schedule: what changes of the clocks do, and what not to expect.
import type { Language } from '../ids.ts';
import { CronFieldName, type Occurrence, type ScheduleRefusal, type ScheduleWarning } from '../schedule.ts';
import { formatMessage } from './format.ts';
import { dateText } from './intl.ts';
import { asClause, describeName } from './reasons.ts';
import { describeRefusal } from './schedule-refusal.ts';
import { formatSpan } from './values.ts';

const en = {
  gap: 'the clocks go forward and {missing} does not exist: runs at {time} instead',
  'overlap-first': 'the hour happens twice: runs in the first',
  'overlap-both': 'the hour happens twice: runs in both',
  bothDaysOr: 'Both the day of the month and the weekday are given: it runs on every day that fits one of them.',
  bothDaysAnd: 'Both the day of the month and the weekday are given: it runs only on days that fit both.',
  stepRestarts: 'A step begins anew each time: “{text}” in the field “{field}” is {values}, not a distance that goes on.',
  missingDay: 'Months without a day {day} are left out.',
  closeTogether: 'Runs come {gap} apart. A job that starts a program needs at least {least}; and a run starts within about 2 seconds of its time, only while this computer is awake.',
  and: ' and '
};

const ptBR: Record<keyof typeof en, string> = {
  gap: 'os relógios adiantam e {missing} não existe: executa às {time}',
  'overlap-first': 'a hora acontece duas vezes: executa na primeira',
  'overlap-both': 'a hora acontece duas vezes: executa nas duas',
  bothDaysOr: 'O dia do mês e o dia da semana estão os dois indicados: executa em todo dia que sirva a um deles.',
  bothDaysAnd: 'O dia do mês e o dia da semana estão os dois indicados: executa só nos dias que sirvam aos dois.',
  stepRestarts: 'Um passo recomeça a cada vez: “{text}” no campo “{field}” é {values}, não uma distância que continua.',
  missingDay: 'Meses sem dia {day} ficam de fora.',
  closeTogether: 'As execuções vêm a cada {gap}. Uma tarefa que inicia um programa precisa de pelo menos {least}; e uma execução começa até uns 2 segundos depois da hora, só enquanto este computador está acordado.',
  and: ' e '
};

const words: Record<Language, Record<keyof typeof en, string>> = { en, 'pt-BR': ptBR };

/** `Sun, 9 Mar 2025, 03:00` on the wall of the schedule's zone. */
export function formatLocal(language: Language, { local }: Pick<Occurrence, 'local'>): string {
  const withSeconds = local.slice(17, 19) !== '00';
  const options: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'UTC', ...(withSeconds ? { second: '2-digit' } : {}) };
  return dateText(language === 'en' ? 'en-GB' : language, options, new Date(`${local.slice(0, 19)}Z`));
}

/** Local time minus UTC: `-04:00`. */
export function offsetOf({ local }: Pick<Occurrence, 'local'>): string {
  return local.slice(19);
}

/** `the hour happens twice: runs in the first`; undefined where the clocks do nothing. */
export function describeNote(language: Language, { note, missing, local }: Occurrence): string | undefined {
  if (note === null) return undefined;
  const time = (text: string): string => text.slice(11, text.slice(17, 19) === '00' ? 16 : 19);
  return formatMessage(words[language], language, note, { missing: time(missing ?? ''), time: time(local) });
}

export function describeWarning(language: Language, warning: ScheduleWarning): string {
  const say = (key: keyof typeof en, params: Record<string, string | number> = {}): string => formatMessage(words[language], language, key, params);
  switch (warning.kind) {
    case 'both-days':
      return say(warning.dayMatch === 'or' ? 'bothDaysOr' : 'bothDaysAnd');
    case 'step-restarts':
      return say('stepRestarts', { text: warning.text, field: fieldName(language, warning.field), values: listOf(language, warning.values) });
    case 'missing-day':
      return say('missingDay', { day: warning.day });
    case 'close-together':
      return say('closeTogether', { gap: formatSpan(language, warning.gapMs / 1000), least: formatSpan(language, warning.leastMs / 1000) });
  }
}

/** Why a schedule is refused, to stand alone: `minute: "61" is not allowed here; …`, `It has 3 fields; …`. */
export function refusalSentence(language: Language, refusal: ScheduleRefusal): string {
  const field = CronFieldName.safeParse(refusal.field);
  const clause = describeRefusal(language, refusal);
  if (field.success) return `${fieldName(language, field.data)}: ${clause}`;
  const said = asClause(language, clause);
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}`;
}

function fieldName(language: Language, field: CronFieldName): string {
  return describeName(language, 'field', field);
}

/** `0 and 40`; of many, the first and the last. */
function listOf(language: Language, values: readonly number[]): string {
  const shown = values.length > 8 ? [...values.slice(0, 6).map(String), '…', String(values.at(-1))] : values.map(String);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')}${words[language].and}${shown.at(-1)}`;
}
