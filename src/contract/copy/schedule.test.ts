import { describe, expect, it } from 'vitest';
import { openSchedule, previewSchedule } from '../../main/engine/jobs/schedule/index.ts';
import { randomExpression, seeded } from '../../main/engine/jobs/schedule/testing.ts';
import { ScheduleField, ScheduleReason, type DayMatch, type Schedule } from '../schedule.ts';
import { describeNote, describeWarning, formatLocal, offsetOf, refusalSentence } from './schedule-notes.ts';
import { describeRefusal } from './schedule-refusal.ts';
import { describeReason } from './reasons.ts';
import { describeSchedule } from './schedule.ts';

const languages = ['en', 'pt-BR'] as const;
const cron = (expression: string, dayMatch: DayMatch = 'or', zone = 'UTC'): Schedule => ({ kind: 'cron', expression, zone, dayMatch });

describe('a schedule in words', () => {
  it.each([
    ['0 3 * * *', 'every day at 03:00', 'todo dia às 03:00'],
    ['0 1,13 * * *', 'every day at 01:00 and 13:00', 'todo dia à 01:00 e às 13:00'],
    ['30 0 3 * * *', 'every day at 03:00:30', 'todo dia às 03:00:30'],
    ['30 22 * * 1-5', 'weekdays at 22:30', 'de segunda a sexta-feira às 22:30'],
    ['*/15 * * * *', 'every 15 minutes', 'a cada 15 minutos'],
    ['* * * * *', 'every minute', 'a cada minuto'],
    ['*/10 * * * * *', 'every 10 seconds', 'a cada 10 segundos'],
    ['@hourly', 'every hour', 'a cada hora'],
    ['30 */2 * * *', 'every 2 hours at minute 30', 'a cada 2 horas no minuto 30'],
    ['*/10 9-17 * * MON-FRI', 'every 10 minutes from 09:00 to 17:50, weekdays', 'a cada 10 minutos das 09:00 às 17:50, de segunda a sexta-feira'],
    ['0 18 * * FRIL', 'on the last Friday of the month at 18:00', 'na última sexta-feira do mês às 18:00'],
    ['0 18 * * SAT#2', 'on the second Saturday of the month at 18:00', 'no segundo sábado do mês às 18:00'],
    ['0 8 * * 0,1,3', 'every Monday, Wednesday and Sunday at 08:00', 'às segundas-feiras, às quartas-feiras e aos domingos às 08:00'],
    ['0 8 * * SAT', 'every Saturday at 08:00', 'todo sábado às 08:00'],
    ['0 8 * * SAT,SUN', 'Saturdays and Sundays at 08:00', 'aos sábados e domingos às 08:00'],
    ['0 0 1,15 * *', 'on days 1 and 15 of the month at 00:00', 'nos dias 1 e 15 do mês às 00:00'],
    ['0 0 L * *', 'on the last day of the month at 00:00', 'no último dia do mês às 00:00'],
    ['0 0 L-1 * *', 'one day before the last day of the month at 00:00', 'um dia antes do último dia do mês às 00:00'],
    ['0 0 LW * *', 'on the last weekday (Monday to Friday) of the month at 00:00', 'no último dia do mês que cai de segunda a sexta às 00:00'],
    ['@yearly', 'every year on January 1 at 00:00', 'todo ano em 1 de janeiro às 00:00'],
    ['0 6 * JUN-AUG *', 'every day in June to August at 06:00', 'todo dia em junho a agosto às 06:00'],
    ['*/40 * * * *', 'minutes 0 and 40; every hour', 'minutos 0 e 40; a cada hora'],
    ['*/7 9-17 * * *', 'minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56; hours 9 to 17', 'minutos 0, 7, 14, 21, 28, 35, 42, 49 e 56; horas 9 a 17'],
    ['0 12 13 * FRI', 'on day 13 of the month and also every Friday at 12:00', 'no dia 13 do mês e também toda sexta-feira às 12:00'],
    ['not cron', 'not cron', 'not cron']
  ])('%s: %s', (expression, en, ptBR) => {
    expect([describeSchedule('en', cron(expression)), describeSchedule('pt-BR', cron(expression))]).toEqual([en, ptBR]);
  });

  it('shows the other reading of two day fields (1.7)', () => {
    expect(describeSchedule('en', cron('0 12 13 * FRI', 'and'))).toBe('on days that fit both “on day 13 of the month” and “every Friday” at 12:00');
  });

  it('says intervals in the largest unit that fits, and the kinds without times', () => {
    const every = (everyMs: number): Schedule => ({ kind: 'interval', everyMs, anchor: '2026-11-21T00:00:00.000Z' });
    expect([every(900_000), every(5_400_000), every(7_200_000), every(86_400_000), every(61_000)].map((schedule) => describeSchedule('en', schedule))).toEqual(['every 15 minutes', 'every 90 minutes', 'every 2 hours', 'every day', 'every 61 seconds']);
    expect(languages.map((language) => [describeSchedule(language, { kind: 'startup' }), describeSchedule(language, { kind: 'manual' })])).toEqual([['when Varve starts', 'only by hand'], ['quando o Varve inicia', 'só à mão']]);
  });

  it.each(languages)('says two schedules alike only where they run alike (%s)', (language) => {
    const pick = seeded(99);
    const spoken = new Map<string, { expression: string; runs: string }>();
    for (let i = 0; i < 6000; i++) {
      const [expression, dayMatch] = [randomExpression(pick, i % 3 === 0), i % 2 === 0 ? 'or' : 'and'] as const;
      const timetable = openSchedule(cron(expression, dayMatch));
      const from = Date.parse('2027-01-01T00:00:00Z');
      const runs: number[] = [];
      for (let run = timetable.next(from); run !== null && runs.length < 12; run = timetable.next(run)) runs.push(run);
      const counts = Array.from({ length: 24 }, (_, month) => timetable.count(from, from + month * 30 * 86_400_000));
      const words = describeSchedule(language, cron(expression, dayMatch));
      const [known, now] = [spoken.get(words), JSON.stringify([runs, counts])];
      if (known) expect([words, expression, now]).toEqual([words, expression, known.runs]);
      spoken.set(words, { expression, runs: now });
    }
    expect(spoken.size).toBeGreaterThan(3000);
  });
});

