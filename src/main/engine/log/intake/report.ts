// The report of an import as Markdown. What comes from the file or its name stands in code spans, with control characters made visible.
import { importWords } from '../../../../contract/copy/intake/report.ts';
import { describeReason } from '../../../../contract/copy/reasons.ts';
import { visibleText } from '../../../../contract/copy/text.ts';
import type { ImportReport } from '../../../../contract/intake.ts';
import type { Language } from '../../../../contract/ids.ts';

export function writeReport(language: Language, report: Omit<ImportReport, 'event'> & { at: string }): string {
  const words = importWords[language];
  const number = (count: number): string => new Intl.NumberFormat(language).format(count);
  const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
  const table = (columns: string[], rows: string[][]): string[] => [row(...columns), row(...columns.map(() => '---')), ...rows.map((cells) => row(...cells)), ''];
  const { chain } = report;
  const claimed = report.claimedFrom === null ? words.none : `${report.claimedFrom} – ${report.claimedTo}`;
  const lines = [
    `# ${words.title}`, '', words.intro, '',
    ...table(
      [words.what, words.value],
      [
        [words.file, code(report.path)], [words.source, code(report.source)], [words.at, report.at], [words.size, number(report.bytes)], [words.sha256, code(report.sha256)], [words.lines, number(report.lines)],
        [words.imported, number(report.imported)], [words.present, number(report.present)], [words.blank, number(report.blank)], [words.refused, number(report.refused)], [words.claimed, claimed]
      ]
    ),
    `## ${words.chainTitle}`, '', words.chain[chain.state].replace('{line}', number(chain.line ?? 0)), '',
    ...(chain.rule === undefined ? [] : [`${words.rule}: ${code(chain.rule)}. ${words.checkedLines}: ${number(chain.checked)}.`, '']),
    ...(chain.state === 'absent' ? [] : [words.chainMeaning, ''])
  ];
  if (report.refused > 0) {
    lines.push(`## ${words.refusedTitle}`, '', words.refusedWhere.replace('{path}', code(report.quarantine ?? '')), '');
    lines.push(...table([words.line, words.reason, words.detail], report.refusals.map(({ line, code: why, detail }) => [number(line), words.refusal[why], code(describeReason(language, detail))])));
    const more = report.refused - report.refusals.length;
    if (more > 0) lines.push(words.refusedMore.replace('{count}', number(more)), '');
  }
  if (report.masked.length > 0) lines.push(`## ${words.maskedTitle}`, '', words.maskedMeaning, '', ...table([words.kind, words.count], report.masked.map(({ rule, count }) => [rule, number(count)])));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A code span that its content cannot end, nor the table's cell. */
function code(text: string): string {
  const shown = visibleText(text, true).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${shown}\`` : `${fence} ${shown} ${fence}`;
}
