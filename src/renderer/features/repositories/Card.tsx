// One thing that can be done with a repository: heading, a sentence, its controls; and the line of running work.
import type { ReactNode } from 'react';
import type { TaskState } from '../../../contract/events.ts';
import { Dismiss } from '../../ui/Dismiss.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { CancelTask, TaskBar, taskNumbers } from '../../ui/TaskLine.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Repositories.module.css';

export function Card({ id, title, sub, children }: { id: string; title: string; sub: string; children: ReactNode }): ReactNode {
  return (
    <section className={`card ${styles.card}`} aria-labelledby={`${id}-title`} id={id} data-testid={`card-${id}`}>
      <div>
        <h2 id={`${id}-title`}>{title}</h2>
        <p className="muted">{sub}</p>
      </div>
      {children}
    </section>
  );
}

/** What runs now with Cancel, or why it failed. */
export function WorkLine({ task, failure, onDismiss }: { task: TaskState | undefined; failure: unknown; onDismiss(): void }): ReactNode {
  const words = useWords();
  if (task?.state === 'running') {
    return (
      <div className={styles.work} data-testid="work">
        <TaskBar task={task} wide />
        <span className="muted">{taskNumbers(words, task)}</span>
        <CancelTask id={task.id} />
      </div>
    );
  }
  if (task?.state === 'cancelled') {
    return (
      <p className="row muted" role="status">
        <span className="grow">{words.t('task.cancelled', { what: words.t(`task.${task.kind}`, { subject: task.subject }) })}</span>
        <Dismiss onDismiss={onDismiss} />
      </p>
    );
  }
  if (failure === undefined || failure === null) return null;
  return (
    <div className="row">
      <div className="grow">
        <ErrorNotice error={failure} compact />
      </div>
      <Dismiss onDismiss={onDismiss} />
    </div>
  );
}
