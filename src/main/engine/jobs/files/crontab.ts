// A crontab as jobs. Pure. Every line ends as a job, as a setting of those after it, as a comment, or as a refusal with its reason; what will be different from
// cron is noted by job. Kept as cron has it: the shell, the environment lines, `%`, no further tries, no time limit. Not kept: mail, starting a second run
// beside one that is under way, forgetting what the computer slept through.
import { BadCron, parseCron } from '../../../../contract/cron.ts';
import { describeRefusal } from '../../../../contract/copy/schedule-refusal.ts';
import { JobDefinition, type ImportNote } from '../../../../contract/jobs.ts';
import { checkSchedule } from '../schedule/index.ts';
import { nameFor } from './name.ts';

export interface CrontabOptions {
  /** As `/etc/crontab`: a user stands between the times and the command. */
  system: boolean;
  /** Of lines without CRON_TZ. */
  zone: string;
  nowMs: number;
}

export interface ReadCrontab {
  jobs: { line: number; definition: JobDefinition }[];
  refused: { at: string; text: string; reason: string }[];
  notes: { name: string; note: ImportNote }[];
}

interface Settings {
  shell: string;
  zone: string;
  mailTo: boolean;
  environment: Record<string, string>;
}

const assignment = /^("[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const longestLine = 32_000;

export function readCrontab(text: string, { system, zone, nowMs }: CrontabOptions): ReadCrontab {
  const read: ReadCrontab = { jobs: [], refused: [], notes: [] };
  const settings: Settings = { shell: '/bin/sh', zone, mailTo: false, environment: {} };
  const names = new Set<string>();
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const refuse = (reason: string): void => void read.refused.push({ at: String(i + 1), text: raw.slice(0, 500), reason });
    if (line === '' || line.startsWith('#')) continue;
    if (line.length > longestLine || line.includes('\0')) {
      refuse('is too long for a crontab');
      continue;
    }
    const set = assignment.exec(line);
    if (set) {
      setVariable(settings, unquoted(set[1] ?? ''), unquoted(set[2]?.trim() ?? ''));
      continue;
    }
    const parts = split(line.replace(/^-/, ''), system);
    if (parts === undefined) {
      refuse('is neither a setting nor times with a command');
      continue;
    }
    const schedule = scheduleOf(parts.times, settings.zone, nowMs);
    if ('reason' in schedule) {
      refuse(schedule.reason);
      continue;
    }
    const { command, input } = percents(parts.command);
    if (command === '') {
      refuse('has times and no command');
      continue;
    }
    const name = nameFor(command, names);
    names.add(name);
    const home = settings.environment['HOME'];
    const parsed = JobDefinition.safeParse({
      name,
      title: command.slice(0, 200),
      work: { kind: 'command', argv: argvOf(settings.shell, command, input), environment: settings.environment, ...(home !== undefined && home !== '' && { folder: home }) },
      schedule: schedule.schedule,
      retries: { most: 0 },
      timeoutSeconds: 0
    });
    if (!parsed.success) {
      refuse(parsed.error.issues[0]?.message ?? 'is not as expected');
      continue;
    }
    read.jobs.push({ line: i + 1, definition: parsed.data });
    for (const note of notesOf(settings, parts, schedule.kind, input !== undefined, system)) read.notes.push({ name, note });
  }
  return read;
}

function setVariable(settings: Settings, name: string, value: string): void {
  if (name === 'MAILTO' || name === 'MAILFROM') settings.mailTo = name === 'MAILTO' ? value !== '' : settings.mailTo;
  else if (name === 'CRON_TZ') settings.zone = value;
  else {
    if (name === 'SHELL' && value !== '') settings.shell = value;
    settings.environment = { ...settings.environment, [name]: value };
  }
}

function unquoted(text: string): string {
  return /^"[^"]*"$|^'[^']*'$/.test(text) ? text.slice(1, -1) : text;
}

/** Times, user and command. undefined: it has not that many parts. */
function split(line: string, system: boolean): { times: string; user: string | undefined; command: string } | undefined {
  const count = (line.startsWith('@') ? 1 : 5) + (system ? 1 : 0);
  const match = new RegExp(`^((?:\\S+\\s+){${count - 1}}\\S+)\\s+(.*)$`, 's').exec(line) ?? new RegExp(`^((?:\\S+\\s+){${count - 1}}\\S+)()$`, 's').exec(line);
  if (!match) return undefined;
  const words = (match[1] ?? '').split(/\s+/);
  return { times: (system ? words.slice(0, -1) : words).join(' '), user: system ? words.at(-1) : undefined, command: match[2] ?? '' };
}

function scheduleOf(times: string, zone: string, nowMs: number): { schedule: JobDefinition['schedule']; kind: 'cron' | 'reboot' } | { reason: string } {
  if (times.toLowerCase() === '@reboot') return { schedule: { kind: 'startup' }, kind: 'reboot' };
  const schedule = { kind: 'cron', expression: times, zone, dayMatch: 'or' } as const;
  const refusal = checkSchedule(schedule, nowMs);
  return refusal === null ? { schedule, kind: 'cron' } : { reason: `${refusal.field}: ${describeRefusal('en', refusal)}` };
}

/** `%` begins what the command reads, and is a line end in it; `\%` is a `%`. */
function percents(text: string): { command: string; input: string | undefined } {
  const [command = '', ...input] = text.split(/(?<!\\)%/).map((part) => part.replaceAll('\\%', '%'));
  return { command: command.trim(), input: input.length === 0 ? undefined : input.join('\n') };
}

/** The input goes through an argument, so that no quoting can go wrong. */
function argvOf(shell: string, command: string, input: string | undefined): string[] {
  return input === undefined ? [shell, '-c', command] : [shell, '-c', `printf '%s\\n' "$2" | "$0" -c "$1"`, shell, command, input];
}

function notesOf(settings: Settings, { times, user }: { times: string; user: string | undefined }, kind: 'cron' | 'reboot', withInput: boolean, system: boolean): ImportNote[] {
  const notes: ImportNote[] = ['shell'];
  if (settings.mailTo) notes.push('mail');
  if (withInput) notes.push('percent');
  if (settings.environment['PATH'] === undefined) notes.push('path');
  if (Object.keys(settings.environment).length > 0) notes.push('environment');
  if (kind === 'reboot') notes.push('reboot');
  else notes.push('zone');
  if (system && user !== undefined) notes.push('user');
  if (kind === 'cron' && readsDaysOtherwise(times)) notes.push('days');
  return notes;
}

/** Many crons take a day field that begins with `*` for unrestricted; here only `*` alone is. */
function readsDaysOtherwise(times: string): boolean {
  try {
    const { dayOfMonth, dayOfWeek } = parseCron(times);
    const restricted = (field: typeof dayOfMonth | typeof dayOfWeek): boolean => !(field.kind === 'list' && field.open);
    return restricted(dayOfMonth) && restricted(dayOfWeek) && (dayOfMonth.text.startsWith('*') || dayOfWeek.text.startsWith('*'));
  } catch (error) {
    if (error instanceof BadCron) return false;
    throw error;
  }
}
