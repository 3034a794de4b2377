// Overview: one sentence with a shape, what needs the person, the plans, the latest entries, and the core sample of the last 30 days.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatClock, formatWhen } from '../../../contract/copy/values.ts';
import { useCell } from '../../api/cell.ts';
import { useEngine } from '../../api/engine.tsx';
import { useAlerts, useAnchorStatus, useClient, useLatestEntries, usePlans, useRepositories, useSample, useSnapshots, useStatus, useVerifyState, useWaiting } from '../../api/queries.ts';
import { CoreSample } from '../../ui/CoreSample.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { EventText } from '../../ui/EventText.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { useRoom } from '../../ui/room.ts';
import { planTitle } from '../../ui/plan-title.ts';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import { assess, copiesAreFresh, type Assessment } from './assess.ts';
import { OverviewJobs } from './Jobs.tsx';
import { LostFile } from './LostFile.tsx';
import { NeedCard, NoticeCard } from './NeedCard.tsx';
import { PlanRow } from './PlanRow.tsx';
import styles from './Overview.module.css';

const coreDays = 30;

function Headline({ assessment, entriesChecked }: { assessment: Assessment; entriesChecked: number | null }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const line = useCell(useEngine().line.state);
  const { tone, needs, lastSnapshotAt, uncheckedSince, unscheduledSince } = assessment;
  const needsWords = t('overview.needs', { count: needs.length });
  let shape: Tone = 'good';
  let sentence = t('overview.good');
  let sub: ReactNode = (
    <>
      {lastSnapshotAt === null ? t('overview.noSnapshot') : <Sentence of="overview.goodSub" slots={{ when: <Moment at={lastSnapshotAt} /> }} />}{' '}
      {entriesChecked === null ? t('overview.recordUnchecked') : t('overview.recordIntact', { count: entriesChecked })}
    </>
  );
  if (line.kind === 'lost') {
    shape = 'unknown';
    sentence = t('overview.greyLine', { when: formatWhen(language, line.since, now) });
    sub = t('overview.greyLineSub');
  } else if (tone === 'grey' && unscheduledSince !== null) {
    shape = 'unknown';
    sentence = t('overview.greyScheduler', { when: formatWhen(language, new Date(unscheduledSince), now) });
    sub = t('overview.greySchedulerSub');
  } else if (tone === 'grey' && uncheckedSince !== null) {
    shape = 'unknown';
    sentence = t('overview.greyChecking', { when: formatWhen(language, new Date(uncheckedSince), now) });
    sub = t('overview.greyCheckingSub');
  } else if (tone === 'empty') {
    shape = 'unknown';
    sentence = t('overview.empty');
    sub = entriesChecked === null ? t('overview.recordUnchecked') : t('overview.recordIntact', { count: entriesChecked });
  } else if (tone === 'broken') {
    shape = 'bad';
    sentence = needsWords;
  } else if (tone === 'needs') {
    shape = copiesAreFresh(assessment) ? 'good' : 'attention';
    sentence = copiesAreFresh(assessment) ? t('overview.safeNeeds', { needs: needsWords }) : needsWords;
  }
  return (
    <header className={styles.headline}>
      <Shape tone={shape} size={27} />
      <h1 data-testid="headline" data-tone={shape}>
        {sentence}
      </h1>
      <p className="muted">{sub}</p>
    </header>
  );
}

function SampleCard(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const remove = useMutation({ mutationFn: () => client.system.sample.remove({}), onSuccess: () => queries.invalidateQueries() });
  return (
    <div className={`card ${styles.sample}`}>
      <div className={styles.need}>
        <Shape tone="info" size={20} />
        <div className={styles.needText}>
          <p className="strong">{t('overview.sample')}</p>
          <p className="muted">{t('overview.sampleSub')}</p>
        </div>
        <div className="row">
          <Button variant="default" onClick={() => remove.mutate()} loading={remove.isPending}>
            {t('overview.sampleRemove')}
          </Button>
          <Button onClick={() => navigate('/welcome/folders')}>{t('overview.sampleReal')}</Button>
        </div>
      </div>
      {remove.isError && <ErrorNotice error={remove.error} compact />}
    </div>
  );
}

