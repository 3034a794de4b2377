// The events that say what was masked: which entry, which rule, which field, how often. Never what stood there.
import type { NewEvent } from '../model.ts';
import type { Finding } from './mask/index.ts';

/** Far below what a payload can hold, whatever the fields are called. */
const findingsPerEvent = 300;
const findingsPerEntry = 100;
const longestField = 400;

/** None when nothing was replaced; samples that were left alone are only told along with what was. */
export function maskedEvents(entries: readonly { seq: number; findings: readonly Finding[] }[]): NewEvent[] {
  if (!entries.some(({ findings }) => findings.some(({ sample }) => !sample))) return [];
  const rows = entries.flatMap(({ seq, findings }) => bounded(findings).map((finding) => ({ seq, ...finding, field: finding.field.toWellFormed().slice(0, longestField).toWellFormed() })));
  return Array.from({ length: Math.ceil(rows.length / findingsPerEvent) }, (_, i): NewEvent => ({
    action: 'log.masked', category: 'record', payload: { findings: rows.slice(i * findingsPerEvent, (i + 1) * findingsPerEvent) }
  }));
}

/** An entry with very many places is told by rule alone from the hundredth on. */
function bounded(findings: readonly Finding[]): Finding[] {
  if (findings.length <= findingsPerEntry) return [...findings];
  const rest = new Map<string, Finding>();
  for (const finding of findings.slice(findingsPerEntry)) {
    const key = `${finding.rule} ${String(finding.sample)}`;
    const known = rest.get(key);
    if (known) known.count += finding.count;
    else rest.set(key, { ...finding, field: '' });
  }
  return [...findings.slice(0, findingsPerEntry), ...rest.values()];
}
