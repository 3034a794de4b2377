// The end of a plan: a question that says what stops and what stays, and the way back to the list.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { useClient, useSnapshots } from '../../api/queries.ts';
import { letGo } from '../../ui/leaving.ts';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Plans.module.css';

export function DeletePlan({ plan, onDeleted }: { plan: Plan; onDeleted(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const title = visibleText(plan.title || plan.name, true);
  const taken = useSnapshots().data?.snapshots.filter(({ planId }) => planId === plan.id);
  const repositories = [...new Set(taken?.map(({ repositoryName }) => repositoryName))].join(', ');
  const remove = useMutation({
    mutationFn: () => client.plans.remove({ plan: plan.id }),
    onSuccess: () => {
      onDeleted();
      letGo();
      navigate('/settings/plans', { replace: true, state: { deleted: title } });
      void queries.invalidateQueries({ queryKey: ['plans'] });
      void queries.invalidateQueries({ queryKey: ['snapshots'] });
    }
  });
  return (
    <>
      <div>
        <Button variant="default" onClick={() => setAsking(true)} data-testid="plan-delete">
          {t('plans.deleteOpen')}
        </Button>
      </div>
      {asking && (
        <Sure
          title={t('plans.deleteSure', { plan: title })}
          sub={t('plans.deleteStops', { repository: plan.repositoryName })}
          yes={t('plans.deleteYes', { plan: title })}
          loading={remove.isPending}
          error={remove.error}
          onClose={() => {
            remove.reset();
            setAsking(false);
          }}
          onYes={() => remove.mutate()}
        >
          <ul className={`plain-list ${styles.stays}`} data-testid="plan-stays">
            <li className="row">
              <Shape tone="good" size={16} /> <span>{taken === undefined || taken.length === 0 ? t('plans.deleteStaysAny') : t('plans.deleteStays', { count: taken.length, repositories })}</span>
            </li>
            <li className="row">
              <Shape tone="good" size={16} /> <span>{t('plans.deleteRecord')}</span>
            </li>
          </ul>
        </Sure>
      )}
    </>
  );
}
