// The work itself and its report: every file read back and compared.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatSpan } from '../../../contract/copy/values.ts';
import type { TaskState } from '../../../contract/events.ts';
import type { RestoreReport } from '../../../contract/snapshots.ts';
import { useEngine, useTasks } from '../../api/engine.tsx';
import { CopyButton, ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { CancelTask, TaskBar, taskNumbers } from '../../ui/TaskLine.tsx';
import { useWords, type Words } from '../../ui/words.tsx';
import { PassedOverLine } from './lines.tsx';
import { UndoButton, useUndoable } from './UndoButton.tsx';
import styles from './Restore.module.css';

export function reportIsClean(report: RestoreReport): boolean {
  return report.files === report.identical && report.skippedCount === 0;
}

/** In one sentence; of an undo what came back and what went. */
export function reportSentence({ t }: Words, report: RestoreReport): string {
  return report.undoes === null ? t('restore.report', { count: report.files, identical: report.identical }) : t('restore.undone', { back: report.files + report.links, gone: report.deleted });
}

/** What did not come back, each with its reason. */
export function Skipped({ report }: { report: RestoreReport }): ReactNode {
  const { t, reason } = useWords();
  if (report.skippedCount === 0) return null;
  return (
    <details open>
      <summary>{t(report.undoes === null ? 'restore.skipped' : 'restore.undoKept', { count: report.skippedCount })}</summary>
      <ul className={`card plain-list ${styles.conflicts}`} tabIndex={0}>
        {report.skipped.map((gap) => (
          <li key={gap.path}>
            <span className="ellipsis">{visibleText(gap.path, true)}</span>
            <span className="muted mono">{reason(gap.reason)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** How far it is, and the way to stop it. */
export function Progress({ task }: { task: TaskState }): ReactNode {
  const words = useWords();
  return (
    <div className={`card ${styles.progress}`}>
      <TaskBar task={task} wide />
      <div className="row">
        <span className="muted grow">{taskNumbers(words, task)}</span>
        <CancelTask id={task.id} />
      </div>
    </div>
  );
}

function Report({ report, onUndo }: { report: RestoreReport; onUndo(taskId: string): void }): ReactNode {
  const words = useWords();
  const { t, language, reason } = words;
  const { line } = useEngine();
  const { target } = report;
  const canUndo = useUndoable().some(({ id }) => id === report.id);
  const counted = (['kept', 'replaced', 'beside', 'deleted', 'metadata'] as const).filter((what) => report[what] > 0);
  return (
    <>
      <h2 className={styles.headline} data-testid="report">
        <Shape tone={reportIsClean(report) ? 'good' : 'attention'} size={24} /> {reportSentence(words, report)}
      </h2>
      <p className="muted">
        {t('restore.reportSub')} {t('restore.reportTimes', { write: formatSpan(language, report.writeMs / 1000), verify: formatSpan(language, report.verifyMs / 1000) })}
      </p>
      <dl className={`card ${styles.facts}`}>
        <dt>{t('restore.to')}</dt>
        <dd className={report.target === null ? undefined : 'mono'} data-testid="report-target">
          {report.target === null ? t('restore.inPlaceTarget') : visibleText(report.target, true)}
        </dd>
        {counted.length > 0 && (
          <>
            <dt>{t('restore.what')}</dt>
            <dd>{counted.map((what) => t(`restore.done.${what}`, { count: report[what] })).join(', ')}</dd>
          </>
        )}
        {report.safetySnapshotId !== null && (
          <>
            <dt>{t('restore.safety')}</dt>
            <dd>
              {t('restore.safetySub')} <span className="mono">{report.safetySnapshotId.slice(0, 8)}</span>
            </dd>
          </>
        )}
      </dl>
      <Skipped report={report} />
      <PassedOverLine passedOver={report.passedOver} />
      {report.degraded.map((item) => (
        <p key={item.what} className="muted">
          {t('restore.degraded', { count: item.count, what: reason(item.what) })}
        </p>
      ))}
      <div className="row">
        {canUndo && <UndoButton restore={report.id} onStarted={onUndo} />}
        {target !== null && line.host === 'desktop' && (
          <Button onClick={() => void line.client.desktop.showInFolder({ path: target }).catch(() => undefined)}>{t('restore.openFolder')}</Button>
        )}
        {target !== null && <CopyButton text={() => target} label={t('restore.copyPath')} />}
      </div>
    </>
  );
}

/** What a restore in place has done before it was cut off can be taken back. */
function CutOff({ onUndo }: { onUndo(taskId: string): void }): ReactNode {
  const [newest] = useUndoable();
  if (newest === undefined || newest.finished) return null;
  return (
    <div className="row">
      <UndoButton restore={newest.id} onStarted={onUndo} />
    </div>
  );
}

interface DoneStepProps {
  taskId: string;
  onAgain(): void;
  /** Given where the task was of what the check showed. */
  onRecheck?: () => void;
  onUndo(taskId: string): void;
}

export function DoneStep({ taskId, onAgain, onRecheck, onUndo }: DoneStepProps): ReactNode {
  const { t } = useWords();
  const task = useTasks().get(taskId);
  const running = task === undefined || task.state === 'running';
  return (
    <>
      {running && (
        <>
          <h2 className={styles.headline}>{t('restore.running')}</h2>
          <p className="muted">{t('restore.runningSub')}</p>
          {task && <Progress task={task} />}
        </>
      )}
      {task?.result?.kind === 'restore' && <Report report={task.result.report} onUndo={onUndo} />}
      {task?.state === 'cancelled' && <p>{t('restore.stopped')}</p>}
      {(task?.state === 'cancelled' || task?.state === 'failed') && <CutOff onUndo={onUndo} />}
      {task?.state === 'failed' && task.error !== null && <ErrorNotice error={task.error} />}
      {!running && (
        <div className={styles.buttons}>
          {task.state !== 'done' && onRecheck && <Button onClick={onRecheck}>{t('restore.recheck')}</Button>}
          <Button variant="default" onClick={onAgain}>
            {t('restore.again')}
          </Button>
        </div>
      )}
    </>
  );
}
