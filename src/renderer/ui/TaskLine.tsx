// A running or ended task in one line: what, bar, how much, rate, time left.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { formatPercent, formatRate, formatSpan } from '../../contract/copy/values.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { TaskState } from '../../contract/events.ts';
import { useClient } from '../api/queries.ts';
import { useWords, type Words } from './words.tsx';
import styles from './TaskLine.module.css';

export function taskTitle({ t }: Words, task: TaskState): string {
  return task.kind === 'verify' ? t('task.verify') : t(`task.${task.kind}`, { subject: visibleText(task.subject, true) });
}

/** Share done between 0 and 1; undefined while the total is unknown. */
export function taskShare(task: TaskState): number | undefined {
  const { bytesDone, bytesTotal, filesDone, filesTotal } = task.progress;
  if (bytesTotal !== null && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal);
  if (filesTotal !== null && filesTotal > 0) return Math.min(1, filesDone / filesTotal);
  return undefined;
}

/** `1.9 GB of 3.1 GB, 214 MB/s, about 6 s left`. */
export function taskNumbers(words: Words, task: TaskState): string {
  const { t, bytes, language } = words;
  const { bytesDone, bytesTotal, filesDone, filesTotal, errors } = task.progress;
  const parts = [t(`phase.${task.progress.phase}`)];
  if (task.kind === 'verify' || task.kind === 'evidence') {
    if (filesDone > 0) parts.push(filesTotal === null ? t('word.entries', { count: filesDone }) : t('task.ofBytes', { done: filesDone, total: t('word.entries', { count: filesTotal }) }));
  } else if (bytesTotal !== null && bytesTotal > 0) parts.push(t('task.ofBytes', { done: bytes(bytesDone), total: bytes(bytesTotal) }));
  else if (bytesDone > 0) parts.push(t('task.doneBytes', { done: bytes(bytesDone) }));
  else if (filesDone > 0) parts.push(t('word.files', { count: filesDone }));
  if (task.bytesPerSecond !== null && task.bytesPerSecond > 0 && bytesDone > 0) parts.push(formatRate(language, task.bytesPerSecond));
  if (task.secondsLeft !== null && task.secondsLeft > 0) parts.push(t('task.left', { span: formatSpan(language, task.secondsLeft) }));
  if (errors > 0) parts.push(t('task.errors', { count: errors }));
  return parts.join(', ');
}

export function TaskBar({ task, wide = false }: { task: TaskState; wide?: boolean }): ReactNode {
  const words = useWords();
  const share = taskShare(task);
  return (
    <div
      className={styles.bar}
      data-wide={wide || undefined}
      data-unknown={share === undefined || undefined}
      role="progressbar"
      aria-label={taskTitle(words, task)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      aria-valuetext={share === undefined ? words.t(`phase.${task.progress.phase}`) : formatPercent(words.language, share)}
    >
      <b style={share === undefined ? undefined : { transform: `scaleX(${share})` }} />
    </div>
  );
}

export function CancelTask({ id, variant = 'default' }: { id: string; variant?: 'default' | 'subtle' }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [asked, setAsked] = useState(false);
  return (
    <Button
      variant={variant}
      size="compact-xs"
      h={24}
      disabled={asked}
      onClick={() => {
        setAsked(true);
        client.system.tasks.cancel({ id }).then(
          ({ cancelled }) => !cancelled && setAsked(false),
          () => setAsked(false)
        );
      }}
    >
      {asked ? t('task.cancelling') : t('task.cancel')}
    </Button>
  );
}
