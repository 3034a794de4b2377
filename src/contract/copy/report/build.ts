// The report of a comparison, block by block: totals in words, by folder and by kind of file, lists up to a limit, and the inside of changed files up to a limit.
import type { Change, ChangeCounts, ChangeKind, ComparedSide, Comparison } from '../../compare.ts';
import type { Inside, InsideRow } from '../../inside.ts';
import type { Language } from '../../ids.ts';
import type { Metrics } from '../../metrics.ts';
import { insideLines, type InsideLine } from '../inside-lines.ts';
import { insideSentences } from '../inside.ts';
import { formatDelta, formatMetric, metricDeltas } from '../metrics.ts';
import { describeReason } from '../reasons.ts';
import { formatBytes, formatExact, formatNumber } from '../values.ts';
import type { Block } from './blocks.ts';
import { sayReport, type ReportKey } from './words.ts';

export interface ReportLimits {
  /** Entries of each list. */
  entries: number;
  /** Changed files that are looked into, and lines of each. */
  files: number;
  lines: number;
}

export const reportLimits: ReportLimits = { entries: 1000, files: 50, lines: 200 };

/** Where the report gets what it tells. */
export interface ReportSource {
  comparison: Comparison;
  folder(path: string, limit: number): Promise<{ changes: Change[]; total: number }>;
  list(kind: ChangeKind, limit: number): Promise<{ changes: Change[]; total: number }>;
  /** Looks inside a changed file; the words of why it could not be, otherwise. */
  inside(change: Change): Promise<{ inside: Inside; rows: AsyncIterable<InsideRow> } | { failure: string }>;
  /** Of both sides, where they are snapshots that carry any. */
  metrics: { before: Metrics | null; after: Metrics | null } | undefined;
  now: Date;
}

const mostFolders = 50;
const kinds = ['removed', 'content', 'added', 'moved', 'type', 'metadata'] as const satisfies readonly ChangeKind[];

export async function* buildReport(language: Language, source: ReportSource, limits: ReportLimits = reportLimits): AsyncIterable<Block> {
  const { comparison, now } = source;
  const say = (key: ReportKey, params?: Parameters<typeof sayReport>[2]): string => sayReport(language, key, params);
  yield { block: 'heading', level: 1, text: say('title') };
  yield { block: 'list', items: [say('before', { side: sideText(language, comparison.from) }), say('after', { side: sideText(language, comparison.to) })] };
  yield { block: 'heading', level: 2, text: say('totals') };
  yield { block: 'list', items: totals(language, comparison) };
  yield* byFolder(language, source);
  yield* byKind(language, comparison);
  yield* metricsOf(language, source.metrics);
  for (const kind of kinds) yield* listOf(language, source, kind, limits.entries);
  if (comparison.gapCount > 0) {
    yield { block: 'heading', level: 2, text: say('gaps') };
    yield { block: 'list', items: comparison.gaps.slice(0, limits.entries).map(({ path, reason }) => `${path}: ${describeReason(language, reason)}`) };
    const more = comparison.gapCount - Math.min(comparison.gaps.length, limits.entries);
    if (more > 0) yield { block: 'text', text: say('more', { count: more }) };
  }
  yield* contents(language, source, limits);
  yield { block: 'text', text: say('made', { when: formatExact(language, now) }) };
}

function sideText(language: Language, side: ComparedSide): string {
  if (side.kind === 'live') return sayReport(language, side.trial ? 'trial' : 'live', { when: formatExact(language, new Date(side.at)) });
  const { snapshot } = side;
  const plan = snapshot.planName ?? snapshot.removedPlan?.title ?? (snapshot.paths.join(', ') || sayReport(language, 'noPlan'));
  return sayReport(language, 'snapshot', { plan, id: snapshot.shortId, when: formatExact(language, new Date(snapshot.at)) });
}

function totals(language: Language, { counts }: Comparison): string[] {
  const said = kinds.flatMap((kind) => (counts[kind] > 0 ? [sayReport(language, kind, { count: counts[kind] })] : []));
  if (said.length === 0) said.push(sayReport(language, 'nothing'));
  if (counts.suspect > 0) said.push(sayReport(language, 'suspect', { count: counts.suspect }));
  if (counts.bytesBefore + counts.bytesAfter > 0) said.push(sayReport(language, 'bytes', { before: formatBytes(language, counts.bytesBefore), after: formatBytes(language, counts.bytesAfter) }));
  return said;
}