describe('what stands beside the next runs', () => {
  it('says what changes of the clocks do', () => {
    const [gap] = previewSchedule(cron('30 2 * * *', 'or', 'America/New_York'), Date.parse('2025-03-08T12:00:00Z'), 1).occurrences;
    const [first] = previewSchedule(cron('30 1 * * *', 'or', 'America/New_York'), Date.parse('2025-11-02T00:00:00Z'), 1).occurrences;
    const [both] = previewSchedule(cron('*/30 1 * * *', 'or', 'America/New_York'), Date.parse('2025-11-02T00:00:00Z'), 1).occurrences;
    expect([gap, first, both].map((run) => run && describeNote('en', run))).toEqual(['the clocks go forward and 02:30 does not exist: runs at 03:00 instead', 'the hour happens twice: runs in the first', 'the hour happens twice: runs in both']);
    expect(gap && [formatLocal('en', gap), formatLocal('pt-BR', gap), offsetOf(gap)]).toEqual(['Sun, 9 Mar 2025, 03:00', 'dom., 9 de mar. de 2025, 03:00', '-04:00']);
    expect(describeNote('en', { at: '', local: '', note: null, missing: null })).toBeUndefined();
  });

  it('says what not to expect, in both languages', () => {
    const warnings = ['*/40 0 13 * FRI', '0 0 31 * *', '*/5 * * * * *'].flatMap((expression) => previewSchedule(cron(expression), 0, 1).warnings);
    expect(warnings.map((warning) => describeWarning('en', warning))).toEqual([
      'Both the day of the month and the weekday are given: it runs on every day that fits one of them.',
      'A step begins anew each time: “*/40” in the field “minute” is 0 and 40, not a distance that goes on.',
      'Months without a day 31 are left out.',
      'Runs come 5 sec apart. A job that starts a program needs at least 10 sec; and a run starts within about 2 seconds of its time, only while this computer is awake.'
    ]);
    for (const warning of warnings) expect(describeWarning('pt-BR', warning)).not.toBe(describeWarning('en', warning));
  });
});

describe('why a schedule is refused', () => {
  it('stands alone as a sentence that names the field', () => {
    const said = (expression: string, zone = 'UTC'): string[] => {
      const { refusal } = previewSchedule(cron(expression, 'or', zone), 0, 1);
      return refusal === null ? [] : languages.map((language) => refusalSentence(language, refusal));
    };
    expect(said('61 * * * *')).toEqual(['minute: "61" is not allowed here; write a number from 0 to 59', 'minuto: "61" não é permitido aqui; escreva um número de 0 a 59']);
    expect(said('0 0 30 2 *')[0]).toBe('It has no day that fits in the next 28 years, so it would never run');
    expect(said('0 3 * * *', 'EST')[1]).toBe('"EST" não conhece mudanças de horário; escreva o nome de um lugar, por exemplo America/Sao_Paulo, ou UTC');
  });

  it('has whole words for every reason and field in both languages, and is found again by them', () => {
    for (const field of ScheduleField.options) {
      for (const reason of ScheduleReason.options) {
        const refusal = { field, reason, text: 'X', min: 1, max: 5 };
        const [en, ptBR] = languages.map((language) => describeRefusal(language, refusal));
        expect([reason, /[{}]/.test(`${en}${ptBR}`), en === ptBR, describeReason('pt-BR', en ?? '')]).toEqual([reason, false, false, ptBR]);
      }
    }
  });
});
