// What stands around an answer: how far the work is while it runs, and where nobody could look.
import type { ReactNode } from 'react';
import type { FileHistory } from '../../../contract/history.ts';
import type { TaskState } from '../../../contract/events.ts';
import { Shape } from '../../ui/Shape.tsx';
import { CancelTask, TaskBar } from '../../ui/TaskLine.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Files.module.css';

/** `task: undefined`: it has not begun yet. */
export function Running({ task, sentence, sub }: { task: TaskState | undefined; sentence: string; sub?: string | undefined }): ReactNode {
  return (
    <div className={styles.running} data-testid="asking">
      <p role="status">{sentence}</p>
      {sub !== undefined && <p className="muted">{sub}</p>}
      {task && (
        <div className="row">
          <TaskBar task={task} />
          <CancelTask id={task.id} />
        </div>
      )}
    </div>
  );
}

export function NotLooked({ absent, unreadable }: Pick<FileHistory, 'absent' | 'unreadable'>): ReactNode {
  const { t, reason } = useWords();
  return (
    <>
      {absent.length > 0 && (
        <p className={styles.notice}>
          <Shape tone="unknown" size={16} /> {t('files.away', { repositories: absent.join(', ') })}
        </p>
      )}
      {unreadable.length > 0 && (
        <details className={styles.notice}>
          <summary>
            <Shape tone="bad" size={16} /> {t('snap.unreadable', { count: unreadable.length })}
          </summary>
          <ul>
            {unreadable.slice(0, 50).map(({ repositoryName, id, reason: why }) => (
              <li key={`${repositoryName} ${id}`}>
                {repositoryName} <span className="mono">{id.slice(0, 8)}</span>: {reason(why)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
