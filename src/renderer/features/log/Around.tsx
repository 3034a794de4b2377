// The entries around one, whatever the filter: what happened just before, and just after.
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { formatClock } from '../../../contract/copy/values.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { EventText } from '../../ui/EventText.tsx';
import { useWords } from '../../ui/words.tsx';
import { useContext } from './queries.ts';
import styles from './Log.module.css';

const steps = [2, 10, 50] as const;

export function Around({ seq }: { seq: number }): ReactNode {
  const { t, language } = useWords();
  const [step, setStep] = useState(0);
  const around = steps[step] ?? 2;
  const context = useContext(seq, around);
  return (
    <section aria-label={t('review.context')} className={styles.section}>
      <h3 className="heading">{t('review.context')}</h3>
      {context.isError && <ErrorNotice error={context.error} onRetry={() => void context.refetch()} compact />}
      <ol className={`plain-list ${styles.around}`} data-testid="context">
        {context.data?.rows.map((row) => (
          <li key={row.seq} aria-current={row.seq === seq || undefined}>
            <Link href={`/log/${row.seq}`} className={styles.aroundRow}>
              <span className={`mono muted ${styles.small}`}>{row.entry === null ? '' : formatClock(language, new Date(row.entry.ts))}</span>
              <span className="ellipsis">{row.entry === null ? t('review.rowDamaged', { seq: row.seq }) : <EventText event={row.entry} />}</span>
            </Link>
          </li>
        ))}
      </ol>
      {step < steps.length - 1 && (context.data?.rows.length ?? 0) > around && (
        <button type="button" className={styles.link} onClick={() => setStep(step + 1)}>
          {t('review.contextMore')}
        </button>
      )}
    </section>
  );
}
