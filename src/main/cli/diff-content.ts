// What differs inside the changed files of a comparison: printed, as JSON, or into a report.
import type { Change, Comparison } from '../../contract/compare.ts';
import { describeError } from '../../contract/copy/errors.ts';
import { insideSentences } from '../../contract/copy/inside.ts';
import { insideLines, shownLine } from '../../contract/copy/inside-lines.ts';
import { reportForm, writeReport, type ReportForm } from '../../contract/copy/report/report.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { formatBytes } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Inside, InsideRow } from '../../contract/inside.ts';
import { fail } from '../engine/kit/errors.ts';
import { fromTyped } from '../transport/router.ts';
import { metricsOf } from './diff-metrics.ts';
import { refuseExisting, writeNewFile } from './new-file.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { followTask } from './task-follower.ts';

/** Both sides as the person named them; `folder`: the one that counts as the top of the comparison. */
export interface Compared {
  from: string;
  to: string | null;
  folder: string;
  comparison: Comparison;
}

/** A file on both sides, by its paths in the snapshots. */
export interface FilePair {
  path: string;
  toPath: string;
}

export interface Looking {
  client: VarveClient;
  output: Output;
  signal: AbortSignal;
}

const pageRows = 1000;

export async function lookInside({ client, output, signal }: Looking, { from, to }: Pick<Compared, 'from' | 'to'>, { path, toPath }: FilePair, bytes = false): Promise<Inside> {
  const { taskId } = await client.inside.start({ from, to, path, toPath, ...(bytes && { as: 'bytes' as const }) });
  const result = await followTask(client, taskId, output, signal);
  if (result.kind !== 'inside') throw new Error('the task gave another result');
  return result.inside;
}

export async function* rowsOf(client: VarveClient, { id, rows }: Inside): AsyncIterable<InsideRow> {
  for (let offset = 0; offset < rows; ) {
    const page = await client.inside.rows({ inside: id, offset, limit: pageRows });
    yield* page.rows;
    if (page.rows.length === 0) return;
    offset += page.rows.length;
  }
}

/** The files a person asked to see from the inside: those they named, all changed ones below a folder they named, or all. */
export async function filesToLookInto(client: VarveClient, { comparison, folder }: Compared, paths: readonly string[] | undefined, limit: number): Promise<{ pairs: FilePair[]; more: number }> {
  const pairs = new Map<string, FilePair>();
  let more = 0;
  for (const typed of paths ?? ['/']) {
    const asked = paths === undefined || (process.platform === 'win32' && typed.startsWith('/')) ? typed : absolutePath(typed);
    const below = folder !== '/' && `${asked}/`.startsWith(`${folder}/`) ? asked.slice(folder.length) || '/' : asked;
    const { changes, total } = await client.compare.list({ comparison: comparison.id, kinds: ['content'], below, limit: Math.max(1, Math.min(5000, limit)) });
    const files = changes.slice(0, limit).filter(({ before, after }) => before?.type === 'file' && after?.type === 'file');
    more += Math.max(0, total - Math.min(limit, changes.length));
    for (const change of files) pairs.set(change.path, pairOf(folder, change));
    // A file that did not change can be looked into as well; what is no file is said by the look itself.
    if (total === 0 && paths !== undefined) pairs.set(asked, { path: asked, toPath: asked });
  }
  return { pairs: [...pairs.values()], more };
}

function pairOf(folder: string, { path }: Change): FilePair {
  const whole = folder === '/' ? path : `${folder}${path}`;
  return { path: whole, toPath: whole };
}

export async function printInside({ client, output }: Looking, inside: Inside, limit: number): Promise<void> {
  const { language, say } = output.words;
  const { before, after } = inside;
  output.say('');
  const name = before.path === after.path ? after.label : `${before.label} → ${after.label}`;
  output.say(`=== ${name} (${formatBytes(language, before.sizeBytes)} → ${formatBytes(language, after.sizeBytes)})`);
  for (const sentence of insideSentences(language, inside)) output.say(visibleText(sentence, true));
  let shown = 0;
  for await (const { sign, text } of insideLines(language, rowsOf(client, inside))) {
    if (shown >= limit) {
      output.say(say('diffMoreLines'));
      break;
    }
    shown += 1;
    output.say(`${sign === '@' ? '' : sign}${sign === '~' ? ' ' : ''}${shownLine(text)}`);
  }
}

export function reportFormOf(file: string, output: Output): ReportForm {
  const form = reportForm(file) ?? fail('BAD_INPUT', 'no form of a report', { field: '--report', reason: output.words.say('diffReportEnding') });
  refuseExisting(file);
  return form;
}

/** Writes the report of a comparison into a new file and returns its path. */
export async function writeComparisonReport(looking: Looking, compared: Compared, file: string, form: ReportForm): Promise<string> {
  const { client, output } = looking;
  const { comparison, folder } = compared;
  const text = await writeReport(form, output.words.language, {
    comparison,
    now: new Date(),
    metrics: await metricsOf(client, comparison),
    folder: (path, limit) => client.compare.folder({ comparison: comparison.id, path, limit }),
    list: (kind, limit) => client.compare.list({ comparison: comparison.id, kinds: [kind], limit }),
    inside: async (change) => {
      try {
        const inside = await lookInside(looking, compared, pairOf(folder, change));
        return { inside, rows: rowsOf(client, inside) };
      } catch (error) {
        const failure = fromTyped(error);
        if (failure.code === 'CANCELLED') throw failure;
        return { failure: describeError(output.words.language, failure.code, failure.data).title };
      }
    }
  });
  return writeNewFile(file, text);
}
