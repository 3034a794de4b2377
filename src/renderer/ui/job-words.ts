// Jobs as people call them: the title, and what the work is.
import { visibleText } from '../../contract/copy/text.ts';
import type { JobDefinition, Work } from '../../contract/jobs.ts';
import { describeSchedule } from '../../contract/copy/schedule.ts';
import type { Schedule } from '../../contract/schedule.ts';
import type { Words } from './words.tsx';

export function titleOf({ title, name }: Pick<JobDefinition, 'title' | 'name'>): string {
  return visibleText(title || name, true);
}

/** `Snapshot of thesis`, `A program: rsync`. */
export function describeWork({ t }: Pick<Words, 't'>, work: Work): string {
  switch (work.kind) {
    case 'snapshot':
    case 'drill':
    case 'forget':
    case 'watch':
      return t(`jobs.work.${work.kind}`, { name: visibleText(work.plan, true) });
    case 'check':
    case 'prune':
      return t(`jobs.work.${work.kind}`, { name: visibleText(work.repository, true) });
    case 'verify-log':
    case 'external':
      return t(`jobs.work.${work.kind}`);
    case 'package':
      return work.plan === null ? t('jobs.work.packageRecord') : t('jobs.work.package', { name: visibleText(work.plan, true) });
    case 'http':
      return t('jobs.work.http', { name: visibleText(work.url, true) });
    case 'command':
      return t('jobs.work.command', { name: visibleText(work.argv[0]?.split(/[/\\]/).at(-1) ?? '', true) });
  }
}

/** `every day at 12:05`; with the zone where that is not this computer's. */
export function sayWhen({ language }: Pick<Words, 'language'>, schedule: Schedule): string {
  const said = describeSchedule(language, schedule);
  return schedule.kind === 'cron' && schedule.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone ? `${said} (${visibleText(schedule.zone, true)})` : said;
}
