// Alerts: what needs you, what is quiet and why, what was solved, tickets; what is kept quiet, where you are told, who watches from outside, and the limits.
import { Tabs } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useParams } from 'wouter';
import { formatNumber, formatWhen } from '../../../contract/copy/values.ts';
import { useAlerts, type AlertView as View } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { AlertCard } from './AlertCard.tsx';
import { Channels } from './Channels.tsx';
import { Checkers } from './Checkers.tsx';
import { Limits } from './Limits.tsx';
import { useTickets } from './queries.ts';
import { Silences } from './Silences.tsx';
import { Tickets } from './Tickets.tsx';
import { Told } from './Told.tsx';
import styles from './Alerts.module.css';

const none = { needs: 'alerts.noneNeeds', quiet: 'alerts.noneQuiet', solved: 'alerts.noneSolved' } as const;

function List({ view, focused }: { view: View; focused: string | undefined }): ReactNode {
  const { t } = useWords();
  const answer = useAlerts(view);
  if (answer.isError) return <ErrorNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <p className="visually-hidden">{t('word.loading')}</p>;
  if (answer.data.alerts.length === 0) return <EmptyState sentence={t(none[view])} />;
  return (
    <ul className={`plain-list ${styles.list}`}>
      {answer.data.alerts.map((alert) => (
        <AlertCard key={alert.id} alert={alert} focused={alert.id === focused} />
      ))}
    </ul>
  );
}

function WatchLine(): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const watch = useAlerts('needs').data?.watch;
  if (watch === undefined) return null;
  const text = watch.schedulerStoppedSince !== null ? t('alerts.schedulerStopped', { when: formatWhen(language, new Date(watch.schedulerStoppedSince), now) }) : watch.watching ? undefined : t('alerts.notWatching');
  if (text === undefined) return null;
  return (
    <p className={styles.watch} role="status">
      <Shape tone="unknown" /> {text}
    </p>
  );
}

export function AlertsScreen(): ReactNode {
  const { t, language } = useWords();
  const { id } = useParams<{ id?: string }>();
  const [view, setView] = useState<View | 'tickets'>('needs');
  const tickets = useTickets().data?.filter(({ closedAt }) => closedAt === null).length;
  const counts = useAlerts('needs').data?.counts;
  const label = (name: View): string => (counts === undefined || name === 'solved' ? t(`alerts.${name}`) : t('alerts.tab', { name: t(`alerts.${name}`), count: formatNumber(language, counts[name]) }));
  return (
    <div className={styles.screen}>
      <h1>{t('alerts.title')}</h1>
      <WatchLine />
      <Tabs value={view} onChange={(value) => setView((value ?? 'needs') as View | 'tickets')} keepMounted={false}>
        <Tabs.List aria-label={t('alerts.title')}>
          {(['needs', 'quiet', 'solved'] as const).map((name) => (
            <Tabs.Tab key={name} value={name} data-testid={`tab-${name}`}>
              {label(name)}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value="tickets" data-testid="tab-tickets">
            {tickets === undefined ? t('tickets.title') : t('alerts.tab', { name: t('tickets.title'), count: formatNumber(language, tickets) })}
          </Tabs.Tab>
        </Tabs.List>
        {(['needs', 'quiet', 'solved'] as const).map((name) => (
          <Tabs.Panel key={name} value={name} className={styles.panel}>
            <List view={name} focused={id} />
          </Tabs.Panel>
        ))}
        <Tabs.Panel value="tickets" className={styles.panel}>
          <Tickets />
        </Tabs.Panel>
      </Tabs>
      <Told />
      <Silences />
      <Channels />
      <Checkers />
      <Limits />
    </div>
  );
}
