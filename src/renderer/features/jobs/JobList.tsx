// All jobs, those first that need somebody. What changes is written where it stands; the order waits while somebody is in the list.
import { Button } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { runStateWord } from '../../../contract/copy/runs.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Job } from '../../../contract/jobs.ts';
import { useJobs, usePlans, useScheduler } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { describeWork, sayWhen, titleOf } from '../../ui/job-words.ts';
import { RunMarks } from '../../ui/RunMark.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { VirtualRows } from '../../ui/VirtualRows.tsx';
import { Moment, Sentence, useNow, useWords, type Words } from '../../ui/words.tsx';
import { byNeed, settle, stateOf, toneOfJob, type JobState } from './order.ts';
import { AllPaused, PauseAll, PauseJob, pauseSentence } from './PauseMenu.tsx';
import { Proposals, useAddJobs } from './Proposals.tsx';
import { useProposals } from './queries.ts';
import { RunNow } from './RunNow.tsx';
import styles from './Jobs.module.css';

export function jobStateWord({ t, language }: Words, state: JobState): string {
  switch (state.kind) {
    case 'broken':
      return t('jobs.state.broken');
    case 'approval':
      return runStateWord(language, { state: 'awaiting_approval', cause: null });
    case 'failing':
      return state.times > 1 ? t('jobs.state.failing', { word: runStateWord(language, { state: state.state, cause: null }), count: state.times }) : runStateWord(language, { state: state.state, cause: null });
    case 'never':
      return t('jobs.state.never');
    case 'paused':
      return t('jobs.state.paused');
    case 'run':
      return runStateWord(language, { state: state.state, cause: null });
  }
}

function NextLine({ job, allPaused }: { job: Job; allPaused: boolean }): ReactNode {
  const words = useWords();
  const now = useNow();
  if (job.paused !== null) return pauseSentence(words, job.paused, now);
  if (job.nextAt === null) return job.definition.schedule.kind === 'manual' ? words.t('jobs.nextByHand') : job.definition.schedule.kind === 'startup' ? words.t('jobs.nextAtStart') : words.t(allPaused ? 'jobs.nextPaused' : 'jobs.nextNone');
  return <Sentence of={allPaused ? 'jobs.nextHeld' : 'jobs.next'} slots={{ when: <Moment at={job.nextAt} form="when" /> }} />;
}

function JobRow({ job, allPaused }: { job: Job; allPaused: boolean }): ReactNode {
  const words = useWords();
  const { t } = words;
  const state = stateOf(job);
  const said = state.kind === 'broken' ? t(`jobs.broken.${state.what}`, { name: words.reason(state.name) }) : describeWork(words, job.definition.work);
  const live = job.active[0];
  return (
    <div className={styles.jobRow} data-testid="job-row" data-job={job.definition.name} data-state={state.kind === 'run' || state.kind === 'failing' ? state.state : state.kind}>
      <span className={styles.state}>
        <Shape tone={toneOfJob(state)} size={16} />
        {live && state.kind === 'run' ? <Link href={`/jobs/runs/${live.id}`}>{jobStateWord(words, state)}</Link> : <span>{jobStateWord(words, state)}</span>}
      </span>
      <div className={styles.what}>
        <p className="ellipsis">
          <Link href={`/jobs/${job.id}`} className="strong">
            {titleOf(job.definition)}
          </Link>
        </p>
        <p className="muted ellipsis">{`${said} · ${sayWhen(words, job.definition.schedule)}`}</p>
      </div>
      <RunMarks marks={job.marks} />
      <div className={styles.when}>
        <p>{job.lastGoodAt === null ? <span className="muted">{t('jobs.neverGood')}</span> : <Sentence of="jobs.lastGood" slots={{ when: <Moment at={job.lastGoodAt} /> }} />}</p>
        <p className="muted">
          <NextLine job={job} allPaused={allPaused} />
        </p>
      </div>
      <div className={styles.actions}>
        <RunNow job={job} />
        <PauseJob job={job} />
      </div>
    </div>
  );
}

