// A day of runs on a time line: a row for each job, and bands where the computer slept, was off, or Varve was closed.
import { Button } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { runStateWord } from '../../../contract/copy/runs.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatClock, formatDay, formatTook } from '../../../contract/copy/values.ts';
import type { Run } from '../../../contract/runs.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { MarkShape } from '../../ui/RunMark.tsx';
import { markOf } from '../../ui/run-state.ts';
import { useNow, useWords, type Words } from '../../ui/words.tsx';
import { dayOf, layDay, nameOfDay, type DayRow, type Stretch } from './day.ts';
import { useRunsBetween } from './queries.ts';
import styles from './Day.module.css';

const laneHeight = 22;
const hours = [0, 3, 6, 9, 12, 15, 18, 21];

function sayRun({ language, t }: Words, run: Run): string {
  const at = formatClock(language, new Date(run.startedAt ?? run.occurrence ?? run.createdAt), false);
  const took = run.activeMs === null || run.startedAt === null ? '' : `, ${formatTook(language, run.activeMs)}`;
  return `${t('day.run', { at, state: runStateWord(language, run) })}${took}`;
}

function Row({ row, stretches }: { row: DayRow; stretches: readonly Stretch[] }): ReactNode {
  const words = useWords();
  return (
    <li className={styles.row} data-testid="day-row">
      <Link href={`/jobs/${row.jobId}`} className="ellipsis">
        {visibleText(row.title, true)}
      </Link>
      <div className={styles.line} style={{ height: row.lanes * laneHeight + 8 }}>
        {stretches.map(({ left, width, first }) => (
          <i key={first.getTime()} className={styles.stretch} style={{ left: `${left * 100}%`, width: `${width * 100}%` }} />
        ))}
        {row.bars.map(({ run, left, width, lane }) => {
          const mark = markOf(run.state);
          const said = sayRun(words, run);
          return (
            <Link key={run.id} href={`/jobs/runs/${run.id}`} className={styles.bar} data-mark={mark} title={said} aria-label={`${visibleText(row.title, true)}, ${said}`} style={{ left: `${Math.min(left, 0.992) * 100}%`, width: run.startedAt === null ? undefined : `max(12px, ${width * 100}%)`, top: lane * laneHeight + 4 }}>
              <MarkShape mark={mark} />
            </Link>
          );
        })}
      </div>
    </li>
  );
}

export function DayView({ day: named }: { day: string | undefined }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const [, navigate] = useLocation();
  const now = useNow();
  const today = nameOfDay(dayOf(undefined, now));
  const key = nameOfDay(dayOf(named, now));
  const day = useMemo(() => dayOf(key, new Date(0)), [key]);
  // What began the day before may reach into this one.
  const runs = useRunsBetween(new Date(day.from.getTime() - 86_400_000), day.to);
  const { rows, stretches } = useMemo(() => layDay(runs.data?.runs ?? [], day, now), [runs.data, day, now]);
  const nowAt = (now.getTime() - day.from.getTime()) / (day.to.getTime() - day.from.getTime());
  return (
    <div className={styles.screen} data-testid="day" data-day={key}>
      <header className={styles.head}>
        <div className="grow">
          <Link href="/jobs">{`← ${t('jobs.all')}`}</Link>
          <h1>{key === today ? t('day.today') : t('day.title', { day: formatDay(language, day.from, now) })}</h1>
          <p className="muted">{t('day.lead')}</p>
        </div>
        <Button variant="default" onClick={() => navigate(`/jobs/day/${nameOfDay(day, -1)}`)}>
          {t('day.before')}
        </Button>
        <Button variant="default" disabled={key >= today} onClick={() => navigate(`/jobs/day/${nameOfDay(day, 1)}`)}>
          {t('day.after')}
        </Button>
      </header>
      {runs.isError && <ErrorNotice error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data?.cut && <p role="status">{t('day.cut', { count: runs.data.runs.length })}</p>}
      {runs.data !== undefined && rows.length === 0 ? (
        <p className={`card muted ${styles.none}`}>{t('day.none')}</p>
      ) : (
        <div className={`card ${styles.chart}`}>
          <div className={styles.hours} aria-hidden="true">
            {hours.map((hour) => (
              <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
                {String(hour).padStart(2, '0')}
              </span>
            ))}
          </div>
          <ul className="plain-list">
            {rows.map((row) => (
              <Row key={row.jobId} row={row} stretches={stretches} />
            ))}
          </ul>
          {nowAt > 0 && nowAt < 1 && (
            <div className={styles.nowBox} aria-hidden="true">
              <i style={{ left: `${nowAt * 100}%` }} />
            </div>
          )}
        </div>
      )}
      {stretches.length > 0 && (
        <ul className={`plain-list ${styles.legend}`} aria-label={t('day.gaps')} data-testid="day-gaps">
          {stretches.map(({ cause, first, last }) => (
            <li key={first.getTime()}>
              <i className={styles.swatch} aria-hidden="true" /> {t(`day.gap.${cause as 'asleep'}`, { from: formatClock(language, first, false), to: formatClock(language, last, false) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
