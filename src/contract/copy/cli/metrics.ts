// Words of `varve metrics`, and of metrics in `varve diff`.
export const metricsEn = {
  metrics: 'what the programs of a plan told of its snapshots, as a table over all of them',
  optionMetricsCsv: 'as CSV',
  optionMetricsRepo: 'only of the snapshots in this repository',
  optionMetricsLimit: 'at most so many snapshots, the newest',
  metricsNone: 'No snapshot of {plan} carries metrics. A program that runs before or after a snapshot gives them as a JSON object (varve plan edit --help).',
  metricsNoSnapshots: 'There is no snapshot of {plan}.',
  metricsOlder_one: '{count} older snapshot is not listed; --limit shows more',
  metricsOlder_many: '{count} older snapshots are not listed; --limit shows more',
  metricsOlder_other: '{count} older snapshots are not listed; --limit shows more',
  metricsMoreNames_one: '{count} more metric is not shown; --csv and --json show more',
  metricsMoreNames_many: '{count} more metrics are not shown; --csv and --json show more',
  metricsMoreNames_other: '{count} more metrics are not shown; --csv and --json show more',
  metricsUnreadable: '{id}: its metrics cannot be read: {reason}',
  diffMetrics: 'Metrics:',
  diffMetric: '{name}: {before} → {after}',
  diffMetricDelta: '{name}: {before} → {after} ({delta})'
};

export const metricsPtBR: Record<keyof typeof metricsEn, string> = {
  metrics: 'o que os programas de um plano disseram dos snapshots, em uma tabela sobre todos',
  optionMetricsCsv: 'em CSV',
  optionMetricsRepo: 'só dos snapshots neste repositório',
  optionMetricsLimit: 'no máximo esse número de snapshots, os mais novos',
  metricsNone: 'Nenhum snapshot de {plan} traz métricas. Um programa que roda antes ou depois de um snapshot as dá como um objeto JSON (varve plan edit --help).',
  metricsNoSnapshots: 'Não há snapshot de {plan}.',
  metricsOlder_one: '{count} snapshot mais antigo não está na lista; --limit mostra mais',
  metricsOlder_many: '{count} de snapshots mais antigos não estão na lista; --limit mostra mais',
  metricsOlder_other: '{count} snapshots mais antigos não estão na lista; --limit mostra mais',
  metricsMoreNames_one: 'mais {count} métrica não é mostrada; --csv e --json mostram mais',
  metricsMoreNames_many: 'mais {count} de métricas não são mostradas; --csv e --json mostram mais',
  metricsMoreNames_other: 'mais {count} métricas não são mostradas; --csv e --json mostram mais',
  metricsUnreadable: '{id}: não foi possível ler as métricas: {reason}',
  diffMetrics: 'Métricas:',
  diffMetric: '{name}: {before} → {after}',
  diffMetricDelta: '{name}: {before} → {after} ({delta})'
};
