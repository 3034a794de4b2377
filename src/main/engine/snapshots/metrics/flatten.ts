// The metrics a snapshot carries, by name. What stands in the file is not believed beyond being shown: any program may have written it.
import type { MetricName, Metrics, MetricValue } from '../../../../contract/metrics.ts';

const deepest = 32;
const longestText = 200;
const longestName = 500;
/** Of one snapshot. */
const mostValues = 1000;

/** undefined: it is no JSON object. */
export function readMetrics(bytes: Uint8Array): Metrics | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const found = new Map<string, MetricValue>();
  const walk = (value: unknown, name: string, depth: number): void => {
    if (found.size >= mostValues || name.length > longestName) return;
    if (typeof value === 'object' && value !== null) {
      if (depth < deepest) for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`, depth + 1);
      return;
    }
    found.set(name, typeof value === 'string' ? cut(value) : (value as MetricValue));
  };
  walk(parsed, '', 0);
  return Object.fromEntries(found);
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText).toWellFormed()}…` : text;
}

/** Every name that occurs, those most snapshots have first. */
export function metricNames(all: readonly (Metrics | null)[]): MetricName[] {
  const names = new Map<string, MetricName>();
  for (const metrics of all) {
    for (const [name, value] of Object.entries(metrics ?? {})) {
      const known = names.get(name) ?? { name, numeric: true, snapshots: 0 };
      names.set(name, { name, numeric: known.numeric && (typeof value === 'number' || value === null), snapshots: known.snapshots + 1 });
    }
  }
  return [...names.values()].sort((a, b) => b.snapshots - a.snapshots || (a.name < b.name ? -1 : 1));
}
