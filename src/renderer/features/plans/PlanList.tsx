// All plans: what each keeps, where to, for how long, and when it last did.
import { Button } from '@mantine/core';
import { IconPower, IconTerminal2, IconFeather } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { describePolicy } from '../../../contract/copy/keeping.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { usePlans, useRepositories } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import styles from './Plans.module.css';

function Marks({ plan }: { plan: Plan }): ReactNode {
  const { t } = useWords();
  const hooks = [plan.hooks.before, plan.hooks.after].filter((hook) => hook !== null).length;
  const marks = [
    plan.snapshotOnQuit && { icon: IconPower, text: t('plans.onQuitMark') },
    plan.gentle && { icon: IconFeather, text: t('plans.gentleMark') },
    hooks > 0 && { icon: IconTerminal2, text: t('plans.hooksMark', { count: hooks }) }
  ].filter((mark) => mark !== false);
  if (marks.length === 0) return null;
  return (
    <ul className={`plain-list ${styles.marks}`}>
      {marks.map(({ icon: Icon, text }) => (
        <li key={text}>
          <Icon size={14} stroke={1.7} aria-hidden /> {text}
        </li>
      ))}
    </ul>
  );
}

function PlanRow({ plan }: { plan: Plan }): ReactNode {
  const { t, language } = useWords();
  const rules = plan.excludes.length + plan.leaveOut.caseless.length + plan.leaveOut.ifPresent.length + [plan.leaveOut.gitignore, plan.leaveOut.caches, plan.leaveOut.oneFileSystem, plan.leaveOut.largerThan !== null].filter(Boolean).length;
  return (
    <li className={styles.planRow} data-testid="plan-row" data-plan={plan.name}>
      <Shape tone={plan.lastSnapshot === null ? 'unknown' : plan.lastSnapshot.incomplete ? 'attention' : 'good'} size={16} />
      <div className={styles.planText}>
        <p>
          <Link href={`/settings/plans/${plan.id}`} className="strong">
            {visibleText(plan.title || plan.name, true)}
          </Link>{' '}
          <span className="muted">{t('overview.goesTo', { repository: plan.repositoryName })}</span>
        </p>
        <p className="mono muted">{plan.paths.map((path) => visibleText(path, true)).join('  ')}</p>
        <p className="muted">
          {t('plans.rulesCount', { count: rules })}; {plan.retention ? t('plans.keeps', { policy: describePolicy(language, plan.retention) }) : t('plans.keepsAll')}
        </p>
        <Marks plan={plan} />
      </div>
      <span className="muted">{plan.lastSnapshot === null ? t('overview.noneYet') : <Sentence of={plan.lastSnapshot.incomplete ? 'overview.lastGaps' : 'overview.last'} slots={{ when: <Moment at={plan.lastSnapshot.time} /> }} />}</span>
    </li>
  );
}

export function PlanList(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const plans = usePlans();
  const repositories = useRepositories().data;
  // Said once, after the plan's page has led here.
  const [deleted] = useState(() => (window.history.state as { deleted?: string } | null)?.deleted);
  const add = <Button onClick={() => navigate(repositories?.length === 0 ? '/welcome/folders' : '/settings/plans/new')}>{t('plans.new')}</Button>;
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <Link href="/settings">{`← ${t('nav.settings')}`}</Link>
        <div className="row">
          <h1 className="grow">{t('plans.title')}</h1>
          {(plans.data?.length ?? 0) > 0 && add}
        </div>
        <p className="muted">{t('plans.lead')}</p>
      </header>
      {deleted !== undefined && (
        <p className="row" role="status" data-testid="plan-deleted">
          <Shape tone="good" size={16} /> {t('plans.deleted', { plan: deleted })}
        </p>
      )}
      {plans.isError && <ErrorNotice error={plans.error} onRetry={() => void plans.refetch()} />}
      {plans.data?.length === 0 && <EmptyState sentence={t('plans.empty')} action={add} />}
      {(plans.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.list}`} data-testid="plan-list">
          {plans.data?.map((plan) => (
            <PlanRow key={plan.id} plan={plan} />
          ))}
        </ul>
      )}
    </div>
  );
}
