// Restores of before, with their reports in a line; those in place can be undone from here, also one that was cut off.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient } from '../../api/queries.ts';
import { Moment, useWords } from '../../ui/words.tsx';
import { reportSentence } from './DoneStep.tsx';
import { UndoButton, useUndoable } from './UndoButton.tsx';
import styles from './Restore.module.css';

export function Earlier({ onUndo }: { onUndo(taskId: string): void }): ReactNode {
  const words = useWords();
  const { t } = words;
  const client = useClient();
  const reports = useQuery({ queryKey: ['restores'], queryFn: ({ signal }) => client.restores.reports({ limit: 5 }, { signal }) });
  const undoable = useUndoable();
  const cut = undoable.filter(({ finished }) => !finished);
  if (!reports.data || reports.data.length + cut.length === 0) return null;
  return (
    <section className={styles.earlier}>
      <h2 className="heading">{t('restore.recent')}</h2>
      <ul className="card plain-list" data-testid="earlier">
        {cut.map(({ id, at, planName, repositoryName }) => (
          <li key={id}>
            <Moment at={at} form="when" />
            <span>{t('restore.cutOff', { name: planName ?? repositoryName })}</span>
            <span className="muted ellipsis">{t('restore.inPlaceTarget')}</span>
            <UndoButton restore={id} compact onStarted={onUndo} />
          </li>
        ))}
        {reports.data.map(({ at, report }) => (
          <li key={report.id}>
            <Moment at={at} form="when" />
            <span>{reportSentence(words, report)}</span>
            <span className={`muted ellipsis ${report.target === null ? '' : 'mono'}`}>{report.target === null ? t('restore.inPlaceTarget') : visibleText(report.target, true)}</span>
            {undoable.some(({ id }) => id === report.id) ? <UndoButton restore={report.id} compact onStarted={onUndo} /> : <span />}
          </li>
        ))}
      </ul>
    </section>
  );
}
