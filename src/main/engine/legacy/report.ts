// `<home>/backups/reports/<time>.md`: what a migration, or going back, did, in the person's language.
import { join } from 'node:path';
import { legacyReportWords, type LegacyReportKey } from '../../../contract/copy/legacy.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { Language } from '../../../contract/ids.ts';
import type { LegacyBackup, LegacyRestored } from '../../../contract/legacy.ts';
import { keepReportFile, reportWriter } from '../kit/report.ts';
import type { Files, Random } from '../ports.ts';

const listed = 100;

type Back = Pick<LegacyRestored, 'target' | 'movedAside' | 'crontab' | 'paused'> & { before: string | null };

export function writeReport(language: Language, atMs: number, copy: LegacyBackup, back?: Back): string {
  const say = reportWriter(language, legacyReportWords[language]);
  const names = (all: readonly string[]): string[] => (all.length === 0 ? [say('noJobs')] : all.map((name) => `- ${name}`));
  const section = (head: LegacyReportKey, lines: readonly string[]): string => [`## ${say(head)}`, '', ...lines].join('\n');
  const gaps = copy.skippedCount === 0 ? [] : ['', say('skipped', { count: copy.skippedCount }), '', ...copy.skipped.slice(0, listed).map(({ path, reason }) => `- ${visibleText(path, true)}: ${reason}`), ...(copy.skippedCount > listed ? [`- ${say('more', { count: copy.skippedCount - listed })}`] : [])];
  const copied = section('copyHead', [`- ${say('copyFolder', { folder: copy.folder })}`, ...(copy.source === null ? [] : [`- ${say('copySource', { source: copy.source })}`, `- ${say('copyNumbers', { files: copy.files, bytes: copy.bytes })}`]), ...(copy.crontab ? [`- ${say('copyCrontab')}`] : []), '', say('copyChecked'), ...gaps]);
  const parts =
    back === undefined
      ? [copied, ...(copy.crontab ? [section('jobsHead', [...names(copy.jobs), ...(copy.jobs.length === 0 ? [] : ['', say('stillThere')])])] : []), section('backHead', ['```sh', say('back', { id: copy.id }), '```', '', say('backText')])]
      : [
          section('resultHead', [
            ...(back.target === null ? [] : [`- ${say('target', { target: back.target })}`]),
            ...(back.movedAside === null ? [] : [`- ${say('aside', { path: back.movedAside })}`]),
            ...(back.crontab ? [`- ${back.before === null ? say('crontabBackOnly') : say('crontabBack', { id: back.before })}`] : [])
          ]),
          ...(back.paused.length === 0 ? [] : [section('pausedHead', names(back.paused))]),
          copied
        ];
  return `${[`# ${say(back === undefined ? 'migrated' : 'restored')}`, say('made', { at: formatExact(language, new Date(atMs)) }), ...parts].join('\n\n')}\n`;
}

/** Returns where it lies. */
export function keepReport(files: Files, random: Random, homePath: string, atMs: number, text: string): string {
  return keepReportFile({ files, random }, join(homePath, 'backups', 'reports'), atMs, '', text);
}
