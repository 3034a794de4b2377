// The work itself and its report: every file read back and compared.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatSpan } from '../../../contract/copy/values.ts';
import type { RestoreReport } from '../../../contract/snapshots.ts';
import { useEngine, useTasks } from '../../api/engine.tsx';
import { CopyButton, ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { CancelTask, TaskBar, taskNumbers } from '../../ui/TaskLine.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Restore.module.css';

export function reportIsClean(report: RestoreReport): boolean {
  return report.files === report.identical && report.skippedCount === 0;
}

function Report({ report }: { report: RestoreReport }): ReactNode {
  const { t, language, reason } = useWords();
  const { line } = useEngine();
  const { target } = report;
  return (
    <>
      <h2 className={styles.headline} data-testid="report">
        <Shape tone={reportIsClean(report) ? 'good' : 'attention'} size={24} /> {t('restore.report', { count: report.files, identical: report.identical })}
      </h2>
      <p className="muted">
        {t('restore.reportSub')} {t('restore.reportTimes', { write: formatSpan(language, report.writeMs / 1000), verify: formatSpan(language, report.verifyMs / 1000) })}
      </p>
      <dl className={`card ${styles.facts}`}>
        <dt>{t('restore.to')}</dt>
        <dd className="mono" data-testid="report-target">
          {report.target === null ? t('restore.inPlaceTarget') : visibleText(report.target, true)}
        </dd>
      </dl>
      {report.skippedCount > 0 && (
        <details open>
          <summary>{t('restore.skipped', { count: report.skippedCount })}</summary>
          <ul className={`card plain-list ${styles.conflicts}`} tabIndex={0}>
            {report.skipped.map((gap) => (
              <li key={gap.path}>
                <span className="ellipsis">{visibleText(gap.path, true)}</span>
                <span className="muted mono">{reason(gap.reason)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {report.degraded.map((item) => (
        <p key={item.what} className="muted">
          {t('restore.degraded', { count: item.count, what: reason(item.what) })}
        </p>
      ))}
      <div className="row">
        {target !== null && line.host === 'desktop' && (
          <Button onClick={() => void line.client.desktop.showInFolder({ path: target }).catch(() => undefined)}>{t('restore.openFolder')}</Button>
        )}
        {target !== null && <CopyButton text={() => target} label={t('restore.copyPath')} />}
      </div>
    </>
  );
}

export function DoneStep({ taskId, onAgain }: { taskId: string; onAgain(): void }): ReactNode {
  const words = useWords();
  const { t } = words;
  const task = useTasks().get(taskId);
  const running = task === undefined || task.state === 'running';
  return (
    <>
      {running && (
        <>
          <h2 className={styles.headline}>{t('restore.running')}</h2>
          <p className="muted">{t('restore.runningSub')}</p>
          {task && (
            <div className={`card ${styles.progress}`}>
              <TaskBar task={task} wide />
              <div className="row">
                <span className="muted grow">{taskNumbers(words, task)}</span>
                <CancelTask id={task.id} />
              </div>
            </div>
          )}
        </>
      )}
      {task?.result?.kind === 'restore' && <Report report={task.result.report} />}
      {task?.state === 'cancelled' && <p>{t('restore.stopped')}</p>}
      {task?.state === 'failed' && task.error !== null && <ErrorNotice error={task.error} />}
      {!running && (
        <div className={styles.buttons}>
          <Button variant="default" onClick={onAgain}>
            {t('restore.again')}
          </Button>
        </div>
      )}
    </>
  );
}
