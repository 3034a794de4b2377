// One entry as a row of CSV (RFC 4180: CRLF, quotes doubled). Spreadsheets run a cell that begins like a formula, so such a cell gets an apostrophe in
// front; the JSONL export has every value as it is.
import type { LogEntry } from '../../../../../contract/log.ts';

export const csvColumns = ['seq', 'ts', 'category', 'level', 'action', 'actor', 'actorName', 'subject', 'subjectName', 'payloadState', 'payload', 'id', 'hash'] as const;

export const csvHead = `${csvColumns.join(',')}\r\n`;

export function csvRow(entry: LogEntry): string {
  return `${csvColumns.map((column) => cell(column === 'payload' ? payloadText(entry) : String(entry[column] ?? ''))).join(',')}\r\n`;
}

/** Nothing where there is no payload or it cannot be shown: `payloadState` says which. */
function payloadText({ payload, payloadState }: LogEntry): string {
  return payloadState === 'intact' ? JSON.stringify(payload) : '';
}

export function cell(text: string): string {
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