/** The jobs in an order that does not change under the pointer or the focus. */
function useOrder(jobs: readonly Job[]): { ordered: Job[]; waits: boolean; hold: { onPointerEnter(): void; onPointerLeave(): void; onFocus(): void; onBlur(): void } } {
  const wanted = useMemo(() => byNeed(jobs).map(({ id }) => id), [jobs]);
  const [kept, setKept] = useState<readonly string[]>([]);
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const { order, waits } = settle(kept, wanted, (pointer || focus) && kept.length > 0);
  if (order.length !== kept.length || order.some((id, index) => kept[index] !== id)) setKept(order);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return {
    ordered: order.flatMap((id) => byId.get(id) ?? []),
    waits,
    hold: { onPointerEnter: () => setPointer(true), onPointerLeave: () => setPointer(false), onFocus: () => setFocus(true), onBlur: () => setFocus(false) }
  };
}

function Empty(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const plans = usePlans().data ?? [];
  const add = useAddJobs();
  const all = useProposals(plans).flatMap(({ definitions }) => definitions);
  const action = all.length > 0 ? (
    <Button loading={add.isPending} onClick={() => add.mutate(all)} data-testid="add-usual">
      {t('jobs.addUsual', { count: all.length })}
    </Button>
  ) : (
    <Button onClick={() => navigate('/jobs/new')}>{t('jobs.new')}</Button>
  );
  return <EmptyState sentence={t('jobs.empty')} action={action} example={t('jobs.emptyExample')} />;
}

export function JobList(): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const [, navigate] = useLocation();
  const jobs = useJobs();
  const scheduler = useScheduler().data;
  const plans = usePlans().data ?? [];
  const { ordered, waits, hold } = useOrder(jobs.data ?? []);
  const used = new Set((jobs.data ?? []).flatMap(({ definition: { work } }) => ('plan' in work ? [work.plan] : [])));
  const proposals = useProposals(jobs.data === undefined || jobs.data.length === 0 ? [] : plans.filter(({ name }) => !used.has(name)));
  if (jobs.isError && jobs.data === undefined) return <Instead title={t('nav.jobs')}><ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} /></Instead>;
  if (jobs.data === undefined) return <Instead title={t('nav.jobs')} />;
  const paused = scheduler?.paused ?? null;
  return (
    <div className={styles.screen} data-testid="jobs">
      <header className={styles.head}>
        <div className="grow">
          <h1>{t('nav.jobs')}</h1>
          <p className="muted">{t('jobs.lead')}</p>
        </div>
        <Link href="/jobs/day">{t('jobs.day')}</Link>
        {jobs.data.length > 0 && paused === null && <PauseAll />}
        {(jobs.data.length > 0 || plans.length > 0) && (
          <Button variant={jobs.data.length > 0 ? 'filled' : 'default'} onClick={() => navigate('/jobs/new')}>
            {t('jobs.new')}
          </Button>
        )}
      </header>
      {paused !== null && <AllPaused paused={paused} />}
      {scheduler !== undefined && !scheduler.scheduling && (
        <p className={`card ${styles.notice}`} role="status" data-testid="not-scheduling">
          <Shape tone="unknown" size={18} /> <span>{scheduler.lastTickAt === null ? t('jobs.notScheduling') : t('jobs.notSchedulingSince', { when: formatWhen(language, new Date(scheduler.lastTickAt), now) })}</span>
        </p>
      )}
      {jobs.data.length === 0 ? (
        <Empty />
      ) : (
        <section aria-label={t('jobs.list')}>
          <p className={`muted ${styles.waits}`} role="status" data-testid="sort-waits">
            {waits ? t('jobs.sortWaits') : ''}
          </p>
          <VirtualRows items={ordered} keyOf={({ id }) => id} estimate={59} className="card" data-testid="job-list" {...hold} row={(job) => <JobRow job={job} allPaused={paused !== null} />} />
        </section>
      )}
      {proposals.map(({ plan, definitions }) => (
        <Proposals key={plan.id} plan={plan} definitions={definitions} />
      ))}
    </div>
  );
}
