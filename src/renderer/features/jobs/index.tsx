// Jobs: all of them, one, one being made or changed, a run, a day. Each has an address: /jobs, /jobs/ID, /jobs/new, /jobs/ID/edit, /jobs/runs/ID,
// /jobs/day/2026-11-27.
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { isFailure } from '../../api/failure.ts';
import { usePlans, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { titleOf } from '../../ui/job-words.ts';
import { useWords } from '../../ui/words.tsx';
import { DayView } from './DayView.tsx';
import { JobEditor } from './Editor.tsx';
import { Gone } from './Gone.tsx';
import { JobList } from './JobList.tsx';
import { JobPage } from './JobPage.tsx';
import { useJob } from './queries.ts';
import { RunPage } from './RunPage.tsx';
import styles from './Jobs.module.css';

function OneJob({ id, editing }: { id: string; editing: boolean }): ReactNode {
  const { t } = useWords();
  const job = useJob(id);
  if (job.isError && job.data === undefined) return <Instead title={t('nav.jobs')}>{isFailure(job.error, 'NOT_FOUND') ? <Gone sentence={t('jobs.unknown')} /> : <ErrorNotice error={job.error} onRetry={() => void job.refetch()} />}</Instead>;
  if (job.data === undefined) return <Instead title={t('nav.jobs')} />;
  if (!editing) return <JobPage job={job.data} />;
  return (
    <div className={styles.screen}>
      <header>
        <Link href={`/jobs/${job.data.id}`}>{`← ${titleOf(job.data.definition)}`}</Link>
        <h1>{t('jobs.editTitle', { job: titleOf(job.data.definition) })}</h1>
        <p className="muted">{t('jobs.editLead', { version: job.data.version })}</p>
      </header>
      <JobEditor key={job.data.id} job={job.data} />
    </div>
  );
}

function NewJob(): ReactNode {
  const { t } = useWords();
  // The first choices depend on what there is.
  const ready = [usePlans(), useRepositories()].every((query) => query.data !== undefined);
  return (
    <div className={styles.screen}>
      <header>
        <Link href="/jobs">{`← ${t('jobs.all')}`}</Link>
        <h1>{t('jobs.new')}</h1>
        <p className="muted">{t('jobs.newLead')}</p>
      </header>
      {ready && <JobEditor job={undefined} />}
    </div>
  );
}

export function JobsScreen(): ReactNode {
  const { first, second } = useParams<{ first?: string; second?: string }>();
  if (first === undefined) return <JobList />;
  if (first === 'new') return <NewJob />;
  if (first === 'day') return <DayView day={second} />;
  if (first === 'runs') return <RunPage id={second ?? ''} />;
  return <OneJob id={first} editing={second === 'edit'} />;
}
