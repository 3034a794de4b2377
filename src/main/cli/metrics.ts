// varve metrics
import type { Command } from 'commander';
import { formatMetric, metricsCsv } from '../../contract/copy/metrics.ts';
import { formatExact } from '../../contract/copy/values.ts';
import type { MetricTable } from '../../contract/metrics.ts';
import { examples, repositoryThreads, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { sayWhereNobodyLooked } from './looked.ts';
import type { Output } from './output.ts';

interface MetricsOptions {
  csv?: boolean;
  repo?: string;
  limit: number;
}

/** As many columns as a terminal may show. */
const mostColumns = 12;

export function addMetricsCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('metrics <plan>')
    .description(say('metrics'))
    .option('--csv', say('optionMetricsCsv'))
    .option('--repo <name>', say('optionMetricsRepo'))
    .option('--limit <count>', say('optionMetricsLimit'), wholeNumber('--limit'), 1000)
    .addHelpText('after', examples(host.words, ['varve metrics thesis', 'varve metrics thesis --csv > metrics.csv', 'varve metrics thesis --json']))
    .action((plan: string, options: MetricsOptions, command: Command) =>
      host.withClient(command, { long: true, threads: repositoryThreads('repository.session') }, async ({ client, output, signal }) => {
        const table = await client.metrics.list({ plan, repository: options.repo, limit: options.limit }, { signal });
        if (options.csv) process.stdout.write(metricsCsv(table));
        else output.document(table);
        if (!options.csv) print(table, output);
        if (table.unreadable.length + table.absent.length > 0 || table.snapshots.some(({ reason }) => reason !== null)) return exitCodes.gaps;
        return exitCodes.done;
      })
    );
}

function print(table: MetricTable, output: Output): void {
  const { language, say, reason: inWords } = output.words;
  const { plan, snapshots, names, nameCount, olderCount } = table;
  sayWhereNobodyLooked(table, output);
  for (const { in: seen, reason } of snapshots) if (reason !== null) output.note(say('metricsUnreadable', { id: seen.shortId, reason: inWords(reason) }));
  if (snapshots.length === 0) return output.say(say('metricsNoSnapshots', { plan }));
  if (names.length === 0) return output.say(say('metricsNone', { plan }));
  const columns = names.slice(0, mostColumns);
  const rows = snapshots.map(({ in: seen, metrics }) => [seen.shortId, formatExact(language, new Date(seen.at)), ...columns.map(({ name }) => (metrics === null || !Object.hasOwn(metrics, name) ? '' : formatMetric(language, metrics[name])))]);
  output.table([say('colId'), say('colTime'), ...columns.map(({ name }) => name)], rows, { right: columns.flatMap(({ numeric }, i) => (numeric ? [i + 2] : [])) });
  if (nameCount > columns.length) output.say(say('metricsMoreNames', { count: nameCount - columns.length }));
  if (olderCount > 0) output.say(say('metricsOlder', { count: olderCount }));
}
