// varve cron: needs no home.
import type { Command } from 'commander';
import { describeSchedule } from '../../contract/copy/schedule.ts';
import { describeNote, describeWarning, formatLocal, offsetOf } from '../../contract/copy/schedule-notes.ts';
import { DayMatch, type Schedule, type SchedulePreview } from '../../contract/schedule.ts';
import { createSystemClock } from '../adapters/clock.ts';
import { previewSchedule, readMoment, requireSchedule } from '../engine/jobs/schedule/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import type { Output } from './output.ts';

interface NextOptions {
  tz?: string;
  from?: string;
  count: number;
  dayMatch: string;
}

export function addCronCommands(program: Command, host: Host): void {
  const { say } = host.words;
  const cron = program.command('cron').description(say('cron'));
  cron
    .command('next <expression>')
    .description(say('cronNext'))
    .option('--tz <zone>', say('optionCronZone'))
    .option('--from <time>', say('optionCronFrom'))
    .option('--count <count>', say('optionCronCount'), wholeNumber('--count'), 5)
    .option('--day-match <or|and>', say('optionCronDayMatch'), 'or')
    .addHelpText('after', examples(host.words, ['varve cron next "0 3 * * *"', 'varve cron next "30 2 * * SUN" --tz America/New_York --from 2025-03-08 --count 3', 'varve cron next "0 12 13 * FRI" --day-match and --json']))
    .action((expression: string, options: NextOptions, command: Command) => host.alone(command, ({ output }) => Promise.resolve(printNext(expression, options, output))));
}

function printNext(expression: string, options: NextOptions, output: Output): void {
  const clock = createSystemClock();
  const dayMatch = DayMatch.safeParse(options.dayMatch);
  if (!dayMatch.success) fail('BAD_INPUT', 'no such reading', { field: '--day-match', reason: 'must be "or" or "and"' });
  if (options.count < 1 || options.count > 50) fail('BAD_INPUT', 'count out of range', { field: '--count', reason: 'must be 1 to 50' });
  const schedule: Schedule = { kind: 'cron', expression, zone: options.tz ?? clock.zone(), dayMatch: dayMatch.data };
  requireSchedule(schedule, clock.now());
  const from = options.from === undefined ? clock.now() : readMoment(options.from, schedule.zone);
  if (from === undefined) fail('BAD_INPUT', 'not a time', { field: '--from', reason: `"${options.from}" is not a time; write 2026-11-20, 2026-11-20T10:00 or 2026-11-20T10:00:00Z` });
  const preview = previewSchedule(schedule, from, options.count);
  output.document({ ...schedule, words: describeSchedule(output.words.language, schedule), from: new Date(from).toISOString(), ...preview });
  show(schedule, preview, output);
}

function show(schedule: Extract<Schedule, { kind: 'cron' }>, { occurrences, warnings }: SchedulePreview, output: Output): void {
  const { language, say } = output.words;
  output.say(say('cronReading', { words: describeSchedule(language, schedule), zone: schedule.zone }));
  for (const warning of warnings) output.say(say('cronWarning', { text: describeWarning(language, warning) }));
  const rows = occurrences.map((run) => [formatLocal(language, run), offsetOf(run), run.at, describeNote(language, run) ?? '']);
  output.table([say('colRun'), say('colOffset'), say('colUtcTime'), say('colClockNote')], rows);
}
