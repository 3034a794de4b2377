// What the rules in the fields would keep of the snapshots there are, and why; the way to carry out the rules that are saved.
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { RetentionPolicy } from '../../../contract/retention.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { ForgetDialog } from '../../ui/ForgetDialog.tsx';
import { KeepPreview } from '../../ui/KeepPreview.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Plans.module.css';

const restMs = 350;

export function RetentionPreview({ plan, policy, saved }: { plan: Plan; policy: RetentionPolicy; saved: boolean }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [asked] = useDebouncedValue(JSON.stringify(policy), restMs);
  const [forgetting, setForgetting] = useState(false);
  const preview = useQuery({
    queryKey: ['snapshots', 'keep', plan.id, asked],
    queryFn: ({ signal }) => client.keeping.forget.preview({ plan: plan.id, policy: JSON.parse(asked) as RetentionPolicy }, { signal }),
    placeholderData: keepPreviousData,
    retry: false
  });
  if (plan.lastSnapshot === null) return null;
  const { data } = preview;
  return (
    <div className={styles.preview} data-testid="retention-preview" aria-busy={preview.isFetching}>
      <h3>{t('plans.keepPreview')}</h3>
      {preview.isError ? (
        <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} compact />
      ) : data ? (
        <>
          <KeepPreview preview={data} />
          <p className="muted">{t('plans.keepNote')}</p>
          {data.removeCount > 0 && (
            <div>
              <Button variant="default" disabled={!saved} onClick={() => setForgetting(true)}>
                {t('plans.forgetNow')}
              </Button>{' '}
              {!saved && <span className="muted">{t('plans.saveFirst')}</span>}
            </div>
          )}
        </>
      ) : (
        <p className="muted">{t('keep.judging')}</p>
      )}
      {forgetting && <ForgetDialog input={{ plan: plan.id }} name={plan.title || plan.name} onClose={() => setForgetting(false)} />}
    </div>
  );
}