function Latest(): ReactNode {
  const { t, language } = useWords();
  const latest = useLatestEntries(30);
  // Names that the record meets for the first time are bookkeeping; the log has them.
  const shown = latest.data?.filter((entry) => entry.action !== 'log.name-introduced').slice(0, 6);
  const now = useNow();
  return (
    <section aria-labelledby="latest">
      <h2 id="latest" className="heading row">
        <span className="grow">{t('overview.latest')}</span>
        <Link href="/log">{t('overview.latestAll')}</Link>
      </h2>
      {shown?.length === 0 ? (
        <p className="muted">{t('overview.latestEmpty')}</p>
      ) : (
        <ul className={`card plain-list ${styles.latest}`}>
          {shown?.map((entry) => {
            const at = new Date(entry.ts);
            const sameDay = at.toDateString() === now.toDateString();
            return (
              <li key={entry.seq}>
                <Link href={`/log/${entry.seq}`} className={styles.latestRow}>
                  <span className={sameDay ? 'mono muted' : 'muted num'}>{sameDay ? formatClock(language, at) : formatWhen(language, at, now)}</span>
                  <span className="ellipsis">
                    <EventText event={entry} />
                  </span>
                  <span className="muted ellipsis">{visibleText(entry.actorName ?? t('log.erasedName'), true)}</span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

export function OverviewScreen(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const now = useNow();
  const status = useStatus();
  const plans = usePlans();
  const repositories = useRepositories();
  const snapshots = useSnapshots();
  const verify = useVerifyState();
  const anchors = useAnchorStatus();
  const waiting = useWaiting();
  const alerts = useAlerts('needs').data;
  const sample = useSample();
  const [dismissed, setDismissed] = useState<readonly number[]>([]);
  const [aside, room] = useRoom<HTMLElement>();

  const failed = [status, plans, repositories, snapshots, verify, anchors, waiting].find((query) => query.isError && query.data === undefined);
  const assessment = useMemo(
    () =>
      status.data && plans.data && repositories.data && snapshots.data && verify.data && anchors.data && waiting.data
        ? assess({ status: status.data, plans: plans.data, repositories: repositories.data, snapshots: snapshots.data.snapshots, waiting: waiting.data, verify: verify.data, anchors: anchors.data, alerts, now })
        : undefined,
    [status.data, plans.data, repositories.data, snapshots.data, verify.data, anchors.data, waiting.data, alerts, now]
  );
  const recent = useMemo(() => (snapshots.data?.snapshots ?? []).filter((snapshot) => now.getTime() - Date.parse(snapshot.at) < coreDays * 86_400_000), [snapshots.data, now]);
  if (failed) return <Instead title={t('nav.overview')}><ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} /></Instead>;
  if (!assessment || !status.data || !plans.data) return <Instead title={t('nav.overview')} />;

  const titles = new Map(plans.data.map((plan) => [plan.id, plan.title || plan.name]));
  const verdict = verify.data?.verdict;
  // What is wrong with the record is a need of its own and cannot be dismissed.
  const notices = status.data.notices.filter(({ code }) => code !== 'record-broken' && code !== 'record-behind');
  return (
    <div className={styles.overview}>
      <div className={styles.main}>
        <Headline assessment={assessment} entriesChecked={verdict?.kind === 'consistent' || verdict?.kind === 'anchored' ? verdict.entries : null} />
        {assessment.tone === 'empty' && (
          <EmptyState sentence={t('overview.emptySub')} action={<Button onClick={() => navigate('/welcome/folders')}>{t('overview.emptyButton')}</Button>} />
        )}
        {(assessment.needs.length > 0 || notices.length > dismissed.length) && (
          <ul className={`plain-list ${styles.needs}`} aria-label={t('overview.needsHeading')}>
            {assessment.needs.map((need) => (
              <NeedCard key={JSON.stringify([need.kind, 'plan' in need ? need.plan.id : 'wait' in need ? need.wait.id : 'repository' in need ? need.repository.id : ''])} need={need} />
            ))}
            {notices.map((notice, index) => (dismissed.includes(index) ? null : <NoticeCard key={index} notice={notice} onDismiss={() => setDismissed([...dismissed, index])} />))}
          </ul>
        )}
        {sample.data?.present && <SampleCard />}
        {(snapshots.data?.snapshots.length ?? 0) > 0 && <LostFile />}
        {plans.data.length > 0 && (
          <section aria-labelledby="plans">
            <h2 id="plans" className="heading">
              {t('overview.plans')}
            </h2>
            <ul className={`card plain-list ${styles.plans}`}>
              {plans.data.map((plan) => (
                <PlanRow key={plan.id} plan={plan} snapshots={recent} waiting={waiting.data?.find(({ planId }) => planId === plan.id)} />
              ))}
            </ul>
          </section>
        )}
        <OverviewJobs />
        <Latest />
      </div>
      <aside ref={aside} className={`card ${styles.core}`} aria-labelledby="core">
        <h2 id="core" className="heading row">
          <span className="grow">{t('overview.core')}</span>
          <span style={{ fontWeight: 400 }}>{t('word.snapshots', { count: recent.length })}</span>
        </h2>
        <CoreSample
          snapshots={recent}
          height={Math.max(120, room.height - 176)}
          selected={null}
          onSelect={(snapshot) => navigate(`/snapshots/${snapshot.id}`)}
          planTitle={(snapshot) => planTitle({ t }, titles, snapshot)}
        />
      </aside>
    </div>
  );
}
