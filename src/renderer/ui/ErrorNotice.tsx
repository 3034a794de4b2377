// A failure told in three sentences: what happened, what it means for my data, what to do. Details fold out; the report names no paths.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { describeError } from '../../contract/copy/errors.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { toFailure } from '../api/failure.ts';
import { pageInReport } from './address.ts';
import { Shape } from './Shape.tsx';
import { useWords } from './words.tsx';
import styles from './ErrorNotice.module.css';

/** Codes and versions only: no names, no paths, no messages. */
export function errorReport(error: unknown, now: Date): string {
  const { code } = toFailure(error);
  return ['Varve report', `code: ${code}`, `at: ${now.toISOString()}`, `page: ${pageInReport(window.location.hash)}`, `browser: ${navigator.userAgent}`].join('\n');
}

export function CopyButton({ text, label }: { text: () => string; label: string }): ReactNode {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  return (
    <Button
      variant="default"
      onClick={() => {
        void navigator.clipboard.writeText(text()).then(() => setCopied(true));
        setTimeout(() => setCopied(false), 2_000);
      }}
    >
      {copied ? t('word.copied') : label}
    </Button>
  );
}

export function ErrorNotice({ error, onRetry, compact = false }: { error: unknown; onRetry?: () => void; compact?: boolean }): ReactNode {
  const { language, t } = useWords();
  const failure = toFailure(error);
  const words = describeError(language, failure.code, failure.data);
  return (
    <div className={styles.notice} role="alert" data-testid="error" data-code={failure.code}>
      <Shape tone={failure.code === 'CANCELLED' ? 'unknown' : 'bad'} size={20} />
      <div className={styles.body}>
        <p className={styles.title}>{visibleText(words.title)}</p>
        <p>{visibleText(words.meaning)}</p>
        <p>{visibleText(words.next)}</p>
        <div className={styles.actions}>
          {onRetry && (
            <Button variant="default" onClick={onRetry}>
              {t('word.retry')}
            </Button>
          )}
          {!compact && <CopyButton text={() => errorReport(error, new Date())} label={t('error.copyReport')} />}
        </div>
        {!compact && failure.detail !== '' && (
          <details className={styles.details}>
            <summary>{t('word.details')}</summary>
            <p className="mono">
              {failure.code}: {visibleText(failure.detail)}
            </p>
            <p className="muted">{t('error.reportNote')}</p>
          </details>
        )}
      </div>
    </div>
  );
}
