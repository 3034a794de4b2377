// One job: how it is, what came of its runs, and what can be done with it.
import { Button, Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { describeRun, runStateWord } from '../../../contract/copy/runs.ts';
import { formatNumber, formatTook, formatWhen } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Job } from '../../../contract/jobs.ts';
import { failedStates } from '../../../contract/run-states.ts';
import type { Run, RunState } from '../../../contract/runs.ts';
import { useScheduler } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { describeWork, sayWhen, titleOf } from '../../ui/job-words.ts';
import { MarkShape, RunMarks } from '../../ui/RunMark.tsx';
import { markOf } from '../../ui/run-state.ts';
import { Shape } from '../../ui/Shape.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { Moment, useNow, useWords } from '../../ui/words.tsx';
import { jobStateWord } from './JobList.tsx';
import { stateOf, toneOfJob } from './order.ts';
import { AllPaused, PauseJob, pauseSentence } from './PauseMenu.tsx';
import { useRuns } from './queries.ts';
import { RunNow } from './RunNow.tsx';
import styles from './Jobs.module.css';

const filters: Record<string, readonly RunState[]> = {
  failed: failedStates,
  gaps: ['partial'],
  done: ['succeeded'],
  not: ['skipped', 'missed', 'stopped', 'rejected']
};

function RunRow({ run }: { run: Run }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  return (
    <>
      <MarkShape mark={markOf(run.state)} />
      <span className="ellipsis">{runStateWord(language, run)}</span>
      <span className="ellipsis num">{formatWhen(language, new Date(run.startedAt ?? run.createdAt), now)}</span>
      <span className="muted ellipsis">{run.test ? t('jobs.testRun') : t(`jobs.trigger.${run.trigger}`)}</span>
      <span className="muted num">{run.activeMs === null ? '' : formatTook(language, run.activeMs)}</span>
      <span className="muted num">{typeof run.result?.items === 'number' ? t('jobs.items', { count: run.result.items }) : ''}</span>
      <span className="muted ellipsis">{run.failure?.lastLine ? visibleText(run.failure.lastLine, true) : run.note === null ? '' : visibleText(run.note, true)}</span>
    </>
  );
}

function History({ job }: { job: Job }): ReactNode {
  const { t, language } = useWords();
  const [, navigate] = useLocation();
  const [filter, setFilter] = useState('');
  const runs = useRuns(job.id, filters[filter]);
  const rows = runs.data?.pages.flat() ?? [];
  return (
    <section className={`card ${styles.history}`} style={{ height: Math.min(430, 108 + rows.length * 30) }} aria-labelledby="history">
      <div className={`row ${styles.historyHead}`}>
        <h2 id="history" className="grow">
          {t('jobs.history')}
        </h2>
        <Select aria-label={t('jobs.filter')} data={[{ value: '', label: t('jobs.filter.all') }, ...Object.keys(filters).map((value) => ({ value, label: t(`jobs.filter.${value as 'failed'}`) }))]} value={filter} onChange={(value) => setFilter(value ?? '')} />
      </div>
      {runs.isError && <ErrorNotice error={runs.error} compact />}
      {runs.data !== undefined && rows.length === 0 ? (
        <p className={`muted ${styles.none}`}>{t(filter === '' ? 'jobs.noRunsYet' : 'jobs.noRunsSuch')}</p>
      ) : (
        <VirtualList key={filter} count={rows.length} rowHeight={30} label={t('jobs.history')} testId="run-list" rowClass={styles.run} opened={undefined} onOpen={(index) => rows[index] && navigate(`/jobs/runs/${rows[index].id}`)} row={(index) => rows[index] && <RunRow run={rows[index]} />} nameOf={(index) => rows[index]?.state ?? ''} />
      )}
      {runs.hasNextPage && (
        <div className={styles.more}>
          <Button variant="default" loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            {t('jobs.older', { shown: formatNumber(language, rows.length) })}
          </Button>
        </div>
      )}
    </section>
  );
}

export function JobPage({ job }: { job: Job }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const [, navigate] = useLocation();
  const paused = useScheduler().data?.paused ?? null;
  const state = stateOf(job);
  const last = job.active[0] ?? job.lastRun;
  const said = last === null ? undefined : describeRun(language, last, now);
  return (
    <div className={styles.screen} data-testid="job-page" data-job={job.definition.name}>
      <header className={styles.head}>
        <div className="grow">
          <Link href="/jobs">{`← ${t('jobs.all')}`}</Link>
          <h1>{titleOf(job.definition)}</h1>
          <p className="muted">{`${describeWork(words, job.definition.work)} · ${sayWhen(words, job.definition.schedule)}`}</p>
        </div>
        <RunNow job={job} follow variant="filled" />
        <PauseJob job={job} />
        <Button variant="default" onClick={() => navigate(`/jobs/${job.id}/edit`)} data-testid="job-edit">
          {t('jobs.edit')}
        </Button>
      </header>
      {paused !== null && <AllPaused paused={paused} />}
      <section className={`card ${styles.how}`} aria-label={t('jobs.how')} data-testid="job-state">
        <Shape tone={toneOfJob(state)} size={20} />
        <div>
          <p className="strong">{jobStateWord(words, state)}</p>
          {state.kind === 'broken' && <p>{`${t(`jobs.broken.${state.what}`, { name: words.reason(state.name) })} ${t('jobs.brokenNext')}`}</p>}
          {job.paused !== null && <p>{pauseSentence(words, job.paused, now)}</p>}
          {said && state.kind !== 'never' && <p>{[said.what, said.since, said.next].filter((part) => part !== '').join(' ')}</p>}
          {last && <Link href={`/jobs/runs/${last.id}`}>{t('jobs.openRun')}</Link>}
        </div>
        <dl className={styles.facts}>
          <dt>{t('jobs.lastGoodLabel')}</dt>
          <dd>{job.lastGoodAt === null ? t('word.never') : <Moment at={job.lastGoodAt} />}</dd>
          <dt>{t('jobs.nextLabel')}</dt>
          <dd>{job.nextAt === null ? t('word.none') : <Moment at={job.nextAt} form="when" />}</dd>
          <dt>{t('jobs.marksLabel')}</dt>
          <dd>
            <RunMarks marks={job.marks} href={(id) => `/jobs/runs/${id}`} />
          </dd>
        </dl>
      </section>
      <History job={job} />
    </div>
  );
}
