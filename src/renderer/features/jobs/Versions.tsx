// What the job was before: each saved version, by whom and when.
import type { ReactNode } from 'react';
import { describeSchedule } from '../../../contract/copy/schedule.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Job } from '../../../contract/jobs.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { describeWork } from '../../ui/job-words.ts';
import { Moment, useWords } from '../../ui/words.tsx';
import { useVersions } from './queries.ts';
import styles from './Jobs.module.css';

export function Versions({ job }: { job: Job }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const versions = useVersions(job.id);
  if (versions.isError) return <ErrorNotice error={versions.error} compact />;
  return (
    <ul className={`plain-list ${styles.versions}`}>
      {(versions.data ?? []).toSorted((a, b) => b.version - a.version).map(({ version, at, by, definition }) => (
        <li key={version}>
          <span className="strong">{t('jobs.version', { version })}</span> <Moment at={at} form="when" />
          <span className="muted">{by === '' ? '' : `, ${visibleText(by, true)}`}</span>
          <p className="muted">{`${describeWork(words, definition.work)} · ${describeSchedule(language, definition.schedule)}`}</p>
        </li>
      ))}
    </ul>
  );
}
