// Pausing, a job or all of them, by words; what is paused says until when, and goes on by one button.
import { Button, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Job, Pause } from '../../../contract/jobs.ts';
import { pauseEnd, pauseSpans, type PauseSpan } from '../../../contract/pause.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { titleOf } from '../../ui/job-words.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useNow, useWords, type Words } from '../../ui/words.tsx';
import { useDo } from './queries.ts';
import styles from './Jobs.module.css';

interface PauseMenuProps {
  label: string;
  loading: boolean;
  /** Whether it may last until it is resumed. */
  open?: boolean;
  onPause(span: PauseSpan | undefined): void;
  name?: string;
}

function PauseMenu({ label, loading, open = false, onPause, name }: PauseMenuProps): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" loading={loading} aria-label={name} data-testid="pause">
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {pauseSpans.map((span) => (
          <Menu.Item key={span} onClick={() => onPause(span)}>
            {span === 'hour' ? t('jobs.pause.hour') : t('jobs.pause.until', { when: formatWhen(language, pauseEnd(span, now), now) })}
          </Menu.Item>
        ))}
        {open && <Menu.Item onClick={() => onPause(undefined)}>{t('jobs.pause.open')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

export function PauseJob({ job }: { job: Job }): ReactNode {
  const { t } = useWords();
  const title = titleOf(job.definition);
  const pause = useDo((client, span: PauseSpan | undefined) => client.jobs.pause({ job: job.id, ...(span !== undefined && { until: pauseEnd(span, new Date()).toISOString() }) }));
  const resume = useDo((client) => client.jobs.resume({ job: job.id }));
  if (job.paused !== null) {
    return (
      <Button variant="default" loading={resume.isPending} aria-label={t('jobs.resumeOf', { job: title })} onClick={() => resume.mutate()} data-testid="resume">
        {t('jobs.resume')}
      </Button>
    );
  }
  return <PauseMenu label={t('jobs.pause')} name={t('jobs.pauseOf', { job: title })} open loading={pause.isPending} onPause={(span) => pause.mutate(span)} />;
}

export function PauseAll(): ReactNode {
  const { t } = useWords();
  const pause = useDo((client, span: PauseSpan | undefined) => client.jobs.pauseAll({ until: pauseEnd(span ?? 'hour', new Date()).toISOString() }));
  return <PauseMenu label={t('jobs.pauseAll')} loading={pause.isPending} onPause={(span) => pause.mutate(span)} />;
}

/** `Paused until tomorrow 08:00.` with who and why where that is known. */
export function pauseSentence({ t, language, reason: say }: Words, { until, reason }: Pause, now: Date): string {
  const why = reason === '' ? '' : ` ${t('jobs.pausedReason', { reason: say(reason) })}`;
  return (until === null ? t('jobs.pausedOpen') : t('jobs.pausedUntil', { when: formatWhen(language, new Date(until), now) })) + why;
}

export function AllPaused({ paused }: { paused: Pause }): ReactNode {
  const words = useWords();
  const { t } = words;
  const now = useNow();
  const resume = useDo((client) => client.jobs.resumeAll({}));
  return (
    <div className={`card ${styles.notice}`} role="status" data-testid="all-paused">
      <Shape tone="unknown" size={18} />
      <div className="grow">
        <p className="strong">{t('jobs.allPaused')}</p>
        <p className="muted">{`${pauseSentence(words, paused, now)} ${t('jobs.allPausedSub')}`}</p>
      </div>
      <Button loading={resume.isPending} onClick={() => resume.mutate()} data-testid="resume-all">
        {t('jobs.resumeAll')}
      </Button>
      {resume.isError && <ErrorNotice error={resume.error} compact />}
    </div>
  );
}
