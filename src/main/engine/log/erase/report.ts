// The report of an erasure: one Markdown file in the home's `reports`, for whoever asked for it and for one's own books. It holds numbers, times,
// reasons and paths, and nothing of what was erased.
import { dirname, join } from 'node:path';
import { basisWords, keptWords, reasonWords, reportWords } from '../../../../contract/copy/erasure.ts';
import { formatExact } from '../../../../contract/copy/values.ts';
import type { ErasureResult } from '../../../../contract/erasure.ts';
import type { Language } from '../../../../contract/ids.ts';
import { errnoOf } from '../../kit/errors.ts';
import { keepReportFile, reportWriter } from '../../kit/report.ts';
import type { Files, Random } from '../../ports.ts';
import type { Grounds } from './carry-out.ts';

export interface ReportFacts extends Omit<ErasureResult, 'report' | 'dryRun'> {
  atMs: number;
  grounds: Grounds;
  home: string;
  /** What kept the files from being cleaned, other than a reader. */
  residueReason: string | undefined;
}

const keysLifeMs = 30 * 24 * 3_600_000;
const listed = 100;

export function writeReport(language: Language, facts: ReportFacts): string {
  const { entries, seqs, names, kept, altered, events, checkpoint, residue, residueReason, outOfReach, grounds, atMs, home } = facts;
  const say = reportWriter(language, reportWords[language]);
  const when = (at: string | number): string => formatExact(language, new Date(at));
  const item = (text: string): string => `- ${text}`;
  const items = <T>(all: readonly T[], text: (one: T) => string): string[] => [...all.slice(0, listed).map((one) => item(text(one))), ...(all.length > listed ? [item(say('more', { count: all.length - listed }))] : [])];
  const { exports: exported, openings, keyExports, migrationCopies, packages, importFiles } = outOfReach;
  const gone = residue === 'gone' ? [say('goneText')] : [say('waitingText'), ...(residueReason === undefined ? [] : [say('waitingReason', { reason: residueReason })])];
  const given = [...items(exported, ({ seq, at }) => say('export', { seq: String(seq), at: when(at) })), ...items(openings, ({ seq, at }) => say('opening', { seq: String(seq), at: when(at) }))];
  const sections: (string | string[])[] = [
    `# ${say('title')}`,
    say('made', { at: when(atMs), events: events.join(', ') }),
    `## ${say('what')}`,
    [
      item(say('entries', { count: entries, seqs: ranges(seqs, entries > seqs.length) })),
      item(say('names', { count: names })),
      ...items(altered, (seq) => say('altered', { seq: String(seq) })),
      ...items(kept, ({ seq, action, why }) => say('kept', { seq: String(seq), action, why: keptWords[language][why] }))
    ],
    `## ${say('why')}`,
    [item(say('reason', { reason: reasonWords[language][grounds.reason] })), item(say('basis', { basis: basisWords[language][grounds.basis] })), ...(grounds.request === undefined ? [] : [item(say('request', { request: grounds.request }))])],
    `## ${say('stays')}`,
    say('staysText'),
    checkpoint === null ? say('noCheckpoint') : say('checkpoint', { size: checkpoint, event: String(events.at(-1) ?? '') }),
    `## ${say('gone')}`,
    ...gone,
    `## ${say('reach')}`,
    say('reachIntro'),
    [
      item(say('copies', { home })),
      ...(given.length > 0 ? given : [item(say('noExports'))]),
      item(say('keys', { at: when(atMs), until: when(atMs + keysLifeMs) })),
      ...(keyExports.length > 0 ? items(keyExports, ({ seq, at }) => say('keyExport', { seq: String(seq), at: when(at) })) : [item(say('noKeyExports'))]),
      ...items(migrationCopies, ({ path, until }) => say('migration', { path, until: when(until) })),
      ...items(packages, ({ path, createdAt, events: held, sealed }) => say(held === null ? 'packageBeingMade' : sealed ? 'packageSealed' : 'package', { path, at: when(createdAt), count: held ?? 0 })),
      ...items(importFiles, (path) => say('imports', { path })),
      ...(['source', 'live', 'wear', 'typed'] as const).map((key) => item(say(key)))
    ]
  ];
  return `${sections.map((section) => (typeof section === 'string' ? section : section.join('\n'))).join('\n\n')}\n`;
}

/** `12, 14-19, 30`; the longest lists are cut. */
function ranges(seqs: readonly number[], cut: boolean): string {
  const parts: { from: number; to: number }[] = [];
  for (const seq of seqs) {
    const last = parts.at(-1);
    if (last !== undefined && seq === last.to + 1) last.to = seq;
    else parts.push({ from: seq, to: seq });
  }
  const shown = parts.slice(0, 200).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return [...shown, ...(cut || parts.length > 200 ? ['…'] : [])].join(', ');
}

/** Writes `<home>/reports/<time>-erasure.md`; null when that cannot be done, for the erasure stands all the same and the text is returned as well. */
export function keepReport({ files, random, logPath, atMs, text }: { files: Files; random: Random; logPath: string; atMs: number; text: string }): string | null {
  try {
    return keepReportFile({ files, random }, join(dirname(logPath), 'reports'), atMs, '-erasure', text);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return null;
  }
}
