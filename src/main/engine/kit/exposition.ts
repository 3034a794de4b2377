// Prometheus' text format, version 0.0.4: the little of it that is needed. Values are stored counts, which a library of live counters could not take.

export interface Sample {
  /** Appended to the family's name: `_bucket`, `_sum`, `_count`. */
  suffix?: string;
  labels?: Readonly<Record<string, string>>;
  value: number;
}

export interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  samples: readonly Sample[];
}

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** Families without a sample are left out. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => line(name, sample)), ''].join('\n'))
    .join('');
}

/** `counts[i]`: how many were at most `steps[i]` and more than the step before; one more than there are steps. */
export function histogram(steps: readonly number[], counts: readonly number[], sum: number): Sample[] {
  let below = 0;
  const buckets = counts.map((count, index) => ({ suffix: '_bucket', labels: { le: index < steps.length ? String(steps[index]) : '+Inf' }, value: (below += count) }));
  return [...buckets, { suffix: '_sum', value: sum }, { suffix: '_count', value: below }];
}

function line(name: string, { suffix = '', labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`);
  return `${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}
