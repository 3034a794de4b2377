// What runs next, and how each job did on the last 14 days.
import { useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { formatDay, formatWhen } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Job } from '../../../contract/jobs.ts';
import type { DayStats } from '../../../contract/runs.ts';
import { useClient, useJobs, useScheduler } from '../../api/queries.ts';
import { describeWork, titleOf } from '../../ui/job-words.ts';
import { MarkShape } from '../../ui/RunMark.tsx';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import { jobDays, shownDays } from './job-days.ts';
import styles from './Overview.module.css';

const shownNext = 3;
const shownJobs = 12;

function Next(): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const scheduler = useScheduler().data;
  if (scheduler === undefined) return null;
  const { next, paused } = scheduler;
  return (
    <section aria-labelledby="next" data-testid="next-runs">
      <h2 id="next" className="heading row">
        <span className="grow">{t('overview.next')}</span>
        <Link href="/jobs">{t('overview.nextAll')}</Link>
      </h2>
      <ul className={`card plain-list ${styles.latest}`}>
        {paused !== null && <li className={styles.nextRow}>{`${t('jobs.allPaused')}. ${paused.until === null ? t('jobs.pausedOpen') : t('jobs.pausedUntil', { when: formatWhen(language, new Date(paused.until), now) })}`}</li>}
        {next.slice(0, shownNext).map(({ jobId, name, title, at }) => (
          <li key={jobId}>
            <Link href={`/jobs/${jobId}`} className={styles.nextRow}>
              <span className="muted num">{formatWhen(language, new Date(at), now)}</span>
              <span className="ellipsis">{visibleText(title || name, true)}</span>
            </Link>
          </li>
        ))}
        {next.length === 0 && paused === null && <li className={`muted ${styles.nextRow}`}>{t('overview.nextNone')}</li>}
      </ul>
    </section>
  );
}

function JobRow({ job, stats }: { job: Job; stats: readonly DayStats[] }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const days = jobDays(stats, now);
  const counted = (marks: readonly string[]): number => days.filter(({ mark }) => marks.includes(mark)).length;
  return (
    <li className={styles.job} data-testid="overview-job" data-job={job.definition.name}>
      <Link href={`/jobs/${job.id}`} className="ellipsis">
        {titleOf(job.definition)}
      </Link>
      <span className="muted ellipsis">{describeWork(words, job.definition.work)}</span>
      <span className={styles.days} role="img" aria-label={t('overview.jobDays', { done: counted(['done']), bad: counted(['failed', 'gaps']) })}>
        {days.map(({ name, day, mark }) => (
          <span key={name} title={formatDay(language, day, now)}>
            <MarkShape mark={mark} />
          </span>
        ))}
      </span>
      <span className="muted">{job.lastGoodAt === null ? t('jobs.neverGood') : <Sentence of="jobs.lastGood" slots={{ when: <Moment at={job.lastGoodAt} /> }} />}</span>
    </li>
  );
}

export function OverviewJobs(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const jobs = useJobs().data ?? [];
  const shown = jobs.toSorted((a, b) => b.failures - a.failures || a.definition.name.localeCompare(b.definition.name)).slice(0, shownJobs);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const stats = useQueries({ queries: shown.map((job) => ({ queryKey: ['runs', 'days', job.id, zone], queryFn: () => client.runs.stats({ job: job.id, by: 'day', zone, limit: shownDays }) })) });
  if (jobs.length === 0) return null;
  return (
    <>
      <Next />
      <section aria-labelledby="job-days">
        <h2 id="job-days" className="heading">
          {t('overview.jobs')}
        </h2>
        <ul className={`card plain-list ${styles.plans}`}>
          {shown.map((job, index) => (
            <JobRow key={job.id} job={job} stats={stats[index]?.data ?? []} />
          ))}
        </ul>
      </section>
    </>
  );
}
