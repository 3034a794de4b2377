// The metrics of two snapshots side by side.
import type { Comparison } from '../../contract/compare.ts';
import { formatDelta, formatMetric, metricDeltas } from '../../contract/copy/metrics.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Metrics } from '../../contract/metrics.ts';
import type { Output } from './output.ts';

export interface BothMetrics {
  before: Metrics | null;
  after: Metrics | null;
}

/** undefined where one side is the folders as they are now, or neither carries any. */
export async function metricsOf(client: VarveClient, { from, to }: Pick<Comparison, 'from' | 'to'>): Promise<BothMetrics | undefined> {
  if (from.kind !== 'snapshot' || to.kind !== 'snapshot') return undefined;
  const [before, after] = [(await client.metrics.of({ snapshot: from.snapshot.id })).metrics, (await client.metrics.of({ snapshot: to.snapshot.id })).metrics];
  return before === null && after === null ? undefined : { before, after };
}

export function printMetrics(output: Output, metrics: BothMetrics | undefined): void {
  if (metrics === undefined) return;
  const { language, say } = output.words;
  const deltas = metricDeltas(metrics.before, metrics.after, true);
  if (deltas.length === 0) return;
  output.say(say('diffMetrics'));
  for (const { name, before, after, delta } of deltas) {
    const params = { name, before: formatMetric(language, before), after: formatMetric(language, after) };
    output.say(`  ${visibleText(delta === null ? say('diffMetric', params) : say('diffMetricDelta', { ...params, delta: formatDelta(language, delta) }), true)}`);
  }
}
