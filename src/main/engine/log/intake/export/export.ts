// The record, or what a filter matches of it, as text. The event that says who, why and what comes first: nothing leaves unrecorded. Entries are read
// in pages up to the head of that moment, so memory stays flat and what is added meanwhile is not in it.
import { createHash } from 'node:crypto';
import type { ExportEnd, ExportMeta } from '../../../../../contract/intake.ts';
import type { LogEntry, LogFilter } from '../../../../../contract/log.ts';
import { throwIfAborted } from '../../../kit/errors.ts';
import type { LogContext } from '../../context.ts';
import type { Checkpoints } from '../../tree/checkpoints.ts';
import { csvHead, csvRow } from './csv.ts';

export interface ExportOptions {
  format: 'jsonl' | 'csv';
  purpose: string;
  filter: LogFilter;
  bom?: boolean;
  actor: string;
  /** Where it goes: `file`, `standard output`, `console`. */
  to: string;
  signal?: AbortSignal | undefined;
}

export interface LogExport {
  meta: ExportMeta;
  /** The file, piece by piece; its return value is what its end says. */
  text: AsyncGenerator<string, ExportEnd, void>;
}

const pageEntries = 500;

/** Throws NOT_WRITABLE where the record cannot take the event. */
export function exportLog({ context, checkpoints }: { context: LogContext; checkpoints: Pick<Checkpoints, 'latest'> }, options: ExportOptions): LogExport {
  const { reader, clock, origin } = context;
  const { format, purpose, filter, actor, to } = options;
  // Before the lock is taken: a condition on payloads is counted by looking into each.
  const counted = countMatches(context, filter, { count: 0, reached: -1 });
  const { event, head, entries } = context.transaction(() => {
    const last = reader.head();
    const total = countMatches(context, filter, counted).count;
    const filterText = JSON.parse(JSON.stringify(filter)) as Record<string, string>;
    const appended = context.append([{ action: 'access.log-exported', category: 'access', actor, payload: { entries: total, format, filter: filterText, purpose, to } }]);
    return { event: appended[0]?.seq ?? 0, head: last ?? null, entries: total };
  });
  const meta: ExportMeta = {
    format: 'varve-log-export', version: 1, as: format, origin, createdAt: new Date(clock.now()).toISOString(), purpose, filter, timeZone: 'UTC', entries, head,
    checkpoint: checkpoints.latest()?.note ?? null, event
  };
  return { meta, text: write(context, options, meta) };
}

/** Goes on from what has been counted. */
function countMatches({ reader }: LogContext, filter: LogFilter, from: { count: number; reached: number }): { count: number; reached: number } {
  const known = reader.list({ filter, limit: 1 }).total;
  if (known !== null) return { count: known, reached: -1 };
  let { count, reached } = from;
  for (let more = true; more; ) {
    const page = reader.since(filter, reached, pageEntries);
    count += page.entries.length;
    ({ reached, more } = page);
  }
  return { count, reached };
}

async function* write(context: LogContext, options: ExportOptions, meta: ExportMeta): AsyncGenerator<string, ExportEnd, void> {
  const { format, filter, signal } = options;
  const hash = createHash('sha256');
  const omitted = { locked: 0, erased: 0, missing: 0, altered: 0 };
  let entries = 0;
  const out = (text: string): string => {
    hash.update(text, 'utf8');
    return text;
  };
  yield out(format === 'jsonl' ? `${JSON.stringify(meta)}\n` : `${options.bom === true ? '\ufeff' : ''}${csvHead}`);
  for (let after = -1; ; ) {
    throwIfAborted(signal);
    const page = context.reader.since(filter, after, pageEntries);
    const inside = page.entries.filter(({ seq }) => seq <= (meta.head?.seq ?? -1));
    for (const { payloadState } of inside) if (payloadState in omitted) omitted[payloadState as keyof typeof omitted] += 1;
    entries += inside.length;
    if (inside.length > 0) yield out(inside.map((entry) => (format === 'jsonl' ? jsonLine(entry) : csvRow(entry))).join(''));
    if (inside.length < page.entries.length || !page.more) break;
    after = page.reached;
    await new Promise<void>((resume) => setImmediate(resume));
  }
  const end: ExportEnd = { end: true, entries, omitted, sha256: hash.digest('hex') };
  if (format === 'jsonl') yield `${JSON.stringify(end)}\n`;
  return end;
}

function jsonLine(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`;
}