/** Of the first folder down that holds more than one thing with changes. */
async function* byFolder(language: Language, source: ReportSource): AsyncIterable<Block> {
  let found = await source.folder('/', mostFolders);
  for (let only = found.changes[0]; found.total === 1 && only?.folder === true && only.kind === null; only = found.changes[0]) found = await source.folder(only.path, mostFolders);
  const folders = found.changes.filter((change): change is Change & { inside: ChangeCounts } => change.folder && change.inside !== null);
  if (folders.length < 2) return;
  const number = (count: number): string => (count === 0 ? '' : formatNumber(language, count));
  yield { block: 'heading', level: 2, text: sayReport(language, 'byFolder') };
  yield {
    block: 'table',
    columns: (['folder', 'new', 'gone', 'changed', 'movedColumn', 'sizeBefore', 'sizeAfter'] as const).map((key) => sayReport(language, key)),
    right: [1, 2, 3, 4, 5, 6],
    rows: folders.map(({ label, inside }) => [label, number(inside.added), number(inside.removed), number(inside.content + inside.type), number(inside.moved), formatBytes(language, inside.bytesBefore), formatBytes(language, inside.bytesAfter)])
  };
  if (found.total > found.changes.length) yield { block: 'text', text: sayReport(language, 'more', { count: found.total - found.changes.length }) };
}

async function* byKind(language: Language, { extensions }: Comparison): AsyncIterable<Block> {
  if (extensions.length === 0) return;
  yield { block: 'heading', level: 2, text: sayReport(language, 'byKind') };
  yield {
    block: 'table',
    columns: (['kind', 'files', 'sizeBefore', 'sizeAfter'] as const).map((key) => sayReport(language, key)),
    right: [1, 2, 3],
    rows: extensions.map(({ extension, files, bytesBefore, bytesAfter }) => [extension === '' ? sayReport(language, 'noExtension') : `.${extension}`, formatNumber(language, files), formatBytes(language, bytesBefore), formatBytes(language, bytesAfter)])
  };
}

function* metricsOf(language: Language, metrics: ReportSource['metrics']): Iterable<Block> {
  const deltas = metrics === undefined ? [] : metricDeltas(metrics.before, metrics.after);
  if (deltas.length === 0) return;
  yield { block: 'heading', level: 2, text: sayReport(language, 'metrics') };
  yield {
    block: 'table',
    columns: (['metric', 'metricBefore', 'metricAfter', 'metricDelta'] as const).map((key) => sayReport(language, key)),
    right: [1, 2, 3],
    rows: deltas.map(({ name, before, after, delta }) => [name, formatMetric(language, before), formatMetric(language, after), formatDelta(language, delta)])
  };
}

async function* listOf(language: Language, source: ReportSource, kind: ChangeKind, limit: number): AsyncIterable<Block> {
  if (source.comparison.counts[kind] === 0) return;
  const { changes, total } = await source.list(kind, limit);
  // A file that moved is told once, where it is now.
  const told = changes.filter(({ after }) => kind !== 'moved' || after !== null);
  yield { block: 'heading', level: 2, text: sayReport(language, `list.${kind}`) };
  yield {
    block: 'table',
    columns: (['path', 'sizeBefore', 'sizeAfter'] as const).map((key) => sayReport(language, key)),
    right: [1, 2],
    rows: told.map((change) => [`${change.kind === 'moved' && change.other !== null ? `${change.other} → ` : ''}${change.label}${change.folder ? '/' : ''}${change.suspect ? ` (${sayReport(language, 'suspectMark')})` : ''}`, sizeText(language, change.before), sizeText(language, change.after)])
  };
  if (total > changes.length) yield { block: 'text', text: sayReport(language, 'more', { count: total - changes.length }) };
}

function sizeText(language: Language, facts: Change['before']): string {
  return facts?.type === 'file' ? formatBytes(language, facts.sizeBytes) : '';
}

async function* contents(language: Language, source: ReportSource, { files, lines }: ReportLimits): AsyncIterable<Block> {
  if (source.comparison.counts.content === 0) return;
  const { changes, total } = await source.list('content', files);
  const changed = changes.filter(({ before, after }) => before?.type === 'file' && after?.type === 'file');
  if (changed.length === 0) return;
  yield { block: 'heading', level: 2, text: sayReport(language, 'contents') };
  if (total > changes.length) yield { block: 'text', text: sayReport(language, 'contentsLimit', { count: changes.length, total }) };
  for (const change of changed) {
    yield { block: 'heading', level: 3, text: change.label };
    const found = await source.inside(change);
    if ('failure' in found) {
      yield { block: 'text', text: sayReport(language, 'failed', { reason: found.failure }) };
      continue;
    }
    yield { block: 'list', items: insideSentences(language, found.inside) };
    const shown: InsideLine[] = [];
    for await (const line of insideLines(language, found.rows)) {
      shown.push(line);
      if (shown.length > lines) break;
    }
    if (shown.length > 0) yield { block: 'lines', lines: shown.slice(0, lines) };
    if (shown.length > lines) yield { block: 'text', text: sayReport(language, 'linesLimit', { count: lines }) };
  }
}
