// Metrics of a plan over all its snapshots: a line for each number, a table of everything, and both as files.
import { Button, Select } from '@mantine/core';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { metricsCsv } from '../../../contract/copy/metrics.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { MetricTable as Table } from '../../../contract/metrics.ts';
import { useClient, usePlans } from '../../api/queries.ts';
import { downloadBlob } from '../../ui/download.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { useWords } from '../../ui/words.tsx';
import { MetricChart } from './MetricChart.tsx';
import { MetricTable } from './MetricTable.tsx';
import styles from './Metrics.module.css';

const mostCharts = 60;

function useMetrics(plan: string | undefined): UseQueryResult<Table> {
  const client = useClient();
  return useQuery({ queryKey: ['snapshots', 'metrics', plan], enabled: plan !== undefined, queryFn: ({ signal }) => client.metrics.list({ plan: plan ?? '' }, { signal }) });
}

export function MetricsScreen(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const { plan } = useParams<{ plan?: string }>();
  const plans = usePlans();
  const [only] = plans.data ?? [];
  useEffect(() => {
    if (plan === undefined && only !== undefined && plans.data?.length === 1) navigate(`/metrics/${only.id}`, { replace: true });
  }, [plan, only, plans.data, navigate]);
  const table = useMetrics(plan);
  if (plans.isError && !plans.data) return <Instead title={t('metrics.title')}><ErrorNotice error={plans.error} onRetry={() => void plans.refetch()} /></Instead>;
  if (plans.data?.length === 0 && plan === undefined) return <Instead title={t('metrics.title')}><EmptyState sentence={t('metrics.noPlans')} action={<Button onClick={() => navigate('/')}>{t('nav.overview')}</Button>} /></Instead>;
  return (
    <div className={styles.metrics}>
      <header className={styles.bar}>
        <h1>{t('metrics.title')}</h1>
        <Select label={t('metrics.plan')} placeholder={t('metrics.choose')} data={(plans.data ?? []).map(({ id, title, name }) => ({ value: id, label: visibleText(title || name, true) }))} value={plan ?? null} onChange={(value) => value !== null && navigate(`/metrics/${value}`)} data-testid="metrics-plan" />
        {table.data && table.data.names.length > 0 && (
          <>
            <Button variant="default" onClick={() => downloadBlob(`${table.data.plan}-metrics.csv`, new Blob([metricsCsv(table.data)], { type: 'text/csv' }))}>
              {t('metrics.csv')}
            </Button>
            <Button variant="default" onClick={() => downloadBlob(`${table.data.plan}-metrics.json`, new Blob([`${JSON.stringify(table.data.snapshots, null, 2)}\n`], { type: 'application/json' }))}>
              {t('metrics.json')}
            </Button>
          </>
        )}
      </header>
      {table.isError && <ErrorNotice error={table.error} onRetry={() => void table.refetch()} />}
      {table.isLoading && (
        <p className="muted" role="status">
          {t('word.loading')}…
        </p>
      )}
      {table.data && <All table={table.data} plan={plan ?? ''} />}
    </div>
  );
}

function All({ table, plan }: { table: Table; plan: string }): ReactNode {
  const { t } = useWords();
  const unread = table.snapshots.filter(({ reason }) => reason !== null).length + table.unreadable.length;
  const notes = [
    ...(unread > 0 ? [t('metrics.unreadable', { count: unread })] : []),
    ...(table.absent.length > 0 ? [t('metrics.away', { names: table.absent.join(', ') })] : []),
    ...(table.olderCount > 0 ? [t('metrics.older', { count: table.olderCount })] : [])
  ];
  return (
    <>
      {notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
      {table.names.length === 0 ? (
        <p>
          {t('metrics.none')} <Link href={`/settings/plans/${plan}`}>{t('metrics.toPlan')}</Link>
        </p>
      ) : (
        <>
          <div className={styles.charts}>
            {table.names
              .filter(({ numeric }) => numeric)
              .slice(0, mostCharts)
              .map(({ name }) => (
                <MetricChart key={name} name={name} snapshots={table.snapshots} />
              ))}
          </div>
          <h2>{t('metrics.table')}</h2>
          <MetricTable table={table} />
        </>
      )}
    </>
  );
}
