// Who read or exported what, for which purpose, as CSV (RFC 4180) that a spreadsheet opens as text: a cell that would begin a formula gets an
// apostrophe before it, as spreadsheets themselves mark text.
import type { LogEntry } from '../../../../contract/log.ts';

const columns = ['entry', 'time_utc', 'who', 'action', 'what', 'entries', 'purpose'] as const;

export function accessCsv(entries: readonly LogEntry[]): string {
  return [columns.join(','), ...entries.map((entry) => cellsOf(entry).map(cell).join(','))].join('\r\n') + '\r\n';
}

function cellsOf(entry: LogEntry): string[] {
  const payload = typeof entry.payload === 'object' && entry.payload !== null ? (entry.payload as Record<string, unknown>) : {};
  const { seqs } = payload;
  const count = Array.isArray(seqs) ? seqs.length : payload['entries'];
  const what = Array.isArray(seqs) ? seqs.slice(0, 1000).join(' ') : (payload['repository'] ?? payload['fileName'] ?? payload['format'] ?? entry.subjectName ?? '');
  const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  return [String(entry.seq), entry.ts, entry.actorName ?? entry.actor, entry.action, text(what), text(count), text(payload['purpose'])];
}

function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
