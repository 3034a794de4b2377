// Several plans come back, each as work of its own that goes on when the page is left; one that fails keeps none of the others from it.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { useTasks } from '../../api/engine.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { Progress, reportIsClean, reportSentence, Skipped } from './DoneStep.tsx';
import type { SetTask } from './draft.ts';
import type { Source } from './sources.ts';
import { UndoButton, useUndoable } from './UndoButton.tsx';
import styles from './Restore.module.css';

interface SetDoneProps {
  tasks: readonly SetTask[];
  sources: readonly Source[];
  onAgain(): void;
  onUndo(taskId: string): void;
}

export function SetDoneStep({ tasks, sources, onAgain, onUndo }: SetDoneProps): ReactNode {
  const { t } = useWords();
  const known = useTasks();
  const running = tasks.some(({ taskId }) => taskId !== undefined && (known.get(taskId)?.state ?? 'running') === 'running');
  return (
    <>
      <div role="status">
        <h2>{t(running ? 'restore.running' : 'restore.setDone')}</h2>
      </div>
      {running && <p className="muted">{t('restore.runningSub')}</p>}
      {tasks.map((task) => (
        <Part key={task.source} {...task} label={sources.find(({ id }) => id === task.source)?.label ?? ''} onUndo={onUndo} />
      ))}
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

function Part({ taskId, error, label, onUndo }: SetTask & { label: string; onUndo(taskId: string): void }): ReactNode {
  const words = useWords();
  const { t } = words;
  const task = useTasks().get(taskId ?? '');
  const undoable = useUndoable();
  const report = task?.result?.kind === 'restore' ? task.result.report : undefined;
  const failure = error ?? (task?.state === 'failed' ? task.error : undefined);
  return (
    <section className={`card ${styles.part}`} aria-label={label} data-testid="set-part">
      <h3>
        {report && <Shape tone={reportIsClean(report) ? 'good' : 'attention'} size={18} />} {label}
      </h3>
      {task?.state === 'running' && <Progress task={task} />}
      {report && (
        <>
          <p>{reportSentence(words, report)}</p>
          <p className={report.target === null ? 'muted' : 'mono'}>{report.target === null ? t('restore.inPlaceTarget') : visibleText(report.target, true)}</p>
          <Skipped report={report} />
          {undoable.some(({ id }) => id === report.id) && (
            <div>
              <UndoButton restore={report.id} compact onStarted={onUndo} />
            </div>
          )}
        </>
      )}
      {task?.state === 'cancelled' && <p>{t('restore.stopped')}</p>}
      {failure !== undefined && failure !== null && <ErrorNotice error={failure} compact />}
    </section>
  );
}
