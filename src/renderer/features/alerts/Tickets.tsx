// Tickets: jobs that failed several times in a row, each with what its run printed last. The first success closes one; a person can, with a word.
// Long lines take the focus so that they can be scrolled by keys.
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Ticket } from '../../../contract/alerts.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatNumber, formatWhen } from '../../../contract/copy/values.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { useSay, useTickets } from './queries.ts';
import styles from './Alerts.module.css';

function CloseTicket({ ticket, title, onClose }: { ticket: Ticket; title: string; onClose(): void }): ReactNode {
  const { t } = useWords();
  const close = useSay();
  const [note, setNote] = useState('');
  return (
    <FormDialog title={t('tickets.closeTitle', { job: title })} sub={t('tickets.closeSub')} yes={t('tickets.close')} ready busy={close.isPending} error={close.error} onYes={() => close.mutate((client) => client.alerts.closeTicket({ ticket: ticket.id, note: note.trim() }), { onSuccess: onClose })} onClose={onClose}>
      <Textarea label={t('tickets.note')} value={note} maxLength={1000} autosize minRows={2} onChange={(event) => setNote(event.currentTarget.value)} data-autofocus data-testid="ticket-note" />
    </FormDialog>
  );
}

function TicketCard({ ticket }: { ticket: Ticket }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const [asking, setAsking] = useState(false);
  const when = (at: string): string => formatWhen(language, new Date(at), now);
  const title = visibleText(ticket.jobTitle, true);
  const failures = ticket.updates.at(-1)?.failures ?? ticket.failures;
  const lastRun = ticket.updates.at(-1)?.runId ?? ticket.runId;
  const { closedAt, closedBy, closedByRun, closeNote } = ticket;
  return (
    <li className={`card ${styles.alert}`} data-testid="ticket" data-job={ticket.jobName}>
      <Shape tone={closedAt === null ? 'bad' : 'good'} size={20} />
      <div className={styles.body}>
        <h2 className={styles.name}>{title}</h2>
        <p>
          {t('tickets.what', { count: failures, since: when(ticket.since) })} {ticket.lastGoodAt === null ? t('tickets.neverGood') : t('tickets.lastGood', { when: when(ticket.lastGoodAt) })}
        </p>
        {closedAt !== null && <p className={styles.quiet}>{closedBy === null ? t(closedByRun === null ? 'tickets.closedGone' : 'tickets.closedBySuccess', { when: when(closedAt) }) : closeNote === '' ? t('tickets.closedBy', { when: when(closedAt), who: visibleText(closedBy, true) }) : t('tickets.closedByNote', { when: when(closedAt), who: visibleText(closedBy, true), note: visibleText(closeNote, true) })}</p>}
        {ticket.lines.length > 0 && (
          <details>
            <summary>{t('tickets.lines', { count: ticket.lines.length })}</summary>
            <pre className={styles.lines} tabIndex={0} aria-label={t('tickets.linesOf', { job: title })}>
              {ticket.lines.map((line) => visibleText(line)).join('\n')}
            </pre>
          </details>
        )}
        <div className={styles.actions}>
          <Link href={`/jobs/runs/${lastRun}`}>{t('tickets.openRun')}</Link>
          <Link href={`/jobs/${ticket.jobId}`}>{t('alerts.openJob')}</Link>
          {closedAt === null && (
            <Button variant="default" onClick={() => setAsking(true)} aria-label={`${t('tickets.close')}: ${title}`}>
              {t('tickets.close')}
            </Button>
          )}
        </div>
        {asking && <CloseTicket ticket={ticket} title={title} onClose={() => setAsking(false)} />}
      </div>
    </li>
  );
}

export function Tickets(): ReactNode {
  const { t, language } = useWords();
  const tickets = useTickets();
  if (tickets.isError) return <ErrorNotice error={tickets.error} onRetry={() => void tickets.refetch()} />;
  if (tickets.data === undefined) return <p className="visually-hidden">{t('word.loading')}</p>;
  const open = tickets.data.filter(({ closedAt }) => closedAt === null);
  const closed = tickets.data.filter(({ closedAt }) => closedAt !== null);
  const list = (some: readonly Ticket[]): ReactNode => (
    <ul className={`plain-list ${styles.list}`}>
      {some.map((ticket) => (
        <TicketCard key={ticket.id} ticket={ticket} />
      ))}
    </ul>
  );
  return (
    <div className={styles.list}>
      {open.length === 0 ? <EmptyState sentence={t('tickets.none')} /> : list(open)}
      {closed.length > 0 && (
        <details>
          <summary>{t('tickets.closed', { count: formatNumber(language, closed.length) })}</summary>
          {list(closed)}
        </details>
      )}
    </div>
  );
}
