// What is under way when Varve is to quit: each with what may become of it, and later what became of it.
import { Radio } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MessageKey } from '../../contract/copy/catalogue.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { formatWhen } from '../../contract/copy/values.ts';
import type { QuitChoice, QuitWork as Work } from '../../contract/desktop.ts';
import { useTasks } from '../api/engine.tsx';
import { Shape } from '../ui/Shape.tsx';
import { TaskBar, taskNumbers } from '../ui/TaskLine.tsx';
import { useNow, useWords, type Words } from '../ui/words.tsx';
import styles from './QuitDialog.module.css';

function titleOf({ t }: Words, { of, kind, title }: Work): string {
  return of === 'task' ? t(`task.${kind}` as MessageKey, { subject: visibleText(title, true) }) : visibleText(title, true);
}

export type Choices = Readonly<Record<string, QuitChoice>>;

export function AskWork({ work, choices, onChoose }: { work: Work; choices: Choices; onChoose(id: string, choice: QuitChoice): void }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const title = titleOf(words, work);
  const choice = choices[work.id] ?? work.choice;
  const offered: QuitChoice[] = work.state === 'stopping' ? ['wait', ...(work.outlives ? (['keep'] as const) : [])] : ['wait', 'stop', ...(work.outlives ? (['keep'] as const) : [])];
  if (work.state === 'ended') return <Ended title={title} />;
  return (
    <li className={styles.line} data-testid="quit-work">
      <p>
        <b className="strong">{title}</b>
        {work.startedAt !== null && <span className="muted">{` · ${t('quit.since', { when: formatWhen(language, new Date(work.startedAt), now) })}`}</span>}
      </p>
      <Radio.Group aria-label={t('quit.choiceOf', { title })} value={choice} onChange={(value) => onChoose(work.id, value as QuitChoice)}>
        <div className={styles.choices}>
          {offered.map((each) => (
            <Radio key={each} value={each} label={t(`quit.choice.${each}`)} data-testid={`quit-${each}`} />
          ))}
        </div>
      </Radio.Group>
      <p className="muted">{t(`quit.sub.${choice}`)}</p>
    </li>
  );
}

function Ended({ title }: { title: string }): ReactNode {
  const { t } = useWords();
  return (
    <li className={styles.line} data-testid="quit-work">
      <p className="row">
        <Shape tone="good" /> {t('quit.workEnded', { title })}
      </p>
    </li>
  );
}

/** What was chosen is being done. */
export function AwaitedWork({ work }: { work: Work }): ReactNode {
  const words = useWords();
  const task = useTasks().get(work.taskId ?? '');
  const title = titleOf(words, work);
  if (work.state === 'ended') return <Ended title={title} />;
  return (
    <li className={styles.line} data-testid="quit-work">
      {work.choice === 'keep' ? (
        <p className="row">
          <Shape tone="info" /> {words.t('quit.goesOn', { title })}
        </p>
      ) : (
        <>
          <p className="strong">{work.state === 'stopping' ? words.t('quit.workStopping', { title }) : title}</p>
          {task !== undefined && (
            <>
              <TaskBar task={task} wide />
              <p className="muted">{taskNumbers(words, task)}</p>
            </>
          )}
        </>
      )}
    </li>
  );
}
