// What differs inside a file from one version to another: in words, and line by line with a sign for each.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { HistoryVersion } from '../../../contract/history.ts';
import { insideLines, shownLine, type InsideLine } from '../../../contract/copy/inside-lines.ts';
import { insideSentences } from '../../../contract/copy/inside.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient } from '../../api/queries.ts';
import { useTaskAnswer } from '../../api/task-answer.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { Running } from './Looked.tsx';
import { placeOf } from './versions.ts';
import styles from './Files.module.css';

const mostRows = 500;

function useLines(id: string | undefined): { lines: InsideLine[]; total: number; error: unknown } {
  const client = useClient();
  const { language } = useWords();
  const read = useQuery({
    queryKey: ['inside', 'lines', id, language],
    enabled: id !== undefined,
    retry: false,
    queryFn: async ({ signal }) => {
      const { rows, total } = await client.inside.rows({ inside: id ?? '', limit: mostRows }, { signal });
      const lines: InsideLine[] = [];
      for await (const line of insideLines(language, rows)) lines.push(line);
      return { lines, total };
    }
  });
  return { lines: read.data?.lines ?? [], total: read.data?.total ?? 0, error: read.error ?? undefined };
}

export function WhatDiffers({ older, newer }: { older: HistoryVersion; newer: HistoryVersion }): ReactNode {
  const { t, language } = useWords();
  const [path, toPath] = [placeOf(older).path, placeOf(newer).path];
  const asked = useTaskAnswer('inside', [older.newest.id, path, newer.newest.id, toPath], (client) => client.inside.start({ from: older.newest.id, to: newer.newest.id, path, ...(toPath !== path && { toPath }) }));
  const inside = asked.result?.inside;
  const { lines, total, error } = useLines(inside?.id);
  const failure = asked.error ?? error;
  return (
    <section className={styles.differs} aria-labelledby="differs" data-testid="differs">
      <h3 id="differs">{t('history.differs')}</h3>
      {failure !== undefined && <ErrorNotice error={failure} onRetry={asked.again} compact />}
      {asked.asking && <Running task={asked.task} sentence={t('history.comparing')} />}
      {inside && (
        <ul className="plain-list">
          {insideSentences(language, inside).map((sentence) => (
            <li key={sentence}>{visibleText(sentence, true)}</li>
          ))}
        </ul>
      )}
      {lines.length > 0 && (
        <pre className={styles.lines} tabIndex={0}>
          {lines.map(({ sign, text }, index) => (
            <span key={index} data-sign={sign}>{`${sign === '@' ? '' : `${sign} `}${shownLine(text)}\n`}</span>
          ))}
        </pre>
      )}
      {total > mostRows && <p className="muted">{t('history.linesCut', { shown: mostRows, count: total })}</p>}
    </section>
  );
}
