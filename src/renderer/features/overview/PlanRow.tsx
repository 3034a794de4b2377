// A plan in one line: state by shape and word, the last 14 days as marks, last snapshot, "Back up now".
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatDay } from '../../../contract/copy/values.ts';
import type { Plan, Snapshot, WaitingSnapshot } from '../../../contract/snapshots.ts';
import { useTasks } from '../../api/engine.tsx';
import { useStartTask, useStopWaiting } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import styles from './Overview.module.css';

const markDays = 14;

export type DayMark = 'none' | 'done' | 'gaps';

/** One mark per day, oldest first; gaps only when no complete snapshot exists that day. */
export function dayMarks(planId: string, snapshots: readonly Snapshot[], now: Date): { day: Date; mark: DayMark }[] {
  const byDay = new Map<string, DayMark>();
  for (const snapshot of snapshots) {
    if (snapshot.planId !== planId) continue;
    const key = new Date(snapshot.at).toDateString();
    if (byDay.get(key) !== 'done') byDay.set(key, snapshot.incomplete ? 'gaps' : 'done');
  }
  return Array.from({ length: markDays }, (_, index) => {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (markDays - 1 - index));
    return { day, mark: byDay.get(day.toDateString()) ?? 'none' };
  });
}

function toneOf(plan: Plan, now: Date): Tone {
  if (plan.lastSnapshot === null) return 'unknown';
  const old = now.getTime() - Date.parse(plan.lastSnapshot.time) > 86_400_000;
  return old || plan.lastSnapshot.incomplete ? 'attention' : 'good';
}

export function PlanRow({ plan, snapshots, waiting }: { plan: Plan; snapshots: readonly Snapshot[]; waiting: WaitingSnapshot | undefined }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const start = useStartTask();
  const stop = useStopWaiting();
  const busy = [...useTasks().values()].some((task) => task.state === 'running' && task.kind === 'snapshot' && [plan.name, plan.title].includes(task.subject));
  const title = visibleText(plan.title || plan.name, true);
  const marks = dayMarks(plan.id, snapshots, now);
  return (
    <li data-testid="plan" data-plan={plan.name}>
      <div className={styles.plan}>
        <Shape tone={waiting ? 'unknown' : toneOf(plan, now)} />
        <div className={styles.planName}>
          <p className="ellipsis">{title}</p>
          <p className="muted ellipsis">{t('overview.goesTo', { repository: plan.repositoryName })}</p>
        </div>
        <div className={styles.marks} role="img" aria-label={marks.filter(({ mark }) => mark !== 'none').map(({ day }) => formatDay(language, day, now)).join(', ') || t('overview.noneYet')}>
          {marks.map(({ day, mark }) => (
            <i key={day.getTime()} data-mark={mark} />
          ))}
        </div>
        <span className="muted">
          {waiting ? <Sentence of="overview.waits" params={{ repository: waiting.repositoryName }} slots={{ when: <Moment at={waiting.since} /> }} /> : plan.lastSnapshot === null ? t('overview.noneYet') : <Sentence of={plan.lastSnapshot.incomplete ? 'overview.lastGaps' : 'overview.last'} slots={{ when: <Moment at={plan.lastSnapshot.time} /> }} />}
        </span>
        {waiting ? (
          <Button variant="default" aria-label={t('overview.stopWaitingPlan', { plan: title })} loading={stop.isPending} onClick={() => stop.mutate(waiting.id)}>
            {t('overview.stopWaiting')}
          </Button>
        ) : (
          <Button variant="default" aria-label={t('app.backUpPlan', { plan: title })} loading={start.isPending} disabled={busy} onClick={() => start.mutate((client) => client.snapshots.take({ plan: plan.id, wait: true }))}>
            {t('app.backUpNow')}
          </Button>
        )}
      </div>
      {(start.isError || stop.isError) && <ErrorNotice error={start.error ?? stop.error} compact />}
    </li>
  );
}
