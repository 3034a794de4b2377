// The foot of every screen: running work with its numbers and Cancel, how the last one ended, the state of record and repositories.
import { ActionIcon, Popover } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { TaskState } from '../../contract/events.ts';
import { describeError } from '../../contract/copy/errors.ts';
import { useCell } from '../api/cell.ts';
import { useEngine, useTasks } from '../api/engine.tsx';
import { isRunning, useRepositories, useVerifyState } from '../api/queries.ts';
import { findAddress, historyAddress } from '../ui/files-address.ts';
import { Shape, type Tone } from '../ui/Shape.tsx';
import { CancelTask, TaskBar, taskNumbers, taskTitle } from '../ui/TaskLine.tsx';
import { useWords } from '../ui/words.tsx';
import styles from './shell.module.css';
import strip from './StatusStrip.module.css';

/** A finished task is said for this long; a failed one stays until it is put away. */
const saidForMs = 12_000;

const tones: Record<TaskState['state'], Tone> = { running: 'info', done: 'good', gaps: 'attention', waiting: 'unknown', failed: 'bad', cancelled: 'unknown' };

function resultLink(task: TaskState): string | undefined {
  if (task.result?.kind === 'snapshot') return `/snapshots/${task.result.result.snapshot.id}`;
  if (task.result?.kind === 'find') return findAddress(task.result.names.pattern);
  if (task.result?.kind === 'history') {
    const { plan, repository, path } = task.result.history;
    return historyAddress(plan === null ? { repository: repository ?? '' } : { plan }, path);
  }
  if (task.result?.kind === 'trial') return `/restore/trials/${task.result.trial.id}`;
  if (task.result?.kind === 'trial-run') return `/restore/trials/${task.result.run.trial.id}`;
  if (task.result?.kind === 'promotion') return `/restore/trials/${task.result.promotion.trial.id}`;
  if (task.kind === 'forget' || task.kind === 'tag') return '/snapshots';
  if (task.kind === 'verify') return '/log';
  if (task.kind === 'package') return '/packages';
  return ['check', 'prune', 'repair', 'copy'].includes(task.kind) ? `/repositories/${task.subject}` : undefined;
}

function Ended({ task }: { task: TaskState }): ReactNode {
  const words = useWords();
  const { board } = useEngine();
  const stays = task.state === 'failed' || task.state === 'gaps';
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(() => board.letGo(task.id), saidForMs);
    return () => clearTimeout(timer);
  }, [board, stays, task.id]);
  const link = resultLink(task);
  const gaps = task.kind === 'promotion' ? 'trials.stripUndone' : task.kind === 'trial-run' ? 'trials.stripFailed' : 'task.gaps';
  const text = words.t(task.state === 'running' ? 'task.done' : task.state === 'gaps' ? gaps : `task.${task.state}`, { what: taskTitle(words, task) });
  const why = task.error === null || task.state === 'cancelled' ? '' : ` ${describeError(words.language, task.error.code, task.error.data).title}`;
  return (
    <span className={strip.ended} role="status">
      <Shape tone={tones[task.state]} />
      <span className="ellipsis">
        {link === undefined ? text : <Link href={link}>{text}</Link>}
        {why}
      </span>
      <ActionIcon variant="subtle" color="gray" size={20} aria-label={words.t('word.close')} onClick={() => board.letGo(task.id)}>
        <IconX size={13} />
      </ActionIcon>
    </span>
  );
}

function Running({ task }: { task: TaskState }): ReactNode {
  const words = useWords();
  return (
    <span className={strip.running}>
      <span className="ellipsis">{taskTitle(words, task)}</span>
      <TaskBar task={task} />
      <span className={`ellipsis ${strip.numbers}`}>{taskNumbers(words, task)}</span>
      <CancelTask id={task.id} />
    </span>
  );
}

function RecordState(): ReactNode {
  const { t } = useWords();
  const verdict = useVerifyState().data?.verdict;
  if (verdict === undefined) return null;
  const [tone, text]: [Tone, string] = verdict === null ? ['unknown', t('strip.recordUnchecked')] : verdict.kind === 'broken' ? ['bad', t('strip.recordBroken', { seq: verdict.seq })] : verdict.kind === 'behind' ? ['bad', t('strip.recordBehind')] : ['good', t('strip.recordIntact')];
  return (
    <Link href="/log" className={strip.fact}>
      <Shape tone={tone} /> {text}
    </Link>
  );
}

export function StatusStrip(): ReactNode {
  const { t } = useWords();
  const tasks = [...useTasks().values()];
  const said = useCell(useEngine().board.said);
  const repositories = useRepositories().data ?? [];
  const running = tasks.filter(isRunning);
  const [mountedAt] = useState(() => new Date().toISOString());
  // What ended before this page was opened is history, not news.
  const ended = tasks.filter((task) => !isRunning(task) && !said.has(task.id) && (task.endedAt ?? '') >= mountedAt).sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? ''));
  const first = running[0];
  const others = running.slice(1);
  return (
    <footer className={styles.foot} aria-label={t('strip.label')} data-testid="strip">
      {first ? <Running task={first} /> : ended[0] ? <Ended key={ended[0].id} task={ended[0]} /> : <span>{t('strip.idle')}</span>}
      {others.length > 0 && (
        <Popover position="top-start" width={520} shadow="md">
          <Popover.Target>
            <button type="button" className={strip.more}>
              {t('strip.more', { count: others.length })}
            </button>
          </Popover.Target>
          <Popover.Dropdown>
            {others.map((task) => (
              <Running key={task.id} task={task} />
            ))}
          </Popover.Dropdown>
        </Popover>
      )}
      <span className="grow" />
      <span className={strip.facts} data-busy={first !== undefined || undefined}>
        <RecordState />
        {repositories.length > 0 && <span>{t('strip.repositories', { ready: repositories.filter((repository) => repository.state === 'ready').length, total: repositories.length })}</span>}
      </span>
    </footer>
  );
}
