// Plans: all of them, one of them, a new one. Each has an address: /settings/plans, /settings/plans/ID, /settings/plans/new.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import { usePlans, useRepositories } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { useWords } from '../../ui/words.tsx';
import { PlanEditor, PlanHead } from './PlanEditor.tsx';
import { PlanList } from './PlanList.tsx';
import styles from './Plans.module.css';

function OnePlan({ id }: { id: string }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const plans = usePlans();
  const repositories = useRepositories();
  const plan = plans.data?.find((each) => each.id === id || each.name === id);
  if (plans.isError) return <Instead title={t('plans.title')}><ErrorNotice error={plans.error} onRetry={() => void plans.refetch()} /></Instead>;
  if (plans.data === undefined || repositories.data === undefined) return <Instead title={t('plans.title')} />;
  const isNew = id === 'new';
  return (
    <div className={styles.screen}>
      <PlanHead plan={plan} />
      {isNew && repositories.data.length === 0 ? (
        <EmptyState sentence={t('plans.noRepository')} action={<Button onClick={() => navigate('/welcome/folders')}>{t('plans.noRepositoryDo')}</Button>} />
      ) : !isNew && plan === undefined ? (
        <EmptyState sentence={t('plans.unknown')} action={<Button onClick={() => navigate('/settings/plans')}>{t('plans.back')}</Button>} />
      ) : (
        <PlanEditor key={plan?.id ?? 'new'} plan={plan} />
      )}
    </div>
  );
}

export function PlansScreen(): ReactNode {
  const { id } = useParams<{ id?: string }>();
  return id === undefined ? <PlanList /> : <OnePlan id={id} />;
}
